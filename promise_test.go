package oms_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/fulfillment"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
	"github.com/go-oms/oms/reporting"
)

const hour = time.Hour

// ships offers delivery within three days, and another that promises nothing.
func ships(cfg *oms.Config) {
	price := money.MustParse("4.90 EUR")
	cfg.Methods = fulfillment.Methods{
		fulfillment.FlatRate{Offer: fulfillment.Offer{Code: "standard", Label: "Standard", MinDays: 1, MaxDays: 3}, Price: price},
		fulfillment.FlatRate{Offer: fulfillment.Offer{Code: "someday", Label: "Some day"}, Price: price},
	}
}

func (s *shop) send(method string) *order.Order {
	s.t.Helper()
	o, err := s.Place(s.ctx, oms.Cart{
		ShipTo: order.Address{Name: "Ada", City: "London", Country: "GB"}, Lines: []oms.CartLine{line("TEE-M", 1)}, Shipping: method,
	})
	require.NoError(s.t, err)
	s.clean()
	return o
}

// late is how many orders the report of late ones counts.
func (s *shop) late() int64 {
	s.t.Helper()
	r, _ := reporting.Named("late-orders")
	r.Query.Zone = "UTC"
	table, err := s.Report(s.ctx, r.Query)
	require.NoError(s.t, err)
	total, err := table.Total(reporting.OrderCount)
	require.NoError(s.t, err)
	return total.Count()
}

func TestThePromiseIsHandlingAndTheWay(t *testing.T) {
	for name, c := range map[string]struct {
		handling time.Duration
		method   string
		want     time.Duration // from placing; 0 for no promise
	}{
		"a day by default":           {0, "standard", 4 * 24 * hour},
		"as long as the shop says":   {6 * hour, "standard", 3*24*hour + 6*hour},
		"a shop that never promises": {-1, "standard", 0},
		"a method that does not say": {0, "someday", 0},
		"no method":                  {0, "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t, ships, func(cfg *oms.Config) { cfg.Handling = c.handling })
			s.receive("TEE-M", 5)
			o := s.send(c.method)
			if c.want == 0 {
				require.Zero(t, o.PromisedAt)
				return
			}
			require.Equal(t, o.PlacedAt.Add(c.want), o.PromisedAt)
		})
	}
}

func TestOrdersAreLateOnceTheirPromiseIsPast(t *testing.T) {
	s := newShop(t, ships, func(cfg *oms.Config) { cfg.UnpaidFor = -1 })
	s.receive("TEE-M", 5)
	waiting, delivered, canceled := s.send("standard"), s.send("standard"), s.send("standard")
	s.send("someday")
	s.pay(delivered)
	_, err := s.Ship(s.ctx, delivered.ID, oms.Shipping{Carrier: "post"})
	require.NoError(t, err)
	s.clock.Add(4 * 24 * hour)
	require.Zero(t, s.late(), "the moment of the promise is still in time")
	s.clock.Add(time.Second)
	require.EqualValues(t, 3, s.late())

	_, err = s.Deliver(s.ctx, delivered.ID, oms.Delivery{})
	require.NoError(t, err)
	_, err = s.Cancel(s.ctx, canceled.ID, oms.Cancellation{Reason: "too late"})
	require.NoError(t, err)
	require.EqualValues(t, 1, s.late())
	s.clean()
	again, err := s.Order(s.ctx, waiting.ID)
	require.NoError(t, err)
	require.Equal(t, waiting.PromisedAt, again.PromisedAt)
}

func TestAnEntryBringsItsOwnPromise(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 5)
	entry := oms.Entry{
		Lines:      []oms.EntryLine{{SKU: "TEE-M", Quantity: quantity.Of(1), UnitPrice: money.MustParse("10.00 EUR")}},
		PromisedAt: s.clock.Now().Add(30 * hour),
	}
	o, err := s.Enter(s.ctx, entry)
	require.NoError(t, err)
	require.Equal(t, entry.PromisedAt, o.PromisedAt)

	entry.PromisedAt = s.clock.Now()
	_, err = s.Enter(s.ctx, entry)
	var invalid *fault.InvalidError
	require.ErrorAs(t, err, &invalid)
	require.Equal(t, "promised_at", invalid.Field)
	s.clean()
}
