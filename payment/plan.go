package payment

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
)

// The Plan methods add operations in state Created to a tender, which must be a
// copy ([Tender.Clone]) and is left alone when they return an error. Nothing is
// sent: commit the tender, then [Tender.Start], commit, and [Perform].
//
// What is in flight counts as moved wherever that is the careful view: an
// authorization without a verdict cannot be captured and still takes up the
// tender's amount, a refund in doubt leaves no room for another one. Asking for
// more than there is is a *[CapError], for what the gateway cannot do a
// *[GatewayError] with ReasonUnsupported, for an amount that cannot be moved a
// *fault.InvalidError or an error of package money: all of kind fault.Rejected.

// PlanAuthorize plans to hold an amount. The cap is what the tender was to carry.
func (t *Tender) PlanAuthorize(amount money.Money, caps Capabilities, cmd event.Command) (Op, error) {
	return t.planHold(Authorize, caps.Holds, amount, caps, cmd)
}

// PlanSale plans to take an amount at once. The cap is what the tender was to carry.
func (t *Tender) PlanSale(amount money.Money, caps Capabilities, cmd event.Command) (Op, error) {
	return t.planHold(Sale, caps.Sales, amount, caps, cmd)
}

func (t *Tender) planHold(kind Kind, able bool, amount money.Money, caps Capabilities, cmd event.Command) (Op, error) {
	if !able {
		return Op{}, unsupported(kind)
	}
	if err := t.check(amount, caps); err != nil {
		return Op{}, err
	}
	allowed := less(t.Amount, plus(t.Totals.Authorized, t.Totals.AuthorizingNow))
	if err := t.within(kind, amount, allowed); err != nil {
		return Op{}, err
	}
	return t.add(kind, amount, uuid.Nil, cmd), nil
}

// PlanCapture plans to take an authorized amount, from the oldest authorization
// first; it returns one operation for each authorization it takes from.
func (t *Tender) PlanCapture(amount money.Money, caps Capabilities, cmd event.Command) ([]Op, error) {
	if !caps.Holds {
		return nil, unsupported(Capture)
	}
	if err := t.check(amount, caps); err != nil {
		return nil, err
	}
	parts, allowed := t.captureParts(amount, caps)
	if err := t.within(Capture, amount, allowed); err != nil {
		return nil, err
	}
	for _, p := range parts {
		if !caps.PartialCapture && p.amount != t.Op(p.on).settled() {
			return nil, fault.Invalid("amount", amount, "the whole of an authorization: the gateway captures no part of one")
		}
	}
	return t.addAll(Capture, parts, cmd), nil
}

// Capturable returns the most that [Tender.PlanCapture] would accept.
func (t *Tender) Capturable(caps Capabilities) money.Money {
	_, allowed := t.captureParts(t.Totals.Authorized, caps)
	return allowed
}

func (t *Tender) captureParts(amount money.Money, caps Capabilities) ([]part, money.Money) {
	var rooms []part
	for i := range t.Ops {
		a := &t.Ops[i]
		if a.Kind != Authorize || a.State != Succeeded {
			continue
		}
		if !caps.MultipleCaptures && t.has(Capture, a.ID) {
			continue
		}
		rooms = append(rooms, part{a.ID, t.room(a)})
	}
	// A second look at the sums: captures may be known that refer to no authorization.
	limit := less(t.Totals.Authorized, plus(t.Totals.Captured, plus(t.inFlight(Capture), t.Totals.VoidingNow)))
	return t.take(amount, rooms, limit)
}

