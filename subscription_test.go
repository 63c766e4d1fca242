package oms_test

import (
	"slices"
	"testing"
	"time"
	_ "time/tzdata" // the zones, whatever the system has

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	gateway "github.com/go-oms/oms/payment/sandbox"
	"github.com/go-oms/oms/quantity"
)

// reader is a customer with an address, for whom subscriptions are made.
func (s *shop) reader() (*crm.Customer, *crm.Address) {
	s.t.Helper()
	ada := s.customer("ada@example.com")
	home, err := s.SaveAddress(s.ctx, ada.ID, oms.SavedAddress{Address: crm.Address{Name: "Ada", City: "London", Country: "GB"}})
	require.NoError(s.t, err)
	return ada, home
}

// monthly is a subscription to two shirts from 31 March 2026 on, 08:00 in Berlin.
func (s *shop) monthly(change ...func(*oms.Subscription)) *order.Subscription {
	s.t.Helper()
	ada, home := s.reader()
	p := oms.Subscription{
		CustomerID: ada.ID, ShipToSaved: home.ID, Shipping: "standard",
		Lines:    []oms.SubscriptionLine{{SKU: "TEE-M", Quantity: quantity.Of(2)}},
		Schedule: order.Schedule{Every: 1, Unit: order.Month, Start: time.Date(2026, 3, 31, 6, 0, 0, 0, time.UTC), TimeZone: "Europe/Berlin"},
		Payment:  order.SubscriptionPayment{Gateway: "card", Source: "tok_visa"},
	}
	for _, c := range change {
		c(&p)
	}
	sub, err := s.Subscribe(s.ctx, p)
	require.NoError(s.t, err)
	s.clean()
	return sub
}

// at moves the clock to a time and lets Run do what is due.
func (s *shop) at(text string) {
	s.t.Helper()
	to, err := time.Parse(time.RFC3339, text)
	require.NoError(s.t, err)
	s.clock.Add(to.Sub(s.clock.Now()))
	for range 20 {
		work, err := s.RunOnce(s.ctx)
		require.NoError(s.t, err)
		s.clean()
		if !work.Any() {
			return
		}
	}
	require.Fail(s.t, "Run never ends")
}

func (s *shop) subscription(id uuid.UUID) *order.Subscription {
	s.t.Helper()
	sub, err := s.Subscription(s.ctx, id)
	require.NoError(s.t, err)
	return sub
}

func (s *shop) orders() (list []*order.Order) {
	s.t.Helper()
	for o, err := range s.Orders(s.ctx, order.Filter{Ascending: true}) {
		require.NoError(s.t, err)
		list = append(list, o)
	}
	return list
}

// taken are the charges that took money.
func (s *shop) taken() []gateway.Charge {
	return slices.DeleteFunc(s.card.Charges(), func(c gateway.Charge) bool { return c.Captured.IsZero() })
}

// happened are the types of a subscription's events.
func (s *shop) happened(id uuid.UUID) (types []string) {
	s.t.Helper()
	history, err := s.store.History(s.ctx, event.Subscription, id)
	require.NoError(s.t, err)
	for _, e := range history {
		types = append(types, e.Type)
	}
	return types
}

func TestSubscriptionPlacesAnOrderOnEachDateAndChargesIt(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 100)
	sub := s.monthly()
	require.Equal(t, order.SubscriptionActive, sub.Status)
	require.Equal(t, "2026-03-31T06:00:00Z", sub.Next.Format(time.RFC3339))
	s.at("2026-03-31T05:59:59Z")
	require.Empty(t, s.orders())
	s.at("2026-03-31T06:00:00Z")
	s.at("2026-03-31T06:00:01Z")
	require.Len(t, s.orders(), 1)
	s.at("2026-04-30T06:00:00Z")
	orders := s.orders()
	require.Len(t, orders, 2)
	for _, o := range orders {
		require.Equal(t, order.FromSubscription, o.Origin)
		require.Equal(t, order.PaymentPaid, o.PaymentStatus)
		require.Equal(t, order.StatusConfirmed, o.Status)
		require.Equal(t, "44.70 EUR", o.Totals.Total.String())
		require.Equal(t, sub.CustomerID, o.CustomerID)
		require.Equal(t, "London", s.order(o.ID).ShipTo.City)
	}
	require.Len(t, s.taken(), 2)
	sub = s.subscription(sub.ID)
	require.Equal(t, "2026-05-31T06:00:00Z", sub.Next.Format(time.RFC3339))
	require.Equal(t, orders[1].ID, sub.OrderID)
	require.Equal(t, 2, sub.Runs)
	require.Equal(t, []string{
		oms.SubscriptionCreated, oms.SubscriptionRan, oms.SubscriptionSettled, oms.SubscriptionRan, oms.SubscriptionSettled,
	}, s.happened(sub.ID))
}

