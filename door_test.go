package oms_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/payment"
	gateway "github.com/go-oms/oms/payment/sandbox"
	"github.com/go-oms/oms/quantity"
)

func TestBadCartsAreRefusedByField(t *testing.T) {
	s := newShop(t, func(cfg *oms.Config) {
		cfg.Prices = order.PriceList{
			"TEE-M": money.MustParse("19.90 EUR"), "YEN": money.MustParse("100 JPY"), "UNKNOWN": money.MustParse("1 EUR"),
		}
		cfg.Limits = order.Limits{MaxLines: 3}
	})
	s.receive("TEE-M", 9)
	s.receive("YEN", 9)
	before := s.position()
	tee := line("TEE-M", 1)
	cases := map[string]struct {
		cart oms.Cart
		want string
	}{
		"no lines":          {oms.Cart{}, "lines"},
		"too many lines":    {oms.Cart{Lines: []oms.CartLine{tee, tee, tee, tee}}, "lines"},
		"zero quantity":     {oms.Cart{Lines: []oms.CartLine{tee, line("TEE-M", 0)}}, "lines[1].quantity"},
		"negative quantity": {oms.Cart{Lines: []oms.CartLine{line("TEE-M", -1)}}, "lines[0].quantity"},
		"too fine":          {oms.Cart{Lines: []oms.CartLine{{SKU: "TEE-M", Quantity: quantity.MustParse("0.5")}}}, "lines[0].quantity"},
		"absurd quantity":   {oms.Cart{Lines: []oms.CartLine{{SKU: "TEE-M", Quantity: quantity.FromMicro(1 << 62)}}}, "lines[0].quantity"},
		"unknown item":      {oms.Cart{Lines: []oms.CartLine{line("UNKNOWN", 1)}}, "UNKNOWN"},
		"no price":          {oms.Cart{Lines: []oms.CartLine{line("NOPRICE", 1)}}, "lines[0].sku"},
		"mixed currencies":  {oms.Cart{Lines: []oms.CartLine{tee, line("YEN", 1)}}, "lines[1].sku"},
		"unknown method":    {oms.Cart{Lines: []oms.CartLine{tee}, Shipping: "teleport"}, "standard"},
		"unknown coupon":    {oms.Cart{Lines: []oms.CartLine{tee}, Coupons: []string{"FREE"}}, "FREE"},
		"bad country":       {oms.Cart{Lines: []oms.CartLine{tee}, ShipTo: order.Address{Country: "Germany"}}, "ship_to.country"},
		"long key":          {oms.Cart{Key: strings.Repeat("k", 200), Lines: []oms.CartLine{tee}}, "key"},
		"bad metadata":      {oms.Cart{Lines: []oms.CartLine{tee}, Metadata: order.Metadata{strings.Repeat("x", 300): "y"}}, "metadata"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := s.Place(s.ctx, c.cart)
			require.Error(t, err)
			require.Equal(t, fault.Rejected, fault.KindOf(err), "%v", err)
			require.Contains(t, err.Error(), c.want)
		})
	}
	require.Equal(t, before, s.position(), "a refused cart wrote something")
	s.clean()
}

func TestBadEntriesAreRefusedByField(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 9)
	entry := func(price string) oms.Entry {
		return oms.Entry{Lines: []oms.EntryLine{{SKU: "TEE-M", Quantity: quantity.Of(1), UnitPrice: money.MustParse(price)}}}
	}
	_, err := s.Enter(s.ctx, entry("-1 EUR"))
	require.ErrorContains(t, err, "lines[0].unit_price")
	_, err = money.Parse("1.123456789 EUR")
	require.Error(t, err, "a unit price finer than six decimals beyond the currency's is no money")
	mixed := entry("1 EUR")
	mixed.Lines = append(mixed.Lines, oms.EntryLine{SKU: "TEE-M", Quantity: quantity.Of(1), UnitPrice: money.MustParse("1 USD")})
	_, err = s.Enter(s.ctx, mixed)
	require.ErrorContains(t, err, "lines[1].unit_price")
	fine := entry("0.00333333 EUR")
	fine.Lines[0].Quantity = quantity.Of(3)
	o, err := s.Enter(s.ctx, fine)
	require.NoError(t, err)
	require.Equal(t, "0.01 EUR", o.Totals.Total.String())
	free, err := s.Enter(s.ctx, entry("0 EUR"))
	require.NoError(t, err)
	require.Equal(t, order.StatusConfirmed, free.Status, "nothing to pay")
	s.clean()
}

