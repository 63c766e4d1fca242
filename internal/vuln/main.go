// Command vuln asks govulncheck about the module, and first makes sure that its answer
// is worth something: a database that is empty, or that cannot be read, finds nothing
// and says so as if all were well.
//
//	go run ./internal/vuln                    # make vuln
//	go run ./internal/vuln -db file:///DIR    # a copy of the database, as files in the OSV format
package main

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

const (
	database = "https://vuln.go.dev"
	scanner  = "golang.org/x/vuln/cmd/govulncheck@v1.9.0"
	// leastEntries is fewer than the database has had since the middle of 2026.
	leastEntries = 4000
)

// canary is a module with a vulnerability that the database must know: an injection of
// SQL that was published in 2024.
var canary = map[string]string{
	"go.mod":    "module canary\n\ngo 1.26\n\nrequire github.com/jackc/pgx/v5 v5.5.3\n",
	"canary.go": "// Package canary is asked about to see whether anything is found.\npackage canary\n\nimport _ \"github.com/jackc/pgx/v5\"\n",
}

func main() {
	db := flag.String("db", database, "the database: an https or file address")
	tool := flag.String("govulncheck", "", "the scanner; by default it is run from its module")
	flag.Parse()
	ctx, cancel := context.WithTimeout(context.Background(), 15*time.Minute)
	defer cancel()
	s := scan{db: *db, run: runner(*tool), out: os.Stdout}
	if err := s.all(ctx, "."); err != nil {
		fmt.Fprintln(os.Stderr, "vuln:", err)
		os.Exit(1)
	}
}

// run runs the scanner in a folder and returns what it printed; found says whether it
// found something.
type run func(ctx context.Context, folder string, args ...string) (text string, found bool, err error)

type scan struct {
	db  string
	run run
	out io.Writer
}

// all looks at the database, at the canary and then at the module in the folder.
func (s *scan) all(ctx context.Context, folder string) error {
	n, err := entries(ctx, s.db)
	if err != nil {
		return fmt.Errorf("the database %s cannot be read, so nothing is known: %w", s.db, err)
	}
	if n < leastEntries {
		return fmt.Errorf("the database %s has %d entries, want at least %d: an answer from it means nothing", s.db, n, leastEntries)
	}
	if err := s.sing(ctx); err != nil {
		return err
	}
	text, found, err := s.run(ctx, folder, "-db", s.db, "-scan", "symbol", "./...")
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "%s\n%d entries in the database, and the canary was found.\n", strings.TrimSpace(text), n)
	if found {
		return errors.New("there are vulnerabilities that the code reaches")
	}
	return nil
}

// sing has the scanner find what is known to be there.
func (s *scan) sing(ctx context.Context) error {
	folder, err := os.MkdirTemp("", "canary")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	for name, text := range canary {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			return err
		}
	}
	text, found, err := s.run(ctx, folder, "-db", s.db, "-scan", "package", ".")
	if err != nil {
		return fmt.Errorf("the canary: %w", err)
	}
	if !found || !strings.Contains(text, "github.com/jackc/pgx/v5") {
		return fmt.Errorf("the scanner does not find the canary's vulnerability, so that its answers mean nothing: %s", text)
	}
	return nil
}

// entries counts the vulnerabilities of a database.
func entries(ctx context.Context, db string) (int, error) {
	if folder, ok := strings.CutPrefix(db, "file://"); ok {
		return countFiles(os.DirFS(filepath.FromSlash(folder)))
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(db, "/")+"/index/vulns.json.gz", nil)
	if err != nil {
		return 0, err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		return 0, errors.New(answer.Status)
	}
	unpacked, err := gzip.NewReader(io.LimitReader(answer.Body, 64<<20))
	if err != nil {
		return 0, err
	}
	return countIndex(unpacked)
}

// countFiles counts those of a folder: an index, or a file for each.
func countFiles(folder fs.FS) (int, error) {
	index, err := folder.Open("index/vulns.json")
	if err == nil {
		defer func() { _ = index.Close() }()
		return countIndex(index)
	}
	names, err := fs.Glob(folder, "GO-*.json")
	return len(names), err
}

func countIndex(in io.Reader) (int, error) {
	var list []struct {
		ID string `json:"id"`
	}
	err := json.NewDecoder(in).Decode(&list)
	return len(list), err
}

// runner runs a program, or the scanner's module when there is none.
func runner(tool string) run {
	return func(ctx context.Context, folder string, args ...string) (string, bool, error) {
		cmd := exec.CommandContext(ctx, tool, args...)
		if tool == "" {
			cmd = exec.CommandContext(ctx, "go", append([]string{"run", scanner}, args...)...)
		}
		cmd.Dir = folder
		cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod")
		if folder == "." {
			cmd.Env = os.Environ()
		}
		text, err := cmd.CombinedOutput()
		found := strings.Contains(string(text), "\nVulnerability #")
		var exit *exec.ExitError
		if errors.As(err, &exit) && found {
			err = nil // it says by its exit code that it has found something
		}
		if err != nil {
			err = fmt.Errorf("%w: %s", err, text)
		}
		return string(text), found, err
	}
}
