package oms

import (
	"context"
	"fmt"
	"time"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/storage"
)

// Enter records an order with the prices that a trusted caller gives. It
// allocates stock and begins the workflow as Place does; no promotions run and no
// taxes are computed: what is charged stands in the entry.
func (c *Client) Enter(ctx context.Context, entry Entry) (*order.Order, error) {
	if err := entry.check(c.core.cfg.Limits); err != nil {
		return nil, err
	}
	req := request{name: "order.enter", key: entry.Key, at: entry.At, body: entry}
	tries, screen := 0, screening{}
	return do(ctx, c, req, c.orderFlow(func(ctx context.Context, cmd event.Command) (*order.Order, *storage.Batch, error) {
		tries++
		in, err := c.entering(ctx, entry, cmd)
		if err != nil {
			return nil, nil, err
		}
		in.screening = &screen
		return c.placing(ctx, in, cmd, tries == 1)
	}))
}

// entering turns an entry into a placement.
func (c *Client) entering(ctx context.Context, entry Entry, cmd event.Command) (*placement, error) {
	in, err := c.placement(entry.Channel, cmd)
	if err != nil {
		return nil, err
	}
	entry.ShipTo, entry.BillTo, err = c.fromBook(ctx, entry.CustomerID, entry.ShipToSaved, entry.BillToSaved, entry.ShipTo, entry.BillTo)
	if err != nil {
		return nil, err
	}
	in.backorder = func(i int) bool { return entry.Lines[i].Backorder }
	header := &in.Header
	header.Origin, header.ExternalRef, header.CustomerID, header.Metadata = order.FromStaff, entry.ExternalRef, entry.CustomerID, entry.Metadata
	if header.PromisedAt = event.Moment(entry.PromisedAt); !entry.PromisedAt.IsZero() && !header.PromisedAt.After(header.PlacedAt) {
		return nil, fault.Invalid("promised_at", entry.PromisedAt.Format(time.RFC3339), "a time after the order's own")
	}
	if err := in.buysFor(ctx, c, entry.CompanyID, cmd); err != nil {
		return nil, err
	}
	if err := c.address(header, entry.ShipTo, entry.BillTo, cmd); err != nil {
		return nil, err
	}
	in.Lines = make([]order.PricedLine, len(entry.Lines))
	for i, l := range entry.Lines {
		in.Lines[i] = order.PricedLine{SKU: l.SKU, Title: l.Title, TaxCategory: l.TaxCategory, Quantity: l.Quantity, UnitPrice: l.UnitPrice}
	}
	return in, charge(&in.Assembly, entry.Charges)
}

// charge puts charges where they belong in an assembly.
func charge(in *order.Assembly, charges []Charge) error {
	for i, ch := range charges {
		field := fmt.Sprintf("charges[%d]", i)
		if in.Header.Currency == "" && len(in.Lines) == 0 {
			in.Header.Currency = ch.Amount.Currency()
		}
		switch ch.Kind {
		case order.Shipping:
			if in.Shipping != nil {
				sum, err := in.Shipping.Amount.Add(ch.Amount)
				if err != nil {
					return fault.Invalid(field+".amount", ch.Amount, err.Error())
				}
				in.Shipping.Amount = sum
				continue
			}
			in.Shipping = &order.Charge{Code: ch.Code, Label: ch.Label, Amount: ch.Amount}
		case order.Fee:
			in.Fees = append(in.Fees, order.Charge{Code: ch.Code, Label: ch.Label, Amount: ch.Amount})
		case order.Discount:
			if ch.Amount.Sign() > 0 {
				return fault.Invalid(field+".amount", ch.Amount, "zero or less: it is a discount")
			}
			in.Discounts = append(in.Discounts, order.DiscountProposal{Code: ch.Code, Label: ch.Label, Amount: ch.Amount.Neg()})
		default:
			return fault.Invalid(field+".kind", ch.Kind, `"shipping", "fee" or "discount"`)
		}
	}
	return nil
}
