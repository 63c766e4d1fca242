package sandbox

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/go-oms/oms/fulfillment"
	"github.com/go-oms/oms/money"
)

// Config says what a sandbox carrier sells and how its parcels travel. The zero
// Config works.
type Config struct {
	// Now is the clock. Without one, time stands where the latest purchase put
	// it and moves on by Advance.
	Now func() time.Time
	// Services are on sale; the first is the usual one. None: standard and express.
	Services []Service
	// Journey is what becomes of every parcel, in order of time. None: in transit
	// after 6 hours, out for delivery after 30, delivered after 36.
	Journey []Step
	// First is the number of the first label; 0 means 123.
	First int
}

// Service is one way of sending. Prices are in minor units of whatever currency is
// asked for.
type Service struct {
	Code, Label      string
	Base             int64 // for each parcel
	PerKilogram      int64 // for each started kilogram of billable weight
	MinDays, MaxDays int
}

// Step is one scan of a journey.
type Step struct {
	After  time.Duration // since the label was bought
	Status fulfillment.ShipmentStatus
	Place  string
}

// divisor makes dimensional weight: cubic centimetres a kilogram.
const divisor = 5000

// Carrier is the sandbox. It is safe for concurrent use.
type Carrier struct {
	config Config

	mu          sync.Mutex
	now         time.Time         // without a clock
	byReference map[string]*label // every label once
	byRef       map[string]*label // and once more
	byNumber    map[string]*label // by the number of each parcel
	faults      map[string][]Fault
}

type label struct {
	fulfillment.Label
	request fulfillment.BuyRequest
	back    bool // for the way back
	at      time.Time
}

// New returns a sandbox with the zero Config.
func New() *Carrier { return NewWith(Config{}) }

// NewWith returns a sandbox.
func NewWith(c Config) *Carrier {
	if len(c.Services) == 0 {
		c.Services = []Service{
			{Code: "standard", Label: "Standard", Base: 390, PerKilogram: 50, MinDays: 2, MaxDays: 3},
			{Code: "express", Label: "Express", Base: 890, PerKilogram: 100, MinDays: 1, MaxDays: 1},
		}
	}
	if len(c.Journey) == 0 {
		c.Journey = []Step{
			{After: 6 * time.Hour, Status: fulfillment.InTransit, Place: "Sorting centre"},
			{After: 30 * time.Hour, Status: fulfillment.OutForDelivery, Place: "Delivery base"},
			{After: 36 * time.Hour, Status: fulfillment.Delivered, Place: "Front door"},
		}
	}
	if c.First == 0 {
		c.First = 123
	}
	return &Carrier{
		config: c, byReference: map[string]*label{}, byRef: map[string]*label{}, byNumber: map[string]*label{},
		faults: map[string][]Fault{},
	}
}

// Advance moves the sandbox's own time on. It does nothing when the Config has a
// clock.
func (c *Carrier) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Capabilities returns what the sandbox can do: everything.
func (c *Carrier) Capabilities() fulfillment.Capabilities {
	return fulfillment.Capabilities{Rates: true, Tracking: true, Voids: true, Idempotent: true, Finds: true}
}

