package memory

import (
	"cmp"
	"context"
	"iter"
	"slices"

	"github.com/google/uuid"

	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/order"
)

// putOrder makes next the newest snapshot of its order and keeps the indexes.
func (t *tenant) putOrder(next *order.Order) {
	row := t.orders[next.ID]
	if row == nil {
		row = &orderRow{order: next}
		t.orders[next.ID] = row
		t.indexOrder(row)
		return
	}
	if old := row.order; indexed(old) == indexed(next) && old.PlacedAt.Equal(next.PlacedAt) {
		row.order = next
		return
	}
	t.unindexOrder(row)
	row.order = next
	t.indexOrder(row)
}

// orderIndexes is the fields of an order, besides PlacedAt, that indexes are kept by.
type orderIndexes struct {
	number, cart, channel, ref string
	customer, company          uuid.UUID
}

func indexed(o *order.Order) orderIndexes {
	return orderIndexes{o.Number, o.CartID, o.Channel, o.ExternalRef, o.CustomerID, o.CompanyID}
}

func (t *tenant) indexOrder(row *orderRow) {
	o := row.order
	t.byNumber[o.Number] = row
	if o.CartID != "" {
		t.byCart[o.CartID] = row
	}
	if o.ExternalRef != "" {
		t.byExternal[externalRef{o.Channel, o.ExternalRef}] = row
	}
	t.listing = t.listing.with(row)
	if o.CustomerID != (uuid.UUID{}) {
		t.byCustomer[o.CustomerID] = t.byCustomer[o.CustomerID].with(row)
	}
	if o.CompanyID != (uuid.UUID{}) {
		t.byCompany[o.CompanyID] = t.byCompany[o.CompanyID].with(row)
	}
}

func (t *tenant) unindexOrder(row *orderRow) {
	o := row.order
	delete(t.byNumber, o.Number)
	delete(t.byCart, o.CartID)
	delete(t.byExternal, externalRef{o.Channel, o.ExternalRef})
	t.listing = t.listing.without(row)
	if o.CustomerID != (uuid.UUID{}) {
		t.byCustomer[o.CustomerID] = t.byCustomer[o.CustomerID].without(row)
	}
	if o.CompanyID != (uuid.UUID{}) {
		t.byCompany[o.CompanyID] = t.byCompany[o.CompanyID].without(row)
	}
}

// copyOrder returns a copy of a snapshot that shares nothing, with its addresses.
func copyOrder(o *order.Order, shipTo, billTo *order.Address) *order.Order {
	c := o.Clone()
	if shipTo != nil {
		a := *shipTo
		c.ShipTo = &a
	}
	if billTo != nil {
		a := *billTo
		c.BillTo = &a
	}
	return c
}

// Order returns the whole aggregate with its addresses.
func (s *Store) Order(ctx context.Context, id uuid.UUID) (*order.Order, error) {
	return s.oneOrder(ctx, id.String, func(t *tenant) *orderRow { return t.orders[id] })
}

// OrderBy returns the whole aggregate by one of its unique references.
func (s *Store) OrderBy(ctx context.Context, ref order.Ref) (*order.Order, error) {
	given := 0
	for _, r := range []string{ref.Number, ref.CartID, ref.ExternalRef} {
		if r != "" {
			given++
		}
	}
	if given != 1 {
		return nil, fault.Invalid("ref", ref, "exactly one of number, cart id and external reference")
	}
	name := func() string { return cmp.Or(ref.Number, ref.CartID, ref.ExternalRef) }
	return s.oneOrder(ctx, name, func(t *tenant) *orderRow {
		switch {
		case ref.Number != "":
			return t.byNumber[ref.Number]
		case ref.CartID != "":
			return t.byCart[ref.CartID]
		default:
			return t.byExternal[externalRef{ref.Channel, ref.ExternalRef}]
		}
	})
}

func (s *Store) oneOrder(
	ctx context.Context, name func() string, find func(*tenant) *orderRow,
) (found *order.Order, err error) {
	var shipTo, billTo *order.Address
	err = s.read(ctx, "order", func(t *tenant) {
		if row := find(t); row != nil {
			found = row.order
			shipTo, billTo = t.addresses[found.ShipToID], t.addresses[found.BillToID]
		}
	})
	switch {
	case err != nil:
		return nil, err
	case found == nil:
		return nil, fault.NotFound("order", name())
	default:
		return copyOrder(found, shipTo, billTo), nil
	}
}

