package crm

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
)

// Credit is what a customer may buy on account, one account for each currency. It is
// replaced as a whole: whoever changes it changes a copy.
type Credit struct {
	Accounts []Account `json:"accounts"` // in order of currency
}

// Account is a customer's account in one currency, as his row keeps it: how much credit
// he has, and what has come in. What he has used of both is counted order by order.
type Account struct {
	Limit money.Money `json:"limit"` // credit that is allowed; zero for store credit alone
	// Paid is the sum of the account's entries: what was paid in or given as store
	// credit, less what was taken back by hand.
	Paid money.Money `json:"paid"`
}

// Balance is how an account stands.
type Balance struct {
	CustomerID uuid.UUID   `json:"customer_id"`
	Limit      money.Money `json:"limit"`
	// Outstanding is what the customer owes for what was charged to the account. It is
	// below zero when he has paid ahead, or has store credit.
	Outstanding money.Money `json:"outstanding"`
	Held        money.Money `json:"held"` // promised to orders and not charged yet
	// Available is Limit − Outstanding − Held: what an order may still take. It is below
	// zero only where a limit was lowered.
	Available money.Money `json:"available"`
}

// EntryKind says why an account's balance was moved beside the orders.
type EntryKind string

// The kinds of entry.
const (
	Receipt     EntryKind = "receipt"      // the customer paid what he owes, or ahead
	StoreCredit EntryKind = "store_credit" // he was given a balance with the shop, such as for a return
	Correction  EntryKind = "correction"   // a person put it right, in either direction
)

// Entry is one line of an account's journal: it stands in the customer's event and
// nowhere else. Entries are added, never changed.
type Entry struct {
	Kind    EntryKind   `json:"kind"`
	Amount  money.Money `json:"amount"`            // in the customer's favour; below zero against him
	OrderID uuid.UUID   `json:"order_id,omitzero"` // that it comes from
	Reason  string      `json:"reason,omitempty"`  // no personal data
}

// Account returns the account in that currency, and whether there is one.
func (c *Customer) Account(currency money.Currency) (Account, bool) {
	if c.Credit != nil {
		for _, a := range c.Credit.Accounts {
			if a.Limit.Currency() == currency {
				return a, true
			}
		}
	}
	return Account{Limit: money.Zero(currency), Paid: money.Zero(currency)}, false
}

// SetLimit gives the customer that much credit, and so an account in its currency if
// he has none. It is a *fault.InvalidError for less than zero or parts of a minor unit.
func (c *Customer) SetLimit(limit money.Money) error {
	if limit.Currency().Check() != nil || limit.Sign() < 0 || !limit.IsMinor() {
		return fault.Invalid("limit", limit, "zero or more, a whole number of minor units")
	}
	account, _ := c.Account(limit.Currency())
	account.Limit = limit
	c.put(account)
	return nil
}

// Enter adds an entry to the account in its currency, which begins with it if there was
// none. It is a *fault.InvalidError for an unknown kind, for nothing, for parts of a
// minor unit, and for less than zero unless it is a correction.
func (c *Customer) Enter(e Entry) error {
	switch {
	case e.Kind != Receipt && e.Kind != StoreCredit && e.Kind != Correction:
		return fault.Invalid("kind", e.Kind, "receipt, store_credit or correction")
	case e.Amount.Currency().Check() != nil || e.Amount.IsZero() || !e.Amount.IsMinor() || e.Amount.Sign() < 0 && e.Kind != Correction:
		return fault.Invalid("amount", e.Amount, "more than zero, a whole number of minor units; below zero as a correction")
	}
	account, _ := c.Account(e.Amount.Currency())
	paid, err := account.Paid.Add(e.Amount)
	if err != nil {
		return err
	}
	account.Paid = paid
	c.put(account)
	return nil
}

// put replaces an account or adds it. Copies of the customer keep theirs.
func (c *Customer) put(account Account) {
	var next []Account
	if c.Credit != nil {
		next = slices.Clone(c.Credit.Accounts)
	}
	at, found := slices.BinarySearchFunc(next, account, func(a, b Account) int {
		return strings.Compare(string(a.Limit.Currency()), string(b.Limit.Currency()))
	})
	if found {
		next[at] = account
	} else {
		next = slices.Insert(next, at, account)
	}
	c.Credit = &Credit{Accounts: next}
}

// Ceiling is what orders may take of the account in all: its limit and what has come in.
func (a Account) Ceiling() (money.Money, error) { return a.Limit.Add(a.Paid) }

// Balance says how the account stands when orders have taken that much of it and hold
// a part of that without having charged it.
func (a Account) Balance(customer uuid.UUID, taken, held money.Money) (Balance, error) {
	outstanding, err := money.Sum(taken, held.Neg(), a.Paid.Neg())
	if err != nil {
		return Balance{}, err
	}
	available, err := money.Sum(a.Limit, a.Paid, taken.Neg())
	if err != nil {
		return Balance{}, err
	}
	return Balance{CustomerID: customer, Limit: a.Limit, Outstanding: outstanding, Held: held, Available: available}, nil
}

// CreditLimitError reports an order, or a correction, for which there is not enough on
// the customer's account. Its kind is fault.Rejected.
type CreditLimitError struct {
	CustomerID uuid.UUID
	Asked      money.Money
	Available  money.Money // less than zero where a limit was lowered
}

func (e *CreditLimitError) Error() string {
	return fmt.Sprintf("customer %s: %s asked of the account, want at most %s", e.CustomerID, e.Asked, e.Available)
}

// Fault returns fault.Rejected.
func (e *CreditLimitError) Fault() fault.Kind { return fault.Rejected }

// AccountError reports a customer without an account in a currency. Its kind is
// fault.Rejected.
type AccountError struct {
	CustomerID uuid.UUID
	Currency   money.Currency
	Allowed    []money.Currency // of the accounts that he has
}

func (e *AccountError) Error() string {
	return fmt.Sprintf("customer %s has no account in %s: %v would do", e.CustomerID, e.Currency, e.Allowed)
}

// Fault returns fault.Rejected.
func (e *AccountError) Fault() fault.Kind { return fault.Rejected }

// NoAccount returns the error about a customer without an account in that currency.
func (c *Customer) NoAccount(currency money.Currency) error {
	e := &AccountError{CustomerID: c.ID, Currency: currency}
	if c.Credit != nil {
		for _, a := range c.Credit.Accounts {
			e.Allowed = append(e.Allowed, a.Limit.Currency())
		}
	}
	return e
}
