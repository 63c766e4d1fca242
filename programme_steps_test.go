package oms_test

import (
	"github.com/google/uuid"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
)

// everyStep draws steps about the touched order. Those that are more likely stand there
// twice; one without anything to be about has no name.
var everyStep = []func(*programme) plainStep{
	(*programme).pay, (*programme).pay, (*programme).pay, (*programme).capture, (*programme).ship, (*programme).ship,
	(*programme).deliver, (*programme).cancelLines, (*programme).cancel, (*programme).requestReturn, (*programme).requestReturn,
	(*programme).receiveReturn, (*programme).receiveReturn, (*programme).cancelReturn, (*programme).refund,
	(*programme).change, (*programme).change, (*programme).undo, (*programme).undo, (*programme).restock,
}

func (p *programme) restock() plainStep {
	return plainStep{
		name: "restock", allowed: true, ask: func(string) error { return nil },
		enter: func() { p.stockUp(p.books.anySKU(p), 1+p.rng.Int64N(20)) },
	}
}

func (b *plainBooks) anySKU(p *programme) string { return "SKU" + string(rune('0'+p.rng.IntN(5))) }

func (p *programme) pay() plainStep {
	o, hold := p.touched, p.rng.IntN(2) == 0
	s := o.sums()
	left := o.due() - s.held - o.kept()
	amount, asked := left, money.Money{}
	if p.rng.IntN(2) == 0 {
		amount = 1 + p.rng.Int64N(max(left, 0)+max(left, 0)/8+1)
		asked = p.amount(amount)
	}
	return plainStep{
		name: "pay", allowed: !o.closed() && left > 0 && amount <= left,
		ask: func(key string) error {
			_, err := p.Pay(p.ctx, o.id, oms.Payment{Key: key, Gateway: "card", Source: "tok_visa", Amount: asked, Hold: hold})
			return err
		},
		enter: func() {
			if hold {
				o.tenders = append(o.tenders, plainTender{held: amount})
			} else {
				o.tenders = append(o.tenders, plainTender{taken: amount})
			}
			o.settle()
		},
	}
}

func (p *programme) capture() plainStep {
	o := p.touched
	amount := min(o.sums().held, o.due()-o.kept())
	return plainStep{
		name: "capture", allowed: amount > 0,
		ask: func(key string) error {
			_, err := p.Capture(p.ctx, o.id, oms.Capture{Key: key})
			return err
		},
		enter: func() {
			rest := amount
			for i := range o.tenders {
				t := &o.tenders[i]
				share := min(rest, t.held)
				t.held, t.taken, rest = t.held-share, t.taken+share, rest-share
			}
			o.settle()
		},
	}
}

// some draws up to most units of some lines, now and then a unit too many.
func (p *programme) some(o *plainOrder, most func(*plainLine) int64) (lines []oms.LineQuantity, n map[int]int64, fits bool) {
	n, fits = map[int]int64{}, true
	for i, l := range o.lines {
		if p.rng.IntN(2) == 0 {
			continue
		}
		units := min(1+p.rng.Int64N(4), most(l))
		if p.rng.IntN(25) == 0 {
			units = most(l) + 1
		}
		if units > 0 {
			fits = fits && units <= most(l)
			n[i] = units
			lines = append(lines, oms.LineQuantity{LineID: l.id, Quantity: units64(units)})
		}
	}
	return lines, n, fits
}

func (p *programme) ship() plainStep {
	o := p.touched
	lines, n, fits := p.some(o, (*plainLine).open)
	if len(n) == 0 { // everything
		lines = nil
		for i, l := range o.lines {
			if l.open() > 0 {
				n[i] = l.open()
			}
		}
	}
	return plainStep{
		name:    "ship",
		allowed: (o.status == order.StatusConfirmed || o.status == order.StatusInProgress) && o.secured() && fits && len(n) > 0,
		ask: func(key string) error {
			_, err := p.Ship(p.ctx, o.id, oms.Shipping{Key: key, Lines: lines})
			return err
		},
		enter: func() {
			for i, units := range n {
				l := o.lines[i]
				l.shipped += units
				p.books.stock[l.sku].onHand -= units
				p.books.stock[l.sku].promised -= units
			}
			o.status = order.StatusInProgress
			o.settle()
		},
	}
}

func (p *programme) deliver() plainStep {
	o := p.touched
	return plainStep{
		name: "deliver",
		allowed: (o.status == order.StatusInProgress || o.status == order.StatusCompleted) &&
			!o.every(func(l *plainLine) bool { return l.delivered == l.shipped }),
		ask: func(key string) error {
			_, err := p.Deliver(p.ctx, o.id, oms.Delivery{Key: key})
			return err
		},
		enter: func() {
			for _, l := range o.lines {
				l.delivered = l.shipped
			}
			o.settle()
		},
	}
}

func (p *programme) cancelLines() plainStep {
	o := p.touched
	lines, n, fits := p.some(o, (*plainLine).open)
	if len(n) == 0 {
		return plainStep{}
	}
	return plainStep{
		name: "cancel lines", allowed: !o.closed() && fits,
		ask: func(key string) error {
			_, err := p.Cancel(p.ctx, o.id, oms.Cancellation{Key: key, Reason: "changed", Lines: lines})
			return err
		},
		enter: func() {
			before := o.due()
			for i := range o.lines {
				p.callOff(o, i, n[i])
			}
			o.giveBack(before - o.due())
			p.void(o)
		},
	}
}

