package oms

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/fulfillment"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
	"github.com/go-oms/oms/storage"
)

// Shipping sends units of an order from one location.
type Shipping struct {
	Key     string `json:"-"`
	Version int64  `json:"version,omitempty"`
	// Carrier names a configured carrier, which is asked for the label. Empty
	// means that staff has handed the parcel over: nobody is asked and Tracking
	// may be typed in.
	Carrier  string `json:"carrier,omitempty"`
	Service  string `json:"service,omitempty"`
	Tracking string `json:"tracking,omitempty"`
	// Location may be left out when everything allocated is at one.
	Location string `json:"location,omitempty"`
	// Lines is what leaves; none means everything that can leave from there.
	Lines   []LineQuantity       `json:"lines,omitempty"`
	Parcels []fulfillment.Parcel `json:"parcels,omitempty"` // one without measures by default
	MaxCost money.Money          `json:"max_cost,omitzero"` // of the label; zero Money: no limit
	At      time.Time            `json:"at,omitzero"`
}

// shipResult is what Ship stores under its key.
type shipResult struct {
	Fulfillment uuid.UUID `json:"fulfillment"`
	Shipment    uuid.UUID `json:"shipment"`
}

// Ship sends units of an order. It commits what leaves, asks the carrier for the
// label, and records it; with the label the units count as shipped. When the
// carrier's answer is lost the error is of kind fault.Unknown: call again with the
// same key, or leave it to Run. A label that the carrier refuses is a
// *[LabelError], and what was to leave can be shipped anew.
func (c *Client) Ship(ctx context.Context, orderID uuid.UUID, p Shipping) (*fulfillment.Shipment, error) {
	c, leave, err := c.enter()
	if err != nil {
		return nil, err
	}
	defer leave()
	if p.Carrier != "" {
		if err := c.mayCallOut(); err != nil {
			return nil, err
		}
		if c.core.cfg.Carriers[p.Carrier] == nil {
			return nil, fault.Invalid("carrier", p.Carrier, "one of "+names(c.core.cfg.Carriers))
		}
	}
	body := orderBody[Shipping]{orderID, p}
	req := request{name: "order.ship", key: p.Key, at: p.At, body: body}
	fresh := false
	ref, err := do(ctx, c, req, flow[shipResult]{
		decide: func(ctx context.Context, cmd event.Command) (shipResult, *storage.Batch, error) {
			fresh = true
			d, err := c.open(ctx, orderID, p.Version, cmd, "")
			if err != nil {
				return shipResult{}, nil, err
			}
			return d.ship(p)
		},
		replay: func(ctx context.Context, stored []byte) (shipResult, error) {
			fresh = false
			return jsonReplay[shipResult](ctx, stored)
		},
	})
	if err != nil {
		return nil, err
	}
	shipment, err := c.finishLabel(ctx, ref, fresh)
	if shipment == nil {
		return nil, unfinished(req.name, err)
	}
	return shipment, err
}

// ship commits a shipment: with a carrier as one that wants its label, without one
// as shipped.
func (d *draft) ship(p Shipping) (shipResult, *storage.Batch, error) {
	var none shipResult
	if err := d.fire(order.ActionShip, linesOf(p.Lines)...); err != nil {
		return none, nil, err
	}
	location, units, err := d.leaving(p)
	if err != nil {
		return none, nil, err
	}
	f, err := d.release(location, units)
	if err != nil {
		return none, nil, err
	}
	pick := fulfillment.Pick{
		Parcels: p.Parcels, Carrier: p.Carrier, Service: p.Service, Tracking: p.Tracking, MaxCost: p.MaxCost,
	}
	for _, u := range units {
		pick.Lines = append(pick.Lines, fulfillment.LineQuantity{LineID: u.LineID, Quantity: u.Quantity})
	}
	next, shipment, err := f.fulfillment.Plan(d.cmd, pick)
	if err != nil {
		return none, nil, err
	}
	d.recordFulfillment(f, next, FulfillmentPlanned)
	kind := OrderPicked
	if p.Carrier == "" {
		kind = OrderShipped
		label := fulfillment.Label{Reference: shipment.String(), Tracking: p.Tracking}
		if err := d.labeled(f, shipment, label); err != nil {
			return none, nil, err
		}
	}
	if err := d.conclude(kind); err != nil {
		return none, nil, err
	}
	result := shipResult{Fulfillment: f.fulfillment.ID, Shipment: shipment}
	return result, d.finish(jsonResult(result)), nil
}

