package oms_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/fulfillment"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/payment"
	gateway "github.com/go-oms/oms/payment/sandbox"
	"github.com/go-oms/oms/quantity"
	"github.com/go-oms/oms/storage"
)

// The tests of this file are about what once went wrong.

func TestARefundGivesBackWhatWasAskedAndNoMore(t *testing.T) {
	s := newShop(t)
	o := s.shipped2()
	o, err := s.Deliver(s.ctx, o.ID, oms.Delivery{})
	require.NoError(t, err)
	r, err := s.RequestReturn(s.ctx, o.ID, oms.ReturnRequest{Lines: units(o, 2)})
	require.NoError(t, err)
	_, err = s.ReceiveReturn(s.ctx, o.ID, r.ID, oms.Reception{Location: "main"})
	require.NoError(t, err)
	paid, err := s.Refund(s.ctx, o.ID, oms.Refund{Amount: money.MustParse("10 EUR")})
	require.NoError(t, err)
	s.clean()
	require.Equal(t, "10.00 EUR", paid.Tender.Totals.Refunded.String())
}

func TestCancelingALineLeavesAReturnsMoneyToRefund(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 4)
	o := s.place(line("TEE-M", 4))
	s.pay(o)
	_, err := s.Ship(s.ctx, o.ID, oms.Shipping{Carrier: "post", Lines: units(o, 2)})
	require.NoError(t, err)
	r, err := s.RequestReturn(s.ctx, o.ID, oms.ReturnRequest{Lines: units(o, 1)})
	require.NoError(t, err)
	_, err = s.ReceiveReturn(s.ctx, o.ID, r.ID, oms.Reception{Location: "main"})
	require.NoError(t, err)
	_, err = s.Cancel(s.ctx, o.ID, oms.Cancellation{Lines: units(o, 2), Reason: "late"})
	require.NoError(t, err)
	s.clean()
	tenders, err := s.Payments(s.ctx, o.ID)
	require.NoError(t, err)
	require.Equal(t, "39.80 EUR", tenders[0].Totals.Refunded.String(), "the canceled units, not the returned one")
}

func TestMoneyForUnitsThatWereCanceledMeanwhileGoesBack(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 2)
	o := s.place(line("TEE-M", 2))
	_, err := s.Pay(s.ctx, o.ID, oms.Payment{Gateway: "card", Source: gateway.TokenPending})
	require.NoError(t, err)
	_, err = s.Cancel(s.ctx, o.ID, oms.Cancellation{Reason: "x", Lines: units(o, 1)})
	require.NoError(t, err)
	for range 20 {
		s.clock.Add(24 * time.Hour)
		_, err := s.RunOnce(s.ctx)
		require.NoError(t, err)
	}
	s.clean()
	tenders, err := s.Payments(s.ctx, o.ID)
	require.NoError(t, err)
	require.Equal(t, "19.90 EUR", tenders[0].Totals.Refunded.String())
}

// limited is a gateway that cannot do everything.
type limited struct {
	*gateway.Gateway
	limit func(*payment.Capabilities)
}

func (g limited) Capabilities() payment.Capabilities {
	c := g.Gateway.Capabilities()
	g.limit(&c)
	return c
}

func limit(change func(*payment.Capabilities)) func(*oms.Config) {
	return func(cfg *oms.Config) { cfg.Gateways["card"] = limited{cfg.Gateways["card"].(*gateway.Gateway), change} }
}