func TestSubscriptionMakesOneOrderOfMissedDates(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 100)
	sub := s.monthly(func(p *oms.Subscription) { p.Schedule.Unit = order.Week })
	s.at("2026-04-23T00:00:00Z") // three weeks and a bit without Run
	require.Len(t, s.orders(), 1)
	sub = s.subscription(sub.ID)
	require.Equal(t, "2026-04-21T06:00:00Z", sub.LastRun.Format(time.RFC3339), "for the last one")
	require.Equal(t, "2026-04-28T06:00:00Z", sub.Next.Format(time.RFC3339))
}

func TestSubscriptionSkipsDates(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 100)
	sub := s.monthly()
	may := time.Date(2026, 5, 31, 6, 0, 0, 0, time.UTC)
	_, err := s.SkipRun(s.ctx, sub.ID, oms.RunSkip{Date: may, Reason: "on holiday"})
	require.NoError(t, err)
	s.clean()
	sub, err = s.SkipRun(s.ctx, sub.ID, oms.RunSkip{})
	require.NoError(t, err)
	s.clean()
	require.Equal(t, "2026-04-30T06:00:00Z", sub.Next.Format(time.RFC3339))
	for _, date := range []time.Time{may, may.Add(time.Hour), time.Date(2026, 3, 31, 6, 0, 0, 0, time.UTC)} {
		_, err = s.SkipRun(s.ctx, sub.ID, oms.RunSkip{Date: date})
		var invalid *fault.InvalidError
		require.ErrorAs(t, err, &invalid)
		require.Contains(t, invalid.Allowed, "2026-04-30", "the next one is named")
	}
	s.at("2026-04-01T00:00:00Z")
	require.Empty(t, s.orders())
	s.at("2026-04-30T06:00:00Z")
	require.Len(t, s.orders(), 1)
	sub = s.subscription(sub.ID)
	require.Equal(t, "2026-06-30T06:00:00Z", sub.Next.Format(time.RFC3339))
	require.Equal(t, []time.Time{may}, sub.Skips)
	// Of dates that were missed the last one that is not left out counts.
	_, err = s.SkipRun(s.ctx, sub.ID, oms.RunSkip{Date: time.Date(2026, 7, 31, 6, 0, 0, 0, time.UTC)})
	require.NoError(t, err)
	s.at("2026-08-15T00:00:00Z")
	sub = s.subscription(sub.ID)
	require.Equal(t, "2026-06-30T06:00:00Z", sub.LastRun.Format(time.RFC3339))
	require.Len(t, s.orders(), 2)
}

func TestSubscriptionPausesResumesAndEnds(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 100)
	sub := s.monthly()
	sub, err := s.PauseSubscription(s.ctx, sub.ID, oms.SubscriptionStep{Reason: "moving house"})
	require.NoError(t, err)
	require.Equal(t, order.SubscriptionPaused, sub.Status)
	s.at("2026-05-15T00:00:00Z")
	require.Empty(t, s.orders())
	sub, err = s.ResumeSubscription(s.ctx, sub.ID, oms.SubscriptionStep{})
	require.NoError(t, err)
	require.Equal(t, "2026-05-31T06:00:00Z", sub.Next.Format(time.RFC3339), "nothing is made up for")
	s.at("2026-05-31T06:00:00Z")
	require.Len(t, s.orders(), 1)
	sub, err = s.CancelSubscription(s.ctx, sub.ID, oms.SubscriptionStep{})
	require.NoError(t, err)
	require.Equal(t, order.SubscriptionCanceled, sub.Status)
	s.at("2026-12-31T00:00:00Z")
	require.Len(t, s.orders(), 1)
	step := oms.SubscriptionStep{}
	for what, command := range map[string]func() (*order.Subscription, error){
		"pause":  func() (*order.Subscription, error) { return s.PauseSubscription(s.ctx, sub.ID, step) },
		"resume": func() (*order.Subscription, error) { return s.ResumeSubscription(s.ctx, sub.ID, step) },
		"cancel": func() (*order.Subscription, error) { return s.CancelSubscription(s.ctx, sub.ID, step) },
		"skip":   func() (*order.Subscription, error) { return s.SkipRun(s.ctx, sub.ID, oms.RunSkip{}) },
		"change": func() (*order.Subscription, error) {
			return s.ChangeSubscription(s.ctx, sub.ID, oms.SubscriptionChange{})
		},
	} {
		_, err := command()
		var status *order.SubscriptionStatusError
		require.ErrorAs(t, err, &status, what)
		require.Equal(t, order.SubscriptionCanceled, status.Status)
		require.NotEmpty(t, status.Allowed)
	}
	s.clean()
}

