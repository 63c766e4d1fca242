package oms

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/payment"
	"github.com/go-oms/oms/storage"
)

// gateway returns a configured gateway.
func (c *Client) gateway(name string) (payment.Gateway, error) {
	if g := c.core.cfg.Gateways[name]; g != nil {
		return g, nil
	}
	return nil, fault.Invalid("gateway", name, "one of "+names(c.core.cfg.Gateways))
}

// capsOf returns what a tender's gateway can do: nothing when it is not configured.
func (c *Client) capsOf(t *payment.Tender) payment.Capabilities {
	if t.Gateway == GatewayAccount {
		return accountCaps()
	}
	if g := c.core.cfg.Gateways[t.Gateway]; g != nil {
		return g.Capabilities()
	}
	return payment.Capabilities{}
}

// opError is the error that goes with an operation's state, if any.
func opError(t *payment.Tender, op payment.Op) error {
	switch op.State {
	case payment.Declined:
		e := &DeclinedError{Tender: t.ID, Op: op.ID, Decline: payment.Decline{Code: payment.DeclineGeneric}}
		if op.Decline != nil {
			e.Decline = *op.Decline
		}
		return e
	case payment.Canceled:
		return &DeclinedError{Tender: t.ID, Op: op.ID, Decline: payment.Decline{Code: payment.DeclineGeneric, Message: "canceled"}}
	case payment.Created:
		return &fault.TransientError{Op: "oms: payment", Err: errors.New("the gateway was not reached")}
	case payment.Sending, payment.InDoubt:
		return &fault.UnknownError{Op: "oms: payment", Err: fmt.Errorf("operation %s has no answer yet", op.ID)}
	default:
		return nil
	}
}

// perform makes one call about a started operation and records what came of it.
// What the gateway answered is recorded whatever becomes of the caller.
func (c *Client) perform(ctx context.Context, p call, do payment.Do, params url.Values) (*payment.Action, error) {
	t, err := c.store.TenderOf(ctx, p.op, "", "")
	if err != nil {
		return nil, err
	}
	gateway, err := c.gateway(t.Gateway)
	if err != nil {
		return nil, err
	}
	o, err := c.store.Order(ctx, t.OrderID)
	if err != nil {
		return nil, err
	}
	if do == payment.DoContinue {
		if t, err = c.started(ctx, t, p.op, do); err != nil {
			return nil, err
		}
	}
	done := payment.Perform(ctx, gateway, payment.Call{
		Tender: t, Op: p.op, Do: do, Order: o.Number, Params: params,
		ReportID: c.core.cfg.NewID(), Now: c.core.cfg.Now,
	})
	if done.Err != nil {
		c.core.cfg.Logger.Warn("oms: gateway call", "gateway", t.Gateway, "op", p.op, "error", done.Err)
	}
	ctx = context.WithoutCancel(ctx)
	err = c.inner().onTender(ctx, request{name: "payment.record"}, t.ID, func(d *draft, td *tenderDraft) (string, error) {
		if _, problem := td.tender.Take(done, gateway.Capabilities(), d.cmd.Now); problem != "" {
			c.core.cfg.Logger.Error("oms: payment problem", "tender", t.ID, "op", p.op, "problem", problem)
		}
		return "payment." + string(td.tender.Op(p.op).State), nil
	})
	return done.Action, err
}

// started marks and commits that a call is about to be made.
func (c *Client) started(ctx context.Context, t *payment.Tender, op uuid.UUID, do payment.Do) (*payment.Tender, error) {
	caps := c.capsOf(t)
	err := c.inner().onTender(ctx, request{name: "payment.start"}, t.ID, func(d *draft, td *tenderDraft) (string, error) {
		// Somebody else may have been faster: his call counts.
		if do != payment.DoContinue && td.tender.Next(op, caps, d.cmd.Now).Do != do {
			return "", &fault.StaleError{Kind: event.Payment, ID: t.ID.String(), Expected: t.Version, Actual: td.tender.Version}
		}
		return PaymentStarted, td.tender.Start(op, do, caps, d.cmd.Now)
	})
	if err != nil {
		return nil, err
	}
	return c.store.Tender(ctx, t.ID)
}

