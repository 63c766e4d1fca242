package storagetest

import (
	"context"
	"fmt"
	"reflect"

	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fulfillment"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/payment"
	"github.com/go-oms/oms/storage"
)

// changing is one kind of row that later batches change.
type changing struct {
	name string
	// row returns a pointer to the row of that kind.
	row func(r *rows) any
	// batch returns the batch that leads from the row as it was to what it is now.
	// Both are of row's type.
	batch func(cmd event.Command, before, after any) *storage.Batch
	// frozen are the fields that never change, with the reason.
	frozen map[string]string
}

func changes() []changing {
	return []changing{
		changedOrder(), changedTender(), changedFulfillment(), changedItem(), changedLocation(), changedPolicy(),
		changedReservation(), changedCustomer(), changedSaved(), changedSubscription(), changedDraft(), changedLease(),
	}
}

// check inserts a full row, changes one field of it, and reads it back; then the
// same with the next field and a row of its own, in a tenant of its own.
func (c changing) check(ctx context.Context, s storage.Store, number uint32) error {
	sample := &rows{}
	if err := sample.apply(fullBatch(number, money.EUR)); err != nil {
		return err
	}
	var paths []string
	seen := map[string]bool{}
	leaves(reflect.ValueOf(c.row(sample)).Elem(), "", func(path string, _ reflect.Value) {
		if p := plain(path); !seen[p] && !under(c.frozen, p) {
			seen[p] = true
			paths = append(paths, path)
		}
	})
	for _, path := range paths {
		number++
		if err := c.one(ctx, s.Tenant(fmt.Sprint(number)), number, path); err != nil {
			return err
		}
	}
	return nil
}

func (c changing) one(ctx context.Context, s storage.Store, number uint32, path string) error {
	inserted := fullBatch(number, money.EUR)
	want := &rows{}
	if err := want.apply(inserted); err != nil {
		return err
	}
	if err := s.Commit(ctx, inserted); err != nil {
		return err
	}
	before := c.row(want)
	after := reflect.New(reflect.TypeOf(before).Elem())
	after.Elem().Set(reflect.ValueOf(deepCopyOf(before)).Elem())
	leaves(after.Elem(), "", func(p string, v reflect.Value) {
		if p == path {
			vary(v, plain(p))
		}
	})
	clerk := NewClerk(number | 1<<31)
	b := c.batch(clerk.Command("change"), before, after.Interface())
	if err := want.apply(b); err != nil {
		return err
	}
	if err := s.Commit(ctx, b); err != nil {
		return fmt.Errorf("change of %s: %w", path, err)
	}
	if err := compare(ctx, s, want, "a change of "+path); err != nil {
		return err
	}
	// The keys of both batches are there; only the second one's is compared above.
	if _, err := s.Key(ctx, inserted.Command.Key); err != nil {
		return err
	}
	return nil
}

// deepCopyOf copies what a pointer points at.
func deepCopyOf(pointer any) any {
	from := reflect.ValueOf(pointer)
	to := reflect.New(from.Type().Elem())
	copyInto(to.Elem(), from.Elem())
	return to.Interface()
}

const (
	isIdentity = "names the row"
	isVersion  = "moves with every change"
	isHistory  = "is only ever appended"
	isFrozen   = "is fixed when the row is made"
)