func TestStaleVersionsAndForeignLinesAreRefused(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 9)
	a, b := s.place(line("TEE-M", 1)), s.place(line("TEE-M", 1))
	s.pay(a)
	_, err := s.Cancel(s.ctx, a.ID, oms.Cancellation{Version: a.Version, Reason: "x"})
	var stale *fault.StaleError
	require.ErrorAs(t, err, &stale)
	require.Equal(t, fault.Conflict, fault.KindOf(err))
	_, err = s.Cancel(s.ctx, a.ID, oms.Cancellation{Reason: "x", Lines: []oms.LineQuantity{{LineID: b.Lines[0].ID, Quantity: quantity.Of(1)}}})
	var missing *fault.NotFoundError
	require.ErrorAs(t, err, &missing)
	_, err = s.Cancel(s.ctx, uuid.New(), oms.Cancellation{Reason: "x"})
	require.ErrorAs(t, err, &missing)
	s.clean()
}

func TestAShopperSeesHisOwnOrdersOnly(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 9)
	ada, eve := uuid.New(), uuid.New()
	as := func(id uuid.UUID) *oms.Client { return s.As(event.Actor{Kind: event.Shopper, ID: id.String()}) }
	cart := oms.Cart{CustomerID: ada, Lines: []oms.CartLine{line("TEE-M", 1)}}
	o, err := as(ada).Place(s.ctx, cart)
	require.NoError(t, err)
	_, err = as(eve).Place(s.ctx, cart)
	require.Equal(t, fault.Rejected, fault.KindOf(err))
	_, err = as(ada).Order(s.ctx, o.ID)
	require.NoError(t, err)
	var missing *fault.NotFoundError
	_, err = as(eve).Order(s.ctx, o.ID)
	require.ErrorAs(t, err, &missing)
	_, err = as(eve).OrderByNumber(s.ctx, o.Number)
	require.ErrorAs(t, err, &missing)
	_, err = as(eve).Cancel(s.ctx, o.ID, oms.Cancellation{Reason: "mine now"})
	require.ErrorAs(t, err, &missing)
	_, err = as(eve).Pay(s.ctx, o.ID, oms.Payment{Gateway: "card", Source: "tok_visa"})
	require.ErrorAs(t, err, &missing)
	n := 0
	for _, err := range as(eve).Orders(s.ctx, order.Filter{}) {
		require.NoError(t, err)
		n++
	}
	require.Zero(t, n)
	_, err = as(eve).Timeline(s.ctx, o.ID)
	require.ErrorAs(t, err, &missing)
	_, err = as(ada).Enter(s.ctx, oms.Entry{})
	require.Equal(t, fault.Rejected, fault.KindOf(err))
}

func TestTenantsDoNotMeet(t *testing.T) {
	s := newShop(t)
	other := s.Tenant("acme")
	s.receive("TEE-M", 1)
	_, err := other.Place(s.ctx, oms.Cart{Lines: []oms.CartLine{line("TEE-M", 1)}})
	require.Equal(t, fault.Rejected, fault.KindOf(err), "the other tenant has no stock")
	require.NoError(t, other.Inventory.Receive(s.ctx, inventory.Receipt{SKU: "TEE-M", Location: "main", Quantity: quantity.Of(1)}))
	a := s.place(line("TEE-M", 1))
	b, err := other.Place(s.ctx, oms.Cart{Key: "k", Lines: []oms.CartLine{line("TEE-M", 1)}})
	require.NoError(t, err)
	require.Equal(t, a.Number, b.Number, "each tenant counts by itself")
	var missing *fault.NotFoundError
	_, err = other.Order(s.ctx, a.ID)
	require.ErrorAs(t, err, &missing)
	_, err = s.Order(s.ctx, b.ID)
	require.ErrorAs(t, err, &missing)
	s.clock.Add(48 * time.Hour)
	work, err := s.RunOnce(s.ctx)
	require.NoError(t, err)
	require.Equal(t, 2, work.Expired, "Run serves every tenant")
}

