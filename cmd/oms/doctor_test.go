package main

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/storage"
)

// examined finds a finding by its name.
func examined(t *testing.T, d diagnosis, name string) storage.Finding {
	t.Helper()
	for _, f := range d.Findings {
		if f.Name == name {
			return f
		}
	}
	require.Failf(t, "not examined", "%s in %+v", name, d.Findings)
	return storage.Finding{}
}

func TestDoctorSaysWhatThereIsAndWhatWaits(t *testing.T) {
	l := newLived(t)
	l.tamper(t, `UPDATE oms_operations SET next_at = 1 WHERE state = 'in_doubt' AND tenant = ''`)
	code, out, errs := tool(t, "doctor", "--db", l.path, "--json")
	require.Zero(t, code, out+errs)
	var d diagnosis
	decode(t, out, &d)
	require.True(t, d.OK)
	require.Equal(t, l.path, d.DB)
	synchronous := examined(t, d, "synchronous")
	require.Equal(t, storage.Durability, synchronous.Topic)
	require.Equal(t, "full", synchronous.Value)
	require.NotEmpty(t, synchronous.Want)
	require.True(t, synchronous.OK)
	require.Equal(t, "wal", examined(t, d, "journal_mode").Value)
	require.Equal(t, "schema", examined(t, d, "version").Topic)

	require.Len(t, d.Tenants, 2)
	require.Empty(t, d.Tenants[0].Tenant)
	require.Equal(t, "acme", d.Tenants[1].Tenant)
	for _, s := range d.Tenants {
		require.EqualValues(t, 2, s.Orders)
		require.Positive(t, s.LastEvent)
		require.Len(t, s.Sinks, 1)
		require.Equal(t, "broken", s.Sinks[0].Sink)
		require.EqualValues(t, l.events, s.Sinks[0].Behind)
		require.Equal(t, 1, s.Sinks[0].Attempts)
		require.Equal(t, "nobody is there", s.Sinks[0].Problem)
	}
	require.Equal(t, 1, d.Tenants[0].DuePayments)

	code, out, _ = tool(t, "doctor", "--db", l.path)
	require.Zero(t, code)
	for _, want := range []string{"2 orders", "1 payments to look at again", "sink broken", "failed 1 times: nobody is there", "tenant acme"} {
		require.Contains(t, out, want)
	}
}

func TestDoctorFindsAFileThatMayForget(t *testing.T) {
	l := newLived(t)
	l.tamper(t, "PRAGMA journal_mode = DELETE")
	for range 2 { // looking does not put it right
		code, out, _ := tool(t, "doctor", "--db", l.path, "--json")
		require.Equal(t, 1, code, out)
		var d diagnosis
		decode(t, out, &d)
		require.False(t, d.OK)
		require.Equal(t, "delete", examined(t, d, "journal_mode").Value)
		require.False(t, examined(t, d, "journal_mode").OK)
	}
	code, out, _ := tool(t, "doctor", "--db", l.path)
	require.Equal(t, 1, code)
	require.Contains(t, out, "should be wal")
}

func TestDoctorFindsAnotherSchema(t *testing.T) {
	newer := newLived(t)
	newer.tamper(t, "INSERT INTO oms_schema (version, name) VALUES (99, '0099_future')")
	never := lived{path: filepath.Join(t.TempDir(), "never.db")}
	never.tamper(t, "PRAGMA journal_mode = WAL", "CREATE TABLE theirs (n)")
	for path, have := range map[string]string{newer.path: "99", never.path: "0"} {
		code, out, errs := tool(t, "doctor", "--db", path, "--json")
		require.Equal(t, 1, code, out+errs)
		var d diagnosis
		decode(t, out, &d)
		require.Equal(t, have, examined(t, d, "version").Value)
		require.False(t, examined(t, d, "version").OK)
		require.NotNil(t, d.Tenants)
		require.Empty(t, d.Tenants)
	}
	code, _, errs := tool(t, "doctor", "--db", filepath.Join(t.TempDir(), "missing.db"))
	require.Equal(t, 1, code)
	require.Contains(t, errs, "there is no file")
}
