package order_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
)

var placed = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)

// newIDs returns ids that are the same in every run.
func newIDs() *event.IDs { return event.NewIDs(uuid.MustParse("01890000-0000-7000-8000-000000000001")) }

func eur(amount string) money.Money { return money.MustParse(amount + " EUR") }

func line(sku, q, unit string) order.PricedLine {
	return order.PricedLine{SKU: sku, Quantity: quantity.MustParse(q), UnitPrice: money.MustParse(unit)}
}

func assembly(lines ...order.PricedLine) order.Assembly {
	return order.Assembly{IDs: newIDs(), Header: order.Order{Number: "1", PlacedAt: placed}, Lines: lines}
}

// plain is the cart that is placed most: three lines and nothing else.
func plain() order.Assembly {
	return assembly(line("TEE", "2", "19.90 EUR"), line("CAP", "1", "12.00 EUR"), line("MUG", "3", "8.50 EUR"))
}

func assemble(t *testing.T, in order.Assembly) *order.Order {
	t.Helper()
	o, err := order.Assemble(in)
	require.NoError(t, err)
	require.NoError(t, o.Check())
	return o
}

func TestAssemblePlain(t *testing.T) {
	t.Parallel()
	o := assemble(t, plain())
	require.Equal(t, eur("77.30"), o.Totals.Total)
	require.Equal(t, eur("77.30"), o.Totals.Goods)
	require.Equal(t, eur("77.30"), o.Due())
	require.Equal(t, money.EUR, o.Currency)
	require.Empty(t, o.Adjustments)
	require.Equal(t, order.Unfulfilled, o.FulfillmentStatus)
	require.Equal(t, order.NotReturned, o.ReturnStatus)
	require.Equal(t, order.PaymentPending, o.PaymentStatus)
	for i, l := range o.Lines {
		require.Equal(t, i+1, l.Position)
		require.Equal(t, l.Quantity, l.Unsourced)
		require.Equal(t, l.Subtotal, l.Total)
		require.NotEqual(t, uuid.Nil, l.ID)
	}
	require.NotEqual(t, uuid.Nil, o.ID)
}

func TestAssemblePlainIsCheap(t *testing.T) {
	ids, in := newIDs(), plain()
	in.IDs = ids
	allocations := testing.AllocsPerRun(200, func() {
		if _, err := order.Assemble(in); err != nil {
			t.Fatal(err)
		}
	})
	require.LessOrEqual(t, allocations, 10.0)
}

func BenchmarkAssemblePlain(b *testing.B) {
	in := plain()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := order.Assemble(in); err != nil {
			b.Fatal(err)
		}
	}
}

func TestAssembleKeepsIDOfHeader(t *testing.T) {
	t.Parallel()
	in := plain()
	in.Header.ID = uuid.MustParse("01890000-0000-7000-8000-00000000abcd")
	require.Equal(t, in.Header.ID, assemble(t, in).ID)
}

func TestAssembleCharges(t *testing.T) {
	t.Parallel()
	in := assembly(line("TEE", "2", "19.90 EUR"))
	in.Shipping = &order.Charge{Code: "post", Label: "Parcel", Amount: eur("4.90")}
	in.Fees = []order.Charge{{Code: "wrap", Amount: eur("1.50")}, {Code: "gesture", Amount: eur("-0.50")}}
	in.Discounts = []order.DiscountProposal{
		{Code: "TEN", Amount: eur("10.00")},
		{Code: "SHIP", Amount: eur("99.00"), Shipping: true},
	}
	o := assemble(t, in)
	require.Equal(t, "post", o.Shipping)
	require.Equal(t, order.Totals{
		Goods: eur("39.80"), Discount: eur("14.90"), Shipping: eur("4.90"), Fees: eur("1.00"),
		Tax: eur("0"), TaxIncluded: eur("0"), Total: eur("30.80"), Credited: eur("0"),
	}, o.Totals)
	require.Equal(t, eur("29.80"), o.Lines[0].Total)
	kinds := make([]string, len(o.Adjustments))
	for i, a := range o.Adjustments {
		kinds[i] = fmt.Sprintf("%s %s %s %s", a.Scope, a.Kind, a.Code, a.Amount)
		require.Equal(t, placed, a.At)
	}
	require.Equal(t, []string{
		"line discount TEN -10.00 EUR", "shipping discount SHIP -4.90 EUR",
		"shipping shipping post 4.90 EUR", "order fee wrap 1.50 EUR", "order fee gesture -0.50 EUR",
	}, kinds)
}

