package oms_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
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
	s.clock.Add(2 * time.Second)
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

// inJeopardy lists the orders that hardly can be there in time.
func (s *shop) inJeopardy() (ids []uuid.UUID) {
	s.t.Helper()
	_, err := s.RunOnce(s.ctx)
	require.NoError(s.t, err)
	s.clean()
	for o, err := range s.Orders(s.ctx, order.Filter{OnHold: order.HoldJeopardy}) {
		require.NoError(s.t, err)
		ids = append(ids, o.ID)
	}
	return ids
}

func TestAPromiseIsInJeopardyWhenOnlyTheWayIsLeft(t *testing.T) {
	t.Parallel()
	s := newShop(t, ships, func(cfg *oms.Config) { cfg.Holds = append(order.BuiltinHolds(), order.PromiseHolds(3*24*hour)...) })
	s.receive("TEE-M", 9)
	waiting, sent, off, never := s.send("standard"), s.send("standard"), s.send("standard"), s.send("someday")
	for _, o := range []*order.Order{waiting, sent, never} {
		s.pay(o)
	}
	_, err := s.Ship(s.ctx, sent.ID, oms.Shipping{})
	require.NoError(t, err)
	_, err = s.Cancel(s.ctx, off.ID, oms.Cancellation{Reason: "changed"})
	require.NoError(t, err)
	require.Empty(t, s.order(never.ID).Holds, "nothing was promised")

	s.clock.Add(24*hour - time.Second)
	require.Empty(t, s.inJeopardy())
	s.clock.Add(2 * time.Second)
	require.Equal(t, []uuid.UUID{waiting.ID}, s.inJeopardy())
	require.Equal(t, []uuid.UUID{waiting.ID}, s.inJeopardy(), "it is told once")
	require.Len(t, s.order(waiting.ID).Holds, 2)
	r, _ := reporting.Named("jeopardy")
	r.Query.Zone, r.Query.Lead = "UTC", 3*24*hour
	table, err := s.Report(s.ctx, r.Query)
	require.NoError(t, err)
	total, err := table.Total(reporting.OrderCount)
	require.NoError(t, err)
	require.EqualValues(t, 1, total.Count(), "the report says so, too")

	_, err = s.Ship(s.ctx, waiting.ID, oms.Shipping{})
	require.NoError(t, err, "it blocks nothing")
	require.Empty(t, s.inJeopardy())
	require.Equal(t, order.HoldReleased, s.order(waiting.ID).Holds[1].Status)
}

func TestAWatchBlocksNothing(t *testing.T) {
	t.Parallel()
	for name, typ := range map[string]order.HoldType{
		"a watch that blocks":              {Code: "eye", Watch: true, Blocks: []string{order.BlockAll}},
		"a hold that neither blocks":       {Code: "eye"},
		"released beyond what is promised": {Code: "eye", Watch: true, Releases: order.HoldEnd{BeforePromise: -hour}},
	} {
		_, err := order.CompileHolds([]order.HoldType{typ}, order.HoldRegistry{})
		var wrong *order.HoldTypesError
		require.ErrorAs(t, err, &wrong, name)
		require.Len(t, wrong.Mistakes, 1, name)
	}
}
