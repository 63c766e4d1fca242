package sqlstore

import (
	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/payment"
)

const (
	tenderState = "version, gateway, method, currency, amount, authorized, captured, refunded, paid_out, voided, " +
		"authorizing_now, capturing_now, refunding_now, voiding_now, authorized_until, created_at"
	operationState = "gateway, kind, amount, state, settled, on_id, ref, " + declineColumns +
		", attempts, next_at, created_at, sent_at, settled_at"
	declineColumns = "decline_code, decline_retry, decline_gateway_code, decline_message"
	reportColumns  = "id, n, gateway, event_id, op_id, channel, state, ref, currency, amount, " + declineColumns +
		", authorized_until, method, note, at, received_at"
)

var (
	insertTender = newInsert("oms_tenders", "tenant, id, order_id", tenderState)
	qTender      = query(`UPDATE oms_tenders SET ` + assign(tenderState, 4) + ` WHERE tenant = ?1 AND id = ?2 AND order_id = ?3`)

	insertOperations = newInsert("oms_operations", "tenant, tender_id", "id, n, "+operationState)
	appendOperation  = query(appending("oms_operations", "tender_id", "id, n, "+operationState))
	putOperation     = query(putting("oms_operations", "tender_id", "id, n, "+operationState, "tenant, id"))
	qOperation       = query(`UPDATE oms_operations SET ` + assign(operationState, 5) + ` WHERE tenant = ?1 AND tender_id = ?2 AND id = ?3 AND ?4 IS NOT NULL`)

	appendReport = query(appending("oms_reports", "tender_id", reportColumns))
	qMatched     = query(`DELETE FROM oms_reports WHERE tenant = ?1 AND tender_id = ?2 AND id = ?3`)

	qSecret = query(`INSERT INTO oms_secrets (tenant, tender_id, source, opaque) VALUES (?1, ?2, ?3, ?4)
		ON CONFLICT (tenant, tender_id) DO UPDATE SET source = excluded.source, opaque = excluded.opaque`)

	// parked is the tender of reports whose operation is not known yet.
	parked uuid.UUID
)

func (p *Plan) payments() {
	for i := range p.batch.Payments {
		c := &p.batch.Payments[i]
		for j := range c.Matched {
			p.exec(qMatched, -1, func(a *args) {
				a.text(p.tenant)
				a.id(&parked)
				a.id(&c.Matched[j])
			})
		}
		if c.Delta != nil {
			p.tender(c.Delta)
		}
		for j := range c.Parked {
			p.report(&parked, &c.Parked[j])
		}
		if c.Secret != nil {
			p.exec(qSecret, 1, func(a *args) {
				a.text(p.tenant)
				a.id(&c.Secret.TenderID)
				a.opt(c.Secret.Source)
				a.blob(c.Secret.Opaque)
			})
		}
	}
}

func (p *Plan) tender(d *payment.Delta) {
	t := &d.Tender
	fresh := p.writes(event.Payment, &t.ID, t.Version)
	parent := func(a *args) {
		a.text(p.tenant)
		a.id(&t.ID)
		a.id(&t.OrderID)
	}
	if fresh {
		insertTender.list(p, 1, parent, func(a *args, _ int) { a.tender(t) })
	} else {
		p.exec(qTender, 1, func(a *args) {
			parent(a)
			a.tender(t)
		})
	}
	keys := func(a *args) {
		a.text(p.tenant)
		a.id(&t.ID)
	}
	currency := t.Amount.Currency()
	if fresh {
		insertOperations.list(p, len(d.Ops), keys, func(a *args, i int) { a.operation(&d.Ops[i], t.Gateway, i+1, currency) })
	} else {
		for i := range d.Ops {
			p.put(qOperation, appendOperation, putOperation, func(a *args) {
				keys(a)
				a.operation(&d.Ops[i], t.Gateway, 0, currency)
			})
		}
	}
	for i := range d.Reports {
		p.report(&t.ID, &d.Reports[i])
	}
}

func (p *Plan) report(tender *uuid.UUID, r *payment.Report) {
	p.exec(appendReport, 1, func(a *args) {
		a.text(p.tenant)
		a.id(tender)
		a.report(r)
	})
}

func (a *args) tender(t *payment.Tender) {
	c := t.Amount.Currency()
	a.int(t.Version)
	a.text(t.Gateway)
	a.opt(t.Method)
	a.opt(string(c))
	x := &t.Totals
	for _, m := range [...]money.Money{
		t.Amount, x.Authorized, x.Captured, x.Refunded, x.PaidOut, x.Voided,
		x.AuthorizingNow, x.CapturingNow, x.RefundingNow, x.VoidingNow,
	} {
		a.amount(m, c)
	}
	a.optTime(t.AuthorizedUntil)
	a.time(t.CreatedAt)
}

func (a *args) operation(op *payment.Op, gateway string, n int, c money.Currency) {
	a.id(&op.ID)
	a.int(int64(n))
	a.text(gateway)
	a.text(string(op.Kind))
	a.amount(op.Amount, c)
	a.text(string(op.State))
	a.amount(op.Settled, c)
	a.optID(&op.On)
	a.opt(op.Ref)
	a.decline(op.Decline)
	a.int(int64(op.Attempts))
	a.optTime(op.NextAt)
	a.time(op.CreatedAt)
	a.optTime(op.SentAt)
	a.optTime(op.SettledAt)
}

// decline writes a refusal. Its code is NULL when there is none.
func (a *args) decline(d *payment.Decline) {
	if d == nil {
		for range 4 {
			a.null()
		}
		return
	}
	a.text(d.Code)
	a.opt(string(d.Retry))
	a.opt(d.GatewayCode)
	a.opt(d.Message)
}

func (a *args) report(r *payment.Report) {
	c := r.Amount.Currency()
	a.id(&r.ID)
	a.int(0)
	a.text(r.Gateway)
	a.text(r.EventID)
	a.optID(&r.OpID)
	a.text(string(r.Channel))
	a.text(string(r.State))
	a.opt(r.Ref)
	a.opt(string(c))
	a.amount(r.Amount, c)
	a.decline(r.Decline)
	a.optTime(r.AuthorizedUntil)
	a.opt(r.Method)
	a.opt(r.Note)
	a.time(r.At)
	a.time(r.ReceivedAt)
}
