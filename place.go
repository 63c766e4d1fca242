package oms

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/fulfillment"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
	"github.com/go-oms/oms/storage"
)

// Place turns a cart into an order: it prices it, gives discounts, computes
// shipping and tax, allocates stock, gives it a number and records it, all or
// nothing. What cannot be served is a *inventory.ShortageError with every short
// line; a cart that was placed before is a *storage.DuplicateError for "cart_id".
//
// The order begins its workflow: in the default one it waits for its payment,
// until ExpiresAt. Holds that rules or the fraud screen ask for are on it from the
// beginning; an order that the screen rejects is an *[ScreenedError].
func (c *Client) Place(ctx context.Context, cart Cart) (*order.Order, error) {
	if err := cart.check(c.core.cfg.Limits); err != nil {
		return nil, err
	}
	req := request{name: "order.place", key: cart.Key, at: cart.At, body: cart}
	tries, screen := 0, screening{}
	return do(ctx, c, req, c.orderFlow(func(ctx context.Context, cmd event.Command) (*order.Order, *storage.Batch, error) {
		tries++
		if err := c.buysFor(cart.CustomerID, false); err != nil {
			return nil, nil, err
		}
		in, err := c.price(ctx, cart, cmd)
		if err != nil {
			return nil, nil, err
		}
		in.screening = &screen
		return c.placing(ctx, in, cmd, tries == 1)
	}))
}

// Price answers what a cart would cost now: the order that Place would make, with
// lines unsourced, without a number and without an id that lasts. It writes
// nothing. A shopper's cart is his own or nobody's: prices tell which coupons a
// customer has used up.
func (c *Client) Price(ctx context.Context, cart Cart) (*order.Order, error) {
	if err := cart.check(c.core.cfg.Limits); err != nil {
		return nil, err
	}
	cmd, err := c.issuer.Issue(ctx, "order.price", "", cart.At, nil)
	if err != nil {
		return nil, err
	}
	if err := c.buysFor(cart.CustomerID, true); err != nil {
		return nil, err
	}
	in, err := c.price(ctx, cart, cmd)
	if err != nil {
		return nil, classify(ctx, err)
	}
	return order.Assemble(in.Assembly)
}

// buysFor refuses a shopper's cart that is another's or, unless nobody's will do, that
// has no customer.
func (c *Client) buysFor(customer uuid.UUID, nobodys bool) error {
	switch {
	case customer == uuid.Nil && (nobodys || c.actor.Kind != event.Shopper):
		return nil
	case customer == uuid.Nil:
		return fault.Invalid("customer_id", customer, "the shopper's own id")
	case !c.is(customer):
		return fault.NotFound("customer", customer)
	}
	return nil
}

// placement is a priced order on its way into the books.
type placement struct {
	order.Assembly
	cartID    string
	backorder func(line int) bool
	coupons   []order.CouponUse
	machine   *order.Machine
	screening *screening
	unpaidFor time.Duration  // keeps the order longer than Config.UnpaidFor does
	exchange  *inflow        // what pays for the order beside money
	company   *crm.Customer  // that the customer buys for, as read
	beside    []*order.Order // that are placed in the same commit, so far
	// elsewhere reports a SKU whose stock that is kept for the cart is another order's; nil
	// leaves all of it to this one.
	elsewhere func(sku string) bool
}

// price turns a cart into a placement: prices, shipping, discounts, tax.
func (c *Client) price(ctx context.Context, cart Cart, cmd event.Command) (*placement, error) {
	cfg := &c.core.cfg
	if cfg.Prices == nil {
		return nil, fault.Invalid("config.prices", "nil", "a Pricer: this shop has no prices for carts")
	}
	return c.priceBy(ctx, cfg.Prices, cart, cmd)
}

