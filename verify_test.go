package oms_test

import (
	"context"
	"errors"
	"iter"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fulfillment"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/payment"
	"github.com/go-oms/oms/quantity"
	"github.com/go-oms/oms/reporting"
	"github.com/go-oms/oms/storage"
)

// tampered is a store whose books somebody has been at: what Verify reads goes
// through the hooks. A hook returns how often the row is there: 1 as it is, 0 for
// a lost row, 2 for a doubled one.
type tampered struct {
	storage.Store
	order        func(*order.Order) int
	tender       func(*payment.Tender) int
	fulfillment  func(*fulfillment.Fulfillment) int
	reservation  func(*inventory.Reservation) int
	level        func(*inventory.Level) int
	move         func(*inventory.Move) int
	event        func(*event.Event) int
	key          func(*storage.Key) int
	lease        func(*storage.Lease) int
	fact         func(*reporting.Fact) int
	customer     func(*crm.Customer) int
	subscription func(*order.Subscription) int
	draft        func(*order.Draft) int
	address      func(*crm.Address) int
	findings     []storage.Finding
	parked       []payment.Report
}

func (s *tampered) Snapshot(ctx context.Context, fn func(storage.Books) error) error {
	return s.Store.Snapshot(ctx, func(b storage.Books) error { return fn(tamperedBooks{b, s}) })
}

func (s *tampered) Examine(context.Context) ([]storage.Finding, error) { return s.findings, nil }

func (s *tampered) ParkedReports(context.Context, int) ([]payment.Report, error) {
	return s.parked, nil
}

type tamperedBooks struct {
	storage.Books
	s *tampered
}

// through sends a stream of values through a hook.
func through[T any](seq iter.Seq2[T, error], hook func(*T) int) iter.Seq2[T, error] {
	if hook == nil {
		return seq
	}
	return func(yield func(T, error) bool) {
		for v, err := range seq {
			for range hook(&v) {
				if !yield(v, err) {
					return
				}
			}
		}
	}
}

// pointers adapts a hook to a stream of pointers.
func pointers[T any](hook func(*T) int) func(**T) int {
	if hook == nil {
		return nil
	}
	return func(p **T) int { return hook(*p) }
}

func (b tamperedBooks) AllOrders(ctx context.Context) iter.Seq2[*order.Order, error] {
	return through(b.Books.AllOrders(ctx), pointers(b.s.order))
}

func (b tamperedBooks) AllTenders(ctx context.Context, by storage.Sort) iter.Seq2[*payment.Tender, error] {
	return through(b.Books.AllTenders(ctx, by), pointers(b.s.tender))
}

func (b tamperedBooks) AllFulfillments(ctx context.Context, by storage.Sort) iter.Seq2[*fulfillment.Fulfillment, error] {
	return through(b.Books.AllFulfillments(ctx, by), pointers(b.s.fulfillment))
}

func (b tamperedBooks) AllReservations(ctx context.Context) iter.Seq2[inventory.Reservation, error] {
	return through(b.Books.AllReservations(ctx), b.s.reservation)
}

func (b tamperedBooks) AllLevels(ctx context.Context) iter.Seq2[inventory.Level, error] {
	return through(b.Books.AllLevels(ctx), b.s.level)
}

func (b tamperedBooks) AllMoves(ctx context.Context) iter.Seq2[inventory.Move, error] {
	return through(b.Books.AllMoves(ctx), b.s.move)
}

func (b tamperedBooks) AllEvents(ctx context.Context, aggregate string) iter.Seq2[event.Event, error] {
	return through(b.Books.AllEvents(ctx, aggregate), b.s.event)
}

func (b tamperedBooks) AllKeys(ctx context.Context) iter.Seq2[storage.Key, error] {
	return through(b.Books.AllKeys(ctx), b.s.key)
}

func (b tamperedBooks) AllFacts(ctx context.Context) iter.Seq2[reporting.Fact, error] {
	return through(b.Books.AllFacts(ctx), b.s.fact)
}

func (b tamperedBooks) AllCustomers(ctx context.Context) iter.Seq2[*crm.Customer, error] {
	return through(b.Books.AllCustomers(ctx), pointers(b.s.customer))
}