func TestSubscriptionEndsWithItsSchedule(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 100)
	sub := s.monthly(func(p *oms.Subscription) { p.Schedule.Count = 2 })
	s.at("2026-03-31T06:00:00Z")
	s.at("2027-12-31T00:00:00Z")
	require.Len(t, s.orders(), 2)
	require.Len(t, s.taken(), 2)
	sub = s.subscription(sub.ID)
	require.Equal(t, order.SubscriptionCompleted, sub.Status)
	require.Zero(t, sub.Next)
	require.Equal(t, oms.SubscriptionCompleted, s.happened(sub.ID)[len(s.happened(sub.ID))-1])
	// One whose last dates are left out ends too.
	sub, err := s.Subscribe(s.ctx, oms.Subscription{
		CustomerID: sub.CustomerID, Lines: []oms.SubscriptionLine{{SKU: "TEE-M", Quantity: quantity.Of(1)}},
		Schedule: order.Schedule{Every: 1, Unit: order.Day, Start: s.clock.Now(), Count: 1},
	})
	require.NoError(t, err)
	sub, err = s.SkipRun(s.ctx, sub.ID, oms.RunSkip{})
	require.NoError(t, err)
	require.Equal(t, order.SubscriptionCompleted, sub.Status)
	s.clean()
}

func TestSubscriptionThatNeverFires(t *testing.T) {
	s := newShop(t)
	ada, home := s.reader()
	for name, test := range map[string]struct {
		field  string
		change func(*oms.Subscription)
	}{
		"an end before now":        {"schedule", func(p *oms.Subscription) { p.Schedule.Until = s.clock.Now() }},
		"all of its dates over":    {"schedule", func(p *oms.Subscription) { p.Schedule.Count = 3 }},
		"an end before its start":  {"schedule.until", func(p *oms.Subscription) { p.Schedule.Until = time.Unix(0, 0) }},
		"no distance":              {"schedule.every", func(p *oms.Subscription) { p.Schedule.Every = 0 }},
		"no such zone":             {"schedule.time_zone", func(p *oms.Subscription) { p.Schedule.TimeZone = "Europe/Atlantis" }},
		"no lines":                 {"lines", func(p *oms.Subscription) { p.Lines = nil }},
		"nothing of something":     {"lines[0].quantity", func(p *oms.Subscription) { p.Lines[0].Quantity = quantity.Quantity{} }},
		"nobody":                   {"customer_id", func(p *oms.Subscription) { p.CustomerID, p.ShipToSaved = uuid.Nil, uuid.Nil }},
		"no such gateway":          {"payment.gateway", func(p *oms.Subscription) { p.Payment.Gateway = "gold" }},
		"a token without gateway":  {"payment.gateway", func(p *oms.Subscription) { p.Payment.Source = "tok_visa" }},
		"an unknown price policy":  {"prices", func(p *oms.Subscription) { p.Prices = "cheap" }},
		"an unknown shortage rule": {"shortage", func(p *oms.Subscription) { p.Shortage = "wait" }},
	} {
		t.Run(name, func(t *testing.T) {
			p := oms.Subscription{
				CustomerID: ada.ID, ShipToSaved: home.ID, Lines: []oms.SubscriptionLine{{SKU: "TEE-M", Quantity: quantity.Of(1)}},
				Schedule: order.Schedule{Every: 1, Unit: order.Week, Start: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)},
			}
			test.change(&p)
			_, err := s.Subscribe(s.ctx, p)
			var invalid *fault.InvalidError
			require.ErrorAs(t, err, &invalid)
			require.Equal(t, test.field, invalid.Field)
			require.NotEmpty(t, invalid.Allowed)
		})
	}
	for _, err := range s.Subscriptions(s.ctx, order.SubscriptionFilter{}) {
		require.NoError(t, err)
		require.Fail(t, "something was written")
	}
	_, err := s.Subscribe(s.ctx, oms.Subscription{
		CustomerID: ada.ID, Lines: []oms.SubscriptionLine{{SKU: "GOLD", Quantity: quantity.Of(1)}},
		Schedule: order.Schedule{Every: 1, Unit: order.Week, Start: s.clock.Now()},
	})
	var unknown *order.UnknownSKUError
	require.ErrorAs(t, err, &unknown)
}