func TestCancelingNeverWaitsForWhatAGatewayCannotDo(t *testing.T) {
	t.Run("a gateway that is gone", func(t *testing.T) {
		s := newShop(t)
		now := s.clock.Now()
		o, err := s.Import(s.ctx, oms.Past{
			PlacedAt: now, PaidAt: now, Gateway: "legacy",
			Lines: []oms.PastLine{{SKU: "OLD", Quantity: quantity.Of(2), UnitPrice: money.MustParse("5 EUR")}},
		})
		require.NoError(t, err)
		_, err = s.Cancel(s.ctx, o.ID, oms.Cancellation{Reason: "x"})
		require.NoError(t, err)
		report, err := s.Verify(s.ctx, oms.VerifyOptions{})
		require.NoError(t, err)
		require.Len(t, report.Violations, 1)
		require.Equal(t, "payment.returned", report.Violations[0].Check, "a person must send it")
	})
	t.Run("no refunds in part", func(t *testing.T) {
		s := newShop(t, limit(func(c *payment.Capabilities) { c.PartialRefund = false }))
		s.receive("TEE-M", 2)
		o := s.place(line("TEE-M", 2))
		s.pay(o)
		_, err := s.Cancel(s.ctx, o.ID, oms.Cancellation{Reason: "x", Lines: units(o, 1)})
		require.NoError(t, err)
		s.clean()
	})
	t.Run("late money, no refunds", func(t *testing.T) {
		s := newShop(t, limit(func(c *payment.Capabilities) { c.Refund = false }))
		s.receive("TEE-M", 2)
		o := s.place(line("TEE-M", 2))
		_, err := s.Pay(s.ctx, o.ID, oms.Payment{Gateway: "card", Source: gateway.TokenPending})
		require.NoError(t, err)
		_, err = s.Cancel(s.ctx, o.ID, oms.Cancellation{Reason: "x"})
		require.NoError(t, err)
		for range 5 {
			s.clock.Add(24 * time.Hour)
			work, err := s.RunOnce(s.ctx)
			require.NoError(t, err)
			require.Zero(t, work.Failed)
		}
		tenders, err := s.Payments(s.ctx, o.ID)
		require.NoError(t, err)
		require.Equal(t, "39.80 EUR", tenders[0].Totals.Captured.String(), "a fact is recorded whatever follows from it")
	})
}

// stingy declines every refund.
type stingy struct {
	*gateway.Gateway
	asked *int
}

func (g stingy) Refund(context.Context, payment.RefundRequest) (payment.Result, error) {
	*g.asked++
	return payment.Result{State: payment.Declined, Ref: fmt.Sprint("no-", *g.asked), Decline: &payment.Decline{Code: payment.DeclineGeneric}}, nil
}

func TestADeclinedRefundIsAskedForOnce(t *testing.T) {
	asked := 0
	s := newShop(t, func(cfg *oms.Config) { cfg.Gateways["card"] = stingy{cfg.Gateways["card"].(*gateway.Gateway), &asked} })
	s.receive("TEE-M", 2)
	o := s.place(line("TEE-M", 2))
	s.pay(o)
	_, err := s.Cancel(s.ctx, o.ID, oms.Cancellation{Reason: "x"})
	require.NoError(t, err)
	require.Equal(t, 1, asked)
	report, err := s.Verify(s.ctx, oms.VerifyOptions{})
	require.NoError(t, err)
	require.Equal(t, "payment.returned", report.Violations[0].Check)
}

func TestBackordersAreServedBeforeLaterBuyersAndWhateverElseWaits(t *testing.T) {
	s := newShop(t)
	for _, sku := range []string{"TEE-M", "MUG"} {
		s.receive(sku, 1)
		require.NoError(t, s.Inventory.Adjust(s.ctx, inventory.Adjustment{SKU: sku, Location: "main", By: quantity.Of(-1), Reason: "x"}))
		require.NoError(t, s.Inventory.SetPolicy(s.ctx, inventory.Policy{SKU: sku, Location: "main", BackorderLimit: inventory.Unlimited()}))
	}
	wait := func(sku string) *order.Order {
		o, err := s.Place(s.ctx, oms.Cart{Lines: []oms.CartLine{{SKU: sku, Quantity: quantity.Of(1), Backorder: true}}})
		require.NoError(t, err)
		return o
	}
	for range 210 {
		wait("TEE-M")
	}
	o := wait("MUG")
	s.receive("MUG", 1)
	_, err := s.Place(s.ctx, oms.Cart{Lines: []oms.CartLine{line("MUG", 1)}})
	var shortage *inventory.ShortageError
	require.ErrorAs(t, err, &shortage, "it came in for whoever waits")
	_, err = s.Inventory.Reserve(s.ctx, inventory.Hold{CartID: "c", Lines: []inventory.HoldLine{{SKU: "MUG", Quantity: quantity.Of(1)}}})
	require.ErrorAs(t, err, &shortage)
	_, err = s.RunOnce(s.ctx)
	require.NoError(t, err)
	require.Equal(t, quantity.Of(1), s.order(o.ID).Lines[0].Allocated)
	s.clean()
}

// waiting is a gateway that answers when it is told to.
type waiting struct {
	*gateway.Gateway
	asked, answer chan struct{}
}

