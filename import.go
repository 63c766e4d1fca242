package oms

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/fulfillment"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/payment"
	"github.com/go-oms/oms/quantity"
	"github.com/go-oms/oms/storage"
)

// Past is an order whose life is over, or well on its way, before it is recorded.
// Its prices and times are taken as they are.
type Past struct {
	Key         string         `json:"-"`
	Channel     string         `json:"channel,omitempty"`
	ExternalRef string         `json:"external_ref,omitempty"`
	CustomerID  uuid.UUID      `json:"customer_id,omitzero"`
	Country     string         `json:"country,omitempty"`
	ShipTo      order.Address  `json:"ship_to"`
	Metadata    order.Metadata `json:"metadata,omitempty"`

	PlacedAt time.Time  `json:"placed_at"`
	Lines    []PastLine `json:"lines,omitempty"`
	Charges  []Charge   `json:"charges,omitempty"`
	// Credits are amounts given to the customer that belong to no sale, each
	// positive. They make a books entry of an order without lines.
	Credits []Charge `json:"credits,omitempty"`
	// Back are goods that came back without a known sale: a blind return.
	Back       []PastBack `json:"back,omitempty"`
	BackReason string     `json:"back_reason,omitempty"`

	// Paid is when everything was paid, or paid out; zero: it is not.
	PaidAt time.Time `json:"paid_at,omitzero"`
	// Gateway is the name the payment is recorded under; nobody is asked.
	Gateway string `json:"gateway,omitempty"`
	Method  string `json:"method,omitempty"`

	// ReceivedAt is when the stock for it came in; zero: it was there.
	ReceivedAt  time.Time `json:"received_at,omitzero"`
	Location    string    `json:"location,omitempty"` // it left from, or came back to
	ShippedAt   time.Time `json:"shipped_at,omitzero"`
	DeliveredAt time.Time `json:"delivered_at,omitzero"`

	blind bool // goods that came in just now: see ReceiveBlind
}

// PastLine is one line of a past order.
type PastLine struct {
	SKU       string            `json:"sku"`
	Title     string            `json:"title,omitempty"`
	Quantity  quantity.Quantity `json:"quantity"`
	UnitPrice money.Money       `json:"unit_price"`
}

// PastBack is goods that came back without a known sale.
type PastBack struct {
	SKU       string            `json:"sku"`
	Title     string            `json:"title,omitempty"`
	Quantity  quantity.Quantity `json:"quantity"`
	UnitPrice money.Money       `json:"unit_price"` // what was given back for a unit
	// Disposition is what became of it; back to stock by default.
	Disposition inventory.Disposition `json:"disposition,omitempty"`
}

// Import records a past order with its whole life in one step: placed, paid,
// shipped and delivered at their business times. Items that are not registered
// are. It is for trusted callers; what is imported must have happened.
func (c *Client) Import(ctx context.Context, p Past) (*order.Order, error) {
	req := request{name: "order.import", key: p.Key, at: p.PlacedAt, body: p, keyFirst: true}
	return do(ctx, c, req, c.importFlow(p))
}

func (c *Client) importFlow(p Past) flow[*order.Order] {
	return c.orderFlow(func(ctx context.Context, cmd event.Command) (*order.Order, *storage.Batch, error) {
		if p.blind {
			p.PlacedAt = cmd.At
		}
		if err := p.check(c.core.cfg.Limits); err != nil {
			return nil, nil, err
		}
		in, err := c.importing(p, cmd)
		if err != nil {
			return nil, nil, err
		}
		o, err := order.Assemble(in.Assembly)
		if err != nil {
			return nil, nil, err
		}
		number, err := c.core.numbers.take(ctx, c.store, c.tenant, c.given)
		if err != nil {
			return nil, nil, err
		}
		o.Number = c.core.cfg.Number(number)
		d := newDraft(c, cmd, o, in.machine)
		if err := d.register(ctx, p.items(), p.Location); err != nil {
			return nil, nil, err
		}
		if err := d.live(p); err != nil {
			return nil, nil, err
		}
		return d.answer(), d.finish(orderResult(d.last)), nil
	})
}

func (p *Past) check(limits order.Limits) error {
	switch {
	case p.PlacedAt.IsZero():
		return fault.Invalid("placed_at", p.PlacedAt, "the time of the order")
	case len(p.Lines)+len(p.Charges)+len(p.Credits)+len(p.Back) == 0:
		return fault.Invalid("lines", "none", "at least one line, charge, credit or return")
	case (!p.ShippedAt.IsZero() || len(p.Back) > 0) && p.Location == "":
		return fault.Invalid("location", "", "where the goods left from or came back to")
	case !p.DeliveredAt.IsZero() && p.ShippedAt.IsZero():
		return fault.Invalid("delivered_at", p.DeliveredAt, "nothing: it was never shipped")
	case !p.PaidAt.IsZero() && p.Gateway == "":
		return fault.Invalid("gateway", "", "the name that the payment is recorded under")
	}
	return limits.CheckLines(len(p.Lines) + len(p.Back))
}

