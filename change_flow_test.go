package oms_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/payment"
	gateway "github.com/go-oms/oms/payment/sandbox"
	"github.com/go-oms/oms/quantity"
)

// oneFewer cancels a unit of the first line.
func oneFewer(o *order.Order) []order.Step {
	return []order.Step{{Type: order.StepCancel, LineID: o.Lines[0].ID, Quantity: quantity.Of(1)}}
}

// opened places an order with a change that waits.
func (s *shop) opened() *order.Order {
	s.t.Helper()
	s.receive("TEE-M", 3)
	o := s.place(line("TEE-M", 2))
	o, err := s.OpenChange(s.ctx, o.ID, oms.ChangeRequest{Steps: oneFewer(o)})
	require.NoError(s.t, err)
	s.clean()
	return o
}

// changed changes an order and holds the books.
func (s *shop) changed(o *order.Order, steps ...order.Step) *order.Order {
	s.t.Helper()
	o, err := s.Change(s.ctx, o.ID, oms.ChangeRequest{Steps: steps})
	require.NoError(s.t, err)
	s.clean()
	return o
}

func TestAChangeMovesStockAndMoneyWithTheOrder(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.receive("TEE-M", 10)
	s.receive("MUG", 10)
	o := s.place(line("TEE-M", 3))
	s.pay(o)

	o = s.changed(o, order.Step{Type: order.StepReplace, LineID: o.Lines[0].ID, SKU: "MUG", Quantity: quantity.Of(2)})
	require.Equal(t, quantity.Of(1), o.Lines[0].Allocated)
	require.Equal(t, quantity.Of(2), o.Lines[0].Canceled)
	require.Equal(t, quantity.Of(2), o.Lines[1].Allocated)
	require.Equal(t, quantity.Of(1), s.level("TEE-M").Allocated)
	require.Equal(t, quantity.Of(2), s.level("MUG").Allocated)

	tenders, err := s.Payments(s.ctx, o.ID)
	require.NoError(t, err)
	kept, err := tenders[0].Totals.Captured.Sub(tenders[0].Totals.Refunded)
	require.NoError(t, err)
	require.Equal(t, o.Due(), kept, "mugs are cheaper: the rest went back")
	require.Equal(t, order.PaymentPartiallyRefunded, s.order(o.ID).PaymentStatus)
}

// A unit whose price changes keeps its own stock: there is no other.
func TestAPriceChangesWithoutStockToSpare(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.receive("TEE-M", 2)
	o := s.place(line("TEE-M", 2))
	o = s.changed(o, order.Step{Type: order.StepPrice, LineID: o.Lines[0].ID, Price: money.MustParse("10 EUR")})
	require.Equal(t, money.MustParse("20.00 EUR"), o.Due())
	require.Equal(t, quantity.Of(2), o.Lines[1].Allocated)
	require.Equal(t, quantity.Of(2), s.level("TEE-M").Allocated)

	_, err := s.Change(s.ctx, o.ID, oms.ChangeRequest{Steps: []order.Step{
		{Type: order.StepQuantity, LineID: o.Lines[1].ID, Quantity: quantity.Of(3)},
	}})
	var short *inventory.ShortageError
	require.ErrorAs(t, err, &short)
	require.Equal(t, o, s.order(o.ID), "nothing was written")

	require.NoError(t, s.Inventory.SetPolicy(s.ctx, inventory.Policy{SKU: "TEE-M", Location: "main", BackorderLimit: inventory.Unlimited()}))
	o = s.changed(o, order.Step{Type: order.StepQuantity, LineID: o.Lines[1].ID, Quantity: quantity.Of(3), Backorder: true})
	require.Equal(t, quantity.Of(1), o.Lines[2].Backordered)
}

