package oms_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
	"github.com/go-oms/oms/storage"
)

func TestAShortageNamesEveryShortLineAndWritesNothing(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 1)
	s.receive("MUG", 1)
	s.receive("PIN", 9)
	_, err := s.Place(s.ctx, oms.Cart{Lines: []oms.CartLine{line("TEE-M", 2), line("PIN", 1), line("MUG", 1), line("MUG", 1)}})
	var shortage *inventory.ShortageError
	require.ErrorAs(t, err, &shortage)
	require.Len(t, shortage.Shorts, 2)
	require.True(t, s.level("PIN").Allocated.IsZero())
	s.clean()
}

func TestACartsReservationIsPostedByPlacing(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 2)
	_, err := s.Inventory.Reserve(s.ctx, inventory.Hold{CartID: "c1", Lines: []inventory.HoldLine{{SKU: "TEE-M", Quantity: quantity.Of(2)}}, TTL: time.Hour})
	require.NoError(t, err)
	s.clean()
	_, err = s.Place(s.ctx, oms.Cart{CartID: "c2", Lines: []oms.CartLine{line("TEE-M", 1)}})
	var shortage *inventory.ShortageError
	require.ErrorAs(t, err, &shortage)
	o, err := s.Place(s.ctx, oms.Cart{CartID: "c1", Lines: []oms.CartLine{line("TEE-M", 2)}})
	require.NoError(t, err)
	s.clean()
	level := s.level("TEE-M")
	require.True(t, level.Reserved.IsZero())
	require.Equal(t, quantity.Of(2), level.Allocated)

	_, err = s.Place(s.ctx, oms.Cart{CartID: "c1", Lines: []oms.CartLine{line("TEE-M", 1)}})
	require.Equal(t, fault.Rejected, fault.KindOf(err))
	s.receive("TEE-M", 5)
	_, err = s.Place(s.ctx, oms.Cart{CartID: "c1", Lines: []oms.CartLine{line("TEE-M", 1)}})
	var taken *storage.DuplicateError
	require.ErrorAs(t, err, &taken)
	require.Equal(t, "cart_id", taken.Field)
	found, err := s.OrderByCart(s.ctx, "c1")
	require.NoError(t, err)
	require.Equal(t, o.ID, found.ID)
}

func TestAnExpiredReservationRefusesNobody(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 2)
	_, err := s.Inventory.Reserve(s.ctx, inventory.Hold{CartID: "c1", Lines: []inventory.HoldLine{{SKU: "TEE-M", Quantity: quantity.Of(2)}}, TTL: time.Hour})
	require.NoError(t, err)
	s.clock.Add(time.Hour + time.Second)
	s.place(line("TEE-M", 2))
	require.True(t, s.level("TEE-M").Reserved.IsZero())
}

func TestAnUnpaidOrderExpiresAndGivesItsStockBack(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 2)
	o := s.place(line("TEE-M", 2))
	paid := func() *order.Order { s.receive("MUG", 1); o := s.place(line("MUG", 1)); s.pay(o); return o }()
	_, err := s.Expire(s.ctx, o.ID, oms.Expiry{})
	var denied *order.NotAllowedError
	require.ErrorAs(t, err, &denied)
	s.clock.Add(25 * time.Hour)
	work, err := s.RunOnce(s.ctx)
	require.NoError(t, err)
	require.Equal(t, 1, work.Expired)
	s.clean()
	require.Equal(t, order.StatusExpired, s.order(o.ID).Status)
	require.Equal(t, order.StatusConfirmed, s.order(paid.ID).Status)
	require.True(t, s.level("TEE-M").Allocated.IsZero())
	s.place(line("TEE-M", 2))
	work, err = s.RunOnce(s.ctx)
	require.NoError(t, err)
	require.False(t, work.Any())
}

