package oms_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
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
	"github.com/go-oms/oms/quantity"
)

// blockedBy says what each built-in hold blocks, beside edits.
var blockedBy = map[string][]string{
	"":                    nil,
	order.HoldPayment:     {order.ActionShip},
	order.HoldFraud:       {order.ActionShip, order.BlockCapture},
	order.HoldCreditLimit: {order.ActionShip},
	order.HoldAddress:     {order.ActionShip},
	order.HoldApproval:    {order.ActionPay, order.ActionShip, order.BlockCapture},
	order.HoldStock:       {order.ActionShip},
	order.HoldManual:      {order.ActionPay, order.ActionShip, order.BlockCapture, order.ActionReturn, order.ActionRefund},
}

// endsAtOnce says in which states a hold's own rule is met, so that it cannot be on.
var endsAtOnce = map[string][]string{
	order.HoldPayment:     {order.StatusConfirmed, order.StatusInProgress, order.StatusCompleted, order.StatusCanceled, order.StatusExpired},
	order.HoldCreditLimit: {order.StatusConfirmed, order.StatusInProgress, order.StatusCompleted, order.StatusCanceled, order.StatusExpired},
	order.HoldStock:       {order.StatusCompleted, order.StatusCanceled, order.StatusExpired},
}

// asked are the commands that ask for the actions of the default workflow.
var asked = map[string]func(*shop, *order.Order) error{
	order.ActionPay: func(s *shop, o *order.Order) error {
		_, err := s.Pay(s.ctx, o.ID, oms.Payment{Gateway: "card", Source: "tok_visa"})
		return err
	},
	order.BlockCapture: func(s *shop, o *order.Order) error {
		_, err := s.Capture(s.ctx, o.ID, oms.Capture{})
		return err
	},
	order.ActionShip: func(s *shop, o *order.Order) error {
		_, err := s.Ship(s.ctx, o.ID, oms.Shipping{})
		return err
	},
	order.ActionDeliver: func(s *shop, o *order.Order) error {
		_, err := s.Deliver(s.ctx, o.ID, oms.Delivery{})
		return err
	},
	order.ActionCancel: func(s *shop, o *order.Order) error {
		_, err := s.Cancel(s.ctx, o.ID, oms.Cancellation{Reason: "changed"})
		return err
	},
	order.ActionCancelLines: func(s *shop, o *order.Order) error {
		_, err := s.Cancel(s.ctx, o.ID, oms.Cancellation{Reason: "changed", Lines: units(o, 1)})
		return err
	},
	order.ActionExpire: func(s *shop, o *order.Order) error {
		s.clock.Add(25 * time.Hour)
		_, err := s.Expire(s.ctx, o.ID, oms.Expiry{})
		return err
	},
	order.ActionReturn: func(s *shop, o *order.Order) error {
		_, err := s.RequestReturn(s.ctx, o.ID, oms.ReturnRequest{Lines: units(o, 1)})
		return err
	},
	order.ActionRefund: func(s *shop, o *order.Order) error {
		_, err := s.Refund(s.ctx, o.ID, oms.Refund{Amount: money.MustParse("1.00 EUR"), Reason: "sorry"})
		return err
	},
	order.ActionNote: func(s *shop, o *order.Order) error {
		_, err := s.AddNote(s.ctx, o.ID, oms.Note{Text: "seen"})
		return err
	},
}