// resume takes an operation a step further if its time has come: a command that is
// repeated, or Run.
func (c *Client) resume(ctx context.Context, op uuid.UUID) (*payment.Action, error) {
	t, err := c.store.TenderOf(ctx, op, "", "")
	if err != nil {
		return nil, err
	}
	step := t.Next(op, c.capsOf(t), c.now())
	switch step.Do {
	case payment.DoSend, payment.DoLookup:
	case payment.DoByHand:
		return nil, c.byHand(ctx, t, op)
	default:
		return nil, nil
	}
	if _, err := c.gateway(t.Gateway); err != nil {
		return nil, err
	}
	if _, err := c.started(ctx, t, op, step.Do); err != nil {
		return nil, err
	}
	return c.perform(ctx, call{tender: t.ID, op: op}, step.Do, nil)
}

// byHand takes an operation off the list of Run: a person must find out.
func (c *Client) byHand(ctx context.Context, t *payment.Tender, op uuid.UUID) error {
	if t.Op(op).NextAt.IsZero() {
		return nil
	}
	return c.inner().onTender(ctx, request{name: "payment.by_hand"}, t.ID, func(d *draft, td *tenderDraft) (string, error) {
		td.tender.Schedule(op, c.capsOf(t), 0, d.cmd.Now)
		return PaymentByHand, nil
	})
}

// onTender is a command about one tender: change does its part and names the
// tender's event. The order follows: its statuses, its automatic actions, and what
// must go back because it is owed no more.
func (c *Client) onTender(ctx context.Context, req request, id uuid.UUID, change func(*draft, *tenderDraft) (string, error)) error {
	var calls []call
	_, err := do(ctx, c, req, flow[struct{}]{
		decide: func(ctx context.Context, cmd event.Command) (struct{}, *storage.Batch, error) {
			t, err := c.store.Tender(ctx, id)
			if err != nil {
				return struct{}{}, nil, err
			}
			d, err := c.open(ctx, t.OrderID, 0, cmd, "")
			if err != nil {
				return struct{}{}, nil, err
			}
			td := d.tender(id)
			if td == nil {
				return struct{}{}, nil, fault.NotFound("payment", id)
			}
			before := td.tender.Totals
			kind, err := change(d, td)
			if err != nil {
				return struct{}{}, nil, err
			}
			d.recordTender(td, kind)
			if err := d.cameTooLate(before, td.tender.Totals); err != nil {
				return struct{}{}, nil, err
			}
			if err := d.conclude("order." + kind); err != nil {
				return struct{}{}, nil, err
			}
			calls = d.calls
			return struct{}{}, d.finish(jsonResult(id)), nil
		},
		replay: func(context.Context, []byte) (struct{}, error) {
			calls = nil
			return struct{}{}, nil
		},
	})
	if err != nil {
		return err
	}
	c.performAll(ctx, calls)
	return nil
}

// cameTooLate gives back what a tender event has brought in for something that was
// called off meanwhile. Money that was there before is not looked at: what a return
// or goodwill is owed waits for Refund.
func (d *draft) cameTooLate(before, after payment.Totals) error {
	brought, err := after.Captured.Sub(before.Captured)
	if err != nil {
		return err
	}
	if brought.Sign() > 0 {
		if err := d.settleStoreCredit(); err != nil {
			return err
		}
		d.returnExcess(brought)
	}
	if less(before.Authorized, after.Authorized) && !d.order.ClosedAt.IsZero() {
		d.returnHolds()
	}
	return nil
}

// returnMoney gives back what this command has made owed no more: holds that are
// not wanted, and what was taken for units that are called off. Operations without
// a verdict are waited for: when theirs comes, cameTooLate sees to it.
func (d *draft) returnMoney() error {
	d.returnHolds()
	was := d.order.Due()
	if d.stored != nil {
		was = d.stored.Due()
	}
	freed, err := was.Sub(d.order.Due())
	if err != nil {
		return err
	}
	d.returnExcess(freed)
	return nil
}

// returnHolds voids what is held where the rest covers what is still due.
func (d *draft) returnHolds() {
	due := d.order.Due()
	for _, t := range d.tenders {
		s, err := d.summary()
		if err != nil {
			return // deriving the statuses will say so
		}
		own := &t.tender.Totals
		rest, err := money.Sum(s.Authorized, s.VoidingNow.Neg(), s.Refunded.Neg(), s.PaidOut.Neg(), own.Authorized.Neg(), own.Captured)
		if err != nil || due.Sign() > 0 && less(rest, due) {
			continue
		}
		ops, err := t.tender.PlanVoid(d.client.capsOf(t.tender), d.cmd)
		if err != nil {
			d.byHand(t, "void", err) // it lapses by itself
			continue
		}
		if len(ops) > 0 {
			d.queue(t, ops)
			d.recordTender(t, asked(t.tender, PaymentVoidPlanned))
		}
	}
}

