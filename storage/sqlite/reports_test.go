package sqlite_test

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/reporting"
	"github.com/go-oms/oms/storage"
	"github.com/go-oms/oms/storage/sqlite"
	"github.com/go-oms/oms/storage/storagetest"
)

// The books of the first version, as that version wrote them: two tenants, lines
// and adjustments of every kind, with the time of placing, another one and none,
// amounts without a currency, texts that need escapes, an order without anything.
var booksOfVersion1 = []string{
	`CREATE TEMP TABLE n (n INTEGER)`,
	`INSERT INTO n WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 60) SELECT n FROM c`,
	`INSERT INTO oms_tenants VALUES (''), ('acme')`,
	`INSERT INTO oms_orders (tenant, id, number, channel, customer_id, placed_at, currency, version, origin, workflow,
		workflow_version, status, payment_status, fulfillment_status, return_status, tax_included, rounding, country)
	SELECT t.tenant, unhex(printf('01900000000070008000%012x', n)), n, CASE n WHEN 2 THEN 'phone "1"' ELSE 'web' END,
		CASE n WHEN 1 THEN NULL ELSE unhex('01900000000070009000000000000077') END, 1700000000000000 + n, 'EUR', 1, 'shop',
		'shop', 1, 'placed', 'pending', 'unfulfilled', 'none', 0, 0, CASE n WHEN 3 THEN NULL ELSE 'GB' END
	FROM oms_tenants t, n WHERE n <= 4`,
	`INSERT INTO oms_lines (tenant, order_id, id, n, position, sku, quantity, subtotal, unsourced, backordered, preordered,
		allocated, released, shipped, canceled, delivered, return_requested, return_in_transit, return_received,
		return_damaged, return_dismissed, written_off)
	SELECT o.tenant, o.id, unhex(printf('0190000000007000a000%06x%06x', o.number, n)), n, n, 'sku "' || n || '" \ ü' || char(10),
		1500000 * n, CASE n WHEN 2 THEN NULL ELSE 990 * n END, 0, 0, 0, 1500000 * n, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
	FROM oms_orders o, n WHERE n <= 3 AND o.number IN ('1', '2')`,
	`INSERT INTO oms_adjustments (tenant, order_id, id, n, scope, line_id, kind, code, amount, tax_part, included, rate_ppm, quantity, at)
	SELECT o.tenant, o.id, unhex(printf('0190000000007000b000%06x%06x', o.number, n)), n, 'order',
		CASE n % 3 WHEN 0 THEN NULL ELSE unhex(printf('0190000000007000a000%06x%06x', o.number, n % 3)) END,
		CASE n % 5 WHEN 0 THEN 'discount' WHEN 1 THEN 'tax' WHEN 2 THEN 'shipping' WHEN 3 THEN 'credit' ELSE 'fee' END,
		CASE n % 4 WHEN 0 THEN NULL ELSE 'code ''' || n || ''' "' END, CASE n WHEN 7 THEN NULL ELSE -100 * n END,
		CASE n % 4 WHEN 1 THEN NULL WHEN 2 THEN 0 ELSE -n END, n % 2, 0, 1000000 * (n % 3),
		CASE n % 7 WHEN 0 THEN NULL WHEN 1 THEN o.placed_at ELSE 1700000000000000 - 5 + n / 4 END
	FROM oms_orders o, n WHERE o.number IN ('1', '3')`,
}

func TestMigrationTellsTheFactsOfOrdersThatAreThere(t *testing.T) {
	path := filepath.Join(t.TempDir(), "old.db")
	migrateByHand(t, path, []string{"0001_books"})
	db, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	db.SetMaxOpenConns(1)
	for _, statement := range booksOfVersion1 {
		_, err = db.Exec(statement)
		require.NoError(t, err)
	}
	require.NoError(t, db.Close())

	s := openAt(t, path)
	for _, tenant := range []string{"", "acme"} {
		var want []reporting.Fact
		for o, err := range s.Tenant(tenant).Orders(t.Context(), order.Filter{}) {
			require.NoError(t, err)
			want = append(want, storage.Facts(o)...)
		}
		got := factsOf(t, s.Tenant(tenant))
		kinds, moments := map[reporting.FactKind]bool{}, map[int64]bool{}
		for _, f := range got {
			kinds[f.Kind], moments[f.At.UnixMicro()] = true, true
		}
		require.Len(t, kinds, 7, "every kind is there")
		require.Greater(t, len(moments), 10)
		require.Greater(t, len(got), 120)
		requireSameFacts(t, want, got)
	}
}

