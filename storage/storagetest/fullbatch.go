package storagetest

import (
	"reflect"
	"strings"

	"github.com/google/uuid"

	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fulfillment"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/payment"
	"github.com/go-oms/oms/storage"
)

// unread are the parts of a batch that no reader gives back as they were written,
// with the reason. Everything below a path is meant too. The self-test proves the
// list complete and without a needless entry.
var unread = map[string]string{
	"Command.Actor":                            "recorded with the events",
	"Command.At":                               "recorded with the events",
	"Expect":                                   "a condition: see the cases about expected versions",
	"Orders.Delta.Order.Lines":                 "left out of a delta's order",
	"Orders.Delta.Order.Returns":               "left out of a delta's order",
	"Orders.Delta.Order.Changes":               "left out of a delta's order",
	"Orders.Delta.Order.Holds":                 "left out of a delta's order",
	"Orders.Delta.Order.ShipTo":                "left out of a delta's order",
	"Orders.Delta.Order.BillTo":                "left out of a delta's order",
	"Orders.Coupons.Limit":                     "a condition: see the cases about coupons",
	"Inventory.Reservations.Before":            "a condition: see the cases about reservations",
	"Payments.Delta.Tender.Ops":                "left out of a delta's tender",
	"Payments.Delta.Tender.Reports":            "left out of a delta's tender",
	"Payments.Delta.Tender.Source":             "left out of a delta's tender",
	"Payments.Delta.Tender.Opaque":             "left out of a delta's tender",
	"Payments.Matched":                         "removes a row: see the case about parked reports",
	"Fulfillments.Delta.Fulfillment.Shipments": "left out of a delta's fulfilment order",
	"CRM.Removed":                              "removes rows: see the case about saved addresses",
	"Leases.Before":                            "a condition: see the cases about leases",
	"Events.Position":                          "given by the store",
	"ForgetKeys":                               "removes rows: see the case about forgotten keys",
	"Orders.Delta.Order.Adjustments":           "left out of a delta's order",
}

// tied are the fields that are not varied alone, with the reason. They have
// another value in every batch, and are read back and compared like all others.
var tied = map[string]string{
	"Orders.Delta.Order.ID":                  "all rows of the order refer to it",
	"Orders.Delta.Order.Version":             "is that of the event",
	"Orders.Delta.Order.Currency":            "is that of all amounts: there is a case per currency",
	"Orders.Delta.Order.ShipToID":            "names an address of the batch",
	"Orders.Delta.Order.BillToID":            "names an address of the batch",
	"Orders.Delta.Lines.ID":                  "other rows refer to it",
	"Orders.Delta.Counts":                    "moves lines that are there: see the cases about changes",
	"Orders.Addresses.ID":                    "the order refers to it",
	"Orders.Notes.OrderID":                   "is the order's",
	"Inventory.Items.ID":                     "is that of the event",
	"Inventory.Items.Version":                "is that of the event",
	"Payments.Delta.Tender.ID":               "all rows of the tender refer to it",
	"Payments.Delta.Tender.OrderID":          "is the order's",
	"Payments.Delta.Tender.Version":          "is that of the event",
	"Payments.Delta.Ops.ID":                  "reports refer to it",
	"Payments.Delta.Reports.TenderID":        "is the tender's",
	"Payments.Parked.TenderID":               "zero as long as a report is parked",
	"Payments.Secret.TenderID":               "is the tender's",
	"Fulfillments.Delta.Fulfillment.ID":      "is that of the event",
	"Fulfillments.Delta.Fulfillment.OrderID": "is the order's",
	"Fulfillments.Delta.Fulfillment.Version": "is that of the event",
	"CRM.Customers.Version":                  "is that of the event",
	"Subscriptions.Version":                  "is that of the event",
	"Drafts.Version":                         "is that of the event",
	"Leases.After.Version":                   "is one above the stored one",
	"Leases.After.Name":                      "is that of the claim",
	"Events.Aggregate":                       "is that of the change",
	"Events.ID":                              "is that of the change",
	"Events.Version":                         "is that of the change",
	"Events.Payload":                         "is the change",
}

