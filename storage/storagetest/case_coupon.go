package storagetest

import (
	"maps"

	"github.com/google/uuid"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/storage"
)

func couponCases() []Case {
	return []Case{
		named("coupon: uses stop at the limit over all orders", couponLimit),
		named("coupon: uses stop at a customer's own limit", couponPerCustomer),
		named("coupon: without limits uses are only counted", couponCounted),
		named("coupon: uses that are given back are free again", couponGivenBack),
		named("coupon: the uses of one batch add up", couponAddsUp),
		named("coupon: the uses of one customer are listed by code", couponsOf),
		named("coupon: uses of an unknown code are none", func(t *try) { t.uses("none", uuid.UUID{}, 0, 0) }),
	}
}

// using returns the batch of a new order that uses coupons.
func (t *try) using(uses ...order.CouponUse) *storage.Batch {
	_, b := t.Place()
	b.Orders[0].Coupons = uses
	return b
}

func (t *try) usedUp(what string, b *storage.Batch, code string) {
	e := refused[*order.CouponError](t, what, t.store.Commit(t.ctx, b), fault.Rejected)
	t.equal("code", e.Code, code)
}

func (t *try) uses(code string, customer uuid.UUID, all, own int64) {
	uses, err := t.store.CouponUses(t.ctx, []string{"other", code}, customer)
	t.ok("coupon uses", err)
	t.equal("uses of "+code, uses[code], order.Uses{All: all, ByCustomer: own})
	t.equal("uses of another code", uses["other"], order.Uses{})
}

func couponLimit(t *try) {
	use := order.CouponUse{Code: "SPRING", Uses: 1, Limit: 2}
	t.commit(t.using(use), t.using(use))
	t.usedUp("a third use of two", t.using(use), "SPRING")
	use.Limit = 3
	t.commit(t.using(use))
	t.uses("SPRING", uuid.UUID{}, 3, 0)
}

func couponPerCustomer(t *try) {
	ada, bob := t.ID(), t.ID()
	use := order.CouponUse{Code: "ONCE", Uses: 1, CustomerID: ada, PerCustomer: 1}
	t.commit(t.using(use))
	t.usedUp("Ada's second use", t.using(use), "ONCE")
	use.CustomerID = bob
	t.commit(t.using(use))
	t.uses("ONCE", ada, 2, 1)
	t.uses("ONCE", t.ID(), 2, 0)
}

func couponCounted(t *try) {
	for range 3 {
		t.commit(t.using(order.CouponUse{Code: "FREE", Uses: 2}))
	}
	t.uses("FREE", uuid.UUID{}, 6, 0)
}

func couponGivenBack(t *try) {
	ada := t.ID()
	use := order.CouponUse{Code: "ONE", Uses: 1, Limit: 1, CustomerID: ada, PerCustomer: 1}
	back := use
	back.Uses = -1
	t.commit(t.using(use), t.using(back))
	t.uses("ONE", ada, 0, 0)
	t.commit(t.using(use))
	t.uses("ONE", ada, 1, 1)
}

func couponAddsUp(t *try) {
	use := order.CouponUse{Code: "TWO", Uses: 1, Limit: 2}
	t.usedUp("three uses of two", t.using(use, use, use), "TWO")
	t.uses("TWO", uuid.UUID{}, 0, 0)
	t.commit(t.using(use, use))
	t.uses("TWO", uuid.UUID{}, 2, 0)
}

func couponsOf(t *try) {
	ada, bob := t.ID(), t.ID()
	use := func(uses ...order.CouponUse) {
		_, b := t.Place()
		b.Orders[0].Coupons = uses
		t.commit(b)
	}
	use(order.CouponUse{Code: "A", Uses: 2, CustomerID: ada, PerCustomer: 9}, order.CouponUse{Code: "B", Uses: 1, CustomerID: ada, PerCustomer: 9},
		order.CouponUse{Code: "C", Uses: 1, CustomerID: bob, PerCustomer: 9}, order.CouponUse{Code: "D", Uses: 1})
	use(order.CouponUse{Code: "B", Uses: -1, CustomerID: ada, PerCustomer: 9})
	for _, c := range []struct {
		customer uuid.UUID
		want     map[string]int64
	}{
		{ada, map[string]int64{"A": 2}}, {bob, map[string]int64{"C": 1}}, {t.ID(), nil}, {uuid.UUID{}, nil},
	} {
		got, err := t.store.CouponsOf(t.ctx, c.customer)
		t.ok("coupons of a customer", err)
		if !maps.Equal(got, c.want) {
			t.fail("coupons of a customer: got %v, want %v", got, c.want)
		}
	}
}
