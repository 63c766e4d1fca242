package sim

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"runtime/debug"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/event"
	carrier "github.com/go-oms/oms/fulfillment/sandbox"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/payment"
	gateway "github.com/go-oms/oms/payment/sandbox"
	"github.com/go-oms/oms/storage/memory"
)

// Options say which world is lived. The zero Options is seed 0 with everything.
type Options struct {
	Seed uint64
	// Commands is how many are given at most before the faults are turned off; what
	// the seed wants when 0.
	Commands int
	// Without are faults that do not happen, and Idle the actors that do nothing:
	// for finding the smallest world that goes wrong.
	Without []Fault
	Idle    []string
	// Trace is written what happens; nil for nothing.
	Trace io.Writer

	also func(*world) // a further rule, of a test
}

// Failure is what went wrong in a world.
type Failure struct {
	Check  string // the rule that does not hold
	Detail string
}

func (f *Failure) Error() string { return f.Check + ": " + f.Detail }

// Result is what came of a world.
type Result struct {
	Seed     uint64
	Hash     uint64 // of everything that happened
	Commands int    // given, repetitions included
	Points   int64  // at which another actor might go on
	Faults   int    // that struck
	Struck   map[Fault]int
	Names    map[string]int // commands by name, of those that were done
	Failure  *Failure       // nil when every rule held
}

// world is one run.
type world struct {
	scheduler
	trace
	swarm    *swarm
	options  Options
	failure  *Failure
	commands int
	limit    int
	done     map[string]int

	now   time.Time
	ids   uint32
	base  *memory.Store
	card  *gateway.Gateway
	post  *carrier.Carrier
	procs []*process
	truth *oms.Client // over the store itself, where nothing goes wrong

	shop   assortment
	ledger ledger
	sinks  map[string]*sink
	hooks  []payment.Delivery // on their way
	full   int64              // the disk is full up to that step

	orders    []uuid.UUID
	shipments []parcel
	settled   map[uuid.UUID]bool // operations that took place by our books
	labels    map[string]string  // that the carrier has sold, by tracking number
}

// Run lives the world of a seed.
func Run(opts Options) Result {
	w := newWorld(opts)
	w.swarm.quiet = true
	w.guard(w.stock)
	w.swarm.quiet = false
	if w.failure == nil {
		w.run(w.live)
	}
	if w.failure == nil {
		w.guard(w.rest)
	}
	faults := 0
	for _, n := range w.swarm.struck {
		faults += n
	}
	return Result{
		Seed: opts.Seed, Hash: w.hash, Commands: w.commands, Points: w.steps, Faults: faults,
		Struck: w.swarm.struck, Names: w.done, Failure: w.failure,
	}
}

// stream makes a source of chance of its own for each thing that draws, so that what
// one draws does not change what another one does.
func stream(seed uint64, n uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, n)) }

func newWorld(opts Options) *world {
	chance := stream(opts.Seed, 1)
	w := &world{
		options: opts, now: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC), base: memory.New(),
		swarm: newSwarm(stream(opts.Seed, 2), opts.Without), done: map[string]int{}, labels: map[string]string{}, settled: map[uuid.UUID]bool{},
		ledger: ledger{promises: map[string]*promise{}, received: map[string][]receipt{}}, sinks: map[string]*sink{},
	}
	w.trace = trace{hash: fnvOffset, text: opts.Trace}
	w.scheduler.rng, w.restive = stream(opts.Seed, 3), []int{32, 128, 255}[chance.IntN(3)]
	w.limit = 300 + chance.IntN(100)
	if opts.Commands > 0 {
		w.limit = opts.Commands
	}
	w.shop = newAssortment(chance)
	clock := func() time.Time { return w.now }
	hold := []time.Duration{7, 365}[chance.IntN(2)] * 24 * time.Hour
	w.card = gateway.New(gateway.WithClock(clock), gateway.WithHold(hold), gateway.WithCapabilities(func(c *payment.Capabilities) {
		c.FindDelay = []time.Duration{0, 2 * time.Minute}[chance.IntN(2)]
	}))
	w.post = carrier.NewWith(carrier.Config{Now: clock})
	for _, name := range []string{"ledger", "mail"} {
		w.sinks[name] = &sink{w: w, name: name, versions: map[event.ID]int64{}}
	}
	for i := range 2 + chance.IntN(2) {
		w.procs = append(w.procs, &process{w: w, name: fmt.Sprintf("p%d", i)})
	}
	if w.swarm.strikes(TwoVersions) {
		w.procs[0].newest = true
	}
	for _, p := range w.procs {
		p.start()
	}
	w.truth = w.client()
	w.cast(chance)
	return w
}

// client returns a client of the newest program over the store itself.
func (w *world) client() *oms.Client {
	cfg := w.config(true)
	cfg.Store, cfg.Now, cfg.NewID = w.base, func() time.Time { return w.now }, w.newID(nil)
	client, err := oms.New(cfg)
	if err != nil {
		panic(err) // the configuration is ours
	}
	return client
}

// config is what all programs have in common.
func (w *world) config(newest bool) oms.Config {
	sinks := oms.Sinks{}
	for name, s := range w.sinks {
		sinks[name] = s
	}
	logger := slog.New(slog.DiscardHandler)
	if w.text != nil {
		logger = slog.New(slog.NewTextHandler(w.text, &slog.HandlerOptions{ReplaceAttr: timeless}))
	}
	return oms.Config{
		Logger: logger, Prices: w.shop.prices, Taxes: w.shop.taxes, Promotions: w.shop.coupons,
		Channels: map[string]oms.Channel{"": {Terms: w.shop.terms}},
		Gateways: oms.Gateways{"card": &card{w: w, Gateway: w.card}},
		Carriers: oms.Carriers{"post": &post{w: w, Carrier: w.post}},
		Sinks:    sinks, Workflows: workflows(newest),
	}
}

