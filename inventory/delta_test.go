package inventory_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/quantity"
)

func TestSumAddsMovementsPerLevelInOrder(t *testing.T) {
	t.Parallel()
	q := quantity.Of
	moves := []inventory.Move{
		{SKU: "B", Location: "x", Kind: inventory.Receive, OnHand: q(1)},
		{SKU: "A", Location: "y", Kind: inventory.Allocate, Allocated: q(2)},
		{SKU: "A", Location: "x", Kind: inventory.Backorder, Backordered: q(4)},
		{SKU: "C", Location: "x", Kind: inventory.BackorderFill, Backordered: q(-1), Allocated: q(1)},
		{SKU: "D", Location: "x", Kind: inventory.Reserve, Reserved: q(1)},
		{SKU: "E", Location: "x", Kind: inventory.Post, Reserved: q(-1), Allocated: q(1)},
		{SKU: "A", Location: "y", Kind: inventory.Void, Reserved: q(-1)},
		{SKU: "A", Location: "y", Kind: inventory.Allocate, Allocated: q(3)},
	}
	require.Equal(t, []inventory.Delta{
		{SKU: "A", Location: "x", Backordered: q(4), Backorders: true},
		{SKU: "A", Location: "y", Allocated: q(5), Reserved: q(-1), Takes: true},
		{SKU: "B", Location: "x", OnHand: q(1)},
		{SKU: "C", Location: "x", Backordered: q(-1), Allocated: q(1), Takes: true},
		{SKU: "D", Location: "x", Reserved: q(1), Takes: true},
		{SKU: "E", Location: "x", Reserved: q(-1), Allocated: q(1)},
	}, inventory.Sum(moves))
	require.Empty(t, inventory.Sum(nil))
}

func TestDeltaApply(t *testing.T) {
	t.Parallel()
	q := quantity.Of
	level := inventory.Level{SKU: "A", Location: "x", OnHand: q(10), Unavailable: q(1), Allocated: q(2), Reserved: q(3), Safety: q(1), Backordered: q(1), BackorderLimit: q(3)}
	over := level
	over.Allocated = q(9) // 4 too many
	endless := level
	endless.BackorderLimit = inventory.Unlimited()
	tests := map[string]struct {
		level  inventory.Level
		delta  inventory.Delta
		after  func(*inventory.Level) // nil: refused
		short  *inventory.Short
		broken string
	}{
		"nothing":               {level: level, after: func(*inventory.Level) {}},
		"take all":              {level: level, delta: inventory.Delta{Allocated: q(3), Takes: true}, after: func(l *inventory.Level) { l.Allocated = q(5) }},
		"take one too many":     {level: level, delta: inventory.Delta{Allocated: q(4), Takes: true}, short: &inventory.Short{Requested: q(4), Available: q(3)}},
		"hold one too many":     {level: level, delta: inventory.Delta{Reserved: q(4), Takes: true}, short: &inventory.Short{Requested: q(4), Available: q(3)}},
		"take what is freed":    {level: level, delta: inventory.Delta{Allocated: q(6), Reserved: q(-3), Takes: true}, after: func(l *inventory.Level) { l.Allocated, l.Reserved = q(8), q(0) }},
		"take over-promised":    {level: over, delta: inventory.Delta{Allocated: q(1), Takes: true}, short: &inventory.Short{Requested: q(1)}},
		"post over-promised":    {level: over, delta: inventory.Delta{Allocated: q(3), Reserved: q(-3)}, after: func(l *inventory.Level) { l.Allocated, l.Reserved = q(12), q(0) }},
		"count below promised":  {level: level, delta: inventory.Delta{OnHand: q(-9)}, after: func(l *inventory.Level) { l.OnHand = q(1) }},
		"count below zero":      {level: level, delta: inventory.Delta{OnHand: q(-11)}, after: func(l *inventory.Level) { l.OnHand = q(-1) }},
		"backorder to limit":    {level: level, delta: inventory.Delta{Backordered: q(2), Backorders: true}, after: func(l *inventory.Level) { l.Backordered = q(3) }},
		"backorder too much":    {level: level, delta: inventory.Delta{Backordered: q(3), Backorders: true}, short: &inventory.Short{Requested: q(3), Available: q(2)}},
		"backorder any":         {level: endless, delta: inventory.Delta{Backordered: q(900), Backorders: true}, after: func(l *inventory.Level) { l.Backordered = q(901) }},
		"unavailable negative":  {level: level, delta: inventory.Delta{Unavailable: q(-2)}, broken: "unavailable below zero"},
		"allocated negative":    {level: level, delta: inventory.Delta{Allocated: q(-3)}, broken: "allocated below zero"},
		"reserved negative":     {level: level, delta: inventory.Delta{Reserved: q(-4)}, broken: "reserved below zero"},
		"backordered negative":  {level: level, delta: inventory.Delta{Backordered: q(-2)}, broken: "backordered below zero"},
		"on hand out of range":  {level: level, delta: inventory.Delta{OnHand: quantity.FromMicro(quantity.MaxMicro)}, broken: "on hand out of range"},
		"shipping what is kept": {level: level, delta: inventory.Delta{OnHand: q(-2), Allocated: q(-2)}, after: func(l *inventory.Level) { l.OnHand, l.Allocated = q(8), q(0) }},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.delta.SKU, test.delta.Location = "A", "x"
			after, short, broken := test.delta.Apply(test.level)
			want := test.level
			if test.after != nil {
				test.after(&want)
			}
			require.Equal(t, want, after)
			if test.short != nil {
				test.short.SKU, test.short.Location = "A", "x"
			}
			require.Equal(t, test.short, short)
			if test.broken != "" {
				test.broken = "level A at x: " + test.broken
			}
			require.Equal(t, test.broken, broken)
		})
	}
}
