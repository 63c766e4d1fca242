package order_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
)

// heard files a claim about units of one line.
func heard(t require.TestingT, in order.Assembly, o *order.Order, kind order.ClaimKind, line int, q quantity.Quantity) *order.Return {
	r, err := o.FileClaim(in.IDs.Next(), order.ClaimPolicy{}, order.ClaimAsk{
		Kind: kind, Staff: true, At: placed, Lines: []order.ReturnAskLine{{LineID: o.Lines[line].ID, Quantity: q}},
	})
	require.NoError(t, err)
	return r
}

// TestClaimsGiveBackWhatWasPaidAndNoMore claims the units of an order bit by bit: some
// are refunded, whole or in part, some are sent again, some get nothing and are sent
// back. Whatever the currency, the terms and what was given before, no line brings more
// than it has cost, tax included, and goods that are sent again cost just what was
// credited for them.
func TestClaimsGiveBackWhatWasPaidAndNoMore(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := drawAssembly(t)
		o := sentOrder(t, in)
		if len(o.Lines) == 0 {
			return
		}
		if due := o.Due(); due.Sign() > 0 && rapid.Bool().Draw(t, "goodwill") {
			part, err := due.MulDiv(rapid.Int64Range(1, 1000).Draw(t, "part"), 1000, money.Down)
			require.NoError(t, err)
			if part.Sign() > 0 {
				require.NoError(t, o.CreditOrder(in.IDs, part, money.Money{}, order.CreditParams{Code: "goodwill", At: placed}))
			}
		}
		once := o.Clone()
		whole := true
		for range 12 {
			whole = claimSome(t, in, o) && whole
			require.NoError(t, o.Check())
			require.NoError(t, o.CheckClaims())
		}
		for i := range o.Lines {
			l := &o.Lines[i]
			if rest := l.Returnable(); rest.Sign() > 0 {
				claimed := heard(t, in, o, order.ClaimMissing, i, rest)
				_, err := o.ResolveClaim(in.IDs, claimed.ID, order.ClaimVerdict{Awards: []order.ClaimAward{{LineID: l.ID, Refund: rest}}, At: placed})
				require.NoError(t, err)
			}
			brought, err := l.Credited.Add(grantedOn(t, o, l))
			require.NoError(t, err)
			require.False(t, below(l.Total, brought), "a line brought %s and cost %s", brought, l.Total)
			require.True(t, l.Returnable().IsZero())
		}
		require.NoError(t, o.Check())
		for i := range once.Lines {
			_, err := once.CreditLine(in.IDs, once.Lines[i].ID, once.Lines[i].Quantity, order.CreditParams{At: placed})
			require.NoError(t, err)
		}
		if whole {
			require.Equal(t, once.Totals.Credited, o.Totals.Credited, "in parts it is what it is at once")
		}
		require.False(t, below(once.Totals.Credited, o.Totals.Credited))
	})
}

// claimSome claims units of one line and has a verdict given. It reports whether all of
// their share was credited.
func claimSome(t *rapid.T, in order.Assembly, o *order.Order) bool {
	n := rapid.IntRange(0, len(o.Lines)-1).Draw(t, "line")
	l := &o.Lines[n]
	if l.Returnable().IsZero() {
		return true
	}
	draw := func(most quantity.Quantity, least int64, label string) quantity.Quantity {
		return quantity.FromMicro(rapid.Int64Range(least, most.Micro()).Draw(t, label))
	}
	q := draw(l.Returnable(), 1, "claimed")
	claim := heard(t, in, o, rapid.SampledFrom(order.ClaimKinds()[:3]).Draw(t, "kind"), n, q)
	a := order.ClaimAward{LineID: l.ID, Refund: draw(q, 0, "refund")}
	a.Replace = draw(q.Sub(a.Refund), 0, "replace")
	v := order.ClaimVerdict{Awards: []order.ClaimAward{a}, Answer: "why", At: placed}
	whole := true
	switch {
	case a.Refund.Add(a.Replace).IsZero():
		v.Awards = nil
	case a.Refund.Sign() > 0 && rapid.Bool().Draw(t, "in part"):
		v.Awards[0].Amount = mostFor(t, in, o, claim, v)
		whole = v.Awards[0].Amount == (money.Money{})
	}
	replaced, err := o.ResolveClaim(in.IDs, claim.ID, v)
	require.NoError(t, err)
	if replaced != nil {
		sentAgain(t, in, o, replaced)
	}
	return whole
}

