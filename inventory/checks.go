package inventory

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/quantity"
)

// Check names a rule about the stock's books.
type Check string

// The rules that [Tally], [CheckMove] and [CheckReservation] verify.
const (
	CheckMovements    Check = "stock.movements"    // each column of a level is the sum of its movements
	CheckReservations Check = "stock.reservations" // reserved, allocated and backordered are the sums of the pending reservations
	CheckColumns      Check = "stock.columns"      // no column but on hand is below zero
	CheckExpiry       Check = "stock.expiry"       // no hold is pending long past its expiry
	CheckShape        Check = "stock.shape"        // movements and reservations are well-formed
)

// Discrepancy is a place where the books break a rule.
type Discrepancy struct {
	Check    Check     `json:"check"`
	SKU      string    `json:"sku"`
	Location string    `json:"location"`
	ID       uuid.UUID `json:"id,omitzero"` // of the movement or reservation, where it is one
	Detail   string    `json:"detail"`
}

func (d Discrepancy) String() string {
	return fmt.Sprintf("%s: %s at %s: %s", d.Check, d.SKU, d.Location, d.Detail)
}

// Tally adds up the movements and pending reservations of each level, to be
// compared with the levels. They may be added in any order; it keeps one entry
// per level. The zero Tally is empty and ready. It is used by one goroutine.
type Tally struct{ sums map[place]*sums }

type place struct{ sku, location string }

type sums struct {
	moved    Delta
	kept     [3]quantity.Quantity // reserved, allocated, backordered
	compared bool
}

func (t *Tally) at(sku, location string) *sums {
	if t.sums == nil {
		t.sums = make(map[place]*sums)
	}
	key := place{sku, location}
	s := t.sums[key]
	if s == nil {
		s = &sums{}
		t.sums[key] = s
	}
	return s
}

// AddMove adds a movement.
func (t *Tally) AddMove(m *Move) {
	s := t.at(m.SKU, m.Location)
	s.moved = s.moved.plus(Delta{
		OnHand: m.OnHand, Unavailable: m.Unavailable, Allocated: m.Allocated,
		Reserved: m.Reserved, Backordered: m.Backordered,
	})
}

// AddReservation adds a reservation; one that is not pending counts nothing.
func (t *Tally) AddReservation(r *Reservation) {
	if r.Status != Pending {
		return
	}
	s := t.at(r.SKU, r.Location)
	switch r.Kind {
	case ForCart:
		s.kept[0] = s.kept[0].Add(r.Quantity)
	case ForOrder:
		s.kept[1] = s.kept[1].Add(r.Quantity)
	case ForBackorder:
		s.kept[2] = s.kept[2].Add(r.Quantity)
	}
}

// Compare compares a level with what was added for it.
func (t *Tally) Compare(l *Level) []Discrepancy {
	s := t.at(l.SKU, l.Location)
	s.compared = true
	return s.compare(l)
}

func (s *sums) compare(l *Level) []Discrepancy {
	var found []Discrepancy
	say := func(check Check, column string, has quantity.Quantity, want string) {
		found = append(found, Discrepancy{
			Check: check, SKU: l.SKU, Location: l.Location,
			Detail: fmt.Sprintf("%s is %s, %s", column, has, want),
		})
	}
	columns := [5]struct {
		name          string
		level, moved  quantity.Quantity
		kept          *quantity.Quantity
		mayBeNegative bool
	}{
		{"on hand", l.OnHand, s.moved.OnHand, nil, true},
		{"unavailable", l.Unavailable, s.moved.Unavailable, nil, false},
		{"reserved", l.Reserved, s.moved.Reserved, &s.kept[0], false},
		{"allocated", l.Allocated, s.moved.Allocated, &s.kept[1], false},
		{"backordered", l.Backordered, s.moved.Backordered, &s.kept[2], false},
	}
	for _, c := range columns {
		if c.level != c.moved {
			say(CheckMovements, c.name, c.level, "its movements add up to "+c.moved.String())
		}
		if c.kept != nil && c.level != *c.kept {
			say(CheckReservations, c.name, c.level, "pending reservations add up to "+c.kept.String())
		}
		if !c.mayBeNegative && c.level.Sign() < 0 {
			say(CheckColumns, c.name, c.level, "which is below zero")
		}
	}
	return found
}