func TestBackordersAreFilledByRunAsStockComesIn(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 1)
	require.NoError(t, s.Inventory.SetPolicy(s.ctx, inventory.Policy{SKU: "TEE-M", Location: "main", BackorderLimit: quantity.Of(3)}))
	cart := oms.Cart{Lines: []oms.CartLine{{SKU: "TEE-M", Quantity: quantity.Of(3), Backorder: true}}}
	o, err := s.Place(s.ctx, cart)
	require.NoError(t, err)
	s.clean()
	require.Equal(t, order.Backordered, o.FulfillmentStatus)
	require.Equal(t, quantity.Of(2), o.Lines[0].Backordered)
	_, err = s.Place(s.ctx, cart)
	var shortage *inventory.ShortageError
	require.ErrorAs(t, err, &shortage)

	s.receive("TEE-M", 1)
	work, err := s.RunOnce(s.ctx)
	require.NoError(t, err)
	require.Equal(t, 1, work.Backorders)
	s.clean()
	require.Equal(t, quantity.Of(1), s.order(o.ID).Lines[0].Backordered)
	s.pay(o)
	_, err = s.Ship(s.ctx, o.ID, oms.Shipping{Carrier: "post"})
	require.NoError(t, err)
	s.clean()
	require.Equal(t, order.PartiallyFulfilled, s.order(o.ID).FulfillmentStatus)
	s.receive("TEE-M", 5)
	_, err = s.RunOnce(s.ctx)
	require.NoError(t, err)
	_, err = s.Ship(s.ctx, o.ID, oms.Shipping{Carrier: "post"})
	require.NoError(t, err)
	s.clean()
	require.Equal(t, order.Fulfilled, s.order(o.ID).FulfillmentStatus)
	require.Equal(t, quantity.Of(4), s.level("TEE-M").Available())
}

func TestCancelingUnitsGivesBackStockAndPrice(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 5)
	o := s.place(line("TEE-M", 3))
	s.pay(o)
	o, err := s.Cancel(s.ctx, o.ID, oms.Cancellation{Lines: []oms.LineQuantity{{LineID: o.Lines[0].ID, Quantity: quantity.Of(1)}}, Reason: "one less"})
	require.NoError(t, err)
	s.clean()
	require.Equal(t, "39.80 EUR", o.Due().String())
	require.Equal(t, quantity.Of(2), s.level("TEE-M").Allocated)
	tenders, err := s.Payments(s.ctx, o.ID)
	require.NoError(t, err)
	require.Equal(t, "19.90 EUR", tenders[0].Totals.Refunded.String())
	o, err = s.Cancel(s.ctx, o.ID, oms.Cancellation{Lines: []oms.LineQuantity{{LineID: o.Lines[0].ID, Quantity: quantity.Of(2)}}, Reason: "all"})
	require.NoError(t, err)
	s.clean()
	require.Equal(t, order.StatusCanceled, o.Status)
}

func TestOrdersAtSeveralLocationsShipFromEach(t *testing.T) {
	s := newShop(t)
	for _, at := range []string{"east", "west"} {
		require.NoError(t, s.Inventory.Receive(s.ctx, inventory.Receipt{SKU: "TEE-M", Location: at, Quantity: quantity.Of(1)}))
	}
	o := s.place(line("TEE-M", 2))
	s.pay(o)
	_, err := s.Ship(s.ctx, o.ID, oms.Shipping{Carrier: "post"})
	var invalid *fault.InvalidError
	require.ErrorAs(t, err, &invalid)
	require.Equal(t, "location", invalid.Field)
	for _, at := range []string{"east", "west"} {
		_, err := s.Ship(s.ctx, o.ID, oms.Shipping{Carrier: "post", Location: at})
		require.NoError(t, err)
		s.clean()
	}
	require.Equal(t, order.Fulfilled, s.order(o.ID).FulfillmentStatus)
	o, err = s.Deliver(s.ctx, o.ID, oms.Delivery{})
	require.NoError(t, err)
	s.clean()
	require.Equal(t, order.StatusCompleted, o.Status)
}