// priceBy is price with another Pricer.
func (c *Client) priceBy(ctx context.Context, prices order.Pricer, cart Cart, cmd event.Command) (*placement, error) {
	cfg := &c.core.cfg
	in, err := c.placement(cart.Channel, cmd)
	if err != nil {
		return nil, err
	}
	cart.ShipTo, cart.BillTo, err = c.fromBook(ctx, cart.CustomerID, cart.ShipToSaved, cart.BillToSaved, cart.ShipTo, cart.BillTo)
	if err != nil {
		return nil, err
	}
	in.cartID, in.backorder = cart.CartID, func(i int) bool { return cart.Lines[i].Backorder }
	header := &in.Header
	header.Origin, header.CartID, header.CustomerID, header.Metadata = order.FromShop, cart.CartID, cart.CustomerID, cart.Metadata
	if err := in.buysFor(ctx, c, cart.CompanyID, cmd); err != nil {
		return nil, err
	}
	if err := c.address(header, cart.ShipTo, cart.BillTo, cmd); err != nil {
		return nil, err
	}
	in.Lines = make([]order.PricedLine, len(cart.Lines))
	for i := range cart.Lines {
		in.Lines[i] = order.PricedLine{SKU: cart.Lines[i].SKU, Quantity: cart.Lines[i].Quantity}
	}
	if err := in.Price(ctx, prices); err != nil {
		return nil, err
	}
	if err := c.shipping(in, cart); err != nil {
		return nil, err
	}
	if err := c.promote(ctx, in, cart); err != nil {
		return nil, err
	}
	if cfg.Taxes == nil {
		return in, nil
	}
	return in, in.Tax(ctx, cfg.Taxes, cart.ShipTo.Place(), order.Place{})
}

// placement begins one for a channel.
func (c *Client) placement(channel string, cmd event.Command) (*placement, error) {
	ch := c.core.cfg.Channels[channel]
	workflow := ch.Workflow
	if workflow == "" {
		workflow = c.core.cfg.Workflows[0].ID
	}
	machine, err := c.core.flows.Latest(workflow)
	if err != nil {
		return nil, err
	}
	return &placement{machine: machine, Assembly: order.Assembly{
		IDs:    cmd.IDs,
		Header: order.Order{Channel: channel, Currency: ch.Currency, Terms: ch.Terms, PlacedAt: cmd.At},
	}}, nil
}

// address puts the addresses into rows of their own.
func (c *Client) address(header *order.Order, shipTo order.Address, billTo *order.Address, cmd event.Command) error {
	if err := prefixed("ship_to", shipTo.Check()); err != nil {
		return err
	}
	header.Country = shipTo.Country
	if shipTo != (order.Address{}) {
		shipTo.ID = cmd.IDs.Next()
		header.ShipTo, header.ShipToID = &shipTo, shipTo.ID
	}
	if billTo == nil || *billTo == (order.Address{}) {
		header.BillTo, header.BillToID = header.ShipTo, header.ShipToID
		return nil
	}
	if err := prefixed("bill_to", billTo.Check()); err != nil {
		return err
	}
	bill := *billTo
	bill.ID = cmd.IDs.Next()
	header.BillTo, header.BillToID = &bill, bill.ID
	return nil
}

// shipping prices the delivery that the cart asks for.
func (c *Client) shipping(in *placement, cart Cart) error {
	if cart.Shipping == "" {
		return nil
	}
	goods := money.Zero(in.Header.Currency)
	var units quantity.Quantity
	for _, l := range in.Lines {
		cost, err := l.UnitPrice.MulDiv(l.Quantity.Micro(), quantity.PerUnit, in.Header.Terms.Rounding)
		if err == nil {
			goods, err = goods.Add(cost)
		}
		if err != nil {
			return err
		}
		units = units.Add(l.Quantity)
	}
	option, err := c.core.cfg.Methods.Choose(cart.Shipping, fulfillment.QuoteRequest{
		Currency: in.Header.Currency, Goods: goods, Quantity: units,
		To: fulfillment.Destination{Country: cart.ShipTo.Country, Region: cart.ShipTo.Region, PostalCode: cart.ShipTo.PostalCode},
	})
	if err != nil {
		return err
	}
	in.Shipping = &order.Charge{Code: option.Code, Label: option.Label, Amount: option.Price}
	if handling := c.core.cfg.Handling; option.MaxDays > 0 && handling >= 0 {
		in.Header.PromisedAt = in.Header.PlacedAt.Add(handling + time.Duration(option.MaxDays)*24*time.Hour)
	}
	return nil
}

