package inventory_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/quantity"
)

// part names n units of a line.
func part(n byte, location string, q int32) inventory.Part {
	return inventory.Part{LineID: uuid.UUID{15: n}, Location: location, Quantity: quantity.Of(q)}
}

// change runs a decision about an order's reservations and commits it.
func (b *bench) change(t *testing.T, orderID uuid.UUID, decide func([]inventory.Reservation, event.Command) (inventory.Changes, []inventory.Assignment, error)) []inventory.Assignment {
	t.Helper()
	cmd := b.command(t, "test.change")
	changes, done, err := decide(b.kept(t, orderID), cmd)
	require.NoError(t, err)
	require.NoError(t, b.store.CommitInventory(t.Context(), cmd, nil, changes))
	b.store.verify(t, b.clock.Now())
	return done
}

func (b *bench) release(t *testing.T, orderID uuid.UUID, parts ...inventory.Part) []inventory.Assignment {
	t.Helper()
	return b.change(t, orderID, func(r []inventory.Reservation, cmd event.Command) (inventory.Changes, []inventory.Assignment, error) {
		return inventory.ReleaseOrder(r, parts, cmd, orderID)
	})
}

func (b *bench) ship(t *testing.T, orderID uuid.UUID, parts ...inventory.Part) []inventory.Assignment {
	t.Helper()
	return b.change(t, orderID, func(r []inventory.Reservation, cmd event.Command) (inventory.Changes, []inventory.Assignment, error) {
		return inventory.ShipOrder(r, parts, cmd, orderID)
	})
}

func TestReleaseOrderGivesBackParts(t *testing.T) {
	t.Parallel()
	b := stocked(t, map[string]int32{"A@x": 5, "A@y": 3})
	require.NoError(t, b.SetPolicy(t.Context(), inventory.Policy{SKU: "A", Location: "x", BackorderLimit: inventory.Unlimited()}))
	orderID, assigned, err := b.place(t, "", line(1, loose("A", 10)))
	require.NoError(t, err)
	require.Equal(t, "1:A@x=5 1:A@y=3 1:A@x~2", show(assigned))

	require.Equal(t, "1:A@y=1", show(b.release(t, orderID, part(1, "", 1))), "the newest first")
	require.Equal(t, "1:A@x=2", show(b.release(t, orderID, part(1, "x", 2))), "or where it was asked for")
	backorder := inventory.Part{LineID: uuid.UUID{15: 1}, Backordered: true}
	require.Equal(t, "1:A@x~2", show(b.release(t, orderID, backorder)), "zero is all")
	require.Equal(t, "1:A@y=1 1:A@y=1 1:A@x=1", show(b.release(t, orderID, part(1, "y", 1), part(1, "", 2))),
		"parts of one call meet at one reservation")
	kept := b.kept(t, orderID)
	require.Len(t, kept, 1)
	require.Equal(t, quantity.Of(2), kept[0].Quantity)
	require.Equal(t, quantity.Of(6), b.available(t, "A"))

	require.Equal(t, "1:A@x=2", show(b.release(t, orderID, part(1, "", 0))))
	require.Empty(t, b.kept(t, orderID))
	require.Equal(t, quantity.Of(8), b.available(t, "A"))
	for _, r := range b.store.reservations {
		require.Equal(t, inventory.Voided, r.Status)
		require.Positive(t, r.Quantity.Sign(), "what was kept last")
	}
}

func TestReleaseAll(t *testing.T) {
	t.Parallel()
	b := stocked(t, map[string]int32{"A@x": 2, "B@x": 1})
	require.NoError(t, b.SetPolicy(t.Context(), inventory.Policy{SKU: "A", Location: "x", BackorderLimit: quantity.Of(5)}))
	orderID, _, err := b.place(t, "", line(1, loose("A", 4)), line(2, demand("B", 1)))
	require.NoError(t, err)
	b.change(t, orderID, func(r []inventory.Reservation, cmd event.Command) (inventory.Changes, []inventory.Assignment, error) {
		return inventory.ReleaseAll(r, cmd, orderID), nil, nil
	})
	require.Empty(t, b.kept(t, orderID))
	require.Equal(t, quantity.Of(2), b.available(t, "A"))
	require.True(t, b.store.level("A", "x").Backordered.IsZero())
	require.Empty(t, inventory.ReleaseAll(nil, b.command(t, "x"), orderID))
}