// inState brings an order of three tees and a backordered mug into a state of the
// default workflow.
func (s *shop) inState(status string) *order.Order {
	s.t.Helper()
	s.receive("TEE-M", 3)
	must := func(err error) { require.NoError(s.t, err) }
	must(s.Inventory.Receive(s.ctx, inventory.Receipt{SKU: "MUG", Location: "main", Quantity: quantity.Of(1)}))
	must(s.Inventory.Adjust(s.ctx, inventory.Adjustment{SKU: "MUG", Location: "main", By: quantity.Of(-1), Reason: "broken"}))
	must(s.Inventory.SetPolicy(s.ctx, inventory.Policy{SKU: "MUG", Location: "main", BackorderLimit: quantity.Of(1)}))
	o, err := s.Place(s.ctx, oms.Cart{Lines: []oms.CartLine{line("TEE-M", 3), {SKU: "MUG", Quantity: quantity.Of(1), Backorder: true}}})
	must(err)
	switch status {
	case order.StatusCanceled:
		must(asked[order.ActionCancel](s, o))
	case order.StatusExpired:
		must(asked[order.ActionExpire](s, o))
	case order.StatusConfirmed, order.StatusInProgress, order.StatusCompleted:
		_, err := s.Pay(s.ctx, o.ID, oms.Payment{Gateway: "card", Source: "tok_visa", Amount: money.MustParse("10.00 EUR")})
		must(err)
		_, err = s.Pay(s.ctx, o.ID, oms.Payment{Gateway: "card", Source: "tok_visa", Hold: true})
		must(err)
	}
	switch status {
	case order.StatusInProgress:
		_, err := s.Ship(s.ctx, o.ID, oms.Shipping{Lines: units(o, 2)})
		must(err)
	case order.StatusCompleted:
		_, err := s.Cancel(s.ctx, o.ID, oms.Cancellation{Reason: "none", Lines: []oms.LineQuantity{{LineID: o.Lines[1].ID, Quantity: quantity.Of(1)}}})
		must(err)
		for _, action := range []string{order.ActionShip, order.BlockCapture, order.ActionDeliver} {
			must(asked[action](s, o))
		}
	}
	o = s.order(o.ID)
	require.Equal(s.t, status, o.Status)
	return o
}

// Every action in every state of the default workflow under every built-in hold is
// allowed, or refused for the right reason: by the workflow, or else by the hold.
func TestEveryActionUnderEveryHold(t *testing.T) {
	t.Parallel()
	blocked, open := map[string]bool{}, 0
	for _, state := range order.DefaultWorkflow().States {
		for action := range asked {
			var usual error
			t.Run(fmt.Sprintf("%s in %s", action, state.Name), func(t *testing.T) {
				free := newShop(t)
				free.trusting = true
				usual = asked[action](free, free.inState(state.Name))
			})
			for code := range blockedBy {
				t.Run(fmt.Sprintf("%s in %s under %q", action, state.Name, code), func(t *testing.T) {
					switch underHold(t, state.Name, action, code, usual) {
					case "blocked":
						blocked[action] = true
					case "open":
						open++
					}
				})
			}
		}
	}
	require.Len(t, blocked, 5, "every action that a built-in hold blocks was seen blocked")
	require.Greater(t, open, 100)
}

// underHold asks for an action in a state under a hold, none for "", and tells whether
// the hold blocked it, it was open, or something else decided. The usual error is the
// one of the same action without a hold.
func underHold(t *testing.T, state, action, code string, usual error) string {
	t.Helper()
	s := newShop(t)
	s.trusting = true
	o := s.inState(state)
	if code != "" {
		held, err := s.Hold(s.ctx, o.ID, oms.HoldRequest{Type: code})
		if slices.Contains(endsAtOnce[code], state) {
			var invalid *fault.InvalidError
			require.ErrorAs(t, err, &invalid)
			return "ends at once"
		}
		require.NoError(t, err)
		o = held
	}
	before := o.Version
	err := asked[action](s, o)
	var workflow *order.NotAllowedError
	var hold *order.HeldError
	switch {
	case errors.As(usual, &workflow):
		require.ErrorAs(t, err, &workflow)
		return "not in this state"
	case usual != nil && !errors.As(err, &hold): // what is wrong was seen first
		require.Equal(t, fmt.Sprintf("%T", usual), fmt.Sprintf("%T", err))
		return "wrong without a hold"
	case slices.Contains(blockedBy[code], action):
		require.ErrorAs(t, err, &hold)
		require.Equal(t, action, hold.Action)
		require.Len(t, hold.Holds, 1)
		require.Equal(t, code, hold.Holds[0].Type)
		require.Equal(t, fault.Rejected, fault.KindOf(err))
		require.Equal(t, before, s.order(o.ID).Version, "nothing is written")
		return "blocked"
	default:
		require.NoError(t, err)
		return "open"
	}
}

