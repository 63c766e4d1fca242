package oms

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
)

// amending is a change of an order with all that its decision needs to know.
type amending struct {
	steps  []order.Step
	shipTo *order.Address
	basis  order.Basis
	stock  inventory.Stock
	agreed *money.Money // what a change that was opened was to cost
}

// asked is prepare for what a caller asks for. The types of steps that undo others name
// what is the order's by its id: they come from the books alone.
func (a *amending) asked(ctx context.Context, d *draft, p ChangeRequest) error {
	for i := range p.Steps {
		switch typ := p.Steps[i].Type; typ {
		case order.StepAddress:
			return fault.Invalid(fmt.Sprintf("steps[%d].type", i), typ, "ship_to, which is an address of the order's own")
		case order.StepCancel:
			if price := p.Steps[i].Price; price != (money.Money{}) {
				return fault.Invalid(fmt.Sprintf("steps[%d].price", i), price, "none: what is canceled is credited as it was charged")
			}
		case order.StepUncredit, order.StepShippingBack:
			return fault.Invalid(fmt.Sprintf("steps[%d].type", i), typ, "a type that undoes nothing: see UndoChange")
		}
	}
	return a.prepare(ctx, d, p.Steps, p.ShipTo)
}

// prepare reads: what is added is priced and taxed, and the stock that may be needed.
func (a *amending) prepare(ctx context.Context, d *draft, steps []order.Step, shipTo *order.Address) error {
	c, o := d.client, d.order
	if limit := c.core.cfg.Limits.MaxLines; len(steps) > limit {
		return fault.Invalid("steps", len(steps), fmt.Sprintf("at most %d", limit))
	}
	*a = amending{steps: slices.Clone(steps), agreed: a.agreed}
	if shipTo != nil {
		if err := a.address(d, *shipTo); err != nil {
			return err
		}
	}
	asked := order.Change{Steps: a.steps}
	lines, delivery := asked.Additions(o)
	a.basis = order.Basis{
		Priced: order.Assembly{IDs: d.cmd.IDs, Lines: lines, Shipping: delivery, Header: order.Order{
			Channel: o.Channel, CustomerID: o.CustomerID, Country: o.Country, Currency: o.Currency, Terms: o.Terms, PlacedAt: d.cmd.At,
		}},
		Returns: c.core.cfg.Returns,
		Return:  order.ReturnAsk{Staff: d.cmd.Actor.Kind != event.Shopper, Noted: d.reason != "", Sent: d.sent()},
	}
	if err := a.price(ctx, c, o); err != nil {
		return err
	}
	var skus []string
	for i := range a.basis.Priced.Lines {
		skus = append(skus, a.basis.Priced.Lines[i].SKU)
	}
	for i := range a.steps {
		if l := o.Line(a.steps[i].LineID); l != nil {
			skus = append(skus, l.SKU)
		}
	}
	if err := d.lookAtAccount(ctx); err != nil {
		return err
	}
	var err error
	a.stock, err = inventory.ReadStock(ctx, c.store, skus, "", d.cmd.Now)
	return err
}

// price prices and taxes what is added.
func (a *amending) price(ctx context.Context, c *Client, o *order.Order) error {
	if len(a.basis.Priced.Lines) == 0 && a.basis.Priced.Shipping == nil {
		return nil
	}
	if slices.ContainsFunc(a.basis.Priced.Lines, func(l order.PricedLine) bool { return l.UnitPrice == (money.Money{}) }) {
		if c.core.cfg.Prices == nil {
			return fault.Invalid("config.prices", "nil", "a Pricer, or a price for everything that is added")
		}
		if err := a.basis.Priced.Price(ctx, c.core.cfg.Prices); err != nil {
			return err
		}
	}
	if c.core.cfg.Taxes == nil {
		return nil
	}
	to := order.Place{Country: o.Country}
	if o.ShipTo != nil {
		to = o.ShipTo.Place()
	}
	return a.basis.Priced.Tax(ctx, c.core.cfg.Taxes, to, order.Place{})
}

// address makes the new address a row of its own and a step.
func (a *amending) address(d *draft, to order.Address) error {
	if err := prefixed("ship_to", to.Check()); err != nil {
		return err
	}
	if to.Country != d.order.Country {
		return fault.Invalid("ship_to.country", to.Country, d.order.Country+", which taxes and delivery were reckoned for")
	}
	to.ID = d.cmd.IDs.Next()
	a.shipTo = &to
	a.steps = append(a.steps, order.Step{Type: order.StepAddress, AddressID: to.ID})
	return nil
}

