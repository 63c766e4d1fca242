package payment_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/payment"
)

// permutations calls fn with every order of the reports.
func permutations(reports []payment.Report, fn func([]payment.Report)) {
	var walk func(int)
	walk = func(n int) {
		if n == len(reports) {
			fn(reports)
			return
		}
		for i := n; i < len(reports); i++ {
			reports[n], reports[i] = reports[i], reports[n]
			walk(n + 1)
			reports[n], reports[i] = reports[i], reports[n]
		}
	}
	walk(0)
}

// gist is everything of a tender but the order in which reports came.
func gist(t *payment.Tender) *payment.Tender {
	c := t.Clone()
	slices.SortFunc(c.Reports, func(a, b payment.Report) int {
		return slices.Compare([]byte(a.EventID), []byte(b.EventID))
	})
	return c
}

func report(op uuid.UUID, event string, state payment.State, change ...func(*payment.Report)) payment.Report {
	r := payment.Report{
		ID: uuid.NewSHA1(uuid.Nil, []byte(event)), OpID: op, Gateway: "card", EventID: event,
		Channel: payment.Webhook, State: state, At: noon, ReceivedAt: noon,
	}
	for _, c := range change {
		c(&r)
	}
	return r
}

func ref(text string) func(*payment.Report)    { return func(r *payment.Report) { r.Ref = text } }
func says(m money.Money) func(*payment.Report) { return func(r *payment.Report) { r.Amount = m } }
func after(d time.Duration) func(*payment.Report) {
	return func(r *payment.Report) { r.At = noon.Add(d) }
}

// captured is a tender of 100.00 with an authorization and a capture of 60.00 sent
// on it, of which nothing is known yet.
func captured(t require.TestingT) (tender *payment.Tender, auth, capture uuid.UUID) {
	cmd := command(1)
	caps := payment.Capabilities{Holds: true, PartialCapture: true, MultipleCaptures: true, LookupByID: true}
	tender, err := payment.New(uuid.UUID{15: 1}, "card", eur("100.00"), "tok", cmd)
	require.NoError(t, err)
	a, err := tender.PlanAuthorize(eur("100.00"), caps, cmd)
	require.NoError(t, err)
	require.NoError(t, tender.Start(a.ID, payment.DoSend, caps, noon))
	tender.Op(a.ID).State = payment.Succeeded // for the capture to be planned
	payment.Fold(tender)
	c, err := tender.PlanCapture(eur("60.00"), caps, cmd)
	require.NoError(t, err)
	require.NoError(t, tender.Start(c[0].ID, payment.DoSend, caps, noon))
	return tender, a.ID, c[0].ID
}