// required are the further fields that are never left empty: what rows are told
// apart by, and what has no meaning empty.
var required = map[string]bool{
	"Command.Key":                                 true,
	"Orders.Delta.Order.Number":                   true,
	"Orders.Delta.Lines.Position":                 true,
	"Orders.Delta.Adjustments.ID":                 true,
	"Orders.Delta.Returns.ID":                     true,
	"Orders.Delta.Changes.ID":                     true,
	"Orders.Delta.Holds.ID":                       true,
	"Orders.Delta.Notes":                          true,
	"Orders.Notes.At":                             true, // they are read in its order
	"Orders.Notes.ID":                             true,
	"Orders.Coupons.Code":                         true,
	"Orders.Coupons.Uses":                         true,
	"Orders.Coupons.PerCustomer":                  true,
	"Inventory.Items.SKU":                         true,
	"Inventory.Locations.Code":                    true,
	"Inventory.Moves.ID":                          true,
	"Inventory.Moves.SKU":                         true,
	"Inventory.Moves.Location":                    true,
	"Inventory.Levels.SKU":                        true,
	"Inventory.Levels.Location":                   true,
	"Inventory.Reservations.After.ID":             true,
	"Inventory.Reservations.After.SKU":            true,
	"Inventory.Reservations.After.Kind":           true,
	"Inventory.Reservations.After.Status":         true,
	"Payments.Delta.Reports.ID":                   true,
	"Payments.Delta.Reports.Gateway":              true,
	"Payments.Delta.Reports.EventID":              true,
	"Payments.Delta.Ops.Decline.Code":             true,
	"Payments.Delta.Reports.Decline.Code":         true,
	"Payments.Parked.ID":                          true,
	"Payments.Parked.Gateway":                     true,
	"Payments.Parked.EventID":                     true,
	"Payments.Parked.Decline.Code":                true,
	"Fulfillments.Delta.Fulfillment.Lines.LineID": true,
	"Fulfillments.Delta.Shipments.ID":             true,
	"CRM.Customers.ID":                            true,
	"Subscriptions.ID":                            true,
	"Drafts.ID":                                   true,
	"CRM.Addresses.ID":                            true,
	"CRM.Addresses.CustomerID":                    true,
	"CRM.Notes.ID":                                true,
	"CRM.Notes.CustomerID":                        true,
	"CRM.Consents.ID":                             true,
	"CRM.Consents.CustomerID":                     true,
}

// under reports whether the map names the path or something it is a part of.
func under[V any](m map[string]V, path string) bool {
	for {
		if _, ok := m[path]; ok {
			return true
		}
		i := strings.LastIndexByte(path, '.')
		if i < 0 {
			return false
		}
		path = path[:i]
	}
}

// fullBatch returns a valid batch that inserts something of every kind, with a
// distinct value in every field. The same clerk's number gives the same batch.
func fullBatch(number uint32, currency money.Currency) *storage.Batch {
	f := &filler{clerk: NewClerk(number), currency: currency}
	b := &storage.Batch{}
	f.fill(reflect.ValueOf(b).Elem())
	b.Command.IDs = nil
	b.Expect = nil
	b.ForgetKeys = Start.AddDate(-1, 0, 0)
	for i := range b.Orders {
		f.fixOrder(&b.Orders[i])
	}
	f.fixInventory(&b.Inventory)
	for i := range b.Payments {
		f.fixPayment(&b.Payments[i], b.Orders[i].Delta.Order.ID)
	}
	for i := range b.Fulfillments {
		f.fixFulfillment(b.Fulfillments[i].Delta, b.Orders[i].Delta)
	}
	for i := range b.Leases {
		l := &b.Leases[i]
		l.Before = storage.Lease{Name: l.After.Name}
		l.After.Version = 1
	}
	for i := range b.CRM.Customers {
		b.CRM.Customers[i].Version = 1
	}
	for i := range b.Subscriptions {
		b.Subscriptions[i].Version = 1
	}
	for i := range b.Drafts {
		b.Drafts[i].Version = 1
	}
	f.fixEvents(b)
	return b
}

func (f *filler) fixOrder(c *order.Changes) {
	d := c.Delta
	o := &d.Order
	o.Version, o.Lines, o.Adjustments, o.Returns, o.Changes, o.Holds, o.ShipTo, o.BillTo = 1, nil, nil, nil, nil, nil, nil, nil
	o.ShipToID, o.BillToID = c.Addresses[0].ID, c.Addresses[1].ID
	d.Counts = nil
	for i := range d.Lines {
		f.finer(&d.Lines[i].UnitPrice)
		d.Adjustments[i].LineID = d.Lines[i].ID
		for j := range d.Returns[i].Lines {
			d.Returns[i].Lines[j].LineID = d.Lines[j].ID
			f.finer(&d.Returns[i].Lines[j].UnitPrice)
		}
	}
	for i := range c.Notes {
		c.Notes[i].OrderID = o.ID
		d.Notes[i] = c.Notes[i].ID
	}
	for i := range c.Coupons {
		u := &c.Coupons[i]
		u.Limit, u.PerCustomer = 1_000_000, 1_000_000
	}
}

func (f *filler) fixInventory(c *inventory.Changes) {
	for i := range c.Items {
		c.Items[i].Version = 1
	}
	for i := range c.Moves {
		f.finer(&c.Moves[i].UnitCost)
	}
	for i := range c.Reservations {
		r := &c.Reservations[i]
		r.Before = inventory.Reservation{}
	}
	if len(c.Reservations) > 0 {
		c.Reservations[0].After.Status = inventory.Pending // so that readers have one to tell of
	}
}

