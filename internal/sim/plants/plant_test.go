package plants

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// most is how many seeds a defect may need.
const most = 10_000

func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../../..")
	require.NoError(t, err)
	return dir
}

func TestEveryPieceOfSourceStandsOnceInItsFile(t *testing.T) {
	table, names := Table(), map[string]bool{}
	require.GreaterOrEqual(t, len(table), 30)
	for _, p := range table {
		_, err := p.Planted(root(t))
		require.NoError(t, err)
		require.NotEqual(t, p.Old, p.New, p.Name)
		require.NotEmpty(t, p.Defect)
		require.False(t, names[p.Name], p.Name)
		names[p.Name] = true
	}
	_, err := Plant{Name: "none", File: "do.go", Old: "there is no such thing"}.Planted(root(t))
	require.ErrorContains(t, err, "stands 0 times in do.go")
}

func TestReadingWhatWasFound(t *testing.T) {
	for out, want := range map[string]Found{
		"seed 7: stock.oversold: SKU0 at main: {…}\n": {7, "stock.oversold"},
		"seed 12: panic: runtime error: index out\n":  {12, "panic"},
		"300 seeds in 20s, 54000 an hour: 1 command":  {},
	} {
		got, err := parse(out)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
}

// Two of the defects are hunted for in every run of the tests.
func TestSomePlantsAreFound(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: it builds the simulation for each of them")
	}
	for _, name := range []string{"stock kept after the end", "key not stored"} {
		t.Run(name, func(t *testing.T) {
			table := Table()
			i := slices.IndexFunc(table, func(p Plant) bool { return p.Name == name })
			require.GreaterOrEqual(t, i, 0)
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
			defer cancel()
			found, err := table[i].Hunt(ctx, root(t), t.TempDir(), 400)
			require.NoError(t, err)
			require.NotEmpty(t, found.Check)
			t.Logf("seed %d: %s", found.Seed, found.Check)
		})
	}
}

// TestEveryPlantIsFound hunts for all of them and writes how many seeds each of them took.
// OMS_PLANTS=name,name hunts for those alone; what is known of the others stays as it is.
func TestEveryPlantIsFound(t *testing.T) {
	only := os.Getenv("OMS_PLANTS")
	if os.Getenv("OMS_LONG") == "" && only == "" {
		t.Skip("skipped without OMS_LONG=1: it builds the simulation once for each defect")
	}
	page := filepath.Join(root(t), "docs", "simulation-plants.md")
	rows := read(t, page)
	for _, p := range Table() {
		if only != "" && !slices.Contains(strings.Split(only, ","), p.Name) {
			continue
		}
		start := time.Now()
		found, err := p.Hunt(t.Context(), root(t), t.TempDir(), most)
		if err != nil || found.Check == "" {
			t.Errorf("%s: not found in %d seeds: %v", p.Name, most, err)
			delete(rows, p.Name)
			continue
		}
		t.Logf("%s: seed %d: %s, in %s", p.Name, found.Seed, found.Check, time.Since(start).Round(time.Second))
		rows[p.Name] = fmt.Sprintf("| %s | %s | `%s` | %d |\n", p.Name, p.Defect, found.Check, found.Seed+1)
		write(t, page, rows)
	}
}

// The published table has a row for each of the defects and for nothing else.
func TestThePublishedTableIsWhole(t *testing.T) {
	rows := read(t, filepath.Join(root(t), "docs", "simulation-plants.md"))
	for _, p := range Table() {
		require.Contains(t, rows[p.Name], "| "+p.Defect+" |", p.Name)
	}
	require.Len(t, rows, len(Table()))
}

// read returns the rows of the page by the names of the defects; none where it is new.
func read(t *testing.T, page string) map[string]string {
	t.Helper()
	rows := map[string]string{}
	text, err := os.ReadFile(page)
	if os.IsNotExist(err) {
		return rows
	}
	require.NoError(t, err)
	_, table, found := strings.Cut(string(text), "|---|---|---|---|\n")
	require.True(t, found, "the page has a table")
	for line := range strings.Lines(table) {
		name, _, _ := strings.Cut(strings.TrimPrefix(line, "| "), " | ")
		rows[name] = line
	}
	return rows
}

func write(t *testing.T, page string, rows map[string]string) {
	t.Helper()
	var b strings.Builder
	b.WriteString(header)
	for _, p := range Table() {
		b.WriteString(rows[p.Name])
	}
	require.NoError(t, os.WriteFile(page, []byte(b.String()), 0o644))
}

const header = `# Planted defects

Each of these defects is put into the library, one at a time, and the simulation lives one seed after the other until a rule is broken.
A row is from the last hunt for its defect: a simulation that has changed since may need another number of seeds. The table is written by ` + "`OMS_LONG=1 go test ./internal/sim/plants -run EveryPlant -timeout 60m`" + `.

| defect | what goes wrong | rule that was broken first | seeds |
|---|---|---|---|
`
