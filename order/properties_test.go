package order_test

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
)

// drawTerms draws one of all ways to reckon.
func drawTerms(t *rapid.T) order.Terms {
	return order.Terms{
		TaxIncluded: rapid.Bool().Draw(t, "included"),
		Level:       rapid.SampledFrom([]order.TaxLevel{"", order.PerLine, order.PerUnit, order.PerOrder}).Draw(t, "level"),
		Rounding:    money.Rounding(rapid.IntRange(0, 4).Draw(t, "rounding")),
	}
}

// drawAssembly draws an order in a currency of 0, 2 or 3 decimals.
func drawAssembly(t *rapid.T) order.Assembly {
	currency := rapid.SampledFrom([]money.Currency{"EUR", "JPY", "KWD"}).Draw(t, "currency")
	minor := func(least, most int64, label string) money.Money {
		m, err := money.Minor(rapid.Int64Range(least, most).Draw(t, label), currency)
		require.NoError(t, err)
		return m
	}
	in := assembly()
	in.Header.Currency, in.Header.Terms = currency, drawTerms(t)
	in.Header.Metadata = order.Metadata{"source": "test"}
	n := rapid.IntRange(0, 6).Draw(t, "lines")
	for range n {
		extra := rapid.IntRange(0, money.MaxExtra).Draw(t, "extra")
		unit, err := money.FromScaled(rapid.Int64Range(0, 500_000).Draw(t, "unit"), extra, currency)
		require.NoError(t, err)
		q := quantity.Of(rapid.Int32Range(1, 12).Draw(t, "quantity"))
		if rapid.Bool().Draw(t, "fractional") {
			q = quantity.FromMicro(rapid.Int64Range(1, 5_000_000).Draw(t, "micro"))
		}
		in.Lines = append(in.Lines, order.PricedLine{SKU: "SKU", Quantity: q, UnitPrice: unit})
	}
	if rapid.Bool().Draw(t, "delivered") {
		in.Shipping = &order.Charge{Code: "post", Amount: minor(0, 2_000, "shipping")}
	}
	for range rapid.IntRange(0, 2).Draw(t, "fees") {
		in.Fees = append(in.Fees, order.Charge{Code: "fee", Amount: minor(-300, 900, "fee")})
	}
	for range rapid.IntRange(0, 3).Draw(t, "discounts") {
		d := order.DiscountProposal{
			Code: "D", Amount: minor(0, 20_000, "discount"), Shipping: rapid.Bool().Draw(t, "off shipping"),
		}
		if n > 0 && !d.Shipping {
			d.Lines = rapid.SliceOfDistinct(rapid.IntRange(0, n-1), rapid.ID[int]).Draw(t, "on")
		}
		in.Discounts = append(in.Discounts, d)
	}
	in.Taxes = drawTaxes(t, n, in.Shipping != nil)
	return in
}

// drawTaxes draws up to three taxes per line, the same few everywhere, the last of
// them compound.
func drawTaxes(t *rapid.T, lines int, shipping bool) []order.TaxPart {
	var kinds []order.TaxPart
	for i, code := range []string{"A", "B", "C"}[:rapid.IntRange(0, 3).Draw(t, "taxes")] {
		kinds = append(kinds, order.TaxPart{
			Code: code, RatePPM: rapid.Int64Range(0, 400_000).Draw(t, "rate"), Compound: i == 2,
		})
	}
	places := make([]int, 0, lines+1)
	for i := range lines {
		places = append(places, i)
	}
	if shipping {
		places = append(places, order.ShippingLine)
	}
	var parts []order.TaxPart
	for _, place := range places {
		for _, kind := range kinds {
			if rapid.IntRange(0, 3).Draw(t, "has") > 0 {
				kind.Line = place
				parts = append(parts, kind)
			}
		}
	}
	return parts
}

// TestEveryOrderAddsUp holds random orders of all terms against Check and against
// sums of its own.
func TestEveryOrderAddsUp(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := drawAssembly(t)
		o, err := order.Assemble(in)
		require.NoError(t, err)
		require.NoError(t, o.Check())

		net := money.Zero(o.Currency)
		for _, l := range o.Lines {
			net, err = net.Add(l.Total)
			require.NoError(t, err)
			require.GreaterOrEqual(t, l.Total.Sign(), 0)
			if o.Terms.TaxIncluded {
				require.NotEqual(t, -1, compare(t, l.Total, l.Tax), "more tax inside than the price")
			}
		}
		for _, a := range o.Adjustments {
			if a.Scope != order.OnLine && !a.Included {
				net, err = net.Add(a.Amount)
				require.NoError(t, err)
			}
		}
		require.Equal(t, net, o.Totals.Total)
	})
}

func compare(t require.TestingT, a, b money.Money) int {
	c, err := a.Cmp(b)
	require.NoError(t, err)
	return c
}

// TestOrderLevelIsWithinOneUnitOfTheExactTax compares with the tax on the sum.
func TestOrderLevelRoundsOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := drawAssembly(t)
		in.Header.Terms.Level = order.PerOrder
		in.Taxes = nil
		rate := rapid.Int64Range(0, 1_000_000).Draw(t, "one rate")
		for i := range in.Lines {
			in.Taxes = append(in.Taxes, order.TaxPart{Line: i, Code: "VAT", RatePPM: rate})
		}
		o, err := order.Assemble(in)
		require.NoError(t, err)
		base := money.Zero(o.Currency)
		for _, l := range o.Lines {
			left, err := l.Subtotal.Sub(l.Discount)
			require.NoError(t, err)
			base, err = base.Add(left)
			require.NoError(t, err)
		}
		den := int64(1_000_000)
		if o.Terms.TaxIncluded {
			den += rate
		}
		want, err := base.MulDiv(rate, den, o.Terms.Rounding)
		require.NoError(t, err)
		require.Equal(t, want, o.Totals.Tax)
	})
}

