package inventory_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/quantity"
)

func TestAllocateOrderPromisesAndKeeps(t *testing.T) {
	t.Parallel()
	b := stocked(t, map[string]int32{"A@x": 5, "B@x": 5})
	require.NoError(t, b.SetPolicy(t.Context(), inventory.Policy{SKU: "B", Location: "x", BackorderLimit: quantity.Of(3)}))
	orderID, assigned, err := b.place(t, "", line(1, demand("A", 2)), line(2, loose("B", 7)))
	require.NoError(t, err)
	require.Equal(t, "1:A@x=2 2:B@x=5 2:B@x~2", show(assigned))

	kept := b.kept(t, orderID)
	require.Len(t, kept, 3)
	for i, r := range kept {
		require.Equal(t, assigned[i].LineID, r.LineID)
		require.Equal(t, assigned[i].Quantity, r.Quantity)
		require.Equal(t, assigned[i].Backordered, r.Kind == inventory.ForBackorder)
		require.Equal(t, noon, r.CreatedAt)
	}
	level := b.store.level("B", "x")
	require.Equal(t, quantity.Of(5), level.Allocated)
	require.Equal(t, quantity.Of(2), level.Backordered)
	last := b.store.moves[len(b.store.moves)-1]
	require.Equal(t, orderID, last.OrderID)
	require.Equal(t, "staff:ada", last.Actor)
	require.NotEmpty(t, last.Cause)
	b.store.verify(t, noon)
}

func TestDemandForOneItemIsSummedBeforeItIsChecked(t *testing.T) {
	t.Parallel()
	b := stocked(t, map[string]int32{"A@x": 3})
	_, _, err := b.place(t, "", line(1, demand("A", 2)), line(2, demand("A", 2)))
	var shortage *inventory.ShortageError
	require.ErrorAs(t, err, &shortage)
	require.Equal(t, []inventory.Short{{SKU: "A", Requested: quantity.Of(4), Available: quantity.Of(3)}}, shortage.Shorts)
	require.Equal(t, fault.Rejected, fault.KindOf(err))

	_, assigned, err := b.place(t, "", line(1, demand("A", 2)), line(2, demand("A", 1)))
	require.NoError(t, err)
	require.Equal(t, "1:A@x=2 2:A@x=1", show(assigned))
}

func TestExpiredHoldsRefuseNobody(t *testing.T) {
	t.Parallel()
	b := stocked(t, map[string]int32{"A@x": 3})
	_, err := b.Reserve(t.Context(), inventory.Hold{CartID: "slow", Lines: []inventory.HoldLine{{"A", quantity.Of(3)}}, TTL: time.Minute})
	require.NoError(t, err)
	b.clock.pass(time.Minute - time.Microsecond)
	_, _, err = b.place(t, "", demand("A", 1))
	require.Error(t, err, "it has not expired yet")
	require.True(t, b.available(t, "A").IsZero())

	b.clock.pass(time.Microsecond)
	require.Equal(t, quantity.Of(3), b.available(t, "A"), "expiry is evaluated in the read")
	_, _, err = b.place(t, "", demand("A", 3))
	require.NoError(t, err)
	require.Equal(t, quantity.Quantity{}, b.store.level("A", "x").Reserved, "the hold is voided in the same batch")
	b.store.verify(t, b.clock.Now())
}

