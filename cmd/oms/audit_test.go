package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/audit"
)

// sealedBooks are lived books that were sealed, with their key and seals.
func sealedBooks(t *testing.T) (l lived, key, seals string) {
	t.Helper()
	l = newLived(t)
	dir := t.TempDir()
	key, seals = filepath.Join(dir, "key"), filepath.Join(dir, "seals.jsonl")
	require.NoError(t, os.WriteFile(key, []byte(strings.Repeat("k", 32)), 0o600))
	code, out, errs := tool(t, "audit", "seal", "--db", l.path, "--key", key, "--seals", seals, "--limit", "7")
	require.Zero(t, code, errs)
	require.Contains(t, out, "tenant acme")
	return l, key, seals
}

func TestSealedBooksAreWhatTheyWere(t *testing.T) {
	l, key, seals := sealedBooks(t)
	code, out, errs := tool(t, "audit", "verify", "--db", l.path, "--key", key, "--seals", seals, "--json")
	require.Zero(t, code, out+errs)
	var reports map[string]*audit.Report
	decode(t, out, &reports)
	require.Len(t, reports, 2)
	for tenant, r := range reports {
		require.Greater(t, r.Events, int64(10), tenant)
		require.Greater(t, r.Seals, int64(1), tenant)
		require.Zero(t, r.Unsealed)
	}
	code, out, _ = tool(t, "audit", "seal", "--db", l.path, "--key", key, "--seals", seals, "--json")
	require.Zero(t, code)
	require.Equal(t, "[]\n", out, "there is nothing more to seal")
	head := reports["acme"].Head.String()
	code, _, _ = tool(t, "audit", "verify", "--db", l.path, "--key", key, "--seals", seals, "--head", head)
	require.Zero(t, code)

	text, err := os.ReadFile(seals)
	require.NoError(t, err)
	cut := strings.Join(strings.SplitAfter(string(text), "\n")[:2], "")
	require.NoError(t, os.WriteFile(seals, []byte(cut), 0o600))
	code, _, errs = tool(t, "audit", "verify", "--db", l.path, "--key", key, "--seals", seals, "--head", head)
	require.Equal(t, 1, code)
	require.Contains(t, errs, "there is no seal "+head)
}

// TestWhatWasChangedInTheFileIsFound changes columns of the table of events.
func TestWhatWasChangedInTheFileIsFound(t *testing.T) {
	for _, statement := range []string{
		"UPDATE oms_events SET at = at + 1 WHERE tenant = 'acme' AND version = 1 AND aggregate = 'order'",
		"UPDATE oms_events SET actor_id = 'nobody' WHERE tenant = 'acme' AND aggregate = 'order'",
		"UPDATE oms_events SET payload = replace(payload, '19.90', '18.90') WHERE tenant = 'acme'",
		"DELETE FROM oms_events WHERE tenant = 'acme' AND aggregate = 'payment'",
	} {
		l, key, seals := sealedBooks(t)
		l.tamper(t, statement)
		code, out, errs := tool(t, "audit", "verify", "--db", l.path, "--key", key, "--seals", seals)
		require.Equal(t, 1, code, statement+out+errs)
		require.Contains(t, out, "seal 1: ", statement)
	}
}

// TestATenantThatIsGoneIsMissed: who takes a tenant out of the books takes his seals with
// him only where he has their file.
func TestATenantThatIsGoneIsMissed(t *testing.T) {
	l, key, seals := sealedBooks(t)
	l.tamper(t, "DELETE FROM oms_events WHERE tenant = 'acme'")
	l.tamper(t, "DELETE FROM oms_tenants WHERE tenant = 'acme'")
	code, out, errs := tool(t, "audit", "verify", "--db", l.path, "--key", key, "--seals", seals)
	require.Equal(t, 1, code, out+errs)
	require.Contains(t, out, "tenant acme\nseal 1: 7 events were sealed, and 0 are there")
}

