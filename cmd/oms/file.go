package main

import (
	"errors"
	"os"

	"github.com/go-oms/oms/storage/sqlite"
)

// bookFlags name the file that keeps the books.
type bookFlags struct {
	DB string `name:"db" required:"" placeholder:"FILE" help:"The SQLite file of the books."`
}

// create opens a file, makes it if it is not there, and brings its schema up to
// date.
func (f bookFlags) create(e *env) (*sqlite.Store, error) {
	store, err := sqlite.Open(e.ctx, f.DB, nil)
	if err != nil {
		return nil, err
	}
	if err := store.Migrate(e.ctx); err != nil {
		return nil, errors.Join(err, store.Close())
	}
	return store, nil
}

// isBooks reports whether a file is that of the books or one of SQLite's beside it,
// under whatever name.
func (f bookFlags) isBooks(name string) bool {
	is, err := os.Stat(name)
	if err != nil {
		return false
	}
	for _, suffix := range []string{"", "-wal", "-shm", "-journal"} {
		if books, err := os.Stat(f.DB + suffix); err == nil && os.SameFile(is, books) {
			return true
		}
	}
	return false
}
