package payment_test

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/payment"
	"github.com/go-oms/oms/payment/sandbox"
)

// till is a tender at a sandbox, worked by hand as a host's own flows would.
type till struct {
	now    time.Time
	gw     *sandbox.Gateway
	cmd    event.Command
	tender *payment.Tender
}

func open(amount, token string) *till {
	t := &till{now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	t.gw = sandbox.New(sandbox.WithClock(func() time.Time { return t.now }))
	t.cmd = event.Command{Key: "pay-1", Now: t.now, At: t.now, IDs: event.NewIDs(uuid.UUID{0: 1})}
	t.tender, _ = payment.New(uuid.UUID{15: 1}, "card", money.MustParse(amount), token, t.cmd)
	return t
}

// run does what Next says until there is a verdict. A host commits the tender
// after Start and after Take.
func (t *till) run(op uuid.UUID) {
	caps := t.gw.Capabilities()
	for {
		step := t.tender.Next(op, caps, t.now)
		switch step.Do {
		case payment.DoNothing, payment.DoByHand:
			return
		case payment.DoWait:
			t.now = step.Until
			continue
		}
		_ = t.tender.Start(op, step.Do, caps, t.now)
		p := payment.Perform(context.Background(), t.gw, payment.Call{
			Tender: t.tender, Op: op, Do: step.Do, Order: "1001", ReportID: t.cmd.IDs.Next(),
			Now: func() time.Time { return t.now },
		})
		t.tender.Take(p, caps, t.now)
		fmt.Printf("%s: %s\n", step.Do, p.Report.State)
	}
}

func Example() {
	t := open("39.80 EUR", "tok_visa")
	op, _ := t.tender.PlanSale(t.tender.Amount, t.gw.Capabilities(), t.cmd)
	t.run(op.ID)
	fmt.Println(t.tender.Totals.Captured)
	// Output:
	// send: succeeded
	// 39.80 EUR
}

// A decline is a fact like any other, with advice on what to do.
func Example_decline() {
	t := open("39.80 EUR", sandbox.TokenExpired)
	op, _ := t.tender.PlanSale(t.tender.Amount, t.gw.Capabilities(), t.cmd)
	t.run(op.ID)
	decline := t.tender.Op(op.ID).Decline
	fmt.Println(decline.Code, decline.Retry, t.tender.Totals.Captured)
	// Output:
	// send: declined
	// expired_instrument other_method 0.00 EUR
}

// The answers to the sale are lost, and it is found out what happened: the payer
// is charged once.
func Example_lostAnswer() {
	t := open("39.80 EUR", sandbox.TokenLostAlways)
	op, _ := t.tender.PlanSale(t.tender.Amount, t.gw.Capabilities(), t.cmd)
	t.run(op.ID)
	fmt.Println(t.tender.Totals.Captured, "in", len(t.gw.Charges()), "charge")
	// Output:
	// send: in_doubt
	// send: in_doubt
	// look up: succeeded
	// 39.80 EUR in 1 charge
}

// What is in flight counts: nobody refunds more than there is.
func ExampleTender_PlanRefund() {
	t := open("39.80 EUR", "tok_visa")
	caps := t.gw.Capabilities()
	op, _ := t.tender.PlanSale(t.tender.Amount, caps, t.cmd)
	t.run(op.ID)
	_, err := t.tender.PlanRefund(money.MustParse("30.00 EUR"), uuid.Nil, caps, t.cmd)
	fmt.Println(err)
	_, err = t.tender.PlanRefund(money.MustParse("30.00 EUR"), uuid.Nil, caps, t.cmd)
	fmt.Println(err)
	// Output:
	// send: succeeded
	// <nil>
	// payment 01000000-0000-0000-0000-000000000000: refund of 30.00 EUR: at most 9.80 EUR is possible
}

// Reports may come in any order and any number of times.
func ExampleTender_Record() {
	t := open("39.80 EUR", "tok_visa")
	op, _ := t.tender.PlanSale(t.tender.Amount, t.gw.Capabilities(), t.cmd)
	succeeded := payment.Report{OpID: op.ID, EventID: "evt_2", State: payment.Succeeded, ReceivedAt: t.now}
	pending := payment.Report{OpID: op.ID, EventID: "evt_1", State: payment.Waiting, ReceivedAt: t.now}
	for _, r := range []payment.Report{succeeded, pending, succeeded} {
		changed, _ := t.tender.Record(r)
		fmt.Println(changed, t.tender.Op(op.ID).State)
	}
	// Output:
	// true succeeded
	// true succeeded
	// false succeeded
}

func ExampleSplitRefund() {
	card, voucher := open("30.00 EUR", "tok_visa"), open("9.80 EUR", "tok_visa")
	voucher.tender.CreatedAt = voucher.tender.CreatedAt.Add(time.Second)
	for _, t := range []*till{card, voucher} {
		op, _ := t.tender.PlanSale(t.tender.Amount, t.gw.Capabilities(), t.cmd)
		t.run(op.ID)
	}
	shares, _ := payment.SplitRefund([]*payment.Tender{card.tender, voucher.tender}, money.MustParse("19.80 EUR"))
	for _, s := range shares {
		fmt.Println(s.Amount)
	}
	// Output:
	// send: succeeded
	// send: succeeded
	// 9.80 EUR
	// 10.00 EUR
}
