package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/go-oms/oms/storage"
	"github.com/go-oms/oms/storage/internal/sqlstore"
)

var _ storage.Doctor = (*Store)(nil)

// Bounds of what is fine.
const (
	maxSkew = time.Second // between the clocks of the server and the program: leases are dated
	maxWait = time.Minute // of events behind a transaction in progress
)

// Examine asks the server what decides whether an acknowledged commit survives, where
// writes go, which limits the store's own transactions have, whether row level security
// holds the role, and what holds the tenant's events back. It works on a database that
// was not migrated yet, and then says less.
func (s *Store) Examine(ctx context.Context) ([]storage.Finding, error) {
	sv, skew, err := s.db.compared(ctx)
	if err != nil {
		return nil, err
	}
	findings := append(sv.durability(), sv.place(skew)...)
	limits, err := s.db.limits(ctx)
	if err != nil {
		return nil, err
	}
	findings = append(findings, limits...)
	have, err := s.db.schema(ctx)
	if err != nil {
		return nil, err
	}
	findings = append(findings, storage.Finding{
		Topic: storage.Schema, Name: "version", Value: strconv.Itoa(have), Want: strconv.Itoa(newest()), OK: have == newest(),
	})
	if have != newest() {
		return findings, nil
	}
	for _, examine := range []func(context.Context) ([]storage.Finding, error){s.db.steps, s.db.origin, s.db.security, s.waiting} {
		found, err := examine(ctx)
		if err != nil {
			return nil, err
		}
		findings = append(findings, found...)
	}
	return findings, nil
}

var qSteps = &sqlstore.Query{SQL: `SELECT name FROM oms_schema`}

// steps holds the migrations that are noted against those that there are.
func (db *database) steps(ctx context.Context) ([]storage.Finding, error) {
	all, err := migrations()
	if err != nil {
		return nil, classify("schema", err)
	}
	var noted, missing []string
	err = db.view(ctx, "schema", "", nil, false, func(c sqlstore.Conn) error {
		rows, err := c.Query(qSteps, nil)
		for err == nil && rows.Next() {
			noted = append(noted, rows.Text(0))
		}
		return err
	})
	for _, m := range all {
		if !slices.Contains(noted, m.name) {
			missing = append(missing, m.name)
		}
	}
	f := storage.Finding{Topic: storage.Schema, Name: "migrations", Want: "all " + strconv.Itoa(len(all)), OK: len(missing) == 0}
	f.Value = f.Want
	if !f.OK {
		f.Value = "without " + strings.Join(missing, ", ")
	}
	return []storage.Finding{f}, err
}

// compared asks for the server's settings, and how far its clock is ahead of the
// program's beyond the time that the question took.
func (db *database) compared(ctx context.Context) (sv Server, skew time.Duration, err error) {
	var failed error
	err = db.lend(ctx, "settings", func(pg *pgconn.PgConn) {
		before := db.options.Now()
		if sv, failed = askServer(ctx, pg); failed != nil {
			return
		}
		after := db.options.Now()
		switch {
		case sv.Now.Before(before):
			skew = sv.Now.Sub(before)
		case sv.Now.After(after):
			skew = sv.Now.Sub(after)
		}
	})
	if err == nil {
		err = classify("settings", failed)
	}
	return sv, skew, err
}

func (sv Server) durability() []storage.Finding {
	return []storage.Finding{
		{Topic: storage.Durability, Name: "fsync", Value: onOff(sv.Fsync), Want: "on", OK: sv.Fsync},
		{Topic: storage.Durability, Name: "full_page_writes", Value: onOff(sv.FullPageWrites), Want: "on", OK: sv.FullPageWrites},
		{
			Topic: storage.Durability, Name: "synchronous_commit", Value: sv.SynchronousCommit,
			Want: "anything but off", OK: sv.SynchronousCommit != "off",
		},
	}
}

