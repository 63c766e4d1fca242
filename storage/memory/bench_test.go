package memory_test

import (
	"fmt"
	"testing"

	"github.com/go-oms/oms/storage"
	"github.com/go-oms/oms/storage/memory"
	"github.com/go-oms/oms/storage/storagetest"
)

// BenchmarkCommit measures the store's part of placing a three-line order; making
// the batch is left out.
func BenchmarkCommit(b *testing.B) {
	for name, skus := range map[string]int{"spread": 1000, "hot": 1} {
		b.Run(name, func(b *testing.B) {
			s := memory.New()
			clerk := storagetest.NewClerk(1)
			for i := range skus + 2 {
				if err := s.Commit(b.Context(), clerk.Receive(sku(i), storagetest.Main, 1_000_000_000)); err != nil {
					b.Fatal(err)
				}
			}
			const chunk = 1000
			var batches []*storage.Batch
			b.ReportAllocs()
			for n := 0; b.Loop(); n++ {
				if len(batches) == 0 {
					b.StopTimer()
					batches = make([]*storage.Batch, 0, chunk)
					for i := range chunk {
						_, batch := clerk.Place(
							storagetest.Line{SKU: sku((n + i) % skus)},
							storagetest.Line{SKU: sku((n+i)%skus + 1)}, storagetest.Line{SKU: sku((n+i)%skus + 2)},
						)
						batches = append(batches, batch)
					}
					b.StartTimer()
				}
				batch := batches[0]
				batches = batches[1:]
				if err := s.Commit(b.Context(), batch); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkOrder measures reading a three-line order.
func BenchmarkOrder(b *testing.B) {
	s := memory.New()
	clerk := storagetest.NewClerk(1)
	if err := s.Commit(b.Context(), clerk.Receive("a", storagetest.Main, 100)); err != nil {
		b.Fatal(err)
	}
	line := storagetest.Line{SKU: "a"}
	o, batch := clerk.Place(line, line, line)
	if err := s.Commit(b.Context(), batch); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Order(b.Context(), o.ID); err != nil {
			b.Fatal(err)
		}
	}
}

func sku(i int) string { return fmt.Sprintf("SKU-%04d", i) }
