package sim

import (
	"math/big"
	"slices"

	"github.com/google/uuid"

	"github.com/go-oms/oms/fulfillment"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/payment"
	gateway "github.com/go-oms/oms/payment/sandbox"
	"github.com/go-oms/oms/quantity"
)

// touch holds an order that a command was about against what must be true of it at
// any moment: its units, its stock, and the gateway's own books. None of it uses the
// library's arithmetic.
func (w *world) touch(id uuid.UUID) {
	if id == uuid.Nil || w.failure != nil {
		return
	}
	o, err := w.base.Order(sure, id)
	if err != nil {
		w.fail("order.kept", "order %s: %v", id, err)
	}
	if w.options.also != nil {
		w.options.also(w)
	}
	for i := range o.Lines {
		w.partition(o, &o.Lines[i])
	}
	w.charged(o)
	w.arrived(o)
	skus := make([]string, len(o.Lines))
	for i := range o.Lines {
		skus[i] = o.Lines[i].SKU
	}
	w.shelves(skus)
}

func (w *world) partition(o *order.Order, l *order.Line) {
	var sum, least int64
	for _, q := range []quantity.Quantity{l.Unsourced, l.Backordered, l.Preordered, l.Allocated, l.Released, l.Shipped, l.Canceled} {
		sum, least = sum+q.Micro(), min(least, q.Micro())
	}
	if sum != l.Quantity.Micro() || least < 0 {
		w.fail("order.partition", "order %s line %s: %+v of %s", o.Number, l.SKU, l.Counts, l.Quantity)
	}
	back := l.ReturnRequested.Micro() + l.ReturnInTransit.Micro() + l.ReturnReceived.Micro() +
		l.ReturnDamaged.Micro() + l.ReturnDismissed.Micro() + l.WrittenOff.Micro()
	if back > l.Shipped.Micro() || l.Delivered.Micro() > l.Shipped.Micro() {
		w.fail("order.partition", "order %s line %s: more came back or arrived than left: %+v", o.Number, l.SKU, l.Counts)
	}
}

// arrived holds shipments against their scans: what was delivered stays so, whatever
// else is scanned before or after.
func (w *world) arrived(o *order.Order) {
	list, err := w.base.Fulfillments(sure, o.ID)
	if err != nil {
		w.fail("order.kept", "fulfilments of %s: %v", o.Number, err)
	}
	for _, f := range list {
		for i := range f.Shipments {
			s := &f.Shipments[i]
			was := func(scan fulfillment.Scan) bool { return scan.Status == fulfillment.Delivered }
			if slices.ContainsFunc(s.Scans, was) && s.Status != fulfillment.Delivered {
				w.fail("shipment.scans", "order %s: a parcel that was delivered is %s", o.Number, s.Status)
			}
		}
	}
}

// minor is an amount in minor units.
func (w *world) minor(m money.Money) int64 {
	if m == (money.Money{}) {
		return 0
	}
	n, err := m.Minor()
	if err != nil {
		w.fail("money.minor", "%s is no whole number of minor units: %v", m, err)
	}
	return n
}

// charged holds the order's payments against the gateway's books: the gateway may be
// ahead of them, never behind, and it did nothing twice.
func (w *world) charged(o *order.Order) {
	tenders, err := w.base.Tenders(sure, o.ID)
	if err != nil {
		w.fail("order.kept", "tenders of %s: %v", o.Number, err)
	}
	charges := map[uuid.UUID]gateway.Charge{}
	for _, c := range w.card.Charges() {
		if c.Order != o.Number {
			continue
		}
		if _, twice := charges[c.Op]; twice {
			w.fail("gateway.once", "order %s: operation %s was charged twice", o.Number, c.Op)
		}
		charges[c.Op] = c
	}
	for _, t := range tenders {
		if t.Gateway != "card" {
			continue
		}
		var seen gateway.Charge
		var refunding int64
		for _, op := range t.Ops {
			if w.settled[op.ID] && op.State != payment.Succeeded {
				w.fail("payment.final", "order %s: %s of %s took place, and is %s now", o.Number, op.Kind, op.Amount, op.State)
			}
			if op.State == payment.Succeeded {
				w.settled[op.ID] = true
			}
			if op.Kind == payment.Refund && op.State != payment.Declined && op.State != payment.Canceled {
				refunding += w.minor(op.Amount)
			}
			if c, ok := charges[op.ID]; ok {
				seen = c
				delete(charges, op.ID)
			}
		}
		if captured := w.minor(t.Totals.Captured); refunding > captured {
			w.fail("payment.refunds", "order %s: refunds of %d were asked for, and %d was taken", o.Number, refunding, captured)
		}
		w.behind(o, "captured", w.minor(t.Totals.Captured), w.minor(seen.Captured))
		w.behind(o, "refunded", w.minor(t.Totals.Refunded), w.minor(seen.Refunded))
		w.behind(o, "authorized", w.minor(t.Totals.Authorized), w.minor(seen.Authorized))
	}
	for _, c := range charges {
		w.fail("gateway.known", "order %s: the gateway has a charge of %s that the books do not know", o.Number, c.Authorized)
	}
}