func TestPlacingPostsTheCartsHolds(t *testing.T) {
	t.Parallel()
	hold := func(t *testing.T, b *bench, n int32) {
		_, err := b.Reserve(t.Context(), inventory.Hold{CartID: "c1", Lines: []inventory.HoldLine{{"A", quantity.Of(n)}}})
		require.NoError(t, err)
	}
	kinds := func(b *bench, from int) (kinds []inventory.MoveKind) {
		for _, m := range b.store.moves[from:] {
			kinds = append(kinds, m.Kind)
		}
		return kinds
	}
	t.Run("exactly", func(t *testing.T) {
		t.Parallel()
		b := stocked(t, map[string]int32{"A@x": 3})
		hold(t, b, 3)
		from := len(b.store.moves)
		orderID, assigned, err := b.place(t, "c1", line(1, demand("A", 3)))
		require.NoError(t, err)
		require.Equal(t, "1:A@x=3", show(assigned))
		require.Equal(t, []inventory.MoveKind{inventory.Post}, kinds(b, from))
		require.Equal(t, orderID, b.store.moves[from].OrderID)
		require.Equal(t, uuid.UUID{15: 1}, b.store.moves[from].LineID)
		b.store.verify(t, noon)
	})
	t.Run("and allocates what is missing, in one reservation", func(t *testing.T) {
		t.Parallel()
		b := stocked(t, map[string]int32{"A@x": 3})
		hold(t, b, 1)
		from := len(b.store.moves)
		orderID, assigned, err := b.place(t, "c1", line(1, demand("A", 3)))
		require.NoError(t, err)
		require.Equal(t, "1:A@x=3", show(assigned))
		require.Equal(t, []inventory.MoveKind{inventory.Post, inventory.Allocate}, kinds(b, from))
		require.Len(t, b.kept(t, orderID), 1)
		b.store.verify(t, noon)
	})
	t.Run("and frees what is too much", func(t *testing.T) {
		t.Parallel()
		b := stocked(t, map[string]int32{"A@x": 3, "B@x": 1})
		_, err := b.Reserve(t.Context(), inventory.Hold{CartID: "c1", Lines: []inventory.HoldLine{{"A", quantity.Of(3)}, {"B", quantity.Of(1)}}})
		require.NoError(t, err)
		from := len(b.store.moves)
		_, assigned, err := b.place(t, "c1", line(1, demand("A", 2)))
		require.NoError(t, err)
		require.Equal(t, "1:A@x=2", show(assigned))
		require.Equal(t, []inventory.MoveKind{inventory.Post, inventory.Void, inventory.Void}, kinds(b, from))
		for _, r := range b.store.reservations {
			if r.Status == inventory.Posted {
				require.Equal(t, quantity.Of(2), r.Quantity, "as much as was used")
			}
		}
		require.Equal(t, quantity.Of(1), b.available(t, "A"))
		require.Equal(t, quantity.Of(1), b.available(t, "B"), "items the order does not want any more are freed too")
		b.store.verify(t, noon)
	})
	t.Run("one hold for two lines", func(t *testing.T) {
		t.Parallel()
		b := stocked(t, map[string]int32{"A@x": 3})
		hold(t, b, 3)
		orderID, assigned, err := b.place(t, "c1", line(1, demand("A", 1)), line(2, demand("A", 2)))
		require.NoError(t, err)
		require.Equal(t, "1:A@x=1 2:A@x=2", show(assigned))
		require.Len(t, b.kept(t, orderID), 2)
		b.store.verify(t, noon)
	})
	t.Run("but expired ones are as free as any", func(t *testing.T) {
		t.Parallel()
		b := stocked(t, map[string]int32{"A@x": 3})
		hold(t, b, 3)
		b.clock.pass(24 * time.Hour)
		require.NoError(t, b.Adjust(t.Context(), inventory.Adjustment{SKU: "A", Location: "x", By: quantity.Of(-1), Reason: "broken"}))
		_, _, err := b.place(t, "c1", demand("A", 3))
		require.Error(t, err, "the units were free to break")
		from := len(b.store.moves)
		_, _, err = b.place(t, "c1", demand("A", 2))
		require.NoError(t, err)
		require.Equal(t, []inventory.MoveKind{inventory.Void, inventory.Allocate}, kinds(b, from))
		require.Equal(t, "expired", b.store.moves[from].Reason)
		b.store.verify(t, b.clock.Now())
	})
	t.Run("though a count found less", func(t *testing.T) {
		t.Parallel()
		b := stocked(t, map[string]int32{"A@x": 3})
		hold(t, b, 2)
		_, err := b.Count(t.Context(), inventory.Count{SKU: "A", Location: "x", Counted: quantity.Of(1)})
		require.NoError(t, err)
		_, _, err = b.place(t, "c1", demand("A", 2))
		require.NoError(t, err, "the promise was made")
		_, _, err = b.place(t, "", demand("A", 1))
		require.Error(t, err, "no other is")
	})
	t.Run("beside where they are, as few locations as possible", func(t *testing.T) {
		t.Parallel()
		b := stocked(t, map[string]int32{"A@x": 5, "B@y": 1, "A@y": 5, "B@x": 1})
		_, err := b.Reserve(t.Context(), inventory.Hold{CartID: "c1", Lines: []inventory.HoldLine{{"B", quantity.Of(1)}}})
		require.NoError(t, err)
		require.NoError(t, b.SetLocation(t.Context(), inventory.LocationSettings{Code: "x", Priority: 9}))
		_, assigned, err := b.place(t, "c1", line(1, demand("A", 2)), line(2, demand("B", 1)))
		require.NoError(t, err)
		require.Equal(t, "1:A@x=2 2:B@x=1", show(assigned), "y comes first by priority, but x sends B anyway")
	})
}

