package order

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/fault"
)

// MaxSkips is how many dates to come a subscription may leave out at once.
const MaxSkips = 100

// tryAgain is how long after each failure in a row a date, or its payment, is tried
// again. After the last one the subscription is paused.
var tryAgain = [...]time.Duration{time.Hour, 24 * time.Hour, 72 * time.Hour}

// TryFor is how long the payment of a subscription's order is tried for.
const TryFor = (1 + 24 + 72) * time.Hour

// How long the payment of a date is waited for before it is looked at again.
const (
	lookSoon  = time.Hour // after it was asked for
	lookLater = 6 * time.Hour
)

// Begin makes the subscription active and its next date the first one from now on.
// A schedule that has none is a *fault.InvalidError.
func (s *Subscription) Begin(now time.Time) error {
	dates, err := s.dates()
	if err != nil {
		return err
	}
	next, ok := s.unskipped(dates, now.Add(-1))
	if !ok {
		return fault.Invalid("schedule", "over", "a date at or after "+now.Format(time.RFC3339))
	}
	s.Status, s.Next, s.NextAt, s.Failed, s.Problem = SubscriptionActive, next, next, 0, ""
	s.Skips = from(s.Skips, now)
	return nil
}

// Reschedule replaces the schedule. The next date is the first one from now on, and
// never the last one that was run.
func (s *Subscription) Reschedule(to Schedule, now time.Time) error {
	dates, err := to.Dates()
	if err != nil {
		return scheduleError(err)
	}
	if s.LastRun.After(now) || s.LastRun.Equal(now) {
		now = s.LastRun.Add(1)
	}
	if _, ok := dates.From(now); !ok {
		return fault.Invalid("schedule", "over", "a date at or after "+now.Format(time.RFC3339))
	}
	s.Schedule, s.Skips = to, nil
	if s.Status != SubscriptionActive {
		return nil
	}
	s.Next, _ = dates.From(now)
	if !s.Unpaid {
		s.NextAt, s.Failed, s.Problem = s.Next, 0, ""
	}
	return nil
}

// Pause stops an active subscription until it is resumed. An order that waits for
// its payment is not charged any more.
func (s *Subscription) Pause() error { return s.stop(SubscriptionPaused, SubscriptionActive) }

// Cancel ends a subscription for good. Orders that were placed stay.
func (s *Subscription) Cancel() error {
	return s.stop(SubscriptionCanceled, SubscriptionActive, SubscriptionPaused)
}

// Resume makes a paused subscription active: its next date is the first one from
// now on. Dates that passed meanwhile are not made up for.
func (s *Subscription) Resume(now time.Time) error {
	if err := s.allowed(SubscriptionPaused); err != nil {
		return err
	}
	if s.LastRun.Equal(now) {
		now = now.Add(1)
	}
	return s.Begin(now)
}

// Skip leaves out a date to come, the next one when date is zero, and returns it.
func (s *Subscription) Skip(date, now time.Time) (time.Time, error) {
	if err := s.allowed(SubscriptionActive); err != nil {
		return date, err
	}
	if s.Next.IsZero() {
		return date, fault.Invalid("date", date, "nothing: there is no date to come")
	}
	if date.IsZero() {
		date = s.Next
	}
	date = date.UTC()
	dates, err := s.dates()
	if err != nil {
		return date, err
	}
	if !dates.Has(date) || date.Before(s.Next) || slices.ContainsFunc(s.Skips, date.Equal) {
		return date, fault.Invalid("date", date.Format(time.RFC3339), "a date to come: the next one is "+s.Next.Format(time.RFC3339))
	}
	skips := from(s.Skips, now)
	if s.Next.Before(now) { // it is being tried
		skips = from(s.Skips, s.Next)
	}
	if len(skips) >= MaxSkips {
		return date, fault.Invalid("date", date.Format(time.RFC3339), "nothing: 100 dates are left out already")
	}
	s.Skips = append(skips, date)
	slices.SortFunc(s.Skips, time.Time.Compare)
	if date.Equal(s.Next) {
		s.comes(dates, date)
	}
	return date, nil
}

