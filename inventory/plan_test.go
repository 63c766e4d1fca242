package inventory_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/quantity"
)

type badSourcing func(inventory.SourcingRequest) (inventory.Plan, error)

func (f badSourcing) Source(in inventory.SourcingRequest) (inventory.Plan, error) { return f(in) }

func TestPlansThatDoNotServeTheDemandAreRefused(t *testing.T) {
	t.Parallel()
	good := func(in inventory.SourcingRequest) []inventory.Assignment {
		plan, err := inventory.FewestSplits{}.Source(in)
		require.NoError(t, err)
		return plan.Assignments
	}
	tests := map[string]func([]inventory.Assignment) []inventory.Assignment{
		"a line forgotten": func(a []inventory.Assignment) []inventory.Assignment { return a[:1] },
		"out of order":     func(a []inventory.Assignment) []inventory.Assignment { return []inventory.Assignment{a[1], a[0]} },
		"too much":         func(a []inventory.Assignment) []inventory.Assignment { a[0].Quantity = quantity.Of(9); return a },
		"too little":       func(a []inventory.Assignment) []inventory.Assignment { a[1].Quantity = quantity.Of(1); return a },
		"one more":         func(a []inventory.Assignment) []inventory.Assignment { return append(a, a[1]) },
		"nowhere":          func(a []inventory.Assignment) []inventory.Assignment { a[0].Location = ""; return a },
		"nothing":          func(a []inventory.Assignment) []inventory.Assignment { a[0].Quantity = quantity.Quantity{}; return a },
		"nothing, and all the same": func(a []inventory.Assignment) []inventory.Assignment {
			nothing := a[0]
			nothing.Quantity = quantity.Quantity{}
			return append([]inventory.Assignment{nothing}, a...)
		},
		"less than nothing":   func(a []inventory.Assignment) []inventory.Assignment { a[0].Quantity = quantity.Of(-1); return a },
		"another item":        func(a []inventory.Assignment) []inventory.Assignment { a[0].SKU = "B"; return a },
		"backordered unasked": func(a []inventory.Assignment) []inventory.Assignment { a[0].Backordered = true; return a },
	}
	for name, spoil := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := stocked(t, map[string]int32{"A@x": 5, "B@x": 5})
			cmd := b.command(t, "test.place")
			stock, err := inventory.ReadStock(t.Context(), b.store, []string{"A", "B"}, "", cmd.Now)
			require.NoError(t, err)
			want := inventory.Wanted{OrderID: cmd.IDs.Next(), Demands: []inventory.Demand{line(1, demand("A", 2)), line(2, demand("B", 2))}}
			want.Sourcing = badSourcing(func(in inventory.SourcingRequest) (inventory.Plan, error) {
				return inventory.Plan{Assignments: spoil(good(in))}, nil
			})
			changes, _, err := inventory.AllocateOrder(stock, want, cmd)
			var wrong *inventory.PlanError
			require.ErrorAs(t, err, &wrong)
			require.Empty(t, changes)
			require.NotEmpty(t, wrong.Error())
		})
	}
}