// PlanVoid plans to give up all that is authorized and neither captured nor being
// captured: one operation for each such authorization, none when there is none.
// A gateway without VoidRest voids no authorization that a capture refers to;
// if that leaves something held the error is a *[CapError].
func (t *Tender) PlanVoid(caps Capabilities, cmd event.Command) ([]Op, error) {
	var parts []part
	held := money.Zero(t.Amount.Currency())
	allowed := held
	for i := range t.Ops {
		a := &t.Ops[i]
		if a.Kind != Authorize || a.State != Succeeded {
			continue
		}
		room := t.room(a)
		held = plus(held, room)
		if room.Sign() > 0 && (caps.VoidRest || !t.has(Capture, a.ID)) {
			allowed = plus(allowed, room)
			parts = append(parts, part{a.ID, room})
		}
	}
	if err := t.within(Void, held, allowed); err != nil {
		return nil, err
	}
	return t.addAll(Void, parts, cmd), nil
}

// PlanRefund plans to give back a captured amount: of the capture or sale with the
// id on, or, when that is zero, of the newest first. It returns one operation for
// each capture it takes from.
func (t *Tender) PlanRefund(amount money.Money, on uuid.UUID, caps Capabilities, cmd event.Command) ([]Op, error) {
	if !caps.Refund {
		return nil, unsupported(Refund)
	}
	if err := t.check(amount, caps); err != nil {
		return nil, err
	}
	parts, allowed := t.refundParts(amount, on)
	if err := t.within(Refund, amount, allowed); err != nil {
		return nil, err
	}
	for _, p := range parts {
		if !caps.PartialRefund && p.amount != t.Op(p.on).settled() {
			return nil, fault.Invalid("amount", amount, "the whole of a capture: the gateway refunds no part of one")
		}
	}
	return t.addAll(Refund, parts, cmd), nil
}

// Refundable returns the most that [Tender.PlanRefund] would accept over all captures.
func (t *Tender) Refundable() money.Money {
	_, allowed := t.refundParts(t.Totals.Captured, uuid.Nil)
	return allowed
}

func (t *Tender) refundParts(amount money.Money, on uuid.UUID) ([]part, money.Money) {
	var rooms []part
	for i := range slices.Backward(t.Ops) {
		c := &t.Ops[i]
		if (c.Kind == Capture || c.Kind == Sale) && c.State == Succeeded && (on == uuid.Nil || on == c.ID) {
			rooms = append(rooms, part{c.ID, t.room(c)})
		}
	}
	limit := less(t.Totals.Captured, plus(t.Totals.Refunded, t.inFlight(Refund)))
	return t.take(amount, rooms, limit)
}

// PlanPayout plans to give money without a capture to refer to. The cap is what
// the tender was to carry.
func (t *Tender) PlanPayout(amount money.Money, caps Capabilities, cmd event.Command) (Op, error) {
	if !caps.Payouts {
		return Op{}, unsupported(Payout)
	}
	if err := t.check(amount, caps); err != nil {
		return Op{}, err
	}
	allowed := less(t.Amount, plus(t.Totals.PaidOut, t.inFlight(Payout)))
	if err := t.within(Payout, amount, allowed); err != nil {
		return Op{}, err
	}
	return t.add(Payout, amount, uuid.Nil, cmd), nil
}

// Enter adds an operation that took place in the past, at the command's business
// time: it has succeeded, and no gateway hears of it. It serves imports. The caps
// are those of a gateway that can do everything; on is what the operation refers
// to, which a capture, void or refund must.
func (t *Tender) Enter(kind Kind, amount money.Money, on uuid.UUID, ref string, cmd event.Command) (Op, error) {
	if err := t.check(amount, Capabilities{}); err != nil {
		return Op{}, err
	}
	allowed, err := t.enterable(kind, on)
	if err != nil {
		return Op{}, err
	}
	if err := t.within(kind, amount, allowed); err != nil {
		return Op{}, err
	}
	op := t.add(kind, amount, on, cmd)
	op.State, op.Settled, op.Ref = Succeeded, amount, ref
	op.CreatedAt, op.SettledAt, op.NextAt = cmd.At, cmd.At, time.Time{}
	*t.Op(op.ID) = op
	t.Totals = Sum(t.Amount.Currency(), t.Ops)
	return op, nil
}

