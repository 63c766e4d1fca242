package storagetest

import (
	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
	"github.com/go-oms/oms/storage"
)

// Line is one line of an order to be placed.
type Line struct {
	SKU      string
	Location string      // Main when empty
	Units    int32       // 1 when zero
	Price    money.Money // of one unit; 10.00 EUR when it is the zero Money
}

// taxPPM is the rate of the tax on a placed order's lines: 20 %, on top.
const taxPPM = 200_000

// PlacedOrder returns a new order of the command and the batch that places it: an
// adjustment per line for the tax and one for shipping, stock allocated by
// promises and reservations, one event. All prices must be in one currency. The
// order adds up as order.Order.Check wants it.
func PlacedOrder(cmd event.Command, number string, lines ...Line) (*order.Order, *storage.Batch) {
	o := &order.Order{
		ID: cmd.IDs.Next(), Version: 1, Number: number, Channel: "web", Origin: order.FromShop,
		Workflow: "shop", WorkflowVersion: 1, Status: "placed",
		PaymentStatus: order.PaymentPending, FulfillmentStatus: order.Unfulfilled, ReturnStatus: order.NotReturned,
		Currency: money.EUR, PlacedAt: cmd.At, Shipping: "standard", Country: "GB",
		Lines: make([]order.Line, 0, len(lines)), Adjustments: make([]order.Adjustment, 0, len(lines)+1),
	}
	if len(lines) > 0 && lines[0].Price.Currency() != "" {
		o.Currency = lines[0].Price.Currency()
	}
	b := &storage.Batch{Command: cmd}
	b.Inventory.Moves = make([]inventory.Move, 0, len(lines))
	b.Inventory.Reservations = make([]inventory.ReservationChange, 0, len(lines))
	goods, tax := money.Zero(o.Currency), money.Zero(o.Currency)
	for i, l := range lines {
		line := placedLine(cmd.IDs.Next(), i+1, l)
		goods, tax = sum(goods, line.Subtotal), sum(tax, line.Tax)
		o.Lines = append(o.Lines, line)
		o.Adjustments = append(o.Adjustments, order.Adjustment{
			ID: cmd.IDs.Next(), Scope: order.OnLine, LineID: line.ID, Kind: order.Tax, Code: "VAT",
			Amount: line.Tax, TaxPart: money.Zero(o.Currency), RatePPM: taxPPM, Jurisdiction: "GB", At: cmd.At,
		})
		allocate(b, o.ID, &line, l.Location)
	}
	shipping := must(money.Minor(490, o.Currency))
	o.Adjustments = append(o.Adjustments, order.Adjustment{
		ID: cmd.IDs.Next(), Scope: order.OnShipping, Kind: order.Shipping, Code: "standard",
		Amount: shipping, TaxPart: money.Zero(o.Currency), At: cmd.At,
	})
	zero := money.Zero(o.Currency)
	o.Totals = order.Totals{
		Goods: goods, Discount: zero, Shipping: shipping, Fees: zero, Tax: tax, TaxIncluded: zero,
		Total: sum(goods, shipping, tax), Credited: zero,
	}
	d := order.Diff(nil, o)
	b.Orders = []order.Changes{{Delta: d}}
	b.Events = []event.Event{cmd.Event(event.Order, o.ID, 1, "placed", d)}
	b.Result = o.ID[:]
	return o, b
}

func placedLine(id uuid.UUID, position int, l Line) order.Line {
	units := quantity.Of(max(l.Units, 1))
	price := l.Price
	if price == (money.Money{}) {
		price = must(money.Minor(1000, money.EUR))
	}
	subtotal := must(price.MulDiv(units.Micro(), quantity.PerUnit, money.HalfUp))
	tax := must(subtotal.MulDiv(taxPPM, 1_000_000, money.HalfUp))
	line := order.Line{
		ID: id, Position: position, SKU: l.SKU, Title: "Item " + l.SKU, Quantity: units, UnitPrice: price,
		TaxCategory: "standard", Subtotal: subtotal, Discount: money.Zero(price.Currency()), Tax: tax,
		Total: sum(subtotal, tax), Credited: money.Zero(price.Currency()),
	}
	line.Allocated = units
	return line
}

// allocate adds the promise on a line's stock to the batch.
func allocate(b *storage.Batch, orderID uuid.UUID, line *order.Line, location string) {
	if location == "" {
		location = Main
	}
	cmd := b.Command
	b.Inventory.Moves = append(b.Inventory.Moves, inventory.Move{
		ID: cmd.IDs.Next(), SKU: line.SKU, Location: location, Kind: inventory.Allocate, Allocated: line.Quantity,
		OrderID: orderID, LineID: line.ID, Cause: cmd.Key, Actor: cmd.Actor.String(), At: cmd.At, RecordedAt: cmd.Now,
	})
	b.Inventory.Reservations = append(b.Inventory.Reservations, inventory.ReservationChange{
		After: inventory.Reservation{
			ID: cmd.IDs.Next(), Kind: inventory.ForOrder, Owner: orderID.String(), LineID: line.ID,
			SKU: line.SKU, Location: location, Quantity: line.Quantity, Status: inventory.Pending, CreatedAt: cmd.At,
		},
	})
}

// must returns v. Only amounts this package made up come here.
func must[T any](v T, err error) T {
	if err != nil {
		panic("storagetest: " + err.Error())
	}
	return v
}

func sum(ms ...money.Money) money.Money { return must(money.Sum(ms...)) }
