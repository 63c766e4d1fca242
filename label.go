package oms

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/fulfillment"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/storage"
)

// finishLabel takes a shipment to its label, or answers what became of it. Only
// the call that committed the shipment asks for the label outright; a repetition
// may meet that call on its way, so it asks only once that must be over.
func (c *Client) finishLabel(ctx context.Context, ref shipResult, fresh bool) (*fulfillment.Shipment, error) {
	f, err := c.store.Fulfillment(ctx, ref.Fulfillment)
	if err != nil {
		return nil, err
	}
	s := f.Shipment(ref.Shipment)
	if s == nil {
		return nil, fault.NotFound("shipment", ref.Shipment)
	}
	switch {
	case !s.Status.InFlight():
	case fresh:
		f, err = c.buyLabel(ctx, f, s, fulfillment.PerformBuy)
	case !s.NextAt.IsZero() && !c.now().Before(s.NextAt):
		f, err = c.resolveLabel(ctx, f, ref.Shipment)
	}
	if err != nil {
		return nil, err
	}
	return labelAnswer(f.Shipment(ref.Shipment))
}

// resolveLabel finishes a label that was left unfinished: it claims it, so that
// nobody else asks the carrier meanwhile, and asks.
func (c *Client) resolveLabel(ctx context.Context, f *fulfillment.Fulfillment, shipment uuid.UUID) (*fulfillment.Fulfillment, error) {
	f, err := c.inner().onFulfillment(ctx, request{name: "shipment.claim"}, f.ID, func(d *draft, f *fulfillmentDraft) (string, error) {
		next, err := f.fulfillment.Claim(shipment, d.cmd.Now)
		if err != nil {
			return "", err
		}
		d.recordFulfillment(f, next, FulfillmentClaimed)
		return "", nil
	})
	if err != nil {
		return nil, err
	}
	return c.buyLabel(ctx, f, f.Shipment(shipment), fulfillment.PerformResolve)
}

// labelAnswer is what Ship answers about a shipment.
func labelAnswer(s *fulfillment.Shipment) (*fulfillment.Shipment, error) {
	switch s.Status {
	case fulfillment.LabelWanted:
		if s.Attempts == 0 {
			return s, &fault.UnknownError{Op: "oms: ship", Err: errors.New("the carrier is being asked")}
		}
		return s, &fault.TransientError{Op: "oms: ship", Err: errors.New("the carrier was not reached: " + s.Problem)}
	case fulfillment.LabelInDoubt:
		return s, &fault.UnknownError{Op: "oms: ship", Err: errors.New("the carrier's answer was lost: " + s.Problem)}
	case fulfillment.LabelFailed:
		return s, &LabelError{Shipment: s.ID, Carrier: s.Carrier, Problem: s.Problem}
	default:
		return s, nil
	}
}

// LabelError reports a label that the carrier refused: nothing left, and the units
// can be shipped anew. Its kind is fault.Rejected.
type LabelError struct {
	Shipment uuid.UUID
	Carrier  string
	Problem  string // in the library's words: the carrier's own are in the log
}

func (e *LabelError) Error() string {
	return fmt.Sprintf("carrier %s refused the label of shipment %s: %s", e.Carrier, e.Shipment, e.Problem)
}

// Fault returns fault.Rejected.
func (e *LabelError) Fault() fault.Kind { return fault.Rejected }

// perform is one way to ask a carrier.
type perform func(context.Context, fulfillment.Carrier, fulfillment.BuyRequest) fulfillment.LabelReport

// buyLabel asks the carrier once and records what it said.
func (c *Client) buyLabel(ctx context.Context, f *fulfillment.Fulfillment, s *fulfillment.Shipment, ask perform) (*fulfillment.Fulfillment, error) {
	carrier := c.core.cfg.Carriers[s.Carrier]
	if carrier == nil {
		return nil, fault.Invalid("carrier", s.Carrier, "one of "+names(c.core.cfg.Carriers))
	}
	o, err := c.store.Order(ctx, f.OrderID)
	if err != nil {
		return nil, err
	}
	r, err := f.Request(s.ID, fulfillment.Address{}, deliverTo(o), o.Currency)
	if err != nil {
		return nil, err
	}
	if !s.NextAt.IsZero() && !c.now().Before(s.NextAt) {
		// Others look at the label by now, and may find that none was bought.
		return nil, &fault.UnknownError{Op: "oms: ship", Err: errors.New("the carrier was not asked in time")}
	}
	report := ask(ctx, carrier, r)
	if report.Problem != "" {
		// A carrier that refuses an address quotes it: the log may have that, the
		// history must not.
		c.core.cfg.Logger.Warn("oms: label", "carrier", s.Carrier, "shipment", s.ID, "problem", report.Problem)
		report.Problem = labelProblem(report.State)
	}
	// The answer is a fact now: it is recorded whatever becomes of the caller.
	return c.recordLabel(context.WithoutCancel(ctx), f.ID, s.ID, report)
}

