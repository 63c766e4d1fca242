package reporting_test

import (
	"context"
	"iter"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/quantity"
	"github.com/go-oms/oms/reporting"
)

// ledger is a reader over slices that are in order of time.
type ledger struct {
	facts    []reporting.Fact
	orders   []reporting.OrderFact
	payments []reporting.PaymentFact
	stock    []reporting.StockFact
	err      error

	scope reporting.OrderScope // the last one that was asked for
}

func (l *ledger) Facts(_ context.Context, p reporting.Period) iter.Seq2[reporting.Fact, error] {
	return each(l, l.facts, func(f reporting.Fact) bool { return p.Contains(f.At) })
}

func (l *ledger) OrderFacts(_ context.Context, s reporting.OrderScope) iter.Seq2[reporting.OrderFact, error] {
	l.scope = s
	return each(l, l.orders, func(f reporting.OrderFact) bool { return s.Contains(f.At) })
}

func (l *ledger) PaymentFacts(_ context.Context, p reporting.Period) iter.Seq2[reporting.PaymentFact, error] {
	return each(l, l.payments, func(f reporting.PaymentFact) bool { return p.Contains(f.At) })
}

func (l *ledger) StockFacts(context.Context) iter.Seq2[reporting.StockFact, error] {
	return each(l, l.stock, func(reporting.StockFact) bool { return true })
}

func each[F any](l *ledger, facts []F, keep func(F) bool) iter.Seq2[F, error] {
	return func(yield func(F, error) bool) {
		for _, f := range facts {
			if keep(f) && !yield(f, nil) {
				return
			}
		}
		if l.err != nil {
			var none F
			yield(none, l.err)
		}
	}
}

func id(n byte) uuid.UUID { return uuid.UUID{15: n} }

func eur(minor int64) money.Money { return in(minor, money.EUR) }

func in(minor int64, c money.Currency) money.Money {
	m, err := money.Minor(minor, c)
	if err != nil {
		panic(err)
	}
	return m
}

func pieces(n int32) quantity.Quantity { return quantity.Of(n) }

func at(text string) time.Time {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return t
}
