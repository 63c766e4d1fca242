package golden

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/storage"
)

// Books are those of one schema.
type Books struct {
	Notes
	Name string
	Data []byte // a SQLite file, or the statements that make a PostgreSQL database
}

// All reads the books of the backend whose tests call it, the oldest schema first.
func All(t testing.TB) (all []Books) {
	t.Helper()
	folder := os.DirFS("testdata/golden")
	names, err := fs.Glob(folder, "*.json")
	if err != nil || len(names) == 0 {
		t.Fatalf("golden: no books in testdata/golden: %v", err)
	}
	for _, name := range names {
		b, err := read(folder, strings.TrimSuffix(name, ".json"))
		if err != nil {
			t.Fatalf("golden: %s: %v", name, err)
		}
		all = append(all, b)
	}
	return all
}

func read(folder fs.FS, name string) (b Books, err error) {
	b.Name = name
	text, err := fs.ReadFile(folder, name+".json")
	if err != nil {
		return b, err
	}
	if err := json.Unmarshal(text, &b.Notes); err != nil {
		return b, err
	}
	packed, err := fs.Glob(folder, name+".*.gz")
	if err != nil {
		return b, err
	}
	if len(packed) != 1 {
		return b, fmt.Errorf("%d books beside the notes", len(packed))
	}
	data, err := fs.ReadFile(folder, packed[0])
	if err != nil {
		return b, err
	}
	unpacked, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return b, err
	}
	b.Data, err = io.ReadAll(unpacked)
	return b, err
}

// Unedited holds the migrations of today against those that have made the books.
func (b *Books) Unedited(t testing.TB, migrations fs.FS) {
	t.Helper()
	if len(b.Migrations) != b.Schema {
		t.Errorf("golden: %d migrations lead to schema %d", len(b.Migrations), b.Schema)
	}
	for name, sum := range b.Migrations {
		sql, err := fs.ReadFile(migrations, name+".sql")
		if err != nil || Sum(sql) != sum {
			t.Errorf("golden: migration %s was edited after its release (%v): add another one instead", name, err)
		}
	}
}

// Kept holds migrated books against the notes, and every invariant against the books.
func (b *Books) Kept(t testing.TB, store storage.Store) {
	t.Helper()
	shop, err := oms.New(oms.Config{Store: store})
	if err != nil {
		t.Fatal(err)
	}
	report, err := shop.Verify(t.Context(), oms.VerifyOptions{})
	if err != nil || len(report.Incomplete) > 0 {
		t.Fatalf("golden: the books cannot be verified: %v %v", err, report)
	}
	for _, v := range report.Violations {
		if v.Check != "store.durability" { // whether the disk is waited for is the server's setting and none of the books
			t.Errorf("golden: %s: %s: %s", v.Check, v.Where, v.Detail)
		}
	}
	now, err := yearOf(t.Context(), shop, store)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(b.Year, now) {
		t.Errorf("golden: the books of schema %d held %+v and hold %+v now", b.Schema, b.Year, now)
	}
}

// yearOf counts what the demo counted, in the books.
func yearOf(ctx context.Context, shop *oms.Client, store storage.Store) (y Year, err error) {
	y.Statuses = map[string]int{}
	var sold, credited, captured, refunded money.Money
	add := func(sum *money.Money, m money.Money) {
		if err == nil {
			*sum, err = sum.Add(m)
		}
	}
	for o, problem := range shop.Orders(ctx, order.Filter{}) {
		if problem != nil {
			return y, problem
		}
		y.Orders++
		y.Statuses[o.Status]++
		add(&sold, o.Totals.Total)
		add(&credited, o.Totals.Credited)
		tenders, problem := shop.Payments(ctx, o.ID)
		if problem != nil {
			return y, problem
		}
		for _, tender := range tenders {
			add(&captured, tender.Totals.Captured)
			add(&refunded, tender.Totals.Refunded)
		}
	}
	for e, problem := range store.Stream(ctx, 0, 0) {
		if problem != nil {
			return y, problem
		}
		if !strings.HasPrefix(e.Cause, "migration ") {
			y.Events++
		}
	}
	y.Sold, y.Credited, y.Captured, y.Refunded = sold.String(), credited.String(), captured.String(), refunded.String()
	return y, err
}
