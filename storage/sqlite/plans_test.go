package sqlite_test

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	engine "zombiezen.com/go/sqlite"

	"github.com/go-oms/oms/storage/sqlite"
	"github.com/go-oms/oms/storage/storagetest"
)

// slow are the statements that may look at a whole table, or sort more than one
// owner's rows: by a part of their text, with the reason.
var slow = map[string]string{
	"FROM oms_tenants ORDER BY":             "the list of all tenants",
	"FROM oms_locations WHERE":              "a shop has a handful of locations, in order of priority",
	"GROUP BY":                              "what is due, which is little",
	"DELETE FROM oms_keys":                  "forgetting keys: once a day",
	"ORDER BY received_at, id":              "parked reports, which are few",
	"r.run IS NOT NULL":                     "one order's movements",
	"ORDER BY at, id":                       "one order's notes",
	"ORDER BY t.created_at, t.id":           "one order's tenders",
	"AND order_id = ?2 ORDER BY created_at": "one order's fulfilment orders",
	"ORDER BY created_at DESC, id DESC":     "those with one reference",
	"ORDER BY order_id, n":                  "lines whose ids do not ascend",
	"SELECT COALESCE(max(seq), 0)":          "the last one, found at the end of the table",
	"SELECT COALESCE((SELECT position":      "the last one of the shop, found at the end of the table",
	"(SELECT COALESCE(max(n), 0) + 1":       "the last one of one parent",
	"INSERT INTO":                           "the rows that it inserts",
	"FROM oms_reservations WHERE tenant = ?1 AND status = 'pending'": "everything that is kept for all orders",
	"WHERE tenant || '' = ?1 AND position >":                         "the stream, from a position on",
}

// TestStatementsUseIndexes asks the engine how it would run every statement that
// the contract's cases lead to.
func TestStatementsUseIndexes(t *testing.T) {
	if raceDetector {
		t.Skip("nothing is concurrent here")
	}
	path := filepath.Join(t.TempDir(), "shop.db")
	s, err := sqlite.Open(t.Context(), path, &sqlite.Options{Readers: 1})
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	require.NoError(t, s.Migrate(t.Context()))
	for i, c := range storagetest.Cases() {
		if strings.HasPrefix(c.Name, "field: ") && !strings.Contains(c.Name, "change") {
			continue
		}
		// Tenants keep the cases apart. Those that count tenants fail, which is no
		// matter here.
		_ = c.Check(context.WithoutCancel(t.Context()), s.Tenant("case "+string(rune('a'+i))))
	}
	statements := sqlite.Prepared(s)
	require.Greater(t, len(statements), 60)
	c, err := engine.OpenConn(path, engine.OpenReadWrite)
	require.NoError(t, err)
	defer func() { require.NoError(t, c.Close()) }()
	for _, sql := range statements {
		for _, step := range explain(t, c, sql) {
			bad := strings.HasPrefix(step, "SCAN oms_") || strings.HasPrefix(step, "USE TEMP B-TREE") ||
				strings.HasSuffix(step, "(tenant=?)")
			why := slices.ContainsFunc(keys(slow), func(part string) bool { return strings.Contains(sql, part) })
			require.False(t, bad && !why, "%s\n%s", step, sql)
		}
	}
}

func explain(t *testing.T, c *engine.Conn, sql string) (steps []string) {
	t.Helper()
	s, _, err := c.PrepareTransient("EXPLAIN QUERY PLAN " + sql)
	require.NoError(t, err, sql)
	for {
		more, err := s.Step()
		require.NoError(t, err)
		if !more {
			break
		}
		steps = append(steps, s.ColumnText(3))
	}
	require.NoError(t, s.Finalize())
	return steps
}

func keys(m map[string]string) (list []string) {
	for k := range m {
		list = append(list, k)
	}
	return list
}
