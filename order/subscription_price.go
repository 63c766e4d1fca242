package order

import (
	"context"

	"github.com/go-oms/oms/money"
)

// AgreedPrices is a [Pricer] for lines of a subscription: it asks another one and then
// does as the policy says.
type AgreedPrices struct {
	Pricer Pricer
	Policy PricePolicy
	Lines  []SubscriptionLine // those of the request, in its order
}

// Price answers with the agreed prices. The request is in their currency unless it
// names one.
func (p AgreedPrices) Price(ctx context.Context, r PriceRequest) ([]Price, error) {
	if r.Currency == "" && p.Policy != PriceCurrent && len(p.Lines) > 0 {
		r.Currency = p.Lines[0].UnitPrice.Currency()
	}
	prices, err := p.Pricer.Price(ctx, r)
	if err != nil || p.Policy == PriceCurrent || len(prices) != len(p.Lines) {
		return prices, err
	}
	for i := range prices {
		unit, agreed := &prices[i].Unit, p.Lines[i].UnitPrice
		if unit.Currency() != agreed.Currency() {
			return nil, &PriceCurrencyError{Line: i, SKU: prices[i].SKU, Currency: unit.Currency(), Has: []money.Currency{agreed.Currency()}}
		}
		more, err := unit.Sub(agreed)
		if err != nil {
			return nil, err
		}
		if p.Policy == PriceFrozen || more.Sign() > 0 {
			*unit = agreed
		}
	}
	return prices, nil
}