// TestFoldAnyOrder applies every permutation of six reports, every one of them
// twice, and wants the same tender each time.
func TestFoldAnyOrder(t *testing.T) {
	begin, auth, capture := captured(t)
	until := noon.Add(7 * 24 * time.Hour)
	reports := []payment.Report{
		report(auth, "e1", payment.Waiting, ref("A"), after(time.Second)),
		report(auth, "e2", payment.Succeeded, ref("A"), says(eur("100.00")), after(3*time.Second), func(r *payment.Report) {
			r.AuthorizedUntil, r.Method = until, "card"
		}),
		report(capture, "e3", payment.Declined, ref("C"), after(4*time.Second), func(r *payment.Report) {
			r.Decline = &payment.Decline{Code: payment.DeclineGeneric}
		}),
		report(uuid.Nil, "e4", payment.Succeeded, ref("C"), says(eur("59.00")), after(9*time.Second)),
		report(capture, "e5", payment.Succeeded, ref("C2"), says(eur("60.00")), after(8*time.Second)),
		report(auth, "e6", payment.InDoubt),
	}
	var want *payment.Tender
	var problems []string
	count := 0
	permutations(reports, func(order []payment.Report) {
		got := begin.Clone()
		for _, r := range order {
			got.Record(r)
			changed, problem := got.Record(r)
			require.False(t, changed, "a report that is there already changes nothing")
			require.Empty(t, problem)
		}
		again := got.Clone()
		payment.Fold(again)
		require.Equal(t, got, again, "folding again changes nothing")
		var texts []string
		for _, p := range got.Problems() {
			texts = append(texts, p.String())
		}
		slices.Sort(texts)
		if count++; want == nil {
			want, problems = gist(got), texts
			return
		}
		require.Equal(t, want, gist(got))
		require.Equal(t, problems, texts)
	})
	require.Equal(t, 720, count)

	c := want.Op(capture)
	require.Equal(t, payment.Succeeded, c.State, "the late success stands")
	require.Nil(t, c.Decline)
	require.Equal(t, eur("60.00"), c.Settled, "the larger of two amounts")
	require.Equal(t, "C", c.Ref, "the first in the alphabet")
	require.Equal(t, noon.Add(8*time.Second), c.SettledAt, "the earlier of two successes")
	require.True(t, c.NextAt.IsZero())
	require.Equal(t, "A", want.Op(auth).Ref)
	require.Equal(t, "card", want.Method)
	require.Equal(t, want.AuthorizedUntil, until)
	require.Equal(t, eur("60.00"), want.Totals.Captured)
	require.Equal(t, eur("0.00"), want.Totals.CapturingNow)
	require.Len(t, problems, 3)
	require.Contains(t, problems[0], "60.00 EUR was asked for, the gateway says 59.00 EUR")
	require.Contains(t, problems[1], "different verdicts [declined succeeded]: succeeded stands")
	require.Contains(t, problems[2], `under different ids: ["C" "C2"]`)
}

// TestFoldIsAJoin draws any reports on two operations and wants order, repetition
// and grouping to make no difference, states never to go down, and totals to
// follow from the operations.
func TestFoldIsAJoin(t *testing.T) {
	states := []payment.State{
		payment.Created, payment.Sending, payment.InDoubt, payment.Waiting, payment.ActionRequired,
		payment.Canceled, payment.Declined, payment.Succeeded, "unheard_of", "",
	}
	amounts := []money.Money{
		{}, eur("0.00"), eur("60.00"), eur("59.99"), eur("100.00"), eur("-1.00"), money.MustParse("60.00 USD"), money.MustParse("1.001 EUR"),
	}
	rapid.Check(t, func(rt *rapid.T) {
		begin, auth, capture := captured(rt)
		var reports []payment.Report
		for i := range rapid.IntRange(0, 8).Draw(rt, "reports") {
			r := report(
				rapid.SampledFrom([]uuid.UUID{auth, capture, {}, {15: 99}}).Draw(rt, "op"), fmt.Sprint("e", i),
				rapid.SampledFrom(states).Draw(rt, "state"),
				ref(rapid.SampledFrom([]string{"", "A", "C", "D"}).Draw(rt, "ref")),
				says(rapid.SampledFrom(amounts).Draw(rt, "amount")),
				after(time.Duration(rapid.IntRange(-3, 3).Draw(rt, "at"))*time.Second),
			)
			if rapid.Bool().Draw(rt, "decline") {
				r.Decline = &payment.Decline{Code: r.EventID}
			}
			if rapid.Bool().Draw(rt, "says more") {
				r.AuthorizedUntil, r.Method = noon.Add(time.Duration(i)*time.Hour), r.EventID
			}
			reports = append(reports, r)
		}
		want := begin.Clone()
		for _, r := range reports {
			before := want.Clone()
			want.Record(r)
			for i := range want.Ops {
				require.GreaterOrEqual(rt, rank(want.Ops[i].State), rank(before.Ops[i].State), "a state went down")
			}
		}
		shuffled := append(rapid.Permutation(reports).Draw(rt, "order"), rapid.Permutation(reports).Draw(rt, "again")...)
		got := begin.Clone()
		for _, r := range shuffled {
			got.Record(r)
		}
		require.Equal(rt, gist(want), gist(got))
		require.Equal(rt, payment.Sum(money.EUR, got.Ops), got.Totals)
		for _, m := range []money.Money{
			got.Totals.Authorized, got.Totals.Captured, got.Totals.CapturingNow, got.Totals.AuthorizingNow,
		} {
			require.Equal(rt, money.EUR, m.Currency())
			require.GreaterOrEqual(rt, m.Sign(), 0)
		}
	})
}

