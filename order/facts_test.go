package order

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/quantity"
)

// line returns a line of three with these counts.
func lineWith(c Counts) Line { return Line{Quantity: quantity.Of(3), Counts: c} }

func TestProgressOf(t *testing.T) {
	t.Parallel()
	one, two, three := quantity.Of(1), quantity.Of(2), quantity.Of(3)
	tests := []struct {
		name  string
		lines []Line
		want  Progress
	}{
		{"no lines", nil, Progress{AllArrived: true}},
		{"unsourced", []Line{lineWith(Counts{Unsourced: three})}, Progress{Lines: 1, Open: true}},
		{"backordered", []Line{lineWith(Counts{Backordered: three})}, Progress{Lines: 1, Open: true}},
		{"allocated", []Line{lineWith(Counts{Allocated: three})}, Progress{Lines: 1, Open: true, Ready: true}},
		{"released", []Line{lineWith(Counts{Released: three})}, Progress{Lines: 1, Open: true, Ready: true}},
		{"partly shipped", []Line{lineWith(Counts{Backordered: one, Shipped: two})}, Progress{Lines: 1, Open: true, Shipped: true, Undelivered: true}},
		{"shipped", []Line{lineWith(Counts{Shipped: three})}, Progress{Lines: 1, Shipped: true, Undelivered: true}},
		{"partly delivered", []Line{lineWith(Counts{Shipped: three, Delivered: two})}, Progress{Lines: 1, Shipped: true, Undelivered: true}},
		{"delivered", []Line{lineWith(Counts{Shipped: three, Delivered: three})}, Progress{Lines: 1, Shipped: true, AllArrived: true}},
		{"canceled", []Line{lineWith(Counts{Canceled: three})}, Progress{Lines: 1, AllCanceled: true, AllArrived: true}},
		{"partly canceled", []Line{lineWith(Counts{Canceled: two, Allocated: one})}, Progress{Lines: 1, Open: true, Ready: true}},
		{"the rest canceled", []Line{lineWith(Counts{Canceled: two, Shipped: one, Delivered: one})}, Progress{Lines: 1, Shipped: true, AllArrived: true}},
		{"one line canceled", []Line{lineWith(Counts{Canceled: three}), lineWith(Counts{Unsourced: three})}, Progress{Lines: 2, Open: true}},
		{
			"one line arrived",
			[]Line{lineWith(Counts{Shipped: three, Delivered: three}), lineWith(Counts{Shipped: three})},
			Progress{Lines: 2, Shipped: true, Undelivered: true},
		},
		{
			"refused at the door",
			[]Line{lineWith(Counts{Shipped: three, ReturnReceived: three})},
			Progress{Lines: 1, Shipped: true, Undelivered: true, AllArrived: true},
		},
		{
			"refused in part",
			[]Line{lineWith(Counts{Shipped: three, Delivered: two, ReturnDamaged: one})},
			Progress{Lines: 1, Shipped: true, Undelivered: true, AllArrived: true},
		},
		{
			"dismissed",
			[]Line{lineWith(Counts{Shipped: three, Delivered: two, ReturnDismissed: one})},
			Progress{Lines: 1, Shipped: true, Undelivered: true, AllArrived: true},
		},
		{
			"lost",
			[]Line{lineWith(Counts{Shipped: three, WrittenOff: three})},
			Progress{Lines: 1, Shipped: true, Undelivered: true, AllArrived: true},
		},
		{
			"asked back while on its way",
			[]Line{lineWith(Counts{Shipped: three, Delivered: two, ReturnRequested: one})},
			Progress{Lines: 1, Shipped: true, Undelivered: true},
		},
		{
			"delivered and on its way back",
			[]Line{lineWith(Counts{Shipped: three, Delivered: three, ReturnInTransit: three})},
			Progress{Lines: 1, Shipped: true, AllArrived: true},
		},
	}
	for _, test := range tests {
		require.Equal(t, test.want, ProgressOf(test.lines), test.name)
	}
}