// items lists what the order moves.
func (p *Past) items() []inventory.Item {
	items := make([]inventory.Item, 0, len(p.Lines)+len(p.Back))
	for _, l := range p.Lines {
		items = append(items, inventory.Item{SKU: l.SKU, Title: l.Title})
	}
	for _, l := range p.Back {
		items = append(items, inventory.Item{SKU: l.SKU, Title: l.Title})
	}
	return items
}

// importing turns a past order into a placement.
func (c *Client) importing(p Past, cmd event.Command) (*placement, error) {
	in, err := c.placement(p.Channel, cmd)
	if err != nil {
		return nil, err
	}
	header := &in.Header
	header.Origin, header.ExternalRef, header.CustomerID, header.Metadata = order.FromImport, p.ExternalRef, p.CustomerID, p.Metadata
	switch {
	case len(p.Back) > 0:
		header.Origin = order.FromBlind
	case len(p.Lines) == 0:
		header.Origin = order.FromBooks
	}
	if err := c.address(header, p.ShipTo, nil, cmd); err != nil {
		return nil, err
	}
	if p.Country != "" {
		header.Country = p.Country
	}
	for _, l := range p.Lines {
		in.Lines = append(in.Lines, order.PricedLine{SKU: l.SKU, Title: l.Title, Quantity: l.Quantity, UnitPrice: l.UnitPrice})
	}
	if len(p.Lines) == 0 {
		for _, m := range p.amounts() {
			header.Currency = m.Currency()
		}
	}
	return in, charge(&in.Assembly, p.Charges)
}

func (p *Past) amounts() []money.Money {
	var all []money.Money
	for _, ch := range p.Charges {
		all = append(all, ch.Amount)
	}
	for _, cr := range p.Credits {
		all = append(all, cr.Amount)
	}
	for _, b := range p.Back {
		all = append(all, b.UnitPrice)
	}
	return all
}

// register registers the items and the location that are not yet.
func (d *draft) register(ctx context.Context, items []inventory.Item, location string) error {
	if err := d.registerLocation(ctx, location); err != nil {
		return err
	}
	skus := make([]string, len(items))
	for i := range items {
		skus[i] = items[i].SKU
	}
	known, err := d.client.store.Items(ctx, skus)
	if err != nil {
		return err
	}
	fresh := make(map[string]bool)
	for _, item := range items {
		if inventory.FindItem(known, item.SKU) != nil || fresh[item.SKU] {
			continue
		}
		fresh[item.SKU] = true
		if err := item.Check(); err != nil {
			return err
		}
		registered, e := inventory.Register(item, d.cmd)
		d.batch.Inventory.Items = append(d.batch.Inventory.Items, registered)
		d.batch.Events = append(d.batch.Events, e)
	}
	return nil
}

func (d *draft) registerLocation(ctx context.Context, code string) error {
	if code == "" {
		return nil
	}
	known, err := d.client.store.Locations(ctx)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(known, func(l inventory.Location) bool { return l.Code == code }) {
		d.batch.Inventory.Locations = append(d.batch.Inventory.Locations, inventory.Location{Code: code})
	}
	return nil
}

// live takes an imported order through its life, one event a step.
func (d *draft) live(p Past) error {
	if err := d.machine.Start(d.order); err != nil {
		return err
	}
	if err := d.giveCredits(p); err != nil {
		return err
	}
	if err := d.conclude(p.event()); err != nil {
		return err
	}
	steps := []struct {
		at   time.Time
		when bool
		do   func(Past) error
		kind string
	}{
		{p.PaidAt, !p.PaidAt.IsZero(), d.livePayment, OrderPaid},
		{p.ShippedAt, !p.ShippedAt.IsZero() && len(p.Lines) > 0, d.liveShipping, OrderShipped},
		{p.DeliveredAt, !p.DeliveredAt.IsZero() && len(p.Lines) > 0, d.liveDelivery, OrderDelivered},
	}
	for _, step := range steps {
		if !step.when {
			continue
		}
		d.cmd.At = event.Moment(step.at)
		d.reopen()
		if err := step.do(p); err != nil {
			return err
		}
		if err := d.conclude(step.kind); err != nil {
			return err
		}
	}
	return nil
}

// event is the type of the order's first event.
func (p *Past) event() string {
	if p.blind {
		return OrderReturnedBlind
	}
	return OrderImported
}