func TestNothingIsShippedBeforeTheRestIsPaid(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.receive("TEE-M", 5)
	o := s.place(line("TEE-M", 1))
	s.pay(o)
	o = s.changed(o, order.Step{Type: order.StepQuantity, LineID: o.Lines[0].ID, Quantity: quantity.Of(2)})
	require.Equal(t, order.PaymentPartiallyPaid, o.PaymentStatus)

	_, err := s.Ship(s.ctx, o.ID, oms.Shipping{Carrier: "post"})
	var refused *order.NotAllowedError
	require.ErrorAs(t, err, &refused)
	s.pay(o)
	_, err = s.Ship(s.ctx, o.ID, oms.Shipping{Carrier: "post"})
	require.NoError(t, err)
	s.clean()
}

// What has left cannot be canceled by any step, and an undo that would have to is
// refused whole.
func TestUnitCanceledAfterItShipped(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.receive("TEE-M", 5)
	o := s.place(line("TEE-M", 1))
	o = s.changed(o, order.Step{Type: order.StepAdd, SKU: "TEE-M", Quantity: quantity.Of(1)})
	added := o.Changes[0].ID
	s.pay(o)
	_, err := s.Ship(s.ctx, o.ID, oms.Shipping{Carrier: "post"})
	require.NoError(t, err)
	o = s.order(o.ID)
	for _, typ := range []order.StepType{order.StepCancel, order.StepQuantity, order.StepPrice, order.StepReplace} {
		step := order.Step{Type: typ, LineID: o.Lines[0].ID, SKU: "MUG", Price: money.MustParse("1 EUR")}
		if typ == order.StepCancel {
			step.Price = money.Money{}
		}
		_, err := s.Change(s.ctx, o.ID, oms.ChangeRequest{Steps: []order.Step{step}})
		var impossible *order.ChangeError
		require.ErrorAs(t, err, &impossible, typ)
		var units *order.QuantityError
		require.ErrorAs(t, err, &units, typ)
	}
	_, err = s.UndoChange(s.ctx, o.ID, added, oms.ChangeDecision{})
	require.Equal(t, fault.Rejected, fault.KindOf(err))
	require.Equal(t, o, s.order(o.ID), "nothing was written")
	_, err = s.Cancel(s.ctx, o.ID, oms.Cancellation{})
	require.Equal(t, fault.Rejected, fault.KindOf(err))
}

// Cancelling an order that is paid never waits for its money.
func TestCancelRefusedBecauseCaptured(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.receive("TEE-M", 5)
	o := s.place(line("TEE-M", 2))
	s.pay(o)
	s.card.Script(payment.Refund, gateway.Step{LoseRequest: true})
	o, err := s.Cancel(s.ctx, o.ID, oms.Cancellation{})
	require.NoError(t, err)
	require.Equal(t, order.StatusCanceled, o.Status)
	require.Zero(t, s.level("TEE-M").Allocated)
	require.NotEqual(t, order.PaymentRefunded, s.order(o.ID).PaymentStatus)
	for range 3 {
		s.clock.Add(time.Hour)
		_, err = s.RunOnce(s.ctx)
		require.NoError(t, err)
	}
	require.Equal(t, order.PaymentRefunded, s.order(o.ID).PaymentStatus)
	s.clean()
}

// A change that waits keeps no stock, forbids nothing and ends by itself.
func TestEditLeftOpenForEver(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	o := s.opened()
	require.Equal(t, quantity.Of(2), o.Lines[0].Allocated)
	more := oms.ChangeRequest{Steps: oneFewer(o)}
	_, err := s.OpenChange(s.ctx, o.ID, more)
	var invalid *fault.InvalidError
	require.ErrorAs(t, err, &invalid, "one is open")

	s.pay(o)
	_, err = s.Ship(s.ctx, o.ID, oms.Shipping{Carrier: "post", Lines: units(o, 1)})
	require.NoError(t, err)
	s.clock.Add(80 * time.Hour)
	_, err = s.ApplyChange(s.ctx, o.ID, o.Changes[0].ID, oms.ChangeDecision{})
	require.ErrorAs(t, err, &invalid)
	require.Contains(t, err.Error(), "expired")

	o, err = s.OpenChange(s.ctx, o.ID, more)
	require.NoError(t, err)
	require.Equal(t, order.ChangeDiscarded, o.Changes[0].Status)
	require.Equal(t, order.ChangeOpen, o.Changes[1].Status)
	s.clean()
	o, err = s.ApplyChange(s.ctx, o.ID, o.Changes[1].ID, oms.ChangeDecision{})
	require.NoError(t, err)
	require.Equal(t, quantity.Of(1), o.Lines[0].Canceled)
	s.clean()
}

