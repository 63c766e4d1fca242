package order_test

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
)

// full is an order with every kind of adjustment, credits of all scopes included.
func full(t require.TestingT, terms order.Terms) *order.Order {
	in := plain()
	in.Header.Terms = terms
	in.Shipping = &order.Charge{Code: "post", Amount: eur("4.90")}
	in.Fees = []order.Charge{{Code: "wrap", Amount: eur("2.00")}}
	in.Discounts = []order.DiscountProposal{
		{Code: "TEN", Amount: eur("7.77")}, {Code: "SHIP", Amount: eur("1.00"), Shipping: true},
	}
	in.Taxes = rates(190_000, 0, 1, 2, order.ShippingLine)
	o, err := order.Assemble(in)
	require.NoError(t, err)
	ids := in.IDs
	why := order.CreditParams{Code: "return", At: placed}
	_, err = o.CreditLine(ids, o.Lines[0].ID, quantity.Of(1), why)
	require.NoError(t, err)
	_, err = o.CreditShipping(ids, eur("1.00"), why)
	require.NoError(t, err)
	require.NoError(t, o.CreditOrder(ids, eur("0.50"), eur("0.08"), why))
	require.NoError(t, o.Check())
	return o
}

// TestCheckFindsEveryCent takes one cent from, and adds one to, every amount of an
// order, one at a time, and expects Check to see each.
func TestCheckFindsEveryCent(t *testing.T) {
	t.Parallel()
	for _, terms := range []order.Terms{{}, {TaxIncluded: true}} {
		var planted int
		for _, cents := range []int64{-1, 1} {
			cent, _ := money.Minor(cents, money.EUR)
			for i := 0; ; i++ {
				o := full(t, terms)
				path := tamper(reflect.ValueOf(o).Elem(), "", &countdown{left: i}, cent)
				if path == "" {
					break
				}
				planted++
				var broken *order.InvariantError
				require.ErrorAs(t, o.Check(), &broken, "%+d cent on %s", cents, path)
				require.Equal(t, o.ID, broken.OrderID)
				require.Equal(t, fault.Rejected, fault.KindOf(broken))
			}
		}
		require.Greater(t, planted, 2*(8+3*6))
	}
}

type countdown struct{ left int }

// tamper adds cent to one amount and returns its path, "" behind the last. The tax
// inside a credit, which is a part and no sum, is left out.
func tamper(v reflect.Value, path string, n *countdown, cent money.Money) string {
	if m, ok := v.Interface().(money.Money); ok {
		if n.left--; n.left >= 0 {
			return ""
		}
		sum, err := m.Add(cent)
		if err != nil {
			panic(err)
		}
		v.Set(reflect.ValueOf(sum))
		return path
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() && f.Name != "TaxPart" {
				if p := tamper(v.Field(i), path+"."+f.Name, n, cent); p != "" {
					return p
				}
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			if p := tamper(v.Index(i), fmt.Sprintf("%s[%d]", path, i), n, cent); p != "" {
				return p
			}
		}
	}
	return ""
}

