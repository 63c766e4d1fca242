package order

import (
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
)

// DraftStatusError reports something that a draft's status does not allow, such as
// accepting an offer twice or when its time is over. Its kind is fault.Rejected.
type DraftStatusError struct {
	ID      uuid.UUID
	Asked   DraftMove
	Status  DraftStatus
	Allowed []DraftStatus // in which it can
	OrderID uuid.UUID     // the order that it has become already
}

func (e *DraftStatusError) Error() string {
	allowed := make([]string, len(e.Allowed))
	for i, s := range e.Allowed {
		allowed[i] = string(s)
	}
	became := ""
	if e.OrderID != uuid.Nil {
		became = " as order " + e.OrderID.String()
	}
	return fmt.Sprintf("draft %s is %s%s: cannot %s, want %s", e.ID, e.Status, became, e.Asked, strings.Join(allowed, " or "))
}

// Fault returns fault.Rejected.
func (e *DraftStatusError) Fault() fault.Kind { return fault.Rejected }

// QuoteChangedError reports an offer that would not come to what was offered any more,
// because taxes or the address are others now. Its kind is fault.Rejected: a new offer
// is needed.
type QuoteChangedError struct {
	ID           uuid.UUID
	Offered, Now money.Money
	// Country says that the address is in another country than the offer was made for.
	Country bool
}

func (e *QuoteChangedError) Error() string {
	if e.Country {
		return fmt.Sprintf("draft %s was offered for another country: want a new offer", e.ID)
	}
	return fmt.Sprintf("draft %s was offered for %s and would cost %s: want a new offer", e.ID, e.Offered, e.Now)
}

// Fault returns fault.Rejected.
func (e *QuoteChangedError) Fault() fault.Kind { return fault.Rejected }

// QuotePartyError reports somebody who may not accept an offer because he made it. Its
// kind is fault.Rejected.
type QuotePartyError struct{ ID uuid.UUID }

func (e *QuotePartyError) Error() string {
	return fmt.Sprintf("draft %s: who makes an offer cannot accept it", e.ID)
}

// Fault returns fault.Rejected.
func (e *QuotePartyError) Fault() fault.Kind { return fault.Rejected }

// CheckDraftLines returns a *fault.InvalidError for lines that no draft can have.
func CheckDraftLines(lines []DraftLine, limits Limits) error {
	if len(lines) == 0 {
		return fault.Invalid("lines", "none", "at least one line")
	}
	if err := limits.CheckLines(len(lines)); err != nil {
		return err
	}
	for i := range lines {
		l := &lines[i]
		if err := checkQuantity(i, l.Quantity); err != nil {
			return err
		}
		if l.UnitPrice.Sign() < 0 {
			return fault.Invalid(fmt.Sprintf("lines[%d].unit_price", i), l.UnitPrice, "zero or more")
		}
	}
	return nil
}

// CheckFigures returns an error for a draft whose figures do not go with its status.
func (d *Draft) CheckFigures() error {
	switch {
	case d.Open() == d.ExpiresAt.IsZero():
		return errors.New("is " + string(d.Status) + " and has a time at which it expires, or none")
	case (d.Status == DraftOrdered) != (d.OrderID != uuid.Nil):
		return fmt.Errorf("is %s and its order is %s", d.Status, d.OrderID)
	case (d.Status == DraftMerged) != (d.MergedInto != uuid.Nil):
		return fmt.Errorf("is %s and was merged into %s", d.Status, d.MergedInto)
	case (d.Status == QuoteOffered || d.Status == QuoteCountered) && d.Offer == nil:
		return errors.New("is " + string(d.Status) + " without an offer")
	}
	return nil
}
