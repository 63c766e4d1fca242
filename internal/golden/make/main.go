// Command make keeps small books of the schemas that are released: for each a
// SQLite file and a dump of a PostgreSQL database, compressed, with notes of what is
// in them. Tests migrate them to the newest schema, whatever that is by then.
//
// It is run once at every release that has a migration, with the release's own tool,
// and what it writes is committed and never written again:
//
//	go run ./internal/golden/make
//
// With -oms FILE another build of the tool makes the books, such as that of an older
// commit. The books are a year of the demo, whose own sums are the notes.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/go-oms/oms/internal/golden"
)

// The year that is lived: a seed with something of everything, and few enough carts
// for a repository.
const (
	seed  = "31"
	carts = "17"
)

func main() {
	if err := run(context.Background(), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "golden:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("golden", flag.ContinueOnError)
	tool := flags.String("oms", "", "the tool that makes the books; the one of this commit by default")
	store := flags.String("store", "both", "sqlite, postgres or both")
	root := flags.String("root", ".", "the folder of the module")
	if err := flags.Parse(args); err != nil {
		return err
	}
	scratch, err := os.MkdirTemp("", "golden")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(scratch) }()
	if *tool == "" {
		*tool = filepath.Join(scratch, "oms")
		if err := command(ctx, *root, nil, "go", "build", "-buildvcs=false", "-o", *tool, "./cmd/oms"); err != nil {
			return err
		}
	}
	m := maker{tool: *tool, scratch: scratch, root: *root}
	var errs []error
	if *store != "postgres" {
		errs = append(errs, m.sqlite(ctx))
	}
	if *store != "sqlite" {
		errs = append(errs, m.postgres(ctx))
	}
	return errors.Join(errs...)
}

// keep writes the books and their notes, unless there are some of that schema.
func (m *maker) keep(store string, n golden.Notes, name string, books []byte) error {
	folder := filepath.Join(m.root, "storage", store, "testdata", "golden")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	stem := filepath.Join(folder, fmt.Sprintf("%04d", n.Schema))
	if _, err := os.Stat(stem + ".json"); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there are books of schema %d of %s already: they are never written again", n.Schema, store)
	}
	text, err := json.MarshalIndent(n, "", "\t")
	if err != nil {
		return err
	}
	packed, err := compress(books)
	if err != nil {
		return err
	}
	fmt.Printf("%s: schema %d, %d orders, %d bytes\n", store, n.Schema, n.Year.Orders, len(packed))
	return errors.Join(os.WriteFile(stem+name, packed, 0o644), os.WriteFile(stem+".json", append(text, '\n'), 0o644))
}
