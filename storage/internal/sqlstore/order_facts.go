package sqlstore

import (
	"context"
	"iter"

	"github.com/google/uuid"

	"github.com/go-oms/oms/reporting"
)

const (
	// Nearly every order with goods has goods that cost something.
	hasGoods = `CASE WHEN o.goods <> 0 THEN 1 WHEN EXISTS (
			SELECT 1 FROM oms_lines l WHERE l.tenant = o.tenant AND l.order_id = o.id) THEN 1 ELSE 0 END`
	paidFor = `CAST(COALESCE((SELECT sum(COALESCE(t.captured, 0) - COALESCE(t.refunded, 0) - COALESCE(t.paid_out, 0))
			FROM oms_tenders t WHERE t.tenant = o.tenant AND t.order_id = o.id AND t.currency = o.currency), 0) AS BIGINT)`
	owing = ` AND o.payment_status NOT IN ('none', 'paid', 'overpaid')`
)

var (
	qOrderFacts     = orderFactsQuery("NULL", "")
	qOrderFactsPaid = orderFactsQuery(paidFor, "")
	qOwingFacts     = orderFactsQuery("NULL", owing)
	qOwingFactsPaid = orderFactsQuery(paidFor, owing)

	qEarlier = query(`SELECT 1 FROM oms_orders o
		WHERE o.tenant = ?1 AND o.customer_id = ?2 AND (o.placed_at, o.id) < (?3, ?4) AND ` + hasGoods + ` = 1 LIMIT 1`)
)

func orderFactsQuery(paid, which string) *Query {
	return once(`SELECT o.id, o.placed_at, o.customer_id, o.channel, o.country, o.currency, o.status,
			o.payment_status, o.fulfillment_status, o.return_status, o.promised_at, o.closed_at, o.close_reason,
			` + hasGoods + `, o.total, o.credited, ` + paid + `
		FROM oms_orders o
		WHERE o.tenant = ?1 AND o.placed_at >= ?2 AND o.placed_at < ?3` + which + `
		ORDER BY o.placed_at, o.id`)
}

// OrderFacts yields the orders placed in the scope's period, in ascending order of
// placing.
func (r *Reader) OrderFacts(ctx context.Context, s reporting.OrderScope) iter.Seq2[reporting.OrderFact, error] {
	q := qOrderFacts
	switch {
	case s.Owing && s.Paid:
		q = qOwingFactsPaid
	case s.Owing:
		q = qOwingFacts
	case s.Paid:
		q = qOrderFactsPaid
	}
	return moment(ctx, r, "order facts", func(b *books) iter.Seq2[reporting.OrderFact, error] {
		var fill func(Conn, []reporting.OrderFact) error
		if s.First {
			f := firsts{tenant: r.Bound, served: map[uuid.UUID]struct{}{}, whole: s.From.IsZero() && !s.Owing}
			fill = f.fill
		}
		return walk(ctx, b, q, b.period(s.Period), "an order", (*row).orderFact, fill)
	})
}

func (r *row) orderFact() (f reporting.OrderFact) {
	f.ID, f.At, f.CustomerID = r.id(), r.time(), r.id()
	f.Channel, f.Country = r.text(), r.text()
	c := r.currency()
	f.Status, f.PaymentStatus, f.FulfillmentStatus, f.ReturnStatus = r.text(), r.text(), r.text(), r.text()
	f.PromisedAt, f.ClosedAt, f.CloseReason = r.optTime(), r.optTime(), r.text()
	f.Goods = r.bool()
	f.Total, f.Credited, f.Paid = r.amount(c), r.amount(c), r.amount(c)
	return f
}

// firsts finds the first orders of customers in a walk in order of placing. A
// customer who was met with goods has none behind that; only one who was not may
// have been served before the walk began, or by an order that it leaves out.
type firsts struct {
	tenant string
	served map[uuid.UUID]struct{}
	whole  bool // the walk begins with the first order and leaves none out
}

func (f *firsts) fill(c Conn, chunk []reporting.OrderFact) error {
	for i := range chunk {
		o := &chunk[i]
		if _, known := f.served[o.CustomerID]; known || !o.Goods || o.CustomerID == (uuid.UUID{}) {
			continue
		}
		f.served[o.CustomerID] = struct{}{}
		earlier := false
		if !f.whole {
			var a args
			a.text(f.tenant)
			a.id(&o.CustomerID)
			a.time(o.At)
			a.id(&o.ID)
			if err := each(c, qEarlier, a.values, "an order", func(*row) { earlier = true }); err != nil {
				return err
			}
		}
		o.First = !earlier
	}
	return nil
}
