package oms

import (
	"context"
	"fmt"

	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/money"
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

// accounting compares the counters of accounts with what the tenders have of them.
func (v *verifier) accounting(ctx context.Context) error {
	for count, err := range v.books.AllCouponUses(ctx) {
		if err != nil {
			return err
		}
		if !isAccountCode(count.Code) {
			continue
		}
		v.looked(checkCredit)
		v.expect(count.Uses == v.accounts[count.Code], checkCredit, count.Code,
			fmt.Sprintf("is %d in minor units, and the payments come to %d", count.Uses, v.accounts[count.Code]))
		delete(v.accounts, count.Code)
	}
	for code, n := range v.accounts {
		v.expect(n == 0, checkCredit, code, fmt.Sprintf("is not counted, and the payments come to %d in minor units", n))
	}
	return nil
}