func (g waiting) Authorize(ctx context.Context, r payment.AuthorizeRequest) (payment.Result, error) {
	close(g.asked)
	<-g.answer
	return g.Gateway.Authorize(ctx, r)
}

func TestCloseWaitsForCallsOutside(t *testing.T) {
	g := waiting{asked: make(chan struct{}), answer: make(chan struct{})}
	s := newShop(t, func(cfg *oms.Config) { g.Gateway = cfg.Gateways["card"].(*gateway.Gateway); cfg.Gateways["card"] = g })
	s.receive("TEE-M", 2)
	o := s.place(line("TEE-M", 2))
	done := make(chan error, 1)
	go func() {
		_, err := s.Pay(s.ctx, o.ID, oms.Payment{Gateway: "card", Source: "tok_visa"})
		done <- err
	}()
	<-g.asked
	ctx, cancel := context.WithTimeout(s.ctx, 50*time.Millisecond)
	defer cancel()
	require.Equal(t, fault.Transient, fault.KindOf(s.Close(ctx)), "the gateway is still being asked")
	close(g.answer)
	require.NoError(t, <-done, "what was let in is finished")
	require.NoError(t, s.Close(s.ctx))
}

func TestContinueAndWebhookAreCommandsToo(t *testing.T) {
	var asked []string
	s := newShop(t, func(cfg *oms.Config) {
		cfg.Authorizer = oms.AuthorizerFunc(func(_ context.Context, _ event.Actor, command string) error {
			asked = append(asked, command)
			return nil
		})
	})
	s.receive("TEE-M", 2)
	o := s.place(line("TEE-M", 2))
	paid, err := s.Pay(s.ctx, o.ID, oms.Payment{Gateway: "card", Source: gateway.TokenAction})
	require.NoError(t, err)
	require.NotNil(t, paid.Action)
	asked = nil
	_, err = s.Continue(s.ctx, oms.Comeback{Op: paid.Op.ID})
	require.NoError(t, err)
	require.Equal(t, []string{"payment.continue"}, asked)
	s.clean()
	require.NoError(t, s.Close(s.ctx))
	_, err = s.Continue(s.ctx, oms.Comeback{Op: paid.Op.ID})
	require.ErrorIs(t, err, oms.ErrClosed)
	_, err = s.Webhook(s.ctx, "card", payment.Delivery{})
	require.ErrorIs(t, err, oms.ErrClosed)
}

// forgetful is a store that loses answers, or cannot be asked for keys.
type forgetful struct {
	storage.Store
	loseCommits *int
	loseKeys    *bool
}

func (f forgetful) Commit(ctx context.Context, b *storage.Batch) error {
	err := f.Store.Commit(ctx, b)
	if err == nil && b.Command.Name == "order.cancel" && *f.loseCommits > 0 {
		*f.loseCommits--
		return &fault.UnknownError{Op: "commit", Err: errors.New("lost")}
	}
	return err
}

func (f forgetful) Key(ctx context.Context, key string) (*storage.Key, error) {
	if *f.loseKeys {
		return nil, &fault.TransientError{Op: "read", Err: errors.New("io")}
	}
	return f.Store.Key(ctx, key)
}

func (f forgetful) Examine(ctx context.Context) ([]storage.Finding, error) {
	return f.Store.(storage.Doctor).Examine(ctx)
}

func (f forgetful) Tenant(id string) storage.Store {
	return forgetful{f.Store.Tenant(id), f.loseCommits, f.loseKeys}
}

func TestWhatWasDoneIsNeverAnsweredAsRefused(t *testing.T) {
	lost, blind := 0, false
	s := openShop(t, forgetful{newStore(t), &lost, &blind})
	s.receive("TEE-M", 4)
	o := s.place(line("TEE-M", 2))
	lost = 1
	canceled, err := s.Cancel(s.ctx, o.ID, oms.Cancellation{Reason: "no key, and the answer lost"})
	require.NoError(t, err)
	require.Equal(t, order.StatusCanceled, canceled.Status)

	o = s.place(line("TEE-M", 2))
	p := oms.Cancellation{Key: "k", Reason: "x"}
	_, err = s.Cancel(s.ctx, o.ID, p)
	require.NoError(t, err)
	blind = true
	_, err = s.Cancel(s.ctx, o.ID, p)
	require.Equal(t, fault.Transient, fault.KindOf(err))
	blind = false
	_, err = s.Cancel(s.ctx, o.ID, p)
	require.NoError(t, err)
	s.clean()
}