// promote gives the discounts of the coupons and of what runs by itself.
func (c *Client) promote(ctx context.Context, in *placement, cart Cart) error {
	promotions := c.core.cfg.Promotions
	if promotions == nil {
		if len(cart.Coupons) > 0 {
			return &order.CouponError{Code: cart.Coupons[0], Reason: "this shop has no coupons"}
		}
		return nil
	}
	uses, user := map[string]order.Uses{}, cart.CustomerID
	if codes := promotions.Codes(cart.Coupons); len(codes) > 0 {
		var err error
		if user, err = c.whoIsLeft(ctx, user); err != nil {
			return err
		}
		if uses, err = c.store.CouponUses(ctx, codes, user); err != nil {
			return err
		}
		cart.count(uses)
	}
	taken, err := in.Promote(ctx, promotions, cart.Coupons, uses)
	in.coupons = taken
	for i := range taken {
		switch u := &taken[i]; {
		case isAccountCode(u.Code) || isSpentCode(u.Code):
			return &order.ProviderError{Provider: "promotions", Field: fmt.Sprintf("uses[%d].code", i), Reason: "is a counter of the books' own"}
		case u.Uses < 0:
			return &order.ProviderError{Provider: "promotions", Field: fmt.Sprintf("uses[%d].uses", i), Reason: fmt.Sprintf("got %d, want at least 0", u.Uses)}
		case u.CustomerID != uuid.Nil:
			u.CustomerID = user
		}
	}
	return err
}

// whoIsLeft returns the id of who is left of a customer, whose uses of coupons count
// for him under his old id too. Not every shop keeps its customers here.
func (c *Client) whoIsLeft(ctx context.Context, id uuid.UUID) (uuid.UUID, error) {
	if id == uuid.Nil {
		return id, nil
	}
	customer, err := c.store.Customer(ctx, id)
	if isNotFound(err) {
		return id, nil
	}
	if err == nil {
		customer, err = c.survivor(ctx, customer)
	}
	if err != nil {
		return id, err
	}
	return customer.ID, nil
}

// placing makes the order, allocates its stock and begins its workflow. Only the
// first try may go by what is remembered of stock.
func (c *Client) placing(ctx context.Context, in *placement, cmd event.Command, first bool) (*order.Order, *storage.Batch, error) {
	d, err := c.placed(ctx, in, cmd, first)
	if err != nil {
		return nil, nil, err
	}
	return d.answer(), d.finish(orderResult(d.last)), nil
}

// placed is placing up to the event about it.
func (c *Client) placed(ctx context.Context, in *placement, cmd event.Command, first bool) (*draft, error) {
	o, err := order.Assemble(in.Assembly)
	if err != nil {
		return nil, err
	}
	if err := in.exchange.into(o, cmd); err != nil {
		return nil, err
	}
	if o.Totals.Total.Sign() < 0 {
		return nil, fault.Invalid("total", o.Totals.Total, "zero or more: give money back by a refund")
	}
	if err := c.core.cfg.Limits.CheckOrder(o); err != nil {
		return nil, err
	}
	review, err := c.screen(ctx, o, in.screening)
	if err != nil {
		return nil, err
	}
	d := newDraft(c, cmd, o, in.machine)
	d.moment, d.review, d.coupons = order.HoldOnPlace, review, in.coupons
	if in.company != nil {
		d.beside = in.beside
		if err := d.within(ctx, in.company); err != nil {
			return nil, err
		}
	}
	if err := d.lookAtAccount(ctx); err != nil {
		return nil, err
	}
	if err := d.allocate(ctx, in, first); err != nil {
		return nil, err
	}
	if unpaid := c.core.cfg.UnpaidFor; unpaid > 0 && o.Totals.Total.Sign() > 0 {
		o.ExpiresAt = cmd.Now.Add(max(unpaid, in.unpaidFor))
	}
	number, err := c.core.numbers.take(ctx, c.store, c.tenant, c.given)
	if err != nil {
		return nil, err
	}
	o.Number = c.core.cfg.Number(number)
	if err := in.machine.Start(o); err != nil {
		return nil, err
	}
	if err := in.exchange.hold(d); err != nil {
		return nil, err
	}
	return d, d.conclude(OrderPlaced)
}

