package order

import (
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/quantity"
)

// Reception is how far the goods of one line of a return have come. It is derived
// by [ReturnLine.Reception].
type Reception string

// The states of the reception. All but the first two are final.
const (
	Awaiting      Reception = "awaiting"
	ComingBack    Reception = "in_transit"
	ReceptionDone Reception = "received"
	LostInTransit Reception = "lost_in_transit"
	WrongItem     Reception = "wrong_item"
	ShortReceived Reception = "short"
	NotInTime     Reception = "expired"
	CalledOff     Reception = "canceled"
	LeftWithBuyer Reception = "kept"
)

// Reception returns the state of the line. While units are still to come it is
// in_transit when any of them is, else awaiting. Then it is what a person must know
// first: that something else came, that fewer came, that goods came at all, that
// they were lost, left with the customer, too late, or called off.
func (l ReturnLine) Reception() Reception {
	switch {
	case l.Outstanding().Sign() > 0 && l.InTransit.Sign() > 0:
		return ComingBack
	case l.Outstanding().Sign() > 0:
		return Awaiting
	case l.Wrong.Sign() > 0:
		return WrongItem
	case l.Short.Sign() > 0:
		return ShortReceived
	case l.Settled().Sign() > 0:
		return ReceptionDone
	case l.Lost.Add(l.Excused).Sign() > 0:
		return LostInTransit
	case l.Kept.Sign() > 0:
		return LeftWithBuyer
	case l.Expired.Sign() > 0:
		return NotInTime
	}
	return CalledOff
}

// ReturnMove is what can become of units that are to come back.
type ReturnMove string

// The moves. Units that were called off, did not come in time, or in whose place
// something else or nothing came are with the customer, who may ask again.
const (
	DispatchUnits   ReturnMove = "dispatch"   // they are on their way
	RestockUnits    ReturnMove = "restock"    // they came and go back to stock
	DamagedUnits    ReturnMove = "damaged"    // they came and cannot be sold
	QuarantineUnits ReturnMove = "quarantine" // they came and are to be inspected
	ScrapUnits      ReturnMove = "scrap"      // they came and are thrown away
	DismissUnits    ReturnMove = "dismiss"    // they came and are refused
	WrongUnits      ReturnMove = "wrong_item" // something else came
	ShortUnits      ReturnMove = "short"      // they were not in the parcel
	CancelUnits     ReturnMove = "cancel"     // called off
	ExpireUnits     ReturnMove = "expire"     // they did not come in time
	LoseUnits       ReturnMove = "lose"       // lost on the way, at the customer's risk
	ExcuseUnits     ReturnMove = "excuse"     // lost on the way, at the shop's risk
	KeepUnits       ReturnMove = "keep"       // the customer keeps them and has the credit
)

// ReturnMoves returns every move.
func ReturnMoves() []ReturnMove {
	return []ReturnMove{
		DispatchUnits, RestockUnits, DamagedUnits, QuarantineUnits, ScrapUnits, DismissUnits, WrongUnits,
		ShortUnits, CancelUnits, ExpireUnits, LoseUnits, ExcuseUnits, KeepUnits,
	}
}

// returnMove is what a move does to the two countings of one unit.
type returnMove struct {
	to      *quantity.Quantity // of the return's line; nil for one that is still to come
	heard   bool               // units on their way go first
	onOrder func(*Line, quantity.Quantity) error
}

// effect looks a move up. The table is the one place where units of returns move.
func (l *ReturnLine) effect(move ReturnMove) (returnMove, bool) {
	var none quantity.Quantity
	good := func(o *Line, q quantity.Quantity) error { return o.ReceiveReturn(q, none, none) }
	bad := func(o *Line, q quantity.Quantity) error { return o.ReceiveReturn(none, q, none) }
	refused := func(o *Line, q quantity.Quantity) error { return o.ReceiveReturn(none, none, q) }
	switch move {
	case DispatchUnits:
		return returnMove{nil, false, (*Line).DispatchReturn}, true
	case RestockUnits:
		return returnMove{&l.Good, true, good}, true
	case DamagedUnits:
		return returnMove{&l.Damaged, true, bad}, true
	case QuarantineUnits:
		return returnMove{&l.Quarantined, true, bad}, true
	case ScrapUnits:
		return returnMove{&l.Scrapped, true, bad}, true
	case DismissUnits:
		return returnMove{&l.Dismissed, true, refused}, true
	case WrongUnits:
		return returnMove{&l.Wrong, true, (*Line).CancelReturn}, true
	case ShortUnits:
		return returnMove{&l.Short, true, (*Line).CancelReturn}, true
	case CancelUnits:
		return returnMove{&l.Canceled, false, (*Line).CancelReturn}, true
	case ExpireUnits:
		return returnMove{&l.Expired, false, (*Line).CancelReturn}, true
	case LoseUnits:
		return returnMove{&l.Lost, true, (*Line).WriteOff}, true
	case ExcuseUnits:
		return returnMove{&l.Excused, true, (*Line).WriteOff}, true
	case KeepUnits:
		return returnMove{&l.Kept, false, (*Line).WriteOff}, true
	}
	return returnMove{}, false
}

