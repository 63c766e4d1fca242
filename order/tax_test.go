package order_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
)

// rates is one tax at one rate on each of the places.
func rates(ppm int64, places ...int) []order.TaxPart {
	parts := make([]order.TaxPart, len(places))
	for i, place := range places {
		parts[i] = order.TaxPart{Line: place, RatePPM: ppm, Code: "VAT"}
	}
	return parts
}

func given(line int, amount string) order.TaxPart {
	m := money.MustParse(amount)
	return order.TaxPart{Line: line, Code: "VAT", Amount: &m}
}

// TestTaxLevels has the textbook figures where the level makes a difference.
func TestTaxLevels(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		quantity, unit string
		ppm            int64
		included       bool
		level          order.TaxLevel
		want           string
	}{
		{"5", "0.99 EUR", 82_500, false, order.PerUnit, "0.40 EUR"},
		{"5", "0.99 EUR", 82_500, false, order.PerLine, "0.41 EUR"},
		{"5", "0.99 EUR", 82_500, false, order.PerOrder, "0.41 EUR"},
		{"7", "1.49 EUR", 77_000, false, order.PerUnit, "0.77 EUR"},
		{"7", "1.49 EUR", 77_000, false, order.PerLine, "0.80 EUR"},
		{"10", "0.05 EUR", 200_000, true, order.PerUnit, "0.10 EUR"},
		{"10", "0.05 EUR", 200_000, true, order.PerLine, "0.08 EUR"},
		{"10", "0.05 EUR", 200_000, true, "", "0.08 EUR"},
		{"1.5", "10.00 EUR", 190_000, false, order.PerUnit, "2.85 EUR"},
		{"3", "100 JPY", 100_000, false, order.PerLine, "30 JPY"},
		{"1", "1.005 KWD", 50_000, false, order.PerLine, "0.050 KWD"},
		{"2", "9.99 EUR", 0, false, order.PerLine, "0.00 EUR"},
		{"2", "9.99 EUR", 0, true, order.PerOrder, "0.00 EUR"},
		{"2", "9.99 EUR", 1_000_000, true, order.PerLine, "9.99 EUR"},
	} {
		in := assembly(line("A", test.quantity, test.unit))
		in.Header.Terms = order.Terms{TaxIncluded: test.included, Level: test.level}
		in.Taxes = rates(test.ppm, 0)
		o := assemble(t, in)
		require.Equal(t, money.MustParse(test.want), o.Totals.Tax, "%+v", test)
		want := o.Totals.Goods
		if !test.included {
			want, _ = want.Add(o.Totals.Tax)
		}
		require.Equal(t, want, o.Totals.Total)
	}
}

// TestTaxPerOrder rounds once: three times 0.33 at 10 % are 0.03 each, and 0.10
// over all three.
func TestTaxPerOrder(t *testing.T) {
	t.Parallel()
	in := assembly(line("A", "1", "0.33 EUR"), line("B", "1", "0.33 EUR"), line("C", "1", "0.33 EUR"))
	in.Taxes = rates(100_000, 2, 0, 1) // in any order
	require.Equal(t, eur("0.09"), assemble(t, in).Totals.Tax)
	in.Header.Terms.Level = order.PerOrder
	o := assemble(t, in)
	require.Equal(t, eur("0.10"), o.Totals.Tax)
	require.Equal(t, eur("0.04"), o.Lines[0].Tax)
	require.Equal(t, eur("0.03"), o.Lines[1].Tax)
}

func TestTaxPerOrderHasOneRoundingPerRate(t *testing.T) {
	t.Parallel()
	in := assembly(line("A", "1", "0.33 EUR"), line("B", "1", "0.33 EUR"), line("C", "1", "0.33 EUR"))
	in.Header.Terms.Level = order.PerOrder
	in.Taxes = append(rates(100_000, 0, 1, 2), order.TaxPart{Line: 1, RatePPM: 50_000, Code: "CITY"})
	o := assemble(t, in)
	require.Equal(t, eur("0.12"), o.Totals.Tax) // 0.10 and 0.02
	require.Equal(t, eur("0.05"), o.Lines[1].Tax)
}

