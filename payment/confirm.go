package payment

import (
	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
)

// Withdraw cancels an operation that the gateway certainly never had: one
// that was planned and not sent, or could not be sent. Everything else must find
// its verdict first, and is refused with a *fault.InvalidError.
func (t *Tender) Withdraw(op uuid.UUID, cmd event.Command) error {
	o := t.Op(op)
	if o == nil {
		return fault.NotFound("operation", op)
	}
	if o.State != Created && (o.State != Sending || !t.absent(o)) {
		return fault.Invalid("operation", o.State, "an operation that the gateway certainly never had")
	}
	t.Record(Report{
		ID: cmd.IDs.Next(), OpID: op, EventID: "withdrawn:" + op.String(), Channel: Typed,
		State: Canceled, At: cmd.At, ReceivedAt: cmd.Now,
	})
	return nil
}

// Confirmation is what a person found out about an operation: that a transfer has
// arrived, that a charge in doubt never took place.
type Confirmation struct {
	State  State       // Succeeded, Declined or Canceled
	Amount money.Money // what took place; the zero Money for what was asked
	Ref    string      // the gateway's or bank's id of it, if any
	Note   string      // where it was found, for the books; no personal data
}

// Confirm makes the report of a person; record it with [Tender.Record]. Repeating
// the command makes the same report.
func (t *Tender) Confirm(op uuid.UUID, c Confirmation, cmd event.Command) (Report, error) {
	o := t.Op(op)
	if o == nil {
		return Report{}, fault.NotFound("operation", op)
	}
	if !c.State.Final() {
		return Report{}, fault.Invalid("state", c.State, "succeeded, declined or canceled")
	}
	if c.Amount != (money.Money{}) && (!o.countable(c.Amount) || c.Amount.IsZero()) {
		return Report{}, fault.Invalid("amount", c.Amount, "an amount in "+string(o.Amount.Currency())+", more than zero")
	}
	return Report{
		ID: cmd.IDs.Next(), TenderID: t.ID, OpID: op, Gateway: t.Gateway,
		EventID: "confirmed:" + op.String() + ":" + cmd.Key, Channel: Typed,
		State: c.State, Ref: c.Ref, Amount: c.Amount, Note: clip(c.Note), At: cmd.At, ReceivedAt: cmd.Now,
	}, nil
}
