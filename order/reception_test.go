package order_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
)

// sentOrder is an order of one line, all of it shipped and delivered.
func sentOrder(t require.TestingT, in order.Assembly) *order.Order {
	o, err := order.Assemble(in)
	require.NoError(t, err)
	for i := range o.Lines {
		l := &o.Lines[i]
		require.NoError(t, l.Allocate(l.Quantity))
		_, err := l.Ship(l.Quantity)
		require.NoError(t, err)
		require.NoError(t, l.Deliver(l.Quantity))
	}
	return o
}

func ask(o *order.Order, q quantity.Quantity) order.ReturnAsk {
	return order.ReturnAsk{Staff: true, At: placed, Lines: []order.ReturnAskLine{{LineID: o.Lines[0].ID, Quantity: q}}}
}

// requested is a return of n units of an order of that many.
func requested(t require.TestingT, in order.Assembly, q quantity.Quantity) (*order.Order, *order.Return, *order.ReturnLine) {
	o := sentOrder(t, in)
	r, err := o.RequestReturn(in.IDs.Next(), order.ReturnPolicy{}, ask(o, q))
	require.NoError(t, err)
	return o, r, &r.Lines[0]
}

// TestEveryMoveInEveryReception is the table of the reception: of a return of two
// units, what each move does to one of them in each state.
func TestEveryMoveInEveryReception(t *testing.T) {
	t.Parallel()
	// The states, by what has become of both units.
	states := map[order.Reception][]order.ReturnMove{
		order.Awaiting:      {},
		order.ComingBack:    {order.DispatchUnits, order.DispatchUnits},
		order.ReceptionDone: {order.RestockUnits, order.DismissUnits},
		order.LostInTransit: {order.LoseUnits, order.ExcuseUnits},
		order.WrongItem:     {order.WrongUnits, order.RestockUnits},
		order.ShortReceived: {order.ShortUnits, order.RestockUnits},
		order.NotInTime:     {order.ExpireUnits, order.ExpireUnits},
		order.CalledOff:     {order.CancelUnits, order.CancelUnits},
		order.LeftWithBuyer: {order.KeepUnits, order.KeepUnits},
	}
	// What each move makes of the second unit, the first having made the same: the
	// state, and where the order's line has both.
	type counts = order.Counts
	leads := map[order.ReturnMove]struct {
		to   order.Reception
		want counts
	}{
		order.DispatchUnits:   {order.ComingBack, counts{ReturnInTransit: two}},
		order.RestockUnits:    {order.ReceptionDone, counts{ReturnReceived: two}},
		order.DamagedUnits:    {order.ReceptionDone, counts{ReturnDamaged: two}},
		order.QuarantineUnits: {order.ReceptionDone, counts{ReturnDamaged: two}},
		order.ScrapUnits:      {order.ReceptionDone, counts{ReturnDamaged: two}},
		order.DismissUnits:    {order.ReceptionDone, counts{ReturnDismissed: two}},
		order.WrongUnits:      {order.WrongItem, counts{}},
		order.ShortUnits:      {order.ShortReceived, counts{}},
		order.CancelUnits:     {order.CalledOff, counts{}},
		order.ExpireUnits:     {order.NotInTime, counts{}},
		order.LoseUnits:       {order.LostInTransit, counts{WrittenOff: two}},
		order.ExcuseUnits:     {order.LostInTransit, counts{WrittenOff: two}},
		order.KeepUnits:       {order.LeftWithBuyer, counts{WrittenOff: two}},
	}
	require.Len(t, leads, len(order.ReturnMoves()))
	for state, before := range states {
		for _, move := range order.ReturnMoves() {
			o, r, l := requested(t, assembly(line("A", "2", "5.00 EUR")), two)
			for _, m := range before {
				require.NoError(t, o.MoveReturn(r, l, m, one), "%s: %s", state, m)
			}
			require.Equal(t, state, l.Reception(), before)
			final := state != order.Awaiting && state != order.ComingBack
			stays := o.Clone()
			err := o.MoveReturn(r, l, move, one)
			if final || state == order.ComingBack && move == order.DispatchUnits {
				var refused *order.QuantityError
				require.ErrorAs(t, err, &refused, "%s in %s", move, state)
				require.Equal(t, none, refused.Allowed)
				require.Equal(t, stays, o, "%s in %s", move, state)
				continue
			}
			require.NoError(t, err, "%s in %s", move, state)
			require.NoError(t, o.MoveReturn(r, l, move, one))
			require.Equal(t, leads[move].to, l.Reception(), "%s in %s", move, state)
			want := leads[move].want
			want.Shipped, want.Delivered = two, two
			require.Equal(t, want, o.Lines[0].Counts, "%s in %s", move, state)
			require.NoError(t, l.Check())
			require.NoError(t, o.Lines[0].Check())
		}
	}
	_, r, l := requested(t, assembly(line("A", "2", "5.00 EUR")), two)
	require.Equal(t, order.ReturnRequested, r.Status)
	var invalid *fault.InvalidError
	require.ErrorAs(t, l.Move("burn", one), &invalid)
}

