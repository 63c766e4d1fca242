package sandbox

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/payment"
)

// Gateway is a payment gateway in memory. It is safe for concurrent use, and does
// the same whenever it is asked the same in the same order at the same times.
type Gateway struct {
	now    func() time.Time
	sleep  func(context.Context, time.Duration) error
	secret []byte
	caps   payment.Capabilities
	hold   time.Duration

	mu      sync.Mutex
	charges []*Charge
	records []*record             // all, in order
	byID    map[uuid.UUID]*record // those whose key lives
	byRef   map[string]*record
	seen    map[uuid.UUID]bool // operations of the tokens that count calls
	scripts map[payment.Kind][]Step
	queue   []notice
}

// Charge is how one payment stands in the gateway's own books.
type Charge struct {
	Ref        string
	Op         uuid.UUID // the operation that made it
	Order      string
	Source     string
	Authorized money.Money // voids not subtracted
	Captured   money.Money
	Refunded   money.Money
	Voided     money.Money
	PaidOut    money.Money
	Until      time.Time // when the authorization lapses; zero without one
}

// record is what the gateway keeps under a key.
type record struct {
	request  request
	at       time.Time
	looks    int
	result   payment.Result
	charge   *Charge
	of       *record // what a capture, void or refund refers to
	children []*record
}

// request is what two requests under one key must have in common.
type request struct {
	op     uuid.UUID
	kind   payment.Kind
	amount money.Money
	source string
	of     string
}

// Option changes a sandbox when it is made.
type Option func(*Gateway)

// WithClock gives the sandbox another clock than the system's.
func WithClock(now func() time.Time) Option { return func(g *Gateway) { g.now = now } }

// WithSleep replaces the waiting of slow answers, which is real otherwise. The
// function returns the context's error when that ends first.
func WithSleep(sleep func(context.Context, time.Duration) error) Option {
	return func(g *Gateway) { g.sleep = sleep }
}

// WithSecret sets the key that webhooks are signed with, "sandbox" otherwise.
func WithSecret(secret []byte) Option {
	return func(g *Gateway) { g.secret = slices.Clone(secret) }
}

// WithHold sets how long an authorization lasts, seven days otherwise.
func WithHold(hold time.Duration) Option { return func(g *Gateway) { g.hold = hold } }

// WithCapabilities lets change take capabilities away, or set KeyTTL, FindDelay
// and Currencies. The sandbox then behaves accordingly.
func WithCapabilities(change func(*payment.Capabilities)) Option {
	return func(g *Gateway) { change(&g.caps) }
}

