package bench

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/go-oms/oms"
)

// This file fills a PostgreSQL store with orders of the past: a few hundred are
// placed through the library, with a clock of their own, and what that has written
// is copied over and over with other ids, numbers, keys, times and places in the
// stream, by COPY. The books are as clean as if the library had placed them all.

// models is how many orders are placed through the library, at most twice that.
const models = 500

// loadSpan is the time over which loaded orders are spread, up to yesterday.
const (
	loadBegin = 400 * 24 * time.Hour
	loadSpan  = 365 * 24 * time.Hour
)

// loader fills one store, in which stock has been received already.
type loader struct {
	*library // as it is with the models' clock
	at       *pgCounter
	begin    time.Time // of all times that are copied, a whole second
	placed   atomic.Int64
}

// place is the library's, and the clock goes on.
func (l *loader) place(ctx context.Context, n int64, skus [3]int) error {
	l.placed.Add(1)
	return l.library.place(ctx, n, skus)
}

// load makes n orders.
func load(ctx context.Context, lib *library, dsn string, n int64, progress func(done, all int)) error {
	l := &loader{at: &pgCounter{dsn: dsn}, begin: time.Now().UTC().Add(-loadBegin).Truncate(time.Second)}
	shop, err := oms.New(oms.Config{Store: lib.store, Prices: lib.prices, Now: l.now, NewID: l.newID, Number: l.number})
	if err != nil {
		return err
	}
	l.library = &library{shop: shop, store: lib.store, skus: lib.skus, key: tag(0), tables: lib.tables}
	copies := max(0, n/models-1)
	whole := n / (copies + 1)
	before, err := l.tables(ctx)
	if err == nil {
		err = l.model(ctx, whole)
	}
	if err != nil || copies == 0 {
		return err
	}
	after, err := l.tables(ctx)
	if err != nil {
		return err
	}
	unit, err := l.unit(before, after)
	if err == nil {
		err = l.multiply(ctx, unit, copies, func(done int64) { progress(int(done*whole), int(n)) })
	}
	if err == nil {
		err = l.stock(ctx, before, after, copies)
	}
	if err == nil {
		err = l.model(ctx, n-whole*(copies+1))
	}
	if err == nil {
		err = l.at.settle(ctx)
	}
	return err
}

// now is a second later with each order.
func (l *loader) now() time.Time { return l.begin.Add(time.Duration(l.placed.Load()) * time.Second) }

// newID is an id of that time.
func (l *loader) newID() uuid.UUID {
	id := uuid.Must(uuid.NewV7())
	putMillis(id[:], l.now().UnixMilli())
	return id
}

// putMillis replaces the time in the first six bytes of an id.
func putMillis(id []byte, ms int64) {
	binary.BigEndian.PutUint16(id, uint16(ms>>32))
	binary.BigEndian.PutUint32(id[2:], uint32(ms))
}

// number and the keys of orders have a tag in front, which is the copy's number.
func (l *loader) number(n int64) string { return tag(0) + strconv.FormatInt(n, 10) }

func tag(copied int64) string { return fmt.Sprintf("B%08d-", copied) }

// model places so many orders through the library.
func (l *loader) model(ctx context.Context, n int64) error {
	m := &meter{side: l, skus: len(l.library.skus), callers: defaultCallers}
	m.placed.Store(l.placed.Load())
	return m.some(ctx, n)
}

// multiply writes the copies, each in a transaction of its own.
func (l *loader) multiply(ctx context.Context, u *unit, copies int64, progress func(done int64)) error {
	const writers = 2
	var (
		all        sync.WaitGroup
		next, done atomic.Int64
		told       sync.Mutex
		errs       [writers]error
	)
	step := max(time.Second, (loadSpan / time.Duration(copies)).Truncate(time.Second))
	for i := range writers {
		own := u.clone()
		all.Go(func() {
			errs[i] = l.at.do(ctx, func(conn *pgx.Conn) error {
				if _, err := conn.Exec(ctx, "SET synchronous_commit = off"); err != nil {
					return err
				}
				for n := next.Add(1); n <= copies; n = next.Add(1) {
					if err := own.write(ctx, conn, n, time.Duration(n)*step); err != nil {
						next.Store(copies)
						return err
					}
					told.Lock()
					progress(done.Add(1))
					told.Unlock()
				}
				return nil
			})
		})
	}
	all.Wait()
	return errors.Join(errs[:]...)
}

// stock adds to the levels what the copies have moved.
func (l *loader) stock(ctx context.Context, before, after map[string]*table, copies int64) error {
	was := make(map[string]row)
	levels := after[levelTable]
	name := func(r row) string {
		return string(r[levels.column("sku")]) + "\x00" + string(r[levels.column("location")])
	}
	for _, r := range before[levelTable].rows {
		was[name(r)] = r
	}
	return l.at.do(ctx, func(conn *pgx.Conn) error {
		batch := &pgx.Batch{}
		for _, r := range levels.rows {
			for i, c := range levels.columns {
				if c.kind != "int8" {
					continue
				}
				if moved := r.number(i) - was[name(r)].number(i); moved != 0 {
					batch.Queue(fmt.Sprintf("UPDATE %s SET %s = %s + $1 WHERE sku = $2 AND location = $3", levelTable, c.name, c.name),
						moved*copies, string(r[levels.column("sku")]), string(r[levels.column("location")]))
				}
			}
		}
		return conn.SendBatch(ctx, batch).Close()
	})
}
