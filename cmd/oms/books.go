package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/storage"
	"github.com/go-oms/oms/storage/postgres"
	"github.com/go-oms/oms/storage/sqlite"
)

// books is a store that the tool has opened.
type books interface {
	storage.Store
	storage.Doctor
	Migrate(ctx context.Context) error
	Close() error
}

// bookFlags name the books.
type bookFlags struct {
	DB address `name:"db" required:"" placeholder:"BOOKS" help:"The books: a SQLite file, or a PostgreSQL database as postgres://user@host/shop or \"host=… dbname=…\". Passwords come from PGPASSWORD or ~/.pgpass, too."`
	serverFlags
}

// serverFlags say how a PostgreSQL database is used.
type serverFlags struct {
	Schema string `placeholder:"NAME" help:"The PostgreSQL schema of the tables; the first of the search_path by default."`
	Pooled bool   `help:"The address is that of a pooler in transaction mode, such as pgbouncer."`
}

// String is what names the same books on a command line, without passwords.
func (f bookFlags) String() string {
	text := f.DB.String()
	if f.DB.isServer() {
		text = "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
	}
	if f.Schema != "" {
		text += " --schema " + f.Schema
	}
	if f.Pooled {
		text += " --pooled"
	}
	return text
}

// look opens books that are there, for reading only: what is wrong with them must
// not be put right by looking.
func (f bookFlags) look(e *env) (books, error) {
	if f.DB.isServer() {
		return f.connect(e, postgres.Options{ReadOnly: true})
	}
	if _, err := os.Stat(string(f.DB)); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no file %s", f.DB)
	}
	return f.file(e, &sqlite.Options{ReadOnly: true})
}

// change opens books that are there, to write to them as they are.
func (f bookFlags) change(e *env) (books, error) {
	if f.DB.isServer() {
		return f.connect(e, postgres.Options{})
	}
	if _, err := os.Stat(string(f.DB)); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no file %s", f.DB)
	}
	return f.file(e, nil)
}

// create opens the books, makes a file that is not there, and brings the schema up to
// date.
func (f bookFlags) create(e *env, options postgres.Options) (store books, err error) {
	if f.DB.isServer() {
		store, err = f.connect(e, options)
	} else {
		store, err = f.file(e, nil)
	}
	if err != nil {
		return nil, err
	}
	if err := store.Migrate(e.ctx); err != nil {
		return nil, errors.Join(err, store.Close())
	}
	return store, nil
}

func (f bookFlags) connect(e *env, options postgres.Options) (books, error) {
	options.Schema, options.Pooled = f.Schema, f.Pooled
	store, err := postgres.Open(e.ctx, string(f.DB), &options)
	if err != nil {
		return nil, err // and not a nil *postgres.Store
	}
	return store, nil
}

func (f bookFlags) file(e *env, options *sqlite.Options) (books, error) {
	if f.Schema != "" || f.Pooled {
		return nil, fmt.Errorf("--schema and --pooled are for PostgreSQL, and %s is a file", f.DB)
	}
	store, err := sqlite.Open(e.ctx, string(f.DB), options)
	if err != nil {
		return nil, err
	}
	return store, nil
}

// isBooks reports whether a file is that of the books or one of SQLite's beside it,
// under whatever name.
func (f bookFlags) isBooks(name string) bool {
	is, err := os.Stat(name)
	if err != nil || f.DB.isServer() {
		return false
	}
	for _, suffix := range []string{"", "-wal", "-shm", "-journal"} {
		if books, err := os.Stat(string(f.DB) + suffix); err == nil && os.SameFile(is, books) {
			return true
		}
	}
	return false
}

// tenantFlag names one tenant. Without it a command looks at all.
type tenantFlag struct {
	Tenant *string `placeholder:"ID" help:"The tenant; all of them by default."`
}

// tenants returns the ids of the tenants to look at: of a file without any the
// one that a shop of a single tenant uses.
func (t tenantFlag) tenants(e *env, store storage.Store) ([]string, error) {
	ids, err := store.Tenants(e.ctx)
	switch {
	case err != nil:
		return nil, err
	case t.Tenant != nil && len(ids) > 0 && !slices.Contains(ids, *t.Tenant):
		return nil, fmt.Errorf("there is no tenant %q in these books: want one of %q", *t.Tenant, ids)
	case t.Tenant != nil:
		return []string{*t.Tenant}, nil
	case len(ids) == 0:
		return []string{""}, nil
	}
	return ids, nil
}

// shopOf is the shop of a tenant, as the system sees it.
func shopOf(store storage.Store, tenant string) (*oms.Client, error) {
	shop, err := oms.New(oms.Config{Store: store})
	if err != nil {
		return nil, err
	}
	return shop.Tenant(tenant).As(event.Actor{Kind: event.System}), nil
}