func TestTheAuthorizerIsAskedOncePerCommand(t *testing.T) {
	var asked []string
	deny := errors.New("no")
	s := newShop(t, func(cfg *oms.Config) {
		cfg.Authorizer = oms.AuthorizerFunc(func(_ context.Context, a event.Actor, command string) error {
			asked = append(asked, command)
			if a.Has("guest") {
				return &denied{deny}
			}
			return nil
		})
	})
	s.receive("TEE-M", 1)
	o := s.place(line("TEE-M", 1))
	s.trusting, asked = true, nil
	s.pay(o)
	require.Equal(t, []string{"order.pay"}, asked)
	_, err := s.As(event.Actor{Kind: event.Staff, Roles: []string{"guest"}}).Cancel(s.ctx, o.ID, oms.Cancellation{Reason: "x"})
	require.ErrorIs(t, err, deny)
	require.Equal(t, fault.Rejected, fault.KindOf(err))
}

type denied struct{ error }

func (denied) Fault() fault.Kind { return fault.Rejected }
func (d denied) Unwrap() error   { return d.error }

func TestEventsReachTheSinksInOrderAndAgainAfterAFailure(t *testing.T) {
	var got []event.Event
	fail := true
	s := newShop(t, func(cfg *oms.Config) {
		cfg.Sinks = oms.Sinks{"log": oms.SinkFunc(func(_ context.Context, _ string, events []event.Event) error {
			if fail {
				return errors.New("down")
			}
			got = append(got, events...)
			return nil
		})}
	})
	s.receive("TEE-M", 5)
	s.pay(s.place(line("TEE-M", 1)))
	work, err := s.RunOnce(s.ctx)
	require.NoError(t, err)
	require.Zero(t, work.Delivered)
	fail = false
	work, err = s.RunOnce(s.ctx)
	require.NoError(t, err)
	require.Zero(t, work.Delivered, "a failing sink is left alone for a while")
	s.clock.Add(2 * time.Second)
	_, err = s.RunOnce(s.ctx)
	require.NoError(t, err)
	versions := make(map[uuid.UUID]int64)
	for _, e := range got {
		require.Equal(t, versions[e.ID]+1, e.Version)
		versions[e.ID] = e.Version
	}
	count := 0
	for range s.store.Stream(s.ctx, 0, 0) {
		count++
	}
	require.Len(t, got, count)
	s.clean()
}

func TestWebhooksComeTwiceAndBeforeTheirTime(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 5)
	o := s.place(line("TEE-M", 1))
	paid, err := s.Pay(s.ctx, o.ID, oms.Payment{Gateway: "card", Source: gateway.TokenPending})
	require.NoError(t, err)
	require.True(t, s.card.Settle(paid.Op.ID))
	hooks := s.card.Webhooks()
	require.NotEmpty(t, hooks)
	slices.Reverse(hooks)
	for _, hook := range append(hooks, hooks...) {
		ack, err := s.Webhook(s.ctx, "card", hook)
		require.NoError(t, err)
		require.Equal(t, 200, ack.Status)
		s.clean()
	}
	require.Equal(t, order.PaymentPaid, s.order(o.ID).PaymentStatus)
	require.Equal(t, order.StatusConfirmed, s.order(o.ID).Status)

	forged := hooks[0]
	forged.Body = append([]byte(nil), forged.Body...)
	forged.Body[len(forged.Body)/2] ^= 1
	_, err = s.Webhook(s.ctx, "card", forged)
	var signature *payment.SignatureError
	require.ErrorAs(t, err, &signature)
}

// TestTenThousandBuyersAndAHundredUnits is the attack that sells what is not
// there: exactly as many orders as units, and nothing but shortages otherwise.
func TestTenThousandBuyersAndAHundredUnits(t *testing.T) {
	buyersRush(t, newShop(t))
}