// A change that was agreed on is not applied at another price.
func TestAStaleChangeIsPreviewedAnew(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.receive("TEE-M", 9)
	o := s.place(line("TEE-M", 3))
	open := func(steps ...order.Step) uuid.UUID {
		o, err := s.OpenChange(s.ctx, o.ID, oms.ChangeRequest{Steps: steps})
		require.NoError(t, err)
		return o.Changes[len(o.Changes)-1].ID
	}
	all := order.Step{Type: order.StepCancel, LineID: o.Lines[0].ID}
	id := open(all, order.Step{Type: order.StepAdd, SKU: "MUG", Quantity: quantity.Of(1), Backorder: true, Price: money.MustParse("5 EUR")})
	s.changed(o, oneFewer(o)...)
	_, err := s.ApplyChange(s.ctx, o.ID, id, oms.ChangeDecision{})
	require.ErrorContains(t, err, "agreed on")
	_, err = s.DiscardChange(s.ctx, o.ID, id, oms.ChangeDecision{})
	require.NoError(t, err)

	id = open(oneFewer(o)...)
	_, err = s.AddNote(s.ctx, o.ID, oms.Note{Text: "moves the version"})
	require.NoError(t, err)
	o, err = s.ApplyChange(s.ctx, o.ID, id, oms.ChangeDecision{})
	require.NoError(t, err)
	require.Equal(t, quantity.Of(2), o.Lines[0].Canceled)
	s.clean()
}

// A closed order cannot be changed; a stale version is a conflict; a shopper may not.
func TestChangesThatAreRefused(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.receive("TEE-M", 9)
	o := s.place(line("TEE-M", 2))
	_, err := s.Change(s.ctx, o.ID, oms.ChangeRequest{Version: o.Version + 1, Steps: oneFewer(o)})
	require.Equal(t, fault.Conflict, fault.KindOf(err))
	_, err = s.Change(s.ctx, o.ID, oms.ChangeRequest{})
	require.ErrorContains(t, err, "at least one step")
	_, err = s.Change(s.ctx, o.ID, oms.ChangeRequest{Steps: []order.Step{{Type: order.StepAdd, SKU: "NOPE", Quantity: quantity.Of(1)}}})
	var unknown *order.UnknownSKUError
	require.ErrorAs(t, err, &unknown)
	_, err = s.Change(s.ctx, o.ID, oms.ChangeRequest{ShipTo: &order.Address{Name: "Ada", Country: "FR"}})
	require.ErrorContains(t, err, "ship_to.country")
	_, err = s.Change(s.ctx, o.ID, oms.ChangeRequest{Steps: []order.Step{{Type: order.StepFee, Price: money.MustParse("-9999 EUR")}}})
	require.ErrorContains(t, err, "zero or more")
	for _, typ := range []order.StepType{order.StepAddress, order.StepUncredit, order.StepShippingBack} {
		_, err = s.Change(s.ctx, o.ID, oms.ChangeRequest{Steps: []order.Step{{Type: typ, AddressID: o.ShipToID, Code: "post"}}})
		require.ErrorContains(t, err, "steps[0].type", "an id that a caller gives might be another customer's")
	}
	shopper := s.As(event.Actor{Kind: event.Shopper, ID: uuid.NewString()})
	_, err = shopper.Change(s.ctx, o.ID, oms.ChangeRequest{Steps: oneFewer(o)})
	require.Equal(t, fault.Rejected, fault.KindOf(err))
	require.Equal(t, o, s.order(o.ID), "nothing was written")

	o, err = s.Cancel(s.ctx, o.ID, oms.Cancellation{})
	require.NoError(t, err)
	var closed *order.NotAllowedError
	_, err = s.Change(s.ctx, o.ID, oms.ChangeRequest{Steps: oneFewer(o)})
	require.ErrorAs(t, err, &closed)
	require.Equal(t, []string{order.ActionNote}, closed.Allowed)
}

