package oms

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/fulfillment"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
)

// ReturnLabeling asks for the label that a return comes back with.
type ReturnLabeling struct {
	Key     string      `json:"-"`
	Carrier string      `json:"carrier"` // a configured one that is a fulfillment.ReturnLabeler
	Service string      `json:"service,omitempty"`
	Grams   int64       `json:"grams,omitempty"`   // of the parcel; 0 when unknown
	MaxCost money.Money `json:"max_cost,omitzero"` // of the label; zero Money: no limit
	At      time.Time   `json:"at,omitzero"`
}

// LabelReturn buys a label for the way back, for units that are still to come. It
// commits what it is going to ask, asks the carrier, and records the answer. When
// that is lost the error is of kind fault.Unknown: call again with the same key, or
// leave it to Run. A label that the carrier refuses is a *[ReturnLabelError], and
// another one can be asked for.
func (c *Client) LabelReturn(ctx context.Context, orderID, returnID uuid.UUID, p ReturnLabeling) (*order.Return, error) {
	c, leave, err := c.enter()
	if err != nil {
		return nil, err
	}
	defer leave()
	if err := c.mayCallOut(); err != nil {
		return nil, err
	}
	if _, err := c.returnCarrier(p.Carrier); err != nil {
		return nil, err
	}
	if p.Grams < 0 {
		return nil, fault.Invalid("grams", p.Grams, "zero or more")
	}
	req := request{name: "return.label", key: p.Key, at: p.At, body: returnBody[ReturnLabeling]{orderID, returnID, p}}
	var asked uuid.UUID
	r, err := c.onReturn(ctx, req, orderID, returnID, "", func(d *draft, r *order.Return) (string, error) {
		if !r.Open() || r.Claimed() {
			return "", fault.Invalid("return", r.Status, "a return with units that are still to come")
		}
		if state := r.Label.State; state.InFlight() || state == order.ReturnLabelBought {
			return "", fault.Invalid("label", state, "a return without a label")
		}
		asked = d.cmd.IDs.Next()
		r.Label = order.ReturnLabel{
			ID: asked, State: order.ReturnLabelWanted, Carrier: p.Carrier, Service: p.Service, Grams: p.Grams,
			MaxCost: p.MaxCost, NextAt: d.cmd.Now.Add(fulfillment.LabelGrace), CreatedAt: d.cmd.At,
		}
		return OrderReturnLabelWanted, nil
	})
	if err != nil {
		return nil, err
	}
	labeled, err := c.finishReturnLabel(ctx, orderID, returnID, r.Label.ID, r.Label.ID == asked)
	if labeled == nil {
		return nil, unfinished(req.name, err)
	}
	return labeled, err
}

// returnCarrier returns a configured carrier that sells return labels.
func (c *Client) returnCarrier(name string) (fulfillment.Carrier, error) {
	sells := make(Carriers)
	for n, carrier := range c.core.cfg.Carriers {
		if back, ok := fulfillment.ForReturns(carrier); ok {
			sells[n] = back
		}
	}
	if carrier := sells[name]; carrier != nil {
		return carrier, nil
	}
	return nil, fault.Invalid("carrier", name, "one that sells return labels: "+names(sells))
}

// finishReturnLabel takes a return to its label, or answers what became of it. As
// with shipments, only the call that asked for it goes to the carrier outright.
func (c *Client) finishReturnLabel(ctx context.Context, orderID, returnID, label uuid.UUID, fresh bool) (*order.Return, error) {
	o, err := c.store.Order(ctx, orderID)
	if err != nil {
		return nil, err
	}
	r := o.Return(returnID)
	switch {
	case r == nil:
		return nil, fault.NotFound("return", returnID)
	case r.Label.ID != label || !r.Label.State.InFlight():
	case fresh:
		r, err = c.buyReturnLabel(ctx, o, r, fulfillment.PerformBuy)
	case !r.Label.NextAt.IsZero() && !c.now().Before(r.Label.NextAt):
		r, err = c.resolveReturnLabel(ctx, orderID, returnID)
	}
	if err != nil {
		return nil, err
	}
	return returnLabelAnswer(r)
}

// resolveReturnLabel finishes a label that was left unfinished: it claims it, so that
// nobody else asks the carrier meanwhile, and asks.
func (c *Client) resolveReturnLabel(ctx context.Context, orderID, returnID uuid.UUID) (*order.Return, error) {
	_, err := c.inner().onReturn(ctx, request{name: "return.claim"}, orderID, returnID, "", func(d *draft, r *order.Return) (string, error) {
		l := &r.Label
		if !l.State.InFlight() || l.NextAt.IsZero() || d.cmd.Now.Before(l.NextAt) {
			return "", &fault.StaleError{Kind: event.Order, ID: orderID.String(), Expected: d.order.Version, Actual: d.order.Version}
		}
		l.NextAt = d.cmd.Now.Add(fulfillment.LabelGrace)
		return OrderReturnLabelClaimed, nil
	})
	if err != nil {
		return nil, err
	}
	o, err := c.store.Order(ctx, orderID)
	if err != nil {
		return nil, err
	}
	return c.buyReturnLabel(ctx, o, o.Return(returnID), fulfillment.PerformResolve)
}

