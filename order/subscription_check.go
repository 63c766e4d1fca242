package order

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/go-oms/oms/fault"
)

// SubscriptionStatusError reports a command that a subscription's status does not
// allow. Its kind is fault.Rejected.
type SubscriptionStatusError struct {
	ID      uuid.UUID
	Status  SubscriptionStatus
	Allowed []SubscriptionStatus // in which it would be
}

func (e *SubscriptionStatusError) Error() string {
	allowed := make([]string, len(e.Allowed))
	for i, s := range e.Allowed {
		allowed[i] = string(s)
	}
	return fmt.Sprintf("subscription %s is %s: want %s", e.ID, e.Status, strings.Join(allowed, " or "))
}

// Fault returns fault.Rejected.
func (e *SubscriptionStatusError) Fault() fault.Kind { return fault.Rejected }

func (s *Subscription) allowed(in ...SubscriptionStatus) error {
	if slices.Contains(in, s.Status) {
		return nil
	}
	return &SubscriptionStatusError{ID: s.ID, Status: s.Status, Allowed: in}
}

// Changeable returns a *SubscriptionStatusError for a subscription that is over.
func (s *Subscription) Changeable() error { return s.allowed(SubscriptionActive, SubscriptionPaused) }

// Check returns a *fault.InvalidError for a subscription that could never be run,
// whatever there is in stock and whatever it costs.
func (s *Subscription) Check(limits Limits) error {
	if s.CustomerID == uuid.Nil {
		return fault.Invalid("customer_id", s.CustomerID, "a customer")
	}
	if len(s.Lines) == 0 {
		return fault.Invalid("lines", "none", "at least one line")
	}
	if err := limits.CheckLines(len(s.Lines)); err != nil {
		return err
	}
	for i := range s.Lines {
		if q := s.Lines[i].Quantity; q.Sign() <= 0 || q.Check() != nil {
			return fault.Invalid(fmt.Sprintf("lines[%d].quantity", i), q, "more than zero, at most a million million")
		}
	}
	switch s.Prices {
	case PriceCurrent, PriceFrozen, PriceLower:
	default:
		return fault.Invalid("prices", s.Prices, "current, frozen or lower")
	}
	switch s.Shortage {
	case ShortageSkip, ShortagePartial, ShortageBackorder, ShortagePause:
	default:
		return fault.Invalid("shortage", s.Shortage, "skip, partial, backorder or pause")
	}
	if s.Payment.Gateway == "" && s.Payment != (SubscriptionPayment{}) {
		return fault.Invalid("payment.gateway", "none", "the gateway that has the means of payment")
	}
	_, err := s.dates()
	return err
}

// CheckFigures returns an error for a subscription whose dates and counters do not
// agree with its schedule and status.
func (s *Subscription) CheckFigures() error {
	dates, err := s.dates()
	if err != nil {
		return err
	}
	active := s.Status == SubscriptionActive
	switch {
	case active == s.NextAt.IsZero():
		return errors.New("is " + string(s.Status) + " and has a time to be taken up, or none")
	case !active && (!s.Next.IsZero() || s.Unpaid):
		return errors.New("is " + string(s.Status) + " and has something to come")
	case active && s.Next.IsZero() && !s.Unpaid:
		return errors.New("is active and has nothing to come")
	case !s.Next.IsZero() && !dates.Has(s.Next):
		return fmt.Errorf("%s is no date of its schedule", s.Next)
	case !s.Next.IsZero() && !s.LastRun.IsZero() && !s.Next.After(s.LastRun):
		return fmt.Errorf("%s was run and is to be run again", s.LastRun)
	case !s.Next.IsZero() && slices.ContainsFunc(s.Skips, s.Next.Equal):
		return fmt.Errorf("%s is left out and to be run", s.Next)
	case (s.Runs == 0) != (s.OrderID == uuid.Nil) || (s.Runs == 0) != s.LastRun.IsZero():
		return fmt.Errorf("has %d runs and the last one's order is %s", s.Runs, s.OrderID)
	case s.Problem == "" && s.Failed > 0:
		return fmt.Errorf("has failed %d times without a problem", s.Failed)
	}
	return nil
}

// scheduleError puts the path before the field of an error about a schedule.
func scheduleError(err error) error {
	var invalid *fault.InvalidError
	if errors.As(err, &invalid) {
		return &fault.InvalidError{Field: "schedule." + invalid.Field, Value: invalid.Value, Allowed: invalid.Allowed}
	}
	return err
}
