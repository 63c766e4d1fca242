package sqlstore

import (
	"context"
	"iter"
	"sync"

	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fulfillment"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/payment"
	"github.com/go-oms/oms/storage"
)

var (
	qAllOrders         = once(selectOrder + ` WHERE tenant = ?1 ORDER BY id`)
	qAllTenders        = once(selectTender + ` ORDER BY t.id`)
	qTendersByOrder    = once(selectTender + ` ORDER BY t.order_id, t.id`)
	qAllFulfillments   = once(selectFulfillment + ` ORDER BY id`)
	qFulfillmentsOrder = once(selectFulfillment + ` ORDER BY order_id, id`)
	qAllReservations   = once(selectReservation + ` ORDER BY owner, id`)
	qAllItems          = once(`SELECT sku, ` + itemColumns + ` FROM oms_items WHERE tenant = ?1 ORDER BY id`)
	qAllLevels         = once(`SELECT sku, location, ` + levelColumns + ` FROM oms_levels WHERE tenant = ?1 ORDER BY sku, location`)
	qAllMoves          = once(selectMove + `oms_moves m WHERE m.tenant = ?1 ORDER BY m.sku, m.location, m.seq`)
	qAllCustomers      = once(selectCustomer + ` ORDER BY id`)
	qAllSubscriptions  = once(selectSubscription + ` ORDER BY id`)
	qAllDrafts         = once(selectDraft + ` ORDER BY id`)
	qAllSaved          = once(selectSaved + ` ORDER BY customer_id, id`)
	qAllEvents         = once(selectEvent + ` AND aggregate = ?2 ORDER BY aggregate_id, version`)
	qAllKeys           = once(`SELECT key, command, body, result, at FROM oms_keys WHERE tenant = ?1 ORDER BY key`)
	qAllUses           = once(`SELECT code, uses FROM oms_coupons WHERE tenant = ?1 AND customer_id = ?2 ORDER BY code`)
	qAllLeases         = once(`SELECT name, version, owner, until, position, attempts, problem, next_at
		FROM oms_leases WHERE tenant = ?1 ORDER BY name`)
	qLastPosition = either(`SELECT COALESCE((SELECT position FROM oms_events
		WHERE tenant || '' = ?1 ORDER BY position DESC LIMIT 1), 0)`,
		`SELECT COALESCE((SELECT position FROM oms_events WHERE tenant = ?1 ORDER BY position DESC LIMIT 1), 0)`)
	qLastOfTenant = query(`SELECT COALESCE((SELECT position FROM oms_events
		WHERE tenant = ?1 AND tenant <> '' ORDER BY position DESC LIMIT 1), 0)`)
	qTenants = query(`SELECT tenant FROM oms_tenants ORDER BY tenant`)
)

// Snapshot calls fn with the tenant's books as of one moment.
func (r *Reader) Snapshot(ctx context.Context, fn func(storage.Books) error) error {
	var own error
	err := r.scan(ctx, "snapshot", func(c Conn) error {
		// The error of fn is the caller's own and passes unchanged.
		own = fn(&books{reader: r, conn: c})
		return nil
	})
	if own != nil {
		return own
	}
	return err
}

// Tenants returns the ids of the tenants that have any data, in order.
func (r *Reader) Tenants(ctx context.Context) (ids []string, err error) {
	err = r.Source.One(ctx, "tenants", func(c Conn) error {
		ids = nil
		return each(c, qTenants, nil, "a tenant", func(row *row) { ids = append(ids, row.text()) })
	})
	return ids, err
}

// books is one tenant as of one moment: what one connection sees. Walks may be
// used by several goroutines and interleaved.
type books struct {
	reader *Reader
	mu     sync.Mutex // held while the connection is used
	conn   Conn
}

// walk yields the rows of a query in chunks, each completed by fill.
func walk[T any](
	ctx context.Context, b *books, q *Query, a *args, what string,
	read func(*row) T, fill func(Conn, []T) error,
) iter.Seq2[T, error] {
	return walkInto(ctx, b, q, a, what, func(r *row, v *T) { *v = read(r) }, fill)
}

// walkInto is walk for rows whose memory is used again: read is given what it made
// of an earlier row.
func walkInto[T any](
	ctx context.Context, b *books, q *Query, a *args, what string,
	read func(*row, *T), fill func(Conn, []T) error,
) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		b.mu.Lock()
		rows, err := b.conn.Query(q, a.values)
		b.mu.Unlock()
		if err != nil {
			yield(none, b.classify(err))
			return
		}
		defer func() {
			b.mu.Lock()
			defer b.mu.Unlock()
			_ = rows.Close()
		}()
		r := row{Rows: rows, memo: make([]string, 64)}
		chunk := make([]T, 0, 128)
		for {
			chunk, err = next(ctx, b, &r, chunk[:0], what, read, fill)
			if err != nil {
				yield(none, b.classify(err))
				return
			}
			for _, v := range chunk {
				if !yield(v, nil) {
					return
				}
			}
			if len(chunk) < cap(chunk) {
				return
			}
		}
	}
}

func next[T any](
	ctx context.Context, b *books, r *row, chunk []T, what string,
	read func(*row, *T), fill func(Conn, []T) error,
) ([]T, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for len(chunk) < cap(chunk) && r.Next() {
		r.col = 0
		chunk = chunk[:len(chunk)+1]
		read(r, &chunk[len(chunk)-1])
		if r.err != nil {
			return nil, &DamageError{Where: what, Err: r.err}
		}
	}
	if len(chunk) < cap(chunk) {
		if err := r.Close(); err != nil {
			return nil, err
		}
	}
	if fill == nil || len(chunk) == 0 {
		return chunk, nil
	}
	return chunk, fill(b.conn, chunk)
}