func (b tamperedBooks) AllSubscriptions(ctx context.Context) iter.Seq2[*order.Subscription, error] {
	return through(b.Books.AllSubscriptions(ctx), pointers(b.s.subscription))
}

func (b tamperedBooks) AllDrafts(ctx context.Context) iter.Seq2[*order.Draft, error] {
	return through(b.Books.AllDrafts(ctx), pointers(b.s.draft))
}

func (b tamperedBooks) AllSavedAddresses(ctx context.Context) iter.Seq2[crm.Address, error] {
	return through(b.Books.AllSavedAddresses(ctx), b.s.address)
}

func (b tamperedBooks) AllLeases(ctx context.Context) iter.Seq2[storage.Lease, error] {
	return through(b.Books.AllLeases(ctx), b.s.lease)
}

// messyShop has a bit of everything in its books: an order that was shipped in
// part, one that came back, one unpaid, a reservation and a sink.
func messyShop(t *testing.T) *shop {
	s := newShop(t, func(cfg *oms.Config) {
		cfg.Sinks = oms.Sinks{"log": oms.SinkFunc(func(context.Context, string, []event.Event) error { return nil })}
	})
	s.receive("TEE-M", 20)
	s.receive("MUG", 20)
	o := s.place(line("TEE-M", 3), line("MUG", 1))
	s.pay(o)
	_, err := s.Ship(s.ctx, o.ID, oms.Shipping{Carrier: "post", Lines: []oms.LineQuantity{{LineID: o.Lines[0].ID, Quantity: quantity.Of(2)}}})
	require.NoError(t, err)
	back := s.shipped(line("MUG", 2))
	r, err := s.RequestReturn(s.ctx, back.ID, oms.ReturnRequest{Lines: []oms.LineQuantity{{LineID: back.Lines[0].ID, Quantity: quantity.Of(1)}}})
	require.NoError(t, err)
	_, err = s.ReceiveReturn(s.ctx, back.ID, r.ID, oms.Reception{Location: "main"})
	require.NoError(t, err)
	_, err = s.Refund(s.ctx, back.ID, oms.Refund{})
	require.NoError(t, err)
	s.place(line("TEE-M", 1))
	_, err = s.Inventory.Reserve(s.ctx, inventory.Hold{CartID: "c1", Lines: []inventory.HoldLine{{SKU: "MUG", Quantity: quantity.Of(1)}}, TTL: time.Hour})
	require.NoError(t, err)
	ada, twin := s.customer("ada@example.com"), s.customer("twin@example.com")
	for _, id := range []uuid.UUID{ada.ID, twin.ID} {
		_, err = s.SaveAddress(s.ctx, id, oms.SavedAddress{Address: crm.Address{City: "London", DefaultShipping: true}})
		require.NoError(t, err)
	}
	_, err = s.MergeCustomers(s.ctx, oms.Merge{From: twin.ID, Into: ada.ID})
	require.NoError(t, err)
	_, err = s.Subscribe(s.ctx, oms.Subscription{
		CustomerID: ada.ID, Lines: []oms.SubscriptionLine{{SKU: "MUG", Quantity: quantity.Of(1)}},
		Schedule: order.Schedule{Every: 1, Unit: order.Week, Start: s.clock.Now()},
	})
	require.NoError(t, err)
	_, err = s.SaveDraft(s.ctx, oms.Draft{CustomerID: ada.ID, Lines: []oms.CartLine{line("MUG", 1)}})
	require.NoError(t, err)
	_, err = s.RunOnce(s.ctx)
	require.NoError(t, err)
	_, err = s.RunOnce(s.ctx) // the sink is told of all of it
	require.NoError(t, err)
	s.clean()
	return s
}

// once makes a hook that changes the first row it matches.
func once[T any](change func(*T) bool) func(*T) int {
	changed := false
	return func(v *T) int {
		if !changed && change(v) {
			changed = true
		}
		return 1
	}
}

// always makes a hook that changes every row.
func always[T any](change func(*T)) func(*T) int {
	return func(v *T) int { change(v); return 1 }
}

// drop makes a hook that loses the first row that matches.
func drop[T any](match func(*T) bool) func(*T) int {
	dropped := false
	return func(v *T) int {
		if !dropped && match(v) {
			dropped = true
			return 0
		}
		return 1
	}
}

