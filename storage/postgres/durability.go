package postgres

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/go-oms/oms/fault"
)

// Server is what decides whether an acknowledged commit survives, as the server
// itself reports it.
type Server struct {
	Version           int    // 150018 for 15.18
	Fsync             bool   // writes reach the disk
	FullPageWrites    bool   // a torn page can be mended
	SynchronousCommit string // "on", "local", "remote_apply", … or "off"
	Standby           bool   // it replays another server's writes and takes none
	ReadOnly          bool   // its transactions are read-only by default
	Now               time.Time
	Isolation         string
	LockTimeout       string // of the connection, as the server writes it
	StatementTimeout  string
	IdleTimeout       string
	Role              string
	BypassesSecurity  bool // the role is not held by row level security
	// Durable says whether an acknowledged commit survives a power cut.
	Durable bool
}

// oldest is the first version that has what the library uses.
const oldest = 140000

// set makes the settings of a connection of the store's own. A plan is made once, for
// all parameters, and often while a table is empty or was never analyzed: it must not
// read a table from end to end for that, as the table grows under it. Nor is anything
// that is asked here worth starting further processes for.
func (db *database) set(ctx context.Context, pg *pgconn.PgConn) error {
	o := &db.options
	sql := fmt.Sprintf("SET lock_timeout = %d; SET statement_timeout = %d; SET idle_in_transaction_session_timeout = %d; SET jit = off; SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET max_parallel_workers_per_gather = 0",
		max(1, o.LockTimeout.Milliseconds()), max(1, o.StatementTimeout.Milliseconds()), max(1, o.IdleTimeout.Milliseconds()))
	_, err := pg.Exec(ctx, sql).ReadAll()
	return err
}

const serverSettings = `SELECT current_setting('server_version_num'), current_setting('fsync'), current_setting('full_page_writes'),
	current_setting('synchronous_commit'), pg_is_in_recovery()::text, current_setting('default_transaction_read_only'),
	(extract(epoch FROM clock_timestamp()) * 1000000)::bigint::text, current_setting('transaction_isolation'),
	current_setting('lock_timeout'), current_setting('statement_timeout'), current_setting('idle_in_transaction_session_timeout'),
	current_user, (SELECT (rolsuper OR rolbypassrls)::text FROM pg_roles WHERE rolname = current_user)`

// Server asks the server for the settings that matter.
func (s *Store) Server(ctx context.Context) (Server, error) { return s.db.server(ctx) }

func (db *database) server(ctx context.Context) (sv Server, err error) {
	var failed error
	err = db.lend(ctx, "settings", func(pg *pgconn.PgConn) {
		sv, failed = askServer(ctx, pg)
	})
	if err == nil {
		err = classify("settings", failed)
	}
	return sv, err
}

func askServer(ctx context.Context, pg *pgconn.PgConn) (Server, error) {
	results, err := pg.Exec(ctx, serverSettings).ReadAll()
	if err != nil {
		return Server{}, err
	}
	return parseServer(results[0].Rows[0])
}

func parseServer(row [][]byte) (sv Server, err error) {
	text := func(i int) string { return string(row[i]) }
	if sv.Version, err = strconv.Atoi(text(0)); err != nil {
		return sv, err
	}
	micros, err := strconv.ParseInt(text(6), 10, 64)
	if err != nil {
		return sv, err
	}
	sv.Fsync, sv.FullPageWrites, sv.SynchronousCommit = text(1) == "on", text(2) == "on", text(3)
	sv.Standby, sv.ReadOnly, sv.Now = text(4) == "true", text(5) == "on", time.UnixMicro(micros).UTC()
	sv.Isolation, sv.LockTimeout, sv.StatementTimeout, sv.IdleTimeout = text(7), text(8), text(9), text(10)
	sv.Role, sv.BypassesSecurity = text(11), text(12) == "true"
	sv.Durable = sv.Fsync && sv.FullPageWrites && sv.SynchronousCommit != "off"
	return sv, nil
}

// inspect refuses a server that may forget what it acknowledged, that takes no
// writes, or whose schema is newer than this program.
func (db *database) inspect(ctx context.Context) error {
	sv, err := db.server(ctx)
	if err != nil {
		return err
	}
	o := &db.options
	switch {
	case sv.Version < oldest:
		return fault.Invalid("server_version", sv.Version, "14 or newer")
	case o.ReadOnly:
	case sv.Standby || sv.ReadOnly:
		return &StandbyError{Op: "open", Err: fmt.Errorf("it is a standby: %t, read-only by default: %t", sv.Standby, sv.ReadOnly)}
	case o.AllowRelaxedDurability:
	case !sv.Fsync:
		return &DurabilityError{"fsync", "off"}
	case !sv.FullPageWrites:
		return &DurabilityError{"full_page_writes", "off"}
	case sv.SynchronousCommit == "off":
		return &DurabilityError{"synchronous_commit", "off"}
	}
	have, err := db.schema(ctx)
	switch {
	case err != nil:
		return err
	case have > newest():
		return &SchemaError{Have: have, Want: newest()}
	case have == newest():
		return db.restoredIsForMigrate(db.look(ctx))
	default:
		return nil
	}
}

// restoredIsForMigrate lets a store be opened whose books come from another server,
// so that they can be migrated: every other call is refused until then.
func (db *database) restoredIsForMigrate(err error) error {
	if _, restored := err.(*RestoredError); restored {
		return nil
	}
	return err
}