func buyersRush(t *testing.T, s *shop) {
	t.Helper()
	const buyers, stock = 10_000, 100
	s.receive("TEE-M", stock)
	var sold, short, other atomic.Int64
	var orders sync.Map
	var wg sync.WaitGroup
	for i := range buyers {
		wg.Add(1)
		go func() {
			defer wg.Done()
			o, err := s.Place(s.ctx, oms.Cart{Key: fmt.Sprintf("buyer-%d", i), Lines: []oms.CartLine{line("TEE-M", 1)}})
			var shortage *inventory.ShortageError
			switch {
			case err == nil:
				sold.Add(1)
				orders.Store(o.ID, o)
			case errors.As(err, &shortage):
				short.Add(1)
			default:
				other.Add(1)
				t.Errorf("buyer %d: %v", i, err)
			}
		}()
	}
	wg.Wait()
	require.EqualValues(t, stock, sold.Load())
	require.EqualValues(t, buyers-stock, short.Load())
	require.Zero(t, other.Load())
	s.clean()
	// Released units sell again.
	orders.Range(func(id, _ any) bool {
		_, err := s.Cancel(s.ctx, id.(uuid.UUID), oms.Cancellation{Reason: "changed"})
		require.NoError(t, err)
		return false
	})
	s.place(line("TEE-M", 1))
	_, err := s.Place(s.ctx, oms.Cart{Lines: []oms.CartLine{line("TEE-M", 1)}})
	var shortage *inventory.ShortageError
	require.ErrorAs(t, err, &shortage)
}

// TestOneKeyManyCallers repeats one command at the same time: one effect, and the
// same answer for everybody.
func TestOneKeyManyCallers(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 100)
	var wg sync.WaitGroup
	ids := make([]uuid.UUID, 64)
	for i := range ids {
		wg.Add(1)
		go func() {
			defer wg.Done()
			o, err := s.Place(s.ctx, oms.Cart{Key: "one", Lines: []oms.CartLine{line("TEE-M", 1)}})
			if err != nil {
				t.Errorf("caller %d: %v", i, err)
				return
			}
			ids[i] = o.ID
		}()
	}
	wg.Wait()
	for _, id := range ids {
		require.Equal(t, ids[0], id)
	}
	require.Equal(t, quantity.Of(1), s.level("TEE-M").Allocated)
	s.clean()
}

// TestManyRunsAtOnceDoEachPieceOnce lets several processes run over the same work.
func TestManyRunsAtOnceDoEachPieceOnce(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 100)
	for range 30 {
		s.place(line("TEE-M", 1))
	}
	s.clock.Add(48 * time.Hour)
	var expired atomic.Int64
	var wg sync.WaitGroup
	for range 4 {
		process, err := oms.New(oms.Config{Store: s.store, Now: s.clock.Now})
		require.NoError(t, err)
		wg.Add(1)
		go func() {
			defer wg.Done()
			for range 20 {
				work, err := process.RunOnce(s.ctx)
				if err != nil {
					t.Errorf("run: %v", err)
				}
				expired.Add(int64(work.Expired))
			}
		}()
	}
	wg.Wait()
	require.EqualValues(t, 30, expired.Load())
	s.clean()
}

func TestCloseDrainsAndRefuses(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 1)
	require.NoError(t, s.Close(s.ctx))
	_, err := s.Place(s.ctx, oms.Cart{Lines: []oms.CartLine{line("TEE-M", 1)}})
	require.ErrorIs(t, err, oms.ErrClosed)
	require.Equal(t, fault.Rejected, fault.KindOf(err))
}

func TestAWrongConfigurationIsNamedWhole(t *testing.T) {
	_, err := oms.New(oms.Config{
		Gateways: oms.Gateways{"card": nil},
		Channels: map[string]oms.Channel{"web": {Workflow: "nowhere", Currency: "E"}},
		Rules:    order.Registry{Effects: []string{"paint"}},
	})
	for _, want := range []string{"Store", "card", "paint"} {
		require.ErrorContains(t, err, want)
	}
}

func TestNotesStayOutOfTheHistory(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 1)
	o := s.place(line("TEE-M", 1))
	_, err := s.AddNote(s.ctx, o.ID, oms.Note{Text: "Ada has measles", Internal: true})
	require.NoError(t, err)
	s.clean()
	notes, err := s.Notes(s.ctx, o.ID)
	require.NoError(t, err)
	require.Equal(t, "Ada has measles", notes[0].Text)
	for e, err := range s.store.Stream(s.ctx, 0, 0) {
		require.NoError(t, err)
		require.NotContains(t, fmt.Sprintf("%+v", e.Payload), "measles")
	}
	entries, err := s.Timeline(s.ctx, o.ID)
	require.NoError(t, err)
	require.Equal(t, "order.noted", entries[len(entries)-1].Type)
}
