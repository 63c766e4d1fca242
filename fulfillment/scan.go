package fulfillment

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/quantity"
)

// RecordScan returns f after a scan of the shipment. Scans are kept in order of
// their time, each once; status and delivery time follow from the set of them
// ([Advance]), so that any order of arrival, with any repetitions, ends the same.
// A scan that is known already, or that an id names which is known for a newer
// one, changes nothing and returns f itself. [Moved] says what a change means
// for the order's lines.
//
// Texts of the carrier are cut to length. The error is a *fault.NotFoundError
// for another's shipment, or a *fault.InvalidError for a scan without time, with
// a status that no scan can have, or with an id of more than 200 bytes.
func (f *Fulfillment) RecordScan(id uuid.UUID, scan Scan) (*Fulfillment, error) {
	was := f.Shipment(id)
	if was == nil {
		return nil, fault.NotFound("shipment", id)
	}
	scan, err := scan.clean()
	if err != nil {
		return nil, err
	}
	scans := insert(was.Scans, scan)
	if scans == nil {
		return f, nil
	}
	next := f.Clone()
	s := next.Shipment(id)
	s.Scans = scans
	s.Status = Advance(s.Status.label(), scans)
	s.DeliveredAt = deliveredAt(s.Status, scans)
	return next, nil
}

// label returns where the label stands, scans apart.
func (s ShipmentStatus) label() ShipmentStatus {
	if s.Sent() {
		return Shipped
	}
	return s
}

// insert returns the scans with one more at its place, or nil when that changes
// nothing. Of two scans of one id, the later in order is the carrier's
// correction and stays: a choice that does not depend on which came first.
func insert(scans []Scan, scan Scan) []Scan {
	kept := make([]Scan, 0, len(scans)+1)
	for _, known := range scans {
		if !known.same(scan) {
			kept = append(kept, known)
		} else if known.compare(scan) >= 0 {
			return nil
		}
	}
	at, _ := slices.BinarySearchFunc(kept, scan, Scan.compare)
	return slices.Insert(kept, at, scan)
}

// clean returns the scan in the form in which it is kept.
func (s Scan) clean() (Scan, error) {
	const maxID = 200
	if !s.Status.Sent() {
		return Scan{}, fault.Invalid("scan.status", s.Status, fmt.Sprintf("one of %v", lifecycle))
	}
	if s.At.IsZero() {
		return Scan{}, fault.Invalid("scan.at", "", "the time of the scan")
	}
	if s.EventID != clip(s.EventID, maxID) {
		return Scan{}, fault.Invalid("scan.event_id", clip(s.EventID, maxText), fmt.Sprintf("at most %d bytes of UTF-8", maxID))
	}
	s.At = event.Moment(s.At)
	s.Code, s.Place = clip(s.Code, maxText), clip(s.Place, maxText)
	return s, nil
}

// clip returns the text as valid UTF-8 without null bytes (which databases do not
// keep), at most n bytes long.
func clip(text string, n int) string {
	if strings.IndexByte(text, 0) >= 0 || !utf8.ValidString(text) {
		text = strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "")
	}
	if len(text) <= n {
		return text
	}
	for n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n]
}

// Move is what a change did to one order line.
type Move struct {
	LineID    uuid.UUID
	SKU       string
	Shipped   quantity.Quantity
	Delivered quantity.Quantity // below zero when a delivered shipment went back to its sender
	Canceled  quantity.Quantity
}

// Moved returns what changed for the order's lines between two states of one
// fulfilment order; before may be nil. Lines for which nothing changed are left
// out. Adding the moves of all changes gives the same sums in whichever order
// the facts arrived.
func Moved(before, after *Fulfillment) []Move {
	if before == after {
		return nil
	}
	var moves []Move
	for i, l := range after.Lines {
		m := Move{LineID: l.LineID, SKU: l.SKU, Shipped: l.Shipped, Canceled: l.Canceled, Delivered: after.delivered(l.LineID)}
		if before != nil {
			was := before.Lines[i]
			m.Shipped, m.Canceled = m.Shipped.Sub(was.Shipped), m.Canceled.Sub(was.Canceled)
			m.Delivered = m.Delivered.Sub(before.delivered(l.LineID))
		}
		if !m.Shipped.IsZero() || !m.Delivered.IsZero() || !m.Canceled.IsZero() {
			moves = append(moves, m)
		}
	}
	return moves
}

func (f *Fulfillment) delivered(lineID uuid.UUID) quantity.Quantity {
	return f.sum(lineID, func(s ShipmentStatus) bool { return s == Delivered })
}

func (f *Fulfillment) sent(lineID uuid.UUID) quantity.Quantity {
	return f.sum(lineID, ShipmentStatus.Sent)
}

func (f *Fulfillment) sum(lineID uuid.UUID, in func(ShipmentStatus) bool) quantity.Quantity {
	var sum quantity.Quantity
	for i := range f.Shipments {
		if in(f.Shipments[i].Status) {
			sum = sum.Add(f.Shipments[i].holds(lineID))
		}
	}
	return sum
}
