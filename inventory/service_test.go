package inventory_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/quantity"
)

func TestReceiveRegistersWhatItNamesFirst(t *testing.T) {
	t.Parallel()
	b := newBench()
	cost := money.MustParse("2.50 EUR")
	require.NoError(t, b.ReceiveAll(t.Context(), inventory.Delivery{
		Key: "d1", Reason: "delivery note 7", At: noon.Add(-time.Hour),
		Lines: []inventory.DeliveryLine{
			{SKU: "TEA", Location: "main", Quantity: quantity.MustParse("1.25"), Title: "Tea", Unit: "kg", Decimals: 3, UnitCost: cost},
			{SKU: "CUP", Location: "main", Quantity: quantity.Of(6)},
			{SKU: "TEA", Location: "shop", Quantity: quantity.MustParse("0.5")},
		},
	}))
	items, err := b.Items(t.Context(), "TEA", "CUP", "TEA", "POT")
	require.NoError(t, err)
	require.Len(t, items, 2)
	require.Equal(t, inventory.Item{SKU: "TEA", ID: items[1].ID, Version: 1, Title: "Tea", Unit: "kg", Decimals: 3}, items[1])
	require.Len(t, b.store.events, 2)
	e := b.store.events[0]
	require.Equal(t, event.Item, e.Aggregate)
	require.Equal(t, inventory.ItemRegistered, e.Type)
	require.Equal(t, &items[1], e.Payload)
	require.Equal(t, items[1].ID, e.ID)
	require.Equal(t, int64(1), e.Version)
	require.Equal(t, "d1", e.Cause)

	locations, err := b.Locations(t.Context())
	require.NoError(t, err)
	require.Equal(t, []inventory.Location{{Code: "main"}, {Code: "shop"}}, locations)
	m := b.store.moves[0]
	require.Equal(t, cost, m.UnitCost)
	require.Equal(t, "delivery note 7", m.Reason)
	require.Equal(t, noon.Add(-time.Hour), m.At)
	require.Equal(t, noon, m.RecordedAt)
	require.Equal(t, quantity.MustParse("1.75"), b.available(t, "TEA"))

	require.NoError(t, b.Receive(t.Context(), inventory.Receipt{SKU: "TEA", Location: "main", Quantity: quantity.Of(1), Title: "Other"}))
	require.Len(t, b.store.events, 2, "a registered item keeps its own description")
	b.store.verify(t, noon)
}

func TestRacingRegistrationsDoNotFailAReceipt(t *testing.T) {
	t.Parallel()
	b := newBench()
	b.store.beforeCommit = func() {
		require.NoError(t, b.Receive(t.Context(), inventory.Receipt{SKU: "A", Location: "x", Quantity: quantity.Of(2)}))
	}
	require.NoError(t, b.Receive(t.Context(), inventory.Receipt{SKU: "A", Location: "x", Quantity: quantity.Of(3)}))
	require.Equal(t, quantity.Of(5), b.available(t, "A"))
	require.Len(t, b.store.events, 1)
	b.store.verify(t, noon)
}