func TestSubscriptionPricePolicies(t *testing.T) {
	for _, test := range []struct {
		policy       order.PricePolicy
		lower, upper string
	}{
		{order.PriceCurrent, "30.00 EUR", "50.00 EUR"},
		{order.PriceFrozen, "39.80 EUR", "39.80 EUR"},
		{order.PriceLower, "30.00 EUR", "39.80 EUR"},
	} {
		t.Run(string(test.policy), func(t *testing.T) {
			prices := order.PriceList{"TEE-M": money.MustParse("19.90 EUR"), "MUG": money.MustParse("1.00 EUR")}
			s := newShop(t, func(c *oms.Config) { c.Prices = prices })
			s.receive("TEE-M", 100)
			sub := s.monthly(func(p *oms.Subscription) { p.Prices, p.Shipping = test.policy, "" })
			require.Equal(t, "19.90 EUR", sub.Lines[0].UnitPrice.String())
			prices["TEE-M"] = money.MustParse("15.00 EUR")
			s.at("2026-03-31T06:00:00Z")
			prices["TEE-M"] = money.MustParse("25.00 EUR")
			s.at("2026-04-30T06:00:00Z")
			orders := s.orders()
			require.Len(t, orders, 2)
			require.Equal(t, test.lower, orders[0].Totals.Total.String())
			require.Equal(t, test.upper, orders[1].Totals.Total.String())
			require.Equal(t, test.upper, s.card.Charges()[1].Captured.String())
		})
	}
}

func TestSubscriptionShortagePolicies(t *testing.T) {
	subscribe := func(t *testing.T, policy order.ShortagePolicy, owed int32) (*shop, *order.Subscription) {
		s := newShop(t)
		s.receive("TEE-M", 1)
		s.receive("MUG", 5)
		err := s.Inventory.SetPolicy(s.ctx, inventory.Policy{SKU: "TEE-M", Location: "main", BackorderLimit: quantity.Of(owed)})
		require.NoError(t, err)
		sub := s.monthly(func(p *oms.Subscription) {
			p.Shortage = policy
			p.Lines = append(p.Lines, oms.SubscriptionLine{SKU: "MUG", Quantity: quantity.Of(1)})
		})
		s.at("2026-03-31T06:00:00Z")
		return s, s.subscription(sub.ID)
	}
	t.Run("skip", func(t *testing.T) {
		s, sub := subscribe(t, "", 0)
		require.Empty(t, s.orders())
		require.Equal(t, "shortage", sub.Problem)
		require.Equal(t, "2026-04-30T06:00:00Z", sub.Next.Format(time.RFC3339))
		require.Equal(t, []string{oms.SubscriptionCreated, oms.SubscriptionSkipped}, s.happened(sub.ID))
		s.receive("TEE-M", 5)
		s.at("2026-04-30T06:00:00Z")
		require.Len(t, s.orders(), 1)
		require.Empty(t, s.subscription(sub.ID).Problem)
	})
	t.Run("partial", func(t *testing.T) {
		s, sub := subscribe(t, order.ShortagePartial, 0)
		require.Len(t, s.orders(), 1)
		require.Len(t, s.orders()[0].Lines, 1)
		require.Equal(t, "MUG", s.orders()[0].Lines[0].SKU)
		require.Len(t, sub.Lines, 2, "the next date has all of it")
		for range 4 {
			s.clock.Add(31 * 24 * time.Hour)
			s.at(s.clock.Now().Format(time.RFC3339))
		}
		require.Len(t, s.orders(), 5)
		s.clock.Add(31 * 24 * time.Hour)
		s.at(s.clock.Now().Format(time.RFC3339))
		require.Len(t, s.orders(), 5, "the date is left out when nothing is there")
	})
	t.Run("backorder", func(t *testing.T) {
		s, _ := subscribe(t, order.ShortageBackorder, 1)
		require.Len(t, s.orders(), 1)
		require.Equal(t, quantity.Of(1), s.orders()[0].Lines[0].Backordered)
		require.Equal(t, order.PaymentPaid, s.orders()[0].PaymentStatus)
	})
	t.Run("backorder beyond its limit", func(t *testing.T) {
		s, sub := subscribe(t, order.ShortageBackorder, 0)
		require.Empty(t, s.orders())
		require.Equal(t, 1, sub.Failed)
		require.Equal(t, "shortage", sub.Problem)
		s.receive("TEE-M", 1)
		s.at("2026-03-31T06:59:59Z")
		require.Empty(t, s.orders(), "it is tried again after an hour")
		s.at("2026-03-31T07:00:00Z")
		require.Len(t, s.orders(), 1)
		require.Equal(t, "2026-03-31T06:00:00Z", s.subscription(sub.ID).LastRun.Format(time.RFC3339))
	})
	t.Run("pause", func(t *testing.T) {
		s, sub := subscribe(t, order.ShortagePause, 0)
		require.Empty(t, s.orders())
		require.Equal(t, order.SubscriptionPaused, sub.Status)
		require.Equal(t, "shortage", sub.Problem)
		require.Equal(t, []string{oms.SubscriptionCreated, oms.SubscriptionPaused}, s.happened(sub.ID))
	})
}