// Movable returns how many units a move may take: what is still to come and, for a
// dispatch, not on its way yet.
func (l ReturnLine) Movable(move ReturnMove) quantity.Quantity {
	if move == DispatchUnits {
		return l.Awaited()
	}
	return l.Outstanding()
}

// Move moves units of the line alone; [Order.MoveReturn] moves the order's with
// them. The error is a [*QuantityError] unless the units are above zero and at most
// [ReturnLine.Movable], or a *fault.InvalidError for an unknown move; then nothing
// has changed.
func (l *ReturnLine) Move(move ReturnMove, q quantity.Quantity) error {
	effect, known := l.effect(move)
	if !known {
		return fault.Invalid("move", move, "one of "+sentence(ReturnMoves()))
	}
	if allowed := l.Movable(move); q.Sign() <= 0 || allowed.Less(q) {
		return l.refuse(string(move), q, allowed)
	}
	if effect.to == nil {
		l.InTransit = l.InTransit.Add(q)
		return nil
	}
	l.leave(q, effect.heard)
	*effect.to = effect.to.Add(q)
	return nil
}

// MoveReturn moves units of one line of a return, and the same units of the order's
// line: the only way for a unit to be in a return and out of it again. The error is
// that of [ReturnLine.Move], a *fault.NotFoundError, or a [*ClaimStateError] for units whose
// claim is open; then nothing has changed.
func (o *Order) MoveReturn(r *Return, l *ReturnLine, move ReturnMove, q quantity.Quantity) error {
	line := o.Line(l.LineID)
	if line == nil {
		return fault.NotFound("line", l.LineID)
	}
	if err := r.decided(string(move)); err != nil {
		return err
	}
	was := *l
	l.adopt()
	if err := l.Move(move, q); err != nil {
		*l = was
		return err
	}
	effect, _ := l.effect(move)
	if err := effect.onOrder(line, q); err != nil {
		*l = was
		return err
	}
	l.inspected()
	o.splitComing(line)
	return nil
}

// adopt completes a line that was recorded before there was an acceptance: what had
// come of it was credited at once.
func (l *ReturnLine) adopt() {
	if l.Acceptance == "" {
		l.Acceptance, l.Credited = AcceptancePending, l.Good.Add(l.Damaged)
		l.inspected()
	}
}

// splitComing says of the units of a line that are to come back which are on their
// way. The line's own moves do not know of which return they take.
func (o *Order) splitComing(line *Line) {
	coming := line.Coming()
	var transit quantity.Quantity
	for i := range o.Returns {
		for j := range o.Returns[i].Lines {
			if l := &o.Returns[i].Lines[j]; l.LineID == line.ID {
				transit = transit.Add(l.InTransit)
			}
		}
	}
	line.ReturnInTransit = quantity.Min(transit, coming)
	line.ReturnRequested = coming.Sub(line.ReturnInTransit)
}

// ReturnParts is what came of one line of a return, by what becomes of it.
type ReturnParts struct {
	Good, Damaged, Quarantined, Scrapped quantity.Quantity // taken back
	Dismissed                            quantity.Quantity // refused
	Wrong, Short                         quantity.Quantity // not there: something else, or nothing, came instead
}

// ReceiveReturn records what came of one line, and decides about the line where
// nobody has. The error is a [*QuantityError] unless no part is negative and their
// sum is above zero and at most what is outstanding; then nothing has changed.
func (o *Order) ReceiveReturn(r *Return, l *ReturnLine, p ReturnParts) error {
	parts := [...]struct {
		move ReturnMove
		q    quantity.Quantity
	}{
		{RestockUnits, p.Good},
		{DamagedUnits, p.Damaged},
		{QuarantineUnits, p.Quarantined},
		{ScrapUnits, p.Scrapped},
		{DismissUnits, p.Dismissed},
		{WrongUnits, p.Wrong},
		{ShortUnits, p.Short},
	}
	var sum quantity.Quantity
	for _, part := range parts {
		if sum = sum.Add(part.q); part.q.Sign() < 0 {
			return l.refuse("receive", part.q, l.Outstanding())
		}
	}
	if sum.Sign() <= 0 || l.Outstanding().Less(sum) {
		return l.refuse("receive", sum, l.Outstanding())
	}
	for _, part := range parts {
		if part.q.Sign() <= 0 {
			continue
		}
		if err := o.MoveReturn(r, l, part.move, part.q); err != nil {
			return err
		}
	}
	return nil
}
