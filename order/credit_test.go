package order_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
)

var why = order.CreditParams{Code: "return", Label: "Returned", At: placed}

func TestCreditLineGivesSharesThatAddUp(t *testing.T) {
	t.Parallel()
	in := assembly(line("A", "3", "3.33 EUR"))
	in.Lines[0].UnitPrice = eur("3.3333")
	in.Taxes = rates(190_000, 0)
	o := assemble(t, in) // 10.00 and 1.90 tax
	var amounts, taxes []money.Money
	for range 3 {
		amount, err := o.CreditLine(in.IDs, o.Lines[0].ID, one, why)
		require.NoError(t, err)
		require.NoError(t, o.Check())
		amounts = append(amounts, amount)
		taxes = append(taxes, o.Adjustments[len(o.Adjustments)-1].TaxPart)
	}
	require.Equal(t, []money.Money{eur("3.97"), eur("3.96"), eur("3.97")}, amounts)
	require.Equal(t, []money.Money{eur("-0.63"), eur("-0.64"), eur("-0.63")}, taxes)
	require.Equal(t, eur("0"), o.Due())
	last := o.Adjustments[len(o.Adjustments)-1]
	require.Equal(t, order.Credit, last.Kind)
	require.Equal(t, order.OnLine, last.Scope)
	require.Equal(t, one, last.Quantity)
	require.Equal(t, "return", last.Code)
	require.Equal(t, quantity.Of(3), o.CreditedUnits(o.Lines[0].ID))

	before := o.Clone()
	_, err := o.CreditLine(in.IDs, o.Lines[0].ID, one, why)
	var refused *order.QuantityError
	require.ErrorAs(t, err, &refused)
	require.Equal(t, none, refused.Allowed)
	_, err = o.CreditLine(in.IDs, o.Lines[0].ID, none, why)
	require.ErrorAs(t, err, &refused)
	_, err = o.CreditLine(in.IDs, uuid.Nil, one, why)
	var missing *fault.NotFoundError
	require.ErrorAs(t, err, &missing)
	require.Equal(t, before, o)
}

func TestCreditLineStopsAtWhatIsDue(t *testing.T) {
	t.Parallel()
	in := assembly(line("A", "2", "50.00 EUR"))
	in.Header.Terms.TaxIncluded = true
	in.Taxes = rates(250_000, 0)
	o := assemble(t, in)
	require.NoError(t, o.CreditOrder(in.IDs, eur("20.00"), money.Money{}, order.CreditParams{Code: "goodwill"}))
	amount, err := o.CreditLine(in.IDs, o.Lines[0].ID, one, why)
	require.NoError(t, err)
	require.Equal(t, eur("50.00"), amount)
	amount, err = o.CreditLine(in.IDs, o.Lines[0].ID, one, why)
	require.NoError(t, err)
	require.Equal(t, eur("30.00"), amount)
	require.Equal(t, eur("-6.00"), o.Adjustments[len(o.Adjustments)-1].TaxPart)
	require.Equal(t, eur("0"), o.Due())
	require.NoError(t, o.Check())
}

func TestCreditShipping(t *testing.T) {
	t.Parallel()
	in := assembly(line("A", "1", "50.00 EUR"))
	in.Shipping = &order.Charge{Code: "post", Amount: eur("5.00")}
	in.Discounts = []order.DiscountProposal{{Amount: eur("1.00"), Shipping: true}}
	in.Taxes = rates(190_000, 0, order.ShippingLine)
	o := assemble(t, in)
	amount, err := o.CreditShipping(in.IDs, eur("1.00"), why)
	require.NoError(t, err)
	require.Equal(t, eur("1.00"), amount)
	require.Equal(t, eur("-0.16"), o.Adjustments[len(o.Adjustments)-1].TaxPart)
	_, err = o.CreditShipping(in.IDs, eur("3.77"), why)
	var refused *order.CreditError
	require.ErrorAs(t, err, &refused)
	require.Equal(t, eur("3.76"), refused.Allowed)
	require.ErrorContains(t, err, "cannot credit 3.77 EUR of the shipping: more than zero, at most 3.76 EUR")
	require.Equal(t, fault.Rejected, fault.KindOf(err))
	amount, err = o.CreditShipping(in.IDs, money.Money{}, why)
	require.NoError(t, err)
	require.Equal(t, eur("3.76"), amount)
	require.Equal(t, eur("-0.60"), o.Adjustments[len(o.Adjustments)-1].TaxPart)
	require.NoError(t, o.Check())
	amount, err = o.CreditShipping(in.IDs, money.Money{}, why)
	require.NoError(t, err)
	require.Equal(t, eur("0"), amount)
	require.NoError(t, o.Check())

	free := assemble(t, plain())
	amount, err = free.CreditShipping(in.IDs, money.Money{}, why)
	require.NoError(t, err)
	require.Equal(t, eur("0"), amount)
	require.NoError(t, free.Check())
}

func TestCreditOrder(t *testing.T) {
	t.Parallel()
	in := plain() // 77.30
	o := assemble(t, in)
	before := o.Clone()
	for _, amount := range []money.Money{eur("77.31"), eur("0"), eur("-1")} {
		var refused *order.CreditError
		require.ErrorAs(t, o.CreditOrder(in.IDs, amount, money.Money{}, why), &refused)
		require.Equal(t, eur("77.30"), refused.Allowed)
	}
	for _, bad := range [][2]money.Money{
		{money.MustParse("1 JPY"), {}},
		{eur("0.001"), {}},
		{money.Money{}, {}},
		{eur("1"), eur("1.01")},
		{eur("1"), eur("-0.01")},
		{eur("1"), money.MustParse("1 JPY")},
	} {
		var invalid *fault.InvalidError
		require.ErrorAs(t, o.CreditOrder(in.IDs, bad[0], bad[1], why), &invalid)
	}
	require.Equal(t, before, o)
	require.NoError(t, o.CreditOrder(in.IDs, eur("77.30"), eur("10"), why))
	require.NoError(t, o.Check())
	require.Error(t, o.CreditOrder(in.IDs, eur("0.01"), money.Money{}, why))
	require.NoError(t, o.CreditBeyond(in.IDs, eur("0.01"), money.Money{}, why))
	require.NoError(t, o.Check())
	require.Equal(t, eur("-0.01"), o.Due())
	require.Error(t, o.CreditBeyond(in.IDs, eur("0"), money.Money{}, why))
}

func TestBlindReturnOwesTheCustomer(t *testing.T) {
	t.Parallel()
	in := assembly()
	in.Header.Currency, in.Header.Origin = money.EUR, order.FromBlind
	o := assemble(t, in)
	require.NoError(t, o.CreditBeyond(in.IDs, eur("12.75"), money.Money{}, why))
	require.NoError(t, o.Check())
	require.Equal(t, eur("-12.75"), o.Due())
}

func TestCharge(t *testing.T) {
	t.Parallel()
	in := plain()
	o := assemble(t, in)
	require.NoError(t, o.Charge(in.IDs, order.Charge{Code: "difference", Amount: eur("-0.30")}, placed))
	require.NoError(t, o.Check())
	require.Equal(t, eur("77.00"), o.Totals.Total)
	before := o.Clone()
	for _, amount := range []money.Money{eur("0"), eur("0.001"), money.MustParse("1 JPY"), {}} {
		var invalid *fault.InvalidError
		require.ErrorAs(t, o.Charge(in.IDs, order.Charge{Amount: amount}, placed), &invalid)
	}
	require.Equal(t, before, o)
}