// What the summary says about many lines follows from what it says about each.
func TestProgressAddsUp(t *testing.T) {
	t.Parallel()
	part := rapid.Custom(func(t *rapid.T) Line {
		n := func(name string) quantity.Quantity { return quantity.Of(rapid.Int32Range(0, 2).Draw(t, name)) }
		c := Counts{
			Unsourced: n("unsourced"), Allocated: n("allocated"), Shipped: n("shipped"), Canceled: n("canceled"),
		}
		c.Delivered = quantity.Min(n("delivered"), c.Shipped)
		c.ReturnReceived = quantity.Min(n("received"), c.Shipped)
		return Line{Quantity: c.Sum(), Counts: c}
	})
	rapid.Check(t, func(t *rapid.T) {
		lines := rapid.SliceOfN(part, 1, 4).Draw(t, "lines")
		want := Progress{Lines: len(lines), AllCanceled: true, AllArrived: true}
		for i := range lines {
			p := ProgressOf(lines[i : i+1])
			want.Open, want.Ready = want.Open || p.Open, want.Ready || p.Ready
			want.Shipped, want.Undelivered = want.Shipped || p.Shipped, want.Undelivered || p.Undelivered
			want.AllCanceled, want.AllArrived = want.AllCanceled && p.AllCanceled, want.AllArrived && p.AllArrived
		}
		got := ProgressOf(lines)
		if got != want {
			t.Fatalf("%+v, want %+v", got, want)
		}
		if got.Open && (got.AllArrived || got.AllCanceled) || got.Ready && !got.Open || got.Undelivered && !got.Shipped {
			t.Fatalf("contradiction: %+v", got)
		}
	})
}

func TestNewFacts(t *testing.T) {
	t.Parallel()
	o := &Order{Lines: []Line{lineWith(Counts{Allocated: quantity.Of(3)})}}
	actor := event.Actor{Kind: event.Staff, ID: "7"}
	paid := MoneyFacts{Captured: euro("1.00")}
	require.Equal(t, Facts{
		Order: o, Progress: Progress{Lines: 1, Open: true, Ready: true}, Money: paid, Actor: actor, Now: testNow, At: testNow,
	}, NewFacts(o, paid, actor, testNow))
	require.Equal(t, Facts{}, NewFacts(nil, MoneyFacts{}, event.Actor{}, time.Time{}))
}

// Guards are asked with whatever a host makes: none may break on facts without
// an order, and those about its money or times deny then.
func TestGuardsWithoutOrder(t *testing.T) {
	t.Parallel()
	for name, guard := range BuiltinGuards() {
		d := guard(Facts{})
		if name == GuardNothingShipped {
			require.Nil(t, d)
			continue
		}
		require.NotNil(t, d, name)
	}
}

