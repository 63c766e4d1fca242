package sim

import (
	"context"

	"github.com/go-oms/oms/fulfillment"
	carrier "github.com/go-oms/oms/fulfillment/sandbox"
)

var _ fulfillment.Carrier = (*post)(nil)

// post is the carrier as a process sees it, as card is the gateway.
type post struct {
	w *world
	*carrier.Carrier
}

// errand is one call of the carrier.
func errand[R any](w *world, op string, faults []Fault, do func() (R, error)) (R, error) {
	var none R
	begun := w.now
	w.point()
	if w.now.Sub(begun) > timeout {
		return none, &fulfillment.CarrierError{Op: op, Outcome: fulfillment.Unknown, Reason: fulfillment.ReasonLost}
	}
	f := w.swarm.one(faults)
	switch f {
	case CarrierUnsent:
		w.note("carrier", op, string(f))
		return none, &fulfillment.CarrierError{Op: op, Outcome: fulfillment.NotSent, Reason: fulfillment.ReasonUnreachable}
	case CarrierRefuses:
		w.note("carrier", op, string(f))
		return none, &fulfillment.CarrierError{Op: op, Outcome: fulfillment.Refused, Reason: fulfillment.ReasonDeclined}
	case CarrierLost:
		w.note("carrier", op, string(f))
		return none, &fulfillment.CarrierError{Op: op, Outcome: fulfillment.Unknown, Reason: fulfillment.ReasonLost}
	case CarrierCrash:
		w.crash()
	}
	answer, err := do()
	w.note("carrier", op, string(f), text(err))
	if f == CarrierDone {
		w.crash()
	}
	w.point()
	if f == CarrierSilent {
		return none, &fulfillment.CarrierError{Op: op, Outcome: fulfillment.Unknown, Reason: fulfillment.ReasonLost}
	}
	return answer, err
}

func (p *post) Buy(ctx context.Context, r fulfillment.BuyRequest) (fulfillment.Label, error) {
	return errand(p.w, "buy", carriesOn, func() (fulfillment.Label, error) {
		label, err := p.Carrier.Buy(ctx, r)
		if err == nil {
			p.w.labels[label.Tracking] = label.Ref
		}
		return label, err
	})
}

func (p *post) Void(ctx context.Context, ref string) (fulfillment.VoidResult, error) {
	return errand(p.w, "void", carriesOn, func() (fulfillment.VoidResult, error) { return p.Carrier.Void(ctx, ref) })
}

func (p *post) Track(ctx context.Context, tracking string) ([]fulfillment.Scan, error) {
	return errand(p.w, "track", asksCarrier, func() ([]fulfillment.Scan, error) { return p.Carrier.Track(ctx, tracking) })
}

func (p *post) Find(ctx context.Context, reference string) ([]fulfillment.Label, error) {
	return errand(p.w, "find", asksCarrier, func() ([]fulfillment.Label, error) { return p.Carrier.Find(ctx, reference) })
}