func (w *world) behind(o *order.Order, what string, books, gateway int64) {
	if books > gateway {
		w.fail("gateway.books", "order %s: %s %d by the books, %d by the gateway", o.Number, what, books, gateway)
	}
}

// shelves holds levels against the reservations that are kept on them.
func (w *world) shelves(skus []string) {
	levels, err := w.base.Levels(sure, skus)
	if err != nil {
		w.fail("order.kept", "levels: %v", err)
	}
	kept, err := w.base.Reservations(sure, inventory.ReservationFilter{SKUs: skus})
	if err != nil {
		w.fail("order.kept", "reservations: %v", err)
	}
	for _, l := range levels {
		var allocated, reserved, backordered int64
		for _, r := range kept {
			if r.SKU != l.SKU || r.Location != l.Location {
				continue
			}
			switch r.Kind {
			case inventory.ForOrder:
				allocated += r.Quantity.Micro()
			case inventory.ForCart:
				reserved += r.Quantity.Micro()
			default:
				backordered += r.Quantity.Micro()
			}
		}
		if allocated != l.Allocated.Micro() || reserved != l.Reserved.Micro() || backordered != l.Backordered.Micro() {
			w.fail("stock.reservations", "%s at %s: %+v, kept are %d, %d, %d", l.SKU, l.Location, l, allocated, reserved, backordered)
		}
		if free := l.OnHand.Micro() - l.Unavailable.Micro() - l.Allocated.Micro() - l.Reserved.Micro(); free < 0 {
			w.fail("stock.oversold", "%s at %s: %+v", l.SKU, l.Location, l)
		}
	}
}

// priced reckons a new order a second time.
func (w *world) priced(o *order.Order) {
	total, tax := w.shop.reckon(o)
	if got := w.minor(o.Totals.Total); got != total {
		w.fail("order.price", "order %s costs %d, and should %d: %+v", o.Number, got, total, o.Totals)
	}
	if got := w.minor(o.Totals.Tax); got != tax {
		w.fail("order.price", "order %s has %d of tax in it, and should %d", o.Number, got, tax)
	}
}

func (s *assortment) reckon(o *order.Order) (total, tax int64) {
	var goods int64
	for i := range o.Lines {
		l := &o.Lines[i]
		p, n := s.exact[l.SKU], whole(l.Quantity)
		exact := big.NewRat(p.units*n, 1)
		for range p.extra {
			exact.Mul(exact, big.NewRat(1, 10))
		}
		sum := rounded(exact, s.terms.Rounding)
		goods += sum
		switch s.terms.Level {
		case order.PerUnit:
			tax += s.tax(sum, n)
		case order.PerLine:
			tax += s.tax(sum, 1)
		}
	}
	if s.terms.Level == order.PerOrder {
		tax = s.tax(goods, 1)
	}
	if s.terms.TaxIncluded {
		return goods, tax
	}
	return goods + tax, tax
}

// tax is the tax on what n units cost together.
func (s *assortment) tax(sum, n int64) (tax int64) {
	var all int64
	for _, rate := range s.rates {
		all += rate
		if !s.terms.TaxIncluded {
			tax += n * rounded(new(big.Rat).Mul(big.NewRat(sum, n), big.NewRat(rate, 1_000_000)), s.terms.Rounding)
		}
	}
	if s.terms.TaxIncluded {
		tax = min(sum, n*rounded(new(big.Rat).Mul(big.NewRat(sum, n), big.NewRat(all, 1_000_000+all)), s.terms.Rounding))
	}
	return tax
}

// rounded rounds an amount of zero or more to whole minor units.
func rounded(r *big.Rat, mode money.Rounding) int64 {
	floor := new(big.Int).Quo(r.Num(), r.Denom())
	rest := new(big.Rat).Sub(r, new(big.Rat).SetInt(floor))
	half := rest.Cmp(big.NewRat(1, 2))
	up := half > 0
	switch mode {
	case money.HalfUp:
		up = half >= 0
	case money.HalfEven:
		up = half > 0 || half == 0 && floor.Bit(0) == 1
	case money.Up:
		up = rest.Sign() > 0
	case money.Down:
		up = false
	}
	if up {
		return floor.Int64() + 1
	}
	return floor.Int64()
}
