package reporting_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/reporting"
)

// BenchmarkRun answers queries over a year of 20,000 orders of 25 lines.
func BenchmarkRun(b *testing.B) {
	var facts []reporting.Fact
	start := at("2025-01-01T00:00:00Z")
	for i := range 20_000 {
		f := reporting.Fact{Kind: reporting.Goods, OrderID: uuid.UUID{1, 14: byte(i >> 8), 15: byte(i)}, At: start.Add(time.Duration(i) * 25 * time.Minute), Country: "DE"}
		for j := range 25 {
			f.SKU, f.Quantity, f.Amount = fmt.Sprintf("SKU-%d", (i*7+j*131)%4000), pieces(2), eur(1990)
			facts = append(facts, f)
		}
	}
	books := &ledger{facts: facts}
	sales, _ := reporting.Named("sales")
	for _, by := range []reporting.Dimension{reporting.ByMonth, reporting.ByDay, reporting.ByCountry, reporting.BySKU, reporting.ByCustomer} {
		q := sales.Grouped(by).Query
		q.Zone = "Europe/London"
		b.Run(string(by), func(b *testing.B) {
			for b.Loop() {
				if _, err := reporting.Run(b.Context(), books, q); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(facts)), "ns/fact")
		})
	}
}
