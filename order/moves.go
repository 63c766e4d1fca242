package order

import "github.com/go-oms/oms/quantity"

// The moves of units change a line in place and answer with a [*QuantityError],
// having changed nothing, unless the asked quantity is above zero and at most
// what there is to take from. After each of them [Line.Check] still holds.

// Allocate promises unsourced units from stock.
func (l *Line) Allocate(q quantity.Quantity) error {
	return l.move("allocate", q, &l.Allocated, &l.Unsourced)
}

// Backorder promises unsourced units from stock still to come.
func (l *Line) Backorder(q quantity.Quantity) error {
	return l.move("backorder", q, &l.Backordered, &l.Unsourced)
}

// Preorder promises unsourced units of an item that is not on sale yet.
func (l *Line) Preorder(q quantity.Quantity) error {
	return l.move("preorder", q, &l.Preordered, &l.Unsourced)
}

// FillBackorder allocates backordered units.
func (l *Line) FillBackorder(q quantity.Quantity) error {
	return l.move("fill backorders by", q, &l.Allocated, &l.Backordered)
}

// FillPreorder allocates preordered units.
func (l *Line) FillPreorder(q quantity.Quantity) error {
	return l.move("fill preorders by", q, &l.Allocated, &l.Preordered)
}

// Deallocate makes allocated units unsourced again: their stock turned out not to
// be there, or is wanted elsewhere.
func (l *Line) Deallocate(q quantity.Quantity) error {
	return l.move("deallocate", q, &l.Unsourced, &l.Allocated)
}

// Release hands allocated units to a warehouse.
func (l *Line) Release(q quantity.Quantity) error {
	return l.move("release", q, &l.Released, &l.Allocated)
}

// Recall takes released units back from a warehouse: they are allocated again.
func (l *Line) Recall(q quantity.Quantity) error {
	return l.move("recall", q, &l.Allocated, &l.Released)
}

// Ship ships released units and, when there are not enough of them, allocated
// ones. It returns how many came from each.
func (l *Line) Ship(q quantity.Quantity) (Counts, error) {
	before := l.Counts
	err := l.move("ship", q, &l.Shipped, &l.Released, &l.Allocated)
	return before.taken(l.Counts), err
}

// Cancel cancels units that are not shipped, those first that cost the least to
// give up: unsourced, backordered, preordered, allocated, released. It returns
// how many came from each.
func (l *Line) Cancel(q quantity.Quantity) (Counts, error) {
	before := l.Counts
	err := l.move("cancel", q, &l.Canceled,
		&l.Unsourced, &l.Backordered, &l.Preordered, &l.Allocated, &l.Released)
	return before.taken(l.Counts), err
}

// Reinstate takes the cancellation of units back: they are unsourced again.
func (l *Line) Reinstate(q quantity.Quantity) error {
	return l.move("reinstate", q, &l.Unsourced, &l.Canceled)
}

// Deliver records shipped units as delivered.
func (l *Line) Deliver(q quantity.Quantity) error {
	undelivered := l.Shipped.Sub(l.Delivered)
	return l.move("deliver", q, &l.Delivered, &undelivered)
}

// RequestReturn asks for shipped units back.
func (l *Line) RequestReturn(q quantity.Quantity) error {
	returnable := l.Returnable()
	return l.move("return", q, &l.ReturnRequested, &returnable)
}

// DispatchReturn records that units asked for are on their way back.
func (l *Line) DispatchReturn(q quantity.Quantity) error {
	return l.move("send back", q, &l.ReturnInTransit, &l.ReturnRequested)
}

// CancelReturn gives up on units that were to come back: those asked for first,
// then those on their way. They can be asked for again.
func (l *Line) CancelReturn(q quantity.Quantity) error {
	var given quantity.Quantity
	return l.move("cancel the return of", q, &given, &l.ReturnRequested, &l.ReturnInTransit)
}

// ReceiveReturn records units that came back: good ones, damaged ones, and ones
// that were dismissed, for which nothing is given back. Units on their way are
// taken first, then those asked for. Each number may be zero, not all of them.
func (l *Line) ReceiveReturn(good, damaged, dismissed quantity.Quantity) error {
	q := good.Add(damaged).Add(dismissed)
	for _, part := range [...]quantity.Quantity{good, damaged, dismissed} {
		if part.Sign() < 0 {
			return l.refuse("receive", part, l.Coming())
		}
	}
	var came quantity.Quantity
	if err := l.move("receive", q, &came, &l.ReturnInTransit, &l.ReturnRequested); err != nil {
		return err
	}
	l.ReturnReceived = l.ReturnReceived.Add(good)
	l.ReturnDamaged = l.ReturnDamaged.Add(damaged)
	l.ReturnDismissed = l.ReturnDismissed.Add(dismissed)
	return nil
}

// WriteOff records shipped units as lost for good: on their way back, asked for,
// or never asked for, in this order.
func (l *Line) WriteOff(q quantity.Quantity) error {
	returnable := l.Returnable()
	return l.move("write off", q, &l.WrittenOff, &l.ReturnInTransit, &l.ReturnRequested, &returnable)
}

// move takes q from the sources in their order and adds it to the target.
func (l *Line) move(what string, q quantity.Quantity, to *quantity.Quantity, from ...*quantity.Quantity) error {
	var allowed quantity.Quantity
	for _, f := range from {
		allowed = allowed.Add(*f)
	}
	if q.Sign() <= 0 || allowed.Less(q) {
		return l.refuse(what, q, allowed)
	}
	left := q
	for _, f := range from {
		part := quantity.Min(left, *f)
		*f, left = f.Sub(part), left.Sub(part)
	}
	*to = to.Add(q)
	return nil
}

func (l *Line) refuse(what string, asked, allowed quantity.Quantity) error {
	return &QuantityError{LineID: l.ID, What: what, Asked: asked, Allowed: allowed}
}

// taken returns by how much the open parts have shrunk.
func (c Counts) taken(after Counts) Counts {
	return Counts{
		Unsourced:   c.Unsourced.Sub(after.Unsourced),
		Backordered: c.Backordered.Sub(after.Backordered),
		Preordered:  c.Preordered.Sub(after.Preordered),
		Allocated:   c.Allocated.Sub(after.Allocated),
		Released:    c.Released.Sub(after.Released),
	}
}