func rank(s payment.State) int {
	return slices.Index([]payment.State{
		payment.Created, payment.Sending, payment.InDoubt, payment.Waiting, payment.ActionRequired,
		payment.Canceled, payment.Declined, payment.Succeeded,
	}, s)
}

func TestLateFacts(t *testing.T) {
	for _, c := range []struct {
		first, second, stands payment.State
	}{
		{payment.Declined, payment.Succeeded, payment.Succeeded},
		{payment.Succeeded, payment.Declined, payment.Succeeded},
		{payment.Canceled, payment.Succeeded, payment.Succeeded},
		{payment.Canceled, payment.Declined, payment.Declined},
		{payment.Succeeded, payment.Waiting, payment.Succeeded},
	} {
		tender, auth, capture := captured(t)
		tender.Record(report(auth, "a", payment.Succeeded))
		tender.Record(report(capture, "e1", c.first, ref("C")))
		_, problem := tender.Record(report(capture, "e2", c.second, ref("C")))
		require.Equal(t, c.stands, tender.Op(capture).State, "%s, then %s", c.first, c.second)
		if c.second.Final() {
			require.Contains(t, problem, "different verdicts")
		} else {
			require.Empty(t, problem)
		}
	}
}

func TestRecordSaysWhatIsWrong(t *testing.T) {
	tender, auth, capture := captured(t)
	for _, c := range []struct {
		name string
		r    payment.Report
		want string
	}{
		{"as asked", report(auth, "e1", payment.Succeeded, ref("A"), says(eur("100.00"))), ""},
		{"less", report(capture, "e2", payment.Succeeded, ref("C"), says(eur("59.00"))), "60.00 EUR was asked for, the gateway says 59.00 EUR"},
		{"nothing said", report(capture, "e3", payment.Succeeded), ""},
		{"zero", report(capture, "e4", payment.Succeeded, says(eur("0.00"))), "the gateway says 0.00 EUR"},
		{"other currency", report(capture, "e5", payment.Succeeded, says(money.MustParse("60.00 USD"))), "60.00 USD, which cannot be counted"},
		{"not ours", report(uuid.UUID{15: 9}, "e6", payment.Succeeded), `event "e6" is about an operation that this payment does not have`},
		{"no state", report(capture, "e7", "settled"), `event "e7" has no state that we know: "settled"`},
		{"another amount under one event", report(capture, "e2", payment.Succeeded, says(eur("60.00"))), "told twice, differently"},
		{"too much", report(capture, "e8", payment.Succeeded, says(eur("101.00"))), "101.00 EUR is captured, more than the 100.00 EUR that is authorized"},
	} {
		_, problem := tender.Record(c.r)
		if c.want == "" {
			require.Empty(t, problem, c.name)
		} else {
			require.Contains(t, problem, c.want, c.name)
		}
	}
	require.Equal(t, eur("101.00"), tender.Totals.Captured, "the fact is in the books all the same")
}

// TestRecordFillsIn checks what Record makes of a report from a Receiver.
func TestRecordFillsIn(t *testing.T) {
	tender, auth, _ := captured(t)
	odd := time.Date(2026, 3, 1, 13, 0, 0, 123456789, time.FixedZone("", 3600))
	changed, _ := tender.Record(payment.Report{OpID: auth, EventID: "e", State: payment.Succeeded, ReceivedAt: odd})
	require.True(t, changed)
	r := tender.Reports[0]
	require.Equal(t, tender.ID, r.TenderID)
	require.Equal(t, "card", r.Gateway)
	require.Equal(t, time.Date(2026, 3, 1, 12, 0, 0, 123456000, time.UTC), r.ReceivedAt)
	require.Equal(t, r.ReceivedAt, r.At)
}