func (f *filler) fixPayment(c *payment.Changes, orderID uuid.UUID) {
	d := c.Delta
	t := &d.Tender
	t.Version, t.OrderID, t.Ops, t.Reports, t.Source, t.Opaque = 1, orderID, nil, nil, "", nil
	c.Secret.TenderID = t.ID
	for i := range d.Reports {
		d.Reports[i].TenderID, d.Reports[i].OpID = t.ID, d.Ops[i].ID
	}
	for i := range c.Parked {
		c.Parked[i].TenderID = uuid.UUID{}
	}
	c.Matched = nil
}

func (f *filler) fixFulfillment(d *fulfillment.Delta, o *order.Delta) {
	d.Fulfillment.Version, d.Fulfillment.OrderID, d.Fulfillment.Shipments = 1, o.Order.ID, nil
	for i := range d.Fulfillment.Lines {
		d.Fulfillment.Lines[i].LineID = o.Lines[i].ID
	}
}

// fixEvents makes one event per aggregate of the batch.
func (f *filler) fixEvents(b *storage.Batch) {
	n := len(b.Orders) + len(b.Payments) + len(b.Fulfillments) + len(b.Inventory.Items) + len(b.CRM.Customers) + len(b.Subscriptions) + len(b.Drafts)
	b.Events = make([]event.Event, n)
	for i := range b.Events {
		f.fill(reflect.ValueOf(&b.Events[i]).Elem())
	}
	seal(b)
}

// seal ties the events to the changes of a batch that inserts, in this order:
// orders, tenders, fulfilment orders, items, subscriptions, drafts, customers.
func seal(b *storage.Batch) {
	next := b.Events
	tie := func(aggregate string, id uuid.UUID, version int64, payload any) {
		e := &next[0]
		next = next[1:]
		e.Aggregate, e.ID, e.Version, e.Position, e.Payload = aggregate, id, version, 0, payload
	}
	for i := range b.Orders {
		d := b.Orders[i].Delta
		tie(event.Order, d.Order.ID, d.Order.Version, d)
	}
	for i := range b.Payments {
		d := b.Payments[i].Delta
		tie(event.Payment, d.Tender.ID, d.Tender.Version, d)
	}
	for i := range b.Fulfillments {
		d := b.Fulfillments[i].Delta
		tie(event.Fulfillment, d.Fulfillment.ID, d.Fulfillment.Version, d)
	}
	for i := range b.Inventory.Items {
		item := b.Inventory.Items[i]
		tie(event.Item, item.ID, item.Version, &item)
	}
	for i := range b.Subscriptions {
		s := &b.Subscriptions[i]
		tie(event.Subscription, s.ID, s.Version, s.Delta(s.LastRun, "made"))
	}
	for i := range b.Drafts {
		d := &b.Drafts[i]
		tie(event.Draft, d.ID, d.Version, d.Delta("made"))
	}
	for i := range b.CRM.Customers {
		c := b.CRM.Customers[i]
		tie(event.Customer, c.ID, c.Version, customerDelta(b, &c))
	}
}

// customerDelta returns the payload of a customer's event, with something in each of
// its lists.
func customerDelta(b *storage.Batch, c *crm.Customer) *crm.Delta {
	d := crm.Diff(nil, c)
	d.Absorbed, d.Removed = b.CRM.Removed[0], b.CRM.Removed
	for i := range b.CRM.Addresses {
		d.Addresses = append(d.Addresses, b.CRM.Addresses[i].ID)
		d.Notes = append(d.Notes, b.CRM.Notes[i].ID)
		d.Consents = append(d.Consents, b.CRM.Consents[i].ID)
		d.Orders = append(d.Orders, b.Orders[i].Delta.Order.ID)
	}
	return d
}

// sparseBatch returns a valid batch that inserts something of every kind with
// nothing in the fields that may be empty.
func sparseBatch(number uint32, currency money.Currency) *storage.Batch {
	b := fullBatch(number, currency)
	leaves(reflect.ValueOf(b).Elem(), "", func(path string, v reflect.Value) {
		p := plain(path)
		if under(unread, p) || under(tied, p) || required[p] {
			return
		}
		v.SetZero()
		if v.Type() == reflect.TypeFor[money.Money]() && !optionalMoney(p) {
			v.Set(reflect.ValueOf(money.Zero(currency)))
		}
	})
	for i := range b.Payments {
		d := b.Payments[i].Delta
		d.Ops[1].Decline, d.Reports[1].Decline, b.Payments[i].Parked[1].Decline = nil, nil, nil
	}
	seal(b)
	return b
}

// optionalMoney reports whether the zero Money means something there: unknown.
func optionalMoney(path string) bool {
	return strings.HasSuffix(path, "Cost")
}