func TestAHeldLineStaysWhileTheOthersLeave(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.receive("TEE-M", 2)
	s.receive("MUG", 1)
	o := s.place(line("TEE-M", 2), line("MUG", 1))
	s.pay(o)
	tee, mug := o.Lines[0].ID, o.Lines[1].ID
	held, err := s.Hold(s.ctx, o.ID, oms.HoldRequest{Type: order.HoldManual, Line: mug})
	require.NoError(t, err)
	mugs := []oms.LineQuantity{{LineID: mug, Quantity: quantity.Of(1)}}
	var refused *order.HeldError
	_, err = s.Ship(s.ctx, o.ID, oms.Shipping{Lines: mugs})
	require.ErrorAs(t, err, &refused)
	require.Equal(t, mug, refused.Holds[0].Target)
	_, err = s.Ship(s.ctx, o.ID, oms.Shipping{})
	require.NoError(t, err)
	s.clean()
	o = s.order(o.ID)
	require.Equal(t, quantity.Of(2), o.Line(tee).Shipped)
	require.Equal(t, quantity.Of(1), o.Line(mug).Allocated)
	_, err = s.Ship(s.ctx, o.ID, oms.Shipping{})
	require.ErrorAs(t, err, &refused, "only held units are left")
	_, err = s.RequestReturn(s.ctx, o.ID, oms.ReturnRequest{Lines: []oms.LineQuantity{{LineID: tee, Quantity: quantity.Of(1)}}})
	require.NoError(t, err, "the hold is on another line")
	_, err = s.ReleaseHold(s.ctx, o.ID, held.Holds[0].ID, oms.HoldRelease{})
	require.NoError(t, err)
	_, err = s.Ship(s.ctx, o.ID, oms.Shipping{})
	require.NoError(t, err)
	s.clean()
}

// A label that was refused leaves its fulfilment order behind, which then can be held.
func TestAHeldFulfillmentKeepsWhatItAsksFor(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.receive("TEE-M", 2)
	o := s.place(line("TEE-M", 2))
	s.pay(o)
	s.refuseLabel()
	_, err := s.Ship(s.ctx, o.ID, oms.Shipping{Carrier: "post", Lines: units(o, 1)})
	require.Error(t, err)
	list, err := s.Fulfillments(s.ctx, o.ID)
	require.NoError(t, err)
	require.Len(t, list, 1)
	_, err = s.Hold(s.ctx, o.ID, oms.HoldRequest{Type: order.HoldAddress, Fulfillment: list[0].ID})
	require.NoError(t, err)
	var held *order.HeldError
	_, err = s.Ship(s.ctx, o.ID, oms.Shipping{})
	require.ErrorAs(t, err, &held)
	require.Equal(t, list[0].ID, held.Holds[0].Target)
	var missing *fault.NotFoundError
	_, err = s.Hold(s.ctx, o.ID, oms.HoldRequest{Type: order.HoldAddress, Fulfillment: uuid.New()})
	require.ErrorAs(t, err, &missing)
	_, err = s.Hold(s.ctx, o.ID, oms.HoldRequest{Type: order.HoldManual, Fulfillment: list[0].ID, Line: o.Lines[0].ID})
	require.Error(t, err)
	s.clean()
}