// TestRecordBoundsWhatItIsTold checks times and texts that nobody could keep.
func TestRecordBoundsWhatItIsTold(t *testing.T) {
	tender, auth, _ := captured(t)
	tender.Record(report(auth, "e", payment.Declined, func(r *payment.Report) {
		r.At, r.AuthorizedUntil = time.UnixMicro(1<<62), time.UnixMicro(-1<<62)
		r.Note, r.Decline = strings.Repeat("x", 1000), &payment.Decline{Code: "c", Message: strings.Repeat("y", 1000)}
	}))
	r := tender.Reports[0]
	require.Equal(t, noon, r.At)
	require.True(t, r.AuthorizedUntil.IsZero())
	require.Len(t, r.Note, 500)
	require.Len(t, r.Decline.Message, 500)
}

func TestSumStopsAtTheEnd(t *testing.T) {
	most := money.MustParse("92233720368547758.07 EUR")
	op := payment.Op{Kind: payment.Sale, Amount: most, Settled: most, State: payment.Succeeded}
	void := payment.Op{Kind: payment.Void, Amount: most, Settled: most, State: payment.Succeeded}
	sum := payment.Sum(money.EUR, []payment.Op{op, op, void, void})
	require.Equal(t, most, sum.Captured)
	require.Equal(t, eur("0.00"), sum.Authorized, "never below zero")
}

func TestSumInFlight(t *testing.T) {
	var ops []payment.Op
	for _, kind := range []payment.Kind{payment.Authorize, payment.Sale, payment.Capture, payment.Void, payment.Refund, payment.Payout} {
		for i, state := range []payment.State{payment.Created, payment.InDoubt, payment.Declined, payment.Canceled} {
			ops = append(ops, payment.Op{Kind: kind, Amount: eur([]string{"1.00", "10.00", "100.00", "1000.00"}[i]), State: state})
		}
	}
	z := eur("0.00")
	require.Equal(t, payment.Totals{
		Authorized: z, Captured: z, Refunded: z, PaidOut: z, Voided: z,
		AuthorizingNow: eur("22.00"), CapturingNow: eur("22.00"), RefundingNow: eur("22.00"), VoidingNow: eur("11.00"),
	}, payment.Sum(money.EUR, ops))
}

// TestLapse checks which of several authorizations speaks for the tender.
func TestLapse(t *testing.T) {
	cmd := command(1)
	caps := payment.Capabilities{Holds: true, PartialCapture: true, MultipleCaptures: true, VoidRest: true}
	tender, err := payment.New(uuid.UUID{15: 1}, "card", eur("100.00"), "", cmd)
	require.NoError(t, err)
	hold := func(amount, event string, days int) uuid.UUID {
		op, err := tender.PlanAuthorize(eur(amount), caps, cmd)
		require.NoError(t, err)
		tender.Record(report(op.ID, event, payment.Succeeded, func(r *payment.Report) {
			r.AuthorizedUntil = noon.AddDate(0, 0, days)
		}))
		return op.ID
	}
	hold("40.00", "a", 5)
	second := hold("60.00", "b", 3)
	require.Equal(t, noon.AddDate(0, 0, 3), tender.AuthorizedUntil, "the first to lapse")
	tender.Record(report(second, "renewed", payment.Succeeded, func(r *payment.Report) { r.AuthorizedUntil = noon.AddDate(0, 0, 9) }))
	require.Equal(t, noon.AddDate(0, 0, 5), tender.AuthorizedUntil, "a renewal counts")
	ops, err := tender.PlanCapture(eur("40.00"), caps, cmd)
	require.NoError(t, err)
	tender.Record(report(ops[0].ID, "c", payment.Succeeded))
	require.Equal(t, noon.AddDate(0, 0, 9), tender.AuthorizedUntil, "what is captured lapses no more")
	ops, err = tender.PlanVoid(caps, cmd)
	require.NoError(t, err)
	tender.Record(report(ops[0].ID, "v", payment.Succeeded))
	require.True(t, tender.AuthorizedUntil.IsZero(), "nothing is left to lapse")
}
