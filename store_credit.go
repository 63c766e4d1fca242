package oms

import (
	"context"

	"github.com/google/uuid"

	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/storage"
)

// creditors are the customers whose accounts a command gives store credit to, in the
// batch of the orders that it comes from.
type creditors struct {
	batch *storage.Batch
	list  []*customerDraft
}

// meetCreditor reads whose account store credit of the order goes to; nobody's of an
// order whose customer the shop does not keep.
func (d *draft) meetCreditor(ctx context.Context) error {
	if d.creditor != nil || d.order.CustomerID == uuid.Nil {
		return nil
	}
	stored, err := d.debtor(ctx)
	if isNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	if d.creditors == nil {
		d.creditors = &creditors{batch: d.batch}
	}
	for _, known := range d.creditors.list {
		if known.next.ID == stored.ID {
			d.creditor = known
			return nil
		}
	}
	next := *stored
	d.creditor = &customerDraft{cmd: d.cmd, batch: d.creditors.batch, stored: stored, next: &next}
	d.creditors.list = append(d.creditors.list, d.creditor)
	return nil
}

// settleStoreCredit gives what returns have brought that are resolved by store credit:
// the order keeps the money, and the account of its customer gets as much.
func (d *draft) settleStoreCredit() error {
	if d.creditor == nil || !d.order.GivesStoreCredit() {
		return nil
	}
	s, err := d.summary()
	if err != nil {
		return err
	}
	over, err := money.Sum(s.Captured, s.Refunded.Neg(), s.PaidOut.Neg(), s.RefundingNow.Neg(), d.order.Due().Neg())
	if err != nil {
		return err
	}
	more, err := d.order.SettleStoreCredit(d.cmd.IDs, over, d.cmd.At)
	if err != nil || more.IsZero() {
		return err
	}
	entry := crm.Entry{Kind: crm.StoreCredit, Amount: more, OrderID: d.order.ID, Reason: "return"}
	if more.Sign() < 0 {
		entry.Kind = crm.Correction
	}
	if err := d.creditor.next.Enter(entry); err != nil {
		return err
	}
	d.creditor.record(CustomerCreditPosted).Entry = &entry
	after := *d.creditor.next
	d.creditor.stored = &after // of the next entry, if there is one
	return nil
}

// into adds the customers with new entries to the batch of the command.
func (c *creditors) into(b *storage.Batch) {
	if c == nil || c.batch != b {
		return
	}
	for _, creditor := range c.list {
		if creditor.delta != nil {
			b.CRM.Customers = append(b.CRM.Customers, *creditor.next)
		}
	}
}

// wantsStoreCredit prepares a return that is to be resolved by store credit.
func (d *draft) wantsStoreCredit(ctx context.Context, resolution order.Resolution, line uuid.UUID) error {
	if resolution != order.ToStoreCredit {
		return nil
	}
	if err := d.meetCreditor(ctx); err != nil || d.creditor != nil {
		return err
	}
	return &order.ResolutionError{LineID: line, Resolution: resolution, Allowed: []order.Resolution{order.ToTenders, order.NoCredit}}
}
