package inventory_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/quantity"
)

func TestMalformedInputIsRefusedByField(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	receive := func(r inventory.Receipt) func(*bench) error {
		return func(b *bench) error { return b.Receive(ctx, r) }
	}
	deliver := func(lines ...inventory.DeliveryLine) func(*bench) error {
		return func(b *bench) error { return b.ReceiveAll(ctx, inventory.Delivery{Lines: lines}) }
	}
	reserve := func(h inventory.Hold) func(*bench) error {
		return func(b *bench) error { _, err := b.Reserve(ctx, h); return err }
	}
	count := func(c inventory.Count) func(*bench) error {
		return func(b *bench) error { _, err := b.Count(ctx, c); return err }
	}
	setItem := func(i inventory.ItemSettings) func(*bench) error {
		return func(b *bench) error { _, err := b.SetItem(ctx, i); return err }
	}
	one, most := quantity.Of(1), quantity.FromMicro(quantity.MaxMicro)
	good := inventory.DeliveryLine{SKU: "A", Location: "x", Quantity: one}
	lines := []inventory.HoldLine{{"A", one}}
	tests := map[string]struct {
		field string
		do    func(*bench) error
	}{
		"no SKU":                  {"sku", receive(inventory.Receipt{Location: "x", Quantity: one})},
		"a long SKU":              {"sku", receive(inventory.Receipt{SKU: strings.Repeat("é", 33), Location: "x", Quantity: one})},
		"a SKU of bytes":          {"sku", receive(inventory.Receipt{SKU: "\xff", Location: "x", Quantity: one})},
		"a SKU with a line break": {"sku", receive(inventory.Receipt{SKU: "A\nB", Location: "x", Quantity: one})},
		"a SKU with spaces":       {"sku", receive(inventory.Receipt{SKU: " A", Location: "x", Quantity: one})},
		"no location":             {"location", receive(inventory.Receipt{SKU: "A", Quantity: one})},
		"zero":                    {"quantity", receive(inventory.Receipt{SKU: "A", Location: "x"})},
		"negative":                {"quantity", receive(inventory.Receipt{SKU: "A", Location: "x", Quantity: quantity.Of(-1)})},
		"out of range":            {"quantity", receive(inventory.Receipt{SKU: "A", Location: "x", Quantity: most.Add(one)})},
		"too fine, new item":      {"quantity", receive(inventory.Receipt{SKU: "NEW", Location: "x", Quantity: quantity.MustParse("0.5")})},
		"too fine, known item":    {"quantity", receive(inventory.Receipt{SKU: "A", Location: "x", Quantity: quantity.MustParse("0.5"), Decimals: 1})},
		"decimals":                {"decimals", receive(inventory.Receipt{SKU: "A", Location: "x", Quantity: one, Decimals: 7})},
		"negative cost":           {"unit_cost", receive(inventory.Receipt{SKU: "A", Location: "x", Quantity: one, UnitCost: money.MustParse("-1 EUR")})},
		"a long reason":           {"reason", receive(inventory.Receipt{SKU: "A", Location: "x", Quantity: one, Reason: strings.Repeat("x", 501)})},
		"a title of bytes":        {"title", receive(inventory.Receipt{SKU: "A", Location: "x", Quantity: one, Title: "\xff"})},
		"a long unit":             {"unit", receive(inventory.Receipt{SKU: "A", Location: "x", Quantity: one, Unit: strings.Repeat("x", 17)})},
		"a long key":              {"key", receive(inventory.Receipt{Key: strings.Repeat("x", 129), SKU: "A", Location: "x", Quantity: one})},
		"no lines":                {"lines", deliver()},
		"too many lines":          {"lines", deliver(make([]inventory.DeliveryLine, inventory.MaxLines+1)...)},
		"a bad line":              {"lines[1].quantity", deliver(good, inventory.DeliveryLine{SKU: "A", Location: "x"})},
		"a line too fine":         {"lines[1].quantity", deliver(good, inventory.DeliveryLine{SKU: "A", Location: "x", Quantity: quantity.MustParse("0.1")})},
		"adjust by zero":          {"by", func(b *bench) error { return b.Adjust(ctx, inventory.Adjustment{SKU: "A", Location: "x", Reason: "r"}) }},
		"adjust out of range": {"by", func(b *bench) error {
			return b.Adjust(ctx, inventory.Adjustment{SKU: "A", Location: "x", By: most.Add(one).Neg(), Reason: "r"})
		}},
		"adjust too fine": {"by", func(b *bench) error {
			return b.Adjust(ctx, inventory.Adjustment{SKU: "A", Location: "x", By: quantity.MustParse("-0.1"), Reason: "r"})
		}},
		"adjust without a reason": {"reason", func(b *bench) error { return b.Adjust(ctx, inventory.Adjustment{SKU: "A", Location: "x", By: one}) }},
		"count below zero":        {"counted", count(inventory.Count{SKU: "A", Location: "x", Counted: quantity.Of(-1)})},
		"count too fine":          {"counted", count(inventory.Count{SKU: "A", Location: "x", Counted: quantity.MustParse("0.1")})},
		"quarantine zero": {"quantity", func(b *bench) error {
			return b.Quarantine(ctx, inventory.Inspection{SKU: "A", Location: "x", Reason: "r"})
		}},
		"quarantine without a reason": {"reason", func(b *bench) error {
			return b.Quarantine(ctx, inventory.Inspection{SKU: "A", Location: "x", Quantity: one})
		}},
		"hold without lines":         {"lines", reserve(inventory.Hold{CartID: "c"})},
		"hold without a cart":        {"cart_id", reserve(inventory.Hold{Lines: lines})},
		"hold of nothing":            {"lines[0].quantity", reserve(inventory.Hold{CartID: "c", Lines: []inventory.HoldLine{{"A", quantity.Quantity{}}}})},
		"hold too fine":              {"lines[1].quantity", reserve(inventory.Hold{CartID: "c", Lines: []inventory.HoldLine{{"A", one}, {"A", quantity.MustParse("0.1")}}})},
		"hold of no SKU":             {"lines[0].sku", reserve(inventory.Hold{CartID: "c", Lines: []inventory.HoldLine{{"", one}}})},
		"hold for less than no time": {"ttl", reserve(inventory.Hold{CartID: "c", Lines: lines, TTL: -1})},
		"hold with two ends":         {"ttl", reserve(inventory.Hold{CartID: "c", Lines: lines, TTL: 1, ExpiresAt: noon.Add(1)})},
		"hold until now":             {"expires_at", reserve(inventory.Hold{CartID: "c", Lines: lines, ExpiresAt: noon})},
		"hold to a country":          {"country", reserve(inventory.Hold{CartID: "c", Lines: lines, Country: "England"})},
		"release of no cart":         {"cart_id", func(b *bench) error { return b.Release(ctx, inventory.CartRelease{}) }},
		"sweep of less than none":    {"limit", func(b *bench) error { _, err := b.VoidExpired(ctx, inventory.Sweep{Limit: -1}); return err }},
		"item without SKU":           {"sku", setItem(inventory.ItemSettings{})},
		"item's decimals":            {"decimals", setItem(inventory.ItemSettings{SKU: "B", Decimals: 7})},
		"location without code":      {"code", func(b *bench) error { return b.SetLocation(ctx, inventory.LocationSettings{}) }},
		"location's country":         {"country", func(b *bench) error { return b.SetLocation(ctx, inventory.LocationSettings{Code: "x", Country: "gb"}) }},
		"location's name":            {"name", func(b *bench) error { return b.SetLocation(ctx, inventory.LocationSettings{Code: "x", Name: "a\x00b"}) }},
		"negative safety": {"safety", func(b *bench) error {
			return b.SetPolicy(ctx, inventory.Policy{SKU: "A", Location: "x", Safety: quantity.Of(-1)})
		}},
		"fine safety": {"safety", func(b *bench) error {
			return b.SetPolicy(ctx, inventory.Policy{SKU: "A", Location: "x", Safety: quantity.MustParse("0.1")})
		}},
		"limit out of range": {"backorder_limit", func(b *bench) error {
			return b.SetPolicy(ctx, inventory.Policy{SKU: "A", Location: "x", BackorderLimit: most.Add(one)})
		}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := stocked(t, map[string]int32{"A@x": 1})
			commits := b.store.commits
			err := test.do(b)
			var invalid *fault.InvalidError
			require.ErrorAs(t, err, &invalid)
			require.Equal(t, test.field, invalid.Field)
			require.NotEmpty(t, invalid.Allowed)
			require.Equal(t, commits, b.store.commits)
		})
	}
}