// place is what server it is.
func (sv Server) place(skew time.Duration) []storage.Finding {
	takes := "by the primary"
	switch {
	case sv.Standby:
		takes = "refused by a standby"
	case sv.ReadOnly:
		takes = "refused by default_transaction_read_only"
	}
	return []storage.Finding{
		{
			Topic: storage.Server, Name: "server_version", Value: fmt.Sprintf("%d.%d", sv.Version/10000, sv.Version%10000),
			Want: fmt.Sprintf("%d or newer", oldest/10000), OK: sv.Version >= oldest,
		},
		{Topic: storage.Server, Name: "writes", Value: takes, Want: "by the primary", OK: !sv.Standby && !sv.ReadOnly},
		{
			Topic: storage.Server, Name: "clock", Value: ahead(skew), Want: "within " + maxSkew.String(),
			OK: skew.Abs() <= maxSkew,
		},
	}
}

func ahead(skew time.Duration) string {
	rounded := skew.Round(time.Millisecond)
	switch {
	case rounded > 0:
		return rounded.String() + " ahead of this program"
	case rounded < 0:
		return rounded.Abs().String() + " behind this program"
	default:
		return "as this program's"
	}
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}

var qLimits = &sqlstore.Query{SQL: `SELECT name, CAST(setting AS bigint) FROM pg_settings
	WHERE name IN ('lock_timeout', 'statement_timeout', 'idle_in_transaction_session_timeout') ORDER BY name`}

// limits holds the limits of a transaction of the store's own against those that it
// asked for: a pooler may have put them on another connection.
func (db *database) limits(ctx context.Context) (findings []storage.Finding, err error) {
	o := &db.options
	want := map[string]time.Duration{
		"lock_timeout": o.LockTimeout, "statement_timeout": o.StatementTimeout, "idle_in_transaction_session_timeout": o.IdleTimeout,
	}
	err = db.view(ctx, "examine", "", qMoment, false, func(c sqlstore.Conn) error {
		findings = nil
		rows, err := c.Query(qLimits, nil)
		for err == nil && rows.Next() {
			name, have := rows.Text(0), time.Duration(rows.Int(1))*time.Millisecond
			asked := max(want[name].Truncate(time.Millisecond), time.Millisecond)
			findings = append(findings, storage.Finding{
				Topic: storage.Server, Name: name, Value: have.String(), Want: asked.String(), OK: have == asked,
			})
		}
		return err
	})
	return findings, err
}

// origin tells whether the books are fit for the server that they are on.
func (db *database) origin(ctx context.Context) ([]storage.Finding, error) {
	f := storage.Finding{Topic: storage.Schema, Name: "books", Value: "of this server", Want: "of this server: Migrate makes them so", OK: true}
	err := db.look(ctx)
	var restored *RestoredError
	if errors.As(err, &restored) {
		f.Value, f.OK, err = "of another server, whose transaction ids were higher", false, nil
	}
	return []storage.Finding{f}, err
}

// qSecurity counts the tables with a tenant, those of them that are secured, and tells
// whether the role is above that, or may become one that is.
var qSecurity = &sqlstore.Query{SQL: `SELECT count(*), count(*) FILTER (WHERE c.relrowsecurity AND c.relforcerowsecurity),
	EXISTS (SELECT 1 FROM pg_roles WHERE (rolsuper OR rolbypassrls) AND pg_has_role(current_user, oid, 'MEMBER')), current_user
	FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant' AND NOT a.attisdropped
	WHERE c.relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = to_regclass(?1))
		AND c.relkind IN ('r', 'p') AND c.relname LIKE 'oms\_%' AND c.oid <> to_regclass(?2)`}

// security tells how far row level security goes, and whether it holds the role.
func (db *database) security(ctx context.Context) (findings []storage.Finding, err error) {
	err = db.view(ctx, "examine", "", qMoment, false, func(c sqlstore.Conn) error {
		rows, err := c.Query(qSecurity, []sqlstore.Value{
			{Kind: sqlstore.Text, S: db.table("oms_orders")}, {Kind: sqlstore.Text, S: db.table("oms_tenants")},
		})
		if err != nil || !rows.Next() {
			return err
		}
		tables, secured, above, role := rows.Int(0), rows.Int(1), rows.Int(2) != 0, rows.Text(3)
		findings = []storage.Finding{rowSecurity(tables, secured, db.options.RowSecurity), heldRole(role, above, secured > 0)}
		return nil
	})
	return findings, err
}

