package oms_test

import (
	"context"
	"errors"

	"github.com/go-oms/oms/fulfillment"
	"github.com/go-oms/oms/payment"
	gateway "github.com/go-oms/oms/payment/sandbox"
)

// counter is the gateway of both tenants: it listens to what it is asked, sends each
// to an account of his own and puts his canaries into every text of the answer.
type counter struct{ shop *twinned }

func (c counter) serve(request any, ask func(*gateway.Gateway) (payment.Result, error)) (payment.Result, error) {
	text := spell(request)
	t := c.shop.whose(text)
	t.say("what the gateway is asked", text)
	result, err := ask(t.card)
	return t.answered(result), t.failed(err)
}

// answered puts the tenant's canaries into a gateway's answer.
func (t *tenant) answered(r payment.Result) payment.Result {
	r.Method = t.canary("gateway/method")
	r.Opaque = []byte(t.canary("gateway/opaque"))
	if r.Action != nil {
		r.Action.URL = "https://sandbox.invalid/" + t.mark
		r.Action.Fields = map[string]string{"say": t.canary("gateway/field")}
	}
	if r.Decline != nil {
		r.Decline.GatewayCode, r.Decline.Message = t.canary("gateway/code"), t.canary("gateway/message")
	}
	return r
}

func (t *tenant) failed(err error) error {
	var of *payment.GatewayError
	if errors.As(err, &of) {
		of.Code, of.Err = t.mark, errors.New(t.mark+" said the gateway")
	}
	return err
}

func (c counter) Capabilities() payment.Capabilities { return c.shop.north.card.Capabilities() }

func (c counter) Authorize(ctx context.Context, r payment.AuthorizeRequest) (payment.Result, error) {
	return c.serve(r, func(g *gateway.Gateway) (payment.Result, error) { return g.Authorize(ctx, r) })
}

func (c counter) Capture(ctx context.Context, r payment.CaptureRequest) (payment.Result, error) {
	return c.serve(r, func(g *gateway.Gateway) (payment.Result, error) { return g.Capture(ctx, r) })
}

func (c counter) Void(ctx context.Context, r payment.VoidRequest) (payment.Result, error) {
	return c.serve(r, func(g *gateway.Gateway) (payment.Result, error) { return g.Void(ctx, r) })
}

func (c counter) Refund(ctx context.Context, r payment.RefundRequest) (payment.Result, error) {
	return c.serve(r, func(g *gateway.Gateway) (payment.Result, error) { return g.Refund(ctx, r) })
}

func (c counter) Payout(ctx context.Context, r payment.PayoutRequest) (payment.Result, error) {
	return c.serve(r, func(g *gateway.Gateway) (payment.Result, error) { return g.Payout(ctx, r) })
}

func (c counter) Continue(ctx context.Context, r payment.ContinueRequest) (payment.Result, error) {
	return c.serve(r, func(g *gateway.Gateway) (payment.Result, error) { return g.Continue(ctx, r) })
}

func (c counter) Lookup(ctx context.Context, r payment.LookupRequest) (payment.Snapshot, error) {
	var s payment.Snapshot
	result, err := c.serve(r, func(g *gateway.Gateway) (_ payment.Result, err error) {
		s, err = g.Lookup(ctx, r)
		return s.Result, err
	})
	s.Result = result
	return s, err
}

func (c counter) ParseWebhook(ctx context.Context, d payment.Delivery) ([]payment.Report, error) {
	t := c.shop.whose(spell(d))
	reports, err := t.card.ParseWebhook(ctx, d)
	for i := range reports {
		reports[i].Method, reports[i].Note = t.canary("report/method"), t.canary("report/note")
		if reports[i].Decline != nil {
			reports[i].Decline.Message = t.canary("report/message")
		}
	}
	return reports, err
}

func (c counter) Acknowledge(err error) payment.Acknowledgement {
	return c.shop.north.card.Acknowledge(err)
}

// dispatch is the carrier of both tenants, and listens like counter.
type dispatch struct{ shop *twinned }

func (d dispatch) hear(request any) *tenant {
	text := spell(request)
	t := d.shop.whose(text)
	t.say("what the carrier is asked", text)
	return t
}

// told puts the tenant's canary into an error of the carrier.
func (t *tenant) told(err error) error {
	var of *fulfillment.CarrierError
	if errors.As(err, &of) {
		of.Message, of.Err = t.mark+" said the carrier", nil
	}
	return err
}

func (d dispatch) Capabilities() fulfillment.Capabilities { return d.shop.north.post.Capabilities() }

func (d dispatch) Rates(ctx context.Context, c fulfillment.Consignment) ([]fulfillment.Rate, []fulfillment.Problem, error) {
	return d.hear(c).post.Rates(ctx, c)
}

func (d dispatch) Buy(ctx context.Context, r fulfillment.BuyRequest) (fulfillment.Label, error) {
	t := d.hear(r)
	label, err := t.post.Buy(ctx, r)
	label.URL = t.canary("label/url")
	return label, t.told(err)
}

func (d dispatch) BuyReturn(ctx context.Context, r fulfillment.BuyRequest) (fulfillment.Label, error) {
	t := d.hear(r)
	label, err := t.post.BuyReturn(ctx, r)
	label.URL = t.canary("return label/url")
	return label, t.told(err)
}

func (d dispatch) Void(ctx context.Context, labelRef string) (fulfillment.VoidResult, error) {
	return d.hear(labelRef).post.Void(ctx, labelRef)
}

func (d dispatch) Track(ctx context.Context, tracking string) ([]fulfillment.Scan, error) {
	return d.hear(tracking).post.Track(ctx, tracking)
}

func (d dispatch) Find(ctx context.Context, reference string) ([]fulfillment.Label, error) {
	return d.hear(reference).post.Find(ctx, reference)
}
