package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/go-oms/oms/storage/sqlite"
)

type backupCommand struct {
	bookFlags
	To string `arg:"" name:"file" help:"The file to make. It must not be there."`
}

// copied is the result.
type copied struct {
	DB     string `json:"db"`
	File   string `json:"file"`
	Bytes  int64  `json:"bytes"`
	Schema int    `json:"schema"`
	Events int64  `json:"events"`
}

// Run copies a SQLite file while others use it.
func (c *backupCommand) Run(e *env) (err error) {
	if c.DB.isServer() {
		return fmt.Errorf("oms backup is for SQLite files: use pg_dump, or base backups with an archive of the WAL, for %s", c.DB)
	}
	if c.Schema != "" || c.Pooled {
		return fmt.Errorf("--schema and --pooled are for PostgreSQL, and %s is a file", c.DB)
	}
	if _, err := os.Stat(string(c.DB)); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no file %s", c.DB)
	}
	store, err := sqlite.Open(e.ctx, string(c.DB), &sqlite.Options{ReadOnly: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	made, err := store.Backup(e.ctx, c.To)
	if err != nil {
		return err
	}
	e.say("%s has the books of %s with %d events: schema %d, %d bytes, read back and found whole.", made.File, c.DB, made.Events, made.Schema, made.Bytes)
	e.say("oms verify --db %s recomputes them from their history.", made.File)
	return e.print(copied{c.DB.String(), made.File, made.Bytes, made.Schema, made.Events})
}