var oneCent = money.MustParse("0.01 EUR")

func plusCent(m money.Money) money.Money {
	sum, err := m.Add(oneCent)
	if err != nil {
		panic(err)
	}
	return sum
}

// TestVerifyFindsWhatWasTamperedWith corrupts one thing for each check and wants
// that check to say so. Where a corruption breaks several invariants by nature
// (a table row also differs from its history) the others are listed.
func TestVerifyFindsWhatWasTamperedWith(t *testing.T) {
	const fold = "history.fold"
	cases := []struct {
		check  string
		also   []string
		tamper func(*tampered)
	}{
		{"order.totals", []string{fold}, func(s *tampered) {
			s.order = once(func(o *order.Order) bool { o.Totals.Total = plusCent(o.Totals.Total); return true })
		}},
		{"order.shares", []string{fold, "order.totals", "reports.facts"}, func(s *tampered) {
			s.order = once(func(o *order.Order) bool {
				l := o.Lines[0]
				o.Adjustments = append([]order.Adjustment{{
					ID: uuid.New(), Kind: order.Discount, Scope: order.OnLine, LineID: l.ID,
					Amount: oneCent.Neg(), TaxPart: money.Zero("EUR"),
				}}, o.Adjustments...)
				return true
			})
		}},
		{"order.currency", []string{"payment.totals", "payment.ladder", "payment.doubt", fold}, func(s *tampered) {
			s.tender = always(func(p *payment.Tender) { p.Amount = money.MustParse("1.00 USD") })
		}},
		{"order.credits", []string{fold}, func(s *tampered) {
			s.order = once(func(o *order.Order) bool {
				o.Lines[0].Credited = plusCent(o.Lines[0].Total)
				return true
			})
		}},
		{"order.partition", []string{fold, "order.counters", "stock.shipped", "order.owners", "stock.owners"}, func(s *tampered) {
			s.order = once(func(o *order.Order) bool { o.Lines[0].Canceled = quantity.Of(1); return true })
		}},
		{"order.counters", []string{fold, "stock.shipped", "order.partition"}, func(s *tampered) {
			s.order = once(func(o *order.Order) bool {
				l := &o.Lines[0]
				if l.Shipped.Sign() <= 0 || l.Allocated.Sign() <= 0 {
					return false
				}
				l.Released, l.Allocated = l.Allocated, quantity.Quantity{}
				return true
			})
		}},
		{"order.exchanges", []string{fold}, func(s *tampered) {
			s.order = once(func(o *order.Order) bool {
				if len(o.Returns) == 0 {
					return false
				}
				o.Returns[0].Outbound = uuid.New()
				return true
			})
		}},
		{"order.claims", []string{fold}, func(s *tampered) {
			s.order = once(func(o *order.Order) bool {
				if len(o.Returns) == 0 {
					return false
				}
				o.Returns[0].Claim = order.Claim{Kind: order.ClaimLate, Status: order.ClaimWithdrawn, ClosedAt: o.PlacedAt}
				return true
			})
		}},
		{"order.holds", []string{fold}, func(s *tampered) {
			s.order = once(func(o *order.Order) bool {
				o.Holds = []order.Hold{{ID: uuid.New(), Type: "manual", Scope: order.HoldsLine, Target: uuid.New(), Status: order.HoldReleased}}
				return true
			})
		}},
		{"fulfillment.parcels", []string{fold}, func(s *tampered) {
			s.fulfillment = always(func(f *fulfillment.Fulfillment) {
				f.Shipments[0].Parcels[0].Contents[0].Quantity = quantity.Of(99)
			})
		}},
		{"payment.ladder", []string{fold, "payment.totals", "payment.doubt"}, func(s *tampered) {
			s.tender = always(func(p *payment.Tender) { p.Totals.Captured = plusCent(p.Totals.Authorized) })
		}},
		{"payment.totals", []string{fold}, func(s *tampered) {
			s.tender = always(func(p *payment.Tender) { p.Totals.RefundingNow = plusCent(p.Totals.RefundingNow) })
		}},
		{"payment.references", []string{fold, "payment.doubt"}, func(s *tampered) {
			s.tender = always(func(p *payment.Tender) { p.Ops[0].Ref = "same" })
		}},
		{"payment.doubt", []string{fold, "payment.totals", "payment.ladder"}, func(s *tampered) {
			s.tender = always(func(p *payment.Tender) {
				p.Ops[0].State, p.Ops[0].NextAt = payment.InDoubt, time.Time{}
			})
		}},
		{"calls.unfinished", []string{fold, "payment.totals", "payment.ladder", "payment.doubt"}, func(s *tampered) {
			s.tender = always(func(p *payment.Tender) {
				p.Ops[0].State, p.Ops[0].CreatedAt = payment.Created, p.Ops[0].CreatedAt.Add(-time.Hour)
			})
		}},
		{"payment.returned", []string{fold, "order.partition", "order.counters", "order.credits", "stock.owners", "stock.shipped", "history.version"}, func(s *tampered) {
			s.order = always(func(o *order.Order) {
				o.ClosedAt = o.PlacedAt
				for i := range o.Lines {
					l := &o.Lines[i]
					l.Counts = order.Counts{Canceled: l.Quantity}
				}
				o.Totals.Credited = o.Totals.Total
			})
		}},
		{"payment.parked", nil, func(s *tampered) {
			s.parked = []payment.Report{{EventID: "nobody's", Gateway: "card", ReceivedAt: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}}
		}},
		{"stock.reservations", nil, func(s *tampered) {
			s.reservation = once(func(r *inventory.Reservation) bool {
				if r.Kind != inventory.ForCart {
					return false
				}
				r.Quantity = r.Quantity.Add(quantity.Of(1))
				return true
			})
		}},
		{"stock.available", []string{"stock.movements"}, func(s *tampered) {
			s.level = once(func(l *inventory.Level) bool { l.OnHand = quantity.Of(1); return l.Allocated.Sign() > 0 })
		}},
		{"stock.movements", nil, func(s *tampered) {
			s.level = once(func(l *inventory.Level) bool { l.OnHand = l.OnHand.Add(quantity.Of(1)); return true })
		}},
		{"stock.expired", nil, func(s *tampered) {
			s.reservation = always(func(r *inventory.Reservation) {
				if r.Kind == inventory.ForCart {
					r.ExpiresAt = r.ExpiresAt.Add(-48 * time.Hour)
				}
			})
		}},
		{"stock.owners", []string{"stock.reservations"}, func(s *tampered) {
			s.reservation = drop(func(r *inventory.Reservation) bool {
				return r.Kind == inventory.ForOrder && r.Status == inventory.Pending
			})
		}},
		{"stock.shipped", []string{"stock.movements"}, func(s *tampered) {
			s.move = drop(func(m *inventory.Move) bool { return m.Kind == inventory.Ship })
		}},
		{"history.begin", nil, func(s *tampered) {
			s.event = always(func(e *event.Event) {
				if e.Version == 1 && e.Aggregate == event.Order {
					e.Version = 0
				}
			})
		}},
		{"history.gapless", nil, func(s *tampered) {
			s.event = drop(func(e *event.Event) bool { return e.Aggregate == event.Order && e.Version == 2 })
		}},
		{"history.version", []string{fold}, func(s *tampered) {
			s.order = once(func(o *order.Order) bool { o.Version++; return true })
		}},
		{"history.transitions", []string{fold, "history.version"}, func(s *tampered) {
			s.event = once(func(e *event.Event) bool {
				delta, ok := e.Payload.(*order.Delta)
				if !ok || e.Version != 1 {
					return false
				}
				changed := *delta
				changed.Order.Status = order.StatusCompleted
				e.Payload = &changed
				return true
			})
		}},
		{"history.chain", []string{fold}, func(s *tampered) {
			s.event = once(func(e *event.Event) bool {
				delta, ok := e.Payload.(*order.Delta)
				if !ok {
					return false
				}
				changed := *delta
				changed.Order.Version = 99
				e.Payload = &changed
				return true
			})
		}},
		{fold, []string{"reports.facts"}, func(s *tampered) {
			s.order = once(func(o *order.Order) bool { o.Country = "FR"; return true })
		}},
		{"history.cause", nil, func(s *tampered) {
			s.event = once(func(e *event.Event) bool { e.Cause = ""; return true })
		}},
		{"keys.unique", nil, func(s *tampered) {
			s.key = func(*storage.Key) int { return 2 }
		}},
		{"keys.results", nil, func(s *tampered) {
			s.key = once(func(k *storage.Key) bool {
				if k.Command != "order.place" {
					return false
				}
				k.Result = append([]byte(nil), k.Result...)
				k.Result[3] ^= 0xff
				return true
			})
		}},
		{"events.outbox", nil, func(s *tampered) {
			s.event = once(func(e *event.Event) bool { e.Position = 1 << 40; return e.Version == 1 && e.Aggregate == event.Item })
		}},
		{"events.cursor", nil, func(s *tampered) {
			s.lease = once(func(l *storage.Lease) bool { l.Position = 1 << 40; return l.Name == "sink:log" })
		}},
		{"events.lag", nil, func(s *tampered) {
			s.lease = drop(func(l *storage.Lease) bool { return l.Name == "sink:log" })
			s.event = always(func(e *event.Event) { e.RecordedAt = e.RecordedAt.Add(-time.Hour) })
		}},
		{"events.letters", nil, func(s *tampered) {
			s.lease = always(func(l *storage.Lease) {
				if l.Name == "sink:log" {
					l.Position, l.Attempts, l.NextAt = 1, 1, time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
				}
			})
			s.event = always(func(e *event.Event) { e.RecordedAt = e.RecordedAt.Add(-25 * time.Hour) })
		}},
		{"reports.facts", nil, func(s *tampered) {
			s.fact = drop(func(f *reporting.Fact) bool { return f.Kind == reporting.Credit })
		}},
		{"customer.merges", []string{fold}, func(s *tampered) {
			s.customer = always(func(c *crm.Customer) {
				if c.Merged() {
					c.MergedInto = c.ID
				}
			})
		}},
		{"customer.merges", nil, func(s *tampered) {
			for c := range s.Customers(context.Background(), crm.Filter{Merged: true}) {
				if c.Merged() {
					s.address = always(func(a *crm.Address) { a.CustomerID = c.ID })
				}
			}
		}},
		{"customer.merges", []string{"history.begin", "customer.addresses"}, func(s *tampered) {
			s.customer = drop(func(c *crm.Customer) bool { return !c.Merged() })
		}},
		{"customer.merges", []string{fold}, func(s *tampered) {
			s.customer = once(func(c *crm.Customer) bool {
				if !c.Merged() {
					return false
				}
				c.MergedInto = uuid.New()
				return true
			})
		}},
		{"customer.addresses", nil, func(s *tampered) {
			s.address = always(func(a *crm.Address) { a.DefaultShipping = true })
		}},
		{"customer.addresses", nil, func(s *tampered) {
			s.address = always(func(a *crm.Address) { a.CustomerID = uuid.UUID{1} })
		}},
		{"customer.credit", []string{fold}, func(s *tampered) {
			s.customer = once(func(c *crm.Customer) bool {
				c.Credit = &crm.Credit{Accounts: []crm.Account{{Limit: eur("9.00"), Paid: eur("1.00")}}}
				return true
			})
		}},
		{"customer.credit", []string{fold}, func(s *tampered) {
			s.tender = always(func(t *payment.Tender) { t.Gateway, t.Method = oms.GatewayAccount, uuid.NewString() })
		}},
		{"order.store_credit", []string{fold, "reports.facts"}, func(s *tampered) {
			s.order = once(func(o *order.Order) bool {
				if len(o.Returns) == 0 {
					return false
				}
				fee := order.Adjustment{
					ID: uuid.New(), Scope: order.OnOrder, Kind: order.Fee, Code: order.CodeStoreCredit, Source: o.Returns[0].ID,
					Amount: eur("1.00"), TaxPart: eur("0.00"), At: o.PlacedAt,
				}
				o.Adjustments = append(o.Adjustments, fee)
				o.Totals.Fees, o.Totals.Total = must(o.Totals.Fees.Add(fee.Amount)), must(o.Totals.Total.Add(fee.Amount))
				return true
			})
		}},
		{"company.spending", []string{fold}, func(s *tampered) {
			s.order = once(func(o *order.Order) bool { o.CompanyID, o.CompanyDay = uuid.New(), "2026-03-01"; return true })
		}},
		{fold, nil, func(s *tampered) {
			s.customer = once(func(c *crm.Customer) bool { c.UpdatedAt = c.UpdatedAt.Add(time.Hour); return true })
		}},
		{"history.version", nil, func(s *tampered) {
			s.customer = once(func(c *crm.Customer) bool { c.Version++; return true })
		}},
		{"subscription.schedule", []string{fold}, func(s *tampered) {
			s.subscription = always(func(x *order.Subscription) { x.Next = x.Next.Add(time.Hour) })
		}},
		{"subscription.schedule", []string{fold}, func(s *tampered) {
			s.subscription = always(func(x *order.Subscription) { x.NextAt = time.Time{} })
		}},
		{"subscription.schedule", []string{fold}, func(s *tampered) {
			s.subscription = always(func(x *order.Subscription) { x.Status = order.SubscriptionPaused })
		}},
		{"subscription.once", nil, func(s *tampered) {
			s.event = always(func(e *event.Event) {
				if e.Type == oms.SubscriptionRan {
					delta := *e.Payload.(*order.SubscriptionDelta)
					delta.Date = time.Time{}
					e.Payload = &delta
				}
			})
		}},
		{fold, nil, func(s *tampered) {
			s.subscription = always(func(x *order.Subscription) { x.Lines[0].SKU = "PIN" })
		}},
		{"history.version", nil, func(s *tampered) {
			s.subscription = always(func(x *order.Subscription) { x.Version++ })
		}},
		{"history.begin", nil, func(s *tampered) {
			s.subscription = drop(func(*order.Subscription) bool { return true })
		}},
		{"draft.status", []string{fold}, func(s *tampered) {
			s.draft = always(func(x *order.Draft) { x.ExpiresAt = time.Time{} })
		}},
		{"draft.status", []string{fold}, func(s *tampered) {
			s.draft = always(func(x *order.Draft) { x.OrderID = uuid.UUID{1} })
		}},
		{"draft.status", []string{fold}, func(s *tampered) {
			s.draft = always(func(x *order.Draft) { x.Status = order.QuoteOffered })
		}},
		{fold, nil, func(s *tampered) {
			s.draft = always(func(x *order.Draft) { x.Lines[0].SKU = "PIN" })
		}},
		{"history.version", nil, func(s *tampered) {
			s.draft = always(func(x *order.Draft) { x.Version++ })
		}},
		{"history.begin", nil, func(s *tampered) {
			s.draft = drop(func(*order.Draft) bool { return true })
		}},
		{"store.durability", nil, func(s *tampered) {
			s.findings = []storage.Finding{{Topic: storage.Durability, Name: "synchronous", Value: "off", Want: "full"}}
		}},
		{"store.schema", nil, func(s *tampered) {
			s.findings = []storage.Finding{{Topic: storage.Schema, Name: "version", Value: "99", Want: "1"}}
		}},
	}
	covered := make(map[string]bool)
	for _, c := range cases {
		covered[c.check] = true
		t.Run(c.check, func(t *testing.T) {
			s := messyShop(t)
			store := &tampered{Store: s.store}
			c.tamper(store)
			report, err := s.With(store).Verify(s.ctx, oms.VerifyOptions{})
			require.NoError(t, err)
			found := make(map[string]bool)
			for _, v := range report.Violations {
				found[v.Check] = true
			}
			require.True(t, found[c.check], "found only %v", report.Violations)
			for check := range found {
				require.Contains(t, append(c.also, c.check), check, "%v", report.Violations)
			}
		})
	}
	for _, check := range oms.Checks() {
		require.True(t, covered[check.ID], "check %s has no tamper test", check.ID)
	}
}

