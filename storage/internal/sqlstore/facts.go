package sqlstore

import (
	"context"
	"iter"
	"math"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/reporting"
	"github.com/go-oms/oms/storage"
)

var (
	qFactOrders = once(selectOrder + ` WHERE tenant = ?1 AND placed_at >= ?2 AND placed_at < ?3 ORDER BY placed_at, id`)
	qFactAdjust = once(`SELECT o.id, o.customer_id, o.channel, o.country, o.placed_at, o.currency, l.sku,
			a.id, a.n, a.scope, a.line_id, a.kind, a.code, a.label, a.amount, a.tax_part, a.included, a.rate_ppm,
			a.jurisdiction, a.quantity, a.source, a.at
		FROM oms_adjustments a
		JOIN oms_orders o ON o.tenant = a.tenant AND o.id = a.order_id
		LEFT JOIN oms_lines l ON l.tenant = a.tenant AND l.order_id = a.order_id AND l.id = a.line_id
		WHERE a.tenant = ?1 AND a.at >= ?2 AND a.at < ?3 ORDER BY a.at`)
)

// Facts yields the facts of the period in ascending order of time, as of the
// moment the walk begins. What was placed comes in order of placing and what was
// charged or credited in order of its own time; the two are merged.
func (r *Reader) Facts(ctx context.Context, p reporting.Period) iter.Seq2[reporting.Fact, error] {
	return func(yield func(reporting.Fact, error) bool) {
		stopped := false
		err := r.scan(ctx, "facts", func(c Conn) error {
			b := &books{reader: r, conn: c}
			goods, stopGoods := iter.Pull2(b.goods(ctx, p))
			defer stopGoods()
			others, stopOthers := iter.Pull2(b.charges(ctx, p))
			defer stopOthers()
			return merge(goods, others, func(f reporting.Fact) bool {
				stopped = !yield(f, nil)
				return !stopped
			})
		})
		if err != nil && !stopped {
			yield(reporting.Fact{}, err)
		}
	}
}

// merge hands on the facts of two ordered walks in order of time.
func merge(a, b func() (reporting.Fact, error, bool), yield func(reporting.Fact) bool) error {
	fa, err, oka := a()
	if err != nil {
		return err
	}
	fb, err, okb := b()
	for oka || okb {
		if err != nil {
			return err
		}
		if !okb || oka && !fb.At.Before(fa.At) {
			if !yield(fa) {
				return nil
			}
			fa, err, oka = a()
		} else {
			if !yield(fb) {
				return nil
			}
			fb, err, okb = b()
		}
	}
	return err
}

// goods yields what carries an order's time of placing.
func (b *books) goods(ctx context.Context, p reporting.Period) iter.Seq2[reporting.Fact, error] {
	orders := walk(ctx, b, qFactOrders, b.period(p), "an order", (*row).order,
		func(c Conn, orders []*order.Order) error {
			if err := b.reader.lines(c, orders); err != nil {
				return err
			}
			return b.reader.adjustments(c, orders)
		})
	return func(yield func(reporting.Fact, error) bool) {
		for o, err := range orders {
			if err != nil {
				yield(reporting.Fact{}, err)
				return
			}
			dated := o.Adjustments
			o.Adjustments = nil
			for _, a := range dated {
				if a.At.IsZero() {
					o.Adjustments = append(o.Adjustments, a)
				}
			}
			for _, f := range storage.Facts(o) {
				if !yield(f, nil) {
					return
				}
			}
		}
	}
}

// charges yields what has a time of its own.
func (b *books) charges(ctx context.Context, p reporting.Period) iter.Seq2[reporting.Fact, error] {
	facts := walk(ctx, b, qFactAdjust, b.period(p), "an adjustment", (*row).adjusted, nil)
	return func(yield func(reporting.Fact, error) bool) {
		for o, err := range facts {
			if err != nil {
				yield(reporting.Fact{}, err)
				return
			}
			for _, f := range storage.Facts(o)[len(o.Lines):] {
				if !yield(f, nil) {
					return
				}
			}
		}
	}
}

func (b *books) period(p reporting.Period) *args {
	a := b.reader.args()
	for _, end := range [...]struct {
		t    time.Time
		open int64
	}{{p.From, math.MinInt64}, {p.To, math.MaxInt64}} {
		if end.t.IsZero() {
			a.int(end.open)
		} else {
			a.time(end.t)
		}
	}
	return a
}

// adjusted reads one adjustment as an order that has nothing else, but for the
// line that it is about.
func (r *row) adjusted() *order.Order {
	o := &order.Order{ID: r.id(), CustomerID: r.id(), Channel: r.text(), Country: r.text(), PlacedAt: r.time()}
	o.Currency = r.currency()
	sku := r.text()
	x := r.adjustment(o.Currency)
	o.Adjustments = []order.Adjustment{x}
	if x.LineID != (uuid.UUID{}) && sku != "" {
		o.Lines = []order.Line{{ID: x.LineID, SKU: sku}}
	}
	return o
}