// labelProblem is what the books say about a label that did not come.
func labelProblem(state fulfillment.LabelState) string {
	switch state {
	case fulfillment.LabelRefused:
		return "refused by the carrier"
	case fulfillment.LabelUnsent:
		return "the carrier was not reached"
	case fulfillment.LabelDoubtful:
		return "the carrier's answer was lost"
	default:
		return "the label needs a look"
	}
}

func deliverTo(o *order.Order) fulfillment.Address {
	a := o.ShipTo
	if a == nil {
		return fulfillment.Address{Country: o.Country}
	}
	return fulfillment.Address{
		Name: a.Name, Company: a.Company, Line1: a.Line1, Line2: a.Line2, City: a.City, Region: a.Region,
		PostalCode: a.PostalCode, Country: a.Country, Phone: a.Phone, Email: a.Email,
	}
}

// recordLabel records what a carrier said about a label, with what follows.
func (c *Client) recordLabel(ctx context.Context, id, shipment uuid.UUID, report fulfillment.LabelReport) (*fulfillment.Fulfillment, error) {
	return c.inner().onFulfillment(ctx, request{name: "shipment.label"}, id, func(d *draft, f *fulfillmentDraft) (string, error) {
		next, err := f.fulfillment.RecordReport(shipment, report, d.cmd.Now)
		if err != nil || next == f.fulfillment {
			return "", err
		}
		before := f.fulfillment
		d.recordFulfillment(f, next, FulfillmentLabel)
		kind := OrderLabelPending
		switch status := next.Shipment(shipment).Status; {
		case status.Sent():
			kind = OrderShipped
		case status == fulfillment.LabelFailed:
			kind = OrderLabelFailed
		}
		return kind, d.follow(before, next)
	})
}

// onFulfillment is a command about one fulfilment order: change does its part and
// names the order's event, or nothing when nothing changed.
func (c *Client) onFulfillment(ctx context.Context, req request, id uuid.UUID, change func(*draft, *fulfillmentDraft) (string, error)) (*fulfillment.Fulfillment, error) {
	return do(ctx, c, req, flow[*fulfillment.Fulfillment]{
		decide: func(ctx context.Context, cmd event.Command) (*fulfillment.Fulfillment, *storage.Batch, error) {
			f, err := c.store.Fulfillment(ctx, id)
			if err != nil {
				return nil, nil, err
			}
			d, err := c.open(ctx, f.OrderID, 0, cmd, "")
			if err != nil {
				return nil, nil, err
			}
			fd := d.fulfillment(id)
			if fd == nil {
				return nil, nil, fault.NotFound("fulfillment", id)
			}
			kind, err := change(d, fd)
			if err != nil {
				return nil, nil, err
			}
			if kind != "" {
				if err := d.conclude(kind); err != nil {
					return nil, nil, err
				}
			}
			return fd.fulfillment, d.finish(jsonResult(id)), nil
		},
		replay: func(ctx context.Context, result []byte) (*fulfillment.Fulfillment, error) {
			return c.store.Fulfillment(ctx, id)
		},
	})
}

// fulfillment finds one in the draft.
func (d *draft) fulfillment(id uuid.UUID) *fulfillmentDraft {
	for _, f := range d.fulfillments {
		if f.fulfillment.ID == id {
			return f
		}
	}
	return nil
}

// labelsDue reports whether a label has to be looked at.
func (c *Client) labelsDue(ctx context.Context) (bool, error) {
	due, err := c.store.DueLabels(ctx, c.now(), 1)
	return len(due) > 0, err
}

