package sqlstore

import (
	"context"
	"iter"

	"github.com/go-oms/oms/reporting"
)

var qPaymentFacts = once(`SELECT p.created_at, t.order_id, t.gateway, p.kind, p.state, t.currency, p.amount, p.settled
	FROM oms_operations p JOIN oms_tenders t ON t.tenant = p.tenant AND t.id = p.tender_id
	WHERE p.tenant = ?1 AND p.created_at >= ?2 AND p.created_at < ?3
	ORDER BY p.created_at, p.tender_id, p.n`)

// PaymentFacts yields the operations asked for in the period, in ascending order
// of time.
func (r *Reader) PaymentFacts(ctx context.Context, p reporting.Period) iter.Seq2[reporting.PaymentFact, error] {
	return moment(ctx, r, "payment facts", func(b *books) iter.Seq2[reporting.PaymentFact, error] {
		return walk(ctx, b, qPaymentFacts, b.period(p), "an operation", (*row).paymentFact, nil)
	})
}

func (r *row) paymentFact() (f reporting.PaymentFact) {
	f.At, f.OrderID, f.Gateway, f.Kind, f.State = r.time(), r.id(), r.text(), r.text(), r.text()
	c := r.currency()
	f.Amount, f.Settled = r.amount(c), r.amount(c)
	return f
}
