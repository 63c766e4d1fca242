// Package reporting reads the books as flat facts: what was sold, charged,
// taxed and given back, when, to whom and through which channel.
//
// A [Fact] adds one signed amount; the sum of all facts of an order but
// [TaxPart] is its total less what was credited.
package reporting