func changedOrder() changing {
	return changing{
		name: "an order",
		row:  func(r *rows) any { return r.Orders[0] },
		batch: func(cmd event.Command, before, after any) *storage.Batch {
			from, to := before.(*order.Order), after.(*order.Order)
			to.Version++
			d := order.Diff(from, to)
			return &storage.Batch{
				Command: cmd, Orders: []order.Changes{{Delta: d}},
				Events: []event.Event{cmd.Event(event.Order, to.ID, to.Version, "changed", d)},
			}
		},
		frozen: map[string]string{
			"ID": isIdentity, "Version": isVersion, "Currency": "is that of all amounts",
			"ShipToID": "names an address", "BillToID": "names an address",
			"ShipTo": "is a row of its own", "BillTo": "is a row of its own",
			"Lines.ID": isIdentity, "Lines.Position": isFrozen, "Lines.SKU": isFrozen, "Lines.Title": isFrozen,
			"Lines.Quantity": isFrozen, "Lines.UnitPrice": isFrozen, "Lines.TaxCategory": isFrozen,
			"Lines.Subtotal": isFrozen, "Lines.Discount": isFrozen, "Lines.Tax": isFrozen, "Lines.Total": isFrozen,
			"Adjustments": isHistory, "Returns.ID": isIdentity, "Changes.ID": isIdentity, "Holds.ID": isIdentity,
		},
	}
}

func changedTender() changing {
	return changing{
		name: "a tender",
		row:  func(r *rows) any { return r.Tenders[0] },
		batch: func(cmd event.Command, before, after any) *storage.Batch {
			from, to := before.(*payment.Tender), after.(*payment.Tender)
			to.Version++
			c := payment.Change(from, to)
			return &storage.Batch{
				Command: cmd, Payments: []payment.Changes{c},
				Events: []event.Event{cmd.Event(event.Payment, to.ID, to.Version, "changed", c.Delta)},
			}
		},
		frozen: map[string]string{
			"ID": isIdentity, "OrderID": isFrozen, "Version": isVersion,
			"Ops.ID": isIdentity, "Ops.Kind": isFrozen, "Ops.Amount": isFrozen, "Ops.On": isFrozen,
			"Ops.CreatedAt": isFrozen, "Reports": isHistory,
		},
	}
}

func changedFulfillment() changing {
	return changing{
		name: "a fulfilment order",
		row:  func(r *rows) any { return r.Fulfillments[0] },
		batch: func(cmd event.Command, before, after any) *storage.Batch {
			from, to := before.(*fulfillment.Fulfillment), after.(*fulfillment.Fulfillment)
			to.Version++
			d := fulfillment.Diff(from, to)
			return &storage.Batch{
				Command: cmd, Fulfillments: []fulfillment.Changes{{Delta: d}},
				Events: []event.Event{cmd.Event(event.Fulfillment, to.ID, to.Version, "changed", d)},
			}
		},
		frozen: map[string]string{
			"ID": isIdentity, "OrderID": isFrozen, "Version": isVersion,
			"Lines.LineID": isIdentity, "Lines.SKU": isFrozen, "Lines.Quantity": isFrozen, "Shipments.ID": isIdentity,
		},
	}
}

func changedItem() changing {
	return changing{
		name: "an item",
		row:  func(r *rows) any { return &r.Items[0] },
		batch: func(cmd event.Command, _, after any) *storage.Batch {
			to := after.(*inventory.Item)
			to.Version++
			return &storage.Batch{
				Command: cmd, Inventory: inventory.Changes{Items: []inventory.Item{*to}},
				Events: []event.Event{cmd.Event(event.Item, to.ID, to.Version, "changed", to)},
			}
		},
		frozen: map[string]string{"SKU": isIdentity, "ID": isIdentity, "Version": isVersion},
	}
}

func changedLocation() changing {
	return changing{
		name: "a location",
		row:  func(r *rows) any { return &r.Locations[0] },
		batch: func(cmd event.Command, _, after any) *storage.Batch {
			to := *after.(*inventory.Location)
			return &storage.Batch{Command: cmd, Inventory: inventory.Changes{Locations: []inventory.Location{to}}}
		},
		frozen: map[string]string{"Code": isIdentity},
	}
}