func TestSameKeySameEffect(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	hold := inventory.Hold{Key: "k", CartID: "c", Lines: []inventory.HoldLine{{"A", quantity.Of(2)}}}
	commands := map[string]struct {
		do    func(b *bench) (any, error)
		other func(b *bench) error
	}{
		"receive": {
			func(b *bench) (any, error) {
				return nil, b.Receive(ctx, inventory.Receipt{Key: "k", SKU: "A", Location: "x", Quantity: quantity.Of(1)})
			},
			func(b *bench) error {
				return b.Receive(ctx, inventory.Receipt{Key: "k", SKU: "A", Location: "x", Quantity: quantity.Of(2)})
			},
		},
		"adjust": {
			func(b *bench) (any, error) {
				return nil, b.Adjust(ctx, inventory.Adjustment{Key: "k", SKU: "A", Location: "x", By: quantity.Of(-1), Reason: "broken"})
			},
			func(b *bench) error {
				return b.Adjust(ctx, inventory.Adjustment{Key: "k", SKU: "A", Location: "x", By: quantity.Of(-1), Reason: "stolen"})
			},
		},
		"count": {
			func(b *bench) (any, error) {
				return b.Count(ctx, inventory.Count{Key: "k", SKU: "A", Location: "x", Counted: quantity.Of(2)})
			},
			func(b *bench) error {
				_, err := b.Count(ctx, inventory.Count{Key: "k", SKU: "A", Location: "x", Counted: quantity.Of(4)})
				return err
			},
		},
		"quarantine": {
			func(b *bench) (any, error) {
				return nil, b.Quarantine(ctx, inventory.Inspection{Key: "k", SKU: "A", Location: "x", Quantity: quantity.Of(1), Reason: "smells"})
			},
			func(b *bench) error {
				return b.Quarantine(ctx, inventory.Inspection{Key: "k", SKU: "A", Location: "x", Quantity: quantity.Of(2), Reason: "smells"})
			},
		},
		"reserve": {
			func(b *bench) (any, error) { return b.Reserve(ctx, hold) },
			func(b *bench) error {
				other := hold
				other.CartID = "d"
				_, err := b.Reserve(ctx, other)
				return err
			},
		},
		"release": {
			func(b *bench) (any, error) { return nil, b.Release(ctx, inventory.CartRelease{Key: "k", CartID: "c"}) },
			func(b *bench) error { return b.Release(ctx, inventory.CartRelease{Key: "k", CartID: "d"}) },
		},
		"void expired": {
			func(b *bench) (any, error) { return b.VoidExpired(ctx, inventory.Sweep{Key: "k"}) },
			func(b *bench) error { _, err := b.VoidExpired(ctx, inventory.Sweep{Key: "k", Limit: 3}); return err },
		},
		"set item": {
			func(b *bench) (any, error) {
				return b.SetItem(ctx, inventory.ItemSettings{Key: "k", SKU: "A", Title: "Ah", Version: 1})
			},
			func(b *bench) error {
				_, err := b.SetItem(ctx, inventory.ItemSettings{Key: "k", SKU: "A", Title: "Be", Version: 2})
				return err
			},
		},
		"set location": {
			func(b *bench) (any, error) {
				return nil, b.SetLocation(ctx, inventory.LocationSettings{Key: "k", Code: "z"})
			},
			func(b *bench) error { return b.SetLocation(ctx, inventory.LocationSettings{Key: "k", Code: "y"}) },
		},
		"set policy": {
			func(b *bench) (any, error) {
				return nil, b.SetPolicy(ctx, inventory.Policy{Key: "k", SKU: "A", Location: "x", Safety: quantity.Of(1)})
			},
			func(b *bench) error { return b.SetPolicy(ctx, inventory.Policy{Key: "k", SKU: "A", Location: "x"}) },
		},
	}
	for name, command := range commands {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := stocked(t, map[string]int32{"A@x": 3})
			before := b.store.commits
			answer, err := command.do(b)
			require.NoError(t, err)
			require.Equal(t, before+1, b.store.commits)
			// Meanwhile the stock is sold out, so that some would be refused today.
			_, err = b.Count(ctx, inventory.Count{SKU: "A", Location: "x"})
			require.NoError(t, err)
			before = b.store.commits
			again, err := command.do(b)
			require.NoError(t, err)
			require.Equal(t, answer, again)
			require.Equal(t, before, b.store.commits)
			var reused *fault.KeyReusedError
			require.ErrorAs(t, command.other(b), &reused)
			require.Equal(t, before, b.store.commits)
			b.store.verify(t, noon)
		})
	}
}

func TestALostAnswerIsAskedForAgain(t *testing.T) {
	t.Parallel()
	b := stocked(t, map[string]int32{"A@x": 3})
	b.store.loseAnswers = 1
	holds, err := b.Reserve(t.Context(), inventory.Hold{CartID: "c", Lines: []inventory.HoldLine{{"A", quantity.Of(2)}}})
	require.NoError(t, err)
	require.Len(t, holds, 1)
	require.Equal(t, b.store.reservations[holds[0].ID], holds[0])
	require.Equal(t, quantity.Of(2), b.store.level("A", "x").Reserved)
}

