package order_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
)

// TestPaymentStatus is the golden table: an order of total and credited, what was
// authorized, captured, refunded, paid out and is under way.
func TestPaymentStatus(t *testing.T) {
	t.Parallel()
	const voided, failed = 1, 2
	for _, test := range []struct {
		name                                        string
		total, credited                             string
		authorized, captured, refunded, out, moving string
		flags                                       int
		want                                        order.PaymentStatus
	}{
		{"free", "0", "0", "0", "0", "0", "0", "0", 0, order.PaymentNone},
		{"canceled unpaid", "100", "100", "0", "0", "0", "0", "0", 0, order.PaymentNone},
		{"canceled after a decline", "100", "100", "0", "0", "0", "0", "0", failed, order.PaymentNone},
		{"placed", "100", "0", "0", "0", "0", "0", "0", 0, order.PaymentPending},
		{"under way", "100", "0", "0", "0", "0", "0", "100", 0, order.PaymentPending},
		{"second try under way", "100", "0", "0", "0", "0", "0", "100", failed, order.PaymentPending},
		{"declined", "100", "0", "0", "0", "0", "0", "0", failed, order.PaymentFailed},
		{"declined and voided", "100", "0", "0", "0", "0", "0", "0", failed | voided, order.PaymentFailed},
		{"held", "100", "0", "100", "0", "0", "0", "0", 0, order.PaymentAuthorized},
		{"held after a decline", "100", "0", "100", "0", "0", "0", "0", failed, order.PaymentAuthorized},
		{"held more", "100", "0", "120", "0", "0", "0", "0", 0, order.PaymentAuthorized},
		{"held, capture under way", "100", "0", "100", "0", "0", "0", "100", 0, order.PaymentAuthorized},
		{"held a part", "100", "0", "40", "0", "0", "0", "0", 0, order.PaymentPartiallyAuthorized},
		{"held a part, rest under way", "100", "0", "40", "0", "0", "0", "60", 0, order.PaymentPartiallyAuthorized},
		{"held what is left", "100", "60", "40", "0", "0", "0", "0", 0, order.PaymentAuthorized},
		{"canceled, still held", "100", "100", "100", "0", "0", "0", "0", 0, order.PaymentAuthorized},
		{"lapsed", "100", "0", "0", "0", "0", "0", "0", voided, order.PaymentVoided},
		{"canceled and voided", "100", "100", "0", "0", "0", "0", "0", voided | failed, order.PaymentVoided},
		{"taken a part", "100", "0", "100", "40", "0", "0", "0", 0, order.PaymentPartiallyPaid},
		{"taken one of two", "100", "0", "40", "40", "0", "0", "60", 0, order.PaymentPartiallyPaid},
		{"taken", "100", "0", "100", "100", "0", "0", "0", 0, order.PaymentPaid},
		{"taken what is left", "100", "60", "100", "40", "0", "0", "0", 0, order.PaymentPaid},
		{"taken more", "100", "0", "101", "101", "0", "0", "0", 0, order.PaymentOverpaid},
		{"returned, not refunded", "100", "30", "100", "100", "0", "0", "0", 0, order.PaymentOverpaid},
		{"returned, refunded too little", "100", "30", "100", "100", "10", "0", "0", 0, order.PaymentOverpaid},
		{"returned and refunded", "100", "30", "100", "100", "30", "0", "0", 0, order.PaymentPartiallyRefunded},
		{"refunded more than credited", "100", "30", "100", "100", "50", "0", "0", 0, order.PaymentPartiallyRefunded},
		{"all back", "100", "100", "100", "100", "100", "0", "0", 0, order.PaymentRefunded},
		{"refunded and owed", "100", "0", "100", "100", "100", "0", "0", 0, order.PaymentRefunded},
		{"refunded and held anew", "100", "0", "200", "100", "100", "0", "0", 0, order.PaymentAuthorized},
		{"blind return, to be paid", "0", "10", "0", "0", "0", "0", "0", 0, order.PaymentOverpaid},
		{"blind return, paid out", "0", "10", "0", "0", "0", "10", "0", 0, order.PaymentRefunded},
	} {
		state := order.MoneyState{Voided: test.flags&voided != 0, Failed: test.flags&failed != 0}
		state.Authorized, state.Captured = eur(test.authorized), eur(test.captured)
		state.Refunded, state.PaidOut, state.AuthorizingNow = eur(test.refunded), eur(test.out), eur(test.moving)
		totals := order.Totals{Total: eur(test.total), Credited: eur(test.credited)}
		status, err := order.DerivePaymentStatus(totals, state)
		require.NoError(t, err, test.name)
		require.Equal(t, test.want, status, test.name)
	}
}

func TestPaymentStatusOnTerms(t *testing.T) {
	t.Parallel()
	var m order.MoneyState
	m.OnTerms, m.Failed = eur("10"), true
	status, err := order.DerivePaymentStatus(order.Totals{Total: eur("10")}, m)
	require.NoError(t, err)
	require.Equal(t, order.PaymentPending, status)
}

func TestPaymentStatusRefusesTwoCurrencies(t *testing.T) {
	t.Parallel()
	var m order.MoneyState
	m.Captured = money.MustParse("1 JPY")
	_, err := order.DerivePaymentStatus(order.Totals{Total: eur("10")}, m)
	var mismatch *money.CurrencyMismatchError
	require.ErrorAs(t, err, &mismatch)
}