func rowSecurity(tables, secured int64, wanted bool) storage.Finding {
	f := storage.Finding{Topic: storage.Security, Name: "row_security", Value: "on", Want: "on, or off for all tables", OK: true}
	if wanted {
		f.Want = "on: Migrate makes it so"
	}
	switch {
	case secured == 0:
		f.Value, f.OK = "off", !wanted
	case secured < tables:
		f.Value, f.OK = fmt.Sprintf("on for %d of %d tables", secured, tables), false
	}
	return f
}

func heldRole(role string, above, secured bool) storage.Finding {
	f := storage.Finding{
		Topic: storage.Security, Name: "role", Value: role + " is held by row level security",
		Want: "a role that is neither a superuser, nor has BYPASSRLS, nor may become one that is", OK: !above || !secured,
	}
	if above {
		f.Value = role + " can bypass row level security"
	}
	return f
}

// qHorizon tells of the oldest transaction in progress, which is what readers of the
// stream stop at: whether there is one, since when (NULL where the role may not see
// it), the process it is of, and how many of the tenant's events wait behind it.
var qHorizon = &sqlstore.Query{SQL: `WITH moment AS MATERIALIZED (SELECT CAST(CAST(pg_snapshot_xmin(s) AS text) AS bigint) AS xmin,
		CAST(CAST(pg_snapshot_xmax(s) AS text) AS bigint) AS xmax FROM pg_current_snapshot() s),
	holder AS (SELECT xact_start AS began, 'process ' || pid AS name FROM pg_stat_activity, moment
			WHERE CAST(CAST(backend_xid AS text) AS bigint) = moment.xmin % 4294967296
		UNION ALL SELECT prepared, 'prepared transaction ' || gid FROM pg_prepared_xacts, moment
			WHERE CAST(CAST(transaction AS text) AS bigint) = moment.xmin % 4294967296),
	behind AS (SELECT recorded_at FROM oms_events, moment
		WHERE tenant = ?1 AND position >= (moment.xmin + CAST(?2 AS bigint)) << 20 LIMIT CAST(?3 AS bigint))
	SELECT moment.xmin < moment.xmax, (SELECT CAST(extract(epoch FROM clock_timestamp() - began) * 1000000 AS bigint) FROM holder LIMIT 1),
		(SELECT name FROM holder LIMIT 1), (SELECT count(*) FROM behind), (SELECT min(recorded_at) FROM behind) FROM moment`}

// countedEvents is up to where waiting events are counted.
const countedEvents = 10_000

// waiting tells what holds the tenant's events back, since when, and how many.
func (s *Store) waiting(ctx context.Context) (findings []storage.Finding, err error) {
	err = s.db.view(ctx, "examine", s.Bound, qMoment, false, func(c sqlstore.Conn) error {
		rows, err := c.Query(qHorizon, []sqlstore.Value{
			{Kind: sqlstore.Text, S: s.Bound}, {Kind: sqlstore.Int, I: s.db.base.Load()}, {Kind: sqlstore.Int, I: countedEvents},
		})
		if err != nil || !rows.Next() {
			return err
		}
		oldest := storage.Finding{
			Topic: storage.Events, Name: "oldest_transaction", Value: "none", Want: "less than " + maxWait.String() + " old", OK: true,
		}
		switch {
		case !rows.Null(1):
			age := time.Duration(rows.Int(1)) * time.Microsecond
			oldest.Value, oldest.OK = age.Round(time.Millisecond).String()+" old, "+rows.Text(2), age < maxWait
		case rows.Int(0) != 0:
			oldest.Value = "one that this role may not see: pg_read_all_stats shows it"
		}
		findings = []storage.Finding{oldest, s.held(rows.Int(3), rows.Int(4))}
		return nil
	})
	return findings, err
}

// held tells how many events wait, the first of which was recorded at a moment in
// microseconds.
func (s *Store) held(n, first int64) storage.Finding {
	f := storage.Finding{
		Topic: storage.Events, Name: "held_back", Value: strconv.FormatInt(n, 10), Want: "none for longer than " + maxWait.String(), OK: true,
	}
	if n == countedEvents {
		f.Value += " or more"
	}
	if n > 0 {
		age := max(0, s.db.options.Now().Sub(time.UnixMicro(first)))
		f.Value += ", for " + age.Round(time.Millisecond).String()
		f.OK = age < maxWait
	}
	return f
}