// The address is a row of its own, and an undo goes back to the one before.
func TestAnAddressIsChangedAndChangedBack(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.receive("TEE-M", 1)
	o := s.place(line("TEE-M", 1))
	was := *o.ShipTo
	o, err := s.Change(s.ctx, o.ID, oms.ChangeRequest{ShipTo: &order.Address{Name: "Bob", Line1: "2 Elsewhere", Country: "GB"}})
	require.NoError(t, err)
	require.Equal(t, "Bob", o.ShipTo.Name)
	require.Equal(t, "Bob", s.order(o.ID).ShipTo.Name)
	require.Equal(t, was, *s.order(o.ID).BillTo)
	s.clean()
	o, err = s.UndoChange(s.ctx, o.ID, o.Changes[0].ID, oms.ChangeDecision{})
	require.NoError(t, err)
	require.Equal(t, was, *o.ShipTo)
	require.Equal(t, was, *s.order(o.ID).ShipTo)
	s.clean()
}

// Of changes that meet, each is made on what the one before has left.
func TestChangesThatMeetAreMadeOneAfterTheOther(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.receive("TEE-M", 8)
	o := s.place(line("TEE-M", 8))
	var all sync.WaitGroup
	errs := make([]error, 12)
	for i := range errs {
		all.Go(func() { _, errs[i] = s.Change(s.ctx, o.ID, oms.ChangeRequest{Steps: oneFewer(o)}) })
	}
	all.Wait()
	made := 0
	for _, err := range errs {
		if err == nil {
			made++
			continue
		}
		require.Equal(t, fault.Rejected, fault.KindOf(err), err)
	}
	o = s.order(o.ID)
	require.Equal(t, 8, made)
	require.Len(t, o.Changes, 8)
	require.Equal(t, quantity.Of(8), o.Lines[0].Canceled)
	require.Equal(t, order.StatusCanceled, o.Status)
	require.Zero(t, s.level("TEE-M").Allocated)
	s.clean()
}

// A discount that was given for the whole cart stays with the units that are left, and
// nobody asks the promotions again: not when units are canceled, nor when goods are
// added.
func TestPromotionReevaluatedOnCancel(t *testing.T) {
	t.Parallel()
	asked := 0
	s := newShop(t, func(cfg *oms.Config) {
		cfg.Promotions = countedPromotions{must(order.NewCoupons([]order.Coupon{{
			Code: "BULK", Kind: order.Percentage, RatePPM: 100_000, Minimum: money.MustParse("50.00 EUR"),
		}})), &asked}
	})
	s.receive("TEE-M", 9)
	o, err := s.Place(s.ctx, oms.Cart{Coupons: []string{"BULK"}, Lines: []oms.CartLine{line("TEE-M", 3)}})
	require.NoError(t, err)
	full := o.Due() // below 50 EUR from one unit fewer on
	require.Equal(t, 1, asked)

	o = s.changed(o, order.Step{Type: order.StepCancel, LineID: o.Lines[0].ID, Quantity: quantity.Of(2)})
	third, err := full.Part(3, 2, 3)
	require.NoError(t, err)
	require.Equal(t, third, o.Due())
	o = s.changed(o, order.Step{Type: order.StepAdd, SKU: "TEE-M", Quantity: quantity.Of(1)})
	require.Zero(t, o.Lines[1].Discount.Sign())
	require.Equal(t, 1, asked, "promotions were asked again")
}

type countedPromotions struct {
	order.Promotions
	asked *int
}

func (p countedPromotions) Apply(ctx context.Context, r order.PromotionRequest) (order.Promotion, error) {
	*p.asked++
	return p.Promotions.Apply(ctx, r)
}

