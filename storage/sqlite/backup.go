package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"

	engine "zombiezen.com/go/sqlite"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/storage/internal/sqlstore"
)

// Copy is a backup that was made.
type Copy struct {
	File   string // its name
	Bytes  int64  // its size
	Schema int    // the version of its schema
	Events int64  // how many events of all tenants it has: the books of that moment
}

// Backup copies the books of all tenants, as of one moment, into a new file, while
// others read and write. What was acknowledged before the call is in it. It works on a
// store that was opened for reading, too, and on an older schema.
//
// The copy is whole or not there: it is made under another name in the same folder,
// checked from end to end, synchronised, and only then given its name. A file that is
// there already, or a folder that is not, is a *fault.InvalidError; a database without
// books is a *SchemaError, and a full disk a *FullError. Only its owner may read the
// copy: it has all the personal data of the books.
func (s *Store) Backup(ctx context.Context, to string) (Copy, error) {
	if _, err := os.Lstat(to); to == "" || !errors.Is(err, fs.ErrNotExist) {
		return Copy{}, fault.Invalid("to", to, "the name of a file that is not there, in a folder that is")
	}
	if s.db.readers.isClosed() {
		return Copy{}, &fault.TransientError{Op: "sqlite: backup", Err: ErrClosed}
	}
	draft, err := os.CreateTemp(filepath.Dir(to), ".oms-backup-*")
	if err != nil {
		return Copy{}, fault.Invalid("to", to, "a file in a folder that can be written: "+err.Error())
	}
	name := draft.Name()
	defer func() {
		for _, suffix := range []string{"", "-wal", "-shm", "-journal"} {
			_ = os.Remove(name + suffix) // most are not there
		}
	}()
	if err := draft.Close(); err != nil {
		return Copy{}, classify("backup", err)
	}
	if err := s.db.copyTo(ctx, name); err != nil {
		return Copy{}, classify("backup", err)
	}
	made, err := inspectCopy(ctx, name)
	if err == nil {
		err = settle(name, to)
	}
	if err == nil {
		made.Bytes, err = size(to)
	}
	if err != nil {
		return Copy{}, classify("backup", err)
	}
	made.File = to
	return made, nil
}

// copyTo writes the pages that are in use, as one transaction sees them.
func (db *database) copyTo(ctx context.Context, name string) error {
	c, err := bare(db.path, engine.OpenReadOnly, &db.options)
	if err != nil {
		return err
	}
	defer func() { _ = c.close() }()
	have, err := c.schema()
	if err != nil {
		return err
	}
	if have == 0 {
		return &SchemaError{Have: have, Want: newest()}
	}
	c.engine.SetInterrupt(ctx.Done())
	_, err = c.Exec(&sqlstore.Query{SQL: "VACUUM INTO ?1", Once: true}, []sqlstore.Value{{Kind: sqlstore.Text, S: name}})
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// inspectCopy reads every page of a copy, and gives it the journal that stores use.
func inspectCopy(ctx context.Context, name string) (made Copy, err error) {
	c, err := bare(name, engine.OpenReadWrite, &Options{})
	if err != nil {
		return made, err
	}
	defer func() {
		if closed := c.close(); err == nil {
			err = closed
		}
	}()
	c.engine.SetInterrupt(ctx.Done())
	answer := func(sql string) (text string) {
		if err == nil {
			text, err = c.ask(sql)
		}
		return text
	}
	mode, verdict := answer("PRAGMA journal_mode = WAL"), answer("PRAGMA integrity_check")
	events := answer("SELECT count(*) FROM oms_events")
	if err == nil {
		made.Schema, err = c.schema()
	}
	switch {
	case ctx.Err() != nil:
		return made, ctx.Err()
	case err != nil:
		return made, err
	case verdict != "ok" || mode != "wal":
		return made, &sqlstore.DamageError{Where: "the copy", Err: fmt.Errorf("integrity_check: %s, journal_mode: %s", verdict, mode)}
	}
	made.Events, err = strconv.ParseInt(events, 10, 64)
	return made, err
}

// bare opens a connection without the settings of a store.
func bare(path string, flags engine.OpenFlags, o *Options) (*conn, error) {
	e, err := engine.OpenConn(path, flags)
	if err != nil {
		return nil, err
	}
	e.SetBusyTimeout(o.BusyTimeout)
	return newConn(e), nil
}

// settle synchronises a file and gives it its name, unless there is one of that name
// by now.
func settle(from, to string) error {
	if err := synchronise(from, os.O_RDWR); err != nil {
		return err
	}
	if err := os.Link(from, to); err != nil {
		if _, there := os.Lstat(to); there == nil {
			return fault.Invalid("to", to, "the name of a file that is not there")
		}
		if err := os.Rename(from, to); err != nil { // a file system without links
			return err
		}
	}
	if runtime.GOOS == "windows" {
		return nil // folders are not synchronised there
	}
	return synchronise(filepath.Dir(to), os.O_RDONLY)
}

func synchronise(name string, flag int) error {
	f, err := os.OpenFile(name, flag, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

func size(name string) (int64, error) {
	info, err := os.Stat(name)
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}