func TestSubscriptionThatIsNotPaid(t *testing.T) {
	decline := func(token string) func(*oms.Subscription) {
		return func(p *oms.Subscription) { p.Payment.Source = token }
	}
	t.Run("is tried again and then paused", func(t *testing.T) {
		s := newShop(t)
		s.receive("TEE-M", 100)
		sub := s.monthly(decline("tok_insufficient_funds"))
		for i, at := range []string{"2026-03-31T06:00:00Z", "2026-03-31T07:00:00Z", "2026-04-01T07:00:00Z", "2026-04-04T07:00:00Z"} {
			s.at(at)
			require.Empty(t, s.taken())
			sub = s.subscription(sub.ID)
			require.Equal(t, i+1, sub.Failed, at)
			require.Equal(t, "declined: insufficient_funds", sub.Problem)
		}
		require.Equal(t, order.SubscriptionPaused, sub.Status)
		require.Equal(t, []string{
			oms.SubscriptionCreated, oms.SubscriptionRan, oms.SubscriptionFailed, oms.SubscriptionFailed, oms.SubscriptionFailed,
			oms.SubscriptionPaused,
		}, s.happened(sub.ID))
		s.at("2026-06-30T00:00:00Z")
		require.Len(t, s.orders(), 1, "no further goods are sent to who does not pay")
		require.Equal(t, order.StatusExpired, s.orders()[0].Status)
	})
	t.Run("goes on when another try succeeds", func(t *testing.T) {
		s := newShop(t)
		s.receive("TEE-M", 100)
		sub := s.monthly(decline("tok_insufficient_funds"))
		s.at("2026-03-31T06:00:00Z")
		_, err := s.ChangeSubscription(s.ctx, sub.ID, oms.SubscriptionChange{
			Payment: &order.SubscriptionPayment{Gateway: "card", Source: "tok_visa"},
		})
		require.NoError(t, err)
		s.at("2026-03-31T06:59:00Z")
		require.Empty(t, s.taken())
		s.at("2026-03-31T07:00:00Z")
		require.Len(t, s.taken(), 1)
		sub = s.subscription(sub.ID)
		require.Zero(t, sub.Failed)
		require.False(t, sub.Unpaid)
		require.Equal(t, order.PaymentPaid, s.orders()[0].PaymentStatus)
		s.at("2026-04-30T06:00:00Z")
		require.Len(t, s.taken(), 2)
	})
	t.Run("is paused at once when no other try may succeed", func(t *testing.T) {
		s := newShop(t)
		s.receive("TEE-M", 100)
		sub := s.monthly(decline("tok_stolen"))
		s.at("2026-03-31T06:00:00Z")
		sub = s.subscription(sub.ID)
		require.Equal(t, order.SubscriptionPaused, sub.Status)
		require.Equal(t, "declined: lost_or_stolen", sub.Problem)
	})
	t.Run("waits for a payment that takes its time", func(t *testing.T) {
		s := newShop(t)
		s.receive("TEE-M", 100)
		sub := s.monthly(decline("tok_pending"), func(p *oms.Subscription) { p.Schedule.Unit = order.Day })
		s.at("2026-03-31T06:00:00Z")
		require.True(t, s.subscription(sub.ID).Unpaid)
		s.at("2026-03-31T06:30:00Z")
		require.Len(t, s.orders(), 1)
		s.at("2026-04-02T06:30:00Z")
		s.at("2026-04-03T06:30:00Z")
		require.False(t, s.orders()[0].PaymentStatus != order.PaymentPaid)
	})
	t.Run("is left to the customer without a means of payment", func(t *testing.T) {
		s := newShop(t)
		s.receive("TEE-M", 100)
		sub := s.monthly(func(p *oms.Subscription) { p.Payment = order.SubscriptionPayment{} })
		s.at("2026-03-31T06:00:00Z")
		require.Len(t, s.orders(), 1)
		require.Equal(t, order.PaymentPending, s.orders()[0].PaymentStatus)
		require.False(t, s.subscription(sub.ID).Unpaid)
		s.at("2026-04-30T06:00:00Z")
		require.Len(t, s.orders(), 2)
	})
}

