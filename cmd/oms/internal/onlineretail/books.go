package onlineretail

import (
	"fmt"
	"sync"

	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
)

// Books is what the orders of an import come to, as the store gives them back.
type Books struct {
	Orders   int    `json:"orders"` // entries without goods included
	Goods    Amount `json:"goods"`
	Shipping Amount `json:"shipping"`
	Fees     Amount `json:"fees"`
	Returns  Amount `json:"returns"` // credited at the price of the sale
	// Differences are what came on top where a return's price was not the sale's:
	// more was given back (positive) or less.
	Differences Amount `json:"return_differences"`
	Blind       Amount `json:"blind_returns"` // credited for goods of no known sale
	Credits     Amount `json:"credits"`       // all other credits
	Net         Amount `json:"net"`           // Goods + Shipping + Fees − what was given back
}

// ledger adds orders up. It is safe for concurrent use.
type ledger struct {
	mu    sync.Mutex
	books Books
}

func newLedger() *ledger {
	zero := Amount{money.Zero(Currency)}
	return &ledger{books: Books{
		Goods: zero, Shipping: zero, Fees: zero, Returns: zero, Differences: zero, Blind: zero, Credits: zero, Net: zero,
	}}
}

// The codes that the shop gives to the entries of past returns.
const (
	codeReturn     = "return"
	codeDifference = "return_difference"
	codeBlind      = "blind_return"
)

func (l *ledger) add(o *order.Order) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.books
	b.Orders++
	s := sums{}
	s.add(&b.Goods, o.Totals.Goods)
	s.add(&b.Shipping, o.Totals.Shipping)
	s.add(&b.Fees, o.Totals.Fees)
	s.add(&b.Net, o.Due())
	for i := range o.Adjustments {
		a := &o.Adjustments[i]
		switch {
		case a.Code == codeDifference && a.Kind == order.Fee:
			s.add(&b.Fees, a.Amount.Neg())
			s.add(&b.Differences, a.Amount.Neg())
		case a.Kind != order.Credit:
		case a.Code == codeReturn:
			s.add(&b.Returns, a.Amount.Neg())
		case a.Code == codeDifference:
			s.add(&b.Differences, a.Amount.Neg())
		case a.Code == codeBlind:
			s.add(&b.Blind, a.Amount.Neg())
		default:
			s.add(&b.Credits, a.Amount.Neg())
		}
	}
	if s.err != nil {
		return fmt.Errorf("online retail: order %s: %w", o.Number, s.err)
	}
	l.books = b
	return nil
}

// sums adds money up and keeps the first error.
type sums struct{ err error }

func (s *sums) add(to *Amount, m money.Money) {
	sum, err := to.Add(m)
	if err != nil {
		if s.err == nil {
			s.err = err
		}
		return
	}
	to.Money = sum
}

// BalanceError reports books that do not come to what the file does: a bug, or
// orders that were changed by something else.
type BalanceError struct{ Books, File money.Money }

func (e *BalanceError) Error() string {
	return fmt.Sprintf("online retail: the books come to %s, the file to %s", e.Books, e.File)
}