// giveCredits enters what is given without a sale: credits and blind returns.
func (d *draft) giveCredits(p Past) error {
	o := d.order
	for i, cr := range p.Credits {
		err := o.CreditBeyond(d.cmd.IDs, cr.Amount, money.Money{}, order.CreditParams{Code: cr.Code, Label: cr.Label, At: d.cmd.At})
		if err != nil {
			return fmt.Errorf("credits[%d]: %w", i, err)
		}
	}
	if len(p.Back) == 0 {
		return nil
	}
	r := order.Return{
		ID: d.cmd.IDs.Next(), Reason: p.BackReason, RequestedAt: d.cmd.At, ReceivedAt: d.cmd.At, Location: p.Location,
	}
	var goods []inventory.Returned
	for i, b := range p.Back {
		if b.Quantity.Sign() <= 0 || b.UnitPrice.Sign() < 0 {
			return fault.Invalid(fmt.Sprintf("back[%d]", i), b.Quantity.String()+" at "+b.UnitPrice.String(), "a positive quantity and a price of zero or more")
		}
		line := order.ReturnLine{SKU: b.SKU, Quantity: b.Quantity, UnitPrice: b.UnitPrice}
		if err := line.Move(moveOf(b.Disposition), b.Quantity); err != nil {
			return fmt.Errorf("back[%d]: %w", i, err)
		}
		r.Lines = append(r.Lines, line)
		goods = append(goods, inventory.Returned{
			SKU: b.SKU, Location: p.Location, Quantity: b.Quantity, Reason: p.BackReason, Disposition: b.Disposition,
		})
		amount, err := b.UnitPrice.MulDiv(b.Quantity.Micro(), quantity.PerUnit, o.Terms.Rounding)
		if err != nil {
			return fmt.Errorf("back[%d]: %w", i, err)
		}
		if amount.IsZero() {
			continue
		}
		err = o.CreditBeyond(d.cmd.IDs, amount, money.Money{}, order.CreditParams{Code: "blind_return", Label: b.SKU, Source: r.ID, At: d.cmd.At})
		if err != nil {
			return fmt.Errorf("back[%d]: %w", i, err)
		}
	}
	o.Returns = append(o.Returns, r)
	changes, err := inventory.ReturnGoods(goods, d.cmd, o.ID)
	if err != nil {
		return err
	}
	d.move(changes)
	return nil
}

// livePayment enters that everything was paid, or paid out.
func (d *draft) livePayment(p Past) error {
	kind, amount := payment.Sale, d.order.Due()
	if amount.Sign() < 0 {
		kind, amount = payment.Payout, amount.Neg()
	}
	if amount.IsZero() {
		return nil
	}
	return d.enterPayment(kind, amount, p.Gateway, p.Method)
}

// enterPayment enters a tender with one operation of the past.
func (d *draft) enterPayment(kind payment.Kind, amount money.Money, gateway, method string) error {
	t, err := payment.New(d.order.ID, gateway, amount, "", d.cmd)
	if err != nil {
		return err
	}
	t.Method = method
	if _, err := t.Enter(kind, amount, uuid.Nil, "", d.cmd); err != nil {
		return err
	}
	d.recordTender(d.addTender(t), PaymentEntered)
	return nil
}

// liveShipping enters that everything left the building.
func (d *draft) liveShipping(p Past) error {
	// Units that were never allocated are not ready in the workflow's eyes.
	if err := d.allocatePast(); err != nil {
		return err
	}
	if err := d.report(order.ActionShip); err != nil {
		return err
	}
	sales := make([]inventory.PastSale, 0, len(d.order.Lines))
	lines := make([]fulfillment.Line, 0, len(d.order.Lines))
	for i := range d.order.Lines {
		l := &d.order.Lines[i]
		if _, err := l.Ship(l.Quantity); err != nil {
			return err
		}
		sales = append(sales, inventory.PastSale{
			OrderID: d.order.ID, LineID: l.ID, SKU: l.SKU, Location: p.Location, Quantity: l.Quantity,
			ReceivedAt: p.ReceivedAt, ShippedAt: p.ShippedAt, Reason: "import",
		})
		lines = append(lines, fulfillment.Line{LineID: l.ID, SKU: l.SKU, Quantity: l.Quantity})
	}
	changes, err := inventory.ImportSales(sales, d.cmd)
	if err != nil {
		return err
	}
	d.move(changes)
	f := fulfillment.Create(d.cmd, d.order.ID, p.Location, lines)
	next, shipment, err := f.Plan(d.cmd, fulfillment.Pick{})
	if err != nil {
		return err
	}
	if next, err = next.RecordLabel(shipment, fulfillment.Label{Reference: shipment.String()}, d.cmd.At); err != nil {
		return err
	}
	if !p.DeliveredAt.IsZero() {
		scan := fulfillment.Scan{Status: fulfillment.Delivered, At: event.Moment(p.DeliveredAt)}
		if next, err = next.RecordScan(shipment, scan); err != nil {
			return err
		}
	}
	d.addFulfillment(next, FulfillmentImported)
	return nil
}

// allocatePast marks every unit as allocated, which it was when it left.
func (d *draft) allocatePast() error {
	for i := range d.order.Lines {
		l := &d.order.Lines[i]
		if err := l.Allocate(l.Quantity); err != nil {
			return err
		}
	}
	return nil
}

// liveDelivery enters that everything arrived.
func (d *draft) liveDelivery(Past) error {
	if err := d.report(order.ActionDeliver); err != nil {
		return err
	}
	for i := range d.order.Lines {
		l := &d.order.Lines[i]
		if err := l.Deliver(l.Shipped); err != nil {
			return err
		}
	}
	return nil
}