func TestFactsAreNotHeld(t *testing.T) {
	t.Parallel()
	everything := order.HoldType{Code: "all", Blocks: []string{order.BlockAll, order.ActionCancel, order.ActionCancelLines, order.ActionExpire, order.ActionNote}}
	s := newShop(t, func(cfg *oms.Config) { cfg.Holds = []order.HoldType{everything} })
	s.receive("TEE-M", 5)
	o := s.shipped(line("TEE-M", 2))
	r, err := s.RequestReturn(s.ctx, o.ID, oms.ReturnRequest{Lines: units(o, 1)})
	require.NoError(t, err)
	o = s.hold(o, "all")
	for _, action := range []string{order.ActionNote, order.ActionRefund, order.ActionReturn} {
		var held *order.HeldError
		require.ErrorAs(t, asked[action](s, o), &held, action)
	}
	f, err := s.Fulfillments(s.ctx, o.ID)
	require.NoError(t, err)
	_, err = s.Track(s.ctx, oms.Tracking{Carrier: "post", Tracking: f[0].Shipments[0].Tracking, Scan: fulfillment.Scan{
		EventID: "1", Status: fulfillment.InTransit, At: s.clock.Now(),
	}})
	require.NoError(t, err)
	_, err = s.Deliver(s.ctx, o.ID, oms.Delivery{})
	require.NoError(t, err)
	_, err = s.ReceiveReturn(s.ctx, o.ID, r.ID, oms.Reception{Location: "main"})
	require.NoError(t, err)
	_, err = s.ImportReturn(s.ctx, o.ID, oms.PastReturn{Location: "main", Gateway: "past", At: s.clock.Now(), Lines: units(o, 1)})
	require.NoError(t, err)
	s.clean()

	o = s.hold(s.place(line("TEE-M", 1)), "all")
	for _, action := range []string{order.ActionCancel, order.ActionCancelLines, order.ActionExpire} {
		var held *order.HeldError
		require.ErrorAs(t, asked[action](s, o), &held, action)
	}
	allowed, err := s.Allowed(s.ctx, o.ID)
	require.NoError(t, err)
	for _, a := range allowed {
		if !a.Automatic {
			require.False(t, a.Allowed, a.Action)
			require.True(t, slices.ContainsFunc(a.Denials, func(d order.Denial) bool { return d.Code == order.DeniedHeld }), a.Action)
		}
	}
}

func TestHoldsAreReleasedInTimeAndByRule(t *testing.T) {
	t.Parallel()
	s := newShop(t, func(cfg *oms.Config) {
		cfg.UnpaidFor = -1
		cfg.Holds = append(order.BuiltinHolds(),
			order.HoldType{Code: "cool", Blocks: []string{order.ActionShip}, Opens: order.HoldOpening{OnPlace: order.RuleAlways}, Releases: order.HoldEnd{After: time.Hour}},
			order.HoldType{Code: "unpaid", Blocks: []string{order.ActionReturn}, Opens: order.HoldOpening{OnPlace: order.RuleMoneyOutstanding}, Releases: order.HoldEnd{When: order.RuleMoneySecured}},
			order.HoldType{Code: "check", Blocks: []string{order.ActionShip}, Opens: order.HoldOpening{After: []string{"cool"}}},
			order.HoldType{Code: "fewer", Blocks: []string{order.ActionShip}, Opens: order.HoldOpening{OnChange: order.RuleAlways}},
		)
	})
	s.receive("TEE-M", 5)
	o := s.place(line("TEE-M", 2))
	require.Equal(t, []string{"cool", "unpaid"}, []string{o.Holds[0].Type, o.Holds[1].Type})
	o = s.pay(o).Order
	require.Equal(t, order.HoldReleased, o.Holds[1].Status)
	require.Equal(t, 1, s.recorded(o, oms.OrderHeld))
	require.Equal(t, 1, s.recorded(o, oms.OrderHoldReleased))

	work, err := s.RunOnce(s.ctx)
	require.NoError(t, err)
	require.Zero(t, work.Holds)
	s.clock.Add(time.Hour + time.Microsecond)
	work, err = s.RunOnce(s.ctx)
	require.NoError(t, err)
	require.Equal(t, 1, work.Holds)
	s.clean()
	o = s.order(o.ID)
	require.Equal(t, order.HoldReleased, o.Holds[0].Status)
	require.Equal(t, "check", o.Holds[2].Type)
	require.Equal(t, 2, s.recorded(o, oms.OrderHeld))
	require.Equal(t, 2, s.recorded(o, oms.OrderHoldReleased))
	work, err = s.RunOnce(s.ctx)
	require.NoError(t, err)
	require.Zero(t, work.Holds, "once")

	o, err = s.Cancel(s.ctx, o.ID, oms.Cancellation{Reason: "one is enough", Lines: units(o, 1)})
	require.NoError(t, err)
	s.clean()
	require.Equal(t, "fewer", s.order(o.ID).Holds[3].Type)
	require.Len(t, s.listed(order.Filter{OnHold: "check"}), 1)
	require.Empty(t, s.listed(order.Filter{OnHold: "cool"}))
}

