package memory

import (
	"slices"

	"github.com/google/uuid"

	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/storage"
)

// apply writes a batch that check has let through. It keeps copies: nothing of
// the batch is shared but payloads, which nobody changes.
func (t *tenant) apply(b *storage.Batch, p plan) {
	if !b.ForgetKeys.IsZero() {
		t.forgetKeys(b)
	}
	if b.Command.Key != "" {
		t.keys[b.Command.Key] = &storage.Key{
			Key: b.Command.Key, Command: b.Command.Name, Body: b.Command.Body,
			Result: slices.Clone(b.Result), At: b.Command.Now,
		}
	}
	for i := range b.Orders {
		t.applyOrder(&b.Orders[i], p.orders[i])
	}
	for i := range b.Subscriptions {
		t.subscriptions[b.Subscriptions[i].ID] = b.Subscriptions[i].Clone()
	}
	for i := range b.Drafts {
		t.drafts[b.Drafts[i].ID] = b.Drafts[i].Clone()
	}
	t.applyInventory(&b.Inventory, p.levels)
	for i := range b.Payments {
		t.applyPayment(&b.Payments[i], p.tenders[i])
	}
	for _, f := range p.fulfillments {
		if f != nil {
			t.putFulfillment(f)
		}
	}
	t.applyCustomers(&b.CRM)
	for i := range b.Leases {
		t.leases[b.Leases[i].After.Name] = b.Leases[i].After
	}
	t.appendEvents(b.Events)
}

func (t *tenant) forgetKeys(b *storage.Batch) {
	for key, k := range t.keys {
		if k.At.Before(b.ForgetKeys) {
			delete(t.keys, key)
		}
	}
}

func (t *tenant) applyOrder(c *order.Changes, next *order.Order) {
	if next != nil {
		t.putOrder(next)
	}
	addresses := slices.Clone(c.Addresses)
	for i := range addresses {
		a := &addresses[i]
		t.addresses[a.ID] = a
		if email := crm.NormalizeEmail(a.Email); email != "" && next != nil {
			if t.mailed[email] == nil {
				t.mailed[email] = map[uuid.UUID]struct{}{}
			}
			t.mailed[email][next.ID] = struct{}{}
		}
	}
	for _, n := range c.Notes {
		t.notes[n.OrderID] = append(t.notes[n.OrderID], n)
	}
	for _, u := range c.Coupons {
		t.coupons[u.Code] += u.Uses
		if u.PerCustomer > 0 {
			t.couponsOf[couponOf{u.Code, u.CustomerID}] += u.Uses
		}
	}
}

func (t *tenant) appendEvents(events []event.Event) {
	kept := slices.Clone(events)
	for i := range kept {
		e := &kept[i]
		t.events = append(t.events, e)
		e.Position = int64(len(t.events))
		a := aggregate{e.Aggregate, e.ID}
		t.streams[a] = append(t.streams[a], e)
	}
}