func TestReserveDecidesAgainAfterALostRace(t *testing.T) {
	t.Parallel()
	b := stocked(t, map[string]int32{"A@x": 1, "A@y": 1})
	b.store.beforeCommit = func() {
		_, assigned, err := b.place(t, "", line(1, demand("A", 1)))
		require.NoError(t, err)
		require.Equal(t, "1:A@x=1", show(assigned))
	}
	holds, err := b.Reserve(t.Context(), inventory.Hold{CartID: "c", Lines: []inventory.HoldLine{{"A", quantity.Of(1)}}})
	require.NoError(t, err)
	require.Equal(t, "y", holds[0].Location)
	_, err = b.Reserve(t.Context(), inventory.Hold{CartID: "d", Lines: []inventory.HoldLine{{"A", quantity.Of(1)}}})
	var shortage *inventory.ShortageError
	require.ErrorAs(t, err, &shortage)
	b.store.verify(t, noon)
}

func TestReserveMakesTheHoldWhatIsAskedFor(t *testing.T) {
	t.Parallel()
	b := stocked(t, map[string]int32{"A@x": 5, "B@x": 5})
	reserve := func(ttl time.Duration, lines ...inventory.HoldLine) []inventory.Reservation {
		holds, err := b.Reserve(t.Context(), inventory.Hold{CartID: "c", Lines: lines, TTL: ttl})
		require.NoError(t, err)
		b.store.verify(t, b.clock.Now())
		stored, err := b.store.Reservations(t.Context(), inventory.ReservationFilter{Owner: "c"})
		require.NoError(t, err)
		require.ElementsMatch(t, stored, holds)
		return holds
	}
	holds := reserve(0, inventory.HoldLine{"A", quantity.Of(1)}, inventory.HoldLine{"A", quantity.Of(2)})
	require.Len(t, holds, 1)
	require.Equal(t, quantity.Of(3), holds[0].Quantity)
	require.Equal(t, noon.Add(inventory.DefaultTTL), holds[0].ExpiresAt)

	again := reserve(time.Hour, inventory.HoldLine{"A", quantity.Of(2)}, inventory.HoldLine{"B", quantity.Of(4)})
	require.Len(t, again, 2)
	require.Equal(t, holds[0].ID, again[0].ID, "what serves is kept")
	require.Equal(t, quantity.Of(2), again[0].Quantity)
	require.Equal(t, noon.Add(time.Hour), again[0].ExpiresAt)
	require.Equal(t, quantity.Of(3), b.available(t, "A"))

	_, err := b.Reserve(t.Context(), inventory.Hold{CartID: "c", Lines: []inventory.HoldLine{{"A", quantity.Of(6)}, {"B", quantity.Of(9)}}})
	var shortage *inventory.ShortageError
	require.ErrorAs(t, err, &shortage)
	require.Equal(t, []inventory.Short{
		{SKU: "A", Requested: quantity.Of(6), Available: quantity.Of(5)},
		{SKU: "B", Requested: quantity.Of(9), Available: quantity.Of(5)},
	}, shortage.Shorts, "what the cart holds counts")
	require.Equal(t, quantity.Of(3), b.available(t, "A"), "the cart keeps what it had")

	require.NoError(t, b.Release(t.Context(), inventory.CartRelease{CartID: "c"}))
	require.Equal(t, quantity.Of(5), b.available(t, "A"))
	require.NoError(t, b.Release(t.Context(), inventory.CartRelease{CartID: "c"}))
	b.store.verify(t, noon)

	until, err := b.Reserve(t.Context(), inventory.Hold{CartID: "c", Lines: []inventory.HoldLine{{"A", quantity.Of(1)}}, ExpiresAt: noon.Add(90 * time.Nanosecond).Add(time.Second)})
	require.NoError(t, err)
	require.Equal(t, noon.Add(time.Second), until[0].ExpiresAt, "whole microseconds")
}

func TestReserveTakesOverExpiredHolds(t *testing.T) {
	t.Parallel()
	b := stocked(t, map[string]int32{"A@x": 2})
	want := []inventory.HoldLine{{"A", quantity.Of(2)}}
	_, err := b.Reserve(t.Context(), inventory.Hold{CartID: "c", Lines: want})
	require.NoError(t, err)
	b.clock.pass(inventory.DefaultTTL)
	_, err = b.Reserve(t.Context(), inventory.Hold{CartID: "d", Lines: want})
	require.NoError(t, err)
	b.clock.pass(inventory.DefaultTTL)
	_, err = b.Reserve(t.Context(), inventory.Hold{CartID: "d", Lines: want})
	require.NoError(t, err, "a cart's own expired hold is renewed")
	require.Equal(t, quantity.Of(2), b.store.level("A", "x").Reserved)
	b.store.verify(t, b.clock.Now())
}

