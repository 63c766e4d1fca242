package oms

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/payment"
)

// GatewayAccount is the gateway of payments on account: the books themselves. The
// account is that of the company that the order was bought for, or else of its customer,
// in the order's currency. What is held,
// taken, voided and refunded is settled in the batch that asks for it, and nothing
// outside is called. No gateway of Config may have its name.
const GatewayAccount = "account"

// accountCaps is what an account can do: everything, at once and in any parts.
func accountCaps() payment.Capabilities {
	return payment.Capabilities{
		Sales: true, Holds: true, Refund: true, PartialCapture: true, MultipleCaptures: true,
		VoidRest: true, PartialRefund: true, Payouts: true, Synchronous: true,
	}
}

// The counters of an account. No coupon is ever counted with them, nor with what
// companies spend: coupons have codes in capital letters, and promotions that answer with
// such a code are refused.
const (
	takenPrefix = "account taken " // what orders hold and have charged
	heldPrefix  = "account held "  // the part of it that is not charged yet
)

func accountCode(prefix string, customer uuid.UUID, currency money.Currency) string {
	return prefix + string(currency) + " " + customer.String()
}

// isAccountCode reports whether a counter is one of an account.
func isAccountCode(code string) bool {
	return strings.HasPrefix(code, takenPrefix) || strings.HasPrefix(code, heldPrefix)
}

// accountUse is what a tender has of an account, in minor units.
type accountUse struct {
	customer    uuid.UUID
	taken, held int64
}

// useOf returns what a tender has of an account; nothing for one that is not on account.
func useOf(t *payment.Tender) (accountUse, bool) {
	if t == nil || t.Gateway != GatewayAccount {
		return accountUse{}, false
	}
	customer, err := uuid.Parse(t.Method)
	if err != nil {
		return accountUse{}, false // entered as a fact of the past, on no account of ours
	}
	taken, err := t.Totals.Authorized.Sub(t.Totals.Refunded)
	if err != nil {
		return accountUse{}, false
	}
	held, err := t.Totals.Authorized.Sub(t.Totals.Captured)
	if err != nil {
		return accountUse{}, false
	}
	// Operations are in whole minor units, and so are their sums.
	use := accountUse{customer: customer}
	use.taken, _ = taken.Minor()
	use.held, _ = held.Minor()
	return use, true
}

// counts returns what the batch adds to the counters of accounts: by construction what
// the tenders have of them now, less what they had.
func (d *draft) counts() []order.CouponUse {
	var uses []order.CouponUse
	add := func(code string, n, limit int64) {
		if n == 0 {
			return
		}
		for i := range uses {
			if uses[i].Code == code {
				uses[i].Uses += n
				return
			}
		}
		uses = append(uses, order.CouponUse{Code: code, Uses: n, Limit: limit})
	}
	for _, t := range d.tenders {
		now, ok := useOf(t.last)
		if !ok || t.last == t.stored {
			continue
		}
		was, _ := useOf(t.stored)
		currency := t.last.Amount.Currency()
		add(accountCode(takenPrefix, now.customer, currency), now.taken-was.taken, d.ceiling)
		add(accountCode(heldPrefix, now.customer, currency), now.held-was.held, 0)
	}
	return uses
}

// borrow looks whether the account of the order's customer carries an amount, and
// returns whose account it is. That it still does is a condition of the write: the
// customer stays as he is, and the counter below the ceiling.
func (d *draft) borrow(ctx context.Context, amount money.Money) (uuid.UUID, error) {
	if d.order.CustomerID == uuid.Nil {
		return uuid.Nil, fault.Invalid("gateway", GatewayAccount, "another gateway: the order has no customer, whose account it would be")
	}
	c := d.client
	customer, err := d.debtor(ctx)
	if err != nil {
		return uuid.Nil, err
	}
	if d.order.CompanyID != uuid.Nil && d.cmd.Actor.Kind == event.Shopper {
		// Who has left the company goes on seeing his orders, not spending its money.
		if member := customer.Company.Member(d.order.CustomerID); member == nil || !member.Role.Buys() {
			return uuid.Nil, notBuying(customer.ID, d.order.CustomerID)
		}
	}
	account, ok := customer.Account(amount.Currency())
	if !ok {
		return uuid.Nil, customer.NoAccount(amount.Currency())
	}
	balance, err := c.balance(ctx, customer.ID, account)
	if err != nil {
		return uuid.Nil, err
	}
	if less(balance.Available, amount) {
		return uuid.Nil, &crm.CreditLimitError{CustomerID: customer.ID, Asked: amount, Available: balance.Available}
	}
	ceiling, err := account.Ceiling()
	if err != nil {
		return uuid.Nil, err
	}
	if d.ceiling, err = ceiling.Minor(); err != nil {
		return uuid.Nil, err
	}
	d.expectCustomer(customer)
	return customer.ID, nil
}

// debtor reads whose account the order's is: the company's that it was bought for, or
// that of who is left of its customer.
func (d *draft) debtor(ctx context.Context) (*crm.Customer, error) {
	c := d.client
	if d.order.CompanyID != uuid.Nil {
		return c.store.Customer(ctx, d.order.CompanyID)
	}
	customer, err := c.store.Customer(ctx, d.order.CustomerID)
	if err != nil {
		return nil, err
	}
	return c.survivor(ctx, customer)
}

// lookAtAccount reads what is left of the account that would pay for the order, where a
// hold asks for it.
func (d *draft) lookAtAccount(ctx context.Context) error {
	o := d.order
	if !d.client.core.holds.OpenBy(order.RuleAccountShort) || o.CustomerID == uuid.Nil && o.CompanyID == uuid.Nil {
		return nil
	}
	customer, err := d.debtor(ctx)
	if isNotFound(err) {
		return nil // not every shop keeps its customers here
	}
	if err != nil {
		return err
	}
	account, has := customer.Account(o.Currency)
	if !has {
		return nil
	}
	b, err := d.client.balance(ctx, customer.ID, account)
	d.available = &b.Available
	return err
}

// balance reads what orders have of an account.
func (c *Client) balance(ctx context.Context, customer uuid.UUID, account crm.Account) (crm.Balance, error) {
	currency := account.Limit.Currency()
	taken, held := accountCode(takenPrefix, customer, currency), accountCode(heldPrefix, customer, currency)
	uses, err := c.store.CouponUses(ctx, []string{taken, held}, uuid.Nil)
	if err != nil {
		return crm.Balance{}, err
	}
	has, err := money.Minor(uses[taken].All, currency)
	if err != nil {
		return crm.Balance{}, err
	}
	keeps, err := money.Minor(uses[held].All, currency)
	if err != nil {
		return crm.Balance{}, err
	}
	return account.Balance(customer, has, keeps)
}

// settled records that operations on an account have taken place: whoever commits them
// has made them true.
func (d *draft) settled(t *tenderDraft, ops []payment.Op) {
	for _, op := range ops {
		t.tender.Record(payment.Report{
			ID: d.cmd.IDs.Next(), OpID: op.ID, EventID: "settled:" + op.ID.String(), Channel: payment.Answer,
			State: payment.Succeeded, Amount: op.Amount, At: d.cmd.At, ReceivedAt: d.cmd.Now,
		})
	}
}

// asked is the type of a tender's event about operations that were planned: on account
// they have succeeded already.
func asked(t *payment.Tender, kind string) string {
	if t.Gateway == GatewayAccount {
		return PaymentSucceeded
	}
	return kind
}