// allocate takes the stock and moves the lines' units accordingly.
func (d *draft) allocate(ctx context.Context, in *placement, first bool) error {
	stock, changes, assigned, err := d.source(ctx, in, first)
	if err != nil {
		return err
	}
	o, line := d.order, 0
	for _, a := range assigned {
		for o.Lines[line].ID != a.LineID {
			line++ // the assignments come in the order of the lines
		}
		if a.Backordered {
			err = o.Lines[line].Backorder(a.Quantity)
		} else {
			err = o.Lines[line].Allocate(a.Quantity)
		}
		if err != nil {
			return err
		}
	}
	for i := range o.Lines {
		if item := inventory.FindItem(stock.Items, o.Lines[i].SKU); item != nil && o.Lines[i].Title == "" {
			o.Lines[i].Title = item.Title
		}
	}
	d.move(changes)
	return nil
}

// source decides where the order's units come from. What is remembered of stock is
// good enough to promise by, since the write refuses what is not there, but not to
// refuse or backorder by.
func (d *draft) source(ctx context.Context, in *placement, first bool) (inventory.Stock, inventory.Changes, []inventory.Assignment, error) {
	c, o := d.client, d.order
	skus := make([]string, len(o.Lines))
	want := inventory.Wanted{
		OrderID: o.ID, Country: o.Country, Sourcing: c.core.cfg.Sourcing, Demands: make([]inventory.Demand, len(o.Lines)),
	}
	for i := range o.Lines {
		l := &o.Lines[i]
		skus[i] = l.SKU
		want.Demands[i] = inventory.Demand{LineID: l.ID, SKU: l.SKU, Quantity: l.Quantity, AllowBackorder: in.backorder(i)}
	}
	cache := c.stockCache()
	if cache != nil && first && in.cartID == "" {
		stock, err := cache.Stock(ctx, c.store, skus, d.cmd.Now)
		if err != nil {
			return stock, inventory.Changes{}, nil, err
		}
		stock = stock.BehindQueue()
		changes, assigned, err := inventory.AllocateOrder(stock, want, d.cmd)
		if err == nil && !slices.ContainsFunc(assigned, func(a inventory.Assignment) bool { return a.Backordered }) {
			return stock, changes, assigned, nil
		}
	}
	if cache != nil && in.cartID == "" {
		cache.Forget(skus)
	}
	stock, err := inventory.ReadStock(ctx, c.store, skus, in.cartID, d.cmd.Now)
	if err != nil {
		return stock, inventory.Changes{}, nil, err
	}
	if in.elsewhere != nil {
		stock.Held = slices.DeleteFunc(stock.Held, func(r inventory.Reservation) bool { return in.elsewhere(r.SKU) })
	}
	stock = stock.BehindQueue()
	changes, assigned, err := inventory.AllocateOrder(stock, want, d.cmd)
	return stock, changes, assigned, err
}

// lineRef names a line in errors by its position.
func lineRef(o *order.Order, id uuid.UUID) string {
	if i := slices.IndexFunc(o.Lines, func(l order.Line) bool { return l.ID == id }); i >= 0 {
		return "line " + strconv.Itoa(i+1)
	}
	return "line " + id.String()
}

// prefixed puts the path of an object before the field of an error about it.
func prefixed(path string, err error) error {
	var invalid *fault.InvalidError
	if errors.As(err, &invalid) {
		return &fault.InvalidError{Field: path + "." + invalid.Field, Value: invalid.Value, Allowed: invalid.Allowed}
	}
	return err
}
