package demo

import (
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/payment"
	gateway "github.com/go-oms/oms/payment/sandbox"
	"github.com/go-oms/oms/quantity"
)

// cancel calls an order off, unless it has left.
func (y *year) cancel(p *purchase) error {
	if _, err := y.as(p.buyer).Cancel(y.ctx, p.id, oms.Cancellation{Reason: "changed my mind"}); err != nil {
		return unlessRefused(err)
	}
	y.report.Canceled++
	return nil
}

// cancelLine calls the first line of a longer order off that is paid for.
func (y *year) cancelLine(p *purchase) error {
	o, err := y.staff.Order(y.ctx, p.id)
	if err != nil || o.Status == order.StatusPending || len(o.Lines) < 2 || o.Lines[0].Open().Sign() <= 0 {
		return err
	}
	lines := []oms.LineQuantity{{LineID: o.Lines[0].ID, Quantity: o.Lines[0].Open()}}
	if _, err := y.staff.Cancel(y.ctx, p.id, oms.Cancellation{Lines: lines, Reason: "not this one"}); err != nil {
		return unlessRefused(err)
	}
	y.report.LineCanceled++
	return nil
}

// arrived is what may follow a parcel: it comes back, or somebody complains.
func (y *year) arrived(p *purchase) {
	switch {
	case y.chance(9):
		y.later(y.between(24*time.Hour, 10*24*time.Hour), func() error { return y.sendBack(p) })
	case y.chance(1.5):
		y.later(y.between(12*time.Hour, 48*time.Hour), func() error { return y.complain(p) })
	}
}

// sendBack announces that a line comes back.
func (y *year) sendBack(p *purchase) error {
	o, err := y.staff.Order(y.ctx, p.id)
	if err != nil {
		return err
	}
	var able []*order.Line
	for i := range o.Lines {
		if o.Lines[i].Delivered.Sign() > 0 && o.Lines[i].Returnable().Sign() > 0 {
			able = append(able, &o.Lines[i])
		}
	}
	if len(able) == 0 {
		return nil
	}
	l := able[y.dice.IntN(len(able))]
	units := quantity.Min(l.Returnable(), l.Delivered)
	r, err := y.as(p.buyer).RequestReturn(y.ctx, p.id, oms.ReturnRequest{
		Lines: []oms.LineQuantity{{LineID: l.ID, Quantity: units}}, Reason: reasons[y.dice.IntN(len(reasons))],
	})
	if err != nil {
		return err
	}
	y.report.Returns++
	line := l.ID
	y.later(y.between(48*time.Hour, 6*24*time.Hour), func() error { return y.receive(p, r.ID, line, units) })
	return nil
}

var reasons = []string{"too small", "too large", "not as pictured", "arrived broken", "changed my mind"}

// receive unpacks what came back and gives the money back.
func (y *year) receive(p *purchase, id, line uuid.UUID, units quantity.Quantity) error {
	in := oms.ReceptionLine{LineID: line}
	pieces := int(units.Micro() / quantity.PerUnit)
	switch {
	case y.chance(75):
		in.Good = units
		y.report.Good += pieces
	case y.chance(80):
		in.Damaged = units
		y.report.Damaged += pieces
	default:
		in.Dismissed = units
		y.report.Dismissed += pieces
	}
	reception := oms.Reception{Location: locations[0].Code, Lines: []oms.ReceptionLine{in}}
	if _, err := y.staff.ReceiveReturn(y.ctx, p.id, id, reception); err != nil {
		return err
	}
	if in.Dismissed.Sign() > 0 {
		return nil
	}
	return y.refund(p, oms.Refund{Reason: "return"})
}

func (y *year) refund(p *purchase, r oms.Refund) error {
	if y.chance(3) {
		y.card.Script(payment.Refund, gateway.Step{LoseAnswer: true})
	}
	paid, err := y.staff.Refund(y.ctx, p.id, r)
	return y.notice(paid, err)
}

// complain gets some money back for a scratch.
func (y *year) complain(p *purchase) error {
	y.report.Goodwill++
	return y.refund(p, oms.Refund{Amount: eur("3"), Reason: "a scratch"})
}