func TestVerifySaysWhatItCouldNotLookAt(t *testing.T) {
	s := messyShop(t)
	broken := errors.New("disk on fire")
	store := &failingBooks{Store: s.store, err: broken}
	report, err := s.With(store).Verify(s.ctx, oms.VerifyOptions{})
	require.ErrorIs(t, err, broken)
	require.NotEmpty(t, report.Incomplete)
	require.False(t, report.Clean())
}

type failingBooks struct {
	storage.Store
	err error
}

func (s *failingBooks) Snapshot(ctx context.Context, fn func(storage.Books) error) error {
	return s.Store.Snapshot(ctx, func(b storage.Books) error { return fn(brokenLevels{b, s.err}) })
}

type brokenLevels struct {
	storage.Books
	err error
}

func (b brokenLevels) AllLevels(context.Context) iter.Seq2[inventory.Level, error] {
	return func(yield func(inventory.Level, error) bool) { yield(inventory.Level{}, b.err) }
}

// A hold is on something that the order has, and one of a type is in force there.
func TestVerifyLooksAtWhatHoldsAreOn(t *testing.T) {
	on := func(scope order.HoldScope, target uuid.UUID) order.Hold {
		return order.Hold{ID: uuid.New(), Type: "manual", Scope: scope, Target: target, Status: order.HoldOpen}
	}
	over := on(order.HoldsOrder, uuid.Nil)
	over.Status = order.HoldReleased
	for name, c := range map[string]struct {
		holds func(*order.Order) []order.Hold
		found int
	}{
		"an order with a target": {func(*order.Order) []order.Hold { return []order.Hold{on(order.HoldsOrder, uuid.New())} }, 1},
		"nobody's parcel":        {func(*order.Order) []order.Hold { return []order.Hold{on(order.HoldsFulfillment, uuid.New())} }, 1},
		"no scope":               {func(*order.Order) []order.Hold { return []order.Hold{on("", uuid.Nil)} }, 1},
		"two of a type": {func(*order.Order) []order.Hold {
			return []order.Hold{on(order.HoldsOrder, uuid.Nil), on(order.HoldsOrder, uuid.Nil)}
		}, 1},
		"one behind another": {func(*order.Order) []order.Hold { return []order.Hold{over, on(order.HoldsOrder, uuid.Nil)} }, 0},
		"two lines": {func(o *order.Order) []order.Hold {
			return []order.Hold{on(order.HoldsLine, o.Lines[0].ID), on(order.HoldsLine, o.Lines[1].ID)}
		}, 0},
	} {
		s := messyShop(t)
		store := &tampered{Store: s.store, order: once(func(o *order.Order) bool {
			if len(o.Lines) < 2 {
				return false
			}
			o.Holds = c.holds(o)
			return true
		})}
		report, err := s.With(store).Verify(s.ctx, oms.VerifyOptions{})
		require.NoError(t, err)
		found := 0
		for _, v := range report.Violations {
			if v.Check == "order.holds" {
				found++
			}
		}
		require.Equal(t, c.found, found, "%s: %v", name, report.Violations)
	}
}

