package storagetest

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/payment"
	"github.com/go-oms/oms/storage"
)

func paymentCases() []Case {
	return []Case{
		named("payment: a tender that does not exist is not found", tenderMissing),
		named("payment: an order's tenders come oldest first", tendersInOrder),
		named("payment: a tender is found by its operations and their references", tenderOf),
		named("payment: operations and reports keep their order as they grow", tenderGrows),
		named("payment: due tenders come the longest due first", dueTenders),
		named("payment: the same report is stored once", reportOnce),
		named("payment: parked reports come oldest first until they are matched", parkedReports),
		named("payment: what is secret is replaced when set, and in no event", secret),
	}
}

func tenderID(x *payment.Tender) uuid.UUID { return x.ID }

func tenderMissing(t *try) {
	_, err := t.store.Tender(t.ctx, t.ID())
	t.missing("an unknown tender", err)
	_, err = t.store.TenderOf(t.ctx, t.ID(), "", "")
	t.missing("an unknown operation", err)
	_, err = t.store.TenderOf(t.ctx, uuid.UUID{}, "card", "none")
	t.missing("an unknown reference", err)
	list, err := t.store.Tenders(t.ctx, t.ID())
	t.ok("tenders of an unknown order", err)
	t.equal("tenders of an unknown order", len(list), 0)
}

func tendersInOrder(t *try) {
	o, other := t.placed(), t.placed()
	var want []uuid.UUID
	for i, x := range []struct{ created int }{{3}, {1}, {2}} {
		tender, b := t.Pay(o)
		b.Payments[0].Delta.Tender.CreatedAt = later(x.created)
		t.commit(b)
		want = append(want, tender.ID)
		if i == 0 {
			_, b := t.Pay(other)
			t.commit(b)
		}
	}
	list, err := t.store.Tenders(t.ctx, o.ID)
	t.ok("tenders", err)
	t.equal("tenders", each(list, tenderID), []uuid.UUID{want[1], want[2], want[0]})
}

func tenderOf(t *try) {
	o := t.placed()
	tender, b := t.Pay(o)
	t.commit(b)
	other, b := t.Pay(o)
	t.commit(b)
	find := func(what string, op uuid.UUID, gateway, ref string, want uuid.UUID) {
		x, err := t.store.TenderOf(t.ctx, op, gateway, ref)
		t.ok(what, err)
		t.equal(what, x.ID, want)
	}
	find("by operation", tender.Ops[0].ID, "", "", tender.ID)
	find("by the other operation", other.Ops[0].ID, "", "", other.ID)
	_, b = t.ChangeTender(tender, func(x *payment.Tender) {
		x.Ops[0].Ref = "R1"
		x.Ops = append(x.Ops, payment.Op{
			ID: t.ID(), Kind: payment.Capture, Amount: x.Amount, Settled: money.Zero(o.Currency), Ref: "R2", CreatedAt: t.Now,
		})
	})
	t.commit(b)
	find("by a reference that came later", uuid.UUID{}, "card", "R1", tender.ID)
	find("by the second operation's reference", uuid.UUID{}, "card", "R2", tender.ID)
	find("by operation before reference", other.Ops[0].ID, "card", "R1", other.ID)
	_, err := t.store.TenderOf(t.ctx, uuid.UUID{}, "bank", "R1")
	t.missing("the reference at another gateway", err)
	_, err = t.store.TenderOf(t.ctx, uuid.UUID{}, "card", "")
	t.missing("no reference", err)
}

// report returns a report about an operation of the tender.
func (t *try) report(x *payment.Tender, eventID string, received int) payment.Report {
	return payment.Report{
		ID: t.ID(), TenderID: x.ID, OpID: x.Ops[0].ID, Gateway: x.Gateway, EventID: eventID, Channel: payment.Webhook,
		State: payment.Succeeded, Amount: x.Amount, At: later(received), ReceivedAt: later(received),
	}
}

func tenderGrows(t *try) {
	o := t.placed()
	tender, b := t.Pay(o)
	t.commit(b)
	for step := range 3 {
		next, b := t.ChangeTender(tender, func(x *payment.Tender) {
			for range 2 {
				x.Ops = append(x.Ops, payment.Op{
					ID: t.ID(), Kind: payment.Refund, Amount: x.Amount, Settled: money.Zero(o.Currency), CreatedAt: later(-step),
				})
				x.Reports = append(x.Reports, t.report(x, t.Text("event"), -step))
			}
			x.Ops[0].Attempts++
		})
		t.commit(b)
		tender = next
		got, err := t.store.Tender(t.ctx, tender.ID)
		t.ok("tender", err)
		t.equal("tender", got, tender)
	}
}

