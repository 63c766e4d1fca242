package order_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
)

var (
	none = quantity.Of(0)
	one  = quantity.Of(1)
	two  = quantity.Of(2)
)

func unsourced(n int32) *order.Line {
	q := quantity.Of(n)
	return &order.Line{ID: uuid.MustParse("01890000-0000-7000-8000-000000000009"), Quantity: q, Counts: order.Counts{Unsourced: q}}
}

func TestMovesOfAUnitsLife(t *testing.T) {
	t.Parallel()
	l := unsourced(10)
	require.NoError(t, l.Allocate(quantity.Of(4)))
	require.NoError(t, l.Backorder(quantity.Of(3)))
	require.NoError(t, l.Preorder(two))
	require.Equal(t, one, l.Unsourced)
	require.NoError(t, l.FillBackorder(one))
	require.NoError(t, l.FillPreorder(one))
	require.NoError(t, l.Deallocate(one))
	require.NoError(t, l.Release(quantity.Of(3)))
	require.NoError(t, l.Recall(one))
	require.Equal(t, order.Counts{
		Unsourced: two, Backordered: two, Preordered: one, Allocated: quantity.Of(3), Released: two,
	}, l.Counts)

	from, err := l.Ship(quantity.Of(4))
	require.NoError(t, err)
	require.Equal(t, order.Counts{Released: two, Allocated: two}, from)
	require.NoError(t, l.Deliver(quantity.Of(3)))

	from, err = l.Cancel(quantity.Of(6))
	require.NoError(t, err)
	require.Equal(t, order.Counts{Unsourced: two, Backordered: two, Preordered: one, Allocated: one}, from)
	require.Equal(t, none, l.Open())

	require.NoError(t, l.RequestReturn(quantity.Of(3)))
	require.NoError(t, l.DispatchReturn(two))
	require.NoError(t, l.ReceiveReturn(one, one, one))
	require.Equal(t, one, l.Returnable())
	require.NoError(t, l.RequestReturn(one))
	require.NoError(t, l.CancelReturn(one))
	require.NoError(t, l.WriteOff(one))
	require.Equal(t, none, l.Returnable())
	require.Equal(t, order.Counts{
		Shipped: quantity.Of(4), Canceled: quantity.Of(6), Delivered: quantity.Of(3),
		ReturnReceived: one, ReturnDamaged: one, ReturnDismissed: one, WrittenOff: one,
	}, l.Counts)
	require.NoError(t, l.Check())
}

func TestCancelTakesReleasedUnitsLast(t *testing.T) {
	t.Parallel()
	l := unsourced(3)
	require.NoError(t, l.Allocate(two))
	require.NoError(t, l.Release(one))
	from, err := l.Cancel(two)
	require.NoError(t, err)
	require.Equal(t, order.Counts{Unsourced: one, Allocated: one}, from)
	require.Equal(t, one, l.Released)
}

// moves are all moves by one quantity, and how much each may move.
var moves = map[string]struct {
	do      func(*order.Line, quantity.Quantity) error
	allowed func(*order.Line) quantity.Quantity
}{
	"allocate":   {(*order.Line).Allocate, func(l *order.Line) quantity.Quantity { return l.Unsourced }},
	"backorder":  {(*order.Line).Backorder, func(l *order.Line) quantity.Quantity { return l.Unsourced }},
	"preorder":   {(*order.Line).Preorder, func(l *order.Line) quantity.Quantity { return l.Unsourced }},
	"fill":       {(*order.Line).FillBackorder, func(l *order.Line) quantity.Quantity { return l.Backordered }},
	"fillPre":    {(*order.Line).FillPreorder, func(l *order.Line) quantity.Quantity { return l.Preordered }},
	"deallocate": {(*order.Line).Deallocate, func(l *order.Line) quantity.Quantity { return l.Allocated }},
	"release":    {(*order.Line).Release, func(l *order.Line) quantity.Quantity { return l.Allocated }},
	"recall":     {(*order.Line).Recall, func(l *order.Line) quantity.Quantity { return l.Released }},
	"ship": {
		func(l *order.Line, q quantity.Quantity) error { _, err := l.Ship(q); return err },
		func(l *order.Line) quantity.Quantity { return l.Allocated.Add(l.Released) },
	},
	"cancel": {
		func(l *order.Line, q quantity.Quantity) error { _, err := l.Cancel(q); return err },
		func(l *order.Line) quantity.Quantity { return l.Open() },
	},
	"deliver": {(*order.Line).Deliver, func(l *order.Line) quantity.Quantity { return l.Shipped.Sub(l.Delivered) }},
	"request": {(*order.Line).RequestReturn, func(l *order.Line) quantity.Quantity { return l.Returnable() }},
	"dispatch": {
		(*order.Line).DispatchReturn, func(l *order.Line) quantity.Quantity { return l.ReturnRequested },
	},
	"unreturn": {(*order.Line).CancelReturn, func(l *order.Line) quantity.Quantity { return l.Coming() }},
	"writeOff": {
		(*order.Line).WriteOff, func(l *order.Line) quantity.Quantity { return l.Returnable().Add(l.Coming()) },
	},
	"good": {
		func(l *order.Line, q quantity.Quantity) error { return l.ReceiveReturn(q, none, none) },
		func(l *order.Line) quantity.Quantity { return l.Coming() },
	},
	"damaged": {
		func(l *order.Line, q quantity.Quantity) error { return l.ReceiveReturn(none, q, none) },
		func(l *order.Line) quantity.Quantity { return l.Coming() },
	},
	"dismissed": {
		func(l *order.Line, q quantity.Quantity) error { return l.ReceiveReturn(none, none, q) },
		func(l *order.Line) quantity.Quantity { return l.Coming() },
	},
}