// What goods pay for others is told alike by both orders.
func TestVerifyLooksAtBothEndsOfExchanges(t *testing.T) {
	for name, tamper := range map[string]func(o *order.Order) bool{
		"another original": func(o *order.Order) bool {
			if o.Original != uuid.Nil {
				o.Original = uuid.New()
			}
			return o.Original != uuid.Nil
		},
		"more allowed": func(o *order.Order) bool { return o.Original != uuid.Nil && dearer(o) },
		"more charged": func(o *order.Order) bool { return o.Original == uuid.Nil && dearer(o) },
		"not allowed": func(o *order.Order) bool {
			if o.Original != uuid.Nil {
				o.Adjustments = nil
			}
			return o.Original != uuid.Nil
		},
		"not charged": func(o *order.Order) bool {
			if o.Original == uuid.Nil {
				o.Returns = nil
			}
			return o.Original == uuid.Nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t)
			o := s.sent(1)
			s.back(o, s.exchange(o, 1, oms.Exchange{For: []oms.CartLine{line("MUG", 1)}}))
			store := &tampered{Store: s.store, order: once(tamper)}
			report, err := s.With(store).Verify(s.ctx, oms.VerifyOptions{})
			require.NoError(t, err)
			require.True(t, slices.ContainsFunc(report.Violations, func(v oms.Violation) bool { return v.Check == "order.exchanges" }), "%v", report.Violations)
		})
	}
}

// dearer lets what goods pay for others be a cent more.
func dearer(o *order.Order) bool {
	for i := range o.Adjustments {
		if a := &o.Adjustments[i]; a.Code == order.CodeExchange {
			a.Amount = plusCent(a.Amount)
			return true
		}
	}
	return false
}