// Due returns the date that an active subscription is to be run for: the last one up
// to now. Those before it were missed, and one order stands for all of them.
func (s *Subscription) Due(now time.Time) (date time.Time, due bool, err error) {
	if s.Status != SubscriptionActive || s.Unpaid || s.Next.IsZero() || s.NextAt.After(now) || s.Next.After(now) {
		return date, false, nil
	}
	dates, err := s.dates()
	if err != nil {
		return date, false, err
	}
	date, ok := dates.Last(now)
	for ok && slices.ContainsFunc(s.Skips, date.Equal) {
		date, ok = dates.Last(date.Add(-1))
	}
	if !ok || date.Before(s.Next) {
		date = s.Next
	}
	return date, true, nil
}

// Ran records that a date's order was placed; unpaid says that its payment was asked
// for. The next date comes after it.
func (s *Subscription) Ran(date time.Time, orderID uuid.UUID, unpaid bool, now time.Time) error {
	s.Runs++
	s.LastRun, s.OrderID, s.Unpaid, s.Failed, s.Problem = date, orderID, unpaid, 0, ""
	if err := s.advance(date); err != nil {
		return err
	}
	if unpaid {
		s.NextAt = now.Add(lookSoon)
	}
	return nil
}

// Leave records that a date was left out because of a problem.
func (s *Subscription) Leave(date time.Time, problem string) error {
	s.Failed, s.Problem = 0, problem
	return s.advance(date)
}

// Settle records that the last order's payment is no longer open.
func (s *Subscription) Settle() {
	s.Unpaid, s.Failed, s.Problem, s.NextAt = false, 0, "", s.Next
}

// Wait records that the last order's payment is still under way.
func (s *Subscription) Wait(now time.Time) { s.NextAt = now.Add(lookLater) }

// Fail records that a date could not be run, or its order not be charged. It is
// tried again later, unless that is hopeless or was done often enough: then the
// subscription is paused.
func (s *Subscription) Fail(problem string, hopeless bool, now time.Time) error {
	s.Failed++
	s.Problem = problem
	if hopeless || s.Failed > len(tryAgain) {
		return s.Pause()
	}
	s.NextAt = now.Add(tryAgain[s.Failed-1])
	return nil
}

// Exhausted reports whether an active subscription has nothing left to do.
func (s *Subscription) Exhausted() bool {
	return s.Status == SubscriptionActive && s.Next.IsZero() && !s.Unpaid
}

// Complete ends a subscription whose schedule has no more dates.
func (s *Subscription) Complete() { s.Status, s.NextAt = SubscriptionCompleted, time.Time{} }

// stop takes a subscription out of the run.
func (s *Subscription) stop(to SubscriptionStatus, from ...SubscriptionStatus) error {
	if err := s.allowed(from...); err != nil {
		return err
	}
	s.Status, s.Next, s.NextAt, s.Unpaid = to, time.Time{}, time.Time{}, false
	if to == SubscriptionCanceled {
		s.Skips = nil
	}
	return nil
}

// advance goes on from a date that was run or left out.
func (s *Subscription) advance(date time.Time) error {
	dates, err := s.dates()
	if err != nil {
		return err
	}
	s.Skips = from(s.Skips, date)
	s.comes(dates, date)
	return nil
}

// comes makes the next date the first one after a time that is not left out.
func (s *Subscription) comes(dates Dates, after time.Time) {
	s.Next, _ = s.unskipped(dates, after)
	if !s.Unpaid {
		s.NextAt = s.Next
	}
}

// from returns a copy of the dates without those before a time. Dates to come that are
// left out stay, even before the next one: a pause does not bring them back.
func from(dates []time.Time, at time.Time) (left []time.Time) {
	for _, date := range dates {
		if !date.Before(at) {
			left = append(left, date)
		}
	}
	return left
}

// unskipped returns the first date after a time that is not left out.
func (s *Subscription) unskipped(dates Dates, after time.Time) (time.Time, bool) {
	next, ok := dates.Next(after)
	for ok && slices.ContainsFunc(s.Skips, next.Equal) {
		next, ok = dates.Next(next)
	}
	return next, ok
}

func (s *Subscription) dates() (Dates, error) {
	dates, err := s.Schedule.Dates()
	return dates, scheduleError(err)
}