func TestUnknownItemsAndLocations(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	b := stocked(t, map[string]int32{"A@x": 1})
	commits := b.store.commits
	var unknown *inventory.UnknownSKUError
	var missing *fault.NotFoundError
	one := quantity.Of(1)
	for _, where := range []struct {
		sku, location string
		target        any
	}{{"Z", "x", &unknown}, {"A", "z", &missing}} {
		sku, location := where.sku, where.location
		require.ErrorAs(t, b.Adjust(ctx, inventory.Adjustment{SKU: sku, Location: location, By: one, Reason: "r"}), where.target)
		_, err := b.Count(ctx, inventory.Count{SKU: sku, Location: location, Counted: one})
		require.ErrorAs(t, err, where.target)
		require.ErrorAs(t, b.Quarantine(ctx, inventory.Inspection{SKU: sku, Location: location, Quantity: one, Reason: "r"}), where.target)
		require.ErrorAs(t, b.SetPolicy(ctx, inventory.Policy{SKU: sku, Location: location}), where.target)
	}
	_, err := b.Reserve(ctx, inventory.Hold{CartID: "c", Lines: []inventory.HoldLine{{"Z", one}, {"A", one}, {"Y", one}}})
	require.ErrorAs(t, err, &unknown)
	require.Equal(t, []string{"Y", "Z"}, unknown.SKUs)
	require.Equal(t, commits, b.store.commits)
}
