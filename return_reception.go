package oms

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
)

// Reception says what came back of a return.
type Reception struct {
	Key      string          `json:"-"`
	Location string          `json:"location"` // where it came in
	Lines    []ReceptionLine `json:"lines"`    // none: everything outstanding, in good condition
	// Unasked is what was in the parcel and nobody had asked for: too many, or
	// something else. It goes into quarantine and is credited to nobody; the return
	// says so as its Problem.
	Unasked []order.UnaskedGoods `json:"unasked,omitempty"`
	At      time.Time            `json:"at,omitzero"`
}

// ReceptionLine is what came back of one line.
type ReceptionLine struct {
	LineID      uuid.UUID         `json:"line_id"`
	Good        quantity.Quantity `json:"good,omitzero"`        // back to stock
	Damaged     quantity.Quantity `json:"damaged,omitzero"`     // kept apart, credited all the same
	Quarantined quantity.Quantity `json:"quarantined,omitzero"` // kept apart until somebody has looked, credited all the same
	Scrapped    quantity.Quantity `json:"scrapped,omitzero"`    // thrown away, credited all the same
	Dismissed   quantity.Quantity `json:"dismissed,omitzero"`   // refused: not credited, sent back or thrown away
	Wrong       quantity.Quantity `json:"wrong,omitzero"`       // something else was in their place
	Short       quantity.Quantity `json:"short,omitzero"`       // not in the parcel
}

// ReceiveReturn records goods that came back: good ones go to stock, the others
// where their disposition says, and the price of what is taken back is credited.
// Refund then gives back what was paid for it.
//
// What came is a fact: no more than is outstanding of a line is taken for it, and
// whatever else was in the parcel is told as Unasked.
func (c *Client) ReceiveReturn(ctx context.Context, orderID, returnID uuid.UUID, p Reception) (*order.Return, error) {
	req := request{name: "return.receive", key: p.Key, at: p.At, body: returnBody[Reception]{orderID, returnID, p}}
	return c.onReturn(ctx, req, orderID, returnID, "", func(d *draft, r *order.Return) (string, error) {
		items, err := c.itemsOf(ctx, d.order)
		if err != nil {
			return "", err
		}
		if err := d.receiveUnasked(ctx, r, p); err != nil {
			return "", err
		}
		return OrderReturnReceived, d.receiveReturn(r, p, items)
	})
}

func (d *draft) receiveReturn(r *order.Return, p Reception, items []inventory.Item) error {
	r.ReceivedAt, r.Location = d.cmd.At, p.Location
	lines := p.Lines
	if len(lines) == 0 && len(p.Unasked) == 0 {
		for _, l := range r.Lines {
			if rest := l.Outstanding(); rest.Sign() > 0 {
				lines = append(lines, ReceptionLine{LineID: l.LineID, Good: rest})
			}
		}
		if len(lines) == 0 {
			return fault.Invalid("lines", "none", "units that are still outstanding, or what nobody had asked for")
		}
	}
	var goods []inventory.Returned
	for _, in := range lines {
		l := r.Line(in.LineID)
		if l == nil || in.LineID == uuid.Nil {
			return fault.NotFound("line", in.LineID)
		}
		err := d.order.ReceiveReturn(r, l, order.ReturnParts{
			Good: in.Good, Damaged: in.Damaged, Quarantined: in.Quarantined, Scrapped: in.Scrapped,
			Dismissed: in.Dismissed, Wrong: in.Wrong, Short: in.Short,
		})
		if err != nil {
			return err
		}
		if item := inventory.FindItem(items, l.SKU); item != nil && item.Untracked {
			continue
		}
		for _, part := range in.parts() {
			if part.Quantity.Sign() > 0 {
				part.LineID, part.SKU, part.Location, part.Reason = l.LineID, l.SKU, p.Location, r.Reason
				goods = append(goods, part)
			}
		}
	}
	if err := d.takeIn(goods); err != nil {
		return err
	}
	return d.order.SettleReturn(d.cmd.IDs, r, d.cmd.At)
}

// parts says where the units of the line go in the building.
func (in ReceptionLine) parts() []inventory.Returned {
	return []inventory.Returned{
		{Quantity: in.Good, Disposition: inventory.ToStock},
		{Quantity: in.Damaged, Disposition: inventory.ToDamaged},
		{Quantity: in.Quarantined, Disposition: inventory.ToQuarantine},
		{Quantity: in.Scrapped, Disposition: inventory.ToScrap},
	}
}

// takeIn moves goods into the building.
func (d *draft) takeIn(goods []inventory.Returned) error {
	changes, err := inventory.ReturnGoods(goods, d.cmd, d.order.ID)
	if err != nil {
		return err
	}
	d.move(changes)
	return nil
}

// The words under which a return's problems are told.
const (
	problemUnasked = "goods came that nobody had asked for: they are in quarantine"
	problemLost    = "the carrier lost the parcel: write it off, or wait"
	problemSender  = "the parcel went back to the customer"
)

// receiveUnasked takes in what nobody had asked for. Items that are not registered
// are: somebody holds them in his hands.
func (d *draft) receiveUnasked(ctx context.Context, r *order.Return, p Reception) error {
	if len(p.Unasked) == 0 {
		return nil
	}
	if err := d.client.core.cfg.Limits.CheckLines(len(r.Unasked) + len(p.Unasked)); err != nil {
		return err
	}
	items := make([]inventory.Item, 0, len(p.Unasked))
	goods := make([]inventory.Returned, 0, len(p.Unasked))
	for _, u := range p.Unasked {
		items = append(items, inventory.Item{SKU: u.SKU})
		goods = append(goods, inventory.Returned{
			SKU: u.SKU, Location: p.Location, Quantity: u.Quantity, Disposition: inventory.ToQuarantine, Reason: "unasked",
		})
	}
	if err := d.register(ctx, items, p.Location); err != nil {
		return err
	}
	goods, err := d.tracked(ctx, goods)
	if err != nil {
		return err
	}
	for _, u := range p.Unasked {
		n := slices.IndexFunc(r.Unasked, func(known order.UnaskedGoods) bool { return known.SKU == u.SKU })
		if n < 0 {
			r.Unasked = append(r.Unasked, u)
		} else {
			r.Unasked[n].Quantity = r.Unasked[n].Quantity.Add(u.Quantity)
		}
	}
	r.Problem = problemUnasked
	return d.takeIn(goods)
}

// tracked leaves out what has no stock.
func (d *draft) tracked(ctx context.Context, goods []inventory.Returned) ([]inventory.Returned, error) {
	skus := make([]string, len(goods))
	for i := range goods {
		skus[i] = goods[i].SKU
	}
	items, err := d.client.store.Items(ctx, skus)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(goods, func(g inventory.Returned) bool {
		item := inventory.FindItem(items, g.SKU)
		return item != nil && item.Untracked
	}), nil
}

// itemsOf reads the items of an order's lines, sorted by SKU.
func (c *Client) itemsOf(ctx context.Context, o *order.Order) ([]inventory.Item, error) {
	skus := make([]string, len(o.Lines))
	for i := range o.Lines {
		skus[i] = o.Lines[i].SKU
	}
	return c.store.Items(ctx, skus)
}
