package demo

import (
	"errors"
	"slices"
	"time"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/fulfillment"
	carrier "github.com/go-oms/oms/fulfillment/sandbox"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
)

// stockUp registers what there is and fills the shelves.
func (y *year) stockUp() error {
	for _, l := range locations {
		if err := y.staff.Inventory.SetLocation(y.ctx, l); err != nil {
			return err
		}
	}
	for _, p := range products {
		if _, err := y.staff.Inventory.SetItem(y.ctx, inventory.ItemSettings{SKU: p.sku, Title: p.title}); err != nil {
			return err
		}
		if p.backorder == 0 {
			continue
		}
		policy := inventory.Policy{SKU: p.sku, Location: locations[0].Code, BackorderLimit: quantity.Of(p.backorder)}
		if err := y.staff.Inventory.SetPolicy(y.ctx, policy); err != nil {
			return err
		}
	}
	return y.restock()
}

// restock fills the shelves up, and what was sold beyond; scarce goods come late
// and few.
func (y *year) restock() error {
	for _, l := range locations {
		delivery := inventory.Delivery{Reason: "weekly order"}
		for _, p := range products {
			levels, err := y.staff.Inventory.Levels(y.ctx, p.sku)
			if err != nil {
				return err
			}
			want := quantity.Of(p.stock)
			for _, level := range levels {
				if level.Location == l.Code {
					want = want.Sub(level.Available()).Add(level.Backordered)
				}
			}
			if p.scarce {
				if y.chance(30) {
					continue
				}
				want = quantity.Min(want, quantity.Of(2+y.dice.Int32N(10)))
			}
			if want.Sign() > 0 {
				line := inventory.DeliveryLine{SKU: p.sku, Location: l.Code, Quantity: want, UnitCost: eur(p.cost)}
				delivery.Lines = append(delivery.Lines, line)
			}
		}
		if len(delivery.Lines) == 0 {
			continue
		}
		if err := y.staff.Inventory.ReceiveAll(y.ctx, delivery); err != nil {
			return err
		}
	}
	return nil
}

// count goes through the shelves: now and then something is gone, or turns up.
func (y *year) count() error {
	for _, p := range products {
		levels, err := y.staff.Inventory.Levels(y.ctx, p.sku)
		if err != nil {
			return err
		}
		for _, level := range levels {
			counted := level.OnHand
			switch {
			case y.chance(8) && level.Available().Sign() > 0:
				counted = counted.Sub(quantity.Of(1))
			case y.chance(3):
				counted = counted.Add(quantity.Of(1))
			}
			c := inventory.Count{SKU: p.sku, Location: level.Location, Counted: counted, Reason: "quarterly"}
			if _, err := y.staff.Inventory.Count(y.ctx, c); err != nil {
				return err
			}
		}
	}
	return nil
}

// pack sends what can leave, from each location, and forgets orders that are over.
func (y *year) pack() error {
	var left []*purchase
	for _, p := range y.packs {
		o, err := y.staff.Order(y.ctx, p.id)
		if err != nil {
			return err
		}
		if over(o) {
			continue
		}
		left = append(left, p)
		if o.Status == order.StatusPending || !packable(o) {
			continue
		}
		for _, l := range locations {
			if err := y.ship(p, l.Code); err != nil {
				return err
			}
		}
	}
	y.packs = left
	return nil
}

// over reports whether nothing of an order will leave any more.
func over(o *order.Order) bool {
	return !slices.ContainsFunc(o.Lines, func(l order.Line) bool { return l.Open().Sign() > 0 })
}

func packable(o *order.Order) bool {
	return slices.ContainsFunc(o.Lines, func(l order.Line) bool { return l.Allocated.Add(l.Released).Sign() > 0 })
}

// ship sends an order's parcel from one location, if there is one to send.
func (y *year) ship(p *purchase, location string) error {
	if y.chance(1) {
		y.post.Script("buy", carrier.Fault{Kind: carrier.LoseLate})
	}
	shipment, err := y.staff.Ship(y.ctx, p.id, oms.Shipping{Carrier: post, Location: location})
	switch fault.KindOf(err) {
	case fault.None:
	case fault.Unknown:
		if shipment == nil {
			return err
		}
		y.report.LostLabels++
		y.labels = append(y.labels, label{order: p.id, shipment: shipment.ID})
	case fault.Rejected:
		var nothing *fault.InvalidError
		var refused *order.NotAllowedError
		if errors.As(err, &nothing) && nothing.Field == "location" || errors.As(err, &refused) {
			return nil // nothing of it is here, or it is not paid any more
		}
		return err
	default:
		return err
	}
	y.report.Shipments++
	if p.parcels++; p.parcels == 2 {
		y.report.Split++
	}
	for _, in := range []time.Duration{12 * time.Hour, 40 * time.Hour, 90 * time.Hour} {
		y.later(in, func() error { return y.track(p) })
	}
	return y.capture(p)
}

// track asks the carrier where an order's parcels are.
func (y *year) track(p *purchase) error {
	list, err := y.staff.Fulfillments(y.ctx, p.id)
	if err != nil {
		return err
	}
	for _, f := range list {
		for i := range f.Shipments {
			if err := y.scan(p, &f.Shipments[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

func (y *year) scan(p *purchase, s *fulfillment.Shipment) error {
	if s.Tracking == "" || s.Status == fulfillment.Delivered {
		return nil
	}
	scans, err := y.post.Track(y.ctx, s.Tracking)
	if err != nil {
		return err
	}
	for _, scan := range scans {
		if slices.ContainsFunc(s.Scans, func(known fulfillment.Scan) bool { return known.EventID == scan.EventID }) {
			continue
		}
		now, err := y.shop.Track(y.ctx, oms.Tracking{Carrier: post, Tracking: s.Tracking, Scan: scan})
		if err != nil {
			return err
		}
		if now.Status == fulfillment.Delivered {
			y.arrived(p)
		}
	}
	return nil
}
