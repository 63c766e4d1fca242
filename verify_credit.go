package oms

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/payment"
)

// entries holds what has come in on a customer's accounts against the journal in his
// history.
func (v *verifier) entries(c *crm.Customer, history []event.Event) {
	if c.Credit == nil {
		return
	}
	v.looked(checkCredit)
	where := "customer " + c.ID.String()
	sums := make(map[money.Currency]money.Money)
	for _, e := range history {
		delta, ok := e.Payload.(*crm.Delta)
		if !ok || delta.Entry == nil {
			continue
		}
		v.gave(delta.Entry)
		currency := delta.Entry.Amount.Currency()
		was, known := sums[currency]
		if !known {
			was = money.Zero(currency)
		}
		sum, err := was.Add(delta.Entry.Amount)
		if err != nil {
			v.found(checkCredit, where, err.Error())
			return
		}
		sums[currency] = sum
	}
	for _, a := range c.Credit.Accounts {
		sum, known := sums[a.Paid.Currency()]
		if !known {
			sum = money.Zero(a.Paid.Currency())
		}
		v.expect(sum == a.Paid, checkCredit, where, fmt.Sprintf("has %s on account, and entries of %s", a.Paid, sum))
	}
}

// gave adds what an entry says that an order gave.
func (v *verifier) gave(e *crm.Entry) {
	if e.OrderID == uuid.Nil {
		return
	}
	if v.given == nil {
		v.given = make(map[uuid.UUID]money.Money)
	}
	sum, known := v.given[e.OrderID]
	if !known {
		sum = money.Zero(e.Amount.Currency())
	}
	sum, err := sum.Add(e.Amount)
	if err != nil {
		v.found(checkStoreCredit, "order "+e.OrderID.String(), err.Error())
	}
	v.given[e.OrderID] = sum
}

// storeCredit holds what an order gave as store credit against the accounts.
func (v *verifier) storeCredit(o *order.Order) {
	v.looked(checkStoreCredit)
	given, known := v.given[o.ID]
	if !known {
		given = money.Zero(o.Currency)
	}
	v.expect(given == o.StoreCredit(), checkStoreCredit, "order "+o.ID.String(),
		fmt.Sprintf("gave %s as store credit, and accounts have had %s", o.StoreCredit(), given))
	delete(v.given, o.ID)
}

// borrowed adds what a tender has of an account.
func (v *verifier) borrowed(t *payment.Tender) {
	use, ok := useOf(t)
	if !ok {
		return
	}
	currency := t.Amount.Currency()
	v.accounts[accountCode(takenPrefix, use.customer, currency)] += use.taken
	v.accounts[accountCode(heldPrefix, use.customer, currency)] += use.held
}

// bought adds what an order comes to for the company that it was bought for.
func (v *verifier) bought(o *order.Order) {
	if o.CompanyID == uuid.Nil {
		return
	}
	v.looked(checkSpending)
	v.expect(v.company[o.CompanyID], checkSpending, "order "+o.ID.String(), "was bought for "+o.CompanyID.String()+", which is no company")
	codes, n := spent(o)
	for _, code := range codes {
		v.accounts[code] += n
	}
}

// accounting compares the counters of accounts with what the tenders have of them, and
// those of companies with what their orders come to.
func (v *verifier) accounting(ctx context.Context) error {
	for count, err := range v.books.AllCouponUses(ctx) {
		if err != nil {
			return err
		}
		if !isAccountCode(count.Code) && !isSpentCode(count.Code) {
			continue
		}
		check, from := counted(count.Code)
		v.looked(check)
		v.expect(count.Uses == v.accounts[count.Code], check, count.Code,
			fmt.Sprintf("is %d in minor units, and the %s come to %d", count.Uses, from, v.accounts[count.Code]))
		delete(v.accounts, count.Code)
	}
	for code, n := range v.accounts {
		check, from := counted(code)
		v.expect(n == 0, check, code, fmt.Sprintf("is not counted, and the %s come to %d in minor units", from, n))
	}
	return nil
}

// counted says which check a counter belongs to, and what it counts.
func counted(code string) (check, from string) {
	if isSpentCode(code) {
		return checkSpending, "orders"
	}
	return checkCredit, "payments"
}
