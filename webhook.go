package oms

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/payment"
	"github.com/go-oms/oms/storage"
)

// Webhook takes in what a gateway told the host. The host hands over the raw
// request and sends back the answer. The reports in it are stored first, and never
// refused; what follows from them is done right after, or by Run. Deliveries may
// come twice, late and in any order.
//
// A delivery that is not the gateway's is a *payment.SignatureError; the answer
// says so to the sender too.
func (c *Client) Webhook(ctx context.Context, gateway string, d payment.Delivery) (payment.Acknowledgement, error) {
	c, leave, err := c.enter()
	if err != nil {
		return payment.Acknowledgement{}, err
	}
	defer leave()
	if err := c.authorize(ctx, "payment.webhook"); err != nil {
		return payment.Acknowledgement{}, err
	}
	g, err := c.gateway(gateway)
	if err != nil {
		return payment.Acknowledgement{}, err
	}
	receiver, ok := g.(payment.Receiver)
	if !ok || !g.Capabilities().Webhooks {
		return payment.Acknowledgement{}, fault.Invalid("gateway", gateway, "a gateway with webhooks")
	}
	reports, err := receiver.ParseWebhook(ctx, d)
	if err != nil {
		return receiver.Acknowledge(err), err
	}
	var fresh []payment.Report
	for _, r := range reports {
		r.ID, r.Gateway, r.ReceivedAt = c.core.cfg.NewID(), gateway, c.now()
		known, err := c.park(ctx, r)
		if err != nil {
			return receiver.Acknowledge(err), err
		}
		if !known {
			fresh = append(fresh, r)
		}
	}
	if !c.store.InTx() {
		for _, r := range fresh {
			if _, err := c.match(ctx, r); err != nil {
				c.core.cfg.Logger.Warn("oms: report left to Run", "gateway", gateway, "event", r.EventID, "error", err)
			}
		}
	}
	return receiver.Acknowledge(nil), nil
}

// park stores a report by its own identity, or finds that it is known.
func (c *Client) park(ctx context.Context, r payment.Report) (known bool, err error) {
	err = c.store.Commit(ctx, &storage.Batch{Payments: []payment.Changes{{Parked: []payment.Report{r}}}})
	var taken *storage.DuplicateError
	if errors.As(err, &taken) {
		return true, nil
	}
	return false, err
}

// match finds a parked report's operation and records the report there. It is
// false as long as the operation is not known. A report that says nothing new is
// taken off the list and leaves no trace in the history.
func (c *Client) match(ctx context.Context, r payment.Report) (bool, error) {
	t, err := c.tenderOf(ctx, r)
	if t == nil || err != nil {
		return false, err
	}
	r.TenderID = t.ID
	if changed, problem := t.Clone().Record(r); !changed && problem == "" {
		return true, c.store.Commit(ctx, &storage.Batch{Payments: []payment.Changes{{Matched: []uuid.UUID{r.ID}}}})
	}
	err = c.inner().onTender(ctx, request{name: "payment.report"}, t.ID, func(d *draft, td *tenderDraft) (string, error) {
		td.matched = append(td.matched, r.ID)
		op := td.tender.Op(r.OpID)
		if op == nil {
			op = opByRef(td.tender, r.Ref)
		}
		if _, problem := td.tender.Record(r); problem != "" {
			c.core.cfg.Logger.Error("oms: payment problem", "tender", t.ID, "event", r.EventID, "problem", problem)
		}
		if op != nil {
			td.tender.Schedule(op.ID, c.capsOf(td.tender), 0, d.cmd.Now)
		}
		return PaymentReported, nil
	})
	return err == nil, err
}

// tenderOf finds the tender that a report is about; nil when there is none yet.
func (c *Client) tenderOf(ctx context.Context, r payment.Report) (*payment.Tender, error) {
	t, err := c.store.TenderOf(ctx, r.OpID, r.Gateway, r.Ref)
	var missing *fault.NotFoundError
	if errors.As(err, &missing) {
		return nil, nil
	}
	return t, err
}

func opByRef(t *payment.Tender, ref string) *payment.Op {
	for i := range t.Ops {
		if ref != "" && t.Ops[i].Ref == ref {
			return &t.Ops[i]
		}
	}
	return nil
}

// parkedLimit is how many parked reports a pass looks at. More than that have no
// operation here at all, and Verify has listed them for long.
const parkedLimit = 10_000

// reportsParked reports whether a parked report has found its operation.
func (c *Client) reportsParked(ctx context.Context) (bool, error) {
	parked, err := c.store.ParkedReports(ctx, parkedLimit)
	if err != nil {
		return false, err
	}
	for _, r := range parked {
		if t, err := c.tenderOf(ctx, r); t != nil || err != nil {
			return t != nil, err
		}
	}
	return false, nil
}

// matchReports tries parked reports again.
func (c *Client) matchReports(ctx context.Context) (Work, error) {
	var work Work
	parked, err := c.store.ParkedReports(ctx, parkedLimit)
	if err != nil {
		return work, err
	}
	for _, r := range parked {
		matched, err := c.match(ctx, r)
		if err != nil {
			c.leftover("match report", r.ID.String(), err, &work)
			continue
		}
		if matched {
			work.Reports++
		}
	}
	return work, nil
}
