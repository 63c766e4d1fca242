package sqlite

import (
	"strings"
	"time"

	"github.com/go-oms/oms/fault"
)

// Options says how a file is opened. The zero value is right for production.
type Options struct {
	// BusyTimeout is how long a write waits for another process, or for a
	// transaction of the host's, to let go of the file. 5 s when zero.
	BusyTimeout time.Duration

	// JournalMode and Synchronous are the settings of SQLite of those names: "WAL"
	// and "FULL" when empty. Only WAL with FULL or EXTRA, and DELETE, TRUNCATE or
	// PERSIST with EXTRA, survive a power cut.
	JournalMode, Synchronous string
	// AllowRelaxedDurability accepts settings that may lose acknowledged commits
	// when the power fails.
	AllowRelaxedDurability bool

	// ReadOnly opens the file for reading. Commits are answered with *ReadOnlyError.
	ReadOnly bool

	// Readers is how many reading connections are kept open. 4 when zero.
	Readers int
	// Group is how many batches share one transaction at most. 128 when zero.
	Group int
	// CacheMiB is the writer's page cache, in MiB; each reader has a quarter of
	// it. 16 when zero.
	CacheMiB int
	// CheckpointPages is how many pages the write-ahead log collects before they
	// are copied into the file. 8000, some 32 MB, when zero; at least 4000.
	CheckpointPages int
}

const leastCheckpoint = 4000

func (o *Options) withDefaults() (Options, error) {
	var out Options
	if o != nil {
		out = *o
	}
	for _, n := range []struct {
		field    string
		value    *int
		standard int
	}{
		{"Readers", &out.Readers, 4},
		{"Group", &out.Group, 128},
		{"CacheMiB", &out.CacheMiB, 16},
		{"CheckpointPages", &out.CheckpointPages, 8000},
	} {
		if *n.value < 0 {
			return out, fault.Invalid(n.field, *n.value, "zero for the default, or more")
		}
		if *n.value == 0 {
			*n.value = n.standard
		}
	}
	if out.CheckpointPages < leastCheckpoint {
		return out, fault.Invalid("CheckpointPages", out.CheckpointPages, "zero for the default, or at least 4000")
	}
	if out.BusyTimeout < 0 {
		return out, fault.Invalid("BusyTimeout", out.BusyTimeout, "zero for the default, or more")
	}
	if out.BusyTimeout == 0 {
		out.BusyTimeout = 5 * time.Second
	}
	return out, out.settings()
}

// settings brings the two settings of SQLite into their usual form.
func (o *Options) settings() error {
	if o.JournalMode == "" {
		o.JournalMode = "wal"
	}
	if o.Synchronous == "" {
		o.Synchronous = "full"
	}
	o.JournalMode, o.Synchronous = strings.ToLower(o.JournalMode), strings.ToLower(o.Synchronous)
	switch o.JournalMode {
	case "wal", "delete", "truncate", "persist":
	default:
		return fault.Invalid("JournalMode", o.JournalMode, "WAL, DELETE, TRUNCATE or PERSIST")
	}
	for _, name := range synchronous {
		if o.Synchronous == name {
			return nil
		}
	}
	return fault.Invalid("Synchronous", o.Synchronous, "FULL, EXTRA, NORMAL or OFF")
}

// synchronous names SQLite's levels by their numbers.
var synchronous = [...]string{"off", "normal", "full", "extra"}
