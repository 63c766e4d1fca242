package order_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
)

// previewBack previews steps about what comes back, under a policy.
func previewBack(t require.TestingT, o *order.Order, policy order.ReturnPolicy, steps ...order.Step) *order.Previewed {
	p, err := order.Preview(o, &order.Change{Steps: steps}, order.Basis{
		Priced:  order.Assembly{IDs: event.NewIDs(uuid.UUID{15: 201}), Header: order.Order{PlacedAt: placed}},
		Returns: policy, Return: order.ReturnAsk{Staff: true},
	})
	require.NoError(t, err)
	return p
}

// TestWhatComesBackInAChange follows the units of a line through the steps.
func TestWhatComesBackInAChange(t *testing.T) {
	t.Parallel()
	o := sentOrder(t, assembly(line("A", "5", "10.00 EUR"), line("B", "2", "7.00 EUR")))
	a, b := o.Lines[0].ID, o.Lines[1].ID
	p := previewBack(t, o, order.ReturnPolicy{},
		order.Step{Type: order.StepReturn, LineID: a, Quantity: quantity.Of(4), Code: "too big"},
		order.Step{Type: order.StepReturn, LineID: b, Code: "too big"},
		order.Step{Type: order.StepReceive, LineID: a, Quantity: quantity.Of(1), As: order.RestockUnits, Location: "front"},
		order.Step{Type: order.StepReceive, LineID: a, Quantity: quantity.Of(1), As: order.DamagedUnits, Location: "front"},
		order.Step{Type: order.StepReceive, LineID: a, Quantity: quantity.Of(1), As: order.DismissUnits, Location: "front"},
		order.Step{Type: order.StepWriteOff, LineID: b, Quantity: quantity.Of(1), As: order.KeepUnits},
		order.Step{Type: order.StepCallOff, LineID: b},
	)
	require.Empty(t, p.Problems)
	require.Len(t, p.Order.Returns, 1, "one reason, one parcel")
	r := p.Order.Returns[0]
	require.Equal(t, "too big", r.Reason)
	require.Equal(t, "front", r.Location)
	require.Equal(t, placed, r.ReceivedAt)
	require.Equal(t, []quantity.Quantity{quantity.Of(1), quantity.Of(1), quantity.Of(1), quantity.Of(1)},
		[]quantity.Quantity{r.Lines[0].Good, r.Lines[0].Damaged, r.Lines[0].Dismissed, r.Lines[0].Outstanding()})
	require.Equal(t, quantity.Of(1), r.Lines[1].Kept)
	require.Equal(t, quantity.Of(1), r.Lines[1].Canceled)
	require.Equal(t, money.MustParse("-27.00 EUR"), p.Due, "one good, one damaged, one kept")
	require.Equal(t, []order.StockDelta{{LineID: a, SKU: "A", Arrivals: []order.Arrival{
		{Quantity: quantity.Of(1), As: order.RestockUnits, Location: "front", Reason: "too big"},
		{Quantity: quantity.Of(1), As: order.DamagedUnits, Location: "front", Reason: "too big"},
	}}}, p.Stock)
	require.NoError(t, p.Order.Check())
	require.Empty(t, o.Returns, "the order before is as it was")
}

func TestReasonsAreReturnsOfTheirOwn(t *testing.T) {
	t.Parallel()
	o := sentOrder(t, assembly(line("A", "5", "10.00 EUR")))
	p := previewBack(t, o, order.ReturnPolicy{},
		order.Step{Type: order.StepReturn, LineID: o.Lines[0].ID, Quantity: quantity.Of(1), Code: "too big"},
		order.Step{Type: order.StepReturn, LineID: o.Lines[0].ID, Quantity: quantity.Of(2), Code: "broken"},
		order.Step{Type: order.StepReturn, LineID: o.Lines[0].ID, Quantity: quantity.Of(1), Code: "too big"},
	)
	require.Empty(t, p.Problems)
	require.Len(t, p.Order.Returns, 2)
	require.Equal(t, quantity.Of(2), p.Order.Returns[0].Lines[0].Quantity)
	require.Equal(t, "broken", p.Order.Returns[1].Reason)
	require.Equal(t, quantity.Of(2), p.Order.Returns[1].Lines[0].Quantity)
}