func TestVoidExpiredSweepsInBounds(t *testing.T) {
	t.Parallel()
	b := stocked(t, map[string]int32{"A@x": 9})
	for _, cart := range []string{"a", "b", "c"} {
		_, err := b.Reserve(t.Context(), inventory.Hold{CartID: cart, Lines: []inventory.HoldLine{{"A", quantity.Of(1)}}})
		require.NoError(t, err)
		b.clock.pass(time.Second)
	}
	n, err := b.VoidExpired(t.Context(), inventory.Sweep{})
	require.NoError(t, err)
	require.Zero(t, n)
	b.clock.pass(inventory.DefaultTTL)
	for _, want := range []int{2, 1, 0} {
		n, err = b.VoidExpired(t.Context(), inventory.Sweep{Limit: 2})
		require.NoError(t, err)
		require.Equal(t, want, n)
	}
	require.True(t, b.store.level("A", "x").Reserved.IsZero())
	b.store.verify(t, b.clock.Now())
}

func TestVoidReservationsLeavesOrdersAlone(t *testing.T) {
	t.Parallel()
	b := stocked(t, map[string]int32{"A@x": 2})
	orderID, _, err := b.place(t, "", demand("A", 1))
	require.NoError(t, err)
	changes := inventory.VoidReservations(b.kept(t, orderID), "expired", b.command(t, "test"))
	require.Empty(t, changes.Moves)
	require.Empty(t, changes.Reservations)
}

func TestCountRecordsTheDifferenceAtItsTime(t *testing.T) {
	t.Parallel()
	b := stocked(t, map[string]int32{"A@x": 10})
	result, err := b.Count(t.Context(), inventory.Count{SKU: "A", Location: "x", Counted: quantity.Of(8), Reason: "spring"})
	require.NoError(t, err)
	require.Equal(t, inventory.CountResult{Expected: quantity.Of(10), Counted: quantity.Of(8), Difference: quantity.Of(-2)}, result)
	last := b.store.moves[len(b.store.moves)-1]
	require.Equal(t, inventory.Adjust, last.Kind)
	require.Equal(t, "count: spring", last.Reason)

	// Counted at one, told at three; at two more came in.
	b.clock.pass(2 * time.Hour)
	require.NoError(t, b.Receive(t.Context(), inventory.Receipt{SKU: "A", Location: "x", Quantity: quantity.Of(5)}))
	b.clock.pass(time.Hour)
	result, err = b.Count(t.Context(), inventory.Count{SKU: "A", Location: "x", Counted: quantity.Of(9), At: noon.Add(time.Hour)})
	require.NoError(t, err)
	require.Equal(t, inventory.CountResult{Expected: quantity.Of(8), Counted: quantity.Of(9), Difference: quantity.Of(1)}, result)
	require.Equal(t, quantity.Of(14), b.store.level("A", "x").OnHand)

	// A movement of the very moment of the count was there to be counted.
	result, err = b.Count(t.Context(), inventory.Count{SKU: "A", Location: "x", Counted: quantity.Of(14), At: noon.Add(2 * time.Hour)})
	require.NoError(t, err)
	require.True(t, result.Difference.IsZero())

	// What comes in between reading and writing is not undone.
	b.store.beforeCommit = func() {
		require.NoError(t, b.Receive(t.Context(), inventory.Receipt{SKU: "A", Location: "x", Quantity: quantity.Of(100)}))
	}
	_, err = b.Count(t.Context(), inventory.Count{SKU: "A", Location: "x", Counted: quantity.Of(14)})
	require.NoError(t, err)
	require.Equal(t, quantity.Of(114), b.store.level("A", "x").OnHand)
	b.store.verify(t, b.clock.Now())
}

