package inventory

import (
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/quantity"
)

// PastSale is a sale that was over before it is recorded: the goods came, and
// they went.
type PastSale struct {
	OrderID    uuid.UUID
	LineID     uuid.UUID
	SKU        string
	Location   string
	Quantity   quantity.Quantity
	UnitCost   money.Money // of the receipt, when known
	ReceivedAt time.Time   // business time of the receipt; zero: nothing is received for it
	ShippedAt  time.Time   // business time of the shipment
	Reason     string      // of the receipt
}

// ImportSales records past sales: for each a receipt, if it has one, and a
// shipment that was never allocated. They are facts and nothing refuses them but
// malformed input: *fault.InvalidError.
func ImportSales(sales []PastSale, cmd event.Command) (Changes, error) {
	d := newDraft(cmd)
	d.grow(2*len(sales), 0)
	for i := range sales {
		s := &sales[i]
		err := first(
			code(at("sales", i, "sku"), s.SKU, MaxSKU),
			code(at("sales", i, "location"), s.Location, MaxLocation),
			amount(at("sales", i, "quantity"), s.Quantity, false),
			text(at("sales", i, "reason"), s.Reason, MaxReason),
		)
		if err != nil {
			return Changes{}, err
		}
		if !s.ReceivedAt.IsZero() {
			d.move(Move{
				SKU: s.SKU, Location: s.Location, Kind: Receive, OnHand: s.Quantity,
				UnitCost: s.UnitCost, Reason: s.Reason, At: event.Moment(s.ReceivedAt),
			})
		}
		d.move(Move{
			SKU: s.SKU, Location: s.Location, Kind: Ship, OnHand: s.Quantity.Neg(),
			OrderID: s.OrderID, LineID: s.LineID, At: event.Moment(s.ShippedAt),
		})
	}
	return d.Changes, nil
}