// TestRefundingInPartsIsRefundingAtOnce credits all units of all lines in random
// parts and order, and compares with crediting each line at once.
func TestRefundingInPartsIsRefundingAtOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := drawAssembly(t)
		parts, err := order.Assemble(in)
		require.NoError(t, err)
		if goodwill := parts.Due(); goodwill.Sign() > 0 && rapid.Bool().Draw(t, "goodwill") {
			half, err := goodwill.MulDiv(1, 2, money.Up)
			require.NoError(t, err)
			require.NoError(t, parts.CreditOrder(in.IDs, half, money.Money{}, why))
		}
		once := parts.Clone()
		for i := range once.Lines {
			_, err := once.CreditLine(in.IDs, once.Lines[i].ID, once.Lines[i].Quantity, why)
			require.NoError(t, err)
		}
		require.NoError(t, once.Check())

		open := make([]int, len(parts.Lines))
		for i := range open {
			open[i] = i
		}
		capped := once.Due().Sign() <= 0
		for len(open) > 0 {
			k := rapid.IntRange(0, len(open)-1).Draw(t, "line")
			l := &parts.Lines[open[k]]
			left := l.Quantity.Sub(parts.CreditedUnits(l.ID))
			q := quantity.Min(left, quantity.FromMicro(rapid.Int64Range(1, 3).Draw(t, "units")*1_000_000))
			_, err := parts.CreditLine(in.IDs, l.ID, q, why)
			require.NoError(t, err)
			require.NoError(t, parts.Check())
			if q == left {
				open = slices.Delete(open, k, k+1)
			}
		}
		require.Equal(t, once.Totals, parts.Totals)
		if !capped {
			for i := range parts.Lines {
				require.Equal(t, parts.Lines[i].Total, parts.Lines[i].Credited)
				require.Equal(t, parts.Lines[i].Tax, taxParts(t, parts, parts.Lines[i].ID))
			}
		}
	})
}

func taxParts(t require.TestingT, o *order.Order, line uuid.UUID) money.Money {
	sum := money.Zero(o.Currency)
	for _, a := range o.Adjustments {
		if a.Kind == order.Credit && a.LineID == line {
			var err error
			sum, err = sum.Sub(a.TaxPart)
			require.NoError(t, err)
		}
	}
	return sum
}

// TestFoldingTheHistoryGivesTheOrder applies random changes, sends every delta
// through JSON, and folds them: the result is the order, field by field.
func TestFoldingTheHistoryGivesTheOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := drawAssembly(t)
		in.Header.Version, in.Header.CustomerID = 1, in.IDs.Next()
		o, err := order.Assemble(in)
		require.NoError(t, err)
		folded := fold(t, nil, nil, o)
		for range rapid.IntRange(0, 8).Draw(t, "changes") {
			after := o.Clone()
			after.Version++
			change(t, after, in.IDs)
			folded = fold(t, folded, o, after)
			require.Equal(t, after, folded)
			require.NoError(t, folded.Check())
			o = after
		}
		require.Equal(t, o, folded)
	})
}

// fold sends what leads from before to after through JSON and applies it.
func fold(t require.TestingT, to, before, after *order.Order) *order.Order {
	data, err := json.Marshal(order.Diff(before, after))
	require.NoError(t, err)
	var d order.Delta
	require.NoError(t, json.Unmarshal(data, &d))
	folded, err := order.Apply(to, &d)
	require.NoError(t, err)
	return folded
}

// change does one random thing that happens to orders.
func change(t *rapid.T, o *order.Order, ids *event.IDs) {
	p := order.CreditParams{Code: "any", At: placed.Add(time.Hour)}
	if len(o.Lines) > 0 {
		l := &o.Lines[rapid.IntRange(0, len(o.Lines)-1).Draw(t, "line")]
		q := quantity.FromMicro(rapid.Int64Range(1, 2_000_000).Draw(t, "units"))
		for _, move := range []string{"allocate", "ship", "deliver", "request", "good"} {
			if rapid.Bool().Draw(t, move) {
				_ = moves[move].do(l, q)
			}
		}
		if rapid.Bool().Draw(t, "credit") {
			_, _ = o.CreditLine(ids, l.ID, q, p)
		}
	}
	switch rapid.IntRange(0, 4).Draw(t, "also") {
	case 0:
		require.NoError(t, o.CreditBeyond(ids, minorOf(t, o.Currency), money.Money{}, p))
	case 1:
		require.NoError(t, o.Charge(ids, order.Charge{Code: "late", Amount: minorOf(t, o.Currency)}, placed))
	case 2:
		r := order.Return{ID: ids.Next(), Status: order.ReturnRequested, RequestedAt: placed}
		r.Lines = []order.ReturnLine{{SKU: "SKU", Quantity: two, UnitPrice: minorOf(t, o.Currency)}}
		o.Returns = append(o.Returns, r)
	case 3:
		for i := range o.Returns {
			_ = o.Returns[i].Lines[0].Receive(one, none, none)
			o.Returns[i].Status = order.DeriveReturnState(o.Returns[i].Lines)
			o.Returns[i].ReceivedAt = placed.Add(time.Minute)
		}
	case 4:
		require.NoError(t, order.IntKey("step").Set(&o.Metadata, o.Version))
	}
}

func minorOf(t *rapid.T, c money.Currency) money.Money {
	m, err := money.Minor(rapid.Int64Range(1, 5_000).Draw(t, "amount"), c)
	require.NoError(t, err)
	return m
}