// leaving says which units leave from where. Lines that a hold keeps stay, where none
// are named.
func (d *draft) leaving(p Shipping) (string, []LineQuantity, error) {
	ready, locations := d.ready(p.Location)
	if len(p.Lines) == 0 && len(ready) > 0 {
		every := linesOf(ready)
		ready = slices.DeleteFunc(ready, func(q LineQuantity) bool { return d.held(order.ActionShip, q.LineID) != nil })
		if len(ready) == 0 {
			return "", nil, d.held(order.ActionShip, every...)
		}
	}
	switch {
	case len(ready) == 0:
		return "", nil, fault.Invalid("location", p.Location, "a location with allocated units of the order")
	case p.Location == "" && len(locations) > 1:
		return "", nil, fault.Invalid("location", "", "one of "+strings.Join(locations, ", ")+": the order is allocated at several")
	}
	if len(p.Lines) == 0 {
		return locations[0], ready, nil
	}
	for i, q := range p.Lines {
		n := slices.IndexFunc(ready, func(r LineQuantity) bool { return r.LineID == q.LineID })
		if n < 0 || q.Quantity.Sign() <= 0 || ready[n].Quantity.Less(q.Quantity) {
			var most quantity.Quantity
			if n >= 0 {
				most = ready[n].Quantity
			}
			if d.order.Line(q.LineID) == nil {
				return "", nil, fault.NotFound("line", q.LineID)
			}
			return "", nil, fmt.Errorf("lines[%d] (%s): %w", i, lineRef(d.order, q.LineID),
				&order.QuantityError{LineID: q.LineID, What: "ship", Asked: q.Quantity, Allowed: most})
		}
		ready[n].Quantity = ready[n].Quantity.Sub(q.Quantity)
	}
	return locations[0], p.Lines, nil
}

// ready lists the units that can leave, and from which locations: what stock is
// kept for, less what waits for its label. Untracked items leave from anywhere.
func (d *draft) ready(location string) (units []LineQuantity, locations []string) {
	for _, r := range d.reservations {
		if r.Kind == inventory.ForOrder && !slices.Contains(locations, r.Location) && (location == "" || location == r.Location) {
			locations = append(locations, r.Location)
		}
	}
	if len(locations) == 0 {
		locations = append(locations, location)
	}
	for i := range d.order.Lines {
		l := &d.order.Lines[i]
		var left quantity.Quantity
		if d.keeps(l.ID, inventory.ForOrder) {
			for _, r := range d.reservations {
				if r.LineID == l.ID && r.Kind == inventory.ForOrder && (location == "" || r.Location == location) {
					left = left.Add(r.Quantity)
				}
			}
		} else {
			left = l.Allocated.Add(l.Released)
		}
		for _, f := range d.fulfillments {
			if location == "" || f.fulfillment.Location == location {
				left = left.Sub(labeling(f.fulfillment, l.ID))
			}
		}
		if left.Sign() > 0 {
			units = append(units, LineQuantity{LineID: l.ID, Quantity: left})
		}
	}
	return units, locations
}

