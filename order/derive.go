package order

import (
	"github.com/google/uuid"

	"github.com/go-oms/oms/quantity"
)

// MoneyState is what a payment status follows from: where the money stands, and
// what became of attempts that left no money behind.
type MoneyState struct {
	MoneyFacts
	Voided bool // an authorization was given up or lapsed
	Failed bool // an attempt was declined
}

// DerivePaymentStatus returns how an order stands with its money. What counts is
// Due, that is Total − Credited, and what the shop has, that is captured less
// given back:
//
//   - the shop has more than is due: overpaid;
//   - all that was taken was given back, and nothing is due or held: refunded;
//   - a part was given back: partially_refunded;
//   - something was taken: paid, or partially_paid where more is due;
//   - something is held: authorized, or partially_authorized where more is due;
//   - nothing is taken or held: pending while something is under way or promised
//     on terms; none when nothing is due, or voided when that is since an
//     authorization was given up; else failed, voided or pending.
//
// The error is one of package money, for amounts of several currencies.
func DerivePaymentStatus(t Totals, m MoneyState) (PaymentStatus, error) {
	var sum adder
	due := sum.sub(t.Total, t.Credited)
	back := sum.add(m.Refunded, m.PaidOut)
	has := sum.sub(m.Captured, back)
	held := sum.sub(m.Authorized, m.Captured)
	over := sum.sub(has, due).Sign()
	uncovered := sum.sub(due, sum.add(has, held)).Sign() > 0
	if sum.err != nil {
		return "", sum.err
	}
	switch {
	case over > 0 && (has.Sign() > 0 || due.Sign() < 0):
		return PaymentOverpaid, nil
	case back.Sign() > 0 && has.Sign() > 0:
		return PaymentPartiallyRefunded, nil
	case back.Sign() > 0 && held.Sign() <= 0:
		return PaymentRefunded, nil
	case has.Sign() > 0 && over == 0:
		return PaymentPaid, nil
	case has.Sign() > 0:
		return PaymentPartiallyPaid, nil
	case held.Sign() > 0 && uncovered:
		return PaymentPartiallyAuthorized, nil
	case held.Sign() > 0:
		return PaymentAuthorized, nil
	case m.comingIn() || m.OnTerms.Sign() > 0:
		return PaymentPending, nil
	}
	return owing(due.Sign() > 0, m), nil
}

// owing is the status when nothing is taken, held or under way.
func owing(owed bool, m MoneyState) PaymentStatus {
	switch {
	case !owed && m.Voided:
		return PaymentVoided
	case !owed:
		return PaymentNone
	case m.Failed:
		return PaymentFailed
	case m.Voided:
		return PaymentVoided
	}
	return PaymentPending
}

// DeriveFulfillmentStatus returns how far the goods have come. Canceled units do
// not count, unless all are:
//
//   - all units are canceled: canceled;
//   - none is open: delivered, partially_delivered or fulfilled by how many of the
//     shipped have arrived;
//   - some are open: partially_fulfilled when any has shipped, else backordered
//     when any waits for stock, else unfulfilled.
//
// An order without lines has nothing to send: fulfilled.
func DeriveFulfillmentStatus(lines []Line) FulfillmentStatus {
	var open, shipped, delivered, undelivered, backordered bool
	for i := range lines {
		c := &lines[i].Counts
		open = open || c.Open().Sign() > 0
		shipped = shipped || c.Shipped.Sign() > 0
		delivered = delivered || c.Delivered.Sign() > 0
		undelivered = undelivered || c.Delivered.Less(c.Shipped)
		backordered = backordered || c.Backordered.Sign() > 0
	}
	switch {
	case len(lines) == 0:
		return Fulfilled
	case open && shipped:
		return PartiallyFulfilled
	case open && backordered:
		return Backordered
	case open:
		return Unfulfilled
	case !shipped:
		return FulfillmentVoid
	case !undelivered:
		return Delivered
	case delivered:
		return PartiallyDelivered
	}
	return Fulfilled
}

// DeriveReturnStatus returns what came back: returned when every shipped unit did
// and no more is expected, requested when units are expected and none came.
// Dismissed and written-off units did not come back. Returns count by their
// effect on the lines; only blind ones, which have none, count by themselves.
func DeriveReturnStatus(lines []Line, returns []Return) ReturnStatus {
	var came, coming, kept bool
	for i := range lines {
		c := &lines[i].Counts
		came = came || c.Came().Sign() > 0
		coming = coming || c.Coming().Sign() > 0
		kept = kept || c.Came().Less(c.Shipped)
	}
	for i := range returns {
		for _, l := range returns[i].Lines {
			if l.LineID == uuid.Nil {
				came = came || l.Taken().Sign() > 0
				coming = coming || l.Outstanding().Sign() > 0
			}
		}
	}
	switch {
	case came && !coming && !kept:
		return Returned
	case came:
		return PartiallyReturned
	case coming:
		return ReturnAsked
	}
	return NotReturned
}

// DeriveReturnState returns the state of one return: requested while nothing has
// come and something may, received when everything did that was not given up, partly
// received when something did. When nothing of it ever came or will, it is closed
// where units were lost or left with the customer, expired where they were too late,
// else canceled.
func DeriveReturnState(lines []ReturnLine) ReturnState {
	var came, outstanding, closed, expired bool
	for _, l := range lines {
		came = came || l.Settled().Sign() > 0
		outstanding = outstanding || l.Outstanding().Sign() > 0
		closed = closed || quantity.Sum(l.Lost, l.Excused, l.Kept).Sign() > 0
		expired = expired || l.Expired.Sign() > 0
	}
	switch {
	case came && outstanding:
		return ReturnPartly
	case came:
		return ReturnReceived
	case outstanding || len(lines) == 0:
		return ReturnRequested
	case closed:
		return ReturnClosed
	case expired:
		return ReturnExpired
	}
	return ReturnCanceled
}