func TestSubscriptionWithoutItsAddressIsPausedInTheEnd(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 100)
	sub := s.monthly()
	require.NoError(t, s.RemoveAddress(s.ctx, sub.CustomerID, oms.AddressRemoval{AddressID: sub.ShipToID}))
	for _, at := range []string{"2026-03-31T06:00:00Z", "2026-03-31T07:00:00Z", "2026-04-01T07:00:00Z", "2026-04-04T07:00:00Z"} {
		s.at(at)
	}
	sub = s.subscription(sub.ID)
	require.Equal(t, order.SubscriptionPaused, sub.Status)
	require.Equal(t, "address", sub.Problem)
	require.Empty(t, s.orders())
	home, err := s.SaveAddress(s.ctx, sub.CustomerID, oms.SavedAddress{Address: crm.Address{Name: "Ada", City: "Paris", Country: "FR"}})
	require.NoError(t, err)
	_, err = s.ChangeSubscription(s.ctx, sub.ID, oms.SubscriptionChange{ShipToSaved: &home.ID})
	require.NoError(t, err)
	_, err = s.ResumeSubscription(s.ctx, sub.ID, oms.SubscriptionStep{})
	require.NoError(t, err)
	s.at("2026-04-30T06:00:00Z")
	require.Len(t, s.orders(), 1)
	require.Equal(t, "FR", s.orders()[0].Country)
}

func TestSubscriptionKeepsPricesOfLinesThatStay(t *testing.T) {
	prices := order.PriceList{"TEE-M": money.MustParse("19.90 EUR"), "MUG": money.MustParse("8.50 EUR")}
	s := newShop(t, func(c *oms.Config) { c.Prices = prices })
	sub := s.monthly(func(p *oms.Subscription) { p.Prices = order.PriceFrozen })
	prices["TEE-M"] = money.MustParse("25.00 EUR")
	weekly := order.Schedule{Every: 1, Unit: order.Week, Start: time.Date(2026, 1, 1, 8, 0, 0, 0, time.UTC)}
	sub, err := s.ChangeSubscription(s.ctx, sub.ID, oms.SubscriptionChange{
		Version:  sub.Version,
		Lines:    []oms.SubscriptionLine{{SKU: "MUG", Quantity: quantity.Of(1)}, {SKU: "TEE-M", Quantity: quantity.Of(5)}},
		Schedule: &weekly,
	})
	require.NoError(t, err)
	s.clean()
	require.Equal(t, "8.50 EUR", sub.Lines[0].UnitPrice.String())
	require.Equal(t, "19.90 EUR", sub.Lines[1].UnitPrice.String())
	require.Equal(t, "2026-03-05T08:00:00Z", sub.Next.Format(time.RFC3339))
	_, err = s.ChangeSubscription(s.ctx, sub.ID, oms.SubscriptionChange{Version: sub.Version - 1})
	var stale *fault.StaleError
	require.ErrorAs(t, err, &stale)
}

