// Package reporting answers a shopkeeper's questions: what was sold, to whom and
// where; what came back; what is open, late or unpaid; what is in stock.
//
// A [Query] is a question as a value: figures ([Measure]) of one kind of facts
// ([Source]), grouped and filtered by [Dimension], over a half-open [Period] in a
// stated time zone. [Run] answers it with a [Table] from any [Reader], which every
// store is. Each measure has a written definition, [Source.Measures]; there is
// one evaluation of it, and it is exact. Amounts of several currencies are never
// added: wherever something is money, each row has one currency.
//
// [Reports] lists the questions that every shop has, under names:
//
//	r, _ := reporting.Named("sales")
//	q := r.Query
//	q.Period, err = reporting.ParsePeriod("2025-01", "2025-04", "Europe/Berlin")
//	q.Zone = "Europe/Berlin"
//	table, err := reporting.Run(ctx, store, q)
//
// Sales are facts ([Fact]): signed amounts that are only ever appended. The sum of
// all facts of an order but [TaxPart] is its total less what was credited, so that
// the measure due adds up to the books.
//
// Package render turns tables into text, CSV, charts and pages.
package reporting
