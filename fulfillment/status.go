package fulfillment

import (
	"cmp"
	"slices"
	"time"
)

// DeriveStatus returns the state of a fulfilment order with these lines and
// shipments: the only source of [Fulfillment.Status]. Without lines there is
// nothing left to do: Closed.
func DeriveStatus(lines []Line, shipments []Shipment) Status {
	done, left := true, false
	for _, l := range lines {
		left = left || l.Shipped.Sign() > 0
		done = done && l.Shipped.Add(l.Canceled).Cmp(l.Quantity) >= 0
	}
	switch {
	case done && !left && len(lines) > 0:
		return Canceled
	case done:
		return Closed
	case left || slices.ContainsFunc(shipments, func(s Shipment) bool { return s.Status.InFlight() }):
		return InProgress
	}
	return Open
}

// InFlight reports whether the label is being bought: nobody knows yet whether
// the shipment leaves. Its contents are neither open nor shipped.
func (s ShipmentStatus) InFlight() bool { return s == LabelWanted || s == LabelInDoubt }

// Sent reports whether a label was bought: Shipped or later.
func (s ShipmentStatus) Sent() bool { return s.rank() > 0 }

// rank is how far along its way a shipment is; 0 while it has no label.
func (s ShipmentStatus) rank() int {
	return slices.Index(lifecycle[:], s) + 1
}

// lifecycle lists what a scan can say, in the order in which scans of one moment
// are taken: the furthest along comes last and so wins.
var lifecycle = [...]ShipmentStatus{Shipped, InTransit, OutForDelivery, Exception, Lost, Delivered, ReturnedSender}

// Advance returns the status of a shipment whose label stands at the given status
// and of which these scans are known. It depends on the set of scans alone: not
// on the order of the slice and not on repetitions. A shipment without a label
// stays where its label is, whatever the scans say.
//
// Scans count in order of their own time:
//
//   - shipped, in_transit, out_for_delivery only go forward;
//   - exception holds until a newer scan says that the parcel moves again, be it
//     further back than before: the one way back;
//   - lost is a presumption: any newer movement disproves it, and delivered
//     disproves it whatever the times;
//   - delivered is left for returned_to_sender alone;
//   - returned_to_sender is final. Many carriers report the hand-over to the
//     sender as a delivery, so no delivered scan changes it.
func Advance(label ShipmentStatus, scans []Scan) ShipmentStatus {
	if !label.Sent() {
		return label
	}
	if !slices.IsSortedFunc(scans, Scan.compare) {
		scans = slices.SortedFunc(slices.Values(scans), Scan.compare)
	}
	status := Shipped
	for _, s := range scans {
		status = status.after(s.Status)
	}
	return status
}

// after returns the status once a scan, not older than all before it, has said next.
func (s ShipmentStatus) after(next ShipmentStatus) ShipmentStatus {
	switch s {
	case ReturnedSender:
		return s
	case Delivered:
		if next != ReturnedSender {
			return s
		}
	case Exception, Lost:
		// Any movement ends these, but a mere acceptance is not one.
		if next == Shipped || s == Lost && next == Exception {
			return s
		}
	default:
		if next.rank() < s.rank() {
			return s
		}
	}
	return next
}

// compare orders scans by time; those of one moment by how far along they are, and
// then by the rest, so that a set of scans has one order.
func (s Scan) compare(o Scan) int {
	return cmp.Or(s.At.Compare(o.At), cmp.Compare(s.Status.rank(), o.Status.rank()),
		cmp.Compare(s.EventID, o.EventID), cmp.Compare(s.Place, o.Place), cmp.Compare(s.Code, o.Code))
}

// same reports whether two scans are the same fact told twice.
func (s Scan) same(o Scan) bool {
	if s.EventID != "" || o.EventID != "" {
		return s.EventID == o.EventID
	}
	return s.At.Equal(o.At) && s.Status == o.Status && s.Place == o.Place
}

// deliveredAt returns the time of the first scan that says delivered.
func deliveredAt(status ShipmentStatus, scans []Scan) time.Time {
	if status == Delivered {
		for _, s := range scans {
			if s.Status == Delivered {
				return s.At
			}
		}
	}
	return time.Time{}
}
