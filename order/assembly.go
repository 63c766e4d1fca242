package order

import (
	"context"
	"fmt"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/quantity"
)

// Assembly is what an order is made of, before the arithmetic. It is filled by
// hand or, step by step in this order, by Price, Promote and Tax; [Assemble] makes
// the order.
type Assembly struct {
	// IDs gives the order, its lines and its adjustments their ids.
	IDs *event.IDs
	// Header is the order without lines, adjustments and sums. An ID that is zero
	// is taken from IDs. A Currency that is empty is that of the prices. PlacedAt
	// is the time of the adjustments.
	Header    Order
	Lines     []PricedLine
	Shipping  *Charge // nil: nothing is delivered, or its price is not known
	Fees      []Charge
	Discounts []DiscountProposal // applied in this order
	Taxes     []TaxPart
}

// PricedLine is one line of an [Assembly].
type PricedLine struct {
	SKU         string
	Title       string
	TaxCategory string
	Categories  []string // for promotions; the order does not keep them
	Quantity    quantity.Quantity
	UnitPrice   money.Money // zero Money: not priced yet
}

// Charge is an amount beside the goods: the price of delivery (zero or more), or
// a fee or allowance (either sign).
type Charge struct {
	Code   string
	Label  string
	Amount money.Money
}

// Price asks the pricer for the lines that have no unit price and fills them in.
// It sets Header.Currency if it was empty. Errors are the pricer's, or a
// [*ProviderError] for an answer that cannot be used; then nothing has changed.
func (in *Assembly) Price(ctx context.Context, pricer Pricer) error {
	r := PriceRequest{
		Currency: in.Header.Currency, Channel: in.Header.Channel, CustomerID: in.Header.CustomerID,
		Country: in.Header.Country, At: in.Header.PlacedAt, Lines: make([]PriceLine, 0, len(in.Lines)),
	}
	places := make([]int, 0, len(in.Lines))
	for i := range in.Lines {
		line := &in.Lines[i]
		if line.UnitPrice != (money.Money{}) {
			if r.Currency == "" {
				r.Currency = line.UnitPrice.Currency()
			}
			continue
		}
		if err := checkQuantity(i, line.Quantity); err != nil {
			return err
		}
		r.Lines = append(r.Lines, PriceLine{SKU: line.SKU, Quantity: line.Quantity})
		places = append(places, i)
	}
	if len(places) == 0 {
		return nil
	}
	prices, err := pricer.Price(ctx, r)
	if err != nil {
		return err
	}
	if err := checkPrices(r, prices); err != nil {
		return err
	}
	for i, price := range prices {
		line := &in.Lines[places[i]]
		line.UnitPrice, line.TaxCategory, line.Categories = price.Unit, price.TaxCategory, price.Categories
		if price.Title != "" {
			line.Title = price.Title
		}
	}
	if in.Header.Currency == "" {
		in.Header.Currency = prices[0].Unit.Currency()
	}
	return nil
}

// Promote asks for the discounts that the codes and the automatic promotions give,
// appends them to Discounts, and returns the coupon uses that belong into the
// same batch as the order. The uses so far are those of promotions.Codes(codes).
// Errors are those of the promotions, a [*CouponError] among them, or a
// [*ProviderError]; then nothing has changed.
func (in *Assembly) Promote(
	ctx context.Context, promotions Promotions, codes []string, uses map[string]Uses,
) ([]CouponUse, error) {
	s, err := reckon(in)
	if err != nil {
		return nil, err
	}
	r := PromotionRequest{
		Currency: s.currency, Channel: in.Header.Channel, CustomerID: in.Header.CustomerID,
		At: in.Header.PlacedAt, Rounding: in.Header.Terms.Rounding, Codes: codes, Uses: uses,
		Lines: make([]PromotionLine, len(in.Lines)), Shipping: s.left(ShippingLine),
	}
	for i := range in.Lines {
		line := &in.Lines[i]
		r.Lines[i] = PromotionLine{
			SKU: line.SKU, Categories: line.Categories, Quantity: line.Quantity,
			Unit: line.UnitPrice, Amount: s.left(i),
		}
	}
	found, err := promotions.Apply(ctx, r)
	if err != nil {
		return nil, err
	}
	for i, proposal := range found.Discounts {
		if err := s.discount(proposal); err != nil {
			return nil, &ProviderError{
				Provider: "promotions", Field: fmt.Sprintf("discounts[%d]", i), Reason: err.Error(),
			}
		}
	}
	in.Discounts = append(in.Discounts[:len(in.Discounts):len(in.Discounts)], found.Discounts...)
	return found.Uses, nil
}

// Tax asks the calculator for the taxes on lines and shipping, as they are after
// the discounts, and sets Taxes. A nil calculator means no tax. Errors are the
// calculator's, or a [*ProviderError]; then nothing has changed.
func (in *Assembly) Tax(ctx context.Context, calculator TaxCalculator, to, from Place) error {
	if calculator == nil {
		in.Taxes = nil
		return nil
	}
	s, err := reckon(in)
	if err != nil {
		return err
	}
	r := TaxRequest{
		Currency: s.currency, Included: in.Header.Terms.TaxIncluded, ShipTo: to, ShipFrom: from,
		Channel: in.Header.Channel, CustomerID: in.Header.CustomerID, At: in.Header.PlacedAt,
		Lines: make([]TaxLine, len(in.Lines)),
	}
	for i := range in.Lines {
		line := &in.Lines[i]
		r.Lines[i] = TaxLine{SKU: line.SKU, Category: line.TaxCategory, Quantity: line.Quantity, Amount: s.left(i)}
	}
	if in.Shipping != nil {
		r.Shipping = s.left(ShippingLine)
	}
	parts, err := calculator.Taxes(ctx, r)
	if err != nil {
		return err
	}
	if err := s.tax(parts); err != nil {
		return err
	}
	in.Taxes = parts
	return nil
}

// Assemble makes the order: it computes and rounds under Header.Terms, gives out
// ids, and leaves every line unsourced. The order is not placed by it: status,
// workflow and number are the header's.
//
// An assembly without lines is an order of charges alone. The error is a
// *fault.InvalidError with the path of the field, such as "lines[2].unit_price",
// or a [*ProviderError] about the taxes.
func Assemble(in Assembly) (*Order, error) {
	if in.IDs == nil {
		return nil, fault.Invalid("ids", nil, "a source of ids")
	}
	s, err := reckon(&in)
	if err != nil {
		return nil, err
	}
	if err := s.tax(in.Taxes); err != nil {
		return nil, err
	}
	return s.order()
}
