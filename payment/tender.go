package payment

import (
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
)

// New returns a tender of an order without operations. It is at version 0: whoever
// commits a change moves the version. The amount must be more than zero and a
// whole number of minor units, else the error is a *fault.InvalidError. Source is
// the payer's token at the gateway, which may be empty.
func New(orderID uuid.UUID, gateway string, amount money.Money, source string, cmd event.Command) (*Tender, error) {
	if gateway == "" {
		return nil, fault.Invalid("gateway", gateway, "the name of a gateway")
	}
	if err := payable(amount); err != nil {
		return nil, err
	}
	return &Tender{
		ID: cmd.IDs.Next(), OrderID: orderID, Gateway: gateway, Amount: amount,
		Totals: noTotals(amount.Currency()), CreatedAt: cmd.At, Source: source,
	}, nil
}

// payable refuses an amount that cannot be moved.
func payable(amount money.Money) error {
	if amount.Sign() <= 0 {
		return fault.Invalid("amount", amount, "more than zero")
	}
	if !amount.IsMinor() {
		return fault.Invalid("amount", amount, "a whole number of minor units")
	}
	return nil
}

// Clone returns a copy that shares nothing that changes: the way to begin every
// change.
func (t *Tender) Clone() *Tender {
	c := *t
	c.Ops = slices.Clone(t.Ops)
	c.Reports = slices.Clone(t.Reports)
	c.Opaque = slices.Clone(t.Opaque)
	return &c
}

// Op returns the operation with that id, or nil. The pointer is into t.
func (t *Tender) Op(id uuid.UUID) *Op {
	for i := range t.Ops {
		if t.Ops[i].ID == id {
			return &t.Ops[i]
		}
	}
	return nil
}

// Diff returns what leads from before to after: the only maker of deltas. A nil
// before means a new tender. Operations that did not move are left out. The
// returned delta shares the slices of after, which must not be changed any more.
//
// Diff panics if after dropped or reordered operations or reports, or changed what
// an operation asks for: that is a bug in the caller, and writing would destroy
// history.
func Diff(before, after *Tender) *Delta {
	d := &Delta{Tender: *after}
	d.Tender.Ops, d.Tender.Reports = nil, nil
	d.Tender.Source, d.Tender.Opaque = "", nil
	if before == nil {
		d.Ops, d.Reports = after.Ops, after.Reports
		return d
	}
	if len(after.Ops) < len(before.Ops) || len(after.Reports) < len(before.Reports) {
		panic("payment: a change dropped operations or reports")
	}
	for i := range before.Ops {
		was, is := &before.Ops[i], &after.Ops[i]
		if is.ID != was.ID || is.Kind != was.Kind || is.Amount != was.Amount || is.On != was.On ||
			!is.CreatedAt.Equal(was.CreatedAt) {
			panic(fmt.Sprintf("payment: a change rewrote what operation %s asks for", was.ID))
		}
		if !is.equal(was) {
			d.Ops = append(d.Ops, *is)
		}
	}
	d.Ops = append(d.Ops, after.Ops[len(before.Ops):]...)
	for i := range before.Reports {
		if after.Reports[i].ID != before.Reports[i].ID {
			panic(fmt.Sprintf("payment: a change rewrote report %s", before.Reports[i].ID))
		}
	}
	d.Reports = after.Reports[len(before.Reports):]
	return d
}

// Apply returns the tender after the delta; a nil t stands for the tender before
// its first event. It is the fold over a tender's history: applying the deltas of
// all its events in order of version gives the stored tender, Source and Opaque
// apart, which it keeps from t.
func Apply(t *Tender, d *Delta) (*Tender, error) {
	if t == nil {
		t = &Tender{}
	} else if t.ID != d.Tender.ID {
		return nil, fmt.Errorf("payment %s: history continues with payment %s", t.ID, d.Tender.ID)
	}
	next := d.Tender
	next.Ops = slices.Clone(t.Ops)
	next.Reports = append(slices.Clone(t.Reports), d.Reports...)
	next.Source, next.Opaque = t.Source, slices.Clone(t.Opaque)
	for _, op := range d.Ops {
		if known := next.Op(op.ID); known != nil {
			*known = op
		} else {
			next.Ops = append(next.Ops, op)
		}
	}
	return &next, nil
}

// Change returns what a batch writes to lead from before to after: the delta, and
// the secret part when it is new or has moved.
func Change(before, after *Tender) Changes {
	c := Changes{Delta: Diff(before, after)}
	fresh := before == nil && (after.Source != "" || len(after.Opaque) > 0)
	moved := before != nil && (before.Source != after.Source || !slices.Equal(before.Opaque, after.Opaque))
	if fresh || moved {
		c.Secret = &Secret{TenderID: after.ID, Source: after.Source, Opaque: after.Opaque}
	}
	return c
}

func (o *Op) equal(other *Op) bool {
	return o.ID == other.ID && o.Kind == other.Kind && o.Amount == other.Amount &&
		o.State == other.State && o.Settled == other.Settled && o.On == other.On && o.Ref == other.Ref &&
		o.Attempts == other.Attempts && sameDecline(o.Decline, other.Decline) &&
		o.NextAt.Equal(other.NextAt) && o.CreatedAt.Equal(other.CreatedAt) &&
		o.SentAt.Equal(other.SentAt) && o.SettledAt.Equal(other.SettledAt)
}

func sameDecline(a, b *Decline) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}
