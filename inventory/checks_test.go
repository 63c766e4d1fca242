package inventory_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/quantity"
)

func TestTallyFindsWhatWasTamperedWith(t *testing.T) {
	t.Parallel()
	one := quantity.Of(1)
	tests := map[string]struct {
		tamper func(*fake)
		want   []inventory.Check
	}{
		"nothing":     {func(*fake) {}, nil},
		"on hand":     {func(f *fake) { edit(f, func(l *inventory.Level) { l.OnHand = one }) }, []inventory.Check{inventory.CheckMovements}},
		"unavailable": {func(f *fake) { edit(f, func(l *inventory.Level) { l.Unavailable = one }) }, []inventory.Check{inventory.CheckMovements}},
		"reserved":    {func(f *fake) { edit(f, func(l *inventory.Level) { l.Reserved = quantity.Quantity{} }) }, []inventory.Check{inventory.CheckMovements, inventory.CheckReservations}},
		"allocated below zero": {
			func(f *fake) { edit(f, func(l *inventory.Level) { l.Allocated = one.Neg() }) },
			[]inventory.Check{inventory.CheckMovements, inventory.CheckReservations, inventory.CheckColumns},
		},
		"backordered":          {func(f *fake) { edit(f, func(l *inventory.Level) { l.Backordered = one }) }, []inventory.Check{inventory.CheckMovements, inventory.CheckReservations}},
		"a movement lost":      {func(f *fake) { f.moves = f.moves[1:] }, []inventory.Check{inventory.CheckMovements}},
		"a movement elsewhere": {func(f *fake) { f.moves = append(f.moves, inventory.Move{SKU: "A", Location: "y", OnHand: one}) }, []inventory.Check{inventory.CheckMovements}},
		"a reservation lost":   {func(f *fake) { clear(f.reservations) }, []inventory.Check{inventory.CheckReservations, inventory.CheckReservations}},
		"a reservation elsewhere": {func(f *fake) {
			f.reservations[uuid.UUID{1}] = inventory.Reservation{Kind: inventory.ForBackorder, SKU: "Z", Location: "z", Quantity: one, Status: inventory.Pending}
		}, []inventory.Check{inventory.CheckReservations}},
		"a closed reservation": {func(f *fake) {
			f.reservations[uuid.UUID{1}] = inventory.Reservation{Kind: inventory.ForOrder, SKU: "A", Location: "x", Quantity: one, Status: inventory.Posted}
		}, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := stocked(t, map[string]int32{"A@x": 5})
			_, err := b.Reserve(t.Context(), inventory.Hold{CartID: "c", Lines: []inventory.HoldLine{{"A", quantity.Of(2)}}})
			require.NoError(t, err)
			_, _, err = b.place(t, "", demand("A", 1))
			require.NoError(t, err)
			test.tamper(b.store)
			var tally inventory.Tally
			for i := range b.store.moves {
				tally.AddMove(&b.store.moves[i])
			}
			for _, r := range b.store.reservations {
				tally.AddReservation(&r)
			}
			level := b.store.level("A", "x")
			found := append(tally.Compare(&level), tally.Rest()...)
			var checks []inventory.Check
			for _, d := range found {
				checks = append(checks, d.Check)
				require.NotEmpty(t, d.String())
			}
			require.Equal(t, test.want, checks)
		})
	}
}

func edit(f *fake, change func(*inventory.Level)) {
	l := f.level("A", "x")
	change(&l)
	f.levels[[2]string{"A", "x"}] = l
}

func TestCheckReservation(t *testing.T) {
	t.Parallel()
	cart := inventory.Reservation{Kind: inventory.ForCart, Owner: "c", SKU: "A", Location: "x", Quantity: quantity.Of(1), Status: inventory.Pending, ExpiresAt: noon}
	order := inventory.Reservation{Kind: inventory.ForOrder, Owner: uuid.UUID{1}.String(), LineID: uuid.UUID{2}, SKU: "A", Location: "x", Quantity: quantity.Of(1), Status: inventory.Pending}
	tests := map[string]struct {
		r    inventory.Reservation
		edit func(*inventory.Reservation)
		want []inventory.Check
	}{
		"a hold":               {cart, func(*inventory.Reservation) {}, nil},
		"an allocation":        {order, func(*inventory.Reservation) {}, nil},
		"a backorder":          {order, func(r *inventory.Reservation) { r.Kind = inventory.ForBackorder }, nil},
		"expired long ago":     {cart, func(r *inventory.Reservation) { r.ExpiresAt = noon.Add(-time.Hour) }, []inventory.Check{inventory.CheckExpiry}},
		"expired and voided":   {cart, func(r *inventory.Reservation) { r.ExpiresAt, r.Status = noon.Add(-time.Hour), inventory.Voided }, nil},
		"within grace":         {cart, func(r *inventory.Reservation) { r.ExpiresAt = noon.Add(-time.Hour + time.Second) }, nil},
		"without end":          {cart, func(r *inventory.Reservation) { r.ExpiresAt = time.Time{} }, []inventory.Check{inventory.CheckShape}},
		"without owner":        {cart, func(r *inventory.Reservation) { r.Owner = "" }, []inventory.Check{inventory.CheckShape}},
		"of nothing":           {cart, func(r *inventory.Reservation) { r.Quantity = quantity.Of(0) }, []inventory.Check{inventory.CheckShape}},
		"of another status":    {cart, func(r *inventory.Reservation) { r.Status = "lost" }, []inventory.Check{inventory.CheckShape}},
		"of another kind":      {cart, func(r *inventory.Reservation) { r.Kind = "quote" }, []inventory.Check{inventory.CheckShape}},
		"of no order":          {order, func(r *inventory.Reservation) { r.Owner = "c" }, []inventory.Check{inventory.CheckShape}},
		"of no line":           {order, func(r *inventory.Reservation) { r.LineID = uuid.Nil }, []inventory.Check{inventory.CheckShape}},
		"an order's, with end": {order, func(r *inventory.Reservation) { r.ExpiresAt = noon }, []inventory.Check{inventory.CheckShape}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.edit(&test.r)
			var checks []inventory.Check
			for _, d := range inventory.CheckReservation(&test.r, noon, time.Hour) {
				checks = append(checks, d.Check)
			}
			require.Equal(t, test.want, checks)
		})
	}
}