func changedPolicy() changing {
	return changing{
		name: "a level's policies",
		row:  func(r *rows) any { return &r.Levels[0] },
		batch: func(cmd event.Command, _, after any) *storage.Batch {
			to := after.(*inventory.Level)
			return &storage.Batch{Command: cmd, Inventory: inventory.Changes{Levels: []inventory.LevelPolicy{{
				SKU: to.SKU, Location: to.Location, Safety: to.Safety, BackorderLimit: to.BackorderLimit,
			}}}}
		},
		frozen: map[string]string{
			"SKU": isIdentity, "Location": isIdentity,
			"OnHand": "moves by movements", "Unavailable": "moves by movements", "Allocated": "moves by movements",
			"Reserved": "moves by movements", "Backordered": "moves by movements",
		},
	}
}

func changedReservation() changing {
	return changing{
		name: "a reservation",
		row:  func(r *rows) any { return &r.Reservations[0] },
		batch: func(cmd event.Command, before, after any) *storage.Batch {
			change := inventory.ReservationChange{
				Before: *before.(*inventory.Reservation), After: *after.(*inventory.Reservation),
			}
			return &storage.Batch{
				Command:   cmd,
				Inventory: inventory.Changes{Reservations: []inventory.ReservationChange{change}},
			}
		},
		frozen: map[string]string{
			"ID": isIdentity, "Kind": isFrozen, "Owner": isFrozen, "LineID": isFrozen, "SKU": isFrozen,
			"Location": isFrozen, "CreatedAt": isFrozen,
		},
	}
}

func changedCustomer() changing {
	return changing{
		name: "a customer",
		row:  func(r *rows) any { return r.Customers[0] },
		batch: func(cmd event.Command, before, after any) *storage.Batch {
			to := after.(*crm.Customer)
			to.Version++
			return &storage.Batch{
				Command: cmd, CRM: crm.Changes{Customers: []crm.Customer{*to}},
				Events: []event.Event{cmd.Event(event.Customer, to.ID, to.Version, "changed", crm.Diff(before.(*crm.Customer), to))},
			}
		},
		frozen: map[string]string{"ID": isIdentity, "Version": isVersion},
	}
}

func changedSaved() changing {
	return changing{
		name: "a saved address",
		row:  func(r *rows) any { return &r.Saved[0] },
		batch: func(cmd event.Command, _, after any) *storage.Batch {
			return &storage.Batch{Command: cmd, CRM: crm.Changes{Addresses: []crm.Address{*after.(*crm.Address)}}}
		},
		frozen: map[string]string{"ID": isIdentity},
	}
}

func changedSubscription() changing {
	return changing{
		name: "a subscription",
		row:  func(r *rows) any { return r.Subscriptions[0] },
		batch: func(cmd event.Command, _, after any) *storage.Batch {
			to := after.(*order.Subscription)
			to.Version++
			return &storage.Batch{
				Command: cmd, Subscriptions: []order.Subscription{*to},
				Events: []event.Event{cmd.Event(event.Subscription, to.ID, to.Version, "changed", to.Delta(to.Next, ""))},
			}
		},
		frozen: map[string]string{"ID": isIdentity, "Version": isVersion},
	}
}

func changedDraft() changing {
	return changing{
		name: "a draft",
		row:  func(r *rows) any { return r.Drafts[0] },
		batch: func(cmd event.Command, _, after any) *storage.Batch {
			to := after.(*order.Draft)
			to.Version++
			return &storage.Batch{
				Command: cmd, Drafts: []order.Draft{*to},
				Events: []event.Event{cmd.Event(event.Draft, to.ID, to.Version, "changed", to.Delta(""))},
			}
		},
		frozen: map[string]string{"ID": isIdentity, "Version": isVersion},
	}
}

func changedLease() changing {
	return changing{
		name: "a lease",
		row:  func(r *rows) any { return &r.Leases[0] },
		batch: func(cmd event.Command, before, after any) *storage.Batch {
			from, to := before.(*storage.Lease), after.(*storage.Lease)
			to.Version++
			return &storage.Batch{Command: cmd, Leases: []storage.LeaseChange{{Before: *from, After: *to}}}
		},
		frozen: map[string]string{"Name": isIdentity, "Version": isVersion},
	}
}
