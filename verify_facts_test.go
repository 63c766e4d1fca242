package oms_test

import (
	"context"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/quantity"
	"github.com/go-oms/oms/reporting"
	"github.com/go-oms/oms/storage"
)

// told are a shop's books of which somebody has changed what reports read.
type told struct {
	storage.Store
	change func([]reporting.Fact) []reporting.Fact
}

func (s *told) Snapshot(ctx context.Context, fn func(storage.Books) error) error {
	return s.Store.Snapshot(ctx, func(b storage.Books) error { return fn(toldBooks{b, s.change}) })
}

type toldBooks struct {
	storage.Books
	change func([]reporting.Fact) []reporting.Fact
}

func (b toldBooks) AllFacts(ctx context.Context) iter.Seq2[reporting.Fact, error] {
	return func(yield func(reporting.Fact, error) bool) {
		var all []reporting.Fact
		for f, err := range b.Books.AllFacts(ctx) {
			if err != nil {
				yield(f, err)
				return
			}
			all = append(all, f)
		}
		for _, f := range b.change(all) {
			if !yield(f, nil) {
				return
			}
		}
	}
}

// The shop's first day has 5 facts of 96.60 EUR.
func TestVerifyFindsFactsThatAreNotTheOrders(t *testing.T) {
	first := func(change func(*reporting.Fact)) func([]reporting.Fact) []reporting.Fact {
		return func(l []reporting.Fact) []reporting.Fact {
			change(&l[0])
			return l
		}
	}
	const others = "which are others"
	for name, c := range map[string]struct {
		change func([]reporting.Fact) []reporting.Fact
		days   int
		detail string // of the first day
	}{
		"a lost one":    {func(l []reporting.Fact) []reporting.Fact { return l[1:] }, 1, "reports read 5 facts of"},
		"a doubled one": {func(l []reporting.Fact) []reporting.Fact { return append(l, l[0]) }, 1, "reports read 7 facts of"},
		"none at all":   {func([]reporting.Fact) []reporting.Fact { return nil }, 1, "reports read none"},
		"another amount": {
			first(func(f *reporting.Fact) { f.Amount = plusCent(f.Amount) }), 1,
			"orders say 6 facts of 105.10 EUR, reports read 6 facts of 105.11 EUR",
		},
		"another day":       {first(func(f *reporting.Fact) { f.At = f.At.AddDate(0, 0, 1) }), 2, "reports read 5 facts of"},
		"a day before 1970": {first(func(f *reporting.Fact) { f.At = time.Unix(-1, 0) }), 2, "orders say none, reports read 1 facts of"},
		"another moment":    {first(func(f *reporting.Fact) { f.At = f.At.Add(time.Microsecond) }), 1, others},
		"another customer":  {first(func(f *reporting.Fact) { f.CustomerID = uuid.UUID{1} }), 1, others},
		"another order":     {first(func(f *reporting.Fact) { f.OrderID = uuid.UUID{1} }), 1, others},
		"another channel":   {first(func(f *reporting.Fact) { f.Channel += "x" }), 1, others},
		"another country":   {first(func(f *reporting.Fact) { f.Country = "FR" }), 1, others},
		"another item":      {first(func(f *reporting.Fact) { f.SKU += "x" }), 1, others},
		"another code":      {first(func(f *reporting.Fact) { f.Code += "x" }), 1, others},
		"a text further on": {first(func(f *reporting.Fact) { f.SKU, f.Code = "", f.SKU }), 1, others},
		"another quantity":  {first(func(f *reporting.Fact) { f.Quantity = f.Quantity.Add(quantity.Of(1)) }), 1, others},
		"another kind":      {first(func(f *reporting.Fact) { f.Kind = reporting.Fee }), 1, others},
		"amounts of one another": {func(l []reporting.Fact) []reporting.Fact {
			l[0].Amount, l[1].Amount = l[1].Amount, l[0].Amount
			return l
		}, 1, others},
	} {
		t.Run(name, func(t *testing.T) {
			s := messyShop(t)
			report, err := s.With(&told{s.store, c.change}).Verify(s.ctx, oms.VerifyOptions{})
			require.NoError(t, err)
			require.Len(t, report.Violations, c.days, "%v", report.Violations)
			for _, v := range report.Violations {
				require.Equal(t, "reports.facts", v.Check)
				require.Regexp(t, `^day \d{4}-\d\d-\d\d$`, v.Where)
			}
			require.Contains(t, report.Violations[0].Detail, c.detail)
			require.True(t, slices.IsSortedFunc(report.Violations, func(a, b oms.Violation) int { return strings.Compare(a.Where, b.Where) }))
		})
	}
	s := messyShop(t)
	report, err := s.With(&told{s.store, func(l []reporting.Fact) []reporting.Fact {
		slices.Reverse(l) // their order is not the check's
		return l
	}}).Verify(s.ctx, oms.VerifyOptions{})
	require.NoError(t, err)
	require.Empty(t, report.Violations)
	require.EqualValues(t, 6, report.Checked["reports.facts"])
}
