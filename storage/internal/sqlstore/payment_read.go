package sqlstore

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/payment"
)

const selectTender = `SELECT t.id, t.order_id, t.version, t.gateway, t.method, t.currency, t.amount,
		t.authorized, t.captured, t.refunded, t.paid_out, t.voided,
		t.authorizing_now, t.capturing_now, t.refunding_now, t.voiding_now, t.authorized_until, t.created_at,
		s.source, s.opaque
	FROM oms_tenders t LEFT JOIN oms_secrets s ON s.tenant = t.tenant AND s.tender_id = t.id
	WHERE t.tenant = ?1`

var (
	listTenders = newList(selectTender+` AND t.id IN `, "uuid", "")
	qTendersOf  = query(selectTender + ` AND t.order_id = ?2 ORDER BY t.created_at, t.id`)
	listOps     = newList(`SELECT tender_id, id, n, `+operationState+` FROM oms_operations
		WHERE tenant = ?1 AND tender_id IN `, "uuid", ` ORDER BY tender_id, n`)
	listReports = newList(`SELECT tender_id, `+reportColumns+` FROM oms_reports
		WHERE tenant = ?1 AND tender_id IN `, "uuid", ` ORDER BY tender_id, n`)
	qOpTender  = query(`SELECT tender_id FROM oms_operations WHERE tenant = ?1 AND id = ?2`)
	qRefTender = query(`SELECT tender_id FROM oms_operations WHERE tenant = ?1 AND gateway = ?2 AND ref = ?3
		ORDER BY created_at DESC, id DESC LIMIT 1`)
	qDueTenders = query(`SELECT tender_id FROM oms_operations WHERE tenant = ?1 AND next_at <= ?2
		GROUP BY tender_id ORDER BY min(next_at), tender_id LIMIT ?3`)
	qParked = query(`SELECT tender_id, ` + reportColumns + ` FROM oms_reports
		WHERE tenant = ?1 AND tender_id = ?2 ORDER BY received_at, id LIMIT ?3`)
)

// Tenders returns an order's tenders, whole, oldest first.
func (r *Reader) Tenders(ctx context.Context, orderID uuid.UUID) (tenders []*payment.Tender, err error) {
	a := r.args()
	a.id(&orderID)
	err = r.read(ctx, "tenders", func(c Conn) error {
		tenders = nil
		err := each(c, qTendersOf, a.values, "a tender", func(row *row) { tenders = append(tenders, row.tender()) })
		if err != nil {
			return err
		}
		return r.fillTenders(c, tenders)
	})
	return tenders, err
}

// Tender returns one tender, whole.
func (r *Reader) Tender(ctx context.Context, id uuid.UUID) (*payment.Tender, error) {
	return r.tender(ctx, id.String(), func(Conn) ([]uuid.UUID, error) { return []uuid.UUID{id}, nil })
}

// TenderOf returns the tender of an operation by its id, or by the gateway's name
// and reference when the id is zero.
func (r *Reader) TenderOf(ctx context.Context, op uuid.UUID, gateway, ref string) (*payment.Tender, error) {
	a, q, name := r.args(), qOpTender, "of operation "+op.String()
	if op != (uuid.UUID{}) {
		a.id(&op)
	} else {
		q, name = qRefTender, "of "+gateway+" "+ref
		a.text(gateway)
		a.text(ref)
	}
	return r.tender(ctx, name, func(c Conn) ([]uuid.UUID, error) { return r.ids(c, q, a) })
}

func (r *Reader) tender(ctx context.Context, name string, find func(Conn) ([]uuid.UUID, error)) (*payment.Tender, error) {
	var tenders []*payment.Tender
	err := r.read(ctx, "tender", func(c Conn) error {
		ids, err := find(c)
		if err != nil {
			return err
		}
		tenders, err = r.tenders(c, ids)
		return err
	})
	switch {
	case err != nil:
		return nil, err
	case len(tenders) == 0:
		return nil, fault.NotFound("tender", name)
	default:
		return tenders[0], nil
	}
}

// ids reads ids from the first column.
func (r *Reader) ids(c Conn, q *Query, a *args) (ids []uuid.UUID, err error) {
	err = each(c, q, a.values, "an id", func(row *row) { ids = append(ids, row.id()) })
	return ids, err
}

