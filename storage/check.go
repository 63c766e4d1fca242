package storage

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/payment"
)

// Check decides about a batch: it makes the checks that [Batch] lists, in that order,
// against what a ledger says is stored. It returns the levels that the batch's
// movements lead to, in order of SKU and location, or why the batch is refused. It
// changes nothing, asks a ledger for no more than it needs, and is the reference for
// every backend.
func Check(l Ledger, b *Batch) ([]inventory.Level, error) {
	if err := checkKey(l, b); err != nil {
		return nil, err
	}
	reached := make(map[Versioned]int64, 8)
	if err := checkVersions(l, b, reached); err != nil {
		return nil, err
	}
	if err := checkReferences(l, b); err != nil {
		return nil, err
	}
	if err := checkReservations(l, b.Inventory.Reservations); err != nil {
		return nil, err
	}
	if err := checkCoupons(l, b); err != nil {
		return nil, err
	}
	levels, err := checkStock(l, &b.Inventory)
	if err != nil {
		return nil, err
	}
	if err := checkRecorded(b, reached); err != nil {
		return nil, err
	}
	return levels, nil
}

func checkKey(l Ledger, b *Batch) error {
	if b.Command.Key == "" {
		return nil
	}
	if k := l.Key(b.Command.Key); k != nil {
		return k.Answer(b.Command)
	}
	return nil
}

// checkVersions compares everything that carries a version: what was relied on,
// the aggregates with events, items and leases. It notes the version that each
// reaches.
func checkVersions(l Ledger, b *Batch, reached map[Versioned]int64) error {
	for _, e := range b.Expect {
		v := Versioned{Kind: e.Aggregate, ID: e.ID}
		if stored := l.Version(v); stored != e.Version {
			return stale(v, e.Version, stored)
		}
	}
	moves := func(v Versioned, before, after int64) error {
		stands, ok := reached[v]
		if !ok {
			stands = l.Version(v)
		}
		if stands != before {
			return stale(v, before, stands)
		}
		reached[v] = after
		return nil
	}
	for i := range b.Events {
		e := &b.Events[i]
		if err := moves(Versioned{Kind: e.Aggregate, ID: e.ID}, e.Version-1, e.Version); err != nil {
			return err
		}
	}
	for i := range b.Inventory.Items {
		item := &b.Inventory.Items[i]
		if err := moves(Versioned{Kind: event.Item, Name: item.SKU}, item.Version-1, item.Version); err != nil {
			return err
		}
	}
	for i := range b.Leases {
		c := &b.Leases[i]
		if err := moves(Versioned{Kind: LeaseKind, Name: c.After.Name}, c.Before.Version, c.After.Version); err != nil {
			return err
		}
	}
	return nil
}

func stale(v Versioned, expected, actual int64) error {
	return &fault.StaleError{Kind: v.Kind, ID: v.String(), Expected: expected, Actual: actual}
}

// owners are whose references are, as a batch has left them so far.
type owners struct {
	taken   map[Reference]uuid.UUID
	written map[uuid.UUID]*crm.Customer // what such a customer holds is among those taken
}

// take makes a reference the one of id, or returns the error when another has it.
// Empty ones, numbers apart, are nobody's.
func (o *owners) take(l Ledger, r Reference, id uuid.UUID) error {
	if r.Value == "" && r.Unique != OrderNumber {
		return nil
	}
	owner, taken := o.taken[r]
	if !taken {
		owner = l.Owner(r)
	}
	free := owner == (uuid.UUID{}) || owner == id || !taken && o.written[owner] != nil
	if !free {
		return r.taken()
	}
	o.taken[r] = id
	return nil
}

// checkReferences looks for unique references that somebody else has: stored, or
// earlier in the same batch.
func checkReferences(l Ledger, b *Batch) error {
	o := owners{taken: make(map[Reference]uuid.UUID, 8)}
	for i := range b.Orders {
		if d := b.Orders[i].Delta; d != nil {
			for _, r := range OrderReferences(&d.Order) {
				if err := o.take(l, r, d.Order.ID); err != nil {
					return err
				}
			}
		}
	}
	if err := checkCustomers(l, &o, b.CRM.Customers); err != nil {
		return err
	}
	for i := range b.Payments {
		if err := checkReports(l, &o, &b.Payments[i]); err != nil {
			return err
		}
	}
	return nil
}

