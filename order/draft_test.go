package order_test

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// Every move from every status, before and after its time: allowed or refused with what
// would be.
func TestEveryMoveOfADraft(t *testing.T) {
	later := noon.Add(time.Hour)
	lines := []order.DraftLine{{SKU: "TEE", Quantity: quantity.Of(1)}}
	moves := map[order.DraftMove]func(*order.Draft, time.Time) error{
		order.MoveSave:    func(d *order.Draft, now time.Time) error { return d.Keep(now.Add(1), now) },
		order.MovePlace:   func(d *order.Draft, now time.Time) error { return d.Place(uuid.UUID{1}, now) },
		order.MoveMerge:   func(d *order.Draft, now time.Time) error { return d.Merge(uuid.UUID{1}, now) },
		order.MoveRequest: func(d *order.Draft, now time.Time) error { return d.Request(now.Add(1), now) },
		order.MoveOffer:   func(d *order.Draft, now time.Time) error { return d.Offered(order.Offer{}, now.Add(1), now) },
		order.MoveCounter: func(d *order.Draft, now time.Time) error { return d.Counter(lines, now.Add(1), now) },
		order.MoveAccept:  func(d *order.Draft, now time.Time) error { return d.Accept(uuid.UUID{1}, now) },
		order.MoveDecline: func(d *order.Draft, now time.Time) error { return d.Decline(now) },
		order.MoveDiscard: func(d *order.Draft, now time.Time) error { return d.Discard(now) },
	}
	const save, place, merge, request, offer, counter, accept, decline, discard = order.MoveSave, order.MovePlace, order.MoveMerge,
		order.MoveRequest, order.MoveOffer, order.MoveCounter, order.MoveAccept, order.MoveDecline, order.MoveDiscard
	allowed := map[order.DraftStatus]map[order.DraftMove]order.DraftStatus{
		order.DraftEdited: {
			save: order.DraftEdited, place: order.DraftOrdered, merge: order.DraftMerged, request: order.QuoteRequested,
			offer: order.QuoteOffered, discard: order.DraftDiscarded,
		},
		order.QuoteRequested: {offer: order.QuoteOffered, decline: order.QuoteDeclined, discard: order.DraftDiscarded},
		order.QuoteOffered: {
			offer: order.QuoteOffered, counter: order.QuoteCountered, accept: order.DraftOrdered, decline: order.QuoteDeclined,
			discard: order.DraftDiscarded,
		},
		order.QuoteCountered: {offer: order.QuoteOffered, decline: order.QuoteDeclined, discard: order.DraftDiscarded},
		order.DraftOrdered:   {}, order.QuoteDeclined: {}, order.DraftExpired: {}, order.DraftDiscarded: {}, order.DraftMerged: {},
	}
	for status, leads := range allowed {
		for move, do := range moves {
			for _, now := range []time.Time{noon, later, later.Add(1)} {
				was := order.Draft{ID: uuid.UUID{7}, CustomerID: uuid.UUID{8}, Status: status}
				if was.Open() {
					was.ExpiresAt = later
				}
				if status == order.QuoteOffered || status == order.QuoteCountered {
					was.Offer = &order.Offer{}
				}
				d := was.Clone()
				err := do(d, now)
				to, ok := leads[move]
				if ok && now.Before(later) {
					require.NoError(t, err, "%s %s", status, move)
					require.Equal(t, to, d.Status)
					require.Equal(t, d.Open(), !d.ExpiresAt.IsZero())
					require.NoError(t, d.CheckFigures())
					continue
				}
				var e *order.DraftStatusError
				require.ErrorAs(t, err, &e, "%s %s", status, move)
				require.Equal(t, move, e.Asked)
				require.Equal(t, was.StatusAt(now), e.Status)
				require.NotEmpty(t, e.Allowed)
				require.Equal(t, &was, d, "a refused move changes nothing")
			}
		}
	}
}

func TestDraftExpiresWhenItsTimeIsOver(t *testing.T) {
	d := &order.Draft{Status: order.QuoteOffered, ExpiresAt: noon}
	require.Equal(t, fault.Rejected, fault.KindOf(d.Expire(noon.Add(-1))))
	require.NoError(t, d.Expire(noon))
	require.Equal(t, order.DraftExpired, d.Status)
	require.Equal(t, fault.Rejected, fault.KindOf(d.Expire(noon)))
}