// Rates returns the price of every service, cheapest first.
func (c *Carrier) Rates(ctx context.Context, g fulfillment.Consignment) (rates []fulfillment.Rate, _ []fulfillment.Problem, err error) {
	err = c.call(ctx, "rates", func(Fault) error {
		for _, s := range c.config.Services {
			cost, err := s.cost(g)
			if err != nil {
				return refused("rates", fulfillment.ReasonRequest, err)
			}
			rates = append(rates, fulfillment.Rate{Service: s.Code, Label: s.Label, Cost: cost, MinDays: s.MinDays, MaxDays: s.MaxDays})
		}
		slices.SortStableFunc(rates, func(a, b fulfillment.Rate) int {
			order, _ := a.Cost.Cmp(b.Cost) // one currency
			return order
		})
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	return rates, nil, nil
}

// Buy sells a label, or answers with the one that was sold under the reference.
func (c *Carrier) Buy(ctx context.Context, r fulfillment.BuyRequest) (fulfillment.Label, error) {
	return c.buy(ctx, r, false)
}

// BuyReturn sells a label for the way back at the same prices. Its scripted faults
// are those of "buy".
func (c *Carrier) BuyReturn(ctx context.Context, r fulfillment.BuyRequest) (fulfillment.Label, error) {
	return c.buy(ctx, r, true)
}

func (c *Carrier) buy(ctx context.Context, r fulfillment.BuyRequest, back bool) (sold fulfillment.Label, err error) {
	err = c.call(ctx, "buy", func(f Fault) error {
		if known := c.byReference[r.Reference]; known != nil {
			if known.back != back || !sameRequest(known.request, r) {
				return refused("buy", fulfillment.ReasonReference, fmt.Errorf("reference %q was used for another consignment", r.Reference))
			}
			sold = known.public()
			return nil
		}
		cost, service, err := c.price(r, f.Rise)
		if err != nil {
			return err
		}
		sold = c.sell(r, service, cost, back)
		return nil
	})
	if err != nil {
		return fulfillment.Label{}, err
	}
	return sold, nil
}

func (c *Carrier) price(r fulfillment.BuyRequest, rise int64) (money.Money, string, error) {
	if r.Reference == "" {
		return money.Money{}, "", refused("buy", fulfillment.ReasonRequest, fmt.Errorf("no reference"))
	}
	at := 0
	if r.Service != "" {
		at = slices.IndexFunc(c.config.Services, func(s Service) bool { return s.Code == r.Service })
	}
	if at < 0 {
		return money.Money{}, "", refused("buy", fulfillment.ReasonRequest, fmt.Errorf("no service %q", r.Service))
	}
	service := c.config.Services[at]
	service.Base += rise
	cost, err := service.cost(r.Consignment)
	if err != nil {
		return money.Money{}, "", refused("buy", fulfillment.ReasonRequest, err)
	}
	if r.MaxCost.Currency() != "" {
		if over, err := cost.Cmp(r.MaxCost); err != nil || over > 0 {
			return money.Money{}, "", refused("buy", fulfillment.ReasonPrice, fmt.Errorf("%s costs %s, allowed are %s", service.Code, cost, r.MaxCost))
		}
	}
	return cost, service.Code, nil
}

func (c *Carrier) sell(r fulfillment.BuyRequest, service string, cost money.Money, back bool) fulfillment.Label {
	if r.At.After(c.now) {
		c.now = r.At
	}
	r.Parcels = slices.Clone(r.Parcels)
	number := fmt.Sprintf("PX%d", c.config.First+len(c.byReference))
	sold := &label{request: r, back: back, at: c.time(), Label: fulfillment.Label{
		Ref: "label-" + number, Reference: r.Reference, Tracking: number,
		URL: "https://sandbox.invalid/labels/" + number, Service: service, Cost: cost,
	}}
	for i := range r.Parcels {
		if i > 0 {
			number = fmt.Sprintf("%s-%d", sold.Tracking, i+1)
		}
		sold.Parcels = append(sold.Parcels, number)
		c.byNumber[number] = sold
	}
	c.byReference[r.Reference], c.byRef[sold.Ref] = sold, sold
	return sold.public()
}

// Void gives a label back while its journey has not begun.
func (c *Carrier) Void(ctx context.Context, ref string) (result fulfillment.VoidResult, err error) {
	err = c.call(ctx, "void", func(Fault) error {
		known := c.byRef[ref]
		switch {
		case known == nil:
			return refused("void", fulfillment.ReasonUnknown, fmt.Errorf("no label %q", ref))
		case len(c.scans(known)) > 0:
			result = fulfillment.VoidRejected
		default:
			known.Voided = true
			result = fulfillment.Voided
		}
		return nil
	})
	if err != nil {
		return "", err
	}
	return result, nil
}

// Track returns the part of the journey that lies behind the parcel.
func (c *Carrier) Track(ctx context.Context, tracking string) (scans []fulfillment.Scan, err error) {
	err = c.call(ctx, "track", func(Fault) error {
		known := c.byNumber[tracking]
		if known == nil {
			return refused("track", fulfillment.ReasonUnknown, fmt.Errorf("no parcel %q", tracking))
		}
		scans = c.scans(known)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return scans, nil
}

// Find returns the label sold under the reference, if any.
func (c *Carrier) Find(ctx context.Context, reference string) (found []fulfillment.Label, err error) {
	err = c.call(ctx, "find", func(Fault) error {
		if l := c.byReference[reference]; l != nil {
			found = []fulfillment.Label{l.public()}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return found, nil
}

func (c *Carrier) time() time.Time {
	if c.config.Now != nil {
		return c.config.Now()
	}
	return c.now
}

func (c *Carrier) scans(l *label) []fulfillment.Scan {
	if l.Voided {
		return nil
	}
	var scans []fulfillment.Scan
	for i, step := range c.config.Journey {
		if at := l.at.Add(step.After); !at.After(c.time()) {
			scans = append(scans, fulfillment.Scan{
				EventID: fmt.Sprintf("%s-%d", l.Tracking, i+1), Status: step.Status,
				Code: string(step.Status), Place: step.Place, At: at,
			})
		}
	}
	return scans
}

// cost prices a consignment: base and kilograms of every parcel.
func (s Service) cost(g fulfillment.Consignment) (money.Money, error) {
	if len(g.Parcels) == 0 {
		return money.Money{}, fmt.Errorf("no parcels")
	}
	currency := g.Currency
	if currency == "" {
		currency = money.EUR
	}
	units := s.Base * int64(len(g.Parcels))
	for i, p := range g.Parcels {
		grams, err := fulfillment.Billable(p, divisor, 1000)
		if err != nil {
			return money.Money{}, fmt.Errorf("parcels[%d]: %w", i, err)
		}
		units += grams / 1000 * s.PerKilogram
	}
	return money.Minor(units, currency)
}

// public returns a copy that shares nothing with the books.
func (l *label) public() fulfillment.Label {
	p := l.Label
	p.Parcels = slices.Clone(p.Parcels)
	return p
}

// sameRequest reports whether two requests ask for the same label. What it may
// cost does not matter once it is sold.
func sameRequest(a, b fulfillment.BuyRequest) bool {
	return a.Service == b.Service && a.From == b.From && a.To == b.To && a.Currency == b.Currency &&
		slices.EqualFunc(a.Parcels, b.Parcels, func(p, q fulfillment.Parcel) bool {
			return p.Grams == q.Grams && p.Length == q.Length && p.Width == q.Width && p.Height == q.Height &&
				slices.Equal(p.Contents, q.Contents)
		})
}
