package storagetest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/storage"
)

// sections are the fields of a batch that hold data.
var sections = []string{
	"Command", "Result", "Orders", "Inventory", "Payments", "Fulfillments", "CRM", "Subscriptions", "Drafts", "Leases", "Events",
}

func fieldCases() []Case {
	var cases []Case
	for i, section := range sections {
		cases = append(cases, Case{
			"field: every field of " + section + " is written and read back",
			func(ctx context.Context, s storage.Store) error {
				return checkFields(ctx, s, section, uint32(i+1)<<16)
			},
		})
	}
	for i, c := range changes() {
		cases = append(cases, Case{
			"field: every change of " + c.name + " is written and read back",
			func(ctx context.Context, s storage.Store) error { return c.check(ctx, s, uint32(i+101)<<16) },
		})
	}
	return append(cases, Case{"field: amounts keep their currency and digits", checkCurrencies})
}

// checkFields writes batches that differ in one field of the section each: from a
// full one, where the field gets another value, and from a sparse one, where it is
// the only one that has any. Each is a tenant's first, to keep reading cheap.
func checkFields(ctx context.Context, s storage.Store, section string, number uint32) error {
	for _, base := range []func(uint32, money.Currency) *storage.Batch{fullBatch, sparseBatch} {
		number++
		if err := checkBatch(ctx, s.Tenant(fmt.Sprint(number)), base(number, money.EUR), "nothing varied"); err != nil {
			return err
		}
		for _, path := range variable(base(number, money.EUR), section) {
			number++
			b := base(number, money.EUR)
			varyAt(b, path)
			if err := checkBatch(ctx, s.Tenant(fmt.Sprint(number)), b, path); err != nil {
				return err
			}
		}
	}
	return nil
}

// variable returns the paths of the section's leaves that can be varied alone, one
// of each field.
func variable(b *storage.Batch, section string) []string {
	var paths []string
	seen := map[string]bool{}
	leaves(reflect.ValueOf(b).Elem(), "", func(path string, _ reflect.Value) {
		p := plain(path)
		if !strings.HasPrefix(p, section) || seen[p] || under(unread, p) || under(tied, p) {
			return
		}
		seen[p] = true
		paths = append(paths, path)
	})
	return paths
}

// varyAt gives the leaf another value, or its first one.
func varyAt(b *storage.Batch, path string) {
	leaves(reflect.ValueOf(b).Elem(), "", func(p string, v reflect.Value) {
		switch {
		case p != path:
		case path == "Orders[0].Coupons[0].PerCustomer":
			v.SetInt(0) // no limit, no count apart
		case strings.HasSuffix(plain(p), "Adjustments.LineID"):
			v.Set(reflect.ValueOf(b.Orders[0].Delta.Lines[1].ID))
		case v.IsZero() || isZeroMoney(v):
			f := filler{clerk: NewClerk(1 << 30), currency: money.EUR, n: 1}
			f.leaf(v)
		default:
			vary(v, plain(p))
		}
	})
	seal(b)
}

func isZeroMoney(v reflect.Value) bool {
	m, ok := v.Interface().(money.Money)
	return ok && m.IsZero()
}

// checkBatch commits a batch of new rows and reads all of them back.
func checkBatch(ctx context.Context, s storage.Store, b *storage.Batch, varied string) error {
	want := &rows{}
	if err := want.apply(b); err != nil {
		return err
	}
	if err := s.Commit(ctx, b); err != nil {
		return fmt.Errorf("commit with %s: %w", varied, err)
	}
	return compare(ctx, s, want, varied)
}

func compare(ctx context.Context, s storage.Store, want *rows, varied string) error {
	got, err := read(ctx, s, want)
	if err != nil {
		return fmt.Errorf("read back with %s: %w", varied, err)
	}
	if d := diff("", *got, *want); d != "" {
		return fmt.Errorf("with %s: %s", varied, strings.TrimPrefix(d, "."))
	}
	return nil
}

func checkCurrencies(ctx context.Context, s storage.Store) error {
	var errs []error
	for i, currency := range []money.Currency{"JPY", "KWD", "PTS/0", "FINE/6", "EUR/2"} {
		b := fullBatch(uint32(200+i)<<16, currency)
		errs = append(errs, checkBatch(ctx, s, b, "currency "+string(currency)))
	}
	return errors.Join(errs...)
}