func dueTenders(t *try) {
	o := t.placed()
	var ids []uuid.UUID
	for _, minute := range []int{30, 10, 20, 0} {
		tender, b := t.Pay(o)
		op := &b.Payments[0].Delta.Ops[0]
		if op.NextAt = later(minute); minute == 0 {
			op.NextAt = time.Time{}
		}
		t.commit(b)
		ids = append(ids, tender.ID)
	}
	due := func(what string, at time.Time, limit int, want ...uuid.UUID) {
		list, err := t.store.DueTenders(t.ctx, at, limit)
		t.ok(what, err)
		t.equal("due "+what, each(list, tenderID), want)
	}
	due("at 20", later(20), 10, ids[1], ids[2])
	due("a moment before", later(20).Add(-time.Microsecond), 10, ids[1])
	due("at 60", later(60), 10, ids[1], ids[2], ids[0])
	due("the longest", later(60), 1, ids[1])
	tender, err := t.store.Tender(t.ctx, ids[1])
	t.ok("tender", err)
	next, b := t.ChangeTender(tender, func(x *payment.Tender) {
		x.Ops = append(x.Ops, payment.Op{
			ID: t.ID(), Kind: payment.Capture, Amount: x.Amount, Settled: money.Zero(o.Currency), NextAt: later(25), CreatedAt: t.Now,
		})
		x.Ops[0].NextAt = later(40)
	})
	t.commit(b)
	due("by the earlier of two operations", later(60), 10, ids[2], ids[1], ids[0])
	_, b = t.ChangeTender(next, func(x *payment.Tender) { x.Ops[0].NextAt, x.Ops[1].NextAt = time.Time{}, time.Time{} })
	t.commit(b)
	due("once one is settled", later(60), 10, ids[2], ids[0])
}

func reportOnce(t *try) {
	tender, b := t.Pay(t.placed())
	t.commit(b)
	tender, b = t.ChangeTender(tender, func(x *payment.Tender) { x.Reports = append(x.Reports, t.report(x, "evt1", 1)) })
	t.commit(b)
	_, b = t.ChangeTender(tender, func(x *payment.Tender) { x.Reports = append(x.Reports, t.report(x, "evt1", 2)) })
	t.duplicate(b, "report", "event_id", "evt1")
	again := t.report(tender, "evt1", 3)
	again.TenderID = uuid.UUID{}
	t.duplicate(t.park(again), "report", "event_id", "evt1")
	again.Gateway = "bank"
	t.commit(t.park(again))
	again.ID = t.ID()
	t.duplicate(t.park(again), "report", "event_id", "evt1")
}

func (t *try) park(reports ...payment.Report) *storage.Batch {
	return &storage.Batch{Command: t.Command("payment.report"), Payments: []payment.Changes{{Parked: reports}}}
}

func parkedReports(t *try) {
	tender, b := t.Pay(t.placed())
	t.commit(b)
	var list []payment.Report
	for i, minute := range []int{3, 1, 2} {
		r := t.report(tender, t.Text("event"), minute)
		r.TenderID, r.At = uuid.UUID{}, later(10-i)
		t.commit(t.park(r))
		list = append(list, r)
	}
	parked := func(what string, limit int, want ...payment.Report) {
		got, err := t.store.ParkedReports(t.ctx, limit)
		t.ok(what, err)
		t.equal(what, got, want)
	}
	parked("all", 10, list[1], list[2], list[0])
	parked("the oldest", 1, list[1])
	taken := list[2]
	taken.TenderID = tender.ID
	next, b := t.ChangeTender(tender, func(x *payment.Tender) { x.Reports = append(x.Reports, taken) })
	b.Payments[0].Matched = []uuid.UUID{taken.ID}
	t.commit(b)
	parked("all but the matched one", 10, list[1], list[0])
	got, err := t.store.Tender(t.ctx, tender.ID)
	t.ok("tender", err)
	t.equal("tender with the matched report", got, next)
	again := list[2]
	again.ID = t.ID()
	t.duplicate(t.park(again), "report", "event_id", taken.EventID)
}

func secret(t *try) {
	tender, b := t.Pay(t.placed())
	b.Payments[0].Secret = &payment.Secret{TenderID: tender.ID, Source: "tok_secret", Opaque: []byte("opaque")}
	t.commit(b)
	check := func(what, source, opaque string) {
		got, err := t.store.Tender(t.ctx, tender.ID)
		t.ok(what, err)
		t.equal(what+": source", got.Source, source)
		t.equal(what+": opaque", string(got.Opaque), opaque)
	}
	check("new", "tok_secret", "opaque")
	kept, b := t.ChangeTender(tender, func(x *payment.Tender) { x.Method = "visa" })
	t.commit(b)
	check("left out", "tok_secret", "opaque")
	_, b = t.ChangeTender(kept, func(x *payment.Tender) { x.Method = "mastercard" })
	b.Payments[0].Secret = &payment.Secret{TenderID: tender.ID, Source: "tok_other"}
	t.commit(b)
	check("replaced", "tok_other", "")
	history, err := t.store.History(t.ctx, event.Payment, tender.ID)
	t.ok("history", err)
	text := string(must(json.Marshal(history)))
	if strings.Contains(text, "tok_") {
		t.fail("the payer's token is in an event: %s", text)
	}
}
