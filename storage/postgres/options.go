package postgres

import (
	"regexp"
	"time"

	"github.com/go-oms/oms/fault"
)

// Options says how the store uses its server. The zero value is right for
// production.
type Options struct {
	// Schema is the PostgreSQL schema of the tables: a name of letters, digits and
	// underscores. Empty for whatever the connections' search_path begins with. The
	// tables' own names begin with oms_ in any case.
	Schema string

	// Pooled says that the server is reached through a pooler such as pgbouncer in
	// transaction mode: nothing is prepared and no setting outlives a transaction.
	Pooled bool

	// RowSecurity makes Migrate put every table with a tenant under row level
	// security, and every transaction name its tenant. A role that owns the tables is
	// held too, a superuser is not: Examine tells.
	RowSecurity bool

	// AllowRelaxedDurability accepts a server that may forget what it acknowledged
	// when the power fails.
	AllowRelaxedDurability bool

	// ReadOnly opens the books for reading, on a standby for example. Commits are
	// answered with *ReadOnlyError.
	ReadOnly bool

	// LockTimeout is how long a statement waits for another transaction's lock,
	// StatementTimeout how long it runs, IdleTimeout how long the server keeps a
	// transaction whose program is silent. 5 s, 30 s and 30 s when zero.
	LockTimeout, StatementTimeout, IdleTimeout time.Duration
	// CommitTimeout is how long a commit may take from when the store takes it up;
	// after that its outcome is unknown. 40 s when zero.
	CommitTimeout time.Duration
	// PoolTimeout is how long a caller waits for a free connection. 10 s when zero.
	PoolTimeout time.Duration
	// HorizonTimeout is how long a reader of the stream of events waits for
	// transactions in progress when all that is new lies behind them. 100 ms when
	// zero.
	HorizonTimeout time.Duration

	// Now is the program's clock, which Examine compares the server's with. time.Now
	// when nil.
	Now func() time.Time

	// Group is how many batches share one transaction at most, 64 when zero; Flushers
	// is how many such transactions of one tenant run at a time, 1 when zero: two that
	// touch the same items wait for each other.
	Group, Flushers int
	// Conns is how many connections [Open] keeps at most: 8 for each CPU that the
	// program may use when zero. A pool or handle of the host's has its own limit.
	Conns int
}

var identifier = regexp.MustCompile(`^[a-z_][a-z0-9_]{0,62}$`)

func (o *Options) withDefaults() (Options, error) {
	var out Options
	if o != nil {
		out = *o
	}
	if out.Schema != "" && !identifier.MatchString(out.Schema) {
		return out, fault.Invalid("Schema", out.Schema, "a name of small letters, digits and underscores, of at most 63")
	}
	if out.Now == nil {
		out.Now = time.Now
	}
	for _, d := range []struct {
		field    string
		value    *time.Duration
		standard time.Duration
	}{
		{"LockTimeout", &out.LockTimeout, 5 * time.Second},
		{"StatementTimeout", &out.StatementTimeout, 30 * time.Second},
		{"IdleTimeout", &out.IdleTimeout, 30 * time.Second},
		{"CommitTimeout", &out.CommitTimeout, 40 * time.Second},
		{"PoolTimeout", &out.PoolTimeout, 10 * time.Second},
		{"HorizonTimeout", &out.HorizonTimeout, 100 * time.Millisecond},
	} {
		if *d.value < 0 {
			return out, fault.Invalid(d.field, *d.value, "zero for the default, or more")
		}
		if *d.value == 0 {
			*d.value = d.standard
		}
	}
	for _, n := range []struct {
		field         string
		value         *int
		standard, max int
	}{
		{"Group", &out.Group, 64, 1024},
		{"Flushers", &out.Flushers, 1, 64},
		{"Conns", &out.Conns, 0, 10_000},
	} {
		if *n.value < 0 || *n.value > n.max {
			return out, fault.Invalid(n.field, *n.value, "zero for the default, or more within reason")
		}
		if *n.value == 0 {
			*n.value = n.standard
		}
	}
	return out, nil
}
