package manual

import (
	"context"
	"maps"

	"github.com/go-oms/oms/payment"
)

// Gateway answers for a person. It is safe for concurrent use.
type Gateway struct {
	method string
	caps   payment.Capabilities
	state  payment.State // of a request that moves money
	fields map[string]string
}

// Cash returns the gateway of money that changes hands at once.
func Cash() *Gateway {
	return &Gateway{method: "cash", state: payment.Succeeded, caps: payment.Capabilities{
		Sales: true, Refund: true, PartialRefund: true, Payouts: true,
		Synchronous: true, KeyTTL: payment.Forever,
	}}
}

// BankTransfer returns the gateway of transfers that somebody looks for in an
// account. The fields tell the payer where to, such as {"iban": "…"}; the field
// "reference" is added to them: the order's number, or the operation's id without one.
func BankTransfer(fields map[string]string) *Gateway {
	return &Gateway{method: "bank_transfer", state: payment.Waiting, fields: own(fields), caps: payment.Capabilities{
		Sales: true, Refund: true, PartialRefund: true, Payouts: true, KeyTTL: payment.Forever,
	}}
}

// Invoice returns the gateway of orders that are paid later. The fields tell the
// payer the terms, such as {"terms": "30 days net"}; the field "reference" is added
// as with a BankTransfer.
func Invoice(fields map[string]string) *Gateway {
	return &Gateway{method: "invoice", state: payment.Succeeded, fields: own(fields), caps: payment.Capabilities{
		Holds: true, Refund: true, PartialCapture: true, MultipleCaptures: true, VoidRest: true, PartialRefund: true,
		Synchronous: true, KeyTTL: payment.Forever,
	}}
}

// own returns a copy that is never nil.
func own(fields map[string]string) map[string]string {
	if fields == nil {
		return map[string]string{}
	}
	return maps.Clone(fields)
}

// Capabilities says what the gateway can do. It cannot be asked, so nothing but a
// person ends what waits.
func (g *Gateway) Capabilities() payment.Capabilities { return g.caps }

// Authorize takes a promise to pay, or the payment itself.
func (g *Gateway) Authorize(ctx context.Context, r payment.AuthorizeRequest) (payment.Result, error) {
	kind, able := payment.Authorize, g.caps.Holds
	if r.Capture {
		kind, able = payment.Sale, g.caps.Sales
	}
	result, err := g.answer(ctx, kind, able, r.Op, request{r.Amount, true})
	if err == nil && g.fields != nil {
		result.Action = g.instructions(r.Op)
	}
	return result, err
}

// Capture records that an invoice was paid.
func (g *Gateway) Capture(ctx context.Context, r payment.CaptureRequest) (payment.Result, error) {
	return g.answer(ctx, payment.Capture, g.caps.Holds, r.Op, request{r.Amount, r.Of != ""})
}

// Void takes an invoice back.
func (g *Gateway) Void(ctx context.Context, r payment.VoidRequest) (payment.Result, error) {
	return g.answer(ctx, payment.Void, g.caps.Holds, r.Op, request{r.Amount, r.Of != ""})
}

// Refund gives a payment back.
func (g *Gateway) Refund(ctx context.Context, r payment.RefundRequest) (payment.Result, error) {
	return g.answer(ctx, payment.Refund, g.caps.Refund, r.Op, request{r.Amount, r.Of != ""})
}

// Payout gives money without a payment to refer to.
func (g *Gateway) Payout(ctx context.Context, r payment.PayoutRequest) (payment.Result, error) {
	return g.answer(ctx, payment.Payout, g.caps.Payouts, r.Op, request{r.Amount, true})
}

// Lookup is refused: there is nothing outside to look at.
func (g *Gateway) Lookup(context.Context, payment.LookupRequest) (payment.Snapshot, error) {
	return payment.Snapshot{}, &payment.GatewayError{Outcome: payment.Refused, Reason: payment.ReasonUnsupported}
}