func TestCheckMove(t *testing.T) {
	t.Parallel()
	q := quantity.Of
	good := []inventory.Move{
		{Kind: inventory.Receive, OnHand: q(2)},
		{Kind: inventory.Adjust, OnHand: q(-2), Reason: "lost"},
		{Kind: inventory.Adjust, Reason: "count"},
		{Kind: inventory.Reserve, Reserved: q(2)},
		{Kind: inventory.Void, Reserved: q(-2)},
		{Kind: inventory.Post, Reserved: q(-2), Allocated: q(2)},
		{Kind: inventory.Allocate, Allocated: q(2)},
		{Kind: inventory.Release, Allocated: q(-2)},
		{Kind: inventory.Ship, OnHand: q(-2), Allocated: q(-2)},
		{Kind: inventory.Ship, OnHand: q(-2)},
		{Kind: inventory.ReturnGood, OnHand: q(2)},
		{Kind: inventory.ReturnDamaged, OnHand: q(2), Unavailable: q(2)},
		{Kind: inventory.Quarantine, Unavailable: q(-2)},
		{Kind: inventory.Backorder, Backordered: q(2)},
		{Kind: inventory.BackorderFill, Backordered: q(-2), Allocated: q(2)},
		{Kind: inventory.BackorderVoid, Backordered: q(-2)},
	}
	spoil := map[string]func(*inventory.Move){
		"on hand":     func(m *inventory.Move) { m.OnHand = m.OnHand.Add(q(7)) },
		"unavailable": func(m *inventory.Move) { m.Unavailable = m.Unavailable.Add(q(7)) },
		"allocated":   func(m *inventory.Move) { m.Allocated = m.Allocated.Add(q(7)) },
		"reserved":    func(m *inventory.Move) { m.Reserved = m.Reserved.Add(q(7)) },
		"backordered": func(m *inventory.Move) { m.Backordered = m.Backordered.Add(q(7)) },
		"the sign": func(m *inventory.Move) {
			m.OnHand, m.Unavailable, m.Allocated = m.OnHand.Neg(), m.Unavailable.Neg(), m.Allocated.Neg()
			m.Reserved, m.Backordered = m.Reserved.Neg(), m.Backordered.Neg()
		},
		"all": func(m *inventory.Move) {
			*m = inventory.Move{SKU: m.SKU, Location: m.Location, Cause: m.Cause, At: noon, RecordedAt: noon, Kind: m.Kind}
		},
		"the kind": func(m *inventory.Move) { m.Kind = "magic" },
		"the SKU":  func(m *inventory.Move) { m.SKU = "" },
		"the time": func(m *inventory.Move) { m.At = time.Time{} },
	}
	// One column of one sign more of the same is still well-formed.
	fine := map[string]bool{
		"receive on hand": true, "adjust on hand": true, "reserve reserved": true, "allocate allocated": true,
		"return_good on hand": true, "quarantine unavailable": true, "backorder backordered": true,
		"adjust the sign": true, "quarantine the sign": true,
	}
	for _, m := range good {
		m.SKU, m.Location, m.Cause, m.At, m.RecordedAt = "A", "x", "k", noon, noon
		require.Empty(t, inventory.CheckMove(&m), m.Kind)
		for name, f := range spoil {
			if fine[string(m.Kind)+" "+name] {
				continue
			}
			bad := m
			f(&bad)
			found := inventory.CheckMove(&bad)
			require.Len(t, found, 1, "%s: %s", m.Kind, name)
			require.Equal(t, inventory.CheckShape, found[0].Check)
		}
	}
}