func TestATimeoutOfAStateIsTakenByRun(t *testing.T) {
	s := newShop(t, approval, func(cfg *oms.Config) {
		w := &cfg.Workflows[1]
		w.States[0].Timeout = &order.Timeout{After: 48 * time.Hour, Action: "give_up"}
		w.Actions = append(w.Actions, order.Action{
			Name: "give_up", From: []string{"waiting"}, To: order.StatusCanceled, Effects: []string{order.EffectReleaseStock, order.EffectReturnMoney},
		})
	})
	o := s.held()
	require.Equal(t, "waiting", o.Status)
	s.clock.Add(47 * time.Hour)
	_, err := s.RunOnce(s.ctx)
	require.NoError(t, err)
	require.Equal(t, "waiting", s.order(o.ID).Status)
	s.clock.Add(2 * time.Hour)
	_, err = s.RunOnce(s.ctx)
	require.NoError(t, err)
	s.clean()
	require.Equal(t, order.StatusCanceled, s.order(o.ID).Status)
	require.True(t, s.level("TEE-M").Allocated.IsZero())
}

// TestWhatIsRememberedOfStockIsNeverTheLastWord has two processes on one store: each
// remembers stock that the other has moved since.
func TestWhatIsRememberedOfStockIsNeverTheLastWord(t *testing.T) {
	s := newShop(t)
	other, err := oms.New(oms.Config{Store: s.store, Prices: order.PriceList{"TEE-M": money.MustParse("19.90 EUR")}, Now: s.clock.Now, NewID: s.clock.NewID})
	require.NoError(t, err)
	buy := func(shop *oms.Client, n int32, backorder bool) (*order.Order, error) {
		return shop.Place(s.ctx, oms.Cart{Lines: []oms.CartLine{{SKU: "TEE-M", Quantity: quantity.Of(n), Backorder: backorder}}})
	}
	s.receive("TEE-M", 3)
	_, err = buy(s.Client, 1, false) // remembers 3
	require.NoError(t, err)
	_, err = buy(other, 2, false)
	require.NoError(t, err)
	_, err = buy(s.Client, 1, false)
	var shortage *inventory.ShortageError
	require.ErrorAs(t, err, &shortage)
	require.True(t, shortage.Shorts[0].Available.IsZero())

	_, err = buy(other, 1, false) // remembers 0 at most
	require.ErrorAs(t, err, &shortage)
	s.receive("TEE-M", 1)
	_, err = buy(other, 1, false)
	require.NoError(t, err, "stock that came in since sells")

	require.NoError(t, s.Inventory.SetPolicy(s.ctx, inventory.Policy{SKU: "TEE-M", Location: "main", BackorderLimit: quantity.Of(9)}))
	o, err := buy(other, 1, true)
	require.NoError(t, err)
	require.Equal(t, quantity.Of(1), o.Lines[0].Backordered)
	_, err = s.Cancel(s.ctx, o.ID, oms.Cancellation{Reason: "x"})
	require.NoError(t, err)
	s.receive("TEE-M", 1)
	o, err = buy(other, 1, true)
	require.NoError(t, err)
	require.True(t, o.Lines[0].Backordered.IsZero(), "nothing is backordered that is there")

	// A hold that the other process has taken since is respected.
	s.receive("TEE-M", 1)
	_, err = buy(s.Client, 1, false)
	require.NoError(t, err)
	s.receive("TEE-M", 1)
	_, err = other.Inventory.Reserve(s.ctx, inventory.Hold{CartID: "c", Lines: []inventory.HoldLine{{SKU: "TEE-M", Quantity: quantity.Of(1)}}})
	require.NoError(t, err)
	_, err = buy(s.Client, 1, false)
	require.ErrorAs(t, err, &shortage)
	s.clean()
}