func TestShoppersSeeTheirOwnSubscriptionsOnly(t *testing.T) {
	s := newShop(t)
	sub := s.monthly()
	bob := s.customer("bob@example.com")
	own := s.As(event.Actor{Kind: event.Shopper, ID: sub.CustomerID.String()})
	other := s.As(event.Actor{Kind: event.Shopper, ID: bob.ID.String()})
	count := func(c *oms.Client, f order.SubscriptionFilter) (n int) {
		for _, err := range c.Subscriptions(s.ctx, f) {
			require.NoError(t, err)
			n++
		}
		return n
	}
	require.Equal(t, 1, count(own, order.SubscriptionFilter{}))
	require.Equal(t, 0, count(own, order.SubscriptionFilter{CustomerID: bob.ID}))
	require.Equal(t, 0, count(other, order.SubscriptionFilter{}))
	require.Equal(t, 0, count(other, order.SubscriptionFilter{CustomerID: sub.CustomerID}))
	_, err := own.PauseSubscription(s.ctx, sub.ID, oms.SubscriptionStep{})
	require.NoError(t, err)
	_, unknown := other.Subscription(s.ctx, uuid.Nil)
	require.Error(t, unknown)
	frozen := order.PriceFrozen
	for what, command := range map[string]func(c *oms.Client) error{
		"read": func(c *oms.Client) error { _, err := c.Subscription(s.ctx, sub.ID); return err },
		"skip": func(c *oms.Client) error { _, err := c.SkipRun(s.ctx, sub.ID, oms.RunSkip{}); return err },
		"pause": func(c *oms.Client) error {
			_, err := c.PauseSubscription(s.ctx, sub.ID, oms.SubscriptionStep{})
			return err
		},
		"resume": func(c *oms.Client) error {
			_, err := c.ResumeSubscription(s.ctx, sub.ID, oms.SubscriptionStep{})
			return err
		},
		"cancel": func(c *oms.Client) error {
			_, err := c.CancelSubscription(s.ctx, sub.ID, oms.SubscriptionStep{})
			return err
		},
		"change": func(c *oms.Client) error {
			_, err := c.ChangeSubscription(s.ctx, sub.ID, oms.SubscriptionChange{})
			return err
		},
	} {
		var missing *fault.NotFoundError
		require.ErrorAs(t, command(other), &missing, what)
	}
	_, err = own.ChangeSubscription(s.ctx, sub.ID, oms.SubscriptionChange{Prices: &frozen})
	require.Equal(t, fault.Rejected, fault.KindOf(err))
	_, err = other.Subscribe(s.ctx, oms.Subscription{CustomerID: sub.CustomerID})
	require.Equal(t, fault.Rejected, fault.KindOf(err))
}

func TestSubscriptionsOfAMergedCustomerGoWithHim(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 100)
	sub := s.monthly()
	other := s.customer("ada.l@example.com")
	_, err := s.MergeCustomers(s.ctx, oms.Merge{From: sub.CustomerID, Into: other.ID})
	require.NoError(t, err)
	s.clean()
	require.Equal(t, other.ID, s.subscription(sub.ID).CustomerID)
	s.at("2026-03-31T06:00:00Z")
	require.Len(t, s.orders(), 1)
	require.Equal(t, other.ID, s.orders()[0].CustomerID)
	// One that is made under the old id is the other's from the first date on.
	late, err := s.Subscribe(s.ctx, oms.Subscription{
		CustomerID: sub.CustomerID, Lines: []oms.SubscriptionLine{{SKU: "TEE-M", Quantity: quantity.Of(1)}},
		Schedule: order.Schedule{Every: 1, Unit: order.Day, Start: s.clock.Now(), Count: 1},
	})
	require.NoError(t, err)
	require.Equal(t, other.ID, late.CustomerID)
}

func TestSubscriptionOfACurrencyThatPricesHaveLeft(t *testing.T) {
	prices := order.PriceList{"TEE-M": money.MustParse("19.90 EUR")}
	s := newShop(t, func(c *oms.Config) { c.Prices = prices })
	s.receive("TEE-M", 100)
	sub := s.monthly(func(p *oms.Subscription) { p.Prices, p.Shipping = order.PriceFrozen, "" })
	prices["TEE-M"] = money.MustParse("21.00 USD")
	s.at("2026-03-31T06:00:00Z")
	require.Empty(t, s.orders())
	require.Equal(t, "price", s.subscription(sub.ID).Problem)
	delete(prices, "TEE-M")
	s.at("2026-03-31T07:00:00Z")
	require.Equal(t, 2, s.subscription(sub.ID).Failed)
	prices["TEE-M"] = money.MustParse("22.00 EUR")
	s.at("2026-04-01T07:00:00Z")
	require.Equal(t, "39.80 EUR", s.orders()[0].Totals.Total.String())
	require.Zero(t, s.subscription(sub.ID).Failed)
}