// counts makes lines: each text has a letter per unit: u(nsourced), b(ackordered),
// p(reordered), a(llocated), r(eleased), s(hipped), d(elivered), c(anceled),
// q (return requested), i(n transit), g(ood), x (damaged), n (dismissed),
// w(ritten off).
func counts(lines ...string) []order.Line {
	made := make([]order.Line, len(lines))
	for i, text := range lines {
		c := &made[i].Counts
		made[i].Quantity = quantity.Of(int32(len(text)))
		for _, letter := range text {
			parts := map[rune][]*quantity.Quantity{
				'u': {&c.Unsourced}, 'b': {&c.Backordered}, 'p': {&c.Preordered}, 'a': {&c.Allocated},
				'r': {&c.Released}, 'c': {&c.Canceled}, 's': {&c.Shipped}, 'd': {&c.Shipped, &c.Delivered},
				'q': {&c.Shipped, &c.ReturnRequested}, 'i': {&c.Shipped, &c.ReturnInTransit},
				'g': {&c.Shipped, &c.ReturnReceived}, 'x': {&c.Shipped, &c.ReturnDamaged},
				'n': {&c.Shipped, &c.ReturnDismissed}, 'w': {&c.Shipped, &c.WrittenOff},
			}[letter]
			for _, part := range parts {
				*part = part.Add(one)
			}
		}
	}
	return made
}

func TestFulfillmentStatus(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		lines []string
		want  order.FulfillmentStatus
	}{
		{[]string{"uu", "a"}, order.Unfulfilled},
		{[]string{"r"}, order.Unfulfilled},
		{[]string{"p"}, order.Unfulfilled},
		{[]string{"ac"}, order.Unfulfilled},
		{[]string{"aa", "b"}, order.Backordered},
		{[]string{"sb"}, order.PartiallyFulfilled},
		{[]string{"s", "a"}, order.PartiallyFulfilled},
		{[]string{"d", "a"}, order.PartiallyFulfilled},
		{[]string{"s", "s"}, order.Fulfilled},
		{[]string{"s", "cc"}, order.Fulfilled},
		{nil, order.Fulfilled},
		{[]string{"sd", "d"}, order.PartiallyDelivered},
		{[]string{"dd", "dc"}, order.Delivered},
		{[]string{"cc", "c"}, order.FulfillmentVoid},
	} {
		require.Equal(t, test.want, order.DeriveFulfillmentStatus(counts(test.lines...)), "%v", test.lines)
	}
}

func TestReturnStatus(t *testing.T) {
	t.Parallel()
	blind := func(l order.ReturnLine) []order.Return { return []order.Return{{Lines: []order.ReturnLine{l}}} }
	known := uuid.MustParse("01890000-0000-7000-8000-000000000009")
	for _, test := range []struct {
		lines   []string
		returns []order.Return
		want    order.ReturnStatus
	}{
		{[]string{"ds", "a"}, nil, order.NotReturned},
		{[]string{"nw"}, nil, order.NotReturned},
		{nil, nil, order.NotReturned},
		{[]string{"dq"}, nil, order.ReturnAsked},
		{[]string{"i"}, nil, order.ReturnAsked},
		{[]string{"dg"}, nil, order.PartiallyReturned},
		{[]string{"gq"}, nil, order.PartiallyReturned},
		{[]string{"g", "n"}, nil, order.PartiallyReturned},
		{[]string{"gx", "cc"}, nil, order.Returned},
		{nil, blind(order.ReturnLine{Quantity: two}), order.ReturnAsked},
		{nil, blind(order.ReturnLine{Quantity: two, Good: one}), order.PartiallyReturned},
		{nil, blind(order.ReturnLine{Quantity: two, Good: one, Damaged: one}), order.Returned},
		{nil, blind(order.ReturnLine{Quantity: two, Dismissed: two}), order.NotReturned},
		{[]string{"d"}, blind(order.ReturnLine{LineID: known, Quantity: one}), order.NotReturned},
	} {
		require.Equal(t, test.want, order.DeriveReturnStatus(counts(test.lines...), test.returns), "%v", test)
	}
}

func TestReturnState(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		lines []order.ReturnLine
		want  order.ReturnState
	}{
		{nil, order.ReturnRequested},
		{[]order.ReturnLine{{Quantity: two}, {Quantity: one, Canceled: one}}, order.ReturnRequested},
		{[]order.ReturnLine{{Quantity: two, Good: one}}, order.ReturnPartly},
		{[]order.ReturnLine{{Quantity: one, Dismissed: one}, {Quantity: one}}, order.ReturnPartly},
		{[]order.ReturnLine{{Quantity: two, Good: one, Canceled: one}, {Quantity: one, Damaged: one}}, order.ReturnReceived},
		{[]order.ReturnLine{{Quantity: two, Canceled: two}}, order.ReturnCanceled},
	} {
		require.Equal(t, test.want, order.DeriveReturnState(test.lines), "%+v", test.lines)
	}
}

func TestDeriveSetsEveryStatus(t *testing.T) {
	t.Parallel()
	o := full(t, order.Terms{})
	o.Lines = append(o.Lines[:1:1], counts("dg")...)
	o.Returns = []order.Return{{Lines: []order.ReturnLine{{LineID: o.Lines[0].ID, Quantity: one, Good: one}}}}
	var m order.MoneyState
	m.Authorized, m.Captured = o.Due(), o.Due()
	require.NoError(t, o.Derive(m))
	require.Equal(t, order.PaymentPaid, o.PaymentStatus)
	require.Equal(t, order.PartiallyFulfilled, o.FulfillmentStatus)
	require.Equal(t, order.PartiallyReturned, o.ReturnStatus)
	require.Equal(t, order.ReturnReceived, o.Returns[0].Status)

	before := *o
	m.Captured = money.MustParse("1 JPY")
	require.Error(t, o.Derive(m))
	require.Equal(t, before, *o)
}
