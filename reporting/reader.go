package reporting

import (
	"context"
	"iter"
	"time"
)

// Reader reads the books as flat facts. Every method is safe for concurrent use;
// what a sequence yields is as of the moment its walk begins. A walk reads no more
// than its period.
type Reader interface {
	// Facts yields what was sold, charged and given back in the period, in ascending
	// order of time. Those of one order and one moment follow each other.
	Facts(ctx context.Context, p Period) iter.Seq2[Fact, error]
	// OrderFacts yields the orders placed in the scope's period, in ascending order
	// of placing.
	OrderFacts(ctx context.Context, s OrderScope) iter.Seq2[OrderFact, error]
	// PaymentFacts yields the operations asked for in the period, in ascending order
	// of time.
	PaymentFacts(ctx context.Context, p Period) iter.Seq2[PaymentFact, error]
	// StockFacts yields all levels by SKU and location. Items whose stock is not
	// counted have none.
	StockFacts(ctx context.Context) iter.Seq2[StockFact, error]
}

// Period is a half-open interval of business time; a zero end is open.
type Period struct {
	From time.Time `json:"from,omitzero"` // inclusive
	To   time.Time `json:"to,omitzero"`   // exclusive
}

// Contains reports whether the moment is in the period.
func (p Period) Contains(at time.Time) bool {
	return (p.From.IsZero() || !at.Before(p.From)) && (p.To.IsZero() || at.Before(p.To))
}

// OrderScope says which orders are wanted, and how much of them.
type OrderScope struct {
	Period // of placing
	// Owing keeps only orders that may owe something: those whose payment status is
	// not none, paid or overpaid.
	Owing bool
	// Paid asks for OrderFact.Paid, which costs a look at each order's payments; it
	// is the zero Money without.
	Paid bool
	// First asks for OrderFact.First: whether the order has goods and is the earliest
	// of its customer's that has, by time of placing and then by id, in all the
	// books. It costs a look at each customer's orders. Without it, and for guests,
	// First is false.
	First bool
}
