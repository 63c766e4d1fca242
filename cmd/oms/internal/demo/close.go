package demo

import (
	"slices"

	"github.com/google/uuid"

	"github.com/go-oms/oms/fulfillment"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
)

// close ends the year and adds it up from the books.
func (y *year) close() (*Report, error) {
	// One last time, for what the last day left.
	for {
		work, err := y.runs.RunOnce(y.ctx)
		if err != nil {
			return nil, err
		}
		y.report.Expired += work.Expired
		if !work.Any() {
			break
		}
	}
	if err := y.addUp(); err != nil {
		return nil, err
	}
	if err := y.findLabels(); err != nil {
		return nil, err
	}
	return &y.report, nil
}

// addUp reads every order and its payments.
func (y *year) addUp() error {
	zero := money.Zero(money.EUR)
	sold, credited, captured, refunded := zero, zero, zero, zero
	for o, err := range y.staff.Orders(y.ctx, order.Filter{Ascending: true}) {
		if err != nil {
			return err
		}
		y.report.Statuses[o.Status]++
		tenders, err := y.staff.Payments(y.ctx, o.ID)
		if err != nil {
			return err
		}
		sums := sums{}
		sums.add(&sold, o.Totals.Total)
		sums.add(&credited, o.Totals.Credited)
		for _, t := range tenders {
			sums.add(&captured, t.Totals.Captured)
			sums.add(&refunded, t.Totals.Refunded)
			for _, op := range t.Ops {
				if op.State.Final() && slices.Contains(y.lost, op.ID) {
					y.report.Resolved++
				}
			}
		}
		if sums.err != nil {
			return sums.err
		}
	}
	y.report.Sold, y.report.Credited = sold.String(), credited.String()
	y.report.Captured, y.report.Refunded = captured.String(), refunded.String()
	return nil
}

// sums adds money up and keeps the first error.
type sums struct{ err error }

func (s *sums) add(to *money.Money, m money.Money) {
	if s.err == nil {
		*to, s.err = to.Add(m)
	}
}

// findLabels looks what became of the labels without an answer.
func (y *year) findLabels() error {
	for _, l := range y.labels {
		list, err := y.staff.Fulfillments(y.ctx, l.order)
		if err != nil {
			return err
		}
		for _, f := range list {
			if found(f, l.shipment) {
				y.report.FoundLabels++
			}
		}
	}
	return nil
}

func found(f *fulfillment.Fulfillment, id uuid.UUID) bool {
	s := f.Shipment(id)
	return s != nil && s.Status.Sent()
}