func TestShipOrderTakesAllocationsOutOfTheBuilding(t *testing.T) {
	t.Parallel()
	b := stocked(t, map[string]int32{"A@x": 5, "B@x": 5})
	orderID, _, err := b.place(t, "", line(1, demand("A", 5)), line(2, demand("B", 1)))
	require.NoError(t, err)
	require.Equal(t, "1:A@x=2", show(b.ship(t, orderID, part(1, "x", 2))))
	require.Equal(t, quantity.Of(3), b.store.level("A", "x").OnHand)
	require.Equal(t, quantity.Of(3), b.store.level("A", "x").Allocated)

	require.Equal(t, "1:A@x=1 1:A@x=2 2:B@x=1", show(b.ship(t, orderID, part(1, "", 1), part(1, "x", 0), part(2, "", 1))))
	require.Empty(t, b.kept(t, orderID))
	for _, r := range b.store.reservations {
		require.Equal(t, inventory.Posted, r.Status)
	}
	require.True(t, b.store.level("A", "x").OnHand.IsZero())
	require.Equal(t, quantity.Of(4), b.available(t, "B"))
}

func TestPartsBeyondWhatIsKeptAreRefused(t *testing.T) {
	t.Parallel()
	b := stocked(t, map[string]int32{"A@x": 5})
	orderID, _, err := b.place(t, "", line(1, demand("A", 3)))
	require.NoError(t, err)
	kept, cmd := b.kept(t, orderID), b.command(t, "test")
	tests := map[string]struct {
		parts []inventory.Part
		field string
	}{
		"too many":            {[]inventory.Part{part(1, "", 4)}, "parts[0].quantity"},
		"too many in all":     {[]inventory.Part{part(1, "", 2), part(1, "x", 2)}, "parts[1].quantity"},
		"less than nothing":   {[]inventory.Part{part(1, "", -1)}, "parts[0].quantity"},
		"elsewhere":           {[]inventory.Part{part(1, "y", 1)}, "parts[0].quantity"},
		"line of nobody":      {[]inventory.Part{part(7, "", 1)}, "parts[0].quantity"},
		"out of range":        {[]inventory.Part{{LineID: uuid.UUID{15: 1}, Quantity: quantity.FromMicro(quantity.MaxMicro + 1)}}, "parts[0].quantity"},
		"what is backordered": {[]inventory.Part{{LineID: uuid.UUID{15: 1}, Quantity: quantity.Of(1), Backordered: true}}, "parts[0].backordered"},
	}
	closed := kept[0]
	closed.Status, closed.ID = inventory.Posted, uuid.UUID{9}
	kept = append(kept, closed)
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var invalid *fault.InvalidError
			changes, _, err := inventory.ShipOrder(kept, test.parts, event.Command{IDs: event.NewIDs(uuid.New())}, orderID)
			require.ErrorAs(t, err, &invalid)
			require.Empty(t, changes)
			require.Equal(t, test.field, invalid.Field)
			changes, _, err = inventory.ReleaseOrder(kept, test.parts, event.Command{IDs: event.NewIDs(uuid.New())}, orderID)
			require.ErrorAs(t, err, &invalid)
			require.Empty(t, changes)
		})
	}
	require.NotEmpty(t, cmd.Key)
}

func TestReturnGoods(t *testing.T) {
	t.Parallel()
	b := stocked(t, map[string]int32{"A@x": 5})
	cmd := b.command(t, "test.return")
	orderID := cmd.IDs.Next()
	goods := func(n int32, d inventory.Disposition) inventory.Returned {
		return inventory.Returned{SKU: "A", Location: "x", Quantity: quantity.Of(n), Disposition: d, LineID: uuid.UUID{15: 1}, Reason: "torn"}
	}
	changes, err := inventory.ReturnGoods([]inventory.Returned{
		goods(2, ""), goods(1, inventory.ToStock), goods(1, inventory.ToDamaged), goods(3, inventory.ToQuarantine), goods(4, inventory.ToScrap),
	}, cmd, orderID)
	require.NoError(t, err)
	require.NoError(t, b.store.CommitInventory(t.Context(), cmd, nil, changes))
	level := b.store.level("A", "x")
	require.Equal(t, quantity.Of(12), level.OnHand)
	require.Equal(t, quantity.Of(4), level.Unavailable)
	require.Equal(t, quantity.Of(8), b.available(t, "A"))
	var kinds []inventory.MoveKind
	for _, m := range changes.Moves {
		kinds = append(kinds, m.Kind)
		require.NotEmpty(t, m.Reason, m.Kind)
	}
	require.Equal(t, []inventory.MoveKind{
		inventory.ReturnGood, inventory.ReturnGood, inventory.ReturnDamaged,
		inventory.ReturnGood, inventory.Quarantine, inventory.ReturnGood, inventory.Adjust,
	}, kinds)
	b.store.verify(t, noon)

	for field, bad := range map[string]inventory.Returned{
		"goods[0].quantity":    {SKU: "A", Location: "x"},
		"goods[0].disposition": goods(1, "burnt"),
	} {
		var invalid *fault.InvalidError
		_, err = inventory.ReturnGoods([]inventory.Returned{bad}, cmd, orderID)
		require.ErrorAs(t, err, &invalid)
		require.Equal(t, field, invalid.Field)
	}
}