func TestCheckFinds(t *testing.T) {
	t.Parallel()
	first := func(o *order.Order, kind order.AdjustmentKind, scope order.Scope) *order.Adjustment {
		for i := range o.Adjustments {
			if a := &o.Adjustments[i]; a.Kind == kind && a.Scope == scope {
				return a
			}
		}
		panic("none")
	}
	yen := money.MustParse("1 JPY")
	for name, test := range map[string]struct {
		harm func(o *order.Order)
		rule string
	}{
		"unknown currency":    {func(o *order.Order) { o.Currency = "XX" }, "currency"},
		"line in yen":         {func(o *order.Order) { o.Lines[1].Tax = yen }, "line.tax"},
		"line without money":  {func(o *order.Order) { o.Lines[1].Credited = money.Money{} }, "line.credited"},
		"price in yen":        {func(o *order.Order) { o.Lines[1].UnitPrice = yen }, "line.unit_price"},
		"too fine":            {func(o *order.Order) { o.Lines[1].Total = eur("1.001") }, "line.total"},
		"discount too large":  {func(o *order.Order) { o.Lines[1].Discount = eur("12.01") }, "line.discount"},
		"credit too large":    {func(o *order.Order) { o.Lines[1].Credited = eur("1000") }, "line.credited"},
		"unit lost":           {func(o *order.Order) { o.Lines[1].Unsourced = quantity.Of(0) }, "line.partition"},
		"adjustment in yen":   {func(o *order.Order) { o.Adjustments[0].Amount = yen }, "adjustment.amount"},
		"tax part in yen":     {func(o *order.Order) { o.Adjustments[0].TaxPart = yen }, "adjustment.amount"},
		"positive discount":   {func(o *order.Order) { o.Adjustments[0].Amount = eur("1") }, "adjustment.discount"},
		"negative tax":        {func(o *order.Order) { first(o, order.Tax, order.OnLine).Amount = eur("-1") }, "adjustment.tax"},
		"negative shipping":   {func(o *order.Order) { first(o, order.Shipping, order.OnShipping).Amount = eur("-1") }, "adjustment.shipping"},
		"positive credit":     {func(o *order.Order) { first(o, order.Credit, order.OnLine).Amount = eur("1") }, "adjustment.credit"},
		"tax part too large":  {func(o *order.Order) { first(o, order.Credit, order.OnOrder).TaxPart = eur("-0.51") }, "adjustment.credit"},
		"positive tax part":   {func(o *order.Order) { first(o, order.Credit, order.OnOrder).TaxPart = eur("0.01") }, "adjustment.credit"},
		"tax part of a tax":   {func(o *order.Order) { first(o, order.Tax, order.OnLine).TaxPart = eur("0.01") }, "adjustment.tax"},
		"included fee":        {func(o *order.Order) { first(o, order.Fee, order.OnOrder).Included = true }, "adjustment.fee"},
		"unknown kind":        {func(o *order.Order) { o.Adjustments[0].Kind = "gift" }, "adjustment.gift"},
		"unknown scope":       {func(o *order.Order) { o.Adjustments[0].Scope = "world" }, "adjustment.scope"},
		"unknown line":        {func(o *order.Order) { o.Adjustments[0].LineID = uuid.Nil }, "adjustment.line_id"},
		"line on an order":    {func(o *order.Order) { first(o, order.Fee, order.OnOrder).LineID = o.Lines[0].ID }, "adjustment.line_id"},
		"fee on a line":       {func(o *order.Order) { move(first(o, order.Fee, order.OnOrder), o) }, "adjustment.scope"},
		"shipping on a line":  {func(o *order.Order) { move(first(o, order.Shipping, order.OnShipping), o) }, "adjustment.scope"},
		"discount on order":   {func(o *order.Order) { o.Adjustments[0].Scope, o.Adjustments[0].LineID = order.OnOrder, uuid.Nil }, "adjustment.scope"},
		"another line's":      {func(o *order.Order) { o.Adjustments[0].LineID = o.Lines[2].ID }, "line.discount"},
		"a lost entry":        {func(o *order.Order) { o.Adjustments = o.Adjustments[1:] }, "line.discount"},
		"no entries":          {func(o *order.Order) { o.Adjustments = nil }, "line.discount"},
		"included forgotten":  {func(o *order.Order) { first(o, order.Tax, order.OnLine).Included = true }, "line.total"},
		"rounding changed":    {func(o *order.Order) { o.Lines[0].UnitPrice = eur("19.904") }, "line.subtotal"},
		"subtotal of another": {func(o *order.Order) { o.Lines[0].Subtotal = o.Lines[1].Subtotal }, "line.subtotal"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := full(t, order.Terms{Rounding: money.Up})
			test.harm(o)
			var broken *order.InvariantError
			require.ErrorAs(t, o.Check(), &broken)
			require.Equal(t, test.rule, broken.Rule)
			require.Contains(t, broken.Error(), test.rule)
		})
	}
}

// TestCheckFindsACreditOfMoreThanTheLine plants one that is booked everywhere.
func TestCheckFindsACreditOfMoreThanTheLine(t *testing.T) {
	t.Parallel()
	o := full(t, order.Terms{})
	o.Adjustments = append(o.Adjustments, order.Adjustment{
		Scope: order.OnLine, LineID: o.Lines[1].ID, Kind: order.Credit, Amount: eur("-100"), TaxPart: eur("0"),
	})
	o.Lines[1].Credited = eur("100")
	o.Totals.Credited, _ = o.Totals.Credited.Add(eur("100"))
	var broken *order.InvariantError
	require.ErrorAs(t, o.Check(), &broken)
	require.Equal(t, "line.credited", broken.Rule)
}

func move(a *order.Adjustment, o *order.Order) { a.Scope, a.LineID = order.OnLine, o.Lines[0].ID }

func TestCheckAllocatesLittle(t *testing.T) {
	o, err := order.Assemble(plain())
	require.NoError(t, err)
	require.LessOrEqual(t, testing.AllocsPerRun(100, func() {
		if err := o.Check(); err != nil {
			t.Fatal(err)
		}
	}), 1.0)
}

func TestDueOfMixedTotalsIsNothing(t *testing.T) {
	t.Parallel()
	o := full(t, order.Terms{})
	o.Totals.Credited = money.MustParse("1 JPY")
	require.Equal(t, money.Money{}, o.Due())
}
