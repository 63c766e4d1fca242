package oms

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/payment"
	"github.com/go-oms/oms/storage"
)

// Payment takes or holds money for an order.
type Payment struct {
	Key     string `json:"-"`
	Version int64  `json:"version,omitempty"`
	Gateway string `json:"gateway"` // one of Config.Gateways, or GatewayAccount
	// Source is the payer's token at the gateway: never a card number. It is kept
	// apart from the books; the key's digest covers it.
	Source string `json:"-"`
	Method string `json:"method,omitempty"` // what the payer chose; the gateway may know better
	// Amount is what to take; the zero Money means everything that is still due.
	Amount money.Money `json:"amount,omitzero"`
	// Hold only authorizes the amount; Capture takes it later.
	Hold bool      `json:"hold,omitempty"`
	At   time.Time `json:"at,omitzero"`
}

// Paid is what became of a payment, capture or refund: the tender with the
// operation and the order after it.
type Paid struct {
	Order  *order.Order
	Tender *payment.Tender
	Op     payment.Op // the newest one, where an amount needed several
	// Action is what the payer has to do, such as a page to visit, when Op waits
	// for him.
	Action *payment.Action
}

// DeclinedError reports a payment that the gateway or bank declined. The decline
// is recorded. Its kind is fault.Rejected.
type DeclinedError struct {
	Tender  uuid.UUID
	Op      uuid.UUID
	Decline payment.Decline
}

func (e *DeclinedError) Error() string {
	text := "oms: declined: " + e.Decline.Code
	if e.Decline.Message != "" {
		text += ": " + e.Decline.Message
	}
	return text
}

// Fault returns fault.Rejected.
func (e *DeclinedError) Fault() fault.Kind { return fault.Rejected }

// opsResult is what commands that ask a gateway store under their key.
type opsResult struct {
	Order  uuid.UUID   `json:"order"`
	Tender uuid.UUID   `json:"tender"`
	Ops    []uuid.UUID `json:"ops"`
	// Done were settled by the command itself.
	Done []uuid.UUID `json:"done,omitempty"`
}

// kind is the type of the order's event about the operations: those on account have
// succeeded already.
func (r opsResult) kind(started string) string {
	if len(r.Ops) == 0 && len(r.Done) > 0 {
		return "order." + PaymentSucceeded
	}
	return started
}

// Pay takes money for an order, or holds it. The intent is committed before the
// gateway is asked and its answer after; a decline is a *[DeclinedError]. When the
// answer is lost the error is of kind fault.Unknown: call again with the same key,
// or leave it to Run. An operation that waits for the gateway or the payer is no
// error: see Paid.Op.State.
func (c *Client) Pay(ctx context.Context, orderID uuid.UUID, p Payment) (*Paid, error) {
	if err := c.mayCallOut(); err != nil {
		return nil, err
	}
	caps := accountCaps()
	if p.Gateway != GatewayAccount {
		gateway, err := c.gateway(p.Gateway)
		if err != nil {
			return nil, err
		}
		caps = gateway.Capabilities()
	}
	body := struct {
		Order  uuid.UUID `json:"order"`
		Body   Payment   `json:"body"`
		Source string    `json:"source"`
	}{orderID, p, p.Source}
	req := request{name: "order.pay", key: p.Key, at: p.At, body: body}
	return c.ask(ctx, req, func(ctx context.Context, cmd event.Command) (opsResult, *draft, error) {
		d, err := c.open(ctx, orderID, p.Version, cmd, "")
		if err != nil {
			return opsResult{}, nil, err
		}
		result, err := d.pay(ctx, p, caps)
		return result, d, err
	})
}

// pay plans the payment as one that is being sent, and records it.
func (d *draft) pay(ctx context.Context, p Payment, caps payment.Capabilities) (opsResult, error) {
	if err := d.fire(order.ActionPay); err != nil {
		return opsResult{}, err
	}
	amount, err := d.payable(p.Amount)
	if err != nil {
		return opsResult{}, err
	}
	if p.Gateway == GatewayAccount {
		owner, err := d.borrow(ctx, amount)
		if err != nil {
			return opsResult{}, err
		}
		p.Method, p.Source = owner.String(), ""
	}
	t, err := payment.New(d.order.ID, p.Gateway, amount, p.Source, d.cmd)
	if err != nil {
		return opsResult{}, err
	}
	t.Method = p.Method
	plan := t.PlanSale
	if p.Hold {
		plan = t.PlanAuthorize
	}
	op, err := plan(amount, caps, d.cmd)
	if err != nil {
		return opsResult{}, err
	}
	td, result := d.addTender(t), opsResult{Order: t.OrderID}
	if err := d.start(td, []payment.Op{op}, &result); err != nil {
		return opsResult{}, err
	}
	d.recordTender(td, asked(t, PaymentStarted))
	return result, d.conclude(result.kind(OrderPaymentStarted))
}

