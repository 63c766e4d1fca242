package sqlstore

import (
	"context"
	"iter"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/storage"
)

const (
	eventColumns = `SELECT position, actor_kind, actor_id, cause, at, recorded_at,
	aggregate, aggregate_id, version, type, schema, payload FROM oms_events`
	selectEvent = eventColumns + ` WHERE tenant = ?1`
)

var (
	qHistory = query(selectEvent + ` AND aggregate = ?2 AND aggregate_id = ?3 ORDER BY version`)
	// Tenants with a name have an index for their streams. Without one the table
	// itself is in order; the concatenation keeps the planner from an index that
	// would have to be sorted.
	qStream = either(eventColumns+` WHERE tenant || '' = ?1 AND position > ?2 ORDER BY position LIMIT ?3`,
		selectEvent+` AND position > ?2 ORDER BY position LIMIT ?3`)
	qTenantStream = query(selectEvent + ` AND tenant <> '' AND position > ?2 ORDER BY position LIMIT ?3`)
	// qCertain says in front of each event whether everything in front of it is there.
	qCertain = query(`SELECT CASE WHEN position < ((CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS bigint) + CAST(?4 AS BIGINT)) << 20)
		THEN 1 ELSE 0 END, position, actor_kind, actor_id, cause, at, recorded_at,
		aggregate, aggregate_id, version, type, schema, payload FROM oms_events
		WHERE tenant = ?1 AND position > ?2 ORDER BY position LIMIT ?3`)
	qLease1 = query(`SELECT version, owner, until, position, attempts, problem, next_at FROM oms_leases
		WHERE tenant = ?1 AND name = ?2`)
	qLeases = query(`SELECT name, version, owner, until, position, attempts, problem, next_at FROM oms_leases
		WHERE tenant = ?1 AND name >= ?2 AND name < ?3 ORDER BY name`)
)

// behindAll is a text that no name goes on with: texts that begin with a prefix
// stand before the prefix and it.
const behindAll = "\U0010FFFF"

// History returns an aggregate's events by version; none for an unknown id.
func (r *Reader) History(ctx context.Context, aggregate string, id event.ID) (events []event.Event, err error) {
	a := r.args()
	a.text(aggregate)
	own := uuid.UUID(id)
	a.id(&own)
	err = r.one(ctx, "history", func(c Conn) error {
		events = nil
		return each(c, qHistory, a.values, "an event", func(row *row) { events = append(events, row.event()) })
	})
	return events, err
}

// Stream yields the tenant's events after position in delivery order, at most
// limit of them; no limit when 0. No event that commits later is ever behind one
// that was read: SQLite gives positions while the only write lock is held, and on
// PostgreSQL a walk ends in front of what a transaction in progress may still write.
func (r *Reader) Stream(ctx context.Context, position int64, limit int) iter.Seq2[event.Event, error] {
	return func(yield func(event.Event, error) bool) {
		left, behind := limitOf(limit), position
		pages(func() (page []event.Event, err error) {
			if left == 0 {
				return nil, nil
			}
			page, err = r.events(ctx, behind, min(left, pageSize))
			if n := len(page); n > 0 {
				behind, left = page[n-1].Position, left-int64(n)
			}
			return page, err
		})(yield)
	}
}

// events returns the next events behind a position.
func (r *Reader) events(ctx context.Context, behind, limit int64) (page []event.Event, err error) {
	q := qStream
	if r.Bound != "" {
		q = qTenantStream
	}
	a := r.args()
	a.int(behind)
	a.int(limit)
	horizon, bounded := r.Source.(Horizon)
	if !bounded {
		err = r.one(ctx, "stream", func(c Conn) error {
			page = nil
			return each(c, q, a.values, "an event", func(row *row) { page = append(page, row.event()) })
		})
		return page, err
	}
	for wait := horizon.Wait(); ; {
		base, err := horizon.Base(ctx)
		if err != nil {
			return nil, err
		}
		bound := r.args()
		bound.int(behind)
		bound.int(limit)
		bound.int(base)
		hidden := false
		err = r.one(ctx, "stream", func(c Conn) error {
			page, hidden = nil, false
			return each(c, qCertain, bound.values, "an event", func(row *row) {
				if hidden = hidden || !row.bool(); !hidden {
					page = append(page, row.event())
				}
			})
		})
		if err != nil || len(page) > 0 || !hidden || !wait(ctx) {
			return page, err
		}
	}
}

// Key returns what is stored under an idempotency key.
func (r *Reader) Key(ctx context.Context, key string) (found *storage.Key, err error) {
	a := r.args()
	a.text(key)
	err = r.one(ctx, "key", func(c Conn) error {
		return each(c, qGetKey, a.values, "a key", func(row *row) {
			k := row.key(key)
			found = &k
		})
	})
	if err == nil && found == nil {
		err = fault.NotFound("key", key)
	}
	return found, err
}

// Lease returns the lease of that name; its zero value with the name when nobody
// has ever held it.
func (r *Reader) Lease(ctx context.Context, name string) (storage.Lease, error) {
	lease := storage.Lease{Name: name}
	a := r.args()
	a.text(name)
	err := r.one(ctx, "lease", func(c Conn) error {
		return each(c, qLease1, a.values, "a lease", func(row *row) { lease = row.lease(name) })
	})
	return lease, err
}

// Leases returns the leases whose names begin with prefix, by name.
func (r *Reader) Leases(ctx context.Context, prefix string) (leases []storage.Lease, err error) {
	a := r.args()
	a.text(prefix)
	a.text(prefix + behindAll)
	err = r.read(ctx, "leases", func(c Conn) error {
		leases = nil
		return each(c, qLeases, a.values, "a lease", func(row *row) { leases = append(leases, row.lease(row.text())) })
	})
	return leases, err
}

func (r *row) event() (e event.Event) {
	e.Position = r.int()
	e.ActorKind, e.ActorID, e.Cause = event.ActorKind(r.text()), r.text(), r.text()
	e.At, e.RecordedAt = r.time(), r.time()
	e.Aggregate, e.ID, e.Version, e.Type, e.Schema = r.text(), r.id(), r.int(), r.text(), int(r.int())
	if r.skipNull() {
		return e
	}
	var payload any
	var err error
	data := r.scratch()
	switch e.Aggregate {
	case event.Order:
		payload, err = decodeDelta(data)
	case event.Fulfillment:
		payload, err = decodeFulfillment(data)
	default:
		payload, err = storage.DecodePayload(e.Aggregate, data)
	}
	if err != nil {
		r.fail(err)
	}
	e.Payload = payload
	return e
}

// key reads what is stored under a key.
func (r *row) key(key string) storage.Key {
	k := storage.Key{Key: key, Command: r.text()}
	copy(k.Body[:], r.bytes())
	k.Result, k.At = r.bytes(), r.time()
	return k
}

func (r *row) lease(name string) storage.Lease {
	return storage.Lease{
		Name: name, Version: r.int(), Owner: r.text(), Until: r.optTime(), Position: r.int(),
		Attempts: int(r.int()), Problem: r.text(), NextAt: r.optTime(),
	}
}
