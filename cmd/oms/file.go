package main

import (
	"errors"

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