// New returns a sandbox without payments. It can do everything that the package
// payment knows of, and remembers keys for a day.
func New(options ...Option) *Gateway {
	g := &Gateway{
		now: time.Now, sleep: sleep, secret: []byte("sandbox"), hold: 7 * 24 * time.Hour,
		caps: payment.Capabilities{
			Sales: true, Holds: true, Refund: true,
			PartialCapture: true, MultipleCaptures: true, VoidRest: true, PartialRefund: true,
			Payouts: true, Continues: true, Webhooks: true,
			LookupByID: true, LookupByRef: true,
			KeyTTL: 24 * time.Hour,
		},
		byID: map[uuid.UUID]*record{}, byRef: map[string]*record{}, seen: map[uuid.UUID]bool{}, scripts: map[payment.Kind][]Step{},
	}
	for _, o := range options {
		o(g)
	}
	return g
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// Capabilities says what the sandbox can do.
func (g *Gateway) Capabilities() payment.Capabilities { return g.caps }

// Charges returns the gateway's own books: every payment it took or was asked to
// take and accepted, oldest first.
func (g *Gateway) Charges() []Charge {
	g.mu.Lock()
	defer g.mu.Unlock()
	all := make([]Charge, len(g.charges))
	for i, c := range g.charges {
		all[i] = *c
	}
	return all
}

// Moved returns what the gateway took and neither refunded nor paid out in that
// currency; negative when more went out than came in.
func (g *Gateway) Moved(currency money.Currency) (money.Money, error) {
	all := []money.Money{money.Zero(currency)}
	for _, c := range g.Charges() {
		if c.Authorized.Currency() == currency {
			all = append(all, c.Captured, c.Refunded.Neg(), c.PaidOut.Neg())
		}
	}
	return money.Sum(all...)
}

// Held returns what is authorized and neither captured nor voided in that currency.
func (g *Gateway) Held(currency money.Currency) (money.Money, error) {
	all := []money.Money{money.Zero(currency)}
	for _, c := range g.Charges() {
		if c.Authorized.Currency() == currency {
			all = append(all, c.Authorized, c.Captured.Neg(), c.Voided.Neg())
		}
	}
	return money.Sum(all...)
}

// Authorize holds or takes an amount as the token says.
func (g *Gateway) Authorize(ctx context.Context, r payment.AuthorizeRequest) (payment.Result, error) {
	kind, able := payment.Authorize, g.caps.Holds
	if r.Capture {
		kind, able = payment.Sale, g.caps.Sales
	}
	if !able {
		return payment.Result{}, refuse(kind, payment.ReasonUnsupported)
	}
	return g.serve(ctx, r.Op, request{op: r.Op.ID, kind: kind, amount: r.Amount, source: r.Source})
}

// Capture takes an authorized amount.
func (g *Gateway) Capture(ctx context.Context, r payment.CaptureRequest) (payment.Result, error) {
	return g.serve(ctx, r.Op, request{op: r.Op.ID, kind: payment.Capture, amount: r.Amount, of: r.Of})
}

// Void gives up an authorized amount.
func (g *Gateway) Void(ctx context.Context, r payment.VoidRequest) (payment.Result, error) {
	return g.serve(ctx, r.Op, request{op: r.Op.ID, kind: payment.Void, amount: r.Amount, of: r.Of})
}

// Refund gives back a captured amount.
func (g *Gateway) Refund(ctx context.Context, r payment.RefundRequest) (payment.Result, error) {
	return g.serve(ctx, r.Op, request{op: r.Op.ID, kind: payment.Refund, amount: r.Amount, of: r.Of})
}

// Payout gives money without a capture to refer to.
func (g *Gateway) Payout(ctx context.Context, r payment.PayoutRequest) (payment.Result, error) {
	if !g.caps.Payouts {
		return payment.Result{}, refuse(payment.Payout, payment.ReasonUnsupported)
	}
	return g.serve(ctx, r.Op, request{op: r.Op.ID, kind: payment.Payout, amount: r.Amount, source: r.Source})
}

// serve is the one way of a request: what the script and the token do to it on
// its way here, the work, and what they do to the answer.
func (g *Gateway) serve(ctx context.Context, id payment.Identity, r request) (payment.Result, error) {
	if err := ctx.Err(); err != nil {
		return payment.Result{}, &payment.GatewayError{Op: r.kind, Outcome: payment.NotSent, Err: err}
	}
	g.mu.Lock()
	step := g.step(r)
	if err := step.onTheWay(r.kind); err != nil {
		g.mu.Unlock()
		return payment.Result{}, err
	}
	result, err := g.work(id, r, step)
	g.mu.Unlock()
	if step.Delay > 0 {
		if err := g.sleep(ctx, step.Delay); err != nil {
			return payment.Result{}, err
		}
	}
	if step.LoseAnswer {
		return payment.Result{}, errLost
	}
	return result, err
}

// Lookup finds an operation by its ref or its id. An operation younger than
// FindDelay is not found by its id.
func (g *Gateway) Lookup(ctx context.Context, r payment.LookupRequest) (payment.Snapshot, error) {
	if err := ctx.Err(); err != nil {
		return payment.Snapshot{}, &payment.GatewayError{Outcome: payment.NotSent, Err: err}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if step := g.take(lookup); step.LoseRequest || step.LoseAnswer {
		return payment.Snapshot{}, errLost
	}
	rec := g.find(r)
	if rec == nil {
		return payment.Snapshot{Consistent: g.caps.LookupByID}, nil
	}
	if rec.result.State == payment.Waiting {
		if rec.looks++; rec.looks >= looksToSettle {
			g.settle(rec)
		}
	}
	return payment.Snapshot{Found: true, Consistent: true, Result: clone(rec.result)}, nil
}

// looksToSettle is after how many looks a waiting operation has its verdict.
const looksToSettle = 2

func (g *Gateway) find(r payment.LookupRequest) *record {
	if r.Ref != "" && g.caps.LookupByRef {
		if rec := g.byRef[r.Ref]; rec != nil {
			return rec
		}
	}
	if !g.caps.LookupByID {
		return nil
	}
	for _, rec := range slices.Backward(g.records) {
		if rec.request.op == r.Op.ID && g.moment().Sub(rec.at) >= g.caps.FindDelay {
			return rec
		}
	}
	return nil
}

func (g *Gateway) moment() time.Time { return event.Moment(g.now()) }