// buyReturnLabel asks the carrier once and records what it said.
func (c *Client) buyReturnLabel(ctx context.Context, o *order.Order, r *order.Return, ask perform) (*order.Return, error) {
	carrier, err := c.returnCarrier(r.Label.Carrier)
	if err != nil {
		return nil, err
	}
	l := r.Label
	report := ask(ctx, carrier, fulfillment.BuyRequest{
		Reference: l.ID.String(), Service: l.Service, MaxCost: l.MaxCost, At: l.CreatedAt,
		Consignment: fulfillment.Consignment{
			From: deliverTo(o), Currency: o.Currency, Parcels: []fulfillment.Parcel{{Grams: l.Grams}},
		},
	})
	if report.Problem != "" {
		// As with shipments: the carrier's own words are in the log, not in the history.
		c.core.cfg.Logger.Warn("oms: return label", "carrier", l.Carrier, "return", r.ID, "problem", report.Problem)
		report.Problem = labelProblem(report.State)
	}
	// The answer is a fact now: it is recorded whatever becomes of the caller.
	return c.recordReturnLabel(context.WithoutCancel(ctx), o.ID, r.ID, l.ID, report)
}

// recordReturnLabel records what a carrier said about a return's label.
func (c *Client) recordReturnLabel(
	ctx context.Context, orderID, returnID, label uuid.UUID, report fulfillment.LabelReport,
) (*order.Return, error) {
	req := request{name: "return.label_answer"}
	return c.inner().onReturn(ctx, req, orderID, returnID, "", func(d *draft, r *order.Return) (string, error) {
		if r.Label.ID != label {
			return "", nil
		}
		next := labeledReturn(r.Label, report, d.cmd.Now)
		if next == r.Label {
			return "", nil
		}
		r.Label = next
		return OrderReturnLabel, nil
	})
}

// labeledReturn is a return's label after a carrier's answer. A label that was bought
// stays; one that turns up after it was given up counts.
func labeledReturn(l order.ReturnLabel, report fulfillment.LabelReport, at time.Time) order.ReturnLabel {
	if !l.State.InFlight() && (l.State == order.ReturnLabelBought || report.State != fulfillment.LabelBought) {
		return l
	}
	l.Attempts++
	l.Problem, l.NextAt = report.Problem, time.Time{}
	switch report.State {
	case fulfillment.LabelBought:
		l.State, l.Ref, l.URL, l.Tracking = order.ReturnLabelBought, report.Label.Ref, report.Label.URL, report.Label.Tracking
		l.Cost, l.Service = report.Label.Cost, cmp.Or(report.Label.Service, l.Service)
	case fulfillment.LabelRefused:
		l.State = order.ReturnLabelFailed
	case fulfillment.LabelUnsent:
		status := fulfillment.LabelWanted
		if l.State == order.ReturnLabelInDoubt {
			status = fulfillment.LabelInDoubt
		}
		l.NextAt = fulfillment.NextLabel(status, l.Attempts, at)
	default:
		l.State = order.ReturnLabelInDoubt
		l.NextAt = fulfillment.NextLabel(fulfillment.LabelInDoubt, l.Attempts, at)
	}
	return l
}

// returnLabelAnswer is what LabelReturn answers.
func returnLabelAnswer(r *order.Return) (*order.Return, error) {
	switch l := r.Label; {
	case l.State == order.ReturnLabelWanted && l.Attempts > 0:
		return r, &fault.TransientError{Op: "oms: label return", Err: errors.New("the carrier was not reached")}
	case l.State.InFlight():
		return r, &fault.UnknownError{Op: "oms: label return", Err: errors.New("the carrier's answer is not known")}
	case l.State == order.ReturnLabelFailed:
		return r, &ReturnLabelError{Return: r.ID, Carrier: l.Carrier, Problem: l.Problem}
	}
	return r, nil
}

// ReturnLabelError reports a return's label that the carrier refused: another one can
// be asked for. Its kind is fault.Rejected.
type ReturnLabelError struct {
	Return  uuid.UUID
	Carrier string
	Problem string // in the library's words: the carrier's own are in the log
}

func (e *ReturnLabelError) Error() string {
	return fmt.Sprintf("carrier %s refused the label of return %s: %s", e.Carrier, e.Return, e.Problem)
}

// Fault returns fault.Rejected.
func (e *ReturnLabelError) Fault() fault.Kind { return fault.Rejected }