// begin puts a new change on the order.
func (a *amending) begin(d *draft) *order.Change {
	d.order.Changes = append(d.order.Changes, order.Change{
		ID: d.cmd.IDs.Next(), BaseVersion: d.order.Version, Steps: a.steps,
		Reason: d.reason, By: d.cmd.Actor.String(), At: d.cmd.At, Due: money.Zero(d.order.Currency),
	})
	return &d.order.Changes[len(d.order.Changes)-1]
}

// preview asks the workflow and then the change what it leads to.
func (a *amending) preview(d *draft) (*order.Previewed, error) {
	if err := a.fire(d); err != nil {
		return nil, err
	}
	if limit := d.client.core.cfg.Limits.MaxChanges; len(d.order.Changes) > limit {
		return nil, fault.Invalid("changes", len(d.order.Changes), fmt.Sprintf("at most %d on one order", limit))
	}
	if err := a.escapes(d); err != nil {
		return nil, err
	}
	p, err := order.Preview(d.order, &order.Change{Steps: a.steps}, a.basis)
	if err != nil {
		return nil, err
	}
	if due := p.Order.Owed(); due.Sign() < 0 && len(p.Problems) == 0 {
		p.Problems = append(p.Problems, order.Problem{Step: len(a.steps) - 1, Err: fault.Invalid("due", due, "zero or more")})
	}
	if a.agreed != nil && p.Due != *a.agreed && len(p.Problems) == 0 {
		p.Problems = append(p.Problems, order.Problem{Err: fault.Invalid("due", p.Due, a.agreed.String()+", which was agreed on: make the change anew")})
	}
	return p, nil
}

// escapes refuses steps that would put units of a line on hold into another line.
func (a *amending) escapes(d *draft) error {
	for i := range a.steps {
		s := &a.steps[i]
		if s.Type != order.StepPrice && s.Type != order.StepReplace && s.Type != order.StepQuantity {
			continue
		}
		for j := range d.order.Holds {
			if h := &d.order.Holds[j]; h.Scope == order.HoldsLine && h.Target == s.LineID && h.Status != order.HoldReleased {
				return fault.Invalid(fmt.Sprintf("steps[%d].line_id", i), s.LineID, "a line without a hold of its own: release "+h.ID.String()+" first")
			}
		}
	}
	return nil
}

// fire asks the workflow and the holds for what the change does: it asks goods back, or
// changes what is left. What came of a return, or never will, is a fact.
func (a *amending) fire(d *draft) error {
	var changed, asked []uuid.UUID
	changes := len(a.steps) == 0
	for i := range a.steps {
		switch s := &a.steps[i]; s.Type {
		case order.StepReturn:
			asked = append(asked, s.LineID)
		case order.StepReceive, order.StepWriteOff, order.StepCallOff:
		default:
			if changes = true; s.LineID != uuid.Nil {
				changed = append(changed, s.LineID)
			}
		}
	}
	if changes {
		if err := d.fire(order.ActionChange, changed...); err != nil {
			return err
		}
	}
	if len(asked) > 0 {
		return d.fire(order.ActionReturn, asked...)
	}
	return nil
}

// open notes a change that waits.
func (a *amending) open(d *draft, until time.Time) error {
	if other := d.order.OpenChange(d.cmd.Now); other != nil {
		return fault.Invalid("change", other.ID, "no other change that is open: apply or discard it")
	}
	for i := range d.order.Changes { // one that has expired is over
		if c := &d.order.Changes[i]; c.Status == order.ChangeOpen {
			c.Status, c.EndedAt = order.ChangeDiscarded, c.ExpiresAt
		}
	}
	if until = event.Moment(until); until.IsZero() {
		until = d.cmd.Now.Add(openFor)
	} else if !until.After(d.cmd.Now) {
		return fault.Invalid("expires_at", until.Format(time.RFC3339), "a time to come")
	}
	found := a.begin(d)
	p, err := a.preview(d)
	if err != nil {
		return err
	}
	if len(p.Problems) > 0 {
		return &order.ChangeError{OrderID: d.order.ID, Problems: p.Problems}
	}
	if a.shipTo != nil {
		d.addresses = append(d.addresses, *a.shipTo)
	}
	found.Status, found.Due, found.ExpiresAt = order.ChangeOpen, p.Due, until
	return nil
}

