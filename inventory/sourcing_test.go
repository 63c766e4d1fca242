package inventory_test

import (
	"cmp"
	"fmt"
	"math/bits"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/quantity"
)

// at builds a request's levels and locations from "SKU@location" → quantity. The
// locations are in order of their names.
func request(stock map[string]int32, demands ...inventory.Demand) inventory.SourcingRequest {
	var in inventory.SourcingRequest
	seen := map[string]bool{}
	for key, n := range stock {
		sku, location, _ := strings.Cut(key, "@")
		in.Levels = append(in.Levels, inventory.Level{SKU: sku, Location: location, OnHand: quantity.Of(n)})
		if !seen[location] {
			seen[location] = true
			in.Locations = append(in.Locations, inventory.Location{Code: location})
		}
	}
	slices.SortFunc(in.Levels, func(a, b inventory.Level) int {
		return cmp.Or(strings.Compare(a.SKU, b.SKU), strings.Compare(a.Location, b.Location))
	})
	slices.SortFunc(in.Locations, func(a, b inventory.Location) int { return strings.Compare(a.Code, b.Code) })
	for i := range demands {
		demands[i].LineID = uuid.UUID{15: byte(i + 1)}
	}
	in.Demands = demands
	return in
}

// limit sets the backorder limit of a level.
func limit(in *inventory.SourcingRequest, sku, location string, n int32) {
	i := slices.IndexFunc(in.Levels, func(l inventory.Level) bool { return l.SKU == sku && l.Location == location })
	in.Levels[i].BackorderLimit = quantity.Of(n)
}

// show writes a plan as "1:A@x=2 1:A@y~1": line, SKU, location, quantity, ~ for
// backordered.
func show(assigned []inventory.Assignment) string {
	var parts []string
	for _, a := range assigned {
		sign := "="
		if a.Backordered {
			sign = "~"
		}
		parts = append(parts, fmt.Sprintf("%d:%s@%s%s%s", a.LineID[15], a.SKU, a.Location, sign, a.Quantity))
	}
	return strings.Join(parts, " ")
}

func TestFewestSplits(t *testing.T) {
	t.Parallel()
	type stock = map[string]int32
	tests := map[string]struct {
		in   inventory.SourcingRequest
		edit func(*inventory.SourcingRequest)
		want string
	}{
		"one location has all": {
			in:   request(stock{"A@a": 1, "B@a": 1, "A@b": 2, "B@b": 1}, demand("A", 2), demand("B", 1)),
			want: "1:A@b=2 2:B@b=1",
		},
		"the first of several that have all": {
			in:   request(stock{"A@a": 2, "A@b": 2}, demand("A", 2)),
			want: "1:A@a=2",
		},
		"closed locations are not used": {
			in:   request(stock{"A@a": 2, "A@b": 2}, demand("A", 2)),
			edit: func(in *inventory.SourcingRequest) { in.Locations[0].Closed = true },
			want: "1:A@b=2",
		},
		"two locations where three by priority would do": {
			in: request(stock{"A@a": 1, "B@b": 1, "C@c": 1, "A@d": 1, "B@d": 1, "C@d": 0},
				demand("A", 1), demand("B", 1), demand("C", 1)),
			want: "1:A@d=1 2:B@d=1 3:C@c=1",
		},
		"among equally few the first by priority": {
			in:   request(stock{"A@a": 2, "A@b": 2, "A@c": 2}, demand("A", 4)),
			want: "1:A@a=2 1:A@b=2",
		},
		"no more pieces than needed": {
			in:   request(stock{"A@a": 1, "A@b": 3, "B@a": 1}, demand("A", 3), demand("B", 1)),
			want: "1:A@b=3 2:B@a=1",
		},
		"demand for one SKU is summed": {
			in:   request(stock{"A@a": 3, "A@b": 4}, demand("A", 2), demand("A", 2)),
			want: "1:A@b=2 2:A@b=2",
		},
		"a line may be split": {
			in:   request(stock{"A@a": 3, "A@b": 1}, demand("A", 2), demand("A", 2)),
			want: "1:A@a=2 2:A@a=1 2:A@b=1",
		},
		"locations that send anyway are used first": {
			in:   request(stock{"A@a": 2, "A@b": 2}, demand("A", 2)),
			edit: func(in *inventory.SourcingRequest) { in.Used = []string{"b"} },
			want: "1:A@b=2",
		},
		"and are completed by as few as possible": {
			in:   request(stock{"A@a": 1, "A@b": 1, "A@c": 3}, demand("A", 4)),
			edit: func(in *inventory.SourcingRequest) { in.Used = []string{"b"} },
			want: "1:A@c=3 1:A@b=1",
		},
		"an item comes from the first of them that has enough": {
			in:   request(stock{"A@a": 2, "A@b": 3, "B@b": 1, "C@a": 1}, demand("A", 2), demand("B", 1), demand("C", 1)),
			want: "1:A@a=2 2:B@b=1 3:C@a=1",
		},
		"whether it sends anyway or not": {
			in:   request(stock{"A@a": 2, "A@b": 2, "B@a": 1}, demand("A", 2), demand("B", 1)),
			edit: func(in *inventory.SourcingRequest) { in.Used = []string{"b"} },
			want: "1:A@a=2 2:B@a=1",
		},
		"what no location has is backordered": {
			in:   request(stock{"A@a": 1, "A@b": 1, "A@c": 0}, loose("A", 5)),
			edit: func(in *inventory.SourcingRequest) { limit(in, "A", "c", 9); limit(in, "A", "b", 9) },
			want: "1:A@a=1 1:A@b=1 1:A@b~3",
		},
		"at the first that has room for all of it": {
			in:   request(stock{"A@a": 0, "A@b": 0}, loose("A", 5)),
			edit: func(in *inventory.SourcingRequest) { limit(in, "A", "a", 4); limit(in, "A", "b", -1) },
			want: "1:A@b~5",
		},
		"else spread": {
			in:   request(stock{"A@a": 0, "A@b": 0}, loose("A", 5)),
			edit: func(in *inventory.SourcingRequest) { limit(in, "A", "a", 2); limit(in, "A", "b", 3) },
			want: "1:A@a~2 1:A@b~3",
		},
		"a firm demand gets the stock before one that can wait": {
			in:   request(stock{"A@a": 3}, loose("A", 2), demand("A", 2)),
			edit: func(in *inventory.SourcingRequest) { limit(in, "A", "a", 5) },
			want: "1:A@a=1 1:A@a~1 2:A@a=2",
		},
		"over-promised locations have nothing": {
			in:   request(stock{"A@a": -4, "A@b": 2}, demand("A", 2)),
			want: "1:A@b=2",
		},
		"nothing wanted": {in: request(stock{"A@a": 1})},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if test.edit != nil {
				test.edit(&test.in)
			}
			plan, err := inventory.FewestSplits{}.Source(test.in)
			require.NoError(t, err)
			require.Equal(t, test.want, show(plan.Assignments))
		})
	}
}

