package order_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
)

func TestReturnPolicyCheck(t *testing.T) {
	t.Parallel()
	require.NoError(t, order.ReturnPolicy{}.Check())
	for field, bad := range map[string]order.ReturnPolicy{
		"rules[0].rule":      {Rules: []order.ReturnRule{{Rule: "mood"}}},
		"rules[1].days":      {Rules: []order.ReturnRule{{Rule: order.RuleShipped}, {Rule: order.RuleWindow}}},
		"rules[0].skus":      {Rules: []order.ReturnRule{{Rule: order.RuleFinalSale}}},
		"rules[0].override":  {Rules: []order.ReturnRule{{Rule: order.RuleNotReturned, Override: true}}},
		"rules[0].then":      {Rules: []order.ReturnRule{{Rule: order.RuleReceipt, Then: "ask"}}},
		"reasons[0].code":    {Reasons: []order.ReturnReason{{Label: "?"}}},
		"reasons[1].code":    {Reasons: []order.ReturnReason{{Code: "a"}, {Code: "a"}}},
		"reasons[0].fee.ppm": {Reasons: []order.ReturnReason{{Code: "a", Fee: &order.RestockingFee{PPM: 1_000_001}}}},
		"fee.ppm":            {Fee: order.RestockingFee{PPM: -1}},
		"fee.unit":           {Fee: order.RestockingFee{PPM: 1, Unit: []money.Money{eur("1")}}},
		"fee.unit[1]":        {Fee: order.RestockingFee{Unit: []money.Money{eur("1"), eur("2")}}},
		"shipping[0]":        {Shipping: []money.Money{eur("-1")}},
		"expire_after":       {ExpireAfter: -time.Second},
	} {
		var invalid *fault.InvalidError
		require.ErrorAs(t, bad.Check(), &invalid, field)
		require.Equal(t, field, invalid.Field)
	}
	for _, rule := range []string{order.RuleShipped, order.RuleNotReturned, order.RuleNotRefunded} {
		require.Error(t, order.ReturnRule{Rule: rule, Then: order.SendToReview}.Check(), "%s is not a matter of opinion", rule)
	}
}

// TestEveryRuleRefusesAndAllows asks each rule about a line that it takes and about
// one that it does not, as a refusal, for a review, and with an override.
func TestEveryRuleRefusesAndAllows(t *testing.T) {
	t.Parallel()
	delivered := placed.AddDate(0, 0, 3)
	for rule, c := range map[string]struct {
		rule     order.ReturnRule
		bad      func(*order.Order, *order.ReturnAsk) // makes it refuse 2 of the 3 units that are asked for
		allowed  quantity.Quantity
		absolute bool // nobody can go against it
	}{
		order.RuleShipped: {order.ReturnRule{}, func(o *order.Order, _ *order.ReturnAsk) {
			o.Lines[0].Shipped, o.Lines[0].Allocated = one, two
		}, one, true},
		order.RuleNotReturned: {order.ReturnRule{}, func(o *order.Order, _ *order.ReturnAsk) {
			o.Lines[0].ReturnReceived = two
		}, one, true},
		order.RuleNotRefunded: {order.ReturnRule{}, func(o *order.Order, _ *order.ReturnAsk) {
			_, err := o.CreditLine(newIDs(), o.Lines[0].ID, two, why)
			require.NoError(t, err)
		}, one, true},
		order.RuleWindow: {order.ReturnRule{Days: 14}, func(o *order.Order, a *order.ReturnAsk) {
			a.At = delivered.AddDate(0, 0, 14)
		}, none, false},
		order.RuleFinalSale: {order.ReturnRule{Key: "final", SKUs: []string{"OTHER"}}, func(o *order.Order, _ *order.ReturnAsk) {
			o.Metadata = order.Metadata{"final": "true"}
		}, none, false},
		order.RuleReceipt: {order.ReturnRule{}, func(_ *order.Order, a *order.ReturnAsk) { a.Receipt = "" }, none, false},
	} {
		try := func(change func(*order.ReturnRule, *order.Order, *order.ReturnAsk)) (*order.Return, error) {
			in := assembly(line("A", "3", "10.00 EUR"))
			o := sentOrder(t, in)
			a := ask(o, quantity.Of(3))
			a.Receipt, a.At = "R-1", delivered.AddDate(0, 0, 14).Add(-time.Second)
			a.Sent = map[uuid.UUID]order.Sent{o.Lines[0].ID: {ShippedAt: placed, DeliveredAt: delivered}}
			r := c.rule
			r.Rule = rule
			if change != nil {
				change(&r, o, &a)
			}
			return o.RequestReturn(in.IDs.Next(), order.ReturnPolicy{Rules: []order.ReturnRule{r}}, a)
		}
		_, err := try(nil)
		require.NoError(t, err, rule)

		_, err = try(func(_ *order.ReturnRule, o *order.Order, a *order.ReturnAsk) { c.bad(o, a) })
		var refused *order.ReturnRefusedError
		require.ErrorAs(t, err, &refused, rule)
		require.Len(t, refused.Refusals, 1)
		got := refused.Refusals[0]
		require.Equal(t, rule, got.Rule)
		require.Equal(t, quantity.Of(3), got.Asked)
		require.Equal(t, c.allowed, got.Allowed, rule)
		require.Equal(t, fault.Rejected, fault.KindOf(err))
		require.ErrorContains(t, err, rule)
		if c.absolute {
			continue
		}
		override := func(allowed bool) func(*order.ReturnRule, *order.Order, *order.ReturnAsk) {
			return func(r *order.ReturnRule, o *order.Order, a *order.ReturnAsk) {
				c.bad(o, a)
				r.Override, a.Override = allowed, "an old customer"
			}
		}
		_, err = try(override(false))
		require.ErrorAs(t, err, &refused, rule)
		r, err := try(override(true))
		require.NoError(t, err, rule)
		require.Equal(t, "an old customer", r.Override)
		r, err = try(func(r *order.ReturnRule, o *order.Order, a *order.ReturnAsk) {
			c.bad(o, a)
			r.Then = order.SendToReview
		})
		require.NoError(t, err, rule)
		require.Equal(t, order.ManualReview, r.Lines[0].Acceptance)
		require.Equal(t, rule, r.Lines[0].Review)
	}
}

