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

// ChangeRequest is what is to be changed of a placed order.
type ChangeRequest struct {
	Key     string       `json:"-"`
	Version int64        `json:"version,omitempty"` // of the order the caller saw; 0 does not care
	Steps   []order.Step `json:"steps,omitempty"`   // carried out in this order
	// ShipTo is where what is not shipped goes instead, in the same country; nil leaves
	// it. It becomes the last step.
	ShipTo *order.Address `json:"ship_to,omitempty"`
	Reason string         `json:"reason,omitempty"`
	// ExpiresAt is until when a change that is opened can be applied: three days from
	// now by default.
	ExpiresAt time.Time `json:"expires_at,omitzero"`
	At        time.Time `json:"at,omitzero"`
}

// openFor is how long an opened change waits when nobody says.
const openFor = 72 * time.Hour

// ChangeDecision says what becomes of a change.
type ChangeDecision struct {
	Key     string    `json:"-"`
	Version int64     `json:"version,omitempty"` // of the order the caller saw; 0 does not care
	Reason  string    `json:"reason,omitempty"`
	At      time.Time `json:"at,omitzero"`
}

// Change changes a placed order, all of it or nothing: lines, units, prices of units that
// are not shipped, fees, discounts, delivery, address. What is added is priced and taxed
// as a cart is; what was agreed on before stays, promotions included. Stock is given back
// and taken with it, what was paid too much goes back right after the commit or by Run,
// and what is owed in addition waits to be paid: nothing is shipped before.
//
// The order's last [order.Change] is what was done; [Client.UndoChange] takes it back.
// The error is a *order.ChangeError with everything that is in the way, a
// *inventory.ShortageError, or a *order.NotAllowedError for an order that is closed.
func (c *Client) Change(ctx context.Context, orderID uuid.UUID, p ChangeRequest) (*order.Order, error) {
	a := &amending{}
	return c.amended(ctx, orderID, change{
		name: "order.change", key: p.Key, at: p.At, body: orderBody[ChangeRequest]{orderID, p}, version: p.Version, reason: p.Reason,
		prepare: func(ctx context.Context, d *draft) error { return a.asked(ctx, d, p) },
		act:     func(d *draft) (string, error) { return OrderChanged, a.apply(d, a.begin(d)) },
	})
}

// OpenChange puts a change on the order that waits to be applied, such as for somebody's
// consent. It is previewed, and refused for what would refuse it if it were applied now,
// stock apart. It keeps no stock and forbids nothing; an order has one open change at most.
func (c *Client) OpenChange(ctx context.Context, orderID uuid.UUID, p ChangeRequest) (*order.Order, error) {
	a := &amending{}
	return c.amended(ctx, orderID, change{
		name: "order.open_change", key: p.Key, at: p.At, body: orderBody[ChangeRequest]{orderID, p}, version: p.Version, reason: p.Reason,
		prepare: func(ctx context.Context, d *draft) error { return a.asked(ctx, d, p) },
		act:     func(d *draft) (string, error) { return OrderChangeOpened, a.open(d, p.ExpiresAt) },
	})
}

// ApplyChange makes an open change. When the order has moved since it was opened, the
// change is previewed anew, and refused where it would now cost something else.
func (c *Client) ApplyChange(ctx context.Context, orderID, changeID uuid.UUID, p ChangeDecision) (*order.Order, error) {
	a := &amending{}
	return c.amended(ctx, orderID, change{
		name: "order.apply_change", key: p.Key, at: p.At, body: changeBody{orderID, changeID, p}, version: p.Version, reason: p.Reason,
		prepare: func(ctx context.Context, d *draft) error {
			found, err := d.openChange(changeID)
			if err != nil {
				return err
			}
			a.agreed = &found.Due
			return a.prepare(ctx, d, found.Steps, nil)
		},
		act: func(d *draft) (string, error) {
			found := d.order.Change(changeID)
			found.EndReason = d.reason
			return OrderChanged, a.apply(d, found)
		},
	})
}

// DiscardChange gives an open change up. It is possible for closed orders too.
func (c *Client) DiscardChange(ctx context.Context, orderID, changeID uuid.UUID, p ChangeDecision) (*order.Order, error) {
	return c.amended(ctx, orderID, change{
		name: "order.discard_change", key: p.Key, at: p.At, body: changeBody{orderID, changeID, p}, version: p.Version, reason: p.Reason,
		act: func(d *draft) (string, error) {
			found, err := d.openChange(changeID)
			if err != nil {
				return "", err
			}
			found.Status, found.EndedAt, found.EndReason = order.ChangeDiscarded, d.cmd.At, d.reason
			return OrderChangeDiscarded, nil
		},
	})
}

// UndoChange takes back a change that was made, by a further change that does the
// opposite of its steps from the last to the first: what it added is canceled, what it
// canceled is reinstated. It is refused where units of it have been shipped, or their
// stock is gone, and once it was taken back; an undo can be undone in its turn.
func (c *Client) UndoChange(ctx context.Context, orderID, changeID uuid.UUID, p ChangeDecision) (*order.Order, error) {
	a := &amending{}
	return c.amended(ctx, orderID, change{
		name: "order.undo_change", key: p.Key, at: p.At, body: changeBody{orderID, changeID, p}, version: p.Version, reason: p.Reason,
		prepare: func(ctx context.Context, d *draft) error {
			found := d.order.Change(changeID)
			switch {
			case found == nil:
				return fault.NotFound("change", changeID)
			case found.Status != order.ChangeApplied:
				return fault.Invalid("change", found.Status, "a change that was applied")
			case found.UndoneBy != uuid.Nil:
				return fault.Invalid("change", changeID, "a change that was not undone: "+found.UndoneBy.String()+" has undone it")
			}
			if later := supersedes(d.order, found); later != uuid.Nil {
				return fault.Invalid("change", changeID, "the last change of address or delivery: undo "+later.String()+" first")
			}
			steps := slices.Clone(found.Inverse)
			slices.Reverse(steps)
			return a.prepare(ctx, d, steps, nil)
		},
		act: func(d *draft) (string, error) {
			undo := a.begin(d)
			undo.Undoes = changeID
			d.order.Change(changeID).UndoneBy = undo.ID
			return OrderChangeUndone, a.apply(d, undo)
		},
	})
}