// TestMovesKeepThePartition does random moves, too large ones among them: each
// succeeds exactly up to what is there, a refused one changes nothing, and the
// line holds after every one.
func TestMovesKeepThePartition(t *testing.T) {
	t.Parallel()
	names := make([]string, 0, len(moves))
	for name := range moves {
		names = append(names, name)
	}
	rapid.Check(t, func(t *rapid.T) {
		l := unsourced(rapid.Int32Range(1, 6).Draw(t, "ordered"))
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			move := moves[rapid.SampledFrom(names).Draw(t, "move")]
			q := quantity.FromMicro(rapid.Int64Range(-1, 8).Draw(t, "halves") * 500_000)
			before, allowed := *l, move.allowed(l)
			err := move.do(l, q)
			require.NoError(t, l.Check())
			if q.Sign() > 0 && !allowed.Less(q) {
				require.NoError(t, err)
				require.NotEqual(t, before.Counts, l.Counts)
				continue
			}
			var refused *order.QuantityError
			require.ErrorAs(t, err, &refused)
			require.Equal(t, allowed, refused.Allowed)
			require.Equal(t, l.ID, refused.LineID)
			require.Equal(t, fault.Rejected, fault.KindOf(err))
			require.Equal(t, before, *l)
		}
	})
}

func TestReceiveRefusesNegativeParts(t *testing.T) {
	t.Parallel()
	l := unsourced(3)
	l.Counts = order.Counts{Shipped: quantity.Of(3), ReturnRequested: two}
	var refused *order.QuantityError
	require.ErrorAs(t, l.ReceiveReturn(two, quantity.Of(-1), none), &refused)
	require.Equal(t, two, l.ReturnRequested)
}

func TestQuantityErrorSaysWhatIsAllowed(t *testing.T) {
	t.Parallel()
	l := unsourced(2)
	require.ErrorContains(t, l.Allocate(quantity.Of(3)), "cannot allocate 3: at most 2")
	require.ErrorContains(t, l.Allocate(none), "cannot allocate 0: want more than zero, at most 2")
	require.ErrorContains(t, l.Release(one), "cannot release 1: at most 0")
}

func TestLineCheckFinds(t *testing.T) {
	t.Parallel()
	three := quantity.Of(3)
	for rule, l := range map[string]order.Line{
		"line.quantity":  {Quantity: none},
		"line.partition": {Quantity: three, Counts: order.Counts{Unsourced: two}},
		"line.canceled":  {Quantity: three, Counts: order.Counts{Unsourced: quantity.Of(4), Canceled: quantity.Of(-1)}},
		"line.delivered": {Quantity: three, Counts: order.Counts{Unsourced: one, Shipped: two, Delivered: three}},
		"line.returns": {
			Quantity: three,
			Counts:   order.Counts{Unsourced: one, Shipped: two, ReturnReceived: one, ReturnDamaged: one, WrittenOff: one},
		},
		"line.written_off": {Quantity: three, Counts: order.Counts{Shipped: three, WrittenOff: quantity.Of(-1)}},
	} {
		var broken *order.InvariantError
		require.ErrorAs(t, l.Check(), &broken)
		require.Equal(t, rule, broken.Rule)
	}
	tooMany := unsourced(1)
	tooMany.Quantity = quantity.FromMicro(1 << 62)
	tooMany.Unsourced = tooMany.Quantity
	require.Error(t, tooMany.Check())
}

func TestReturnLine(t *testing.T) {
	t.Parallel()
	l := order.ReturnLine{SKU: "A", Quantity: quantity.Of(5)}
	require.NoError(t, l.Receive(one, one, none))
	require.NoError(t, l.Cancel(one))
	require.NoError(t, l.Check())
	require.Equal(t, two, l.Outstanding())
	require.Equal(t, two, l.Settled())
	before := l
	for _, err := range []error{
		l.Receive(two, one, none), l.Receive(none, none, none), l.Receive(two, quantity.Of(-1), none),
		l.Cancel(quantity.Of(3)), l.Cancel(none),
	} {
		var refused *order.QuantityError
		require.ErrorAs(t, err, &refused)
		require.Equal(t, two, refused.Allowed)
	}
	require.Equal(t, before, l)
	for _, bad := range []order.ReturnLine{
		{},
		{Quantity: one, Good: two},
		{Quantity: one, Damaged: quantity.Of(-1)},
		{Quantity: one, Good: one, Canceled: one},
	} {
		var invalid *fault.InvalidError
		require.ErrorAs(t, bad.Check(), &invalid)
	}
}
