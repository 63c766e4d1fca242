package sim

import (
	"context"
	"errors"
	"time"

	"github.com/go-oms/oms/payment"
	gateway "github.com/go-oms/oms/payment/sandbox"
)

var (
	_ payment.Gateway   = (*card)(nil)
	_ payment.Continuer = (*card)(nil)
	_ payment.Receiver  = (*card)(nil)
	_ payment.Payouter  = (*card)(nil)
)

// card is the gateway as a process sees it: the sandbox keeps the books, and what the
// way there and back does to a call is drawn from the seed.
type card struct {
	w *world
	*gateway.Gateway
}

var (
	errWay = errors.New("sim: no answer from the gateway")

	callFaults  = []Fault{GatewayUnsent, GatewayLost, GatewaySilent, GatewayCrash, GatewayDone}
	takeFaults  = append([]Fault{GatewayDecline, GatewayWaits}, callFaults...)
	lookFaults  = []Fault{GatewayUnsent, LookupLost, GatewayCrash}
	goonFaults  = []Fault{GatewayUnsent, GatewaySilent, GatewayCrash, GatewayDone}
	carriesOn   = []Fault{CarrierUnsent, CarrierRefuses, CarrierLost, CarrierSilent, CarrierCrash, CarrierDone}
	asksCarrier = []Fault{CarrierUnsent, CarrierLost, CarrierCrash}
)

// timeout is how long an adapter tries to reach its gateway or carrier: a request that
// its process held up for longer never arrives.
const timeout = 30 * time.Second

// visit is one call of the gateway; kind says what a scripted step is for.
func visit[R any](w *world, kind payment.Kind, id payment.Identity, faults []Fault, do func() (R, error)) (R, error) {
	var none R
	begun := w.now
	w.point()
	if w.now.Sub(begun) > timeout {
		return none, errWay
	}
	f := w.swarm.one(faults)
	switch f {
	case GatewayUnsent:
		w.note("gateway", string(kind), string(f))
		return none, &payment.GatewayError{Op: kind, Outcome: payment.NotSent, Reason: payment.ReasonUnavailable}
	case GatewayLost, LookupLost:
		w.note("gateway", string(kind), string(f))
		return none, errWay
	case GatewayCrash:
		w.crash()
	case GatewayDecline:
		w.card.Script(kind, gateway.Step{Decline: payment.DeclineFunds})
	case GatewayWaits:
		w.card.Script(kind, gateway.Step{Pending: true})
	}
	answer, err := do()
	w.note("gateway", string(kind), id.Key(), string(f), text(err))
	if f == GatewayDone {
		w.crash()
	}
	w.point()
	if f == GatewaySilent {
		return none, errWay
	}
	return answer, err
}

func text(err error) string {
	if err == nil {
		return "done"
	}
	return err.Error()
}

func (c *card) Authorize(ctx context.Context, r payment.AuthorizeRequest) (payment.Result, error) {
	kind := payment.Authorize
	if r.Capture {
		kind = payment.Sale
	}
	return visit(c.w, kind, r.Op, takeFaults, func() (payment.Result, error) { return c.Gateway.Authorize(ctx, r) })
}

func (c *card) Capture(ctx context.Context, r payment.CaptureRequest) (payment.Result, error) {
	return visit(c.w, payment.Capture, r.Op, takeFaults, func() (payment.Result, error) { return c.Gateway.Capture(ctx, r) })
}

func (c *card) Void(ctx context.Context, r payment.VoidRequest) (payment.Result, error) {
	return visit(c.w, payment.Void, r.Op, callFaults, func() (payment.Result, error) { return c.Gateway.Void(ctx, r) })
}

func (c *card) Refund(ctx context.Context, r payment.RefundRequest) (payment.Result, error) {
	return visit(c.w, payment.Refund, r.Op, takeFaults, func() (payment.Result, error) { return c.Gateway.Refund(ctx, r) })
}

func (c *card) Payout(ctx context.Context, r payment.PayoutRequest) (payment.Result, error) {
	return visit(c.w, payment.Payout, r.Op, callFaults, func() (payment.Result, error) { return c.Gateway.Payout(ctx, r) })
}

func (c *card) Lookup(ctx context.Context, r payment.LookupRequest) (payment.Snapshot, error) {
	return visit(c.w, "lookup", r.Op, lookFaults, func() (payment.Snapshot, error) { return c.Gateway.Lookup(ctx, r) })
}

func (c *card) Continue(ctx context.Context, r payment.ContinueRequest) (payment.Result, error) {
	return visit(c.w, "continue", r.Op, goonFaults, func() (payment.Result, error) { return c.Gateway.Continue(ctx, r) })
}