// What is told anew, when an order's country changes, is what was told bit by bit.
func TestFactsAreTheSameHoweverTheyCameThere(t *testing.T) {
	path := filepath.Join(t.TempDir(), "shop.db")
	s := openAt(t, path)
	clerk := storagetest.NewClerk(1)
	cents := func(n int64) money.Money {
		m, err := money.Minor(n, money.EUR)
		require.NoError(t, err)
		return m
	}
	require.NoError(t, s.Commit(t.Context(), clerk.Receive("TEE", storagetest.Main, 100)))
	for range 3 {
		o, b := clerk.Place(storagetest.Line{SKU: "TEE", Units: 2}, storagetest.Line{SKU: "TEE"})
		require.NoError(t, s.Commit(t.Context(), b))
		for i, kind := range []order.AdjustmentKind{order.Credit, order.Fee, order.Discount, order.Tax, order.Shipping} {
			next, b := clerk.Change(o, func(o *order.Order) {
				o.Adjustments = append(o.Adjustments, order.Adjustment{
					ID: clerk.ID(), Kind: kind, LineID: o.Lines[i%2].ID, Code: "\"\\\n\x01", Amount: cents(-100), TaxPart: cents(-10),
					Included: i == 3, At: storagetest.Start.AddDate(0, i%3, 0),
				})
			})
			require.NoError(t, s.Commit(t.Context(), b))
			o = next
		}
	}
	bitByBit := factsOf(t, s)
	require.Len(t, bitByBit, 3*(2+3+5+1))
	require.Equal(t, "15", pragma(t, path, `SELECT count(*) FROM oms_facts WHERE id <> zeroblob(16)`))

	pragma(t, path, `UPDATE oms_orders SET country = 'XX'`)
	for o, err := range s.Orders(t.Context(), order.Filter{}) {
		require.NoError(t, err)
		_, b := clerk.Change(o, func(o *order.Order) { o.Country = "GB" })
		require.NoError(t, s.Commit(t.Context(), b))
	}
	require.Equal(t, "0", pragma(t, path, `SELECT count(*) FROM oms_facts WHERE id <> zeroblob(16)`))
	requireSameFacts(t, bitByBit, factsOf(t, s))
}

func TestDamagedFactsAreToldAsDamage(t *testing.T) {
	path := filepath.Join(t.TempDir(), "shop.db")
	s := openAt(t, path)
	_, batch := placed(t, s)
	require.NoError(t, s.Commit(t.Context(), batch))
	pragma(t, path, `UPDATE oms_facts SET facts = '[["x","a","",1,1]]'`)
	var failed error
	for _, err := range s.Facts(t.Context(), reporting.Period{}) {
		failed = err
	}
	require.ErrorContains(t, failed, "damaged")
	require.Equal(t, fault.Rejected, fault.KindOf(failed))
}

func factsOf(t *testing.T, s storage.Store) (facts []reporting.Fact) {
	t.Helper()
	for f, err := range s.Facts(t.Context(), reporting.Period{}) {
		require.NoError(t, err)
		facts = append(facts, f)
	}
	return facts
}

func requireSameFacts(t *testing.T, want, got []reporting.Fact) {
	t.Helper()
	key := func(f reporting.Fact) string { return fmt.Sprintf("%d %+v", f.At.UnixMicro(), f) }
	byKey := func(a, b reporting.Fact) int { return strings.Compare(key(a), key(b)) }
	require.Equal(t, slices.SortedFunc(slices.Values(want), byKey), slices.SortedFunc(slices.Values(got), byKey))
}

// openAt opens the database of that path and brings it up to date.
func openAt(t *testing.T, path string) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), path, nil)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	require.NoError(t, s.Migrate(t.Context()))
	return s
}