func TestImportSalesLeaveNothingBehindButHistory(t *testing.T) {
	t.Parallel()
	b := stocked(t, map[string]int32{"A@x": 5})
	cmd := b.command(t, "test.import")
	long, gone := noon.AddDate(-1, 0, 0), noon.AddDate(0, -11, 0)
	changes, err := inventory.ImportSales([]inventory.PastSale{
		{OrderID: cmd.IDs.Next(), LineID: cmd.IDs.Next(), SKU: "A", Location: "x", Quantity: quantity.Of(90), UnitCost: money.MustParse("1.10 GBP"), ReceivedAt: long, ShippedAt: gone},
		{OrderID: cmd.IDs.Next(), LineID: cmd.IDs.Next(), SKU: "A", Location: "x", Quantity: quantity.Of(2), ShippedAt: gone},
	}, cmd)
	require.NoError(t, err)
	require.NoError(t, b.store.CommitInventory(t.Context(), cmd, nil, changes))
	require.Equal(t, quantity.Of(3), b.available(t, "A"))
	require.Empty(t, b.store.reservations)
	var times []time.Time
	for _, m := range changes.Moves {
		require.Equal(t, noon, m.RecordedAt)
		times = append(times, m.At)
	}
	require.Equal(t, []time.Time{long, gone, gone}, times)
	b.store.verify(t, noon)

	_, err = inventory.ImportSales([]inventory.PastSale{{SKU: "A", Location: "x", Quantity: quantity.Of(-1)}}, cmd)
	require.Equal(t, fault.Rejected, fault.KindOf(err))
}

// backorders places two orders that wait for A, and another that holds stock.
func backorders(t *testing.T) (b *bench, first, second uuid.UUID) {
	b = stocked(t, map[string]int32{"A@x": 1, "A@y": 1})
	require.NoError(t, b.SetPolicy(t.Context(), inventory.Policy{SKU: "A", Location: "x", BackorderLimit: quantity.Of(10)}))
	first, assigned, err := b.place(t, "", line(1, loose("A", 5)))
	require.NoError(t, err)
	require.Equal(t, "1:A@x=1 1:A@y=1 1:A@x~3", show(assigned))
	b.clock.pass(time.Minute)
	second, assigned, err = b.place(t, "", line(1, loose("A", 2)))
	require.NoError(t, err)
	require.Equal(t, "1:A@x~2", show(assigned))
	return b, first, second
}

func (b *bench) fill(t *testing.T, queue ...inventory.Reservation) []inventory.Fill {
	t.Helper()
	cmd := b.command(t, "test.fill")
	if queue == nil {
		var err error
		queue, err = b.store.Reservations(t.Context(), inventory.ReservationFilter{Kind: inventory.ForBackorder, SKUs: []string{"A"}})
		require.NoError(t, err)
	}
	stock, err := inventory.ReadStock(t.Context(), b.store, []string{"A"}, "", cmd.Now)
	require.NoError(t, err)
	changes, fills := inventory.FillBackorders(stock, queue, cmd)
	require.NoError(t, b.store.CommitInventory(t.Context(), cmd, nil, changes))
	b.store.verify(t, b.clock.Now())
	return fills
}