func TestCompoundTaxStandsOnTheTaxesBefore(t *testing.T) {
	t.Parallel()
	parts := []order.TaxPart{
		{Line: 0, RatePPM: 50_000, Code: "GST"},
		{Line: 0, RatePPM: 99_750, Code: "QST", Compound: true},
	}
	for _, level := range []order.TaxLevel{order.PerLine, order.PerUnit, order.PerOrder} {
		in := assembly(line("A", "1", "100.00 EUR"))
		in.Header.Terms.Level = level
		in.Taxes = parts
		o := assemble(t, in)
		require.Equal(t, eur("5.00"), o.Adjustments[0].Amount)
		require.Equal(t, eur("10.47"), o.Adjustments[1].Amount) // 9.975 % of 105.00
		// The other way round, 115.47 contain nearly the same.
		in = assembly(line("A", "1", "115.47 EUR"))
		in.Header.Terms = order.Terms{Level: level, TaxIncluded: true}
		in.Taxes = parts
		o = assemble(t, in)
		require.Equal(t, eur("15.47"), o.Totals.Tax)
		require.Equal(t, eur("5.00"), o.Adjustments[0].Amount)
		require.Equal(t, eur("10.47"), o.Adjustments[1].Amount)
	}
}

// TestIncludedTaxPerUnitIsExact needs more than 64 bits on the way.
func TestIncludedTaxPerUnitIsExact(t *testing.T) {
	t.Parallel()
	in := assembly(line("A", "12.345678", "10.00 EUR"))
	in.Header.Terms = order.Terms{Level: order.PerUnit, TaxIncluded: true}
	in.Taxes = []order.TaxPart{
		{Line: 0, RatePPM: 50_001, Code: "A"},
		{Line: 0, RatePPM: 99_753, Code: "B", Compound: true},
	}
	o := assemble(t, in)
	// e = 0.050001 + 0.099753 × 1.050001 = 0.154741749753; 123.46 / 12.345678 × e / (1 + e) = 1.3401… a unit
	require.Equal(t, eur("16.54"), o.Totals.Tax)
}

// TestIncludedCompoundTaxIsExact has an amount that a rate of six decimals only
// would get wrong: 10^11 × 0.154741749753 / 1.154741749753.
func TestIncludedCompoundTaxIsExact(t *testing.T) {
	t.Parallel()
	in := assembly(line("A", "1", "100000000000.00 EUR"))
	in.Header.Terms.TaxIncluded = true
	in.Taxes = []order.TaxPart{
		{Line: 0, RatePPM: 50_001, Code: "A"},
		{Line: 0, RatePPM: 99_753, Code: "B", Compound: true},
	}
	require.Equal(t, eur("13400550364.28"), assemble(t, in).Totals.Tax)
}

func TestShippingIsTaxedAfterItsDiscount(t *testing.T) {
	t.Parallel()
	for _, level := range []order.TaxLevel{order.PerLine, order.PerUnit, order.PerOrder} {
		in := assembly(line("A", "1", "10.00 EUR"))
		in.Header.Terms.Level = level
		in.Shipping = &order.Charge{Code: "post", Amount: eur("5.00")}
		in.Discounts = []order.DiscountProposal{{Code: "HALF", Amount: eur("2.50"), Shipping: true}}
		in.Taxes = rates(200_000, 0, order.ShippingLine)
		o := assemble(t, in)
		require.Equal(t, eur("2.50"), o.Totals.Tax)
		require.Equal(t, eur("15.00"), o.Totals.Total)
	}
}

func TestTaxByAmounts(t *testing.T) {
	t.Parallel()
	for _, level := range []order.TaxLevel{order.PerLine, order.PerUnit, order.PerOrder} {
		for _, included := range []bool{false, true} {
			in := plain()
			in.Header.Terms = order.Terms{Level: level, TaxIncluded: included}
			in.Taxes = []order.TaxPart{given(1, "2.17 EUR"), given(0, "0.00 EUR"), given(1, "1.00 EUR")}
			in.Taxes = append(in.Taxes, rates(100_000, 2)...)
			o := assemble(t, in)
			require.Equal(t, eur("3.17"), o.Lines[1].Tax)
			require.Equal(t, eur("0"), o.Lines[0].Tax)
			require.Positive(t, o.Lines[2].Tax.Sign())
		}
	}
}

