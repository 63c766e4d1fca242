package oms_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
	"github.com/go-oms/oms/storage"
	"github.com/go-oms/oms/storage/memory"
)

// A programme is a random life of a shop, by a seed: orders are placed, paid, changed,
// shipped, called off and sent back, and the same is entered in plain books. The plain
// books say of every command whether it is allowed, and after it where every unit and
// every minor unit of money is. OMS_PROGRAMMES says which seeds are lived on memory:
// "7" one of them, with its log; "0-99999" many; the tests live the first ones.
type programme struct {
	*shop
	rng      *rand.Rand
	currency money.Currency
	books    *plainBooks
	log      []string
	touched  *plainOrder
}

// plainStep is a command: what the plain books say of it, how it is asked for, and what it
// does to the plain books.
type plainStep struct {
	name    string
	allowed bool
	ask     func(key string) error
	enter   func()
}

const programmeSteps = 24

func TestRandomProgrammesInMemory(t *testing.T) {
	if os.Getenv("OMS_TEST_STORE") != "" {
		t.Skip("the programmes have stores of their own")
	}
	t.Parallel()
	from, to := uint64(0), uint64(9_999)
	asked := os.Getenv("OMS_PROGRAMMES")
	if asked != "" {
		first, last, many := strings.Cut(asked, "-")
		if !many {
			last = first
		}
		var err error
		from, err = strconv.ParseUint(first, 10, 64)
		require.NoError(t, err)
		to, err = strconv.ParseUint(last, 10, 64)
		require.NoError(t, err)
	}
	accepted := map[string]int{}
	for seed := from; seed <= to; seed++ {
		p := live(t, seed, func(*testing.T) storage.Store { return memory.New() }, accepted)
		if from == to {
			t.Log(strings.Join(p.log, "\n"))
		}
	}
	if asked == "" {
		requireEveryStep(t, accepted)
	}
}

func TestRandomProgrammesOnSQLite(t *testing.T) {
	if os.Getenv("OMS_TEST_STORE") != "" {
		t.Skip("the programmes have stores of their own")
	}
	t.Parallel()
	accepted := map[string]int{}
	for seed := range uint64(500) {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) { live(t, 1_000_000+seed, newSQLite, accepted) })
	}
	requireEveryStep(t, accepted)
}

// requireEveryStep sees to it that no kind of step is always refused.
func requireEveryStep(t *testing.T, accepted map[string]int) {
	t.Helper()
	for _, name := range []string{
		"place", "pay", "capture", "ship", "deliver", "cancel lines", "cancel", "request a return", "receive a return",
		"cancel a return", "refund", "change", "undo", "restock",
	} {
		require.Positive(t, accepted[name], name)
	}
}

// live lives the programme of a seed.
func live(t *testing.T, seed uint64, open func(*testing.T) storage.Store, accepted map[string]int) *programme {
	t.Helper()
	p := begin(t, seed, open(t))
	defer func() {
		if t.Failed() {
			t.Logf("OMS_PROGRAMMES=%d\n%s", seed, strings.Join(p.log, "\n"))
		}
	}()
	for n := range programmeSteps {
		s := p.draw()
		if s.name == "" {
			continue
		}
		p.log = append(p.log, fmt.Sprintf("%d %s: %v", n, s.name, s.allowed))
		key := strconv.Itoa(n)
		err := s.ask(key)
		if s.allowed {
			require.NoError(t, err, s.name)
			s.enter()
			accepted[s.name]++
		} else {
			require.Error(t, err, s.name)
			require.Equal(t, fault.Rejected, fault.KindOf(err), "%s: %v", s.name, err)
		}
		if p.rng.IntN(8) == 0 { // the same once more does nothing more
			again := s.ask(key)
			require.Equal(t, err == nil, again == nil, "%s again: %v", s.name, again)
		}
		p.compare()
	}
	_, err := p.RunOnce(p.ctx)
	require.NoError(t, err)
	for _, p.touched = range p.books.orders {
		p.compare()
	}
	p.clean()
	require.NoError(t, p.Close(p.ctx))
	return p
}

// begin opens a shop with terms of the seed's and five SKUs.
func begin(t *testing.T, seed uint64, store storage.Store) *programme {
	t.Helper()
	p := &programme{rng: rand.New(rand.NewPCG(seed, 0)), books: &plainBooks{prices: map[string]plainPrice{}, stock: map[string]*plainStock{}}}
	p.currency = []money.Currency{"EUR", "JPY", "KWD"}[p.rng.IntN(3)]
	b := p.books
	b.terms = order.Terms{
		TaxIncluded: p.rng.IntN(2) == 0, Rounding: money.Rounding(p.rng.IntN(5)),
		Level: []order.TaxLevel{order.PerLine, order.PerUnit, order.PerOrder}[p.rng.IntN(3)],
	}
	for range p.rng.IntN(3) {
		b.rates = append(b.rates, p.rng.Int64N(300_000))
	}
	prices, taxes := order.PriceList{}, order.TaxTable{}
	for i := range b.rates {
		taxes.Rates = append(taxes.Rates, order.TaxRate{Code: fmt.Sprint("tax", i), RatePPM: b.rates[i]})
	}
	for i := range 5 {
		sku, price := fmt.Sprint("SKU", i), plainPrice{p.rng.Int64N(20_000), p.rng.IntN(3)}
		if p.rng.IntN(9) == 0 {
			price.units = 0
		}
		m, err := money.FromScaled(price.units, price.extra, p.currency)
		require.NoError(t, err)
		prices[sku], b.prices[sku], b.stock[sku] = m, price, &plainStock{}
	}
	p.shop = openShop(t, store, func(cfg *oms.Config) {
		cfg.Prices, cfg.Taxes, cfg.Methods = prices, taxes, nil
		cfg.Channels = map[string]oms.Channel{"": {Terms: b.terms}}
	})
	for i := range 5 {
		p.stockUp(fmt.Sprint("SKU", i), p.rng.Int64N(60))
	}
	return p
}

