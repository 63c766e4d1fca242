package sandbox

import (
	"context"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/payment"
)

// firstCall reports whether this is the first call of the operation, for the tokens
// that treat that one differently.
func (g *Gateway) firstCall(r request) (first bool) {
	switch r.source {
	case TokenLost, TokenLostBefore, TokenUnreachable:
		first = !g.seen[r.op]
		g.seen[r.op] = true
	}
	return first
}

// remembered is what is kept under the key, nil when nothing is, or not any more.
func (g *Gateway) remembered(op uuid.UUID) *record {
	rec := g.byID[op]
	if rec == nil || g.caps.KeyTTL <= 0 || g.moment().Sub(rec.at) >= g.caps.KeyTTL {
		return nil
	}
	return rec
}

// work carries a request out, or answers what came of the same one before.
func (g *Gateway) work(id payment.Identity, r request, step Step) (payment.Result, error) {
	if rec := g.remembered(r.op); rec != nil {
		if rec.request != r {
			return payment.Result{}, refuse(r.kind, payment.ReasonKeyReused)
		}
		return clone(rec.result), nil
	}
	if g.caps.Check(r.amount) != nil {
		reason := payment.ReasonCurrency
		if r.amount.Sign() <= 0 {
			reason = payment.ReasonAmount
		}
		return payment.Result{}, refuse(r.kind, reason)
	}
	of, reason := g.parent(r)
	if reason != "" {
		return payment.Result{}, refuse(r.kind, reason)
	}
	rec := g.keep(r, of)
	rec.result = payment.Result{
		State: payment.Succeeded, Ref: g.ref(r), Amount: r.amount, Method: "card", At: rec.at,
	}
	g.byRef[rec.result.Ref] = rec
	if step.Settle != (money.Money{}) {
		rec.result.Amount = step.Settle
	}
	rec.enter(id, g)
	g.decide(rec, step)
	return clone(rec.result), nil
}

func (g *Gateway) keep(r request, of *record) *record {
	rec := &record{request: r, at: g.moment(), of: of}
	if of != nil {
		rec.charge = of.charge
		of.children = append(of.children, rec)
	}
	g.records = append(g.records, rec)
	g.byID[r.op] = rec
	return rec
}

// enter makes the charge that an operation begins.
func (r *record) enter(id payment.Identity, g *Gateway) {
	if r.of != nil {
		return
	}
	zero := money.Zero(r.request.amount.Currency())
	r.charge = &Charge{
		Ref: r.result.Ref, Op: id.ID, Order: id.Order, Source: r.request.source,
		Authorized: zero, Captured: zero, Refunded: zero, Voided: zero, PaidOut: zero,
	}
	g.charges = append(g.charges, r.charge)
}

func (g *Gateway) decide(rec *record, step Step) {
	switch {
	case step.Decline != "":
		g.decline(rec, step.Decline)
	case step.Pending:
		rec.result.State = payment.Waiting
		g.tell(rec)
	case rec.request.source == TokenAction && rec.of == nil && rec.request.kind != payment.Payout:
		rec.result.State = payment.ActionRequired
		rec.result.Action = &payment.Action{
			Kind: payment.Redirect, URL: "https://sandbox.invalid/pay/" + rec.result.Ref,
		}
		g.tell(rec)
	default:
		g.succeed(rec)
	}
}

// parent finds what a capture, void or refund refers to and says why it cannot.
func (g *Gateway) parent(r request) (*record, payment.Reason) {
	switch r.kind {
	case payment.Authorize, payment.Sale, payment.Payout:
		return nil, ""
	}
	of := g.byRef[r.of]
	switch {
	case of == nil:
		return nil, payment.ReasonNotFound
	case of.result.State != payment.Succeeded:
		return nil, payment.ReasonState
	case of.request.amount.Currency() != r.amount.Currency():
		return nil, payment.ReasonCurrency
	}
	if r.kind == payment.Refund {
		return of, g.refusesRefund(of, r)
	}
	return of, g.refusesHeld(of, r)
}

func (g *Gateway) refusesHeld(of *record, r request) payment.Reason {
	captured := of.has(payment.Capture)
	switch {
	case of.request.kind != payment.Authorize:
		return payment.ReasonState
	case r.kind == payment.Capture && !of.charge.Until.After(g.moment()):
		return payment.ReasonState
	case r.kind == payment.Capture && captured && !g.caps.MultipleCaptures:
		return payment.ReasonState
	case r.kind == payment.Capture && r.amount != of.result.Amount && !g.caps.PartialCapture:
		return payment.ReasonAmount
	case r.kind == payment.Void && captured && !g.caps.VoidRest:
		return payment.ReasonState
	}
	return of.refusesAmount(r.amount)
}

func (g *Gateway) refusesRefund(of *record, r request) payment.Reason {
	switch {
	case !g.caps.Refund:
		return payment.ReasonUnsupported
	case of.request.kind != payment.Capture && of.request.kind != payment.Sale:
		return payment.ReasonState
	case r.amount != of.result.Amount && !g.caps.PartialRefund:
		return payment.ReasonAmount
	}
	return of.refusesAmount(r.amount)
}

