package sqlite_test

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
	"github.com/go-oms/oms/storage/sqlite"
)

func migratedShop(t *testing.T, path string) *oms.Client {
	t.Helper()
	s, err := sqlite.Open(t.Context(), path, nil)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	require.NoError(t, s.Migrate(t.Context()))
	shop, err := oms.New(oms.Config{Store: s, Prices: order.PriceList{"TEE": money.MustParse("10.00 EUR")}})
	require.NoError(t, err)
	return shop
}

func placeOrder(t *testing.T, shop *oms.Client, customer uuid.UUID, shipTo order.Address, billTo *order.Address) *order.Order {
	t.Helper()
	o, err := shop.Place(t.Context(), oms.Cart{
		CustomerID: customer, ShipTo: shipTo, BillTo: billTo, Lines: []oms.CartLine{{SKU: "TEE", Quantity: quantity.Of(1)}},
	})
	require.NoError(t, err)
	return o
}

func verifyClean(t *testing.T, shop *oms.Client) {
	t.Helper()
	report, err := shop.Verify(t.Context(), oms.VerifyOptions{})
	require.NoError(t, err)
	require.Empty(t, report.Violations)
	require.Empty(t, report.Incomplete)
}

// olderCopy makes a file of schema 1 with the rows of another file, as far as that
// schema has their columns: customers were rows without a history.
func olderCopy(t *testing.T, from, to string, further ...string) {
	t.Helper()
	old := filepath.Join(t.TempDir(), "empty.db")
	migrateByHand(t, old, migrated(t)[:1])
	db, err := sql.Open("sqlite", old)
	require.NoError(t, err)
	statements := []string{fmt.Sprintf(`ATTACH '%s' AS newer`, from)}
	for _, table := range column(t, db, `SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'oms_%' AND name <> 'oms_schema'`) {
		columns := `"` + strings.Join(column(t, db, `SELECT name FROM pragma_table_info(?)`, table), `", "`) + `"`
		where := ""
		if table == "oms_events" {
			where = ` WHERE aggregate <> 'customer'`
		}
		statements = append(statements,
			fmt.Sprintf(`INSERT INTO main.%s (%s) SELECT %s FROM newer.%s%s`, table, columns, columns, table, where))
	}
	require.NoError(t, db.Close())
	migrateByHand(t, to, migrated(t)[:1], append(append(statements, `DETACH newer`), further...)...)
}

// A file of the first schema is brought up to date with all that is in it, and then
// works like one that was always new.
func TestAFileOfTheFirstSchemaIsBroughtUpToDate(t *testing.T) {
	ctx := context.Background()
	newer := filepath.Join(t.TempDir(), "newer.db")
	shop := migratedShop(t, newer)
	require.NoError(t, shop.Inventory.Receive(ctx, inventory.Receipt{SKU: "TEE", Location: "main", Quantity: quantity.Of(50)}))
	ada, err := shop.SaveCustomer(ctx, oms.CustomerDetails{Customer: crm.Customer{Email: "ada@example.com", Name: "Ada", Country: "GB"}})
	require.NoError(t, err)
	mail := func(email string) order.Address { return order.Address{Name: "A", Email: email} }
	bill := mail("ada@example.com")
	guests := []uuid.UUID{
		placeOrder(t, shop, uuid.Nil, mail("ADA@Example.com"), nil).ID,
		placeOrder(t, shop, uuid.Nil, mail("friend@example.com"), &bill).ID,
	}
	placeOrder(t, shop, uuid.Nil, mail("eve@example.com"), nil)
	known := placeOrder(t, shop, ada.ID, mail("ada@example.com"), nil)
	require.NoError(t, shop.Close(ctx))

	older := filepath.Join(t.TempDir(), "older.db")
	ids := []uuid.UUID{uuid.New(), uuid.New(), uuid.New(), uuid.New()}
	var times []time.Time
	for _, micros := range []int64{-1_234_567_000_001, -1, 1_772_366_400_123_456, 1_772_366_400_000_000} {
		times = append(times, time.UnixMicro(micros).UTC())
	}
	var further []string
	for i, id := range ids {
		further = append(further, fmt.Sprintf(`INSERT INTO oms_customers (tenant, id, external_ref, created_at)
			VALUES ('t%d', x'%x', 'ref %d', %d)`, i/3, id[:], i, times[i].UnixMicro()))
	}
	olderCopy(t, newer, older, append(further, `INSERT INTO oms_tenants VALUES ('t0'), ('t1')`)...)

	shop = migratedShop(t, older)
	for _, tenant := range []string{"", "t0", "t1"} {
		verifyClean(t, shop.Tenant(tenant))
	}
	migrated, err := shop.Customer(ctx, ada.ID)
	require.NoError(t, err)
	require.Equal(t, ada, migrated)
	timeline, err := shop.CustomerTimeline(ctx, ada.ID)
	require.NoError(t, err)
	created := slices.IndexFunc(timeline, func(e oms.TimelineEntry) bool { return e.Type == "customer.created" })
	require.Equal(t, []string{"email", "name", "country"}, timeline[created].Event.Payload.(*crm.Delta).Changed)
	require.Equal(t, event.System, timeline[created].Event.ActorKind)
	for i, id := range ids {
		c, err := shop.Tenant(fmt.Sprint("t", i/3)).Customer(ctx, id)
		require.NoError(t, err)
		require.Equal(t, crm.Customer{ID: id, Version: 1, ExternalRef: fmt.Sprint("ref ", i), CreatedAt: times[i], UpdatedAt: times[i]}, *c)
	}

	claimed, err := shop.ClaimOrders(ctx, ada.ID, oms.Claim{Email: "ada@example.com"})
	require.NoError(t, err)
	require.Equal(t, guests, claimed.Orders)
	twin, err := shop.SaveCustomer(ctx, oms.CustomerDetails{Customer: crm.Customer{Email: "twin@example.com"}})
	require.NoError(t, err)
	merged, err := shop.MergeCustomers(ctx, oms.Merge{From: ada.ID, Into: twin.ID})
	require.NoError(t, err)
	require.Equal(t, []uuid.UUID{guests[0], guests[1], known.ID}, merged.Orders)
	verifyClean(t, shop)
}