func TestShortageListsEveryShortItem(t *testing.T) {
	t.Parallel()
	in := request(map[string]int32{"A@a": 1, "A@b": 1, "B@a": 9, "C@b": 1, "D@a": 2},
		demand("A", 2), demand("A", 1), demand("B", 1), loose("C", 4), demand("D", 3), loose("D", 3), demand("E", 1))
	limit(&in, "C", "b", 2)
	limit(&in, "D", "a", 2)
	_, err := inventory.FewestSplits{}.Source(in)
	var shortage *inventory.ShortageError
	require.ErrorAs(t, err, &shortage)
	q := quantity.Of
	require.Equal(t, []inventory.Short{
		{SKU: "A", Requested: q(3), Available: q(2)},
		{SKU: "C", Requested: q(4), Available: q(3)},
		{SKU: "D", Requested: q(6), Available: q(4)},
		{SKU: "E", Requested: q(1), Available: q(0)},
	}, shortage.Shorts)
}

func TestShortageOfASumOutOfRange(t *testing.T) {
	t.Parallel()
	most := quantity.FromMicro(quantity.MaxMicro)
	stock := map[string]int32{}
	for i := range 12 {
		stock["A@"+string(rune('a'+i))] = 1
	}
	in := request(stock)
	for i := range in.Levels {
		in.Levels[i].BackorderLimit = inventory.Unlimited()
	}
	for i := range 12 {
		in.Demands = append(in.Demands, inventory.Demand{LineID: uuid.UUID{15: byte(i)}, SKU: "A", Quantity: most, AllowBackorder: true})
	}
	_, err := inventory.FewestSplits{}.Source(in)
	var shortage *inventory.ShortageError
	require.ErrorAs(t, err, &shortage)
}

// drawRequest makes a small sourcing problem.
func drawRequest(t *rapid.T) inventory.SourcingRequest {
	locations := rapid.IntRange(1, 6).Draw(t, "locations")
	skus := rapid.IntRange(1, 4).Draw(t, "skus")
	stock := map[string]int32{}
	for s := range skus {
		for l := range locations {
			stock[fmt.Sprintf("%c@%c", 'A'+s, 'a'+l)] = int32(rapid.IntRange(-1, 4).Draw(t, "stock"))
		}
	}
	var demands []inventory.Demand
	for range rapid.IntRange(1, 5).Draw(t, "lines") {
		d := demand(string(rune('A'+rapid.IntRange(0, skus-1).Draw(t, "sku"))), int32(rapid.IntRange(1, 5).Draw(t, "quantity")))
		d.AllowBackorder = rapid.Bool().Draw(t, "loose")
		demands = append(demands, d)
	}
	in := request(stock, demands...)
	for i := range in.Levels {
		in.Levels[i].BackorderLimit = quantity.Of(int32(rapid.IntRange(-1, 2).Draw(t, "limit")))
	}
	for i := range in.Locations {
		in.Locations[i].Closed = rapid.IntRange(0, 5).Draw(t, "closed") == 0
	}
	if rapid.Bool().Draw(t, "used") {
		in.Used = []string{"a"}
	}
	return in
}

