package oms

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/payment"
	"github.com/go-oms/oms/storage"
)

// errNothingToSettle ends the look at a payment before it writes anything.
var errNothingToSettle = &fault.InvalidError{Field: "payment", Value: "as it was", Allowed: "an outcome that is new"}

// errChargeAgain says that a declined payment is to be tried again.
var errChargeAgain = &fault.InvalidError{Field: "payment", Value: "declined", Allowed: "another try"}

// chargeLast looks after the payment of the last date's order: it takes down the
// outcome, or tries again what was declined.
func (c *Client) chargeLast(ctx context.Context, s *order.Subscription) error {
	err := c.settleRun(ctx, s.ID)
	if !errors.Is(err, errChargeAgain) {
		return err
	}
	// The number of failures names the try, so that it is made once.
	_, err = c.inner().Pay(ctx, s.OrderID, Payment{
		Key:     fmt.Sprintf("%s/pay/%d", runKey(s.ID, s.LastRun), s.Failed),
		Gateway: s.Payment.Gateway, Source: s.Payment.Source, Method: s.Payment.Method,
	})
	var declined *DeclinedError
	if fault.KindOf(err) == fault.Rejected && !errors.As(err, &declined) {
		return c.failRun(ctx, s, s.LastRun, err)
	}
	return c.settleRun(ctx, s.ID)
}

// settleRun takes down what became of the payment of the last date's order.
func (c *Client) settleRun(ctx context.Context, id uuid.UUID) error {
	c = c.inner()
	_, err := do(ctx, c, request{name: "subscription.settle"}, flow[struct{}]{
		decide: func(ctx context.Context, cmd event.Command) (none struct{}, _ *storage.Batch, _ error) {
			d, err := c.openSubscription(ctx, id, 0, cmd)
			if err != nil {
				return none, nil, err
			}
			if !d.next.Unpaid {
				return none, nil, errNothingToSettle
			}
			read, err := c.read(ctx, d.next.OrderID, 0)
			if err != nil {
				return none, nil, err
			}
			if err := d.settle(read); err != nil {
				return none, nil, err
			}
			b := &storage.Batch{Expect: []storage.Expect{{Aggregate: event.Order, ID: read.order.ID, Version: read.order.Version}}}
			d.into(b)
			return none, b, nil
		},
		replay: func(context.Context, []byte) (none struct{}, _ error) { return none, nil },
	})
	if errors.Is(err, errNothingToSettle) {
		return nil
	}
	return err
}

// settle decides by the order and its payments. Every command on a payment moves its
// order, so that the order's version stands for both.
func (d *subscriptionDraft) settle(read dossier) error {
	s, o := d.next, read.order
	paid, err := payment.Summarize(o.Currency, read.tenders)
	if err != nil {
		return err
	}
	secured, err := paid.Held().Add(paid.Kept())
	if err != nil {
		return err
	}
	closed := !o.ClosedAt.IsZero()
	switch {
	case closed && secured.Sign() <= 0 && paid.Failed > 0: // it waited too long
		return d.fail(s.LastRun, problemUnpaid, true)
	case closed, !less(secured, o.Due()):
		s.Settle()
		d.record(SubscriptionSettled, s.LastRun, "")
		return nil
	case paid.InFlight() && s.NextAt.After(d.cmd.Now):
		return errNothingToSettle
	case paid.InFlight():
		s.Wait(d.cmd.Now)
		d.record(SubscriptionWaiting, s.LastRun, "")
		return nil
	case paid.Failed > s.Failed:
		problem, again := lastDecline(read.tenders)
		return d.fail(s.LastRun, problem, !again)
	case s.NextAt.After(d.cmd.Now):
		return errNothingToSettle
	default:
		return errChargeAgain
	}
}

// lastDecline is the code of the newest decline, and whether the gateway says that it
// may be tried again.
func lastDecline(tenders []*payment.Tender) (problem string, again bool) {
	var last *payment.Op
	for _, t := range tenders {
		for i := range t.Ops {
			if op := &t.Ops[i]; op.State == payment.Declined && (last == nil || op.CreatedAt.After(last.CreatedAt)) {
				last = op
			}
		}
	}
	if last == nil || last.Decline == nil {
		return problemDeclined, false
	}
	return problemDeclined + ": " + last.Decline.Code, last.Decline.Retry == payment.RetryLater
}