// AllOrders yields the orders by id.
func (b *books) AllOrders(ctx context.Context) iter.Seq2[*order.Order, error] {
	return walk(ctx, b, qAllOrders, b.reader.args(), "an order", (*row).order, b.reader.fill)
}

// AllTenders yields the tenders in that order.
func (b *books) AllTenders(ctx context.Context, by storage.Sort) iter.Seq2[*payment.Tender, error] {
	q := qAllTenders
	if by == storage.ByOrder {
		q = qTendersByOrder
	}
	return walk(ctx, b, q, b.reader.args(), "a tender", (*row).tender, b.reader.fillTenders)
}

// AllFulfillments yields the fulfilment orders in that order.
func (b *books) AllFulfillments(ctx context.Context, by storage.Sort) iter.Seq2[*fulfillment.Fulfillment, error] {
	q := qAllFulfillments
	if by == storage.ByOrder {
		q = qFulfillmentsOrder
	}
	return walk(ctx, b, q, b.reader.args(), "a fulfilment order", (*row).fulfillment, b.reader.fillFulfillments)
}

// AllReservations yields all reservations, closed ones too, by owner and id.
func (b *books) AllReservations(ctx context.Context) iter.Seq2[inventory.Reservation, error] {
	return walk(ctx, b, qAllReservations, b.reader.args(), "a reservation", (*row).reservation, nil)
}

// AllItems yields the items by id.
func (b *books) AllItems(ctx context.Context) iter.Seq2[inventory.Item, error] {
	return walk(ctx, b, qAllItems, b.reader.args(), "an item", (*row).item, nil)
}

// AllLevels yields the levels by SKU and location.
func (b *books) AllLevels(ctx context.Context) iter.Seq2[inventory.Level, error] {
	return walk(ctx, b, qAllLevels, b.reader.args(), "a level", (*row).level, nil)
}

// AllMoves yields the movements by SKU, location and recording.
func (b *books) AllMoves(ctx context.Context) iter.Seq2[inventory.Move, error] {
	return walk(ctx, b, qAllMoves, b.reader.args(), "a movement", func(r *row) inventory.Move {
		_ = r.int()
		return r.move()
	}, nil)
}

// AllSubscriptions yields the subscriptions by id.
func (b *books) AllSubscriptions(ctx context.Context) iter.Seq2[*order.Subscription, error] {
	return walk(ctx, b, qAllSubscriptions, b.reader.args(), "a subscription", (*row).subscription, nil)
}

// AllDrafts yields the drafts by id.
func (b *books) AllDrafts(ctx context.Context) iter.Seq2[*order.Draft, error] {
	return walk(ctx, b, qAllDrafts, b.reader.args(), "a draft", (*row).draft, nil)
}

// AllCustomers yields the customers by id.
func (b *books) AllCustomers(ctx context.Context) iter.Seq2[*crm.Customer, error] {
	return walk(ctx, b, qAllCustomers, b.reader.args(), "a customer", (*row).customer, nil)
}

// AllSavedAddresses yields the address books by customer and id.
func (b *books) AllSavedAddresses(ctx context.Context) iter.Seq2[crm.Address, error] {
	return walk(ctx, b, qAllSaved, b.reader.args(), "an address", (*row).saved, nil)
}

// AllEvents yields the events of one kind of aggregate by id and version.
func (b *books) AllEvents(ctx context.Context, aggregate string) iter.Seq2[event.Event, error] {
	a := b.reader.args()
	a.text(aggregate)
	return walk(ctx, b, qAllEvents, a, "an event", (*row).event, nil)
}

// AllKeys yields the keys in order.
func (b *books) AllKeys(ctx context.Context) iter.Seq2[storage.Key, error] {
	return walk(ctx, b, qAllKeys, b.reader.args(), "a key", func(r *row) storage.Key { return r.key(r.text()) }, nil)
}

// AllCouponUses yields the coupon counters by code.
func (b *books) AllCouponUses(ctx context.Context) iter.Seq2[storage.CouponCount, error] {
	a := b.reader.args()
	a.blob(anybody)
	return walk(ctx, b, qAllUses, a, "a coupon's counter", func(r *row) storage.CouponCount {
		return storage.CouponCount{Code: r.text(), Uses: r.int()}
	}, nil)
}

// AllLeases yields the leases by name.
func (b *books) AllLeases(ctx context.Context) iter.Seq2[storage.Lease, error] {
	return walk(ctx, b, qAllLeases, b.reader.args(), "a lease", func(r *row) storage.Lease { return r.lease(r.text()) }, nil)
}

// LastPosition returns the position of the newest event; 0 without any.
func (b *books) LastPosition(ctx context.Context) (position int64, err error) {
	if err := ctx.Err(); err != nil {
		return 0, b.classify(err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	q := qLastPosition
	if b.reader.Bound != "" {
		q = qLastOfTenant
	}
	err = each(b.conn, q, b.reader.args().values, "an event", func(r *row) { position = r.int() })
	return position, b.classify(err)
}

// classify gives an error that leaves through a walk its kind.
func (b *books) classify(err error) error {
	if err == nil {
		return nil
	}
	return b.reader.Source.Fail("snapshot", err)
}
