package oms_test

import (
	"slices"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/order"
)

// plainChange is what a change did, one entry after the other.
type plainChange struct {
	id      uuid.UUID
	entries []plainEntry
	undone  bool
	before  *plainOrder
	after   *plainOrder
}

// plainEntry is a thing that a change does: units of a line called off or, below zero,
// taken up again; or a fee; or a discount, which below zero is taken back.
// What is called off again is credited no more than the most, instead of what is due.
type plainEntry struct {
	line          int
	units         int64
	fee, discount int64
	most          *int64
}

func (e plainEntry) inverse() plainEntry {
	return plainEntry{line: e.line, units: -e.units, fee: -e.fee, discount: -e.discount, most: e.most}
}

// amend tries a change on a copy of the order: what it does first, then what it adds. It
// says whether that is possible; stock is looked at by the caller.
func (b *plainBooks) amend(o *plainOrder, entries []plainEntry, added []*plainLine) (after *plainOrder, wanted map[string]int64, fits bool) {
	after, wanted, fits = o.copy(), map[string]int64{}, !o.closed()
	for i, e := range entries {
		switch {
		case e.units > 0:
			l := after.lines[e.line]
			if e.units > l.open() {
				return after, wanted, false
			}
			l.canceled += e.units
			if e.most == nil {
				after.credit(l, e.units)
			} else {
				after.creditMost(l, e.units, *e.most)
			}
			wanted[l.sku] -= e.units
		case e.units < 0:
			l := after.lines[e.line]
			if -e.units > l.canceled {
				return after, wanted, false
			}
			l.canceled += e.units
			before, share := l.credited, part(l.total, l.creditedN, l.ordered)-part(l.total, l.creditedN+e.units, l.ordered)
			after.uncredit(l, -e.units)
			taken := before - l.credited
			if taken >= share {
				taken = l.total
			}
			entries[i].most = &taken
			wanted[l.sku] -= e.units
		case e.discount > 0:
			fits = fits && e.discount <= after.due()
			after.credited += e.discount
		case e.discount < 0:
			for _, l := range after.lines { // one that was cut short for it
				fits = fits && l.credited >= part(l.total, l.creditedN, l.ordered)
			}
			after.credited += e.discount
		default:
			after.total += e.fee
		}
	}
	if len(added) > 0 {
		total, _, _ := b.price(added)
		after.total += total
		for _, l := range added {
			wanted[l.sku] += l.ordered
		}
	}
	after.lines = append(after.lines, added...)
	for sku, units := range wanted {
		fits = fits && units <= b.stock[sku].free()
	}
	return after, wanted, fits && after.due() >= 0
}

func (o *plainOrder) copy() *plainOrder {
	c := *o
	c.lines = make([]*plainLine, len(o.lines))
	for i, l := range o.lines {
		line := *l
		c.lines[i] = &line
	}
	c.tenders, c.returns, c.changes = slices.Clone(o.tenders), slices.Clone(o.returns), slices.Clone(o.changes)
	return &c
}

// sameCredits reports whether the same units are credited as then, in the same runs.
func (o *plainOrder) sameCredits(then *plainOrder) bool {
	return o.credited == then.credited && len(o.lines) == len(then.lines) && slices.EqualFunc(o.lines, then.lines, func(a, b *plainLine) bool {
		return slices.Equal(a.runs, b.runs)
	})
}