// payable is what may still be asked for: what is due less what is held, taken or
// being asked for. What was held and has lapsed is to be paid anew.
func (d *draft) payable(asked money.Money) (money.Money, error) {
	s, err := d.summary()
	if err != nil {
		return money.Money{}, err
	}
	lapsed, err := d.lapsed()
	if err != nil {
		return money.Money{}, err
	}
	left, err := money.Sum(d.order.Due(), s.Authorized.Neg(), s.AuthorizingNow.Neg(), s.Refunded, s.PaidOut, lapsed)
	if err != nil {
		return money.Money{}, err
	}
	switch {
	case left.Sign() <= 0:
		return money.Money{}, &payment.CapError{Kind: payment.Sale, Asked: asked, Allowed: money.Zero(d.order.Currency)}
	case asked == (money.Money{}):
		return left, nil
	case asked.Currency() != d.order.Currency:
		return money.Money{}, fault.Invalid("amount", asked, "an amount in "+string(d.order.Currency))
	case less(left, asked):
		return money.Money{}, &payment.CapError{Kind: payment.Sale, Asked: asked, Allowed: left}
	}
	return asked, nil
}

// Capture takes money that was authorized before.
type Capture struct {
	Key     string      `json:"-"`
	Version int64       `json:"version,omitempty"`
	Amount  money.Money `json:"amount,omitzero"` // the zero Money: all that is held, at most what is due
	At      time.Time   `json:"at,omitzero"`
}

// Capture takes authorized money of an order, the oldest tender first. Its answers
// are those of Pay.
func (c *Client) Capture(ctx context.Context, orderID uuid.UUID, p Capture) (*Paid, error) {
	if err := c.mayCallOut(); err != nil {
		return nil, err
	}
	body := orderBody[Capture]{orderID, p}
	req := request{name: "order.capture", key: p.Key, at: p.At, body: body}
	return c.ask(ctx, req, func(ctx context.Context, cmd event.Command) (opsResult, *draft, error) {
		d, err := c.open(ctx, orderID, p.Version, cmd, "")
		if err != nil {
			return opsResult{}, nil, err
		}
		if err := d.held(order.BlockCapture); err != nil {
			return opsResult{}, nil, err
		}
		result, err := d.capture(p.Amount)
		if err != nil {
			return opsResult{}, nil, err
		}
		return result, d, d.conclude(result.kind(OrderCaptureStarted))
	})
}

// capture plans captures over the tenders.
func (d *draft) capture(amount money.Money) (opsResult, error) {
	result := opsResult{Order: d.order.ID}
	if amount == (money.Money{}) {
		s, err := d.summary()
		if err != nil {
			return result, err
		}
		due, err := money.Sum(d.order.Due(), s.Kept().Neg(), s.CapturingNow.Neg())
		if err != nil {
			return result, err
		}
		amount = s.Held()
		if less(due, amount) {
			amount = due
		}
	}
	shares, err := payment.SplitCapture(d.payments(), amount, d.client.capsOf)
	if err != nil {
		return result, err
	}
	for _, share := range shares {
		t := d.tender(share.Tender.ID)
		caps := d.client.capsOf(t.tender)
		ops, err := t.tender.PlanCapture(share.Amount, caps, d.cmd)
		if err != nil {
			return result, err
		}
		if err := d.start(t, ops, &result); err != nil {
			return result, err
		}
		d.recordTender(t, asked(t.tender, PaymentCaptureStarted))
	}
	return result, nil
}

// start marks planned operations as being sent right after the commit. Those on account
// are settled by it.
func (d *draft) start(t *tenderDraft, ops []payment.Op, result *opsResult) error {
	result.Tender = t.tender.ID
	if t.tender.Gateway == GatewayAccount {
		d.settled(t, ops)
		for _, op := range ops {
			result.Done = append(result.Done, op.ID)
		}
		return nil
	}
	for _, op := range ops {
		if err := t.tender.Start(op.ID, payment.DoSend, d.client.capsOf(t.tender), d.cmd.Now); err != nil {
			return err
		}
		result.Ops = append(result.Ops, op.ID)
	}
	return nil
}

// tender finds one in the draft.
func (d *draft) tender(id uuid.UUID) *tenderDraft {
	for _, t := range d.tenders {
		if t.tender.ID == id {
			return t
		}
	}
	return nil
}

// Comeback is what a payer's browser brought back to the host.
type Comeback struct {
	Op     uuid.UUID  `json:"op"`
	Params url.Values `json:"params"`
}

// Continue takes a payment up again after the payer did what Paid.Action asked for.
// Repeating it answers the same.
func (c *Client) Continue(ctx context.Context, p Comeback) (*Paid, error) {
	c, leave, err := c.enter()
	if err != nil {
		return nil, err
	}
	defer leave()
	if err := c.authorize(ctx, "payment.continue"); err != nil {
		return nil, err
	}
	if err := c.mayCallOut(); err != nil {
		return nil, err
	}
	t, err := c.continued(ctx, p.Op)
	if err != nil {
		return nil, err
	}
	result := opsResult{Order: t.OrderID, Tender: t.ID, Ops: []uuid.UUID{p.Op}}
	if op := t.Op(p.Op); op.State.Final() {
		return c.paid(ctx, result, nil)
	}
	action, err := c.perform(ctx, call{tender: t.ID, op: p.Op}, payment.DoContinue, p.Params)
	if err != nil {
		return nil, err
	}
	return c.paid(ctx, result, action)
}