func TestTheWindowBeginsWithShippingWhereNoDeliveryIsKnown(t *testing.T) {
	t.Parallel()
	in := assembly(line("A", "3", "10.00 EUR"))
	policy := order.ReturnPolicy{Rules: []order.ReturnRule{{Rule: order.RuleWindow, Days: 1}}}
	for what, c := range map[string]struct {
		sent order.Sent
		ok   bool
	}{
		"delivered":        {order.Sent{ShippedAt: placed.AddDate(0, 0, -9), DeliveredAt: placed}, true},
		"left just now":    {order.Sent{ShippedAt: placed}, true},
		"left long ago":    {order.Sent{ShippedAt: placed.AddDate(0, 0, -9)}, false},
		"nothing is known": {order.Sent{}, true},
	} {
		o := sentOrder(t, in)
		a := ask(o, one)
		a.Sent = map[uuid.UUID]order.Sent{o.Lines[0].ID: c.sent}
		_, err := o.RequestReturn(in.IDs.Next(), policy, a)
		require.Equal(t, c.ok, err == nil, what)
	}
}

func TestARefusalNamesEveryLineAndRule(t *testing.T) {
	t.Parallel()
	in := assembly(line("A", "1", "10.00 EUR"), line("B", "1", "10.00 EUR"), line("C", "1", "10.00 EUR"))
	o := sentOrder(t, in)
	o.Lines[1].TaxCategory = "food"
	policy := order.ReturnPolicy{Rules: []order.ReturnRule{
		{Rule: order.RuleFinalSale, SKUs: []string{"A"}},
		{Rule: order.RuleFinalSale, Categories: []string{"food"}},
		{Rule: order.RuleReceipt, Override: true},
	}}
	a := order.ReturnAsk{At: placed}
	for _, l := range o.Lines {
		a.Lines = append(a.Lines, order.ReturnAskLine{LineID: l.ID, Quantity: one})
	}
	_, err := o.RequestReturn(in.IDs.Next(), policy, a)
	var refused *order.ReturnRefusedError
	require.ErrorAs(t, err, &refused)
	var got []string
	for _, r := range refused.Refusals {
		got = append(got, r.SKU+" "+r.Rule)
	}
	require.Equal(t, []string{"A final_sale", "A receipt", "B final_sale", "B receipt", "C receipt"}, got)
	require.Empty(t, o.Returns)
}

