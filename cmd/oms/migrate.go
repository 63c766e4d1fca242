package main

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/go-oms/oms/storage/sqlite"
)

// migrateCommand has two forms: oms migrate --db FILE, and oms migrate get.
type migrateCommand struct {
	Apply migrateApply `cmd:"" default:"withargs" help:"Create the schema, or bring it up to date (the default)."`
	Get   migrateGet   `cmd:"" help:"Print the SQL of the migrations, for those who run it themselves."`
}

type migrateApply struct{ bookFlags }

// Run migrates a file.
func (c *migrateApply) Run(e *env) error {
	store, err := c.create(e)
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
	}{c.DB, findings})
}

type migrateGet struct{}

// Run prints the migrations.
func (*migrateGet) Run(e *env) error {
	type migration struct {
		Name string `json:"name"`
		SQL  string `json:"sql"`
	}
	all := []migration{}
	files := sqlite.Migrations()
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return err
	}
	for _, name := range names { // in order of version
		sql, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		all = append(all, migration{strings.TrimSuffix(name, ".sql"), string(sql)})
	}
	for _, m := range all {
		e.say("-- %s\n\n%s", m.Name, strings.TrimSpace(m.SQL)+"\n")
	}
	if err := e.print(all); err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	return nil
}