// Several processes number the orders of one store.
func TestOrderNumberUsedTwice(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.receive("TEE-M", 200)
	var all sync.WaitGroup
	numbers := make([]string, 120)
	for p := range 4 {
		process := openShop(t, s.store, func(cfg *oms.Config) { cfg.NewID = nil }) // ids of its own
		for i := range 30 {
			all.Go(func() {
				o, err := process.Place(s.ctx, oms.Cart{Lines: []oms.CartLine{line("TEE-M", 1)}})
				if err == nil {
					numbers[30*p+i] = o.Number
				}
			})
		}
	}
	all.Wait()
	require.NotContains(t, numbers, "")
	slices.Sort(numbers)
	require.Len(t, slices.Compact(numbers), 120)
	s.clean()
}

// Whoever waits for stock waits for that of others, not for what a change itself frees.
func TestAPriceChangesWhileOthersWait(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.receive("TEE-M", 2)
	o := s.place(line("TEE-M", 2))
	require.NoError(t, s.Inventory.SetPolicy(s.ctx, inventory.Policy{SKU: "TEE-M", Location: "main", BackorderLimit: quantity.Of(3)}))
	s.place(oms.CartLine{SKU: "TEE-M", Quantity: quantity.Of(1), Backorder: true})
	s.changed(o, order.Step{Type: order.StepPrice, LineID: o.Lines[0].ID, Price: money.MustParse("10 EUR")})
}

func TestACanceledBackorderIsReinstatedAsOne(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.receive("TEE-M", 1)
	require.NoError(t, s.Inventory.SetPolicy(s.ctx, inventory.Policy{SKU: "TEE-M", Location: "main", BackorderLimit: quantity.Of(3)}))
	o := s.place(oms.CartLine{SKU: "TEE-M", Quantity: quantity.Of(3), Backorder: true})
	o = s.changed(o, oneFewer(o)...)
	o, err := s.UndoChange(s.ctx, o.ID, o.Changes[0].ID, oms.ChangeDecision{})
	require.NoError(t, err)
	require.Equal(t, quantity.Of(2), o.Lines[0].Backordered)
	s.clean()
}

func TestAnAddressThatWasReplacedSinceIsNotBroughtBack(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.receive("TEE-M", 1)
	o := s.place(line("TEE-M", 1))
	for _, name := range []string{"Bob", "Cyd"} {
		_, err := s.Change(s.ctx, o.ID, oms.ChangeRequest{ShipTo: &order.Address{Name: name, Country: "GB"}})
		require.NoError(t, err)
	}
	o = s.order(o.ID)
	_, err := s.UndoChange(s.ctx, o.ID, o.Changes[0].ID, oms.ChangeDecision{})
	require.ErrorContains(t, err, "undo "+o.Changes[1].ID.String()+" first")
	for _, i := range []int{1, 0} {
		o, err = s.UndoChange(s.ctx, o.ID, o.Changes[i].ID, oms.ChangeDecision{})
		require.NoError(t, err)
	}
	require.Equal(t, "Ada", o.ShipTo.Name)
}

// Units of a line on hold do not get away by becoming another line.
func TestUnitsOnHoldDoNotChangeLines(t *testing.T) {
	t.Parallel()
	s := newShop(t, func(cfg *oms.Config) {
		cfg.Holds = append(order.BuiltinHolds(), order.HoldType{
			Code: "export", Blocks: []string{order.ActionShip}, Scopes: []order.HoldScope{order.HoldsLine},
		})
	})
	s.receive("TEE-M", 2)
	o := s.place(line("TEE-M", 2))
	o, err := s.Hold(s.ctx, o.ID, oms.HoldRequest{Type: "export", Line: o.Lines[0].ID})
	require.NoError(t, err)
	_, err = s.Change(s.ctx, o.ID, oms.ChangeRequest{Steps: []order.Step{
		{Type: order.StepPrice, LineID: o.Lines[0].ID, Price: money.MustParse("19.90 EUR")},
	}})
	require.ErrorContains(t, err, "a line without a hold of its own")
	require.Equal(t, o, s.order(o.ID))
}
