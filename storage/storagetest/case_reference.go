package storagetest

import (
	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/storage"
)

func referenceCases() []Case {
	return []Case{
		named("reference: an order number is unique", func(t *try) {
			t.uniqueOrder("number", func(o *order.Order) *string { return &o.Number })
		}),
		named("reference: a cart is placed at most once", func(t *try) {
			t.uniqueOrder("cart_id", func(o *order.Order) *string { return &o.CartID })
		}),
		named("reference: an order's external reference is unique in its channel", func(t *try) {
			t.uniqueOrder("external_ref", func(o *order.Order) *string { return &o.ExternalRef })
		}),
		named("reference: channels have external references of their own", func(t *try) {
			for _, channel := range []string{"", "web", "market"} {
				_, b := t.Place()
				b.Orders[0].Delta.Order.Channel = channel
				b.Orders[0].Delta.Order.ExternalRef = "A1"
				t.commit(b)
			}
		}),
		named("reference: orders without cart and external reference do not collide", func(t *try) {
			for range 2 {
				_, b := t.Place()
				b.Orders[0].Delta.Order.Channel = "market"
				t.commit(b)
			}
		}),
		named("reference: a change of an order keeps its references", func(t *try) {
			_, b := t.Place()
			o := &b.Orders[0].Delta.Order
			o.CartID, o.ExternalRef = "cart", "A1"
			t.commit(b)
			_, change := t.Change(t.order(o.ID), func(o *order.Order) { o.Status = "checked" })
			t.commit(change)
			_, again := t.Place()
			again.Orders[0].Delta.Order.CartID = "cart"
			t.duplicate(again, "order", "cart_id", "cart")
		}),
		named("reference: two new orders of a batch cannot share one", func(t *try) {
			_, b := t.Place()
			_, second := t.Place()
			b.Orders = append(b.Orders, second.Orders...)
			b.Events = append(b.Events, second.Events...)
			b.Orders[0].Delta.Order.CartID, b.Orders[1].Delta.Order.CartID = "cart", "cart"
			t.duplicate(b, "order", "cart_id", "cart")
		}),
		named("reference: a customer's email is unique", func(t *try) {
			t.uniqueCustomer("email", func(c *crm.Customer) *string { return &c.Email })
		}),
		named("reference: a customer's external reference is unique", func(t *try) {
			t.uniqueCustomer("external_ref", func(c *crm.Customer) *string { return &c.ExternalRef })
		}),
		named("reference: customers without email and reference do not collide", func(t *try) {
			t.commit(t.customers(crm.Customer{ID: t.ID()}), t.customers(crm.Customer{ID: t.ID()}))
		}),
		named("reference: a customer may change without taking his own", func(t *try) {
			c := crm.Customer{ID: t.ID(), Email: "ada@example.com", ExternalRef: "1"}
			t.commit(t.customers(c))
			c.Name = "Ada"
			t.commit(t.customers(c))
		}),
		named("reference: what a customer gives up is free", func(t *try) {
			c := crm.Customer{ID: t.ID(), Email: "ada@example.com"}
			t.commit(t.customers(c))
			c.Email = "lovelace@example.com"
			t.commit(t.customers(c))
			t.commit(t.customers(crm.Customer{ID: t.ID(), Email: "ada@example.com"}))
			_, err := t.store.CustomerBy(t.ctx, "lovelace@example.com", "")
			t.ok("customer by the new email", err)
		}),
		named("reference: what a customer gives up is free for those behind him in a batch", func(t *try) {
			ada, bob := crm.Customer{ID: t.ID(), Email: "ada@example.com", ExternalRef: "1"}, crm.Customer{ID: t.ID()}
			t.commit(t.customers(ada, bob))
			taken := bob
			taken.Email = ada.Email
			t.duplicate(t.customers(taken, crm.Customer{ID: ada.ID}), "customer", "email", "")
			bob.Email, bob.ExternalRef, ada.Email, ada.ExternalRef = ada.Email, ada.ExternalRef, "", ""
			_, refusedLater := t.Place()
			t.addCustomer(refusedLater, ada)
			t.addCustomer(refusedLater, bob)
			refusedLater.Orders[0].Coupons = []order.CouponUse{{Code: "ONE", Uses: 2, Limit: 1}}
			refused[*order.CouponError](t, "a coupon used up", t.store.Commit(t.ctx, refusedLater), fault.Rejected)
			t.commit(t.customers(ada, bob))
			found, err := t.store.CustomerBy(t.ctx, "", "1")
			t.ok("customer by the reference", err)
			t.equal("the customer by the reference", found.ID, bob.ID)
			t.duplicate(t.customers(crm.Customer{ID: t.ID(), Email: "new@example.com"},
				crm.Customer{ID: t.ID(), Email: "new@example.com"}), "customer", "email", "")
		}),
	}
}

// duplicate ends the case unless the batch is refused for that reference.
func (t *try) duplicate(b *storage.Batch, kind, field, value string) {
	e := refused[*storage.DuplicateError](t, "a taken "+field, t.store.Commit(t.ctx, b), fault.Rejected)
	t.equal("the error", *e, storage.DuplicateError{Kind: kind, Field: field, Value: value})
}

func (t *try) uniqueOrder(field string, ref func(o *order.Order) *string) {
	_, first := t.Place()
	*ref(&first.Orders[0].Delta.Order) = "same"
	t.commit(first)
	_, second := t.Place()
	*ref(&second.Orders[0].Delta.Order) = "same"
	t.duplicate(second, "order", field, "same")
	_, third := t.Place()
	*ref(&third.Orders[0].Delta.Order) = "other"
	t.commit(third)
}

func (t *try) uniqueCustomer(field string, ref func(c *crm.Customer) *string) {
	first, second := crm.Customer{ID: t.ID()}, crm.Customer{ID: t.ID()}
	*ref(&first), *ref(&second) = "same", "same"
	t.commit(t.customers(first))
	t.duplicate(t.customers(second), "customer", field, "")
	*ref(&second) = "other"
	t.commit(t.customers(second))
	*ref(&second) = "same"
	t.duplicate(t.customers(second), "customer", field, "")
}