// mostFor asks for too much, and returns what would have been accepted, or a part of it.
func mostFor(t *rapid.T, in order.Assembly, o *order.Order, claim *order.Return, v order.ClaimVerdict) money.Money {
	awards := append([]order.ClaimAward(nil), v.Awards...)
	awards[0].Amount, _ = money.Minor(1<<40, o.Currency)
	v.Awards = awards
	_, err := o.Clone().ResolveClaim(in.IDs, claim.ID, v)
	var tooMuch *order.CreditError
	require.ErrorAs(t, err, &tooMuch)
	part, err := tooMuch.Allowed.MulDiv(rapid.Int64Range(1, 4).Draw(t, "quarters"), 4, money.Down)
	require.NoError(t, err)
	if part.IsZero() {
		return money.Money{}
	}
	return part
}

// sentAgain places what replaces claimed units, and holds its price against their credit.
func sentAgain(t *rapid.T, in order.Assembly, o *order.Order, replaced *order.Return) {
	again := order.Assembly{IDs: in.IDs, Header: order.Order{Currency: o.Currency, Terms: o.Terms, PlacedAt: placed}}
	require.NoError(t, o.Replace(&again, replaced))
	out, err := order.Assemble(again)
	require.NoError(t, err)
	require.NoError(t, out.Check())
	replaced.Outbound = out.ID
	value, err := o.ReturnValue(replaced.ID)
	require.NoError(t, err)
	require.Equal(t, value, out.Totals.Total)
	tax := money.Zero(o.Currency)
	for i := range o.Adjustments {
		if a := &o.Adjustments[i]; a.Source == replaced.ID {
			tax, err = tax.Sub(a.TaxPart)
			require.NoError(t, err)
		}
	}
	if net, err := value.Sub(tax); err == nil && !below(net, tax) {
		require.Equal(t, tax, out.Totals.Tax)
	}
}

// grantedOn sums what was granted on a line.
func grantedOn(t require.TestingT, o *order.Order, line *order.Line) money.Money {
	sum := money.Zero(o.Currency)
	for _, r := range o.Returns {
		for _, l := range r.Lines {
			if l.LineID == line.ID && !l.Granted.IsZero() {
				var err error
				sum, err = sum.Add(l.Granted)
				require.NoError(t, err)
			}
		}
	}
	return sum
}

