package oms

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/payment"
)

// PastReturn is goods of a recorded order that came back and were refunded before
// it is recorded.
type PastReturn struct {
	Key      string         `json:"-"`
	Lines    []LineQuantity `json:"lines"`
	Reason   string         `json:"reason,omitempty"`
	Location string         `json:"location"`
	At       time.Time      `json:"at"`
	// Amount is what was given back in all; the zero Money means what the units
	// had cost. A difference to that is an entry of its own, "return_difference".
	Amount  money.Money `json:"amount,omitzero"`
	Gateway string      `json:"gateway"` // for what exceeds the captured amount
}

// ImportReturn records a past return with its whole life: requested, received in
// good condition and refunded. No more is refunded than was captured; what was
// given beyond that is a payout.
func (c *Client) ImportReturn(ctx context.Context, orderID uuid.UUID, p PastReturn) (*order.Return, error) {
	body := orderBody[PastReturn]{orderID, p}
	req := request{name: "return.import", key: p.Key, at: p.At, body: body, keyFirst: true}
	return c.returning(ctx, req, func(ctx context.Context, cmd event.Command) (uuid.UUID, *draft, error) {
		d, err := c.open(ctx, orderID, 0, cmd, p.Reason)
		if err != nil {
			return uuid.Nil, nil, err
		}
		if err := d.report(order.ActionReturn); err != nil {
			return uuid.Nil, nil, err
		}
		// What is past has happened: no policy is asked.
		id, err := d.requestReturn(order.ReturnPolicy{}, ReturnRequest{Lines: p.Lines, Reason: p.Reason})
		if err != nil {
			return uuid.Nil, nil, err
		}
		owed := d.order.Due()
		items, err := c.itemsOf(ctx, d.order)
		if err != nil {
			return uuid.Nil, nil, err
		}
		if err := d.receiveReturn(d.order.Return(id), Reception{Location: p.Location}, items); err != nil {
			return uuid.Nil, nil, err
		}
		credited, err := owed.Sub(d.order.Due())
		if err != nil {
			return uuid.Nil, nil, err
		}
		if p.Amount != (money.Money{}) {
			if err := d.difference(p.Amount, credited, id); err != nil {
				return uuid.Nil, nil, err
			}
			credited = p.Amount
		}
		if err := d.refundPast(credited, p.Gateway); err != nil {
			return uuid.Nil, nil, err
		}
		return id, d, d.conclude(OrderReturnImported)
	})
}

// difference enters what was given back beyond, or below, what the units had cost.
func (d *draft) difference(amount, credited money.Money, source uuid.UUID) error {
	diff, err := amount.Sub(credited)
	if err != nil || diff.IsZero() {
		return err
	}
	if diff.Sign() < 0 {
		return d.order.Charge(d.cmd.IDs, order.Charge{Code: "return_difference", Amount: diff.Neg()}, d.cmd.At)
	}
	return d.order.CreditBeyond(d.cmd.IDs, diff, money.Money{}, order.CreditParams{Code: "return_difference", Source: source, At: d.cmd.At})
}

// refundPast enters that an amount was given back: of the captures as far as they
// go, the rest as a payout.
func (d *draft) refundPast(amount money.Money, gateway string) error {
	for i := len(d.tenders) - 1; i >= 0 && amount.Sign() > 0; i-- {
		t := d.tenders[i]
		part := t.tender.Refundable()
		if less(amount, part) {
			part = amount
		}
		if part.Sign() <= 0 {
			continue
		}
		on, err := captureOf(t.tender)
		if err != nil {
			return err
		}
		if _, err := t.tender.Enter(payment.Refund, part, on, "", d.cmd); err != nil {
			return err
		}
		d.recordTender(t, PaymentRefundEntered)
		if amount, err = amount.Sub(part); err != nil {
			return err
		}
	}
	if amount.Sign() <= 0 {
		return nil
	}
	return d.enterPayment(payment.Payout, amount, gateway, "")
}

// captureOf finds the capture that a past refund refers to.
func captureOf(t *payment.Tender) (uuid.UUID, error) {
	for _, op := range t.Ops {
		if (op.Kind == payment.Sale || op.Kind == payment.Capture) && op.State == payment.Succeeded {
			return op.ID, nil
		}
	}
	return uuid.Nil, errors.New("oms: tender " + t.ID.String() + " has no capture")
}