func TestQuoteNeedsSomebodyWhoCanAccept(t *testing.T) {
	guest := order.Draft{Status: order.DraftEdited, ExpiresAt: noon.Add(1)}
	require.ErrorContains(t, guest.Clone().Request(noon.Add(1), noon), "customer_id")
	require.ErrorContains(t, guest.Clone().Offered(order.Offer{}, noon.Add(1), noon), "customer_id")
	guest.CustomerID, guest.Coupons = uuid.UUID{1}, []string{"TEN"}
	require.ErrorContains(t, guest.Clone().Request(noon.Add(1), noon), "coupons")
	guest.Coupons = nil
	require.ErrorContains(t, guest.Clone().Offered(order.Offer{}, noon, noon), "valid_until")
}

func cartOf(random *rand.Rand) (lines []order.DraftLine) {
	for range 1 + random.IntN(6) {
		lines = append(lines, order.DraftLine{
			SKU: strconv.Itoa(random.IntN(5)), Quantity: quantity.FromMicro(1 + random.Int64N(3_000_000)), Backorder: random.IntN(3) == 0,
		})
	}
	return lines
}

// units adds up what a cart has of each item.
func units(lines []order.DraftLine) map[string]int64 {
	sum := map[string]int64{}
	for _, l := range lines {
		sum[l.SKU] += l.Quantity.Micro()
	}
	return sum
}

// No item is lost, each is there once with the quantity of the rule, and what is not a
// sum does not grow when the same cart comes again.
func TestMergedCartsLoseNothing(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	figure := map[order.MergeRule]func(mine int64, has bool, other int64) int64{
		order.MergeSum:    func(mine int64, _ bool, other int64) int64 { return mine + other },
		order.MergeLarger: func(mine int64, _ bool, other int64) int64 { return max(mine, other) },
		"":                func(mine int64, _ bool, other int64) int64 { return max(mine, other) },
		order.MergeKeep: func(mine int64, has bool, other int64) int64 {
			if has {
				return mine
			}
			return other
		},
	}
	for range 2_000 {
		into, from := cartOf(random), cartOf(random)
		before := [2][]order.DraftLine{slices.Clone(into), slices.Clone(from)}
		mine, other := units(into), units(from)
		for rule, want := range figure {
			merged, err := order.MergeLines(into, from, rule, order.Limits{})
			require.NoError(t, err)
			require.Equal(t, before, [2][]order.DraftLine{into, from})
			got := units(merged)
			require.Len(t, merged, len(got), "one line per item")
			for sku := range mine {
				require.Contains(t, got, sku)
			}
			for sku := range other {
				require.Contains(t, got, sku)
			}
			for sku, n := range got {
				has, is := mine[sku]
				require.Equal(t, want(has, is, other[sku]), n, "%q of %s", rule, sku)
			}
			again, err := order.MergeLines(merged, from, rule, order.Limits{})
			require.NoError(t, err)
			if rule != order.MergeSum {
				require.Equal(t, merged, again)
			}
		}
	}
}

func TestMergedCartKeepsTheLimits(t *testing.T) {
	one := []order.DraftLine{{SKU: "A", Quantity: quantity.Of(1)}}
	two := []order.DraftLine{{SKU: "B", Quantity: quantity.Of(1)}}
	_, err := order.MergeLines(one, two, "", order.Limits{MaxLines: 1})
	require.ErrorContains(t, err, "at most 1")
	_, err = order.MergeLines(one, two, "all", order.Limits{})
	require.ErrorContains(t, err, "larger, sum or keep")
	much := []order.DraftLine{{SKU: "A", Quantity: quantity.FromMicro(1_000_000_000_000 * 1_000_000)}}
	_, err = order.MergeLines(one, much, order.MergeSum, order.Limits{})
	require.ErrorContains(t, err, "lines[0].quantity")
}

func TestNegativePriceIsAskedForByNobody(t *testing.T) {
	lines := []order.DraftLine{{SKU: "A", Quantity: quantity.Of(1), UnitPrice: money.MustParse("-1.00 EUR")}}
	require.ErrorContains(t, order.CheckDraftLines(lines, order.Limits{}), "lines[0].unit_price")
}