func TestFillBackordersServesTheOldestFirst(t *testing.T) {
	t.Parallel()
	b, first, second := backorders(t)
	require.Empty(t, b.fill(t), "nothing has come in")
	require.NoError(t, b.Receive(t.Context(), inventory.Receipt{SKU: "A", Location: "x", Quantity: quantity.Of(4)}))
	fills := b.fill(t)
	require.Len(t, fills, 2)
	require.Equal(t, first, fills[0].OrderID)
	require.Equal(t, "1:A@x=3", show([]inventory.Assignment{fills[0].Assignment}))
	require.Equal(t, second, fills[1].OrderID)
	require.Equal(t, "1:A@x=1", show([]inventory.Assignment{fills[1].Assignment}), "in part, if need be")
	require.Equal(t, quantity.Of(1), b.store.level("A", "x").Backordered)
	require.Equal(t, quantity.Of(5), b.store.level("A", "x").Allocated)

	require.NoError(t, b.Receive(t.Context(), inventory.Receipt{SKU: "A", Location: "y", Quantity: quantity.Of(4)}))
	fills = b.fill(t)
	require.Len(t, fills, 1)
	require.Equal(t, "1:A@y=1", show([]inventory.Assignment{fills[0].Assignment}), "from another location too")
	require.True(t, b.store.level("A", "x").Backordered.IsZero())
	require.Equal(t, "1:A@x=1 1:A@y=1", show(b.ship(t, second, part(1, "", 2))), "and then it ships like any other")
}

func TestFillBackordersPrefersWhereItWasSoldAndOpen(t *testing.T) {
	t.Parallel()
	b, first, _ := backorders(t)
	for _, l := range []inventory.LocationSettings{{Code: "x", Priority: 2}, {Code: "y", Priority: 1}, {Code: "z", Closed: true}} {
		require.NoError(t, b.SetLocation(t.Context(), l))
		require.NoError(t, b.Receive(t.Context(), inventory.Receipt{SKU: "A", Location: l.Code, Quantity: quantity.Of(2)}))
	}
	fills := b.fill(t, b.kept(t, first)...)
	require.Len(t, fills, 2)
	require.Equal(t, "1:A@x=2 1:A@y=1", show([]inventory.Assignment{fills[0].Assignment, fills[1].Assignment}))
	b.fill(t)
	fills = b.fill(t)
	require.Empty(t, fills, "a closed location fills nothing")
	require.Equal(t, quantity.Of(1), b.store.level("A", "x").Backordered)
}

func TestAFillThatWasTakenMeanwhileIsRefused(t *testing.T) {
	t.Parallel()
	b, first, _ := backorders(t)
	require.NoError(t, b.Receive(t.Context(), inventory.Receipt{SKU: "A", Location: "x", Quantity: quantity.Of(1)}))
	cmd := b.command(t, "test.fill")
	stock, err := inventory.ReadStock(t.Context(), b.store, []string{"A"}, "", cmd.Now)
	require.NoError(t, err)
	changes, fills := inventory.FillBackorders(stock, b.kept(t, first), cmd)
	require.Len(t, fills, 1)
	_, _, err = b.place(t, "", demand("A", 1))
	require.NoError(t, err)
	var shortage *inventory.ShortageError
	require.ErrorAs(t, b.store.CommitInventory(t.Context(), cmd, nil, changes), &shortage)
}

func TestFillBackordersUsesWhatExpiredAndNotWhatIsHeld(t *testing.T) {
	t.Parallel()
	b, first, _ := backorders(t)
	require.NoError(t, b.Receive(t.Context(), inventory.Receipt{SKU: "A", Location: "x", Quantity: quantity.Of(4)}))
	_, err := b.Reserve(t.Context(), inventory.Hold{CartID: "c", Lines: []inventory.HoldLine{{"A", quantity.Of(3)}}, TTL: time.Minute})
	var shortage *inventory.ShortageError
	require.ErrorAs(t, err, &shortage, "what came in is for who waits")
	// A hold from before the backorders looks like this one.
	cmd := b.command(t, "test.hold")
	stock, err := inventory.ReadStock(t.Context(), b.store, []string{"A"}, "c", cmd.Now)
	require.NoError(t, err)
	held, _, err := inventory.ReserveCart(stock, "c", inventory.Wanted{Demands: []inventory.Demand{demand("A", 3)}}, cmd.Now.Add(time.Minute), cmd)
	require.NoError(t, err)
	require.NoError(t, b.store.CommitInventory(t.Context(), cmd, nil, held))
	fills := b.fill(t)
	require.Len(t, fills, 1)
	require.Equal(t, quantity.Of(1), fills[0].Quantity)
	b.clock.pass(time.Minute)
	queue := b.kept(t, first)
	fills = b.fill(t, queue...)
	require.Len(t, fills, 1, "reservations of other kinds in the queue are left alone")
	require.Equal(t, quantity.Of(2), fills[0].Quantity)
	require.Equal(t, first, fills[0].OrderID)
}