func TestAssembleWithoutLinesIsChargesAlone(t *testing.T) {
	t.Parallel()
	in := assembly()
	in.Header.Currency = money.EUR
	in.Fees = []order.Charge{{Code: "bank", Amount: eur("-3.20")}}
	o := assemble(t, in)
	require.Equal(t, eur("-3.20"), o.Totals.Total)
}

func TestDiscountNeverExceedsItsLines(t *testing.T) {
	t.Parallel()
	in := assembly(line("A", "1", "10.00 EUR"), line("B", "1", "0.00 EUR"), line("C", "1", "5.00 EUR"))
	in.Discounts = []order.DiscountProposal{
		{Code: "C-ONLY", Amount: eur("3.00"), Lines: []int{2}},
		{Code: "ALL", Amount: eur("100.00")},
		{Code: "LATE", Amount: eur("1.00")},
	}
	o := assemble(t, in)
	require.Equal(t, eur("0"), o.Totals.Total)
	require.Equal(t, eur("15.00"), o.Totals.Discount)
	require.Len(t, o.Adjustments, 3) // C-ONLY on C, ALL on A and C
}

func TestDiscountIsSharedByLargestRemainder(t *testing.T) {
	t.Parallel()
	in := assembly(line("A", "1", "10.00 EUR"), line("B", "1", "10.00 EUR"), line("C", "1", "10.00 EUR"))
	in.Discounts = []order.DiscountProposal{{Amount: eur("10.00")}}
	o := assemble(t, in)
	require.Equal(t, eur("3.34"), o.Lines[0].Discount)
	require.Equal(t, eur("3.33"), o.Lines[1].Discount)
	require.Equal(t, eur("3.33"), o.Lines[2].Discount)
}

func TestUnitPriceIsRoundedOncePerLine(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		unit, quantity string
		rounding       money.Rounding
		want           string
	}{
		{"0.001250 EUR", "1000", money.HalfUp, "1.25 EUR"},
		{"0.001250 EUR", "3", money.HalfUp, "0.00 EUR"},
		{"0.125 EUR", "1", money.HalfUp, "0.13 EUR"},
		{"0.125 EUR", "1", money.HalfEven, "0.12 EUR"},
		{"0.125 EUR", "1", money.HalfDown, "0.12 EUR"},
		{"0.121 EUR", "1", money.Up, "0.13 EUR"},
		{"0.129 EUR", "1", money.Down, "0.12 EUR"},
		{"19.90 EUR", "1.5", money.HalfUp, "29.85 EUR"},
		{"0.00000001 EUR", "1000000", money.HalfUp, "0.01 EUR"},
		{"100 JPY", "0.333", money.HalfUp, "33 JPY"},
		{"1.005 KWD", "0.5", money.HalfUp, "0.503 KWD"},
		{"0.00 EUR", "7", money.Up, "0.00 EUR"},
	} {
		in := assembly(line("A", test.quantity, test.unit))
		in.Header.Terms.Rounding = test.rounding
		require.Equal(t, money.MustParse(test.want), assemble(t, in).Totals.Total, "%+v", test)
	}
}

