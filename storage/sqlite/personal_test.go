package sqlite_test

import (
	"database/sql"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/storage"
	"github.com/go-oms/oms/storage/sqlite"
)

// impersonal are the columns of tables about persons that tell of nobody: keys,
// codes, the ids of actors and what was subscribed to.
var impersonal = []string{
	"tenant", "id", "customer_id", "order_id", "tender_id", "merged_into", "credit", "company_terms", "author", "purpose", "channel", "status",
	"subscription",
}

// withoutPersons are the tables that tell of nobody: what refers to a person there
// is an id. A new table is about persons until it stands here.
var withoutPersons = []string{
	"oms_adjustments", "oms_changes", "oms_coupons", "oms_drafts", "oms_events", "oms_facts", "oms_fulfillments", "oms_holds", "oms_items", "oms_keys", "oms_leases", "oms_levels",
	"oms_lines", "oms_locations", "oms_moves", "oms_numbers", "oms_operations", "oms_orders", "oms_reports", "oms_reservations",
	"oms_returns", "oms_schema", "oms_shipments", "oms_tenants", "oms_tenders",
}

// unlistedColumns returns the tables about which nothing is known, the texts of
// tables with personal data that are neither listed nor impersonal, and the listed
// columns that do not exist.
func unlistedColumns(t *testing.T, db *sql.DB) (unlisted, missing []string) {
	t.Helper()
	listed := map[string][]string{}
	for _, c := range storage.PersonalData() {
		listed[c.Table] = append(listed[c.Table], c.Column)
	}
	for _, table := range column(t, db, `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`) {
		if listed[table] == nil && !slices.Contains(withoutPersons, table) {
			unlisted = append(unlisted, table)
		}
	}
	for table, columns := range listed {
		have := column(t, db, `SELECT name FROM pragma_table_info(?)`, table)
		for _, c := range columns {
			if !slices.Contains(have, c) {
				missing = append(missing, table+"."+c)
			}
		}
		for _, c := range column(t, db, `SELECT name FROM pragma_table_info(?) WHERE type IN ('TEXT', 'BLOB')`, table) {
			if !slices.Contains(columns, c) && !slices.Contains(impersonal, c) {
				unlisted = append(unlisted, table+"."+c)
			}
		}
	}
	return unlisted, missing
}

func TestTheListOfPersonalDataIsTheSchemas(t *testing.T) {
	path := filepath.Join(t.TempDir(), "shop.db")
	s, err := sqlite.Open(t.Context(), path, nil)
	require.NoError(t, err)
	require.NoError(t, s.Migrate(t.Context()))
	require.NoError(t, s.Close())
	db, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()

	unlisted, missing := unlistedColumns(t, db)
	require.Empty(t, unlisted)
	require.Empty(t, missing)

	for _, sql := range []string{
		`ALTER TABLE oms_customers ADD COLUMN birthday TEXT`, `ALTER TABLE oms_addresses ADD COLUMN photo BLOB`,
		`ALTER TABLE oms_notes RENAME COLUMN text TO words`, `CREATE TABLE oms_customer_tags (tenant TEXT, customer_id BLOB, birthday TEXT)`,
	} {
		_, err = db.Exec(sql)
		require.NoError(t, err)
	}
	unlisted, missing = unlistedColumns(t, db)
	require.ElementsMatch(t, []string{"oms_customers.birthday", "oms_addresses.photo", "oms_notes.words", "oms_customer_tags"}, unlisted)
	require.Equal(t, []string{"oms_notes.text"}, missing)
}