func TestWhatAReturnMayAskFor(t *testing.T) {
	t.Parallel()
	policy := order.ReturnPolicy{Reasons: []order.ReturnReason{
		{Code: "broken", NeedsEvidence: true}, {Code: "wish", NeedsNote: true}, {Code: "plain"},
	}}
	good := func(a *order.ReturnAsk) { a.Reason = "plain" }
	for field, change := range map[string]func(a *order.ReturnAsk){
		"":         good,
		"reason":   func(a *order.ReturnAsk) { a.Reason = "whim" },
		"evidence": func(a *order.ReturnAsk) { a.Reason = "broken" },
		"note":     func(a *order.ReturnAsk) { a.Reason = "wish" },
		"override": func(a *order.ReturnAsk) { good(a); a.Staff, a.Override = false, "mine" },
		"instant":  func(a *order.ReturnAsk) { good(a); a.Staff, a.Instant = false, true },
		"lines[1].resolution": func(a *order.ReturnAsk) {
			good(a)
			a.Lines = append(a.Lines, a.Lines[0])
			a.Lines[1].Resolution = order.NoCredit
		},
	} {
		in := assembly(line("A", "3", "10.00 EUR"))
		o := sentOrder(t, in)
		a := ask(o, one)
		change(&a)
		_, err := o.RequestReturn(in.IDs.Next(), policy, a)
		var invalid *fault.InvalidError
		require.Equal(t, field != "", errors.As(err, &invalid), field)
		if field != "" {
			require.Equal(t, field, invalid.Field)
		}
	}
	for _, resolution := range []order.Resolution{order.ToStoreCredit, order.ToReplacement, order.ToExchange, "thanks"} {
		in := assembly(line("A", "3", "10.00 EUR"))
		o := sentOrder(t, in)
		a := ask(o, one)
		a.Lines[0].Resolution = resolution
		_, err := o.RequestReturn(in.IDs.Next(), order.ReturnPolicy{}, a)
		var refused *order.ResolutionError
		require.ErrorAs(t, err, &refused, resolution)
		require.Equal(t, []order.Resolution{order.ToTenders, order.NoCredit}, refused.Allowed)
	}
	in := assembly(line("A", "3", "10.00 EUR"))
	o := sentOrder(t, in)
	o.CustomerID = in.IDs.Next()
	a := ask(o, one)
	a.Lines[0].Resolution = order.ToStoreCredit
	_, err := o.RequestReturn(in.IDs.Next(), order.ReturnPolicy{}, a)
	require.NoError(t, err, "a customer may have store credit")
}

func TestNoCreditIsNoCredit(t *testing.T) {
	t.Parallel()
	in := assembly(line("A", "3", "10.00 EUR"))
	o := sentOrder(t, in)
	a := ask(o, two)
	a.Lines[0].Resolution, a.Instant = order.NoCredit, true
	r, err := o.RequestReturn(in.IDs.Next(), order.ReturnPolicy{Fee: order.RestockingFee{PPM: 500_000}}, a)
	require.NoError(t, err)
	require.NoError(t, o.ReceiveReturn(r, &r.Lines[0], order.ReturnParts{Good: two}))
	require.NoError(t, o.SettleReturn(in.IDs, r, placed))
	require.Equal(t, eur("30.00"), o.Due())
	require.Empty(t, o.Adjustments)
}

// TestAReviewDecides holds goods that came meanwhile until somebody has looked.
func TestAReviewDecides(t *testing.T) {
	t.Parallel()
	policy := order.ReturnPolicy{Rules: []order.ReturnRule{{Rule: order.RuleReceipt, Then: order.SendToReview}}}
	for move, want := range map[order.AcceptanceMove]struct {
		due       string
		reception order.Reception
	}{
		order.AcceptLine: {"20.00", order.Awaiting},
		order.RejectLine: {"30.00", order.ReceptionDone},
	} {
		in := assembly(line("A", "3", "10.00 EUR"))
		o := sentOrder(t, in)
		a := ask(o, two)
		a.Instant = true
		r, err := o.RequestReturn(in.IDs.Next(), policy, a)
		require.NoError(t, err)
		l := &r.Lines[0]
		require.NoError(t, o.SettleReturn(in.IDs, r, placed))
		require.Equal(t, eur("30.00"), o.Due(), "no credit before somebody has looked")
		r.Instant = false
		require.NoError(t, o.ReceiveReturn(r, l, order.ReturnParts{Good: one}))
		require.NoError(t, o.SettleReturn(in.IDs, r, placed))
		require.Equal(t, eur("30.00"), o.Due())

		var decided *order.AcceptanceError
		require.ErrorAs(t, o.ReviewReturn(r, l, order.ReviewLine), &decided)
		require.NoError(t, o.ReviewReturn(r, l, move))
		require.NoError(t, o.SettleReturn(in.IDs, r, placed))
		require.Equal(t, eur(want.due), o.Due(), move)
		require.Equal(t, want.reception, l.Reception(), move)
		require.ErrorAs(t, o.ReviewReturn(r, l, move), &decided, "decided once")
	}
}
