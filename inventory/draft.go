package inventory

import (
	"slices"
	"time"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/quantity"
)

// draft collects what one command does to stock.
type draft struct {
	cmd   event.Command
	actor string
	Changes
}

func newDraft(cmd event.Command) *draft {
	return &draft{cmd: cmd, actor: cmd.Actor.String()}
}

// grow makes room for that many movements and reservation changes.
func (d *draft) grow(moves, reservations int) {
	d.Moves = slices.Grow(d.Moves, moves)
	d.Reservations = slices.Grow(d.Reservations, reservations)
}

// move records a movement: it completes m with what comes from the command. A
// time that m has already stays.
func (d *draft) move(m Move) {
	m.ID, m.Cause, m.Actor = d.cmd.IDs.Next(), d.cmd.Key, d.actor
	m.RecordedAt = d.cmd.Now
	if m.At.IsZero() {
		m.At = d.cmd.At
	}
	d.Moves = append(d.Moves, m)
}

// keep inserts a pending reservation.
func (d *draft) keep(r Reservation) {
	r.ID, r.Status, r.CreatedAt = d.cmd.IDs.Next(), Pending, d.cmd.Now
	d.Reservations = append(d.Reservations, ReservationChange{After: r})
}

// shrink lowers a reservation by q. One that nothing is left of is closed with
// that status and keeps its quantity as what was kept last.
func (d *draft) shrink(r Reservation, q quantity.Quantity, closed ReservationStatus) {
	after := r
	if rest := r.Quantity.Sub(q); rest.IsZero() {
		after.Status = closed
	} else {
		after.Quantity = rest
	}
	d.Reservations = append(d.Reservations, ReservationChange{Before: r, After: after})
}

// void gives a cart's reservation up.
func (d *draft) void(r *Reservation, reason string) {
	d.move(Move{SKU: r.SKU, Location: r.Location, Kind: Void, Reserved: r.Quantity.Neg(), Reason: reason})
	after := *r
	after.Status = Voided
	d.Reservations = append(d.Reservations, ReservationChange{Before: *r, After: after})
}

// giveUp voids a hold of the wanting cart's own.
func (d *draft) giveUp(r *Reservation) {
	reason := reasonSurplus
	if r.expired(d.cmd.Now) {
		reason = reasonExpired
	}
	d.void(r, reason)
}

// expired reports whether a hold keeps nothing any more.
func (r *Reservation) expired(now time.Time) bool {
	return !r.ExpiresAt.IsZero() && !now.Before(r.ExpiresAt)
}

// The reasons that this package writes into movements.
const (
	reasonExpired = "expired"
	reasonSurplus = "not wanted any more"
	reasonCount   = "count"
)