// apply makes the change on the draft, with all that follows for stock and money.
func (a *amending) apply(d *draft, made *order.Change) error {
	id := made.ID
	p, err := a.preview(d)
	if err != nil {
		return err
	}
	if len(p.Problems) > 0 {
		return &order.ChangeError{OrderID: d.order.ID, Problems: p.Problems}
	}
	if err := a.carryOut(d, p); err != nil {
		return err
	}
	due, err := d.order.Due().Sub(d.stored.Due())
	if err != nil {
		return err
	}
	made = d.order.Change(id)
	made.Status, made.Inverse, made.Due, made.BaseVersion, made.EndedAt = order.ChangeApplied, p.Inverse, due, d.stored.Version, d.cmd.At
	return nil
}

// carryOut puts the order after the change into the draft and moves stock and money.
func (a *amending) carryOut(d *draft, p *order.Previewed) error {
	shipTo := d.order.ShipTo
	d.order = p.Order
	if a.shipTo != nil || d.order.ShipToID == d.stored.ShipToID { // else the address is not at hand for rules
		d.moment = order.HoldOnChange
	}
	switch {
	case a.shipTo != nil:
		d.order.ShipTo, d.addresses = a.shipTo, append(d.addresses, *a.shipTo)
	case d.order.ShipToID == d.stored.ShipToID:
		d.order.ShipTo = shipTo
	}
	if err := d.client.core.cfg.Limits.CheckOrder(d.order); err != nil {
		return err
	}
	freed, err := d.free(p.Stock)
	if err != nil {
		return err
	}
	if err := a.arrive(d, p.Stock); err != nil {
		return err
	}
	if err := a.allocate(d, p.Stock, freed); err != nil {
		return err
	}
	// What came back is money only as far as it neither pays for other goods nor becomes
	// store credit.
	if err := d.settleExchanges(); err != nil {
		return err
	}
	if err := d.settleStoreCredit(); err != nil {
		return err
	}
	return d.returnMoney()
}

// free gives back what was kept for units that are canceled.
func (d *draft) free(stock []order.StockDelta) (inventory.Changes, error) {
	var parts []inventory.Part
	for _, s := range stock {
		if err := d.recall(s.LineID, s.Freed.Released); err != nil {
			return inventory.Changes{}, err
		}
		if units := s.Freed.Allocated.Add(s.Freed.Released); units.Sign() > 0 && d.keeps(s.LineID, inventory.ForOrder) {
			parts = append(parts, inventory.Part{LineID: s.LineID, Quantity: units})
		}
		if s.Freed.Backordered.Sign() > 0 && d.keeps(s.LineID, inventory.ForBackorder) {
			parts = append(parts, inventory.Part{LineID: s.LineID, Quantity: s.Freed.Backordered, Backordered: true})
		}
	}
	changes, _, err := inventory.ReleaseOrder(d.reservations, parts, d.cmd, d.order.ID)
	if err == nil {
		d.move(changes)
	}
	return changes, err
}

// arrive takes in what came back. It is there for whoever waits for it, and so not for
// what the same change adds.
func (a *amending) arrive(d *draft, stock []order.StockDelta) error {
	var goods []inventory.Returned
	for i := range stock {
		s := &stock[i]
		if item := inventory.FindItem(a.stock.Items, s.SKU); item != nil && item.Untracked {
			continue
		}
		for _, came := range s.Arrivals {
			goods = append(goods, inventory.Returned{
				LineID: s.LineID, SKU: s.SKU, Location: came.Location, Quantity: came.Quantity,
				Disposition: inventory.Disposition(came.As), Reason: came.Reason,
			})
		}
	}
	return d.takeIn(goods)
}

// allocate takes the stock for units that were added or reinstated. What the change
// itself has freed is there for it first.
func (a *amending) allocate(d *draft, stock []order.StockDelta, freed inventory.Changes) error {
	want := inventory.Wanted{OrderID: d.order.ID, Country: d.order.Country, Sourcing: d.client.core.cfg.Sourcing}
	for _, s := range stock {
		if s.Wanted.Sign() > 0 {
			want.Demands = append(want.Demands, inventory.Demand{LineID: s.LineID, SKU: s.SKU, Quantity: s.Wanted, AllowBackorder: s.Backorder})
		}
	}
	if len(want.Demands) == 0 {
		return nil
	}
	changes, assigned, err := inventory.AllocateOrder(a.stock.BehindQueue().Freed(freed.Moves), want, d.cmd)
	if err != nil {
		return err
	}
	for _, x := range assigned {
		l := d.order.Line(x.LineID)
		if item := inventory.FindItem(a.stock.Items, l.SKU); item != nil && l.Title == "" && d.stored.Line(l.ID) == nil {
			l.Title = item.Title
		}
		if x.Backordered {
			err = l.Backorder(x.Quantity)
		} else {
			err = l.Allocate(x.Quantity)
		}
		if err != nil {
			return err
		}
	}
	d.move(changes)
	return nil
}