func TestWhatCannotComeBackInAChange(t *testing.T) {
	t.Parallel()
	o := sentOrder(t, assembly(line("A", "2", "10.00 EUR")))
	id := o.Lines[0].ID
	ask := order.Step{Type: order.StepReturn, LineID: id, Quantity: quantity.Of(1)}
	policy := order.ReturnPolicy{Rules: []order.ReturnRule{{Rule: order.RuleReceipt}}}
	for name, c := range map[string]struct {
		policy order.ReturnPolicy
		steps  []order.Step
		want   any
	}{
		"more than was shipped":  {steps: []order.Step{{Type: order.StepReturn, LineID: id, Quantity: quantity.Of(3)}}, want: new(*order.QuantityError)},
		"asked for twice":        {steps: []order.Step{{Type: order.StepReturn, LineID: id}, {Type: order.StepReturn, LineID: id, Code: "again"}}, want: new(*order.QuantityError)},
		"against a rule":         {policy: policy, steps: []order.Step{ask}, want: new(*order.ReturnRefusedError)},
		"another order's line":   {steps: []order.Step{{Type: order.StepReturn, LineID: uuid.UUID{1}}}, want: new(*fault.NotFoundError)},
		"nothing was asked back": {steps: []order.Step{{Type: order.StepReceive, LineID: id, As: order.RestockUnits, Location: "x"}}, want: new(*fault.NotFoundError)},
		"an unknown return":      {steps: []order.Step{ask, {Type: order.StepCallOff, LineID: id, ReturnID: uuid.UUID{1}}}, want: new(*fault.NotFoundError)},
		"came as nothing":        {steps: []order.Step{ask, {Type: order.StepReceive, LineID: id, Location: "x"}}, want: new(*fault.InvalidError)},
		"came nowhere":           {steps: []order.Step{ask, {Type: order.StepReceive, LineID: id, As: order.RestockUnits}}, want: new(*fault.InvalidError)},
		"came as lost":           {steps: []order.Step{ask, {Type: order.StepReceive, LineID: id, As: order.LoseUnits, Location: "x"}}, want: new(*fault.InvalidError)},
		"written off to stock":   {steps: []order.Step{ask, {Type: order.StepWriteOff, LineID: id, As: order.RestockUnits}}, want: new(*fault.InvalidError)},
		"came twice":             {steps: []order.Step{ask, {Type: order.StepReceive, LineID: id, As: order.RestockUnits, Location: "x"}, {Type: order.StepCallOff, LineID: id, Quantity: quantity.Of(1)}}, want: new(*order.QuantityError)},
	} {
		p := previewBack(t, o, c.policy, c.steps...)
		require.Len(t, p.Problems, 1, name)
		require.Equal(t, len(c.steps)-1, p.Problems[0].Step, name)
		require.ErrorAs(t, p.Problems[0].Err, c.want, name)
	}
}

// TestAChangeReturnsAsReturnsDo: however units come back, by one change or by calls of
// their own, the order owes the same.
func TestAChangeReturnsAsReturnsDo(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		fee := order.RestockingFee{PPM: rapid.Int64Range(0, 300_000).Draw(t, "fee")}
		policy := order.ReturnPolicy{Fee: fee}
		o := sentOrder(t, assembly(line("A", "5", "9.99 EUR"), line("B", "3", "0.35 EUR")))
		by := o.Clone()
		ids := event.NewIDs(uuid.UUID{15: 99})
		var steps []order.Step
		var ask order.ReturnAsk
		ask.Staff, ask.At = true, placed
		moves := map[uuid.UUID]order.ReturnMove{}
		for i := range o.Lines {
			some := partOf(t, o.Lines[i].Returnable())
			id := o.Lines[i].ID
			as := rapid.SampledFrom([]order.ReturnMove{order.RestockUnits, order.DamagedUnits, order.ScrapUnits, order.DismissUnits}).Draw(t, "as")
			steps = append(steps, order.Step{Type: order.StepReturn, LineID: id, Quantity: some},
				order.Step{Type: order.StepReceive, LineID: id, As: as, Location: "x"})
			ask.Lines = append(ask.Lines, order.ReturnAskLine{LineID: id, Quantity: some})
			moves[id] = as
		}
		r, err := by.RequestReturn(ids.Next(), policy, ask)
		require.NoError(t, err)
		for i := range r.Lines {
			require.NoError(t, by.MoveReturn(r, &r.Lines[i], moves[r.Lines[i].LineID], r.Lines[i].Outstanding()))
		}
		require.NoError(t, by.SettleReturn(ids, r, placed))

		p := previewBack(t, o, policy, steps...)
		require.Empty(t, p.Problems)
		require.Equal(t, by.Due(), p.Order.Due())
		require.Equal(t, by.Totals, p.Order.Totals)
		require.Equal(t, by.Lines, p.Order.Lines)
	})
}

// TestReturningBetweenCancellations: a line that is partly sent is credited in turns by
// both ways, and the shares go on where the others left off.
func TestReturningBetweenCancellations(t *testing.T) {
	t.Parallel()
	for _, price := range []string{"0.0071 EUR", "0.0086 EUR", "0.333 EUR"} {
		o, err := order.Assemble(assembly(line("A", "7", price)))
		require.NoError(t, err)
		l := &o.Lines[0]
		require.NoError(t, l.Allocate(quantity.Of(3)))
		_, err = l.Ship(quantity.Of(3))
		require.NoError(t, err)
		one := quantity.Of(1)
		p := previewBack(t, o, order.ReturnPolicy{},
			order.Step{Type: order.StepCancel, LineID: l.ID, Quantity: one},
			order.Step{Type: order.StepReturn, LineID: l.ID},
			order.Step{Type: order.StepReceive, LineID: l.ID, As: order.RestockUnits, Location: "x"},
			order.Step{Type: order.StepCancel, LineID: l.ID, Quantity: one},
			order.Step{Type: order.StepCancel, LineID: l.ID},
		)
		require.Empty(t, p.Problems)
		var given []string
		for _, a := range p.Order.Adjustments[len(o.Adjustments):] {
			given = append(given, a.Amount.String())
		}
		by, ids := o.Clone(), newIDs()
		var want []string
		for _, q := range []int32{1, 3, 1, 2} {
			amount, err := by.CreditLine(ids, l.ID, quantity.Of(q), order.CreditParams{})
			require.NoError(t, err)
			want = append(want, amount.Neg().String())
		}
		require.Equal(t, want, given, price)
		require.True(t, p.Order.Due().IsZero())
	}
}