// returnExcess refunds what was taken beyond what is due, at most limit, the newest
// tender first. What a gateway cannot give back is left to a person; Verify lists
// orders that keep money they must not.
func (d *draft) returnExcess(limit money.Money) {
	s, err := d.summary()
	if err != nil {
		return // deriving the statuses will say so
	}
	due := d.order.Due()
	if due.Sign() < 0 {
		due = money.Zero(d.order.Currency)
	}
	excess, err := money.Sum(s.Captured, s.Refunded.Neg(), s.PaidOut.Neg(), s.RefundingNow.Neg(), due.Neg())
	if err != nil {
		return
	}
	if less(limit, excess) {
		excess = limit
	}
	for i := len(d.tenders) - 1; i >= 0 && excess.Sign() > 0; i-- {
		t := d.tenders[i]
		part := t.tender.Refundable()
		if less(excess, part) {
			part = excess
		}
		if part.Sign() <= 0 {
			continue
		}
		ops, err := t.tender.PlanRefund(part, uuid.Nil, d.client.capsOf(t.tender), d.cmd)
		if err != nil {
			d.byHand(t, "refund", err)
			continue
		}
		d.queue(t, ops)
		d.recordTender(t, asked(t.tender, PaymentRefundPlanned))
		if excess, err = excess.Sub(part); err != nil {
			return
		}
	}
}

// byHand tells the operator what a gateway cannot do. It never refuses the command:
// the order follows its own rules, the money is a person's to send.
func (d *draft) byHand(t *tenderDraft, what string, err error) {
	d.client.core.cfg.Logger.Warn("oms: money to be returned by hand", "what", what,
		"order", d.order.ID, "tender", t.tender.ID, "gateway", t.tender.Gateway, "error", err)
}

// queue has planned operations performed after the commit; if that does not come
// about, Run finds them. Those on account are done at once.
func (d *draft) queue(t *tenderDraft, ops []payment.Op) {
	if t.tender.Gateway == GatewayAccount {
		d.settled(t, ops)
		return
	}
	for _, op := range ops {
		d.calls = append(d.calls, call{tender: t.tender.ID, op: op.ID})
	}
}

// performAll takes queued operations to their gateways. It is the impatient form
// of what Run does: what fails here is left to Run, and a joined client leaves it
// all.
func (c *Client) performAll(ctx context.Context, calls []call) {
	if c.store.InTx() {
		return
	}
	for _, p := range calls {
		if _, err := c.resume(ctx, p.op); err != nil {
			c.core.cfg.Logger.Warn("oms: payment left to Run", "op", p.op, "error", err)
		}
	}
}

// paymentsDue reports whether an operation's time has come.
func (c *Client) paymentsDue(ctx context.Context) (bool, error) {
	due, err := c.store.DueTenders(ctx, c.now(), 1)
	return len(due) > 0, err
}

// finishPayments takes operations a step further whose time has come.
func (c *Client) finishPayments(ctx context.Context) (Work, error) {
	var work Work
	now := c.now()
	due, err := c.store.DueTenders(ctx, now, passLimit)
	if err != nil {
		return work, err
	}
	for _, t := range due {
		for _, op := range t.Ops {
			if op.NextAt.IsZero() || op.NextAt.After(now) || op.State.Final() {
				continue
			}
			if _, err := c.resume(ctx, op.ID); err != nil {
				c.leftover("finish payment", op.ID.String(), err, &work)
				continue
			}
			work.Payments++
		}
	}
	return work, nil
}

// moneyState is what statuses follow from.
func moneyState(s payment.Summary) order.MoneyState {
	return order.MoneyState{
		MoneyFacts: moneyFacts(s),
		Voided:     s.Voided.Sign() > 0,
		Failed:     s.Failed > 0,
	}
}

func moneyFacts(s payment.Summary) order.MoneyFacts {
	return order.MoneyFacts{
		Authorized: s.Authorized, Captured: s.Captured, Refunded: s.Refunded, PaidOut: s.PaidOut,
		AuthorizingNow: s.AuthorizingNow, CapturingNow: s.CapturingNow, RefundingNow: s.RefundingNow, VoidingNow: s.VoidingNow,
	}
}