func TestFactsAreNotRefusedForWhatWasPromised(t *testing.T) {
	t.Parallel()
	b := stocked(t, map[string]int32{"A@x": 5, "A@y": 1})
	_, _, err := b.place(t, "", demand("A", 5))
	require.NoError(t, err)
	require.NoError(t, b.Quarantine(t.Context(), inventory.Inspection{SKU: "A", Location: "x", Quantity: quantity.Of(2), Reason: "wet"}))
	require.NoError(t, b.Adjust(t.Context(), inventory.Adjustment{SKU: "A", Location: "x", By: quantity.Of(-4), Reason: "stolen"}))
	levels, err := b.Levels(t.Context(), "A")
	require.NoError(t, err)
	require.Equal(t, quantity.Of(-6), levels[0].Available())
	require.Equal(t, quantity.Of(1), b.available(t, "A"), "what y has can still be sold")

	err = b.Quarantine(t.Context(), inventory.Inspection{SKU: "A", Location: "x", Quantity: quantity.Of(-3), Reason: "dry"})
	var invalid *fault.InvalidError
	require.ErrorAs(t, err, &invalid)
	require.Equal(t, "at most 2 taken out", invalid.Allowed)
	require.NoError(t, b.Quarantine(t.Context(), inventory.Inspection{SKU: "A", Location: "x", Quantity: quantity.Of(-2), Reason: "dry"}))
	b.store.verify(t, noon)
}

func TestSetItem(t *testing.T) {
	t.Parallel()
	b := newBench()
	item, err := b.SetItem(t.Context(), inventory.ItemSettings{SKU: "A", Title: "Ah", Decimals: 2})
	require.NoError(t, err)
	require.Equal(t, int64(1), item.Version)
	same, err := b.SetItem(t.Context(), inventory.ItemSettings{SKU: "A", Title: "Ah", Decimals: 2, Version: 1})
	require.NoError(t, err)
	require.Equal(t, item, same)
	require.Len(t, b.store.events, 1, "nothing changed, nothing happened")

	changed, err := b.SetItem(t.Context(), inventory.ItemSettings{SKU: "A", Title: "Be", Unit: "m", Decimals: 3, Version: 1})
	require.NoError(t, err)
	require.Equal(t, inventory.Item{SKU: "A", ID: item.ID, Version: 2, Title: "Be", Unit: "m", Decimals: 3}, changed)
	require.Equal(t, inventory.ItemChanged, b.store.events[1].Type)
	require.Equal(t, &changed, b.store.events[1].Payload)
	require.Equal(t, changed, b.store.items["A"])

	var stale *fault.StaleError
	_, err = b.SetItem(t.Context(), inventory.ItemSettings{SKU: "A", Title: "Ce", Decimals: 3, Version: 1})
	require.ErrorAs(t, err, &stale)
	require.Equal(t, int64(2), stale.Actual)
	_, err = b.SetItem(t.Context(), inventory.ItemSettings{SKU: "Z", Version: 4})
	require.ErrorAs(t, err, &stale)
	var invalid *fault.InvalidError
	_, err = b.SetItem(t.Context(), inventory.ItemSettings{SKU: "A", Decimals: 2})
	require.ErrorAs(t, err, &invalid)
	require.Equal(t, "decimals", invalid.Field)
	_, err = b.SetItem(t.Context(), inventory.ItemSettings{SKU: "A", Decimals: 3, Untracked: true})
	require.ErrorAs(t, err, &invalid)
	require.Equal(t, "untracked", invalid.Field)
	require.Len(t, b.store.events, 2)
}

func TestSetPolicyAndAvailable(t *testing.T) {
	t.Parallel()
	b := stocked(t, map[string]int32{"A@x": 5, "A@y": 5, "B@x": 1})
	require.NoError(t, b.SetPolicy(t.Context(), inventory.Policy{SKU: "A", Location: "x", Safety: quantity.Of(2), BackorderLimit: quantity.Of(3)}))
	found, err := b.Available(t.Context(), "B", "A", "nobody's")
	require.NoError(t, err)
	require.Equal(t, []inventory.Availability{
		{SKU: "A", Available: quantity.Of(8), Backorder: quantity.Of(3)},
		{SKU: "B", Available: quantity.Of(1)},
	}, found)
	require.NoError(t, b.SetPolicy(t.Context(), inventory.Policy{SKU: "A", Location: "y", BackorderLimit: quantity.Of(-7)}))
	require.Equal(t, inventory.Unlimited(), b.store.level("A", "y").BackorderLimit)
	found, err = b.Available(t.Context(), "A")
	require.NoError(t, err)
	require.Equal(t, []inventory.Availability{{SKU: "A", Available: quantity.Of(10 - 2), Unlimited: true}}, found)

	_, assigned, err := b.place(t, "", line(1, loose("A", 20)))
	require.NoError(t, err)
	require.Equal(t, "1:A@y=5 1:A@x=3 1:A@y~12", show(assigned), "safety stock is kept back")

	var moves []inventory.Move
	for m, err := range b.Moves(t.Context(), inventory.MoveFilter{SKU: "A", Location: "y"}) {
		require.NoError(t, err)
		moves = append(moves, m)
	}
	require.Len(t, moves, 3)
}

