package sqlstore

import (
	"context"
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/order"
)

// A subscription is written whole, as JSON without its token. The columns beside it
// are what it is found by.
const subscriptionColumns = "version, customer_id, status, next_at, source, subscription"

const selectSubscription = `SELECT source, subscription FROM oms_subscriptions WHERE tenant = ?1`

var (
	qSubscription = query(`INSERT INTO oms_subscriptions (tenant, id, ` + subscriptionColumns + `)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
		ON CONFLICT (tenant, id) DO UPDATE SET ` + assign(subscriptionColumns, 3))
	qSubscriptionByID = query(selectSubscription + ` AND id = ?2`)
)

func (p *Plan) subscriptions() {
	for i := range p.batch.Subscriptions {
		s := &p.batch.Subscriptions[i]
		p.writes(event.Subscription, &s.ID, s.Version)
		p.exec(qSubscription, 1, func(a *args) {
			a.text(p.tenant)
			a.id(&s.ID)
			a.int(s.Version)
			a.id(&s.CustomerID)
			a.text(string(s.Status))
			a.optTime(s.NextAt)
			a.opt(s.Payment.Source)
			a.json(s)
		})
	}
}

func (r *row) subscription() *order.Subscription {
	s := &order.Subscription{}
	source := r.text()
	r.json(s)
	s.Payment.Source = source
	return s
}

// Subscription returns the subscription with that id.
func (r *Reader) Subscription(ctx context.Context, id uuid.UUID) (found *order.Subscription, err error) {
	a := r.args()
	a.id(&id)
	err = r.one(ctx, "subscription", func(c Conn) error {
		return each(c, qSubscriptionByID, a.values, "a subscription", func(row *row) { found = row.subscription() })
	})
	if err == nil && found == nil {
		err = fault.NotFound("subscription", id)
	}
	return found, err
}

// Subscriptions yields subscriptions, reading page by page: in order of (NextAt, ID)
// where the filter has NextTo, else of ID.
func (r *Reader) Subscriptions(ctx context.Context, f order.SubscriptionFilter) iter.Seq2[*order.Subscription, error] {
	f.Statuses = slices.Compact(slices.Sorted(slices.Values(f.Statuses)))
	if f.After != nil {
		after := *f.After
		f.After = &after
	}
	return func(yield func(*order.Subscription, error) bool) {
		left, after := limitOf(f.Limit), f.After
		pages(func() (page []*order.Subscription, err error) {
			if left == 0 {
				return nil, nil
			}
			q, a := r.subscriptionListing(&f, after, int(min(left, pageSize)))
			err = r.one(ctx, "subscriptions", func(c Conn) error {
				page = nil
				return each(c, q, a.values, "a subscription", func(row *row) { page = append(page, row.subscription()) })
			})
			if n := len(page); n > 0 {
				after = &order.SubscriptionCursor{NextAt: page[n-1].NextAt, ID: page[n-1].ID}
				left -= int64(n)
			}
			return page, err
		})(yield)
	}
}

func (r *Reader) subscriptionListing(f *order.SubscriptionFilter, after *order.SubscriptionCursor, size int) (*Query, *args) {
	w := conditions{args: r.args()}
	if f.CustomerID != (uuid.UUID{}) {
		w.and("customer_id = ?", func(a *args) { a.id(&f.CustomerID) })
	}
	if len(f.Statuses) > 0 {
		w.and("status IN (?"+strings.Repeat(", ?", len(f.Statuses)-1)+")", func(a *args) {
			for _, s := range f.Statuses {
				a.text(string(s))
			}
		})
	}
	by := "id"
	if !f.NextTo.IsZero() {
		by = "next_at, id"
		w.and("next_at < ?", func(a *args) { a.time(f.NextTo) })
	}
	switch {
	case after == nil:
	case f.NextTo.IsZero():
		w.and("id > ?", func(a *args) { a.id(&after.ID) })
	default:
		w.and("(next_at, id) > (?, ?)", func(a *args) {
			a.time(after.NextAt)
			a.id(&after.ID)
		})
	}
	return once(selectSubscription + w.sql.String() + " ORDER BY " + by + " LIMIT " + strconv.Itoa(size)), w.args
}