// timeless leaves out when something was logged: it is the real time.
func timeless(_ []string, a slog.Attr) slog.Attr {
	if a.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return a
}

// newID makes ids that look like UUIDv7, grow, and repeat from run to run. Their last
// bytes are zero: a command counts its ids up from there.
func (w *world) newID(p *process) func() uuid.UUID {
	return func() uuid.UUID {
		w.ids++
		now := w.now
		if p != nil {
			now = now.Add(p.skew)
		}
		var id uuid.UUID
		binary.BigEndian.PutUint64(id[:8], uint64(now.UnixMilli())<<16)
		binary.BigEndian.PutUint32(id[8:12], w.ids)
		id[6], id[8] = id[6]&0x0f|0x70, id[8]&0x3f|0x80
		return id
	}
}

// note writes down what the actor that runs did.
func (w *world) note(words ...string) {
	name := "world"
	if w.current != nil {
		name = w.current.name
	}
	w.trace.note(w.steps, append([]string{name}, words...)...)
}

// point is where another actor may go on. It comes back in the same life, or not at
// all.
func (w *world) point() {
	a := w.current
	if a == nil || w.swarm.quiet {
		return
	}
	if w.swarm.strikes(Slow) {
		a.until = w.steps + 20 + int64(w.swarm.rng.IntN(400))
	}
	w.turn()
	if a.life != a.proc.life {
		panic(crashed{})
	}
}

// turn may let another actor go on.
func (w *world) turn() {
	w.now = w.now.Add(time.Millisecond)
	if w.swarm.quiet {
		return
	}
	w.yield()
	if w.failure != nil {
		panic(stopped{})
	}
}

// enter begins a command in the process that the actor that runs asks.
func (w *world) enter() {
	w.turn()
	a := w.current
	a.ctx, a.life = &deadline{}, a.proc.life
	w.commands++
}

// fail ends the run: a rule does not hold.
func (w *world) fail(check, format string, args ...any) {
	if w.failure == nil {
		w.failure = &Failure{Check: check, Detail: fmt.Sprintf(format, args...)}
		w.note("FAILED", check, w.failure.Detail)
	}
	panic(stopped{})
}

// farthest is where a world ends whose actors have nothing to do.
const farthest = 100_000

// live is what an actor does until enough commands were given.
func (w *world) live(a *actor) {
	for w.failure == nil && (w.commands < w.limit || w.options.Commands == 0 && w.commands < 3*w.limit && w.swarm.few()) && w.steps < farthest {
		w.guard(func() {
			w.turn()
			a.act()
		})
	}
}

// guard does something that may end early: because its process crashed, or because
// the run has failed. Any other panic is one of the library's, and a failure.
func (w *world) guard(do func()) {
	defer func() {
		switch p := recover().(type) {
		case nil, crashed, stopped:
		default:
			if w.failure == nil {
				w.failure = &Failure{Check: "panic", Detail: fmt.Sprintf("%v\n%s", p, debug.Stack())}
			}
		}
	}()
	do()
}

// sure is the context of what is read where nothing goes wrong.
var sure = context.Background()

// assortment is what is sold, and how it is reckoned.
type assortment struct {
	currency money.Currency
	terms    order.Terms
	prices   order.PriceList
	exact    map[string]price
	taxes    order.TaxTable
	coupons  *order.Coupons
	rates    []int64 // in parts per million
	skus     []string
}

// coupon is one that few can have.
const (
	coupon      = "TEN"
	couponLimit = 3
)

// price is so many units of a minor unit's 10^extra-th part.
type price struct {
	units int64
	extra int
}

func newAssortment(rng *rand.Rand) assortment {
	s := assortment{
		currency: []money.Currency{"EUR", "JPY", "KWD"}[rng.IntN(3)], prices: order.PriceList{}, exact: map[string]price{},
		terms: order.Terms{
			TaxIncluded: rng.IntN(2) == 0, Rounding: money.Rounding(rng.IntN(5)),
			Level: []order.TaxLevel{order.PerLine, order.PerUnit, order.PerOrder}[rng.IntN(3)],
		},
	}
	for i := range 1 + rng.IntN(2) {
		rate := 10_000 + rng.Int64N(250_000)
		s.rates = append(s.rates, rate)
		s.taxes.Rates = append(s.taxes.Rates, order.TaxRate{Code: fmt.Sprint("tax", i), RatePPM: rate})
	}
	var err error
	s.coupons, err = order.NewCoupons([]order.Coupon{{Code: coupon, Kind: order.Percentage, RatePPM: 100_000, Limit: couponLimit}})
	if err != nil {
		panic(err) // the coupon is ours
	}
	for i := range 4 {
		sku, p := fmt.Sprint("SKU", i), price{100 + rng.Int64N(20_000), rng.IntN(3)}
		m, err := money.FromScaled(p.units, p.extra, s.currency)
		if err != nil {
			panic(err) // the figures are ours
		}
		s.prices[sku], s.exact[sku], s.skus = m, p, append(s.skus, sku)
	}
	return s
}