// continued finds the tender of an operation that the actor may go on with. Somebody
// else's is missing like one that does not exist: in words, and in the time it takes.
func (c *Client) continued(ctx context.Context, op uuid.UUID) (*payment.Tender, error) {
	t, err := c.store.TenderOf(ctx, op, "", "")
	if c.actor.Kind != event.Shopper || err != nil && !isNotFound(err) {
		return t, err
	}
	of := uuid.Nil
	if err == nil {
		of = t.OrderID
	}
	_, missing := c.load(ctx, of, 0)
	switch {
	case err != nil:
		return nil, err
	case isNotFound(missing):
		return nil, fault.NotFound("tender", "of operation "+op.String())
	}
	return t, missing
}

// Confirmation is what a person found out about an operation.
type Confirmation struct {
	Key   string               `json:"-"`
	Found payment.Confirmation `json:"found"`
	At    time.Time            `json:"at,omitzero"`
}

// Confirm records what a person found out about an operation: that a bank transfer
// has arrived, that a charge in doubt never took place.
func (c *Client) Confirm(ctx context.Context, op uuid.UUID, p Confirmation) (*Paid, error) {
	c, leave, err := c.enter()
	if err != nil {
		return nil, err
	}
	defer leave()
	if c, err = c.allow(ctx, "payment.confirm"); err != nil {
		return nil, err
	}
	t, err := c.store.TenderOf(ctx, op, "", "")
	if err != nil {
		return nil, err
	}
	if t.Gateway == GatewayAccount {
		return nil, fault.Invalid("op", op, "an operation of a gateway: those on account are settled by the books")
	}
	body := struct {
		Op   uuid.UUID    `json:"op"`
		Body Confirmation `json:"body"`
	}{op, p}
	req := request{name: "payment.confirm", key: p.Key, at: p.At, body: body}
	result := opsResult{Order: t.OrderID, Tender: t.ID, Ops: []uuid.UUID{op}}
	err = c.onTender(ctx, req, t.ID, func(d *draft, t *tenderDraft) (string, error) {
		report, err := t.tender.Confirm(op, p.Found, d.cmd)
		if err != nil {
			return "", err
		}
		t.tender.Record(report)
		return PaymentConfirmed, nil
	})
	if err != nil {
		return nil, err
	}
	paid, err := c.paid(ctx, result, nil)
	if paid == nil {
		return nil, unfinished(req.name, err)
	}
	return paid, err
}

// ask is a command that plans operations, commits them and then asks the gateways.
func (c *Client) ask(ctx context.Context, req request, plan func(context.Context, event.Command) (opsResult, *draft, error)) (*Paid, error) {
	c, leave, err := c.enter()
	if err != nil {
		return nil, err
	}
	defer leave()
	fresh := false
	result, err := do(ctx, c, req, flow[opsResult]{
		decide: func(ctx context.Context, cmd event.Command) (opsResult, *storage.Batch, error) {
			result, d, err := plan(ctx, cmd)
			if err != nil {
				return result, nil, err
			}
			fresh = true
			return result, d.finish(jsonResult(result)), nil
		},
		replay: func(ctx context.Context, stored []byte) (opsResult, error) {
			fresh = false
			return jsonReplay[opsResult](ctx, stored)
		},
	})
	if err != nil {
		return nil, err
	}
	var action *payment.Action
	for _, op := range result.Ops {
		var asked *payment.Action
		if fresh {
			asked, err = c.perform(ctx, call{op: op}, payment.DoSend, nil)
		} else {
			asked, err = c.resume(ctx, op)
		}
		if err != nil {
			return nil, unfinished(req.name, err)
		}
		if asked != nil {
			action = asked
		}
	}
	paid, err := c.paid(ctx, result, action)
	if paid == nil {
		return nil, unfinished(req.name, err)
	}
	return paid, err
}

// unfinished is the error of a command that was committed and then failed before
// anybody knew what came of it outside: Run goes on with it, whatever the reason, so
// that it must be called neither undone nor refused.
func unfinished(name string, err error) error {
	if fault.KindOf(err) == fault.Unknown {
		return err
	}
	return &fault.UnknownError{Op: "oms: " + name, Err: err}
}

// paid answers with how things stand, and with an error unless that is well.
func (c *Client) paid(ctx context.Context, r opsResult, action *payment.Action) (*Paid, error) {
	o, err := c.store.Order(ctx, r.Order)
	if err != nil {
		return nil, err
	}
	answer := &Paid{Order: o, Action: action}
	for _, id := range slices.Concat(r.Done, r.Ops) {
		t, err := c.store.TenderOf(ctx, id, "", "")
		if err != nil {
			return nil, err
		}
		answer.Tender, answer.Op = t, *t.Op(id)
		if err := opError(t, answer.Op); err != nil {
			return answer, err
		}
	}
	return answer, nil
}

// jsonResult encodes a small result; its types always have a JSON form.
func jsonResult(v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		panic("oms: a result without a JSON form: " + err.Error())
	}
	return data
}
