package inventory_test

import (
	"context"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/quantity"
)

// BenchmarkAllocateOrder allocates an order of three lines, as placing does once
// it has read.
func BenchmarkAllocateOrder(b *testing.B) {
	shop := stocked(b, map[string]int32{"A@x": 5, "B@x": 5, "C@x": 5, "A@y": 5, "B@y": 5, "C@y": 5})
	stock, err := inventory.ReadStock(context.Background(), shop.store, []string{"A", "B", "C"}, "", noon)
	require.NoError(b, err)
	want := inventory.Wanted{OrderID: uuid.UUID{1}, Demands: []inventory.Demand{line(1, demand("B", 2)), line(2, demand("A", 1)), line(3, demand("C", 1))}}
	cmd := event.Command{Name: "order.place", Key: "k", Actor: event.Actor{Kind: event.Shopper, ID: "ada"}, Now: noon, At: noon, IDs: event.NewIDs(uuid.UUID{2})}
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := inventory.AllocateOrder(stock, want, cmd); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkFewestSplits chooses among a dozen locations where five are needed.
func BenchmarkFewestSplits(b *testing.B) {
	stock := map[string]int32{}
	for l := range 12 {
		for s := range 5 {
			stock[string(rune('A'+s))+"@"+string(rune('a'+l))] = int32((l*3 + s*5) % 4)
		}
	}
	in := request(stock, demand("A", 9), demand("B", 9), demand("C", 9), demand("D", 9), demand("E", 9))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := (inventory.FewestSplits{}).Source(in); err != nil {
			b.Fatal(err)
		}
	}
}

func TestAllocateOrderIsFrugal(t *testing.T) {
	shop := stocked(t, map[string]int32{"A@x": 5, "B@x": 5, "C@x": 5})
	stock, err := inventory.ReadStock(t.Context(), shop.store, []string{"A", "B", "C"}, "", noon)
	require.NoError(t, err)
	want := inventory.Wanted{OrderID: uuid.UUID{1}, Demands: []inventory.Demand{line(1, demand("B", 2)), line(2, demand("A", 1)), line(3, demand("C", 1))}}
	cmd := event.Command{Key: "k", Actor: event.Actor{ID: "ada"}, Now: noon, At: noon, IDs: event.NewIDs(uuid.UUID{2})}
	allocations := testing.AllocsPerRun(100, func() {
		_, assigned, err := inventory.AllocateOrder(stock, want, cmd)
		if err != nil || len(assigned) != 3 || assigned[0].Quantity != quantity.Of(2) {
			t.Fatal(assigned, err)
		}
	})
	require.LessOrEqual(t, allocations, 25.0)
}
