package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/storage"
	"github.com/go-oms/oms/storage/sqlite"
)

// look opens a file that is there, for reading only: what is wrong with it must
// not be put right by looking.
func (f bookFlags) look(e *env) (*sqlite.Store, error) {
	if _, err := os.Stat(f.DB); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no file %s", f.DB)
	}
	return sqlite.Open(e.ctx, f.DB, &sqlite.Options{ReadOnly: true})
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