func TestOneAtATimeSeals(t *testing.T) {
	l, key, seals := sealedBooks(t)
	known, err := sealFlag{Seals: seals}.read()
	require.NoError(t, err)
	before, err := os.ReadFile(seals)
	require.NoError(t, err)
	next := known.seals["acme"][0]
	require.NoError(t, known.add(&next))
	require.NoError(t, known.add(&next), "what this one has written himself")
	require.NoError(t, os.WriteFile(seals, before, 0o600))
	require.ErrorContains(t, known.add(&next), "somebody else")
	after, err := os.ReadFile(seals)
	require.NoError(t, err)
	require.Equal(t, before, after)
	code, out, errs := tool(t, "audit", "verify", "--db", l.path, "--key", key, "--seals", seals)
	require.Zero(t, code, out+errs)
}

func TestAProofOfAnOrderIsAFile(t *testing.T) {
	l, key, seals := sealedBooks(t)
	proof := filepath.Join(t.TempDir(), "proof.json")
	code, out, errs := tool(t, "audit", "prove", "1001", "--tenant", "acme", "--db", l.path, "--seals", seals, "--out", proof)
	require.Zero(t, code, errs)
	require.Contains(t, out, "events under")
	code, out, errs = tool(t, "audit", "check", proof, "--key", key)
	require.Zero(t, code, errs)
	require.Contains(t, out, "order.placed")
	require.Contains(t, out, "payment.")

	code, _, errs = tool(t, "audit", "prove", "1001", "--tenant", "acme", "--db", l.path, "--seals", seals, "--out", proof)
	require.Equal(t, 1, code, "nothing is overwritten")
	require.Contains(t, errs, "exists")

	text, err := os.ReadFile(proof)
	require.NoError(t, err)
	require.True(t, json.Valid(text))
	require.NoError(t, os.WriteFile(proof, []byte(strings.Replace(string(text), "order.placed", "order.priced", 1)), 0o600))
	code, _, errs = tool(t, "audit", "check", proof, "--key", key)
	require.Equal(t, 1, code)
	require.Contains(t, errs, "is not what seal")
}

// headOf is the MAC of the last seal in a file.
func headOf(seals string) string {
	_, mac, _ := strings.Cut(seals[strings.LastIndex(seals, `"mac"`):], `:"`)
	return mac[:64]
}

func TestAuditRefusesWhatItCannotUse(t *testing.T) {
	l, key, seals := sealedBooks(t)
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	text, err := os.ReadFile(seals)
	require.NoError(t, err)
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"a short key":    {[]string{"seal", "--db", l.path, "--seals", seals, "--key", file("short", "k")}, "at least 32"},
		"no key":         {[]string{"seal", "--db", l.path, "--seals", seals, "--key", filepath.Join(dir, "none")}, "none"},
		"a torn seal":    {[]string{"seal", "--db", l.path, "--key", key, "--seals", file("torn", string(text[:len(text)-9]))}, "is no seal"},
		"another key":    {[]string{"seal", "--db", l.path, "--seals", seals, "--key", file("other", strings.Repeat("x", 32))}, "made with the key"},
		"no such order":  {[]string{"prove", "9999", "--db", l.path, "--seals", seals, "--out", filepath.Join(dir, "p")}, "9999"},
		"nothing sealed": {[]string{"prove", "1001", "--tenant", "acme", "--db", l.path, "--seals", filepath.Join(dir, "none"), "--out", filepath.Join(dir, "p")}, "not sealed yet"},
		"no seals":       {[]string{"verify", "--db", l.path, "--key", key, "--seals", filepath.Join(dir, "none")}, "there are no seals"},
		"one head of two": {
			[]string{"verify", "--db", l.path, "--key", key, "--seals", seals, "--head", headOf(string(text)), "--head", strings.Repeat("0", 64)},
			"there is no seal 000",
		},
		"no proof": {[]string{"check", file("text", "{}x"), "--key", key}, "about nothing"},
		"no JSON":  {[]string{"check", file("nojson", "proof"), "--key", key}, "is no proof"},
	} {
		code, _, errs := tool(t, append([]string{"audit"}, c.args...)...)
		require.Equal(t, 1, code, name)
		require.Contains(t, errs, c.want, name)
	}
}
