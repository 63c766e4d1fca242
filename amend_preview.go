package oms

import (
	"context"

	"github.com/google/uuid"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/payment"
)

// ChangePreview is what a change of an order would lead to.
type ChangePreview struct {
	// Order is the order after the change, with the version that it has now.
	Order *order.Order
	// Due is by how much the change moves what is owed, and Demand what would have to be
	// paid in addition to what is held, taken or promised.
	Due    money.Money
	Demand money.Money
	// Money is what would go back, by tender.
	Money []MoneyDelta
	// Stock is what would be given back and taken, by line.
	Stock []order.StockDelta
	// Problems are everything in the way, stock and workflow among them: none means that
	// the change can be applied.
	Problems []order.Problem
}

// MoneyDelta is what a change would ask the gateway of a tender for.
type MoneyDelta struct {
	Tender  uuid.UUID
	Gateway string
	Kind    payment.Kind
	Amount  money.Money
}

// PreviewChange answers what [Client.Change] would lead to now. It writes nothing. What
// is wrong with the change is among the problems; the error is for what cannot be read.
func (c *Client) PreviewChange(ctx context.Context, orderID uuid.UUID, p ChangeRequest) (*ChangePreview, error) {
	cmd, err := c.issuer.Issue(ctx, "order.preview_change", "", p.At, nil)
	if err != nil {
		return nil, err
	}
	d, err := c.open(ctx, orderID, p.Version, cmd, p.Reason)
	if err != nil {
		return nil, err
	}
	var a amending
	if err := a.asked(ctx, d, p); err != nil {
		return nil, classify(ctx, err)
	}
	seen := &ChangePreview{}
	return seen, a.show(d, seen)
}

// show fills the preview in.
func (a *amending) show(d *draft, seen *ChangePreview) error {
	refused := func(err error) bool {
		if err == nil || fault.KindOf(err) != fault.Rejected {
			return false
		}
		seen.Problems = append(seen.Problems, order.Problem{Err: err})
		return true
	}
	if err := a.fire(d); !refused(err) && err != nil {
		return err
	}
	p, err := order.Preview(d.order, &order.Change{Steps: a.steps}, a.basis)
	if err != nil {
		return err
	}
	seen.Problems = append(seen.Problems, p.Problems...)
	seen.Order, seen.Due, seen.Stock = p.Order, p.Due, p.Stock
	if err := a.carryOut(d, p); !refused(err) && err != nil {
		return err
	}
	if seen.Due, err = d.order.Due().Sub(d.stored.Due()); err != nil {
		return err
	}
	if seen.Order = d.order; len(seen.Problems) == 0 {
		if err := d.derive(); err != nil {
			return err
		}
	}
	seen.Money = d.planned()
	seen.Demand, err = d.demand()
	return err
}

// planned lists what the draft asks gateways for.
func (d *draft) planned() (list []MoneyDelta) {
	for _, t := range d.tenders {
		known := 0
		if t.stored != nil {
			known = len(t.stored.Ops)
		}
		for _, op := range t.last.Ops[known:] {
			list = append(list, MoneyDelta{Tender: t.tender.ID, Gateway: t.tender.Gateway, Kind: op.Kind, Amount: op.Amount})
		}
	}
	return list
}

// demand is what is owed and neither held, taken nor promised.
func (d *draft) demand() (money.Money, error) {
	m := d.money()
	left, err := money.Sum(d.order.Due(), m.Authorized.Neg(), m.OnTerms.Neg(), m.VoidingNow, m.Refunded, m.PaidOut, m.RefundingNow)
	if err != nil || left.Sign() <= 0 {
		return money.Zero(d.order.Currency), err
	}
	return left, nil
}