func TestARejectionThatTheWorkflowRefusesWritesNothing(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.receive("TEE-M", 2)
	o := s.hold(s.shipped(line("TEE-M", 2)), order.HoldFraud)
	var refused *order.NotAllowedError
	_, err := s.RejectHold(s.ctx, o.ID, o.Holds[0].ID, oms.HoldRejection{})
	require.ErrorAs(t, err, &refused)
	require.Equal(t, order.HoldOpen, s.order(o.ID).Holds[0].Status)

	o = s.heldBy(order.HoldAddress)
	o, err = s.RejectHold(s.ctx, o.ID, o.Holds[0].ID, oms.HoldRejection{Reason: "nobody lives there"})
	require.NoError(t, err)
	s.pay(o)
	var held *order.HeldError
	require.ErrorAs(t, asked[order.ActionShip](s, o), &held, "what was refused does not happen")
	require.Equal(t, order.HoldRejected, held.Holds[0].Status)
	_, err = s.ReleaseHold(s.ctx, o.ID, o.Holds[0].ID, oms.HoldRelease{Reason: "somebody does"})
	require.NoError(t, err)
	require.NoError(t, asked[order.ActionShip](s, o))
	s.clean()
}

func TestShoppersNeitherHoldNorRelease(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.receive("TEE-M", 1)
	ada := s.customer("ada@example.com")
	shopper := s.As(event.Actor{Kind: event.Shopper, ID: ada.ID.String(), Roles: []string{"manager", "fraud"}})
	o, err := shopper.Place(s.ctx, oms.Cart{CustomerID: ada.ID, Lines: []oms.CartLine{line("TEE-M", 1)}})
	require.NoError(t, err)
	_, err = shopper.Hold(s.ctx, o.ID, oms.HoldRequest{Type: order.HoldManual})
	require.Error(t, err)
	id := s.hold(o, order.HoldApproval).Holds[0].ID
	_, err = shopper.ReleaseHold(s.ctx, o.ID, id, oms.HoldRelease{})
	require.Error(t, err)
	_, err = shopper.RejectHold(s.ctx, o.ID, id, oms.HoldRejection{})
	require.Error(t, err)
	_, err = shopper.Approve(s.ctx, o.ID, id, oms.HoldApproval{})
	require.Error(t, err)
	require.Equal(t, order.HoldOpen, s.order(o.ID).Holds[0].Status)
}

// Whoever places an order cannot approve it, even where somebody else put it on hold.
func TestApprovalByTheRequester(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.receive("TEE-M", 1)
	o, err := s.As(manager).Place(s.ctx, oms.Cart{Lines: []oms.CartLine{line("TEE-M", 1)}})
	require.NoError(t, err)
	o = s.hold(o, order.HoldApproval)
	var refused *order.ApprovalError
	_, err = s.As(manager).Approve(s.ctx, o.ID, o.Holds[0].ID, oms.HoldApproval{})
	require.ErrorAs(t, err, &refused)
	require.Equal(t, order.ApprovalByRequester, refused.Code)
	other := manager
	other.ID = "deputy"
	o, err = s.As(other).Approve(s.ctx, o.ID, o.Holds[0].ID, oms.HoldApproval{Reason: "fine"})
	require.NoError(t, err)
	require.Equal(t, order.HoldReleased, o.Holds[0].Status)
	require.Equal(t, 1, s.recorded(o, oms.OrderApproved))
	s.clean()
}