func TestMoneyGuards(t *testing.T) {
	t.Parallel()
	guards := BuiltinGuards()
	tests := []struct {
		name  string
		guard string
		owed  string // in all, after credits
		paid  MoneyFacts
		want  string // code, or "" when allowed
	}{
		{"nothing", GuardMoneySecured, "30.00", MoneyFacts{}, "money_outstanding"},
		{"a cent short", GuardMoneySecured, "30.00", MoneyFacts{Authorized: euro("29.99")}, "money_outstanding"},
		{"just enough", GuardMoneySecured, "30.00", MoneyFacts{Authorized: euro("30.00")}, ""},
		{"captured is within authorized", GuardMoneySecured, "30.00", MoneyFacts{Authorized: euro("15.00"), Captured: euro("15.00")}, "money_outstanding"},
		{"refund under way", GuardMoneySecured, "30.00", MoneyFacts{Authorized: euro("30.00"), Captured: euro("30.00"), RefundingNow: euro("0.01")}, "money_outstanding"},
		{"paid out", GuardMoneySecured, "30.00", MoneyFacts{Authorized: euro("30.00"), PaidOut: euro("0.01")}, "money_outstanding"},
		{"credited in full", GuardMoneySecured, "0.00", MoneyFacts{}, ""},
		{"owed back", GuardMoneySecured, "-5.00", MoneyFacts{}, ""},

		{"taken", GuardMoneySettled, "30.00", MoneyFacts{Authorized: euro("40.00"), Captured: euro("30.00")}, ""},
		{"only held", GuardMoneySettled, "30.00", MoneyFacts{Authorized: euro("30.00")}, "money_due"},
		{"promised", GuardMoneySettled, "30.00", MoneyFacts{OnTerms: euro("30.00")}, "money_due"},
		{"too much taken", GuardMoneySettled, "30.00", MoneyFacts{Captured: euro("30.01")}, "money_owed"},
		{"too much, given back", GuardMoneySettled, "30.00", MoneyFacts{Captured: euro("40.00"), Refunded: euro("10.00")}, ""},
		{"being given back", GuardMoneySettled, "30.00", MoneyFacts{Captured: euro("30.00"), RefundingNow: euro("1.00")}, "money_moving"},
		{"being taken", GuardMoneySettled, "30.00", MoneyFacts{Captured: euro("30.00"), CapturingNow: euro("1.00")}, "money_moving"},
		{"being held", GuardMoneySettled, "30.00", MoneyFacts{Captured: euro("30.00"), AuthorizingNow: euro("1.00")}, "money_moving"},
		{"nothing owed", GuardMoneySettled, "0.00", MoneyFacts{}, ""},
		{"owed back and paid out", GuardMoneySettled, "-5.00", MoneyFacts{PaidOut: euro("5.00")}, ""},

		{"owed", GuardMoneyDue, "30.00", MoneyFacts{Captured: euro("29.99")}, ""},
		{"held is still to be taken", GuardMoneyDue, "30.00", MoneyFacts{Authorized: euro("30.00")}, ""},
		{"paid", GuardMoneyDue, "30.00", MoneyFacts{Captured: euro("30.00")}, "nothing_due"},
		{"free", GuardMoneyDue, "0.00", MoneyFacts{}, "nothing_due"},

		{"none taken", GuardMoneyToReturn, "30.00", MoneyFacts{Authorized: euro("30.00")}, "nothing_captured"},
		{"some left", GuardMoneyToReturn, "30.00", MoneyFacts{Captured: euro("30.00"), Refunded: euro("29.99")}, ""},
		{"the last is on its way", GuardMoneyToReturn, "30.00", MoneyFacts{Captured: euro("30.00"), Refunded: euro("29.99"), RefundingNow: euro("0.01")}, "nothing_captured"},

		{"unpaid", GuardUnpaid, "30.00", MoneyFacts{Authorized: euro("1.00")}, ""},
		{"secured", GuardUnpaid, "30.00", MoneyFacts{OnTerms: euro("30.00")}, "money_secured"},
		{"may come", GuardUnpaid, "30.00", MoneyFacts{CapturingNow: euro("1.00")}, "money_moving"},
	}
	for _, test := range tests {
		t.Run(test.guard+" "+test.name, func(t *testing.T) {
			t.Parallel()
			o := &Order{Totals: Totals{Total: euro("100.00")}}
			var err error
			o.Totals.Credited, err = euro("100.00").Sub(euro(test.owed))
			require.NoError(t, err)
			d := guards[test.guard](NewFacts(o, test.paid, event.Actor{}, testNow))
			if test.want == "" {
				require.Nil(t, d)
				return
			}
			require.NotNil(t, d)
			require.Equal(t, test.want, d.Code)
		})
	}
	mixed := NewFacts(&Order{Totals: Totals{Total: euro("1.00")}}, MoneyFacts{Captured: money.MustParse("1.00 USD"), Refunded: euro("1.00"), Authorized: money.MustParse("1.00 USD")}, event.Actor{}, testNow)
	for _, name := range []string{GuardMoneySecured, GuardMoneySettled, GuardMoneyDue, GuardMoneyToReturn, GuardUnpaid} {
		d := guards[name](mixed)
		require.NotNil(t, d, name)
		require.Equal(t, "money_unclear", d.Code, name)
	}
}

func TestOriginGuards(t *testing.T) {
	t.Parallel()
	guards := BuiltinGuards()
	for origin, want := range map[Origin][2]bool{
		FromShop: {false, false}, FromStaff: {false, false}, FromImport: {false, false}, FromBlind: {true, true}, FromBooks: {true, false},
	} {
		f := NewFacts(&Order{Origin: origin}, MoneyFacts{}, event.Actor{}, testNow)
		require.Equal(t, want[0], guards[GuardMoneyToReturn](f) == nil, origin)
		require.Equal(t, want[1], guards[GuardSomethingToReturn](f) == nil, origin)
	}
}

func TestPastExpiry(t *testing.T) {
	t.Parallel()
	guard := BuiltinGuards()[GuardPastExpiry]
	for name, test := range map[string]struct {
		expires time.Time
		want    string
	}{
		"never": {time.Time{}, "never_expires"}, "later": {testNow.Add(time.Microsecond), "not_expired"},
		"now": {testNow, ""}, "before": {testNow.Add(-time.Hour), ""},
	} {
		d := guard(NewFacts(&Order{ExpiresAt: test.expires}, MoneyFacts{}, event.Actor{}, testNow))
		if test.want == "" {
			require.Nil(t, d, name)
			continue
		}
		require.NotNil(t, d, name)
		require.Equal(t, test.want, d.Code, name)
	}
}