func TestUntrackedItemsMoveNothing(t *testing.T) {
	t.Parallel()
	b := stocked(t, map[string]int32{"A@x": 1})
	_, err := b.SetItem(t.Context(), inventory.ItemSettings{SKU: "WRAP", Untracked: true})
	require.NoError(t, err)
	moves := len(b.store.moves)
	orderID, assigned, err := b.place(t, "", line(1, demand("WRAP", 900)), line(2, demand("A", 1)))
	require.NoError(t, err)
	require.Equal(t, "1:WRAP@=900 2:A@x=1", show(assigned))
	require.Len(t, b.store.moves, moves+1)
	require.Len(t, b.kept(t, orderID), 1)

	holds, err := b.Reserve(t.Context(), inventory.Hold{CartID: "c", Lines: []inventory.HoldLine{{"WRAP", quantity.Of(2)}}})
	require.NoError(t, err)
	require.Empty(t, holds)
	require.Error(t, b.Receive(t.Context(), inventory.Receipt{SKU: "WRAP", Location: "x", Quantity: quantity.Of(1)}))
	found, err := b.Available(t.Context(), "WRAP")
	require.NoError(t, err)
	require.Equal(t, []inventory.Availability{{SKU: "WRAP", Untracked: true}}, found)
	b.store.verify(t, noon)
}

func TestAllocateOrderRefusesWhatNoItemIs(t *testing.T) {
	t.Parallel()
	b := stocked(t, map[string]int32{"A@x": 9})
	_, _, err := b.place(t, "", demand("Z", 1), demand("A", 1), demand("Y", 1), demand("Z", 1))
	var unknown *inventory.UnknownSKUError
	require.ErrorAs(t, err, &unknown)
	require.Equal(t, []string{"Y", "Z"}, unknown.SKUs)
	require.Equal(t, fault.Rejected, fault.KindOf(err))
	require.Contains(t, err.Error(), "Y, Z")

	for _, q := range []string{"0", "-1", "0.5"} {
		d := inventory.Demand{SKU: "A", Quantity: quantity.MustParse(q)}
		_, _, err = b.place(t, "", demand("A", 1), d)
		var invalid *fault.InvalidError
		require.ErrorAs(t, err, &invalid, q)
		require.Equal(t, "lines[1].quantity", invalid.Field)
	}
}

func TestClosingALocationEndsNewPromisesOnly(t *testing.T) {
	t.Parallel()
	b := stocked(t, map[string]int32{"A@x": 5})
	_, err := b.Reserve(t.Context(), inventory.Hold{CartID: "c1", Lines: []inventory.HoldLine{{"A", quantity.Of(2)}}})
	require.NoError(t, err)
	require.NoError(t, b.SetLocation(t.Context(), inventory.LocationSettings{Code: "x", Closed: true}))
	require.True(t, b.available(t, "A").IsZero())
	_, _, err = b.place(t, "", demand("A", 1))
	require.Error(t, err)
	_, assigned, err := b.place(t, "c1", line(1, demand("A", 2)))
	require.NoError(t, err)
	require.Equal(t, "1:A@x=2", show(assigned))
}

func TestALostRaceIsRefusedByTheWrite(t *testing.T) {
	t.Parallel()
	b := stocked(t, map[string]int32{"A@x": 1})
	b.store.beforeCommit = func() {
		_, _, err := b.place(t, "", demand("A", 1))
		require.NoError(t, err)
	}
	_, _, err := b.place(t, "", demand("A", 1))
	var shortage *inventory.ShortageError
	require.ErrorAs(t, err, &shortage)
	require.Equal(t, []inventory.Short{{SKU: "A", Location: "x", Requested: quantity.Of(1)}}, shortage.Shorts)
	require.Contains(t, err.Error(), "A wants 1, 0 available at x")
}