func TestAssembleRefuses(t *testing.T) {
	t.Parallel()
	shipping := func(amount string) *order.Charge { return &order.Charge{Amount: money.MustParse(amount)} }
	for name, test := range map[string]struct {
		change func(in *order.Assembly)
		field  string
	}{
		"no ids":              {func(in *order.Assembly) { in.IDs = nil }, "ids"},
		"negative price":      {func(in *order.Assembly) { in.Lines[2].UnitPrice = eur("-0.01") }, "lines[2].unit_price"},
		"no price":            {func(in *order.Assembly) { in.Lines[1].UnitPrice = money.Money{} }, "lines[1].unit_price"},
		"other currency":      {func(in *order.Assembly) { in.Lines[1].UnitPrice = money.MustParse("1 JPY") }, "lines[1].unit_price"},
		"not the header's":    {func(in *order.Assembly) { in.Header.Currency = money.JPY }, "lines[0].unit_price"},
		"no currency":         {func(in *order.Assembly) { in.Lines = nil }, "currency"},
		"zero quantity":       {func(in *order.Assembly) { in.Lines[0].Quantity = quantity.Of(0) }, "lines[0].quantity"},
		"negative quantity":   {func(in *order.Assembly) { in.Lines[0].Quantity = quantity.Of(-1) }, "lines[0].quantity"},
		"endless quantity":    {func(in *order.Assembly) { in.Lines[0].Quantity = quantity.FromMicro(1 << 62) }, "lines[0].quantity"},
		"no SKU":              {func(in *order.Assembly) { in.Lines[1].SKU = "" }, "lines[1].sku"},
		"line out of range":   {func(in *order.Assembly) { in.Lines[0].UnitPrice = eur("90000000000000000") }, "lines[0].unit_price"},
		"total out of range":  {func(in *order.Assembly) { huge(in) }, "lines"},
		"shipping below zero": {func(in *order.Assembly) { in.Shipping = shipping("-1.00 EUR") }, "shipping.amount"},
		"shipping too fine":   {func(in *order.Assembly) { in.Shipping = shipping("1.001 EUR") }, "shipping.amount"},
		"shipping in yen":     {func(in *order.Assembly) { in.Shipping = shipping("1 JPY") }, "shipping.amount"},
		"fee too fine":        {func(in *order.Assembly) { in.Fees = []order.Charge{*shipping("1.001 EUR")} }, "fees[0].amount"},
		"fee in yen":          {func(in *order.Assembly) { in.Fees = []order.Charge{*shipping("1 JPY")} }, "fees[0].amount"},
		"unknown level":       {func(in *order.Assembly) { in.Header.Terms.Level = "galaxy" }, "terms.level"},
		"unknown rounding":    {func(in *order.Assembly) { in.Header.Terms.Rounding = 9 }, "terms.rounding"},
		"negative discount":   {discount(order.DiscountProposal{Amount: eur("-1.00")}), "discounts[0]"},
		"discount too fine":   {discount(order.DiscountProposal{Amount: eur("0.001")}), "discounts[0]"},
		"discount on line 3":  {discount(order.DiscountProposal{Amount: eur("1"), Lines: []int{3}}), "discounts[0]"},
		"discount on line -1": {discount(order.DiscountProposal{Amount: eur("1"), Lines: []int{-1}}), "discounts[0]"},
		"discount twice":      {discount(order.DiscountProposal{Amount: eur("1"), Lines: []int{1, 1}}), "discounts[0]"},
		"discount on both":    {discount(order.DiscountProposal{Amount: eur("1"), Lines: []int{1}, Shipping: true}), "discounts[0]"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := plain()
			test.change(&in)
			_, err := order.Assemble(in)
			var invalid *fault.InvalidError
			require.ErrorAs(t, err, &invalid)
			require.Equal(t, test.field, invalid.Field)
			require.Equal(t, fault.Rejected, fault.KindOf(err))
			require.NotContains(t, err.Error(), "%!")
		})
	}
}

func discount(d order.DiscountProposal) func(*order.Assembly) {
	return func(in *order.Assembly) { in.Discounts = []order.DiscountProposal{d} }
}

// huge makes each line fit and their sum not.
func huge(in *order.Assembly) {
	for i := range in.Lines {
		in.Lines[i].Quantity = quantity.Of(1)
		in.Lines[i].UnitPrice = eur("9" + strings.Repeat("0", 16))
	}
}