// Of a hold and a shipment at the same time, one comes first: nothing leaves behind a
// hold.
func TestAHoldAndAShipmentAtTheSameTime(t *testing.T) {
	t.Parallel()
	for round := range 10 {
		s := newShop(t)
		s.receive("TEE-M", 1)
		o := s.place(line("TEE-M", 1))
		s.pay(o)
		var both sync.WaitGroup
		var holdErr, shipErr error
		both.Go(func() { _, holdErr = s.Hold(s.ctx, o.ID, oms.HoldRequest{Type: order.HoldManual}) })
		both.Go(func() { _, shipErr = s.Ship(s.ctx, o.ID, oms.Shipping{Carrier: "post"}) })
		both.Wait()
		require.NoError(t, holdErr)
		history, err := s.store.History(s.ctx, event.Order, o.ID)
		require.NoError(t, err)
		at := func(kind string) int {
			return slices.IndexFunc(history, func(e event.Event) bool { return e.Type == kind })
		}
		if held, picked := at(oms.OrderHeld), at(oms.OrderPicked); picked >= 0 {
			require.NoError(t, shipErr)
			require.Less(t, picked, held, "round %d: it was picked behind the hold", round)
		} else {
			var refused *order.HeldError
			require.ErrorAs(t, shipErr, &refused)
		}
		s.clean()
	}
}

// recorded counts an order's events of a type.
func (s *shop) recorded(o *order.Order, kind string) int {
	s.t.Helper()
	history, err := s.store.History(s.ctx, event.Order, o.ID)
	require.NoError(s.t, err)
	n := 0
	for _, e := range history {
		if e.Type == kind {
			n++
		}
	}
	return n
}

func (s *shop) listed(f order.Filter) (list []*order.Order) {
	s.t.Helper()
	for o, err := range s.Orders(s.ctx, f) {
		require.NoError(s.t, err)
		list = append(list, o)
	}
	return list
}

// screenFunc is a screen that a test writes.
type screenFunc func(context.Context, order.Screening) (order.Verdict, error)

func (f screenFunc) Screen(ctx context.Context, s order.Screening) (order.Verdict, error) {
	return f(ctx, s)
}

func TestTheFraudScreenFailsClosed(t *testing.T) {
	t.Parallel()
	verdict := func(outcome order.ScreenOutcome, reasons ...string) screenFunc {
		return func(context.Context, order.Screening) (order.Verdict, error) {
			return order.Verdict{Outcome: outcome, Reasons: reasons}, nil
		}
	}
	for name, c := range map[string]struct {
		screen screenFunc
		reason string // of the hold; none without one
	}{
		"a pass":             {verdict(order.ScreenPass), ""},
		"a review":           {verdict(order.ScreenReview, "odd", "new"), "odd, new"},
		"a silent review":    {verdict(order.ScreenReview), "review"},
		"a review in a book": {verdict(order.ScreenReview, string(make([]byte, 5000))), "review"},
		"no verdict":         {verdict(""), "screen_failed"},
		"an error": {func(context.Context, order.Screening) (order.Verdict, error) {
			return order.Verdict{Outcome: order.ScreenPass}, errors.New("down")
		}, "screen_failed"},
		"silence": {func(ctx context.Context, _ order.Screening) (order.Verdict, error) {
			<-ctx.Done()
			return order.Verdict{Outcome: order.ScreenPass}, nil
		}, "screen_failed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShop(t, func(cfg *oms.Config) { cfg.FraudScreen, cfg.FraudPatience = c.screen, 20*time.Millisecond })
			s.receive("TEE-M", 1)
			o := s.place(line("TEE-M", 1))
			if c.reason == "" {
				require.Empty(t, o.Holds)
				return
			}
			require.Len(t, o.Holds, 1)
			require.Equal(t, order.HoldFraud, o.Holds[0].Type)
			require.Equal(t, c.reason, o.Holds[0].Reason)
			require.Equal(t, "system", o.Holds[0].OpenedBy)
			s.pay(o)
			var held *order.HeldError
			require.ErrorAs(t, asked[order.ActionShip](s, o), &held)
		})
	}
}

