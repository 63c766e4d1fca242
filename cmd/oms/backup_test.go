package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestBackup(t *testing.T) {
	l := newLived(t)
	saved := filepath.Join(t.TempDir(), "saved.db")
	code, out, errs := tool(t, "backup", "--db", l.path, saved)
	require.Zero(t, code, errs)
	require.Contains(t, out, saved+" has the books of "+l.path)
	for _, args := range [][]string{{"verify"}, {"doctor"}} {
		code, out, errs = tool(t, append(args, "--db", saved)...)
		require.Zero(t, code, out+errs)
	}

	code, out, errs = tool(t, "backup", "--db", l.path, saved)
	require.Equal(t, 1, code)
	require.Empty(t, out)
	require.Contains(t, errs, "a file that is not there")

	var made copied
	code, out, errs = tool(t, "--json", "backup", "--db", l.path, saved+"2")
	require.Zero(t, code, errs)
	decode(t, out, &made)
	info, err := os.Stat(saved + "2")
	require.NoError(t, err)
	require.Equal(t, copied{l.path, saved + "2", info.Size(), made.Schema, made.Events}, made)
	require.Positive(t, made.Events)
}

func TestBackupOfWhatIsNone(t *testing.T) {
	folder := t.TempDir()
	noise, empty := filepath.Join(folder, "noise.db"), filepath.Join(folder, "empty.db")
	require.NoError(t, os.WriteFile(noise, []byte(strings.Repeat("not a database. ", 512)), 0o600))
	require.NoError(t, os.WriteFile(empty, nil, 0o600))
	for db, says := range map[string]string{
		noise: "damaged", empty: "schema 0", filepath.Join(folder, "missing.db"): "there is no file", "host=db dbname=shop": "pg_dump",
	} {
		code, out, errs := tool(t, "backup", "--db", db, filepath.Join(folder, "saved.db"))
		require.Equal(t, 1, code, db)
		require.Empty(t, out)
		require.Contains(t, errs, says)
		require.NoFileExists(t, filepath.Join(folder, "saved.db"))
	}
	code, _, _ := tool(t, "backup", "--db", noise)
	require.Equal(t, misused, code)
}