// tenders reads whole tenders in the order of the ids.
func (r *Reader) tenders(c Conn, ids []uuid.UUID) ([]*payment.Tender, error) {
	byID := make(map[uuid.UUID]*payment.Tender, len(ids))
	err := listTenders.each(c, r.Bound, len(ids), func(a *args, i int) { a.id(&ids[i]) }, "a tender", func(row *row) {
		t := row.tender()
		byID[t.ID] = t
	})
	if err != nil {
		return nil, err
	}
	var tenders []*payment.Tender
	for _, id := range ids {
		if t := byID[id]; t != nil {
			tenders = append(tenders, t)
		}
	}
	return tenders, r.fillTenders(c, tenders)
}

func (r *Reader) fillTenders(c Conn, tenders []*payment.Tender) error {
	find := finder(tenders, func(t *payment.Tender) uuid.UUID { return t.ID })
	id := func(a *args, i int) { a.id(&tenders[i].ID) }
	err := listOps.each(c, r.Bound, len(tenders), id, "an operation", func(row *row) {
		t := find(row.id())
		t.Ops = append(t.Ops, row.operation(t.Amount.Currency()))
	})
	if err != nil {
		return err
	}
	return listReports.each(c, r.Bound, len(tenders), id, "a report", func(row *row) {
		x := row.report()
		t := find(x.TenderID)
		t.Reports = append(t.Reports, x)
	})
}

// DueTenders returns tenders with an operation whose NextAt is set and at or
// before the time, the longest due first, at most limit; all of them when limit
// is 0.
func (r *Reader) DueTenders(ctx context.Context, at time.Time, limit int) (due []*payment.Tender, err error) {
	a := r.args()
	a.time(at)
	a.int(limitOf(limit))
	err = r.read(ctx, "due tenders", func(c Conn) error {
		ids, err := r.ids(c, qDueTenders, a)
		if err != nil {
			return err
		}
		due, err = r.tenders(c, ids)
		return err
	})
	return due, err
}

// ParkedReports returns reports whose operation is not known yet, oldest first,
// at most limit; all of them when limit is 0.
func (r *Reader) ParkedReports(ctx context.Context, limit int) (reports []payment.Report, err error) {
	a := r.args()
	a.id(&parked)
	a.int(limitOf(limit))
	err = r.one(ctx, "parked reports", func(c Conn) error {
		reports = nil
		return each(c, qParked, a.values, "a report", func(row *row) { reports = append(reports, row.report()) })
	})
	return reports, err
}

func (r *row) tender() *payment.Tender {
	t := &payment.Tender{ID: r.id(), OrderID: r.id(), Version: r.int(), Gateway: r.text(), Method: r.text()}
	c := r.currency()
	t.Amount = r.amount(c)
	t.Totals = payment.Totals{
		Authorized: r.amount(c), Captured: r.amount(c), Refunded: r.amount(c), PaidOut: r.amount(c),
		Voided: r.amount(c), AuthorizingNow: r.amount(c), CapturingNow: r.amount(c),
		RefundingNow: r.amount(c), VoidingNow: r.amount(c),
	}
	t.AuthorizedUntil, t.CreatedAt = r.optTime(), r.time()
	t.Source, t.Opaque = r.text(), r.bytes()
	return t
}

func (r *row) operation(c money.Currency) (op payment.Op) {
	op.ID = r.id()
	_, _ = r.int(), r.text()
	op.Kind, op.Amount, op.State = payment.Kind(r.text()), r.amount(c), payment.State(r.text())
	op.Settled, op.On, op.Ref = r.amount(c), r.id(), r.text()
	op.Decline, op.Attempts = r.decline(), int(r.int())
	op.NextAt, op.CreatedAt, op.SentAt, op.SettledAt = r.optTime(), r.time(), r.optTime(), r.optTime()
	return op
}

func (r *row) decline() *payment.Decline {
	if r.skipNull() {
		r.col += 4
		return nil
	}
	return &payment.Decline{
		Code: r.text(), Retry: payment.Retry(r.text()), GatewayCode: r.text(), Message: r.text(),
	}
}

func (r *row) report() (x payment.Report) {
	x.TenderID, x.ID = r.id(), r.id()
	_ = r.int()
	x.Gateway, x.EventID, x.OpID = r.text(), r.text(), r.id()
	x.Channel, x.State, x.Ref = payment.Channel(r.text()), payment.State(r.text()), r.text()
	x.Amount, x.Decline = r.amount(r.currency()), r.decline()
	x.AuthorizedUntil, x.Method, x.Note = r.optTime(), r.text(), r.text()
	x.At, x.ReceivedAt = r.time(), r.time()
	return x
}
