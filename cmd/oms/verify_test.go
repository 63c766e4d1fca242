package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms"
)

// verified is the document that verify prints.
type verified struct {
	Checked    map[string]int64 `json:"checked"`
	Violations []oms.Violation  `json:"violations"`
	Incomplete []string         `json:"incomplete"`
}

func TestVerifyFindsCleanBooksClean(t *testing.T) {
	l := newLived(t)
	code, out, errs := tool(t, "verify", "--db", l.path, "--json")
	require.Zero(t, code, out+errs)
	require.Empty(t, errs)
	var v verified
	decode(t, out, &v)
	for _, check := range oms.Checks() {
		require.Contains(t, v.Checked, check.ID)
	}
	require.Len(t, v.Checked, len(oms.Checks()))
	require.EqualValues(t, 4, v.Checked["order.totals"], "two orders of each of two tenants")
	require.NotNil(t, v.Violations)
	require.NotNil(t, v.Incomplete)

	code, out, _ = tool(t, "verify", "--db", l.path)
	require.Zero(t, code)
	for _, check := range oms.Checks() {
		require.Contains(t, out, check.ID)
		require.Contains(t, out, check.Title)
	}
	require.Contains(t, out, "The books are clean.")

	code, out, _ = tool(t, "verify", "--db", l.path, "--tenant", "acme", "--json")
	require.Zero(t, code)
	decode(t, out, &v)
	require.EqualValues(t, 2, v.Checked["order.totals"])
}

func TestVerifyNamesTheCheckThatATamperedFileBreaks(t *testing.T) {
	for check, statement := range map[string]string{
		"stock.movements":    "UPDATE oms_levels SET on_hand = on_hand + 1000000 WHERE tenant = 'acme'",
		"stock.reservations": "UPDATE oms_reservations SET quantity = quantity + 1000000 WHERE status = 'pending' AND tenant = 'acme'",
		"order.totals":       "UPDATE oms_orders SET total = total - 100, goods = goods - 100 WHERE tenant = 'acme'",
		"history.gapless":    "DELETE FROM oms_events WHERE aggregate = 'order' AND version = 2 AND tenant = 'acme'",
		"reports.facts":      "DELETE FROM oms_facts WHERE tenant = 'acme' AND at = (SELECT min(at) FROM oms_facts WHERE tenant = 'acme')",
		"payment.totals":     "UPDATE oms_tenders SET captured = 0 WHERE captured > 0 AND tenant = 'acme'",
	} {
		t.Run(check, func(t *testing.T) {
			l := newLived(t)
			l.tamper(t, statement)
			code, out, _ := tool(t, "verify", "--db", l.path, "--json")
			require.Equal(t, 1, code, out)
			var v verified
			decode(t, out, &v)
			var found []string
			for _, violation := range v.Violations {
				found = append(found, violation.Check)
				require.True(t, strings.HasPrefix(violation.Where, "tenant acme: "), violation.Where)
			}
			require.Contains(t, found, check)

			code, out, _ = tool(t, "verify", "--db", l.path)
			require.Equal(t, 1, code)
			require.Contains(t, out, "The books do not agree")
			require.Regexp(t, `(?m)^`+check+` +\d+ +\d+ broken`, out)

			code, _, _ = tool(t, "verify", "--db", l.path, "--tenant", "")
			require.Zero(t, code, "the other tenant's books are as they were")
		})
	}
}

func TestVerifySaysWhatItCouldNotLookAt(t *testing.T) {
	l := newLived(t)
	l.tamper(t, "UPDATE oms_events SET payload = '{' WHERE aggregate = 'payment'")
	code, out, _ := tool(t, "verify", "--db", l.path, "--json")
	require.Equal(t, 2, code, out)
	var v verified
	decode(t, out, &v)
	require.Empty(t, v.Violations)
	require.NotEmpty(t, v.Incomplete)

	code, out, _ = tool(t, "verify", "--db", l.path)
	require.Equal(t, 2, code)
	require.Contains(t, out, "not finished: payment.totals")
	require.NotContains(t, out, "clean")
}

func TestVerifyOfAFileThatCannotBeReadIsNotClean(t *testing.T) {
	folder := t.TempDir()
	noise, empty := filepath.Join(folder, "noise.db"), filepath.Join(folder, "empty.db")
	require.NoError(t, os.WriteFile(noise, []byte(strings.Repeat("not a database. ", 512)), 0o600))
	require.NoError(t, os.WriteFile(empty, nil, 0o600))
	newer := newLived(t)
	newer.tamper(t, "INSERT INTO oms_schema (version, name) VALUES (99, '0099_future')")
	for _, path := range []string{filepath.Join(folder, "missing.db"), noise, empty, newer.path} {
		code, out, errs := tool(t, "verify", "--db", path, "--json")
		require.Equal(t, 2, code, "%s: %s%s", path, out, errs)
		var v verified
		decode(t, out, &v)
		require.NotEmpty(t, v.Incomplete)
	}
	require.NoFileExists(t, filepath.Join(folder, "missing.db"), "looking makes no file")
}