// labeling is how much of a line waits for a label.
func labeling(f *fulfillment.Fulfillment, line uuid.UUID) quantity.Quantity {
	var asked, open quantity.Quantity
	for _, l := range f.Lines {
		if l.LineID == line {
			asked = asked.Add(l.Quantity).Sub(l.Shipped).Sub(l.Canceled)
		}
	}
	for _, l := range f.Open() {
		if l.LineID == line {
			open = open.Add(l.Quantity)
		}
	}
	return asked.Sub(open)
}

// release makes sure that a fulfilment order of the location asks for the units:
// those it does not ask for yet become a new one.
func (d *draft) release(location string, units []LineQuantity) (*fulfillmentDraft, error) {
	for _, f := range d.fulfillments {
		if f.fulfillment.Location == location && covers(f.fulfillment.Open(), units) {
			return f, nil
		}
	}
	lines := make([]fulfillment.Line, 0, len(units))
	for _, u := range units {
		l := d.order.Line(u.LineID)
		if err := d.toWarehouse(l, u.Quantity); err != nil {
			return nil, err
		}
		lines = append(lines, fulfillment.Line{LineID: l.ID, SKU: l.SKU, Quantity: u.Quantity})
	}
	f := fulfillment.Create(d.cmd, d.order.ID, location, lines)
	return d.addFulfillment(f, FulfillmentCreated), nil
}

// toWarehouse releases allocated units of a line. Units that another fulfilment
// order asks for and nobody has packed are taken over from it.
func (d *draft) toWarehouse(l *order.Line, units quantity.Quantity) error {
	fresh := quantity.Min(units, l.Allocated)
	if fresh.Sign() > 0 {
		if err := l.Release(fresh); err != nil {
			return err
		}
	}
	return d.recall(l.ID, units.Sub(fresh))
}

// covers reports whether open has all the units.
func covers(open []fulfillment.LineQuantity, units []LineQuantity) bool {
	for _, u := range units {
		i := slices.IndexFunc(open, func(o fulfillment.LineQuantity) bool { return o.LineID == u.LineID })
		if i < 0 || open[i].Quantity.Less(u.Quantity) {
			return false
		}
	}
	return true
}

// labeled records a bought label and everything that follows from it: the units
// are shipped and leave the stock.
func (d *draft) labeled(f *fulfillmentDraft, shipment uuid.UUID, label fulfillment.Label) error {
	next, err := f.fulfillment.RecordLabel(shipment, label, d.cmd.At)
	if err != nil || next == f.fulfillment {
		return err
	}
	before := f.fulfillment
	d.recordFulfillment(f, next, FulfillmentShipped)
	return d.follow(before, next)
}

// follow lets the order's lines and the stock follow a change of a fulfilment
// order.
func (d *draft) follow(before, after *fulfillment.Fulfillment) error {
	var parts []inventory.Part
	for _, m := range fulfillment.Moved(before, after) {
		l := d.order.Line(m.LineID)
		if l == nil {
			return fault.NotFound("line", m.LineID)
		}
		if m.Shipped.Sign() > 0 {
			if _, err := l.Ship(m.Shipped); err != nil {
				return err
			}
			if d.keeps(l.ID, inventory.ForOrder) {
				parts = append(parts, inventory.Part{LineID: l.ID, Location: after.Location, Quantity: m.Shipped})
			}
		}
		if m.Delivered.Sign() > 0 {
			if err := l.Deliver(m.Delivered); err != nil {
				return err
			}
		} else if m.Delivered.Sign() < 0 {
			l.Delivered = l.Delivered.Add(m.Delivered)
		}
	}
	changes, _, err := inventory.ShipOrder(d.reservations, parts, d.cmd, d.order.ID)
	if err != nil {
		return err
	}
	d.move(changes)
	return nil
}

// names lists a configuration's names for an error.
func names[V any](m map[string]V) string {
	if len(m) == 0 {
		return "none: nothing is configured"
	}
	list := make([]string, 0, len(m))
	for name := range m {
		list = append(list, name)
	}
	slices.Sort(list)
	return strings.Join(list, ", ")
}