func TestTheAuthorizerIsAsked(t *testing.T) {
	t.Parallel()
	b := newBench()
	no := errors.New("not you")
	b.issuer.Authorize = func(_ context.Context, a event.Actor, command string) error {
		require.Equal(t, "ada", a.ID)
		if command == "inventory.adjust" {
			return no
		}
		return nil
	}
	s := inventory.NewService(b.store, b.issuer).WithSourcing(nil)
	require.NoError(t, s.Receive(t.Context(), inventory.Receipt{SKU: "A", Location: "x", Quantity: quantity.Of(1)}))
	require.ErrorIs(t, s.Adjust(t.Context(), inventory.Adjustment{SKU: "A", Location: "x", By: quantity.Of(1), Reason: "found"}), no)
}

func TestReadsAreAskedAbout(t *testing.T) {
	t.Parallel()
	b := newBench()
	no := errors.New("not you")
	var asked []string
	b.issuer.Authorize = func(_ context.Context, _ event.Actor, command string) error {
		asked = append(asked, command)
		return no
	}
	s := inventory.NewService(b.store, b.issuer)
	_, err := s.Available(t.Context(), "A")
	require.ErrorIs(t, err, no)
	_, err = s.Levels(t.Context(), "A")
	require.ErrorIs(t, err, no)
	_, err = s.Items(t.Context(), "A")
	require.ErrorIs(t, err, no)
	_, err = s.Locations(t.Context())
	require.ErrorIs(t, err, no)
	for _, err := range s.Moves(t.Context(), inventory.MoveFilter{}) {
		require.ErrorIs(t, err, no)
	}
	require.Equal(t, []string{"inventory.available", "inventory.read", "inventory.read", "inventory.read", "inventory.read"}, asked)
}

func TestHoldsUseTheGivenSourcing(t *testing.T) {
	t.Parallel()
	b := stocked(t, map[string]int32{"A@x": 5, "A@y": 5})
	s := b.WithSourcing(badSourcing(func(in inventory.SourcingRequest) (inventory.Plan, error) {
		require.Equal(t, "GB", in.Country)
		require.Equal(t, noon, in.At)
		return inventory.Plan{Assignments: []inventory.Assignment{{SKU: "A", Location: "y", Quantity: quantity.Of(1)}}}, nil
	}))
	holds, err := s.Reserve(t.Context(), inventory.Hold{CartID: "c", Country: "GB", Lines: []inventory.HoldLine{{"A", quantity.Of(1)}}})
	require.NoError(t, err)
	require.Equal(t, "y", holds[0].Location)
}

func TestManyCartsNeverHoldMoreThanThereIs(t *testing.T) {
	t.Parallel()
	b := stocked(t, map[string]int32{"A@x": 20, "A@y": 10, "B@x": 100})
	var held, refused atomic.Int32
	var wg sync.WaitGroup
	for i := range 200 {
		wg.Go(func() {
			_, err := b.Reserve(context.Background(), inventory.Hold{
				CartID: "cart" + string(rune('a'+i%26)) + string(rune('a'+i/26)),
				Lines:  []inventory.HoldLine{{"B", quantity.MustParse("1")}, {"A", quantity.Of(1)}},
			})
			var shortage *inventory.ShortageError
			switch {
			case err == nil:
				held.Add(1)
			case errors.As(err, &shortage):
				refused.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	require.Equal(t, int32(30), held.Load(), "all that is there and no more")
	require.Equal(t, int32(170), refused.Load())
	b.store.verify(t, noon)
}