// OrderReferences returns what no other order may have. The value of one that the order
// does not have is empty.
func OrderReferences(o *order.Order) [3]Reference {
	return [...]Reference{
		{Unique: OrderNumber, Value: o.Number},
		{Unique: OrderCart, Value: o.CartID},
		{Unique: OrderExternalRef, Within: o.Channel, Value: o.ExternalRef},
	}
}

// CustomerReferences returns what no other customer may have. The value of one that
// the customer does not have is empty.
func CustomerReferences(c *crm.Customer) [2]Reference {
	return [...]Reference{
		{Unique: CustomerEmail, Value: crm.NormalizeEmail(c.Email)},
		{Unique: CustomerExternalRef, Value: c.ExternalRef},
	}
}

// ReportReference returns what no other report may have.
func ReportReference(r *payment.Report) Reference {
	return Reference{Unique: ReportEvent, Within: r.Gateway, Value: r.EventID}
}

// checkCustomers looks at the customers one after the other: what one of them gives up
// is free for those behind it.
func checkCustomers(l Ledger, o *owners, list []crm.Customer) error {
	if len(list) == 0 {
		return nil
	}
	o.written = make(map[uuid.UUID]*crm.Customer, len(list))
	for i := range list {
		c := &list[i]
		if was := o.written[c.ID]; was != nil {
			for _, r := range CustomerReferences(was) {
				delete(o.taken, r)
			}
		}
		o.written[c.ID] = c
		for _, r := range CustomerReferences(c) {
			if err := o.take(l, r, c.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkReports looks for reports that are stored already. A report that a tender
// takes over from the parked ones is not a second one.
func checkReports(l Ledger, o *owners, c *payment.Changes) error {
	known := func(r *payment.Report, matched []uuid.UUID) error {
		ref := ReportReference(r)
		if _, twice := o.taken[ref]; twice {
			return ref.taken()
		}
		if id := l.Owner(ref); id != (uuid.UUID{}) && !slices.Contains(matched, id) {
			return ref.taken()
		}
		o.taken[ref] = r.ID
		return nil
	}
	if c.Delta != nil {
		for i := range c.Delta.Reports {
			if err := known(&c.Delta.Reports[i], c.Matched); err != nil {
				return err
			}
		}
	}
	for i := range c.Parked {
		if err := known(&c.Parked[i], nil); err != nil {
			return err
		}
	}
	return nil
}

func checkReservations(l Ledger, changes []inventory.ReservationChange) error {
	if len(changes) == 0 {
		return nil
	}
	earlier := make(map[uuid.UUID]*inventory.Reservation, 8)
	for i := range changes {
		before, after := &changes[i].Before, &changes[i].After
		stands := earlier[after.ID]
		if stands == nil {
			stands = l.Reservation(cmp.Or(before.Owner, after.Owner), after.ID)
		}
		earlier[after.ID] = after
		switch {
		case stands == nil && *before == (inventory.Reservation{}):
		case stands != nil && before.ID == after.ID && before.Quantity == stands.Quantity &&
			before.Status == stands.Status && before.ExpiresAt.Equal(stands.ExpiresAt):
		default:
			return stale(Versioned{Kind: "reservation", ID: after.ID}, 0, -1)
		}
	}
	return nil
}

func checkCoupons(l Ledger, b *Batch) error {
	reached := make(map[CouponCounter]int64, 8)
	passes := func(c CouponCounter, uses, limit int64) bool {
		stands, ok := reached[c]
		if !ok {
			stands = l.Uses(c)
		}
		reached[c] = stands + uses
		return uses <= 0 || limit <= 0 || stands+uses <= limit
	}
	for i := range b.Orders {
		for j := range b.Orders[i].Coupons {
			u := &b.Orders[i].Coupons[j]
			if !passes(CouponCounter{Code: u.Code}, u.Uses, u.Limit) {
				return &order.CouponError{Code: u.Code, Reason: "used up"}
			}
			own := CouponCounter{Code: u.Code, CustomerID: u.CustomerID, Own: true}
			if u.PerCustomer > 0 && !passes(own, u.Uses, u.PerCustomer) {
				return &order.CouponError{Code: u.Code, Reason: "used up by this customer"}
			}
		}
	}
	return nil
}

// checkStock returns the levels after the movements.
func checkStock(l Ledger, c *inventory.Changes) ([]inventory.Level, error) {
	deltas := inventory.Sum(c.Moves)
	levels := make([]inventory.Level, 0, len(deltas))
	var shorts []inventory.Short
	var broken string
	for _, d := range deltas {
		level := l.Level(d.SKU, d.Location)
		for _, p := range c.Levels {
			if p.SKU == d.SKU && p.Location == d.Location {
				level.Safety, level.BackorderLimit = p.Safety, p.BackorderLimit
			}
		}
		after, short, reason := d.Apply(level)
		if short != nil {
			shorts = append(shorts, *short)
		}
		broken = cmp.Or(broken, reason)
		levels = append(levels, after)
	}
	if len(shorts) > 0 {
		return nil, &inventory.ShortageError{Shorts: shorts}
	}
	if broken != "" {
		return nil, &BookError{What: broken}
	}
	return levels, nil
}

// checkRecorded refuses a change without the event that brings it about, and an
// event whose aggregate the batch leaves as it was: folding the history would no
// longer give what is stored.
func checkRecorded(b *Batch, reached map[Versioned]int64) error {
	written := make(map[Versioned]int64, 8)
	eachChange(b, func(v Versioned, version int64) { written[v] = version })
	var lost Versioned
	eachChange(b, func(v Versioned, _ int64) {
		if lost.Kind == "" && reached[v] != written[v] {
			lost = v
		}
	})
	if lost.Kind != "" {
		return &BookError{What: fmt.Sprintf("%s %s: version %d without its event", lost.Kind, lost, written[lost])}
	}
	for i := range b.Events {
		e := &b.Events[i]
		if _, ok := written[Versioned{Kind: e.Aggregate, ID: e.ID}]; !ok && hasRow(e.Aggregate) {
			return &BookError{What: fmt.Sprintf("%s %s: event %d without a change", e.Aggregate, e.ID, e.Version)}
		}
	}
	return nil
}

// eachChange calls fn with every aggregate that the batch changes, and the version that
// the change brings it to.
func eachChange(b *Batch, fn func(v Versioned, version int64)) {
	for i := range b.Orders {
		if d := b.Orders[i].Delta; d != nil {
			fn(Versioned{Kind: event.Order, ID: d.Order.ID}, d.Order.Version)
		}
	}
	for i := range b.Subscriptions {
		s := &b.Subscriptions[i]
		fn(Versioned{Kind: event.Subscription, ID: s.ID}, s.Version)
	}
	for i := range b.Drafts {
		d := &b.Drafts[i]
		fn(Versioned{Kind: event.Draft, ID: d.ID}, d.Version)
	}
	for i := range b.Payments {
		if d := b.Payments[i].Delta; d != nil {
			fn(Versioned{Kind: event.Payment, ID: d.Tender.ID}, d.Tender.Version)
		}
	}
	for i := range b.Fulfillments {
		if d := b.Fulfillments[i].Delta; d != nil {
			fn(Versioned{Kind: event.Fulfillment, ID: d.Fulfillment.ID}, d.Fulfillment.Version)
		}
	}
	for i := range b.Inventory.Items {
		item := &b.Inventory.Items[i]
		fn(Versioned{Kind: event.Item, ID: item.ID}, item.Version)
	}
	for i := range b.CRM.Customers {
		c := &b.CRM.Customers[i]
		fn(Versioned{Kind: event.Customer, ID: c.ID}, c.Version)
	}
}

// hasRow reports whether aggregates of that kind are kept as rows beside their events.
func hasRow(kind string) bool {
	switch kind {
	case event.Order, event.Payment, event.Fulfillment, event.Item, event.Customer, event.Subscription, event.Draft:
		return true
	default:
		return false
	}
}
