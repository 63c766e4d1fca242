package reporting

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/quantity"
)

// Run answers a query from a reader's facts. It is the definition of every measure:
// whoever answers queries in another way must answer the same. What it keeps in
// memory grows with the rows of the answer, not with the facts; customers are
// counted by keeping their ids.
//
// The error is a *fault.InvalidError of [Query.Check], a *money.OverflowError, or
// the reader's.
func Run(ctx context.Context, r Reader, q Query) (*Table, error) {
	if err := q.Check(); err != nil {
		return nil, err
	}
	loc, err := Zone(q.Zone)
	if err != nil {
		return nil, err
	}
	switch q.From {
	case Sales:
		return newSalesSums(&q, loc).run(r.Facts(ctx, q.Period))
	case Orders:
		return newOrderSums(&q, loc).run(r.OrderFacts(ctx, q.orderScope()))
	case Payments:
		return newPaymentSums(&q, loc).run(r.PaymentFacts(ctx, q.Period))
	default:
		return runStock(ctx, r, &q, loc)
	}
}

// orderScope is what the query needs to know of orders.
func (q *Query) orderScope() OrderScope {
	scope := OrderScope{Period: q.Period, Owing: true}
	for _, m := range q.Measures {
		owed := m == Outstanding || m == OwingCount
		scope.Owing = scope.Owing && owed // orders that owe nothing add nothing to these
		scope.Paid = scope.Paid || owed || m == Overpaid
		scope.First = scope.First || m == NewCustomers || m == ReturningCustomers
	}
	return scope
}

// runStock needs the sales of each item first, where they are asked for.
func runStock(ctx context.Context, r Reader, q *Query, loc *time.Location) (*Table, error) {
	sold := map[string]quantity.Quantity{}
	if slices.Contains(q.Measures, Sold) {
		err := ahead(r.Facts(ctx, q.Period), func(f *Fact) error {
			if f.Kind == Goods {
				sold[f.SKU] = sold[f.SKU].Add(f.Quantity)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return newStockSums(q, loc).run(func(yield func(soldFact, error) bool) {
		for f, err := range r.StockFacts(ctx) {
			if !yield(soldFact{f, sold[f.SKU]}, err) {
				return
			}
		}
	})
}

// tally adds the facts of one group up.
type tally[F any] interface {
	add(*F) error
	value(Measure, money.Currency) (Value, error)
}

// sums groups facts of one kind and adds each group up.
type sums[F any] struct {
	query *Query
	keys  []func(*F) string // of the query's By
	where []condition[F]
	// currency of a fact, where the rows are told apart by it; nil where nothing is
	// money.
	currency func(*F) money.Currency
	bare     func(*F) // takes the amounts off, which are of any currency then
	at       func(*F) time.Time
	fresh    func() tally[F]

	groups map[string]*group[F] // by currency and keys
	totals map[money.Currency]*group[F]
	pieces *pieces

	// The facts of one order mostly have the same currency and keys as the last one.
	total *group[F]
	group *group[F]
	name  []byte // of group
	next  []byte // the name of a fact's group
}

// group is a row in the making.
type group[F any] struct {
	currency money.Currency
	keys     []string
	tally    tally[F]

	first, last time.Time // of the facts, in totals
}

// condition is one entry of Query.Where.
type condition[F any] struct {
	of   func(*F) string
	have []string
}

// shape is how facts of a kind are looked at.
type shape[F any] struct {
	at       func(*F) time.Time // nil where there is no time
	currency func(*F) money.Currency
	bare     func(*F) // takes its amounts off
	key      func(d Dimension, q *Query) func(*F) string
	fresh    func() tally[F]
}

func newSums[F any](q *Query, loc *time.Location, of shape[F]) *sums[F] {
	s := &sums[F]{query: q, at: of.at, bare: of.bare, fresh: of.fresh, groups: map[string]*group[F]{}, totals: map[money.Currency]*group[F]{}}
	key := func(d Dimension) func(*F) string {
		switch {
		case d == ByCurrency:
			return func(f *F) string { return string(of.currency(f)) }
		case d.isTime():
			s.pieces = &pieces{dimension: d, loc: loc}
			return func(f *F) string { return s.pieces.label(of.at(f)) }
		default:
			return of.key(d, q)
		}
	}
	for _, d := range q.By {
		s.keys = append(s.keys, key(d))
	}
	for d, have := range q.Where {
		s.where = append(s.where, condition[F]{key(d), have})
	}
	info, _ := q.From.info()
	for _, name := range q.Measures {
		// Whether an order owes something is a question of its amounts too.
		if m, ok := info.measure(name); ok && (m.Kind == Money || name == OwingCount) {
			s.currency = of.currency
		}
	}
	return s
}

// run adds all facts up.
func (s *sums[F]) run(facts iter.Seq2[F, error]) (*Table, error) {
	err := ahead(facts, func(f *F) error {
		if err := s.add(f); err != nil {
			return fmt.Errorf("reporting: %w", err)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return s.table()
}

func (s *sums[F]) add(f *F) error {
	for _, c := range s.where {
		if !slices.Contains(c.have, c.of(f)) {
			return nil
		}
	}
	var currency money.Currency
	if s.currency != nil {
		currency = s.currency(f)
	} else {
		s.bare(f)
	}
	total := s.totalOf(currency)
	if err := total.tally.add(f); err != nil {
		return err
	}
	if s.pieces != nil {
		if total.last = s.at(f); total.first.IsZero() {
			total.first = total.last
		}
	}
	if len(s.keys) == 0 {
		return nil
	}
	return s.groupOf(f, currency).tally.add(f)
}

func (s *sums[F]) totalOf(currency money.Currency) *group[F] {
	if s.total == nil || s.total.currency != currency {
		if s.total = s.totals[currency]; s.total == nil {
			s.total = &group[F]{currency: currency, tally: s.fresh()}
			s.totals[currency] = s.total
		}
	}
	return s.total
}

// groupOf returns the group of a fact.
func (s *sums[F]) groupOf(f *F, currency money.Currency) *group[F] {
	s.next = append(s.next[:0], currency...)
	for _, key := range s.keys {
		s.next = append(append(s.next, 0), key(f)...)
	}
	if s.group != nil && bytes.Equal(s.next, s.name) {
		return s.group
	}
	s.name, s.next = s.next, s.name
	if s.group = s.groups[string(s.name)]; s.group == nil {
		s.group = &group[F]{currency: currency, tally: s.fresh()}
		for _, key := range s.keys {
			s.group.keys = append(s.group.keys, key(f))
		}
		s.groups[string(s.name)] = s.group
	}
	return s.group
}

// pieces remembers the piece of time that the last moment was in: facts come in
// order of time.
type pieces struct {
	dimension Dimension
	loc       *time.Location
	now       bucket
}

func (p *pieces) label(at time.Time) string {
	if p.now.label == "" || at.Before(p.now.start) || !at.Before(p.now.end) {
		p.now = p.dimension.bucket(at, p.loc)
	}
	return p.now.label
}