func TestAShopperDoesNoStaffWork(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 2)
	ada := uuid.New()
	shopper := s.As(event.Actor{Kind: event.Shopper, ID: ada.String()})
	o, err := shopper.Place(s.ctx, oms.Cart{CustomerID: ada, Lines: []oms.CartLine{line("TEE-M", 2)}})
	require.NoError(t, err)
	paid, err := shopper.Pay(s.ctx, o.ID, oms.Payment{Gateway: "card", Source: gateway.TokenPending})
	require.NoError(t, err)
	refused := func(err error) {
		t.Helper()
		var forbidden *oms.ForbiddenError
		require.ErrorAs(t, err, &forbidden)
		require.Equal(t, fault.Rejected, fault.KindOf(err))
	}
	_, err = shopper.Confirm(s.ctx, paid.Op.ID, oms.Confirmation{Found: payment.Confirmation{State: payment.Succeeded}})
	refused(err)
	_, err = shopper.Refund(s.ctx, o.ID, oms.Refund{Amount: oneCent, Reason: "because"})
	refused(err)
	_, err = shopper.Ship(s.ctx, o.ID, oms.Shipping{})
	refused(err)
	_, err = shopper.ReceiveReturn(s.ctx, o.ID, uuid.New(), oms.Reception{Location: "main"})
	refused(err)
	_, err = shopper.RunOnce(s.ctx)
	refused(err)
	_, err = shopper.Verify(s.ctx, oms.VerifyOptions{})
	refused(err)
	refused(shopper.Inventory.Receive(s.ctx, inventory.Receipt{SKU: "TEE-M", Location: "main", Quantity: quantity.Of(1)}))
	_, err = shopper.Cancel(s.ctx, o.ID, oms.Cancellation{Reason: "changed"})
	require.NoError(t, err)
}

func TestReportsOfNoOperationBlockNoOthersAndAreListed(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 2)
	park := func(r payment.Report) {
		r.ID, r.Gateway, r.Channel, r.State, r.At, r.ReceivedAt = s.clock.NewID(), "card", payment.Webhook, payment.Succeeded, s.clock.Now(), s.clock.Now()
		require.NoError(t, s.store.Commit(s.ctx, &storage.Batch{Payments: []payment.Changes{{Parked: []payment.Report{r}}}}))
	}
	for i := range 210 {
		park(payment.Report{EventID: fmt.Sprint("foreign-", i), Ref: fmt.Sprint("foreign-", i), Amount: oneCent})
	}
	_, err := s.RunOnce(s.ctx)
	require.NoError(t, err)
	before, err := s.store.Lease(s.ctx, "reports")
	require.NoError(t, err)
	_, err = s.RunOnce(s.ctx)
	require.NoError(t, err)
	after, err := s.store.Lease(s.ctx, "reports")
	require.NoError(t, err)
	require.Equal(t, before.Version, after.Version, "an idle pass writes nothing")

	o := s.place(line("TEE-M", 2))
	paid, err := s.Pay(s.ctx, o.ID, oms.Payment{Gateway: "card", Source: gateway.TokenPending})
	require.NoError(t, err)
	park(payment.Report{EventID: "ours", OpID: paid.Op.ID, Amount: paid.Op.Amount})
	_, err = s.RunOnce(s.ctx)
	require.NoError(t, err)
	require.Equal(t, order.PaymentPaid, s.order(o.ID).PaymentStatus)
	s.clean()
	s.clock.Add(25 * time.Hour)
	report, err := s.Verify(s.ctx, oms.VerifyOptions{})
	require.NoError(t, err)
	require.Len(t, report.Violations, 210)
	require.Equal(t, "payment.parked", report.Violations[0].Check)
}

func TestARepeatedWebhookLeavesNoTrace(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 2)
	o := s.place(line("TEE-M", 2))
	_, err := s.Pay(s.ctx, o.ID, oms.Payment{Gateway: "card", Source: gateway.TokenPending})
	require.NoError(t, err)
	s.card.SettleAll()
	hooks := s.card.Webhooks()
	deliver := func() {
		for _, hook := range hooks {
			_, err := s.Webhook(s.ctx, "card", hook)
			require.NoError(t, err)
		}
	}
	deliver()
	before := s.position()
	deliver()
	deliver()
	require.Equal(t, before, s.position())
	s.clean()
}

