package demo

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/event"
	carrier "github.com/go-oms/oms/fulfillment/sandbox"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/payment/manual"
	gateway "github.com/go-oms/oms/payment/sandbox"
	"github.com/go-oms/oms/storage"
)

// Options say what to live on.
type Options struct {
	Store  storage.Store // migrated and empty
	Seed   uint64
	Orders int // how many carts are filled
	// Progress is told now and then how many carts were filled; it may be nil.
	Progress func(done, all int)
}

// The names in the books.
const (
	card     = "card"
	transfer = "transfer"
	post     = "post"
	feed     = "feed"
)

// begin is when the year begins, and morning when it is looked at: the warehouse has
// not packed yet what was ordered since yesterday.
var (
	begin   = time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
	morning = begin.AddDate(0, 0, days).Add(7*time.Hour + 30*time.Minute)
)

// The rhythm of the year.
const (
	days      = 365
	day       = 24 * time.Hour
	eight     = 8 * time.Hour // in the morning
	runEvery  = 6 * time.Hour // the shop's own work
	unpaidFor = 5 * day       // transfers take days
)

// year is the shop as it is being lived.
type year struct {
	Options
	ctx    context.Context
	shop   *oms.Client // as the shop's own software
	staff  *oms.Client
	runs   *oms.Client // as the process that does the shop's own work
	clock  *clock
	dice   *rand.Rand
	agenda agenda
	card   *gateway.Gateway
	post   *carrier.Carrier
	report Report

	people []person
	packs  []*purchase // what the warehouse may have to send, oldest first
	lost   []uuid.UUID // operations whose answer was lost
	labels []label     // shipments likewise
}

// label is a shipment whose label was not answered for.
type label struct{ order, shipment uuid.UUID }

// Run lives the year and returns what happened. It stops with the first error that
// no shop should see, and with ctx's.
func Run(ctx context.Context, opts Options) (*Report, error) {
	y, err := open(ctx, opts)
	if err != nil {
		return nil, err
	}
	if err := y.stockUp(); err != nil {
		return nil, err
	}
	y.planCarts()
	y.every(eight, runEvery, y.run)
	y.every(eight, day, y.pack)
	y.every(4*day+eight, 7*day, y.restock)
	y.every(eight, 91*day, y.count)
	for e, ok := y.agenda.next(); ok && !e.at.After(morning); e, ok = y.agenda.next() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		y.clock.to(e.at)
		if err := e.do(); err != nil {
			return nil, fmt.Errorf("demo: %s: %w", e.at.Format(time.DateTime), err)
		}
	}
	y.clock.to(morning)
	return y.close()
}

// open makes the shop.
func open(ctx context.Context, opts Options) (*year, error) {
	y := &year{
		Options: opts, ctx: ctx, clock: newClock(begin, opts.Seed), dice: rand.New(rand.NewPCG(opts.Seed, lifeStream)),
		report: Report{Seed: opts.Seed, Declines: map[string]int{}, Statuses: map[string]int{}},
	}
	y.card = gateway.New(gateway.WithClock(y.clock.Now))
	y.post = carrier.NewWith(carrier.Config{Now: y.clock.Now})
	promotions, err := coupons(begin)
	if err != nil {
		return nil, err
	}
	included := oms.Channel{Currency: money.EUR, Terms: order.Terms{TaxIncluded: true}}
	shop, err := oms.New(oms.Config{
		Store: opts.Store, Prices: catalogue(), Taxes: taxes(), Promotions: promotions, Methods: methods(),
		Gateways: oms.Gateways{card: y.card, transfer: manual.BankTransfer(map[string]string{"iban": "DE00 0000 0000 0000 0000 00"})},
		Carriers: oms.Carriers{post: y.post},
		Sinks: oms.Sinks{feed: oms.SinkFunc(func(_ context.Context, _ string, events []event.Event) error {
			y.report.Events += len(events)
			return nil
		})},
		Channels:  map[string]oms.Channel{web: included, market: included},
		UnpaidFor: unpaidFor,
		Now:       y.clock.Now, NewID: y.clock.NewID,
	})
	if err != nil {
		return nil, err
	}
	y.runs, y.shop = shop, shop.As(event.Actor{Kind: event.Integration, ID: "storefront"})
	y.staff = shop.As(event.Actor{Kind: event.Staff, ID: "jo"})
	return y, nil
}

// every plans something for the whole time, so long after the beginning the first
// time.
func (y *year) every(first, rhythm time.Duration, do func() error) {
	for at := begin.Add(first); at.Before(morning); at = at.Add(rhythm) {
		y.agenda.plan(at, do)
	}
}

// later plans something from now on.
func (y *year) later(in time.Duration, do func() error) {
	y.agenda.plan(y.clock.Now().Add(in), do)
}

// chance is true in so many of a hundred cases.
func (y *year) chance(percent float64) bool { return y.dice.Float64()*100 < percent }

// between is a time between two.
func (y *year) between(from, to time.Duration) time.Duration {
	return from + time.Duration(y.dice.Int64N(int64(to-from))).Truncate(time.Second)
}

// planCarts spreads the carts over the year: fewer at night, more before Christmas.
func (y *year) planCarts() {
	weights := make([]float64, days)
	var all float64
	for d := range weights {
		weights[d] = 1
		switch month := begin.AddDate(0, 0, d).Month(); month {
		case time.November:
			weights[d] = 1.7
		case time.December:
			weights[d] = 2.2
		case time.July, time.August:
			weights[d] = 0.8
		}
		all += weights[d]
	}
	planned, so := 0, 0.0
	for d, w := range weights {
		so += w
		for ; planned < int(math.Round(so/all*float64(y.Orders))); planned++ {
			at := begin.AddDate(0, 0, d).Add(y.between(7*time.Hour, 23*time.Hour))
			y.agenda.plan(at, y.shopping)
		}
	}
}

// run does the shop's own work, as a process of its own would all the time.
func (y *year) run() error {
	if err := y.webhooks(); err != nil {
		return err
	}
	work, err := y.runs.RunOnce(y.ctx)
	y.report.Expired += work.Expired
	return err
}
