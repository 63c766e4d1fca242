package sqlstore

import (
	"context"
	"iter"
	"math"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/reporting"
)

const (
	selectFacts = `SELECT at, order_id, customer_id, channel, country, currency, sku, facts FROM oms_facts WHERE tenant = ?1`
	orderFacts  = ` ORDER BY at, order_id, id`
)

var (
	qFacts    = once(selectFacts + ` AND at >= ?2 AND at < ?3` + orderFacts)
	qAllFacts = once(selectFacts + orderFacts)
)

// Facts yields the facts of the period in ascending order of time, as of the
// moment the walk begins.
func (r *Reader) Facts(ctx context.Context, p reporting.Period) iter.Seq2[reporting.Fact, error] {
	return moment(ctx, r, "facts", func(b *books) iter.Seq2[reporting.Fact, error] {
		return b.facts(ctx, qFacts, b.period(p))
	})
}

// AllFacts yields all facts in ascending order of time.
func (b *books) AllFacts(ctx context.Context) iter.Seq2[reporting.Fact, error] {
	return b.facts(ctx, qAllFacts, b.reader.args())
}

// moment yields what walk yields of the books as they are when its own walk begins.
func moment[T any](
	ctx context.Context, r *Reader, op string, walk func(*books) iter.Seq2[T, error],
) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		stopped := false
		err := r.scan(ctx, op, func(c Conn) error {
			for v, err := range walk(&books{reader: r, conn: c}) {
				if err != nil {
					return err
				}
				if !yield(v, nil) {
					stopped = true
					return nil
				}
			}
			return nil
		})
		if err != nil && !stopped {
			var none T
			yield(none, err)
		}
	}
}

// entry is a row of facts before they are read one by one.
type entry struct {
	reporting.Fact // what its facts have in common
	currency       money.Currency
	facts          []byte
}

func (r *row) entry(e *entry) {
	e.At = r.time()
	e.OrderID, e.CustomerID = r.id(), r.id()
	e.Channel, e.Country, e.currency, e.SKU = r.text(), r.text(), r.currency(), r.text()
	e.facts = append(e.facts[:0], r.scratch()...)
}

func (b *books) facts(ctx context.Context, q *Query, a *args) iter.Seq2[reporting.Fact, error] {
	return func(yield func(reporting.Fact, error) bool) {
		known := new(texts)
		for e, err := range walkInto(ctx, b, q, a, "facts", (*row).entry, nil) {
			if err != nil {
				yield(reporting.Fact{}, err)
				return
			}
			p := parser{data: e.facts}
			more := p.facts(&e, known, yield)
			switch {
			case !more:
				return
			case !p.done():
				err := &DamageError{Where: "facts of order " + e.OrderID.String(), Err: errFacts}
				yield(reporting.Fact{}, b.classify(err))
				return
			}
		}
	}
}

func (b *books) period(p reporting.Period) *args {
	a := b.reader.args()
	for _, end := range [...]struct {
		t    time.Time
		open int64
	}{{p.From, math.MinInt64}, {p.To, math.MaxInt64}} {
		if end.t.IsZero() {
			a.int(end.open)
		} else {
			a.time(end.t)
		}
	}
	return a
}

// zeros is the id of rows that belong to an order as a whole.
var zeros uuid.UUID
