package main

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// folder makes a database of files.
func folder(t *testing.T, n int) string {
	t.Helper()
	dir := t.TempDir()
	for i := range n {
		require.NoError(t, os.WriteFile(filepath.Join(dir, fmt.Sprintf("GO-2026-%04d.json", i)), []byte("{}"), 0o600))
	}
	return "file://" + filepath.ToSlash(dir)
}

// asked notes what the scanner is asked for.
type asked struct {
	folders []string
	canary  string // what it says of the canary
	module  bool   // whether it finds something in the module
	err     error
}

func (a *asked) run(_ context.Context, folder string, args ...string) (string, bool, error) {
	a.folders = append(a.folders, folder)
	if folder == "." {
		return "Vulnerability #1", a.module, a.err
	}
	_, err := os.Stat(filepath.Join(folder, "go.mod"))
	return a.canary, a.canary != "", err
}

const sung = "\nVulnerability #1: GO-2024-2606\n    Found in: github.com/jackc/pgx/v5@v5.5.3\n"

func TestAnEmptyDatabaseIsNoGoodNews(t *testing.T) {
	for name, db := range map[string]string{
		"empty": folder(t, 0), "a few": folder(t, leastEntries-1), "not there": "file:///nowhere/at/all", "unreachable": "http://127.0.0.1:1",
	} {
		t.Run(name, func(t *testing.T) {
			a := &asked{canary: sung}
			s := scan{db: db, run: a.run, out: io.Discard}
			require.Error(t, s.all(t.Context(), "."))
			require.Empty(t, a.folders, "its answers would mean nothing")
		})
	}
}

func TestTheCanaryIsFoundBeforeAnythingElseCounts(t *testing.T) {
	db := folder(t, leastEntries)
	for name, c := range map[string]struct {
		asked
		fine bool
	}{
		"found, and nothing else": {asked{canary: sung}, true},
		"not found":               {asked{}, false},
		"something else found":    {asked{canary: "\nVulnerability #1: of the standard library"}, false},
		"found, and more":         {asked{canary: sung, module: true}, false},
		"broken off":              {asked{canary: sung, err: io.ErrUnexpectedEOF}, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := scan{db: db, run: c.run, out: io.Discard}
			require.Equal(t, c.fine, s.all(t.Context(), ".") == nil)
		})
	}
}

func TestADatabaseIsCountedByItsIndex(t *testing.T) {
	var list []map[string]string
	for i := range 4321 {
		list = append(list, map[string]string{"id": fmt.Sprint(i)})
	}
	index, err := json.Marshal(list)
	require.NoError(t, err)
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "index"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "index", "vulns.json"), index, 0o600))
	n, err := entries(t.Context(), "file://"+filepath.ToSlash(dir))
	require.NoError(t, err)
	require.Equal(t, 4321, n)

	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/index/vulns.json.gz" {
			http.NotFound(w, r)
			return
		}
		z := gzip.NewWriter(w)
		_, _ = z.Write(index)
		_ = z.Close()
	}))
	defer server.Close()
	n, err = entries(t.Context(), server.URL)
	require.NoError(t, err)
	require.Equal(t, 4321, n)
	_, err = entries(t.Context(), server.URL+"/elsewhere")
	require.ErrorContains(t, err, "404")
}