func TestARejectedOrderIsNotPlaced(t *testing.T) {
	t.Parallel()
	calls := 0
	s := newShop(t, func(cfg *oms.Config) {
		cfg.FraudScreen = screenFunc(func(_ context.Context, in order.Screening) (order.Verdict, error) {
			calls++
			in.Order.Lines[0].SKU = "changed" // it is the screen's own
			return order.Verdict{Outcome: order.ScreenReject, Reasons: []string{"blocklist"}}, nil
		})
	})
	s.receive("TEE-M", 1)
	position := s.position()
	var screened *oms.ScreenedError
	_, err := s.Place(s.ctx, oms.Cart{Lines: []oms.CartLine{line("TEE-M", 1)}})
	require.ErrorAs(t, err, &screened)
	require.Equal(t, []string{"blocklist"}, screened.Reasons)
	_, err = s.Enter(s.ctx, oms.Entry{Lines: []oms.EntryLine{{SKU: "TEE-M", Quantity: quantity.Of(1), UnitPrice: money.MustParse("5 EUR")}}})
	require.ErrorAs(t, err, &screened)
	require.Equal(t, 2, calls)
	require.Equal(t, position, s.position(), "nothing is written")
	require.Equal(t, quantity.Of(1), s.level("TEE-M").Available())

	ctx, cancel := context.WithCancel(s.ctx)
	cancel()
	_, err = s.Place(ctx, oms.Cart{Lines: []oms.CartLine{line("TEE-M", 1)}})
	require.Error(t, err)
	require.NotErrorAs(t, err, &screened, "who has left is not judged")
}

func TestVelocityCountsTheTenantsOwnOrders(t *testing.T) {
	t.Parallel()
	s := newShop(t, func(cfg *oms.Config) { cfg.FraudScreen = order.ScreenRules{Velocity: 2, Within: time.Hour} })
	place := func(c *oms.Client, email string) *order.Order {
		t.Helper()
		o, err := c.Place(s.ctx, oms.Cart{Lines: []oms.CartLine{line("TEE-M", 1)}, ShipTo: order.Address{Email: email}})
		require.NoError(t, err)
		return o
	}
	other := s.Tenant("other")
	for _, c := range []*oms.Client{s.Client, other} {
		require.NoError(t, c.Inventory.Receive(s.ctx, inventory.Receipt{SKU: "TEE-M", Location: "main", Quantity: quantity.Of(9)}))
	}
	require.Empty(t, place(s.Client, "ada@example.com").Holds)
	require.Empty(t, place(s.Client, "Ada@Example.com").Holds)
	require.Empty(t, place(s.Client, "bob@example.com").Holds)
	require.Empty(t, place(other, "ada@example.com").Holds, "orders of another tenant do not count")
	require.Equal(t, order.ScreenVelocity, place(s.Client, "ada@example.com").Holds[0].Reason)
	s.clock.Add(61 * time.Minute)
	require.Empty(t, place(s.Client, "ada@example.com").Holds)
}

func TestTheConfigurationOfHoldsIsChecked(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	_, err := oms.New(oms.Config{Store: s.store, Holds: []order.HoldType{{Code: "a", Blocks: []string{"fly"}}}})
	var wrong *order.HoldTypesError
	require.ErrorAs(t, err, &wrong)
	_, err = oms.New(oms.Config{Store: s.store, Holds: []order.HoldType{}, FraudScreen: order.ScreenRules{}})
	require.ErrorContains(t, err, "FraudScreen needs a type")
}
