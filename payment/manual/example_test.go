package manual_test

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/payment"
	"github.com/go-oms/oms/payment/manual"
)

// A transfer waits until somebody has seen it in the account.
func Example() {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	cmd := event.Command{Key: "pay-1", Now: now, At: now, IDs: event.NewIDs(uuid.UUID{0: 1})}
	bank := manual.BankTransfer(map[string]string{"iban": "DE02120300000000202051"})
	caps := bank.Capabilities()

	t, _ := payment.New(uuid.UUID{15: 1}, "bank", money.MustParse("39.80 EUR"), "", cmd)
	op, _ := t.PlanSale(t.Amount, caps, cmd)
	_ = t.Start(op.ID, payment.DoSend, caps, now)
	p := payment.Perform(context.Background(), bank, payment.Call{
		Tender: t, Op: op.ID, Do: payment.DoSend, Order: "1001", ReportID: cmd.IDs.Next(),
		Now: func() time.Time { return now },
	})
	t.Take(p, caps, now)
	fmt.Println(t.Op(op.ID).State, p.Action.Fields["reference"], t.Totals.Captured)

	seen, _ := t.Confirm(op.ID, payment.Confirmation{State: payment.Succeeded, Note: "statement of 3 March"}, cmd)
	t.Record(seen)
	fmt.Println(t.Op(op.ID).State, t.Totals.Captured)
	// Output:
	// pending 1001 0.00 EUR
	// succeeded 39.80 EUR
}