// callOff cancels units of a line in the plain books.
func (p *programme) callOff(o *plainOrder, line int, n int64) {
	if n == 0 {
		return
	}
	l := o.lines[line]
	l.canceled += n
	p.books.stock[l.sku].promised -= n
	o.credit(l, n)
}

// void ends an order all of whose units were called off: nothing is owed any more.
func (p *programme) void(o *plainOrder) {
	if o.settle(); o.status == order.StatusCanceled {
		before := o.due()
		o.credited += max(before, 0)
		o.giveBack(max(before, 0))
	}
}

func (p *programme) cancel() plainStep {
	o := p.touched
	if p.rng.IntN(3) > 0 {
		return plainStep{}
	}
	return plainStep{
		name: "cancel", allowed: !o.closed() && o.every(func(l *plainLine) bool { return l.shipped == 0 }),
		ask: func(key string) error {
			_, err := p.Cancel(p.ctx, o.id, oms.Cancellation{Key: key, Reason: "changed"})
			return err
		},
		enter: func() {
			before := max(o.due(), 0)
			for i, l := range o.lines {
				p.callOff(o, i, l.open())
			}
			o.credited += max(o.due(), 0)
			o.status = order.StatusCanceled
			o.giveBack(before)
		},
	}
}

func (p *programme) requestReturn() plainStep {
	o := p.touched
	lines, n, fits := p.some(o, (*plainLine).returnable)
	if len(n) == 0 {
		return plainStep{}
	}
	var id uuid.UUID
	return plainStep{
		name:    "request a return",
		allowed: fits && (o.status == order.StatusInProgress || o.status == order.StatusCompleted),
		ask: func(key string) error {
			r, err := p.RequestReturn(p.ctx, o.id, oms.ReturnRequest{Key: key, Lines: lines})
			if err == nil {
				id = r.ID
			}
			return err
		},
		enter: func() {
			for i, units := range n {
				o.lines[i].coming += units
			}
			o.returns = append(o.returns, plainReturn{id: id, units: n})
		},
	}
}

// back draws a return of the order.
func (p *programme) back() (*plainReturn, bool) {
	if len(p.touched.returns) == 0 {
		return nil, false
	}
	r := &p.touched.returns[p.rng.IntN(len(p.touched.returns))]
	return r, true
}

func (p *programme) receiveReturn() plainStep {
	o := p.touched
	r, has := p.back()
	if !has {
		return plainStep{}
	}
	var parts []oms.ReceptionLine
	var entries []func()
	fits := true
	for i := range o.lines {
		left := r.units[i]
		if left == 0 && p.rng.IntN(20) > 0 {
			continue
		}
		good, damaged, dismissed := p.rng.Int64N(left+1), int64(0), int64(0)
		if p.rng.IntN(3) == 0 {
			damaged = p.rng.Int64N(left - good + 1)
			dismissed = p.rng.Int64N(left - good - damaged + 1)
		}
		if p.rng.IntN(30) == 0 {
			good = left + 1
		}
		if good+damaged+dismissed == 0 {
			continue
		}
		fits = fits && good+damaged+dismissed <= left
		l := o.lines[i]
		parts = append(parts, oms.ReceptionLine{LineID: l.id, Good: units64(good), Damaged: units64(damaged), Dismissed: units64(dismissed)})
		entries = append(entries, func() {
			l.came, l.damaged, l.dismissed = l.came+good, l.damaged+damaged, l.dismissed+dismissed
			l.coming -= good + damaged + dismissed
			r.units[i] -= good + damaged + dismissed
			stock := p.books.stock[l.sku]
			stock.onHand, stock.damaged = stock.onHand+good+damaged, stock.damaged+damaged
			if good+damaged > 0 {
				o.credit(l, good+damaged)
			}
		})
	}
	if len(parts) == 0 {
		return plainStep{}
	}
	return plainStep{
		name: "receive a return", allowed: fits,
		ask: func(key string) error {
			_, err := p.ReceiveReturn(p.ctx, o.id, r.id, oms.Reception{Key: key, Location: "main", Lines: parts})
			return err
		},
		enter: func() {
			for _, enter := range entries {
				enter()
			}
			o.settle()
		},
	}
}

func (p *programme) cancelReturn() plainStep {
	o := p.touched
	r, has := p.back()
	if !has {
		return plainStep{}
	}
	var left int64
	for _, n := range r.units {
		left += n
	}
	return plainStep{
		name: "cancel a return", allowed: left > 0,
		ask: func(key string) error {
			_, err := p.CancelReturn(p.ctx, o.id, r.id, oms.ReturnCancellation{Key: key})
			return err
		},
		enter: func() {
			for i, n := range r.units {
				o.lines[i].coming -= n
				r.units[i] = 0
			}
			o.settle()
		},
	}
}

// refund gives back what was taken too much, or goodwill.
func (p *programme) refund() plainStep {
	o := p.touched
	over := o.kept() - o.due()
	amount, asked := over, money.Money{}
	if p.rng.IntN(2) == 0 {
		amount = 1 + p.rng.Int64N(max(o.kept(), 0)+2)
		asked = p.amount(amount)
	}
	goodwill := max(amount-max(over, 0), 0)
	return plainStep{
		name: "refund", allowed: amount > 0 && amount <= o.kept() && goodwill <= max(o.due(), 0),
		ask: func(key string) error {
			_, err := p.Refund(p.ctx, o.id, oms.Refund{Key: key, Amount: asked, Reason: "sorry"})
			return err
		},
		enter: func() {
			o.credited += goodwill
			o.refund(amount)
			o.settle()
		},
	}
}
