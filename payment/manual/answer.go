package manual

import (
	"context"
	"maps"

	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/payment"
)

// request is what an answer depends on.
type request struct {
	amount money.Money
	refers bool // to what it must refer to
}

func (g *Gateway) answer(
	ctx context.Context, kind payment.Kind, able bool, id payment.Identity, r request,
) (payment.Result, error) {
	refused := func(reason payment.Reason, err error) (payment.Result, error) {
		return payment.Result{}, &payment.GatewayError{Op: kind, Outcome: payment.Refused, Reason: reason, Err: err}
	}
	if err := ctx.Err(); err != nil {
		return payment.Result{}, &payment.GatewayError{Op: kind, Outcome: payment.NotSent, Err: err}
	}
	if !able {
		return refused(payment.ReasonUnsupported, nil)
	}
	if err := g.caps.Check(r.amount); err != nil {
		return refused(payment.ReasonAmount, err)
	}
	if !r.refers {
		return refused(payment.ReasonNotFound, nil)
	}
	return payment.Result{
		State: g.state, Ref: g.method + ":" + id.Key(), Amount: r.amount, Method: g.method,
	}, nil
}

func (g *Gateway) instructions(id payment.Identity) *payment.Action {
	fields := maps.Clone(g.fields)
	fields["reference"] = id.Order
	if id.Order == "" {
		fields["reference"] = id.Key()
	}
	return &payment.Action{Kind: payment.Instructions, Fields: fields}
}