func TestTaxRefusesAnswers(t *testing.T) {
	t.Parallel()
	for name, parts := range map[string][]order.TaxPart{
		"line too large":       rates(1, 3),
		"line too small":       rates(1, -2),
		"no shipping":          rates(1, order.ShippingLine),
		"rate below zero":      rates(-1, 0),
		"rate over 100 %":      rates(1_000_001, 0),
		"amount below zero":    {given(0, "-0.01 EUR")},
		"amount in yen":        {given(0, "1 JPY")},
		"amount too fine":      {given(0, "0.001 EUR")},
		"amount over 100 %":    {given(1, "12.01 EUR")},
		"amounts over 100 %":   {given(1, "6.01 EUR"), given(1, "6.00 EUR")},
		"rate and amount":      {rates(1, 0)[0], given(0, "0.01 EUR")},
		"more than can be":     rates(1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
		"amounts out of range": {given(0, "90000000000000000 EUR"), given(0, "90000000000000000 EUR")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := plain()
			in.Taxes = parts
			_, err := order.Assemble(in)
			var refused *order.ProviderError
			require.ErrorAs(t, err, &refused)
			require.Equal(t, "tax", refused.Provider)
			require.Equal(t, fault.Rejected, fault.KindOf(err))
		})
	}
}

func TestTaxRefusesCompoundRatesBeyondReckoning(t *testing.T) {
	t.Parallel()
	for _, level := range []order.TaxLevel{order.PerLine, order.PerOrder} {
		in := plain()
		in.Header.Terms = order.Terms{TaxIncluded: true, Level: level}
		for range 5 {
			in.Taxes = append(in.Taxes, order.TaxPart{RatePPM: 1_000_000, Compound: true, Code: "X"})
		}
		_, err := order.Assemble(in)
		var refused *order.ProviderError
		require.ErrorAs(t, err, &refused)
	}
}

func TestTaxPerOrderRefusesACycle(t *testing.T) {
	t.Parallel()
	a := order.TaxPart{RatePPM: 1000, Code: "A", Compound: true}
	b := order.TaxPart{RatePPM: 1000, Code: "B", Compound: true}
	on := func(line int, p order.TaxPart) order.TaxPart { p.Line = line; return p }
	in := plain()
	in.Header.Terms.Level = order.PerOrder
	in.Taxes = []order.TaxPart{on(0, a), on(0, b), on(1, b), on(1, a)}
	_, err := order.Assemble(in)
	var refused *order.ProviderError
	require.ErrorAs(t, err, &refused)
	in.Header.Terms.Level = order.PerLine // where every line stands by itself
	assemble(t, in)
}

// calculator answers what it is told, and remembers the question.
type calculator struct {
	asked order.TaxRequest
	parts []order.TaxPart
	err   error
}

func (c *calculator) Taxes(_ context.Context, r order.TaxRequest) ([]order.TaxPart, error) {
	c.asked = r
	return c.parts, c.err
}

func TestAssemblyTaxAsksAboutDiscountedAmounts(t *testing.T) {
	t.Parallel()
	in := plain()
	in.Lines[0].TaxCategory = "clothes"
	in.Header.Channel = "web"
	in.Shipping = &order.Charge{Amount: eur("5.00")}
	in.Discounts = []order.DiscountProposal{{Amount: eur("9.80"), Lines: []int{0}}, {Amount: eur("1.00"), Shipping: true}}
	c := &calculator{parts: rates(100_000, 0)}
	to := order.Place{Country: "DE", PostalCode: "10115"}
	require.NoError(t, in.Tax(t.Context(), c, to, order.Place{}))
	require.Equal(t, to, c.asked.ShipTo)
	require.Equal(t, placed, c.asked.At)
	require.Equal(t, "web", c.asked.Channel)
	require.Equal(t, eur("30.00"), c.asked.Lines[0].Amount)
	require.Equal(t, "clothes", c.asked.Lines[0].Category)
	require.Equal(t, eur("4.00"), c.asked.Shipping)
	require.Equal(t, eur("3.00"), assemble(t, in).Totals.Tax)

	c.parts = rates(100_000, 7)
	var refused *order.ProviderError
	require.ErrorAs(t, in.Tax(t.Context(), c, to, order.Place{}), &refused)
	require.Len(t, in.Taxes, 1) // those of before
	c.err = errors.New("down")
	require.ErrorIs(t, in.Tax(t.Context(), c, to, order.Place{}), c.err)
	require.NoError(t, in.Tax(t.Context(), nil, to, order.Place{}))
	require.Empty(t, in.Taxes)
}