// nosy asks for the same shipment again while the carrier is being asked.
type nosy struct {
	fulfillment.Carrier
	lose bool
	buys int
	find func()
}

func (c *nosy) Capabilities() fulfillment.Capabilities {
	return fulfillment.Capabilities{Finds: true, Tracking: true}
}

func (c *nosy) Find(context.Context, string) ([]fulfillment.Label, error) {
	c.find()
	return nil, nil
}

func (c *nosy) Buy(_ context.Context, r fulfillment.BuyRequest) (fulfillment.Label, error) {
	if c.lose {
		c.lose = false
		return fulfillment.Label{}, errors.New("lost before it got there")
	}
	c.buys++
	return fulfillment.Label{Ref: fmt.Sprint("L", c.buys), Reference: r.Reference, Tracking: fmt.Sprint("T", c.buys)}, nil
}

func TestOneLabelIsBoughtByWhoeverAsksAtOnce(t *testing.T) {
	c := &nosy{lose: true}
	s := newShop(t, func(cfg *oms.Config) { cfg.Carriers["nosy"] = c })
	s.receive("TEE-M", 2)
	o := s.place(line("TEE-M", 2))
	s.pay(o)
	p := oms.Shipping{Key: "ship", Carrier: "nosy"}
	_, err := s.Ship(s.ctx, o.ID, p)
	require.Equal(t, fault.Unknown, fault.KindOf(err))
	meanwhile := 0
	c.find = func() {
		meanwhile++
		_, err := s.Ship(s.ctx, o.ID, p)
		require.Equal(t, fault.Unknown, fault.KindOf(err), "somebody is asking already")
	}
	s.clock.Add(time.Hour)
	_, err = s.RunOnce(s.ctx)
	require.NoError(t, err)
	require.Equal(t, 1, meanwhile)
	require.Equal(t, 1, c.buys)
	_, err = s.Ship(s.ctx, o.ID, p)
	require.NoError(t, err)
	s.clean()
}

// rude quotes the address that it refuses.
type rude struct{ fulfillment.Carrier }

func (rude) Buy(_ context.Context, r fulfillment.BuyRequest) (fulfillment.Label, error) {
	return fulfillment.Label{}, fmt.Errorf("no such address: %s, %s", r.To.Name, r.To.Line1)
}

// TestNoEventHoldsPersonalData lives a whole life with names that would be found.
func TestNoEventHoldsPersonalData(t *testing.T) {
	s := newShop(t, func(cfg *oms.Config) { cfg.Carriers["rude"] = rude{cfg.Carriers["post"]} })
	s.receive("TEE-M", 2)
	o, err := s.Place(s.ctx, oms.Cart{
		ShipTo: order.Address{Name: "Canary Person", Line1: "Canary Street 1", City: "Canary", Country: "GB", Email: "canary@example.com", Phone: "+44 canary"},
		Lines:  []oms.CartLine{line("TEE-M", 2)},
	})
	require.NoError(t, err)
	paid, err := s.Pay(s.ctx, o.ID, oms.Payment{Gateway: "card", Source: "tok_canary"})
	require.NoError(t, err)
	require.Equal(t, "tok_canary", paid.Tender.Source, "the token is kept, elsewhere")
	_, err = s.Ship(s.ctx, o.ID, oms.Shipping{Carrier: "rude", Lines: units(o, 1)})
	require.Error(t, err)
	_, err = s.Ship(s.ctx, o.ID, oms.Shipping{Carrier: "post", Lines: units(o, 1)})
	require.NoError(t, err)
	_, err = s.AddNote(s.ctx, o.ID, oms.Note{Text: "canary called"})
	require.NoError(t, err)
	for e, err := range s.store.Stream(s.ctx, 0, 0) {
		require.NoError(t, err)
		payload, err := json.Marshal(e.Payload)
		require.NoError(t, err)
		require.NotContains(t, string(payload), "anary", e.Type)
	}
	require.NoError(t, s.store.Snapshot(s.ctx, func(b storage.Books) error {
		for k, err := range b.AllKeys(s.ctx) {
			require.NoError(t, err)
			require.NotContains(t, string(k.Result), "anary", k.Command)
		}
		return nil
	}))
}
