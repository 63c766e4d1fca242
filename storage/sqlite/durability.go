package sqlite

import (
	"context"
	"fmt"
	"strconv"
	"time"

	engine "zombiezen.com/go/sqlite"
)

// Durability is the settings that decide what survives a crash, as the database
// itself reports them.
type Durability struct {
	JournalMode     string // "wal", "delete" …
	Synchronous     string // "off", "normal", "full", "extra"
	ForeignKeys     bool
	BusyTimeout     time.Duration
	CheckpointPages int
	// Durable says whether an acknowledged commit survives a power cut. A rollback
	// journal needs "extra": with "full" its deletion is not synchronised, and a
	// journal that comes back undoes the last commit.
	Durable bool
}

// set makes the settings of a connection.
func (c *conn) set(ctx context.Context, o *Options, writes bool) error {
	cache := o.CacheMiB
	if !writes {
		cache = max(1, cache/4)
	}
	if writes && !o.ReadOnly {
		if err := c.journal(ctx, o); err != nil {
			return err
		}
	}
	settings := []string{
		"PRAGMA synchronous = " + o.Synchronous,
		"PRAGMA foreign_keys = ON",
		"PRAGMA cache_size = -" + strconv.Itoa(cache*1024),
		// Savepoints keep the pages they may have to restore; in memory, not in a file.
		"PRAGMA temp_store = MEMORY",
		"PRAGMA wal_autocheckpoint = " + strconv.Itoa(o.CheckpointPages),
	}
	if !writes || o.ReadOnly {
		settings = append(settings, "PRAGMA query_only = ON")
	}
	return c.script(settings...)
}

// journal sets the journal mode, which belongs to the file. Switching needs the
// file for a moment alone, and SQLite does not wait for that by itself.
func (c *conn) journal(ctx context.Context, o *Options) error {
	ctx, cancel := context.WithTimeout(ctx, o.BusyTimeout)
	defer cancel()
	for {
		_, err := c.ask("PRAGMA journal_mode = " + o.JournalMode)
		if err == nil || code(err).ToPrimary() != engine.ResultBusy {
			return err
		}
		if pause(ctx, 5*time.Millisecond) != nil {
			return err
		}
	}
}

func (c *conn) durability() (d Durability, err error) {
	number := func(name string) (n int) {
		if err != nil {
			return 0
		}
		var text string
		if text, err = c.ask("PRAGMA " + name); err == nil {
			n, err = strconv.Atoi(text)
		}
		return n
	}
	if d.JournalMode, err = c.ask("PRAGMA journal_mode"); err != nil {
		return d, err
	}
	level := number("synchronous")
	d.ForeignKeys = number("foreign_keys") == 1
	d.BusyTimeout = time.Duration(number("busy_timeout")) * time.Millisecond
	d.CheckpointPages = number("wal_autocheckpoint")
	if err == nil && (level < 0 || level >= len(synchronous)) {
		err = fmt.Errorf("synchronous is %d", level)
	}
	if err != nil {
		return d, err
	}
	d.Synchronous = synchronous[level]
	switch d.JournalMode {
	case "wal":
		d.Durable = d.Synchronous == "full" || d.Synchronous == "extra"
	case "delete", "truncate", "persist":
		d.Durable = d.Synchronous == "extra"
	}
	return d, nil
}

// Durability opens a connection as the writer's is opened and reads its settings
// back.
func (s *Store) Durability(ctx context.Context) (Durability, error) {
	c, err := connect(ctx, s.db.path, &s.db.options, true)
	if err != nil {
		return Durability{}, classify("durability", err)
	}
	d, err := c.durability()
	if closed := c.close(); err == nil {
		err = closed
	}
	return d, classify("durability", err)
}
