package fulfillment

import "context"

// ReturnLabeler is what a [Carrier] is that sells labels for the way back: the
// customer hands the parcel over, and it comes to the merchant. Not every carrier is
// one.
type ReturnLabeler interface {
	// BuyReturn buys one label for a consignment that goes from its From to its To,
	// under the rules of [Carrier.Buy]. Find, Void and Track know the label like any
	// other. A reference buys a label of one direction: for the other it is refused
	// with [ReasonReference].
	BuyReturn(ctx context.Context, r BuyRequest) (Label, error)
}

// ForReturns returns the carrier as one whose Buy buys return labels, so that
// [PerformBuy] and its like work on them; false where it sells none.
func ForReturns(c Carrier) (Carrier, bool) {
	labeler, ok := c.(ReturnLabeler)
	return returning{Carrier: c, labeler: labeler}, ok
}

type returning struct {
	Carrier
	labeler ReturnLabeler
}

func (r returning) Buy(ctx context.Context, b BuyRequest) (Label, error) {
	return r.labeler.BuyReturn(ctx, b)
}