// change draws up to four steps, at most one for each line.
func (p *programme) change() plainStep {
	o := p.touched
	var steps []order.Step
	var entries []plainEntry
	var added []*plainLine
	for i, l := range o.lines {
		if p.rng.IntN(len(o.lines)+1) > 1 || l.open() == 0 && p.rng.IntN(9) > 0 {
			continue
		}
		units := 1 + p.rng.Int64N(max(l.open(), 1))
		s := order.Step{LineID: l.id, Quantity: units64(units)}
		switch p.rng.IntN(5) {
		case 0:
			s.Type = order.StepCancel
		case 1:
			s.Type = order.StepPrice
			price := p.rng.Int64N(9_000)
			s.Price = p.amount(price)
			added = append(added, &plainLine{sku: l.sku, price: plainPrice{price, 0}, ordered: units})
		case 2:
			s.Type, s.SKU = order.StepReplace, p.books.anySKU(p)
			added = append(added, &plainLine{sku: s.SKU, price: p.books.prices[s.SKU], ordered: units})
		case 3: // some more
			s.Type, s.Quantity = order.StepQuantity, units64(l.ordered-l.canceled+units)
			added, units = append(added, &plainLine{sku: l.sku, price: l.price, ordered: units}), 0
		case 4: // some fewer
			s.Type, s.Quantity = order.StepQuantity, units64(l.ordered-l.canceled-min(units, l.ordered-l.canceled))
			if units = min(units, l.ordered-l.canceled); units == 0 {
				continue
			}
		}
		steps = append(steps, s)
		if units > 0 {
			entries = append(entries, plainEntry{line: i, units: units})
		}
	}
	if p.rng.IntN(4) == 0 {
		l := &plainLine{sku: p.books.anySKU(p), ordered: 1 + p.rng.Int64N(3)}
		l.price = p.books.prices[l.sku]
		added = append(added, l)
		steps = append(steps, order.Step{Type: order.StepAdd, SKU: l.sku, Quantity: units64(l.ordered)})
	}
	if fee := p.rng.Int64N(900) - 200; p.rng.IntN(4) == 0 && fee != 0 {
		steps, entries = append(steps, order.Step{Type: order.StepFee, Code: "wrap", Price: p.amount(fee)}), append(entries, plainEntry{fee: fee})
	}
	if p.rng.IntN(4) == 0 {
		off := 1 + p.rng.Int64N(max(o.due(), 1))
		steps, entries = append(steps, order.Step{Type: order.StepDiscount, Code: "sorry", Price: p.amount(off)}), append(entries, plainEntry{discount: off})
	}
	if len(steps) == 0 {
		return plainStep{}
	}
	after, wanted, fits := p.books.amend(o, entries, added)
	for i, l := range added {
		entries = append(entries, plainEntry{line: len(o.lines) + i, units: -l.ordered, most: &l.total})
	}
	return p.amended("change", after, wanted, fits, entries, added, func(key string) (*order.Order, error) {
		return p.Change(p.ctx, o.id, oms.ChangeRequest{Key: key, Steps: steps, Reason: "asked for"})
	})
}

// undo takes one of the last changes back. What owes nothing else owes what it did.
func (p *programme) undo() plainStep {
	o := p.touched
	if len(o.changes) == 0 {
		return plainStep{}
	}
	i := len(o.changes) - 1 - p.rng.IntN(min(2, len(o.changes)))
	c := o.changes[i]
	var entries []plainEntry
	for _, e := range slices.Backward(c.entries) {
		entries = append(entries, e.inverse())
	}
	after, wanted, fits := p.books.amend(o, entries, nil)
	if fits && !c.undone && i == len(o.changes)-1 && o.total == c.after.total && o.sameCredits(c.after) {
		require.Equal(p.t, c.before.due(), after.due(), "undone at once, a change leaves no trace in what is due")
	}
	s := p.amended("undo", after, wanted, fits && !c.undone, entries, nil, func(key string) (*order.Order, error) {
		return p.UndoChange(p.ctx, o.id, c.id, oms.ChangeDecision{Key: key})
	})
	enter := s.enter
	s.enter = func() {
		enter()
		o.changes[i].undone = true
	}
	return s
}

// amended is a step that leads to the order after.
func (p *programme) amended(
	name string, after *plainOrder, wanted map[string]int64, fits bool, entries []plainEntry, added []*plainLine,
	ask func(string) (*order.Order, error),
) plainStep {
	o := p.touched
	var id uuid.UUID
	return plainStep{
		name: name, allowed: fits,
		ask: func(key string) error {
			have, err := ask(key)
			if err != nil {
				return err
			}
			id = have.Changes[len(have.Changes)-1].ID
			_, _, each := p.books.price(added)
			p.identify(added, have.Lines[len(have.Lines)-len(added):], each)
			return nil
		},
		enter: func() {
			before := o.copy()
			o.lines, o.total, o.credited = after.lines, after.total, after.credited
			for sku, units := range wanted {
				p.books.stock[sku].promised += units
			}
			o.giveBack(before.due() - o.due())
			o.changes = append(o.changes, plainChange{id: id, entries: entries, before: before, after: o.copy()})
			p.void(o)
		},
	}
}
