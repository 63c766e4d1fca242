package paymenttest_test

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/payment"
	"github.com/go-oms/oms/payment/sandbox"
)

// request is any request that moves money.
type request struct {
	kind   payment.Kind
	id     payment.Identity
	amount money.Money
	source string
	of     string
}

// broken is a sandbox with one fault. A hook that is nil is no fault.
type broken struct {
	*sandbox.Gateway
	caps     func(payment.Capabilities) payment.Capabilities
	in       func(ctx *context.Context, r *request)
	out      func(b *broken, r request, result *payment.Result, err *error)
	lookup   func(b *broken, r *payment.LookupRequest, found *payment.Snapshot)
	resume   func(b *broken, r payment.ContinueRequest, result *payment.Result)
	parse    func(b *broken, d *payment.Delivery)
	parsed   func(reports *[]payment.Report, err *error)
	answered func(a *payment.Acknowledgement)
	asked    []request
}

func (b *broken) Capabilities() payment.Capabilities {
	c := b.Gateway.Capabilities()
	if b.caps != nil {
		c = b.caps(c)
	}
	return c
}

// send is the sandbox's own way, without the fault.
func (b *broken) send(ctx context.Context, r request) (payment.Result, error) {
	switch r.kind {
	case payment.Authorize, payment.Sale:
		return b.Gateway.Authorize(ctx, payment.AuthorizeRequest{
			Op: r.id, Amount: r.amount, Capture: r.kind == payment.Sale, Source: r.source,
		})
	case payment.Capture:
		return b.Gateway.Capture(ctx, payment.CaptureRequest{Op: r.id, Amount: r.amount, Of: r.of})
	case payment.Void:
		return b.Gateway.Void(ctx, payment.VoidRequest{Op: r.id, Amount: r.amount, Of: r.of})
	case payment.Refund:
		return b.Gateway.Refund(ctx, payment.RefundRequest{Op: r.id, Amount: r.amount, Of: r.of})
	default:
		return b.Gateway.Payout(ctx, payment.PayoutRequest{Op: r.id, Amount: r.amount, Source: r.source})
	}
}

func (b *broken) serve(ctx context.Context, r request) (payment.Result, error) {
	given := r
	if b.in != nil {
		b.in(&ctx, &r)
	}
	result, err := b.send(ctx, r)
	if b.out != nil {
		b.out(b, given, &result, &err)
	}
	return result, err
}

func (b *broken) Authorize(ctx context.Context, r payment.AuthorizeRequest) (payment.Result, error) {
	kind := payment.Authorize
	if r.Capture {
		kind = payment.Sale
	}
	return b.serve(ctx, request{kind: kind, id: r.Op, amount: r.Amount, source: r.Source})
}

func (b *broken) Capture(ctx context.Context, r payment.CaptureRequest) (payment.Result, error) {
	return b.serve(ctx, request{kind: payment.Capture, id: r.Op, amount: r.Amount, of: r.Of})
}

func (b *broken) Void(ctx context.Context, r payment.VoidRequest) (payment.Result, error) {
	return b.serve(ctx, request{kind: payment.Void, id: r.Op, amount: r.Amount, of: r.Of})
}

func (b *broken) Refund(ctx context.Context, r payment.RefundRequest) (payment.Result, error) {
	return b.serve(ctx, request{kind: payment.Refund, id: r.Op, amount: r.Amount, of: r.Of})
}

func (b *broken) Payout(ctx context.Context, r payment.PayoutRequest) (payment.Result, error) {
	return b.serve(ctx, request{kind: payment.Payout, id: r.Op, amount: r.Amount, source: r.Source})
}

func (b *broken) Lookup(ctx context.Context, r payment.LookupRequest) (payment.Snapshot, error) {
	found, err := b.Gateway.Lookup(ctx, r)
	if b.lookup != nil && err == nil {
		b.lookup(b, &r, &found)
	}
	return found, err
}

func (b *broken) Continue(ctx context.Context, r payment.ContinueRequest) (payment.Result, error) {
	result, err := b.Gateway.Continue(ctx, r)
	if b.resume != nil && err == nil {
		b.resume(b, r, &result)
	}
	return result, err
}

func (b *broken) ParseWebhook(ctx context.Context, d payment.Delivery) ([]payment.Report, error) {
	if b.parse != nil {
		b.parse(b, &d)
	}
	reports, err := b.Gateway.ParseWebhook(ctx, d)
	if b.parsed != nil {
		b.parsed(&reports, &err)
	}
	return reports, err
}

func (b *broken) Acknowledge(err error) payment.Acknowledgement {
	a := b.Gateway.Acknowledge(err)
	if b.answered != nil {
		b.answered(&a)
	}
	return a
}

// anew gives a request a key of its own.
func anew(r request) request {
	r.id.ID = uuid.New()
	return r
}

// instead turns every refusal of a kind into a success, with the money moved.
func instead(kind, by payment.Kind) func(*broken, request, *payment.Result, *error) {
	return func(b *broken, r request, result *payment.Result, err *error) {
		if r.kind != kind || *err == nil || payment.OutcomeOf(*err) != payment.Refused {
			return
		}
		again := anew(r)
		again.kind, again.source = by, "tok_visa"
		if *result, *err = b.send(context.Background(), again); *err != nil {
			*result, *err = payment.Result{State: payment.Succeeded, Ref: "made-up", Amount: r.amount}, nil
		}
	}
}

// sale is a sale of that amount that nobody asked for.
func (b *broken) sale(amount money.Money) {
	extra := anew(request{kind: payment.Sale, amount: amount, source: "tok_visa"})
	if _, err := b.send(context.Background(), extra); err != nil {
		panic(err)
	}
}

var errForeign = errors.New("foreign")
