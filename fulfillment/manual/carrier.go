package manual

import (
	"context"
	"fmt"

	"github.com/go-oms/oms/fulfillment"
)

// Carrier is the manual carrier. Its zero value wants a tracking number for every
// shipment. It holds no state and is safe for concurrent use.
type Carrier struct {
	// Untracked also accepts shipments without a number: letters, own vans.
	Untracked bool
}

// New returns a carrier that wants a tracking number for every shipment.
func New() Carrier { return Carrier{} }

// NewUntracked returns a carrier that accepts shipments without a number.
func NewUntracked() Carrier { return Carrier{Untracked: true} }

// Capabilities returns what it can do: sell the same label for the same request.
func (c Carrier) Capabilities() fulfillment.Capabilities {
	return fulfillment.Capabilities{Idempotent: true}
}

// Rates is not supported.
func (c Carrier) Rates(context.Context, fulfillment.Consignment) ([]fulfillment.Rate, []fulfillment.Problem, error) {
	return nil, nil, refused("rates", fulfillment.ReasonUnsupported, "there is no price list")
}

// Buy returns a label with the typed tracking number and without a cost. Its Ref is
// the reference.
func (c Carrier) Buy(ctx context.Context, r fulfillment.BuyRequest) (fulfillment.Label, error) {
	if err := ctx.Err(); err != nil {
		return fulfillment.Label{}, &fulfillment.CarrierError{
			Op: "buy", Outcome: fulfillment.NotSent, Reason: fulfillment.ReasonUnreachable, Err: err,
		}
	}
	switch {
	case r.Reference == "":
		return fulfillment.Label{}, refused("buy", fulfillment.ReasonRequest, "no reference")
	case r.Tracking == "" && !c.Untracked:
		return fulfillment.Label{}, refused("buy", fulfillment.ReasonRequest, "type the tracking number")
	case len(r.Parcels) == 0:
		return fulfillment.Label{}, refused("buy", fulfillment.ReasonRequest, "no parcels")
	}
	for i, p := range r.Parcels {
		if err := p.Check(); err != nil {
			return fulfillment.Label{}, refused("buy", fulfillment.ReasonRequest, fmt.Sprintf("parcels[%d]: %v", i, err))
		}
	}
	return fulfillment.Label{Ref: r.Reference, Reference: r.Reference, Tracking: r.Tracking, Service: r.Service}, nil
}

// Void has nothing to give back.
func (c Carrier) Void(context.Context, string) (fulfillment.VoidResult, error) {
	return fulfillment.VoidNotApplicable, nil
}

// Track is not supported: nobody tells.
func (c Carrier) Track(context.Context, string) ([]fulfillment.Scan, error) {
	return nil, refused("track", fulfillment.ReasonUnsupported, "deliveries are recorded by people")
}

// Find knows nothing: what was typed is with the shipment.
func (c Carrier) Find(context.Context, string) ([]fulfillment.Label, error) { return nil, nil }

func refused(op string, reason fulfillment.Reason, message string) error {
	return &fulfillment.CarrierError{Op: op, Outcome: fulfillment.Refused, Reason: reason, Message: message}
}