// TestEveryDecisionInEveryAcceptance is the table of the acceptance.
func TestEveryDecisionInEveryAcceptance(t *testing.T) {
	t.Parallel()
	leads := map[order.Acceptance]map[order.AcceptanceMove]order.Acceptance{
		"":                      {order.AcceptLine: order.Accepted, order.RejectLine: order.Rejected, order.ReviewLine: order.ManualReview},
		order.AcceptancePending: {order.AcceptLine: order.Accepted, order.RejectLine: order.Rejected, order.ReviewLine: order.ManualReview},
		order.ManualReview:      {order.AcceptLine: order.Accepted, order.RejectLine: order.Rejected},
		order.Accepted:          {},
		order.Rejected:          {},
	}
	require.Len(t, leads, len(order.Acceptances())+1)
	for from, moves := range leads {
		for _, move := range append(order.AcceptanceMoves(), "burn") {
			to, ok := from.Next(move)
			want, allowed := moves[move]
			require.Equal(t, allowed, ok, "%s in %s", move, from)
			if allowed {
				require.Equal(t, want, to, "%s in %s", move, from)
			}
		}
	}
}

func TestALineIsDecidedByWhatCame(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		moves []order.ReturnMove
		want  order.Acceptance
	}{
		"nothing yet":          {nil, order.AcceptancePending},
		"on its way":           {[]order.ReturnMove{order.DispatchUnits}, order.AcceptancePending},
		"one was taken":        {[]order.ReturnMove{order.DismissUnits, order.ScrapUnits}, order.Accepted},
		"one was refused":      {[]order.ReturnMove{order.DismissUnits}, order.AcceptancePending},
		"all were refused":     {[]order.ReturnMove{order.DismissUnits, order.DismissUnits}, order.Rejected},
		"the customer keeps":   {[]order.ReturnMove{order.KeepUnits}, order.Accepted},
		"lost at our risk":     {[]order.ReturnMove{order.ExcuseUnits}, order.Accepted},
		"lost at his":          {[]order.ReturnMove{order.LoseUnits}, order.AcceptancePending},
		"something else came":  {[]order.ReturnMove{order.WrongUnits}, order.AcceptancePending},
		"they came afterwards": {[]order.ReturnMove{order.DispatchUnits, order.RestockUnits}, order.Accepted},
	} {
		o, r, l := requested(t, assembly(line("A", "2", "5.00 EUR")), two)
		for _, m := range c.moves {
			require.NoError(t, o.MoveReturn(r, l, m, one), what)
		}
		require.Equal(t, c.want, l.Acceptance, what)
	}
}

func TestUnitsOnTheirWayBelongToTheirReturn(t *testing.T) {
	t.Parallel()
	in := assembly(line("A", "3", "5.00 EUR"))
	o, _, _ := requested(t, in, one)
	_, err := o.RequestReturn(in.IDs.Next(), order.ReturnPolicy{}, ask(o, two))
	require.NoError(t, err)
	first, second := &o.Returns[0], &o.Returns[1]
	require.NoError(t, o.MoveReturn(first, &first.Lines[0], order.DispatchUnits, one))
	// What comes of the second was not on its way: the first's unit still is.
	require.NoError(t, o.MoveReturn(second, &second.Lines[0], order.RestockUnits, one))
	require.Equal(t, one, o.Lines[0].ReturnInTransit)
	require.Equal(t, one, o.Lines[0].ReturnRequested)
	require.Equal(t, order.ComingBack, first.Lines[0].Reception())
}

func TestReceiveReturnIsAllOrNothing(t *testing.T) {
	t.Parallel()
	o, r, l := requested(t, assembly(line("A", "5", "5.00 EUR")), quantity.Of(5))
	minus := quantity.Of(-1)
	before := o.Clone()
	for what, parts := range map[string]order.ReturnParts{
		"nothing":   {},
		"too many":  {Good: quantity.Of(3), Short: quantity.Of(3)},
		"below":     {Good: two, Wrong: minus},
		"balancing": {Good: one, Damaged: minus, Scrapped: one},
	} {
		var refused *order.QuantityError
		require.ErrorAs(t, o.ReceiveReturn(r, l, parts), &refused, what)
		require.Equal(t, before, o, what)
	}
	require.NoError(t, o.ReceiveReturn(r, l, order.ReturnParts{Good: one, Damaged: one, Quarantined: one, Scrapped: one, Short: one}))
	require.Equal(t, order.ShortReceived, l.Reception())
	require.Equal(t, one, o.Lines[0].Returnable(), "what was not in the parcel can be asked for again")
	var missing *fault.NotFoundError
	require.ErrorAs(t, o.MoveReturn(r, &order.ReturnLine{LineID: uuid.Max}, order.RestockUnits, one), &missing)
}

// TestReturnsOfBeforeGoOn takes a return that was recorded before lines had an
// acceptance: what had come of it is not credited twice.
func TestReturnsOfBeforeGoOn(t *testing.T) {
	t.Parallel()
	in := assembly(line("A", "3", "5.00 EUR"))
	o, r, l := requested(t, in, quantity.Of(3))
	require.NoError(t, o.ReceiveReturn(r, l, order.ReturnParts{Good: one}))
	require.NoError(t, o.SettleReturn(in.IDs, r, placed))
	l.Acceptance, l.Credited = "", none // as it was stored then
	require.NoError(t, o.SettleReturn(in.IDs, r, placed))
	require.Equal(t, eur("10.00"), o.Due())
	require.NoError(t, o.ReceiveReturn(r, l, order.ReturnParts{Good: one}))
	require.NoError(t, o.SettleReturn(in.IDs, r, placed))
	require.Equal(t, eur("5.00"), o.Due())
	require.Equal(t, order.Accepted, l.Acceptance)
}