// Rest compares what was added for places that have no level: an empty one is
// what they should have. Call it once all levels are compared.
func (t *Tally) Rest() []Discrepancy {
	var found []Discrepancy
	for key, s := range t.sums {
		if !s.compared {
			found = append(found, s.compare(&Level{SKU: key.sku, Location: key.location})...)
		}
	}
	slices.SortStableFunc(found, func(a, b Discrepancy) int {
		return cmp.Or(strings.Compare(a.SKU, b.SKU), strings.Compare(a.Location, b.Location))
	})
	return found
}

// CheckReservation returns what is wrong with a reservation at a time: its form,
// or a hold still pending longer than grace after its expiry. Such a hold refuses
// nobody, but nobody tidies up either.
func CheckReservation(r *Reservation, now time.Time, grace time.Duration) []Discrepancy {
	var found []Discrepancy
	say := func(check Check, detail string) {
		found = append(found, Discrepancy{Check: check, SKU: r.SKU, Location: r.Location, ID: r.ID, Detail: detail})
	}
	switch {
	case r.SKU == "" || r.Location == "" || r.Owner == "":
		say(CheckShape, "a reservation without item, location or owner")
	case r.Quantity.Sign() <= 0 || r.Quantity.Check() != nil:
		say(CheckShape, "a reservation of "+r.Quantity.String())
	case r.Status != Pending && r.Status != Posted && r.Status != Voided:
		say(CheckShape, fmt.Sprintf("a reservation with status %q", r.Status))
	}
	switch r.Kind {
	case ForCart:
		if r.ExpiresAt.IsZero() {
			say(CheckShape, "a hold without end")
		} else if r.Status == Pending && !now.Before(r.ExpiresAt.Add(grace)) {
			say(CheckExpiry, "pending, expired at "+r.ExpiresAt.Format(time.RFC3339))
		}
	case ForOrder, ForBackorder:
		if _, err := uuid.Parse(r.Owner); err != nil || r.LineID == uuid.Nil || !r.ExpiresAt.IsZero() {
			say(CheckShape, "an order's reservation without its order or line, or with an end")
		}
	default:
		say(CheckShape, fmt.Sprintf("a reservation of kind %q", r.Kind))
	}
	return found
}

// CheckMove returns what is wrong with a movement: each kind changes certain
// columns in a certain direction, and no other.
func CheckMove(m *Move) []Discrepancy {
	var problem string
	switch {
	case m.SKU == "" || m.Location == "" || m.Cause == "" || m.At.IsZero() || m.RecordedAt.IsZero():
		problem = "a movement without item, location, cause or time"
	case !m.wellFormed():
		problem = fmt.Sprintf("a movement of kind %q with on hand %s, unavailable %s, allocated %s, reserved %s, backordered %s",
			m.Kind, m.OnHand, m.Unavailable, m.Allocated, m.Reserved, m.Backordered)
	case m.Kind == Adjust && m.Reason == "":
		problem = "an adjustment without a reason"
	default:
		return nil
	}
	return []Discrepancy{{Check: CheckShape, SKU: m.SKU, Location: m.Location, ID: m.ID, Detail: problem}}
}

// wellFormed reports whether the movement is what one of its kind is for some
// quantity.
func (m *Move) wellFormed() bool {
	q := quantity.Max(quantity.Max(m.OnHand, m.Allocated), quantity.Max(m.Reserved, m.Backordered))
	down := quantity.Min(quantity.Min(m.OnHand, m.Allocated), quantity.Min(m.Reserved, m.Backordered))
	var want Delta
	switch m.Kind {
	case Adjust:
		return m.columns() == Delta{OnHand: m.OnHand}
	case Quarantine:
		return m.columns() == Delta{Unavailable: m.Unavailable} && !m.Unavailable.IsZero()
	case Receive, ReturnGood:
		want.OnHand = q
	case ReturnDamaged:
		want.OnHand, want.Unavailable = q, q
	case Reserve:
		want.Reserved = q
	case Void:
		want.Reserved = down
	case Post:
		want.Reserved, want.Allocated = down, down.Neg()
	case Allocate:
		want.Allocated = q
	case Release:
		want.Allocated = down
	case Ship:
		want.OnHand = down
		if !m.Allocated.IsZero() {
			want.Allocated = down
		}
	case Backorder:
		want.Backordered = q
	case BackorderFill:
		want.Backordered, want.Allocated = down, down.Neg()
	case BackorderVoid:
		want.Backordered = down
	default:
		return false
	}
	return m.columns() == want && want != Delta{}
}

func (m *Move) columns() Delta {
	return Delta{
		OnHand: m.OnHand, Unavailable: m.Unavailable, Allocated: m.Allocated,
		Reserved: m.Reserved, Backordered: m.Backordered,
	}
}