// refusesAmount compares with what is left; what waits counts as gone.
func (r *record) refusesAmount(amount money.Money) payment.Reason {
	left := r.result.Amount
	for _, child := range r.children {
		if s := child.result.State; s == payment.Succeeded || !s.Final() {
			left = subtract(left, child.result.Amount)
		}
	}
	if left.Sign() <= 0 {
		return payment.ReasonState
	}
	if order, err := amount.Cmp(left); err != nil || order > 0 {
		return payment.ReasonAmount
	}
	return ""
}

func (r *record) has(kind payment.Kind) bool {
	for _, child := range r.children {
		if s := child.result.State; child.request.kind == kind && (s == payment.Succeeded || !s.Final()) {
			return true
		}
	}
	return false
}

func (g *Gateway) succeed(rec *record) {
	rec.result.State, rec.result.Action, rec.result.Decline = payment.Succeeded, nil, nil
	rec.result.At = g.moment()
	c, amount := rec.charge, rec.result.Amount
	switch rec.request.kind {
	case payment.Authorize:
		c.Authorized = add(c.Authorized, amount)
		c.Until = g.moment().Add(g.hold)
		rec.result.AuthorizedUntil = c.Until
	case payment.Sale:
		c.Authorized, c.Captured = add(c.Authorized, amount), add(c.Captured, amount)
	case payment.Capture:
		c.Captured = add(c.Captured, amount)
	case payment.Void:
		c.Voided = add(c.Voided, amount)
	case payment.Refund:
		c.Refunded = add(c.Refunded, amount)
	case payment.Payout:
		c.PaidOut = add(c.PaidOut, amount)
	}
	g.tell(rec)
}

func (g *Gateway) decline(rec *record, code string) {
	rec.result.State, rec.result.Action = payment.Declined, nil
	rec.result.Decline = &payment.Decline{Code: code, Retry: retryOf(code), GatewayCode: "sandbox_" + code}
	rec.result.At = g.moment()
	g.tell(rec)
}

func (g *Gateway) settle(rec *record) {
	if rec.result.State != payment.Waiting {
		return
	}
	if rec.request.source == TokenPendingDeclined {
		g.decline(rec, payment.DeclineGeneric)
		return
	}
	g.succeed(rec)
}

// Settle brings a waiting operation to its verdict, as a bank does overnight, and
// queues the webhook. It reports whether there was one.
func (g *Gateway) Settle(op uuid.UUID) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	rec := g.byID[op]
	if rec == nil || rec.result.State != payment.Waiting {
		return false
	}
	g.settle(rec)
	return true
}

// SettleAll brings every waiting operation to its verdict, the oldest first, and
// returns how many there were.
func (g *Gateway) SettleAll() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	n := 0
	for _, rec := range g.records {
		if rec.result.State == payment.Waiting {
			g.settle(rec)
			n++
		}
	}
	return n
}

// Continue takes up an operation whose payer is back. The parameter result=failed
// means that the payer could not prove who he is.
func (g *Gateway) Continue(ctx context.Context, r payment.ContinueRequest) (payment.Result, error) {
	if err := ctx.Err(); err != nil {
		return payment.Result{}, &payment.GatewayError{Outcome: payment.NotSent, Err: err}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	rec := g.byID[r.Op.ID]
	switch {
	case !g.caps.Continues:
		return payment.Result{}, refuse("", payment.ReasonUnsupported)
	case rec == nil:
		return payment.Result{}, refuse("", payment.ReasonNotFound)
	case rec.result.State == payment.ActionRequired && r.Params.Get("result") == "failed":
		g.decline(rec, payment.DeclineAuthFailed)
	case rec.result.State == payment.ActionRequired:
		g.succeed(rec)
	}
	return clone(rec.result), nil
}

// ref makes the gateway's id of an operation out of the operation's own, so that
// it does not depend on who came first.
func (g *Gateway) ref(r request) string {
	ref := "sbx_" + string(r.kind) + "_" + strings.ReplaceAll(r.op.String(), "-", "")
	if g.byRef[ref] == nil {
		return ref
	}
	for n := 2; ; n++ { // the key was forgotten and the same request came again
		if again := ref + "_" + strconv.Itoa(n); g.byRef[again] == nil {
			return again
		}
	}
}

func clone(r payment.Result) payment.Result {
	if r.Action != nil {
		action := *r.Action
		r.Action = &action
	}
	if r.Decline != nil {
		decline := *r.Decline
		r.Decline = &decline
	}
	return r
}

// add and subtract leave the books as they are when the sum would leave the range
// of package money.
func add(a, b money.Money) money.Money {
	if sum, err := a.Add(b); err == nil {
		return sum
	}
	return a
}

func subtract(a, b money.Money) money.Money { return add(a, b.Neg()) }
