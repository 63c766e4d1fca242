package main

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/go-oms/oms/storage/postgres"
	"github.com/go-oms/oms/storage/sqlite"
)

// migrateCommand has two forms: oms migrate --db BOOKS, and oms migrate get.
type migrateCommand struct {
	Apply migrateApply `cmd:"" default:"withargs" help:"Create the schema, or bring it up to date (the default)."`
	Get   migrateGet   `cmd:"" help:"Print the SQL of the migrations, for those who run it themselves."`
}

type migrateApply struct {
	bookFlags
	RowSecurity bool `help:"Put the tables of a PostgreSQL database under row level security by tenant."`
}

// Run migrates the books.
func (c *migrateApply) Run(e *env) error {
	if c.RowSecurity && !c.DB.isServer() {
		return fmt.Errorf("--row-security is for PostgreSQL, and %s is a file", c.DB)
	}
	store, err := c.create(e, postgres.Options{RowSecurity: c.RowSecurity})
	if err != nil {
		return err
	}
	findings, err := store.Examine(e.ctx)
	if err := errors.Join(err, store.Close()); err != nil {
		return err
	}
	e.say("%s is up to date.", c.DB)
	return e.print(struct {
		DB       string `json:"db"`
		Findings any    `json:"findings"`
	}{c.DB.String(), findings})
}

// migrateGet needs no database.
type migrateGet struct {
	Store string `default:"sqlite" enum:"sqlite,postgres" help:"The store whose migrations they are: sqlite (the default) or postgres."`
	List  bool   `help:"Print the names only."`
	Step  *int   `arg:"" optional:"" name:"n" help:"Only this step, from 1."`
}

// migration is one step.
type migration struct {
	Name string `json:"name"`
	SQL  string `json:"sql,omitempty"` // absent from a list of names
}

// Run prints the migrations.
func (c *migrateGet) Run(e *env) error {
	all, err := c.migrations()
	if err != nil {
		return err
	}
	if n := c.Step; n != nil {
		if *n < 1 || *n > len(all) {
			return fmt.Errorf("there is no step %d: want one of 1 to %d", *n, len(all))
		}
		all = all[*n-1 : *n]
	}
	for i, m := range all {
		if c.List {
			all[i].SQL = ""
			e.say("%s", m.Name)
			continue
		}
		e.say("-- %s\n\n%s", m.Name, strings.TrimSpace(m.SQL)+"\n")
	}
	if err := e.print(all); err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	return nil
}

// migrations returns those of the store, in order.
func (c *migrateGet) migrations() (all []migration, err error) {
	files := sqlite.Migrations()
	if c.Store == "postgres" {
		files = postgres.Migrations()
	}
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	for _, name := range names {
		sql, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		all = append(all, migration{strings.TrimSuffix(name, ".sql"), string(sql)})
	}
	return all, nil
}