// supersedes returns a later change that replaced the address or the delivery which
// the change had replaced before.
func supersedes(o *order.Order, c *order.Change) uuid.UUID {
	replaces := func(c *order.Change, typ order.StepType) bool {
		return slices.ContainsFunc(c.Inverse, func(s order.Step) bool { return s.Type == typ })
	}
	behind := false
	for i := range o.Changes {
		x := &o.Changes[i]
		if behind && x.Status == order.ChangeApplied && x.UndoneBy == uuid.Nil && x.Undoes == uuid.Nil {
			for _, typ := range []order.StepType{order.StepAddress, order.StepShippingBack} {
				if replaces(c, typ) && replaces(x, typ) {
					return x.ID
				}
			}
		}
		behind = behind || x.ID == c.ID
	}
	return uuid.Nil
}

// changeBody is what a command about a change is digested by.
type changeBody struct {
	Order  uuid.UUID      `json:"order"`
	Change uuid.UUID      `json:"change"`
	Body   ChangeDecision `json:"body"`
}

// amended runs a command about a change. The order it answers with has its address,
// which a change may have replaced.
func (c *Client) amended(ctx context.Context, id uuid.UUID, ch change) (*order.Order, error) {
	o, err := c.change(ctx, id, ch)
	if err != nil || o.ShipTo != nil || o.ShipToID == uuid.Nil {
		return o, err
	}
	now, err := c.store.Order(ctx, id)
	if err == nil && now.ShipToID == o.ShipToID {
		o.ShipTo = now.ShipTo
	}
	return o, nil // it is done, whatever became of reading its address
}

// openChange returns the change with that id, which must be open.
func (d *draft) openChange(id uuid.UUID) (*order.Change, error) {
	found := d.order.Change(id)
	switch {
	case found == nil:
		return nil, fault.NotFound("change", id)
	case found.Status != order.ChangeOpen:
		return nil, fault.Invalid("change", found.Status, "a change that is open")
	case !found.IsOpen(d.cmd.Now):
		return nil, fault.Invalid("change", "expired at "+found.ExpiresAt.Format(time.RFC3339), "a change that is open")
	}
	return found, nil
}

// amending is a change of an order with all that its decision needs to know.
type amending struct {
	steps  []order.Step
	shipTo *order.Address
	priced order.Assembly
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
	a.priced = order.Assembly{IDs: d.cmd.IDs, Lines: lines, Shipping: delivery, Header: order.Order{
		Channel: o.Channel, CustomerID: o.CustomerID, Country: o.Country, Currency: o.Currency, Terms: o.Terms, PlacedAt: d.cmd.At,
	}}
	if err := a.price(ctx, c, o); err != nil {
		return err
	}
	var skus []string
	for i := range a.priced.Lines {
		skus = append(skus, a.priced.Lines[i].SKU)
	}
	for i := range a.steps {
		if l := o.Line(a.steps[i].LineID); l != nil {
			skus = append(skus, l.SKU)
		}
	}
	var err error
	a.stock, err = inventory.ReadStock(ctx, c.store, skus, "", d.cmd.Now)
	return err
}

// price prices and taxes what is added.
func (a *amending) price(ctx context.Context, c *Client, o *order.Order) error {
	if len(a.priced.Lines) == 0 && a.priced.Shipping == nil {
		return nil
	}
	if slices.ContainsFunc(a.priced.Lines, func(l order.PricedLine) bool { return l.UnitPrice == (money.Money{}) }) {
		if c.core.cfg.Prices == nil {
			return fault.Invalid("config.prices", "nil", "a Pricer, or a price for everything that is added")
		}
		if err := a.priced.Price(ctx, c.core.cfg.Prices); err != nil {
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
	return a.priced.Tax(ctx, c.core.cfg.Taxes, to, order.Place{})
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
	if err := d.fire(order.ActionChange, a.lines()...); err != nil {
		return nil, err
	}
	if limit := d.client.core.cfg.Limits.MaxChanges; len(d.order.Changes) > limit {
		return nil, fault.Invalid("changes", len(d.order.Changes), fmt.Sprintf("at most %d on one order", limit))
	}
	if err := a.escapes(d); err != nil {
		return nil, err
	}
	p, err := order.Preview(d.order, &order.Change{Steps: a.steps}, a.priced)
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

// lines are those whose units the change is about.
func (a *amending) lines() []uuid.UUID {
	ids := make([]uuid.UUID, 0, len(a.steps))
	for i := range a.steps {
		if id := a.steps[i].LineID; id != uuid.Nil {
			ids = append(ids, id)
		}
	}
	return ids
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
	made = d.order.Change(id)
	made.Status, made.Inverse, made.Due, made.BaseVersion, made.EndedAt = order.ChangeApplied, p.Inverse, p.Due, d.stored.Version, d.cmd.At
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
	if err := a.allocate(d, p.Stock, freed); err != nil {
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