// TestVerdictsThatCannotBe is the table of what no claim can be given.
func TestVerdictsThatCannotBe(t *testing.T) {
	two := quantity.Of(2)
	for name, c := range map[string]struct {
		kind   order.ClaimKind
		change func(v *order.ClaimVerdict)
	}{
		"of another line":       {order.ClaimWrong, func(v *order.ClaimVerdict) { v.Awards[0].LineID = uuid.New() }},
		"about more units":      {order.ClaimWrong, func(v *order.ClaimVerdict) { v.Awards[0].Replace = two }},
		"about fewer than none": {order.ClaimWrong, func(v *order.ClaimVerdict) { v.Awards[0].Replace = quantity.Of(-1) }},
		"about no units":        {order.ClaimWrong, func(v *order.ClaimVerdict) { v.Awards[0].Refund = quantity.Quantity{} }},
		"about a line twice":    {order.ClaimWrong, func(v *order.ClaimVerdict) { v.Awards = append(v.Awards, v.Awards[0]) }},
		"an amount for nothing": {order.ClaimWrong, func(v *order.ClaimVerdict) {
			v.Awards[0].Refund, v.Awards[0].Replace, v.Awards[0].Amount = quantity.Quantity{}, two, eur("1.00")
		}},
		"an amount for all back":  {order.ClaimWrong, func(v *order.ClaimVerdict) { v.Awards[0].Amount, v.Back = eur("1.00"), true }},
		"an amount below zero":    {order.ClaimWrong, func(v *order.ClaimVerdict) { v.Awards[0].Amount = eur("-1.00") }},
		"another currency":        {order.ClaimWrong, func(v *order.ClaimVerdict) { v.Awards[0].Amount = money.MustParse("1 JPY") }},
		"nothing, without a word": {order.ClaimWrong, func(v *order.ClaimVerdict) { v.Awards = nil }},
		"less, without a word":    {order.ClaimWrong, func(v *order.ClaimVerdict) { v.Awards[0].Refund = quantity.Of(1) }},
		"back what is missing":    {order.ClaimMissing, func(v *order.ClaimVerdict) { v.Back = true }},
		"back what is not paid":   {order.ClaimWrong, func(v *order.ClaimVerdict) { v.Awards, v.Answer, v.Back = nil, "why", true }},
	} {
		t.Run(name, func(t *testing.T) {
			in := plain()
			o := sentOrder(t, in)
			claim := heard(t, in, o, c.kind, 0, two)
			v := order.ClaimVerdict{Awards: []order.ClaimAward{{LineID: o.Lines[0].ID, Refund: two}}, At: placed}
			_, err := o.Clone().ResolveClaim(in.IDs, claim.ID, v)
			require.NoError(t, err)
			c.change(&v)
			_, err = o.Clone().ResolveClaim(in.IDs, claim.ID, v)
			require.Error(t, err)
			require.Equal(t, fault.Rejected, fault.KindOf(err), "%v", err)
		})
	}
}

func TestClaimPolicyIsChecked(t *testing.T) {
	require.NoError(t, order.ClaimPolicy{Days: 14, NeedsEvidence: order.ClaimKinds()}.Check())
	for _, p := range []order.ClaimPolicy{{Days: -1}, {NeedsEvidence: []order.ClaimKind{"ugly"}}} {
		var invalid *fault.InvalidError
		require.ErrorAs(t, p.Check(), &invalid)
	}
}

// TestGrantedUnitsAreTheLastOnes: of ten euros for three units the second one cost a cent
// more. It is not granted for a unit after which others can still bring it.
func TestGrantedUnitsAreTheLastOnes(t *testing.T) {
	in := assembly(line("TEE", "3", "3.333333 EUR"))
	in.Shipping = &order.Charge{Code: "post", Amount: eur("4.90")}
	o := sentOrder(t, in)
	sendBack := func() {
		r, err := o.RequestReturn(in.IDs.Next(), order.ReturnPolicy{}, ask(o, quantity.Of(1)))
		require.NoError(t, err)
		require.NoError(t, o.ReceiveReturn(r, &r.Lines[0], order.ReturnParts{Good: quantity.Of(1)}))
		require.NoError(t, o.SettleReturn(in.IDs, r, placed))
		require.NoError(t, o.Check())
	}
	sendBack()
	id := heard(t, in, o, order.ClaimDamaged, 0, quantity.Of(1)).ID
	award := order.ClaimAward{LineID: o.Lines[0].ID, Refund: quantity.Of(1), Amount: eur("3.34")}
	_, err := o.Clone().ResolveClaim(in.IDs, id, order.ClaimVerdict{Awards: []order.ClaimAward{award}, At: placed})
	var tooMuch *order.CreditError
	require.ErrorAs(t, err, &tooMuch)
	require.Equal(t, eur("3.33"), tooMuch.Allowed)
	award.Amount = tooMuch.Allowed
	_, err = o.ResolveClaim(in.IDs, id, order.ClaimVerdict{Awards: []order.ClaimAward{award}, At: placed})
	require.NoError(t, err)
	sendBack()
	require.Equal(t, eur("10.00"), o.Totals.Credited)
}
