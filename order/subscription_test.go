package order

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/quantity"
)

func subscribed(t *testing.T, schedule Schedule, now time.Time) *Subscription {
	t.Helper()
	s := &Subscription{
		ID: uuid.New(), CustomerID: uuid.New(), Schedule: schedule, Prices: PriceCurrent, Shortage: ShortageSkip,
		Lines:   []SubscriptionLine{{SKU: "TEE-M", Quantity: quantity.Of(1), UnitPrice: money.MustParse("19.90 EUR")}},
		Payment: SubscriptionPayment{Gateway: "card", Source: "tok_visa"},
	}
	require.NoError(t, s.Check(Limits{}))
	require.NoError(t, s.Begin(now))
	return s
}

// Whatever is done to a subscription in whatever order, no date is run twice or out
// of order, none that was left out is run, and what stands in it agrees.
func TestSubscriptionMovesInAnyOrder(t *testing.T) {
	for seed := range uint64(300) {
		random := rand.New(rand.NewPCG(seed, 7))
		now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		s := subscribed(t, Schedule{
			Every: 1 + random.IntN(2), Unit: []Unit{Day, Week, Month}[random.IntN(3)], TimeZone: "Europe/Berlin",
			Start: now.Add(time.Duration(random.IntN(96)) * time.Hour), Count: random.IntN(2) * 20,
		}, now)
		ran, left := map[time.Time]bool{}, map[time.Time]bool{}
		for range 60 {
			now = now.Add(time.Duration(random.IntN(24*10)) * time.Hour)
			before := s.Clone()
			var err error
			switch random.IntN(8) {
			case 0:
				var date time.Time
				date, err = s.Skip(time.Time{}, now)
				left[date] = err == nil
			case 1:
				if dates, e := s.dates(); e == nil {
					date, _ := dates.Next(now.AddDate(0, 0, random.IntN(60)))
					date, err = s.Skip(date, now)
					left[date] = left[date] || err == nil
				}
			case 2:
				err = s.Pause()
			case 3:
				err = s.Resume(now)
			case 4:
				if s.Status == SubscriptionActive && !s.NextAt.After(now) {
					err = s.Fail("shortage", random.IntN(9) == 0, now)
				}
			case 5:
				if s.Unpaid {
					s.Settle()
				}
			default:
				date, due, e := s.Due(now)
				require.NoError(t, e)
				if !due {
					break
				}
				require.False(t, ran[date], "%s is run twice", date)
				require.False(t, left[date], "%s was left out", date)
				require.False(t, date.After(now))
				require.True(t, date.After(s.LastRun))
				ran[date] = true
				err = s.Ran(date, uuid.New(), random.IntN(2) == 0, now)
			}
			if err != nil {
				require.Equal(t, fault.Rejected, fault.KindOf(err))
				require.Equal(t, before, s, "what is refused changes nothing")
			}
			if s.Exhausted() {
				s.Complete()
			}
			require.NoError(t, s.CheckFigures(), "seed %d", seed)
			if s.Over() {
				break
			}
		}
		require.Len(t, ran, s.Runs)
	}
}

func TestSubscriptionDeltasFoldToWhatIsThere(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	s := subscribed(t, Schedule{Every: 1, Unit: Week, Start: now}, now)
	_, err := s.Skip(now.AddDate(0, 0, 14), now)
	require.NoError(t, err)
	delta := s.Delta(now, "")
	require.Empty(t, delta.Subscription.Payment.Source)
	require.Equal(t, s, ApplySubscription(s, delta), "the token stays what it was")
	data, err := json.Marshal(delta)
	require.NoError(t, err)
	require.NotContains(t, string(data), "tok_visa")
	read := new(SubscriptionDelta)
	require.NoError(t, json.Unmarshal(data, read))
	require.Equal(t, delta, read)
	s.Skips[0] = now
	s.Lines[0].SKU = "MUG"
	require.NotEqual(t, s.Skips, delta.Subscription.Skips, "nothing is shared")
	require.NotEqual(t, s.Lines, delta.Subscription.Lines)
}

func TestSubscriptionLeavesOutSoManyDatesAndNoMore(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	s := subscribed(t, Schedule{Every: 1, Unit: Day, Start: now}, now)
	for n := range MaxSkips {
		_, err := s.Skip(now.AddDate(0, 0, 1+n), now)
		require.NoError(t, err)
	}
	_, err := s.Skip(now.AddDate(0, 0, 1+MaxSkips), now)
	require.Equal(t, fault.Rejected, fault.KindOf(err))
	require.Len(t, s.Skips, MaxSkips)
	require.NoError(t, s.Ran(s.Next, uuid.New(), false, now))
	require.Equal(t, now.AddDate(0, 0, 1+MaxSkips), s.Next)
	require.Len(t, s.Skips, MaxSkips, "they are to come")
	require.NoError(t, s.Ran(s.Next, uuid.New(), false, s.Next))
	require.Empty(t, s.Skips)
}

func TestSubscriptionThatIsRescheduledRunsNoDateTwice(t *testing.T) {
	now := time.Date(2026, 1, 1, 8, 0, 0, 0, time.UTC)
	s := subscribed(t, Schedule{Every: 1, Unit: Week, Start: now}, now)
	require.NoError(t, s.Ran(now, uuid.New(), false, now))
	require.NoError(t, s.Reschedule(Schedule{Every: 1, Unit: Day, Start: now}, now))
	require.Equal(t, now.AddDate(0, 0, 1), s.Next)
	require.NoError(t, s.Pause())
	require.NoError(t, s.Resume(now))
	require.Equal(t, now.AddDate(0, 0, 1), s.Next)
	require.Error(t, s.Reschedule(Schedule{Every: 1, Unit: Day, Start: now, Count: 1}, now), "its only date was run")
}

func TestAgreedPrices(t *testing.T) {
	eur := func(text string) money.Money { return money.MustParse(text + " EUR") }
	lines := []SubscriptionLine{{SKU: "UP", UnitPrice: eur("2.00")}, {SKU: "DOWN", UnitPrice: eur("2.00")}}
	request := PriceRequest{Lines: []PriceLine{{SKU: "UP", Quantity: quantity.Of(1)}, {SKU: "DOWN", Quantity: quantity.Of(1)}}}
	list := PriceList{"UP": eur("3.00"), "DOWN": eur("1.00")}
	for policy, want := range map[PricePolicy][2]string{
		PriceCurrent: {"3.00 EUR", "1.00 EUR"}, PriceFrozen: {"2.00 EUR", "2.00 EUR"}, PriceLower: {"2.00 EUR", "1.00 EUR"},
	} {
		prices, err := AgreedPrices{Pricer: list, Policy: policy, Lines: lines}.Price(context.Background(), request)
		require.NoError(t, err)
		require.Equal(t, want, [2]string{prices[0].Unit.String(), prices[1].Unit.String()}, policy)
	}
	var currency *PriceCurrencyError
	_, err := AgreedPrices{Pricer: PriceList{"UP": money.MustParse("3 USD")}, Policy: PriceFrozen, Lines: lines[:1]}.
		Price(context.Background(), PriceRequest{Lines: request.Lines[:1]})
	require.ErrorAs(t, err, &currency)
	require.True(t, slices.Contains(currency.Has, "USD"))
}