func (p *programme) stockUp(sku string, n int64) {
	if n > 0 {
		p.receive(sku, int32(n))
		p.books.stock[sku].onHand += n
	}
}

func (p *programme) amount(minor int64) money.Money {
	m, err := money.Minor(minor, p.currency)
	require.NoError(p.t, err)
	return m
}

func (p *programme) minor(m money.Money) int64 {
	n, err := m.Minor()
	require.NoError(p.t, err)
	return n
}

// draw draws the next step: mostly one that has an order to be about.
func (p *programme) draw() plainStep {
	p.touched = nil
	if len(p.books.orders) == 0 || p.rng.IntN(7) == 0 {
		return p.place()
	}
	p.touched = p.books.orders[len(p.books.orders)-1-p.rng.IntN(min(3, len(p.books.orders)))]
	return everyStep[p.rng.IntN(len(everyStep))](p)
}

// compare holds the order that the step was about, the stock and the gateway against
// the plain books.
func (p *programme) compare() {
	t := p.t
	for sku, want := range p.books.stock {
		levels, err := p.store.Levels(p.ctx, []string{sku})
		require.NoError(t, err)
		if len(levels) == 0 {
			levels = []inventory.Level{{}}
		}
		have := plainStock{whole(levels[0].OnHand), whole(levels[0].Unavailable), whole(levels[0].Allocated)}
		require.Equal(t, *want, have, sku)
	}
	o := p.touched
	if o == nil {
		return
	}
	have := p.order(o.id)
	require.NoError(t, have.Check())
	require.Equal(t, o.total, p.minor(have.Totals.Total), "total")
	require.Equal(t, o.credited, p.minor(have.Totals.Credited), "credited")
	require.Equal(t, o.status, have.Status)
	require.Len(t, have.Lines, len(o.lines))
	for i, l := range o.lines {
		c := have.Lines[i].Counts
		require.Equal(t, [9]int64{l.open(), l.canceled, l.shipped, l.delivered, l.coming, l.came, l.damaged, l.dismissed, l.credited}, [9]int64{
			whole(c.Open()), whole(c.Canceled), whole(c.Shipped), whole(c.Delivered), whole(c.Coming()), whole(c.ReturnReceived),
			whole(c.ReturnDamaged), whole(c.ReturnDismissed), p.minor(have.Lines[i].Credited),
		}, "line %d", i)
		require.Equal(t, l.open(), whole(c.Allocated), "every open unit has stock")
	}
	p.compareMoney(o, have)
}

// compareMoney asks the gateway, and the order's status.
func (p *programme) compareMoney(o *plainOrder, have *order.Order) {
	var charges []plainTender
	for _, c := range p.card.Charges() {
		if c.Order == have.Number {
			charges = append(charges, plainTender{
				held: p.minor(c.Authorized) - p.minor(c.Captured) - p.minor(c.Voided), voided: p.minor(c.Voided),
				taken: p.minor(c.Captured), back: p.minor(c.Refunded),
			})
		}
	}
	require.Equal(p.t, o.tenders, charges, "the gateway's books")
	require.Equal(p.t, o.paymentStatus(), have.PaymentStatus)
	require.Equal(p.t, o.fulfillmentStatus(), have.FulfillmentStatus)
}

func whole(q quantity.Quantity) int64 { return q.Micro() / quantity.PerUnit }

func units64(n int64) quantity.Quantity { return quantity.FromMicro(n * quantity.PerUnit) }

// place is the first step of any programme.
func (p *programme) place() plainStep {
	n := 1 + p.rng.IntN(4)
	if p.rng.IntN(20) == 0 {
		n = 1 + p.rng.IntN(50)
	}
	o, cart, wanted := &plainOrder{status: order.StatusPending}, oms.Cart{}, map[string]int64{}
	s := plainStep{name: "place", allowed: true}
	for range n {
		sku := fmt.Sprint("SKU", p.rng.IntN(5))
		l := &plainLine{sku: sku, price: p.books.prices[sku], ordered: 1 + p.rng.Int64N(4)}
		o.lines = append(o.lines, l)
		cart.Lines = append(cart.Lines, oms.CartLine{SKU: sku, Quantity: units64(l.ordered)})
		wanted[sku] += l.ordered
	}
	for sku, units := range wanted {
		s.allowed = s.allowed && units <= p.books.stock[sku].free()
	}
	total, tax, each := p.books.price(o.lines)
	o.total = total
	s.ask = func(key string) error {
		cart.Key = key
		have, err := p.Place(p.ctx, cart)
		if err != nil {
			return err
		}
		o.id = have.ID
		require.Equal(p.t, tax, p.minor(have.Totals.Tax), "tax")
		p.identify(o.lines, have.Lines, each)
		return nil
	}
	s.enter = func() {
		for sku, units := range wanted {
			p.books.stock[sku].promised += units
		}
		o.settle()
		p.books.orders = append(p.books.orders, o)
		p.touched = o
	}
	return s
}

// identify notes the ids of new lines, and their sums where the order's tax was shared
// out to them: that these add up to the total is checked with it.
func (p *programme) identify(lines []*plainLine, have []order.Line, each []int64) {
	for i, l := range lines {
		l.id, l.total = have[i].ID, p.minor(have[i].Total)
		if each != nil {
			require.Equal(p.t, each[i], l.total, "line %d", i)
		}
	}
}
