package oms

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/payment"
)

// Refund gives money of an order back.
type Refund struct {
	Key     string `json:"-"`
	Version int64  `json:"version,omitempty"`
	// Amount is what to give back. The zero Money means whatever was taken beyond
	// what is due, as after a return. More than that is goodwill: the difference is
	// credited on the order, which needs a Reason.
	Amount money.Money `json:"amount,omitzero"`
	Reason string      `json:"reason,omitempty"`
	At     time.Time   `json:"at,omitzero"`
}

// Refund gives back money that was taken, from the newest tender first, never more
// than was captured. Its answers are those of Pay.
func (c *Client) Refund(ctx context.Context, orderID uuid.UUID, p Refund) (*Paid, error) {
	if err := c.mayCallOut(); err != nil {
		return nil, err
	}
	body := orderBody[Refund]{orderID, p}
	req := request{name: "order.refund", key: p.Key, at: p.At, body: body}
	return c.ask(ctx, req, func(ctx context.Context, cmd event.Command) (opsResult, *draft, error) {
		d, err := c.open(ctx, orderID, p.Version, cmd, p.Reason)
		if err != nil {
			return opsResult{}, nil, err
		}
		result, err := d.refund(p)
		if err != nil {
			return opsResult{}, nil, err
		}
		return result, d, d.conclude(result.kind(OrderRefundStarted))
	})
}

// refund credits goodwill where there is any and plans the refunds.
func (d *draft) refund(p Refund) (opsResult, error) {
	result := opsResult{Order: d.order.ID}
	s, err := d.summary()
	if err != nil {
		return result, err
	}
	over, err := money.Sum(s.Captured, s.Refunded.Neg(), s.PaidOut.Neg(), s.RefundingNow.Neg(), d.order.Due().Neg())
	if err != nil {
		return result, err
	}
	amount := p.Amount
	switch {
	case amount == (money.Money{}):
		amount = over
	case amount.Currency() != d.order.Currency:
		return result, fault.Invalid("amount", amount, "an amount in "+string(d.order.Currency))
	case amount.Sign() <= 0:
		return result, fault.Invalid("amount", amount, "more than zero")
	case less(over, amount):
		if err := d.goodwill(amount, over); err != nil {
			return result, err
		}
	}
	if err := d.fire(order.ActionRefund); err != nil {
		return result, err
	}
	shares, err := payment.SplitRefund(d.payments(), amount)
	if err != nil {
		return result, err
	}
	for _, share := range shares {
		t := d.tender(share.Tender.ID)
		ops, err := t.tender.PlanRefund(share.Amount, uuid.Nil, d.client.capsOf(t.tender), d.cmd)
		if err != nil {
			return result, err
		}
		if err := d.start(t, ops, &result); err != nil {
			return result, err
		}
		d.recordTender(t, asked(t.tender, PaymentRefundStarted))
	}
	return result, nil
}

// goodwill credits what is to be given back beyond what was taken too much.
func (d *draft) goodwill(amount, over money.Money) error {
	if d.reason == "" {
		return fault.Invalid("reason", "", "a reason: the amount is more than the "+over.String()+" that was taken beyond what is due")
	}
	if over.Sign() < 0 {
		over = money.Zero(d.order.Currency)
	}
	extra, err := amount.Sub(over)
	if err != nil {
		return err
	}
	err = d.order.CreditOrder(d.cmd.IDs, extra, money.Money{}, order.CreditParams{Code: "goodwill", Label: d.reason, At: d.cmd.At})
	var tooMuch *order.CreditError
	if errors.As(err, &tooMuch) {
		return &payment.CapError{Kind: payment.Refund, Asked: amount, Allowed: over}
	}
	return err
}