// bruteForce returns the fewest locations beside the used ones that serve all that
// stock can serve, trying every set; the sets of that size in order of preference,
// only the first is returned.
func bruteForce(in inventory.SourcingRequest) (set []string) {
	wanted := map[string]int64{}
	for _, d := range in.Demands {
		wanted[d.SKU] += d.Quantity.Micro()
	}
	var open []string
	for _, l := range in.Locations {
		if !l.Closed {
			open = append(open, l.Code)
		}
	}
	has := func(sku, location string) int64 {
		for _, l := range in.Levels {
			if l.SKU == sku && l.Location == location {
				return max(0, l.Available().Micro())
			}
		}
		return 0
	}
	for sku := range wanted {
		var all int64
		for _, l := range open {
			all += has(sku, l)
		}
		wanted[sku] = min(wanted[sku], all)
	}
	best := -1
	for mask := range 1 << len(open) {
		var chosen []string
		n := 0
		for i, l := range open {
			if mask&(1<<i) != 0 || slices.Contains(in.Used, l) {
				chosen = append(chosen, l)
			}
			if mask&(1<<i) != 0 && slices.Contains(in.Used, l) {
				n = -1000 // counted twice: skip
			}
		}
		if n < 0 {
			continue
		}
		serves := true
		for sku, q := range wanted {
			var sum int64
			for _, l := range chosen {
				sum += has(sku, l)
			}
			serves = serves && sum >= q
		}
		size := bits.OnesCount(uint(mask))
		if serves && (best < 0 || size < best || size == best && slices.Compare(chosen, set) < 0) {
			best, set = size, chosen
		}
	}
	return set
}

func TestFewestSplitsAgainstBruteForce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := drawRequest(t)
		plan, err := inventory.FewestSplits{}.Source(in)
		firm, stock, room, want := totals(in)
		short := false
		for sku := range want {
			short = short || firm[sku] > stock[sku] || want[sku] > stock[sku]+room[sku]
		}
		if short {
			var shortage *inventory.ShortageError
			require.ErrorAs(t, err, &shortage)
			return
		}
		require.NoError(t, err)
		from, served, backordered := map[string]bool{}, map[string]int64{}, map[string]int64{}
		perLine := map[uuid.UUID]int64{}
		for _, a := range plan.Assignments {
			require.Positive(t, a.Quantity.Sign())
			perLine[a.LineID] += a.Quantity.Micro()
			if a.Backordered {
				backordered[a.SKU+a.Location] += a.Quantity.Micro()
				continue
			}
			from[a.Location] = true
			served[a.SKU+a.Location] += a.Quantity.Micro()
		}
		for _, d := range in.Demands {
			require.Equal(t, d.Quantity.Micro(), perLine[d.LineID])
		}
		for _, l := range in.Levels {
			require.LessOrEqual(t, served[l.SKU+l.Location], max(0, l.Available().Micro()))
			if l.BackorderLimit.Sign() >= 0 {
				require.LessOrEqual(t, backordered[l.SKU+l.Location], l.BackorderLimit.Micro())
			}
		}
		for _, l := range in.Locations {
			require.False(t, l.Closed && from[l.Code])
		}
		best := bruteForce(in)
		for location := range from {
			require.Contains(t, best, location)
		}
		for _, location := range best {
			require.True(t, from[location] || slices.Contains(in.Used, location), "%s is not needed", location)
		}
	})
}

// totals adds up, in micro-units, what is wanted firmly and in all, and what open
// locations have and may backorder.
func totals(in inventory.SourcingRequest) (firm, stock, room, want map[string]int64) {
	firm, stock, room, want = map[string]int64{}, map[string]int64{}, map[string]int64{}, map[string]int64{}
	for _, d := range in.Demands {
		want[d.SKU] += d.Quantity.Micro()
		if !d.AllowBackorder {
			firm[d.SKU] += d.Quantity.Micro()
		}
	}
	for _, l := range in.Levels {
		i := slices.IndexFunc(in.Locations, func(o inventory.Location) bool { return o.Code == l.Location })
		if in.Locations[i].Closed {
			continue
		}
		stock[l.SKU] += max(0, l.Available().Micro())
		if l.BackorderLimit.Sign() < 0 {
			room[l.SKU] += 1 << 50
		} else {
			room[l.SKU] += l.BackorderLimit.Micro()
		}
	}
	return firm, stock, room, want
}

func TestFewestSplitsStaysBoundedAtManyLocations(t *testing.T) {
	t.Parallel()
	// Every location has a little of a different mixture: no pruning helps.
	stock := map[string]int32{}
	var demands []inventory.Demand
	for s := range 40 {
		demands = append(demands, demand(fmt.Sprintf("S%02d", s), 12))
		for l := range 200 {
			stock[fmt.Sprintf("S%02d@l%03d", s, l)] = int32((s*7+l*13)%3 - 1)
		}
	}
	plan, err := inventory.FewestSplits{}.Source(request(stock, demands...))
	require.NoError(t, err)
	var sum quantity.Quantity
	for _, a := range plan.Assignments {
		sum = sum.Add(a.Quantity)
	}
	require.Equal(t, quantity.Of(40*12), sum)
}