// finishLabels takes up labels that were left unfinished.
func (c *Client) finishLabels(ctx context.Context) (Work, error) {
	var work Work
	now := c.now()
	due, err := c.store.DueLabels(ctx, now, passLimit)
	if err != nil {
		return work, err
	}
	for _, f := range due {
		for _, s := range f.Shipments {
			if s.NextAt.IsZero() || s.NextAt.After(now) {
				continue
			}
			if _, err := c.resolveLabel(ctx, f, s.ID); err != nil {
				c.leftover("finish label", s.ID.String(), err, &work)
				continue
			}
			work.Labels++
		}
	}
	return work, nil
}

// Tracking is a carrier's report about a shipment.
type Tracking struct {
	Key      string           `json:"-"`
	Carrier  string           `json:"carrier"`
	Tracking string           `json:"tracking"`
	Scan     fulfillment.Scan `json:"scan"`
}

// Track records a carrier's scan. It is a fact and never refused for what it says:
// scans may come twice, late and in any order. An unknown tracking number is a
// *fault.NotFoundError.
func (c *Client) Track(ctx context.Context, p Tracking) (*fulfillment.Shipment, error) {
	c, err := c.allow(ctx, "shipment.track")
	if err != nil {
		return nil, err
	}
	f, err := c.store.FulfillmentByTracking(ctx, p.Carrier, p.Tracking)
	if err != nil {
		return nil, err
	}
	for i := range f.Shipments {
		if s := &f.Shipments[i]; s.Carrier == p.Carrier && (s.Tracking == p.Tracking || carries(s, p.Tracking)) {
			return c.scan(ctx, request{name: "shipment.track", key: p.Key, at: p.Scan.At, body: p}, f.ID, s.ID, p.Scan)
		}
	}
	return nil, fault.NotFound("shipment", p.Tracking)
}

// carries reports whether one of the shipment's parcels has the number.
func carries(s *fulfillment.Shipment, tracking string) bool {
	return slices.ContainsFunc(s.Parcels, func(p fulfillment.Parcel) bool { return p.Tracking == tracking })
}

// Delivery says that a shipment has arrived.
type Delivery struct {
	Key      string    `json:"-"`
	Shipment uuid.UUID `json:"shipment"` // zero: every shipment of the order that has left
	At       time.Time `json:"at,omitzero"`
}

// Deliver records that an order's shipment has arrived, as a person or a carrier
// without scans reports it.
func (c *Client) Deliver(ctx context.Context, orderID uuid.UUID, p Delivery) (*order.Order, error) {
	return c.change(ctx, orderID, change{
		name: "order.deliver", key: p.Key, at: p.At, body: orderBody[Delivery]{orderID, p},
		act: func(d *draft) (string, error) {
			if err := d.report(order.ActionDeliver); err != nil {
				return "", err
			}
			return OrderDelivered, d.deliver(p.Shipment)
		},
	})
}

// deliver records the arrival of one shipment, or of all that are on their way.
func (d *draft) deliver(shipment uuid.UUID) error {
	found := false
	for _, f := range d.fulfillments {
		before := f.fulfillment
		for _, s := range before.Shipments {
			if !s.Status.Sent() || s.Status == fulfillment.Delivered || (shipment != uuid.Nil && s.ID != shipment) {
				continue
			}
			found = true
			next, err := f.fulfillment.RecordScan(s.ID, fulfillment.Scan{Status: fulfillment.Delivered, At: d.cmd.At})
			if err != nil {
				return err
			}
			f.fulfillment = next
		}
		if f.fulfillment != before {
			next := f.fulfillment
			f.fulfillment = before
			d.recordFulfillment(f, next, FulfillmentDelivered)
			if err := d.follow(before, next); err != nil {
				return err
			}
		}
	}
	if !found {
		return fault.Invalid("shipment", shipment, "a shipment of the order that is on its way")
	}
	return nil
}

// scan records one scan of one shipment.
func (c *Client) scan(ctx context.Context, req request, id, shipment uuid.UUID, scan fulfillment.Scan) (*fulfillment.Shipment, error) {
	f, err := c.onFulfillment(ctx, req, id, func(d *draft, f *fulfillmentDraft) (string, error) {
		next, err := f.fulfillment.RecordScan(shipment, scan)
		if err != nil || next == f.fulfillment {
			return "", err
		}
		before := f.fulfillment
		d.recordFulfillment(f, next, FulfillmentScanned)
		kind := OrderTracked
		if next.Shipment(shipment).Status == fulfillment.Delivered {
			kind = OrderDelivered
		}
		return kind, d.follow(before, next)
	})
	if err != nil {
		return nil, err
	}
	return f.Shipment(shipment), nil
}