// orderPage is how many orders a listing copies at a time.
const orderPage = 256

// Orders yields whole aggregates in order of (PlacedAt, ID).
func (s *Store) Orders(ctx context.Context, f order.Filter) iter.Seq2[*order.Order, error] {
	f.Statuses = slices.Clone(f.Statuses)
	if f.After != nil {
		after := *f.After
		f.After = &after
	}
	return func(yield func(*order.Order, error) bool) {
		for left, after := f.Limit, f.After; ; {
			size := orderPage
			if f.Limit > 0 {
				size = min(left, orderPage)
			}
			page, next, err := s.orderPage(ctx, &f, after, size)
			if err != nil {
				yield(nil, err)
				return
			}
			for _, o := range page {
				if !yield(o, nil) {
					return
				}
			}
			left -= len(page)
			if next == nil || f.Limit > 0 && left <= 0 {
				return
			}
			after = next
		}
	}
}

func (s *Store) orderPage(
	ctx context.Context, f *order.Filter, after *order.Cursor, size int,
) (page []*order.Order, next *order.Cursor, err error) {
	var shipTo, billTo []*order.Address
	err = s.read(ctx, "orders", func(t *tenant) {
		rows := t.listing
		if f.CustomerID != (uuid.UUID{}) {
			rows = t.byCustomer[f.CustomerID]
		} else if f.CompanyID != (uuid.UUID{}) {
			rows = t.byCompany[f.CompanyID]
		}
		if f.GuestEmail != "" {
			rows = t.guests(f.GuestEmail)
		}
		page, next = rows.page(f, after, size)
		for _, o := range page {
			shipTo, billTo = append(shipTo, t.addresses[o.ShipToID]), append(billTo, t.addresses[o.BillToID])
		}
	})
	for i, o := range page {
		page[i] = copyOrder(o, shipTo[i], billTo[i])
	}
	return page, next, err
}

// guests lists the orders without a customer that have an address with the email.
func (t *tenant) guests(email string) (rows listing) {
	for id := range t.mailed[crm.NormalizeEmail(email)] {
		if row := t.orders[id]; row.order.CustomerID == (uuid.UUID{}) {
			rows = append(rows, row)
		}
	}
	slices.SortFunc(rows, func(a, b *orderRow) int {
		return cmp.Or(a.order.PlacedAt.Compare(b.order.PlacedAt), compareID(a.order.ID, b.order.ID))
	})
	return rows
}

// Notes returns an order's notes, oldest first.
func (s *Store) Notes(ctx context.Context, orderID uuid.UUID) (notes []order.Note, err error) {
	known := false
	err = s.read(ctx, "notes", func(t *tenant) {
		known = t.orders[orderID] != nil
		notes = slices.Clone(t.notes[orderID])
	})
	switch {
	case err != nil:
		return nil, err
	case !known:
		return nil, fault.NotFound("order", orderID)
	}
	slices.SortStableFunc(notes, func(a, b order.Note) int {
		return cmp.Or(a.At.Compare(b.At), compareID(a.ID, b.ID))
	})
	return notes, nil
}

// CouponUses returns the uses so far of the codes: in all, and by one customer.
func (s *Store) CouponUses(
	ctx context.Context, codes []string, customer uuid.UUID,
) (uses map[string]order.Uses, err error) {
	err = s.read(ctx, "coupon uses", func(t *tenant) {
		uses = make(map[string]order.Uses, len(codes))
		for _, code := range codes {
			uses[code] = order.Uses{All: t.coupons[code], ByCustomer: t.couponsOf[couponOf{code, customer}]}
		}
	})
	return uses, err
}

// CouponsOf returns the uses that one customer has of each code; none that are 0.
func (s *Store) CouponsOf(ctx context.Context, customer uuid.UUID) (uses map[string]int64, err error) {
	err = s.read(ctx, "coupons", func(t *tenant) {
		uses = map[string]int64{}
		for k, n := range t.couponsOf {
			if k.customer == customer && n != 0 {
				uses[k.code] = n
			}
		}
	})
	return uses, err
}