func (t *Tender) enterable(kind Kind, on uuid.UUID) (money.Money, error) {
	of := t.Op(on)
	switch kind {
	case Authorize, Sale:
		return less(t.Amount, plus(t.Totals.Authorized, t.Totals.AuthorizingNow)), nil
	case Payout:
		return less(t.Amount, plus(t.Totals.PaidOut, t.inFlight(Payout))), nil
	case Capture, Void:
		if of == nil || of.Kind != Authorize || of.State != Succeeded {
			return money.Money{}, fault.Invalid("on", on, "an authorization of this payment that succeeded")
		}
		return t.room(of), nil
	case Refund:
		if of == nil || of.Kind != Capture && of.Kind != Sale || of.State != Succeeded {
			return money.Money{}, fault.Invalid("on", on, "a capture or sale of this payment that succeeded")
		}
		return t.room(of), nil
	}
	return money.Money{}, fault.Invalid("kind", kind, "a kind of operation")
}

// part is what one operation takes of another.
type part struct {
	on     uuid.UUID
	amount money.Money
}

// take shares an amount over rooms in their order, and returns what all of them
// could give up to the limit.
func (t *Tender) take(amount money.Money, rooms []part, limit money.Money) (parts []part, allowed money.Money) {
	allowed = money.Zero(t.Amount.Currency())
	rest := amount
	for _, r := range rooms {
		allowed = plus(allowed, r.amount)
		if piece := smaller(rest, r.amount); piece.Sign() > 0 {
			parts = append(parts, part{r.on, piece})
			rest = less(rest, piece)
		}
	}
	return parts, smaller(allowed, limit)
}

// room is what is left of an authorization or capture, in-flight operations on it
// counted as done.
func (t *Tender) room(of *Op) money.Money {
	room := of.settled()
	for i := range t.Ops {
		if op := &t.Ops[i]; op.On == of.ID {
			room = less(room, op.taken())
		}
	}
	return room
}

// has reports whether an operation of that kind on another one took place or may yet.
func (t *Tender) has(kind Kind, on uuid.UUID) bool {
	return slices.ContainsFunc(t.Ops, func(op Op) bool {
		return op.Kind == kind && op.On == on && (op.State == Succeeded || !op.State.Final())
	})
}

// inFlight sums the operations of one kind without a verdict.
func (t *Tender) inFlight(kind Kind) money.Money {
	sum := money.Zero(t.Amount.Currency())
	for i := range t.Ops {
		if op := &t.Ops[i]; op.Kind == kind && !op.State.Final() {
			sum = plus(sum, op.Amount)
		}
	}
	return sum
}

func (t *Tender) check(amount money.Money, caps Capabilities) error {
	if err := payable(amount); err != nil {
		return err
	}
	if amount.Currency() != t.Amount.Currency() {
		return fault.Invalid("amount", amount, "an amount in "+string(t.Amount.Currency()))
	}
	return caps.Check(amount)
}

func (t *Tender) within(kind Kind, amount, allowed money.Money) error {
	if order, err := amount.Cmp(allowed); err != nil || order > 0 {
		return &CapError{TenderID: t.ID, Kind: kind, Asked: amount, Allowed: allowed}
	}
	return nil
}

func (t *Tender) add(kind Kind, amount money.Money, on uuid.UUID, cmd event.Command) Op {
	op := Op{
		ID: cmd.IDs.Next(), Kind: kind, Amount: amount, State: Created,
		Settled: money.Zero(amount.Currency()), On: on, CreatedAt: cmd.Now, NextAt: cmd.Now,
	}
	t.Ops = append(t.Ops, op)
	t.Totals = Sum(t.Amount.Currency(), t.Ops)
	return op
}

func (t *Tender) addAll(kind Kind, parts []part, cmd event.Command) []Op {
	var ops []Op
	for _, p := range parts {
		ops = append(ops, t.add(kind, p.amount, p.on, cmd))
	}
	return ops
}

func unsupported(kind Kind) error {
	return &GatewayError{Op: kind, Outcome: Refused, Reason: ReasonUnsupported}
}
