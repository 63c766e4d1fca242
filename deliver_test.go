package oms_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/storage"
)

// inbox is a sink that holds every delivery against what sinks are promised: one
// call at a time for each tenant, and within an aggregate no version before the one
// below it.
type inbox struct {
	mu     sync.Mutex
	busy   map[string]bool
	has    map[string]int64 // versions by tenant and aggregate
	got    []string         // what came for the first time, in order
	calls  int
	wrong  []string
	answer func(tenant string, events []event.Event) error // nil takes all
}

func newInbox() *inbox { return &inbox{busy: make(map[string]bool), has: make(map[string]int64)} }

func (b *inbox) Deliver(_ context.Context, tenant string, events []event.Event) error {
	b.mu.Lock()
	b.calls++
	if b.busy[tenant] {
		b.wrong = append(b.wrong, "two calls at once for tenant "+tenant)
	}
	b.busy[tenant] = true
	answer := b.answer
	b.mu.Unlock()

	var err error
	if answer != nil {
		err = answer(tenant, events)
	}

	b.mu.Lock()
	defer b.mu.Unlock()
	b.busy[tenant] = false
	taken := len(events)
	if err != nil {
		taken = 0
	}
	if told := new(oms.DeliveryError); errors.As(err, &told) {
		taken = min(max(told.Delivered, 0), len(events)-1)
	}
	for _, e := range events[:taken] {
		b.take(tenant, e)
	}
	return err
}

func (b *inbox) take(tenant string, e event.Event) {
	key := tenant + "/" + e.ID.String()
	if e.Version > b.has[key]+1 {
		b.wrong = append(b.wrong, fmt.Sprintf("%s: version %d came after %d", key, e.Version, b.has[key]))
	}
	if e.Version > b.has[key] {
		b.has[key] = e.Version
		b.got = append(b.got, name(e))
	}
}

// name is short: the tests give every aggregate's id a last byte of its own.
func name(e event.Event) string { return fmt.Sprintf("%x.%d", e.ID[11], e.Version) }

// idle calls fn unless somebody delivers.
func (b *inbox) idle(fn func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.busy[""] {
		fn()
	}
}

// take returns what came since the last time, and fails when a promise was broken.
func (b *inbox) taken(t *testing.T) []string {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	require.Empty(t, b.wrong)
	got := b.got
	b.got = nil
	return got
}

var errDown = errors.New("down")

// refusing makes a sink fail on every event of an aggregate.
func refusing(id uuid.UUID, err error) func(string, []event.Event) error {
	return func(_ string, events []event.Event) error {
		if slices.ContainsFunc(events, func(e event.Event) bool { return e.ID == id }) {
			return err
		}
		return nil
	}
}

// exactly is refusing that says which event it was.
func exactly(id uuid.UUID, told oms.DeliveryError) func(string, []event.Event) error {
	return func(_ string, events []event.Event) error {
		i := slices.IndexFunc(events, func(e event.Event) bool { return e.ID == id })
		if i < 0 {
			return nil
		}
		told := told
		told.Delivered = i
		return &told
	}
}

var waits = []time.Duration{5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour}

// postedShop is a shop with a sink called "post" and customers a, b and c, whose
// first events it has.
func postedShop(t *testing.T, wrap func(oms.Sink) oms.Sink) (s *shop, b *inbox, a, bb, c uuid.UUID) {
	b = newInbox()
	s = newShop(t, func(cfg *oms.Config) {
		cfg.Sinks = oms.Sinks{"post": b}
		if wrap != nil {
			cfg.Sinks["post"] = wrap(b)
		}
	})
	ids := []uuid.UUID{s.customer("a@example.com").ID, s.customer("b@example.com").ID, s.customer("c@example.com").ID}
	s.work()
	require.Len(t, b.taken(t), 3)
	return s, b, ids[0], ids[1], ids[2]
}

func patient(b oms.Sink) oms.Sink { return oms.Parking(b, waits...) }

// work is one pass, after which the books are clean.
func (s *shop) work() oms.Work {
	s.t.Helper()
	work, err := s.RunOnce(s.ctx)
	require.NoError(s.t, err)
	s.clean()
	return work
}

// note makes another event of a customer.
func (s *shop) note(ids ...uuid.UUID) {
	s.t.Helper()
	for _, id := range ids {
		_, err := s.AddCustomerNote(s.ctx, id, oms.CustomerNote{Text: "hm"})
		require.NoError(s.t, err)
	}
}

func (s *shop) letters() []oms.DeadLetter {
	s.t.Helper()
	letters, err := s.DeadLetters(s.ctx, "post")
	require.NoError(s.t, err)
	return letters
}

func (s *shop) lag() oms.SinkLag {
	s.t.Helper()
	lags, err := s.Lag(s.ctx)
	require.NoError(s.t, err)
	require.Len(s.t, lags, 1)
	return lags[0]
}

// versions is what a test expects of one customer: v(a, 2, 3) is a's second and third.
func v(id uuid.UUID, versions ...int64) (names []string) {
	for _, n := range versions {
		names = append(names, name(event.Event{ID: id, Version: n}))
	}
	return names
}

func TestAnEventThatFailsIsParkedAndItsAggregateWaitsBehindIt(t *testing.T) {
	s, b, a, bb, c := postedShop(t, patient)
	b.answer = refusing(a, errDown)
	s.note(bb, a, c, a)

	// Twice everything waits, in case the sink is down.
	require.Equal(t, 1, s.work().Failed)
	require.Equal(t, v(bb, 2), b.taken(t), "the events before the one that fails are found")
	require.Zero(t, s.work())
	s.clock.Add(5 * time.Second)
	require.Equal(t, 1, s.work().Failed)
	require.Empty(t, b.taken(t))
	require.Equal(t, oms.SinkLag{
		Sink: "post", Behind: 3, Oldest: s.clock.Now().Add(-5 * time.Second), Age: 5 * time.Second,
		Attempts: 2, Problem: "down", NextAt: s.clock.Now().Add(5 * time.Minute),
	}, s.lag())

	// Then the others go on without it.
	s.clock.Add(5 * time.Minute)
	s.work()
	require.Equal(t, v(c, 2), b.taken(t))
	s.note(a, bb)
	s.work()
	require.Equal(t, v(bb, 3), b.taken(t))
	letters := s.letters()
	require.Len(t, letters, 1)
	require.Equal(t, v(a, 2)[0], name(letters[0].Event))
	require.Equal(t, 2, letters[0].Behind)
	require.Equal(t, 3, letters[0].Attempts)
	require.Equal(t, "down", letters[0].Problem)
	require.Equal(t, s.clock.Now().Add(30*time.Minute), letters[0].NextAt)
	require.False(t, letters[0].Dead())

	// It comes back by itself, in order, and the aggregate is an ordinary one again.
	b.answer = nil
	s.clock.Add(30 * time.Minute)
	s.note(bb)
	require.Equal(t, 4, s.work().Delivered)
	require.Equal(t, slices.Concat(v(a, 2, 3, 4), v(bb, 4)), b.taken(t))
	require.Empty(t, s.letters())
	s.note(a)
	s.work()
	require.Equal(t, v(a, 5), b.taken(t))
	require.Equal(t, oms.SinkLag{Sink: "post"}, s.lag())
}

func TestAfterTheLastWaitAnEventIsADeadLetterUntilRedrive(t *testing.T) {
	s, b, a, bb, _ := postedShop(t, patient)
	b.answer = refusing(a, errDown)
	s.note(a, bb)
	recorded := s.clock.Now()
	for _, wait := range slices.Concat([]time.Duration{0}, waits) {
		s.clock.Add(wait)
		require.Equal(t, 1, s.work().Failed)
	}
	require.Equal(t, v(bb, 2), b.taken(t))
	s.note(a)
	s.clock.Add(20 * time.Hour)
	require.Equal(t, 0, s.work().Failed, "nobody tries a dead letter")
	require.Equal(t, 1, s.lag().Dead)
	require.Equal(t, 1, s.lag().Parked)
	require.Equal(t, recorded, s.lag().Oldest)
	require.True(t, s.letters()[0].Dead())
	require.Equal(t, len(waits)+1, s.letters()[0].Attempts)

	// It does not stay unseen.
	s.clock.Add(4 * time.Hour)
	report, err := s.Verify(s.ctx, oms.VerifyOptions{})
	require.NoError(t, err)
	require.Len(t, report.Violations, 1)
	require.Equal(t, "events.letters", report.Violations[0].Check)
	require.Contains(t, report.Violations[0].Detail, "version 2")

	for range 2 { // twice is no more than once
		n, err := s.Redrive(s.ctx, "post", a)
		require.NoError(t, err)
		require.Equal(t, 1, n)
	}
	s.clean()
	require.Equal(t, 1, s.work().Failed)
	require.Equal(t, 1, s.letters()[0].Attempts, "it begins from the first wait")
	n, err := s.Redrive(s.ctx, "post", bb)
	require.NoError(t, err)
	require.Zero(t, n)

	b.answer = nil
	_, err = s.Redrive(s.ctx, "post")
	require.NoError(t, err)
	s.work()
	require.Equal(t, v(a, 2, 3), b.taken(t))
	require.Empty(t, s.letters())
}

func TestARefusedEventIsADeadLetterAtOnce(t *testing.T) {
	for which, wrap := range map[string]func(oms.Sink) oms.Sink{"a sink with waits": patient, "one without": nil} {
		t.Run(which, func(t *testing.T) {
			s, b, a, bb, c := postedShop(t, wrap)
			b.answer = exactly(a, oms.DeliveryError{Refused: true, Err: errors.New("not a customer of ours")})
			s.note(bb, a, a, c)
			require.Equal(t, oms.Work{Delivered: 2, Failed: 1}, s.work())
			require.Equal(t, slices.Concat(v(bb, 2), v(c, 2)), b.taken(t))
			require.True(t, s.letters()[0].Dead())
			require.Equal(t, 1, s.letters()[0].Behind)
			require.Equal(t, "not a customer of ours", s.letters()[0].Problem)
			calls := b.calls
			s.clock.Add(12 * time.Hour)
			s.work()
			require.Equal(t, calls, b.calls)

			require.NoError(t, s.Discard(s.ctx, s.letters()[0]))
			s.clean()
			b.answer = exactly(a, oms.DeliveryError{Refused: true, Err: errors.New("nor this")})
			s.work()
			require.Equal(t, int64(3), s.letters()[0].Event.Version, "the one behind it is next")
			b.has["/"+a.String()] = 2 // what was discarded never comes
			last := s.letters()[0]
			require.NoError(t, s.Discard(s.ctx, last))
			require.Empty(t, s.letters())
			var missing *fault.NotFoundError
			require.ErrorAs(t, s.Discard(s.ctx, last), &missing)
			b.answer = nil
			b.has["/"+a.String()] = 3
			s.note(a)
			s.work()
			require.Equal(t, v(a, 4), b.taken(t))
		})
	}
}

func TestASinkWithoutPatienceStopsAtWhatItDoesNotTake(t *testing.T) {
	s, b, a, bb, _ := postedShop(t, nil)
	b.answer = refusing(a, errDown)
	s.note(a, bb)
	for range 30 {
		s.work()
		s.clock.Add(time.Hour)
	}
	require.Empty(t, b.taken(t))
	require.Equal(t, 30, s.lag().Attempts)
	require.Zero(t, s.lag().Parked)
	b.answer = nil
	s.work()
	require.Equal(t, slices.Concat(v(a, 2), v(bb, 2)), b.taken(t))
}

func TestASinkThatStopsWaitsForRedrive(t *testing.T) {
	s, b, a, bb, _ := postedShop(t, patient)
	b.answer = exactly(a, oms.DeliveryError{Stop: true, Err: errors.New("gone")})
	s.note(bb, a)
	s.work()
	require.Equal(t, v(bb, 2), b.taken(t))
	calls := b.calls
	s.clock.Add(23 * time.Hour)
	s.note(bb)
	s.work()
	require.Equal(t, calls, b.calls)
	lag := s.lag()
	require.True(t, lag.Stopped)
	require.Zero(t, lag.NextAt)
	require.Equal(t, 2, lag.Behind)
	s.clock.Add(2 * time.Hour)
	report, err := s.Verify(s.ctx, oms.VerifyOptions{})
	require.NoError(t, err)
	require.Len(t, report.Violations, 1, "%v", report.Violations)
	require.Equal(t, "events.letters", report.Violations[0].Check)

	b.answer = nil
	_, err = s.Redrive(s.ctx, "post")
	require.NoError(t, err)
	s.work()
	require.Equal(t, slices.Concat(v(a, 2), v(bb, 3)), b.taken(t))
	require.False(t, s.lag().Stopped)
}

// A stop that is met by what is parked stops the line too, and the other way round.
func TestAStopHoldsForWhatIsParkedToo(t *testing.T) {
	s, b, a, bb, c := postedShop(t, patient)
	b.answer = exactly(a, oms.DeliveryError{Refused: true, Err: errDown})
	s.note(a, bb)
	s.work()
	_, err := s.Redrive(s.ctx, "post")
	require.NoError(t, err)
	b.answer = exactly(a, oms.DeliveryError{Stop: true, Err: errDown})
	s.note(c)
	s.work()
	require.Equal(t, v(bb, 2), b.taken(t))
	require.True(t, s.lag().Stopped)
	b.answer = nil
	s.clock.Add(time.Hour)
	s.work()
	require.Empty(t, b.taken(t))
	_, err = s.Redrive(s.ctx, "post")
	require.NoError(t, err)
	s.work()
	require.Equal(t, slices.Concat(v(a, 2), v(c, 2)), b.taken(t))
}

func TestWhatASinkSaysIsSafeDoesNotComeAgain(t *testing.T) {
	s, b, a, bb, c := postedShop(t, nil)
	seen := make(map[string]int)
	fail := exactly(a, oms.DeliveryError{Err: errDown, After: 10 * time.Minute})
	b.answer = func(tenant string, events []event.Event) error {
		for _, e := range events {
			seen[name(e)]++
		}
		return fail(tenant, events)
	}
	s.note(bb, c, a)
	s.work()
	require.Equal(t, 1, s.lag().Behind)
	s.clock.Add(10*time.Minute - time.Second)
	require.Zero(t, s.work(), "a sink says itself how long it is to be left alone")
	s.clock.Add(time.Second)
	fail = func(string, []event.Event) error { return nil }
	s.work()
	require.Equal(t, map[string]int{v(bb, 2)[0]: 1, v(c, 2)[0]: 1, v(a, 2)[0]: 2}, seen)
}

// Sinks may count wrongly; nothing is lost by that.
func TestASinkThatClaimsTooMuchIsNotBelieved(t *testing.T) {
	for _, delivered := range []int{-3, 3, 99} {
		s, b, a, bb, c := postedShop(t, nil)
		var got []string
		var err error = &oms.DeliveryError{Delivered: delivered, Err: errDown}
		s.note(bb, c, a)
		b.answer = func(_ string, events []event.Event) error {
			for _, e := range events {
				got = append(got, name(e))
			}
			told := err
			err = nil
			return told
		}
		b.has = map[string]int64{}
		work, workErr := s.RunOnce(s.ctx)
		require.NoError(t, workErr)
		require.Equal(t, 1, work.Failed)
		s.clock.Add(time.Second)
		_, workErr = s.RunOnce(s.ctx)
		require.NoError(t, workErr)
		require.Equal(t, v(a, 2)[0], got[len(got)-1])
		require.Greater(t, len(got), 3)
	}
}

// What a sink says is kept whatever it says.
func TestAProblemIsKeptAsTextThatStoresTake(t *testing.T) {
	for text, want := range map[string]string{
		"bad\x00 \xffbytes": "bad bytes", strings.Repeat("ü", 300): strings.Repeat("ü", 250), strings.Repeat("x", 499) + "ü": strings.Repeat("x", 499),
	} {
		s, b, a, _, _ := postedShop(t, nil)
		b.answer = refusing(a, errors.New(text))
		s.note(a)
		s.work()
		require.Equal(t, want, s.lag().Problem)
	}
}

// A sink that is down for days parks an event every few minutes and no faster.
// When it is back everything arrives.
func TestAnOutageOfDaysLosesNothing(t *testing.T) {
	s, b, a, bb, c := postedShop(t, patient)
	b.answer = func(string, []event.Event) error { return errDown }
	var more []uuid.UUID
	for i := range 20 {
		customer, err := s.SaveCustomer(s.ctx, oms.CustomerDetails{Customer: crm.Customer{Email: fmt.Sprintf("%d@example.com", i)}})
		require.NoError(t, err)
		more = append(more, customer.ID)
	}
	s.note(a, bb, c, a, bb, c)
	for range 60 {
		s.clock.Add(time.Minute)
		_, err := s.RunOnce(s.ctx)
		require.NoError(t, err)
	}
	require.InDelta(t, 10, s.lag().Parked, 2)
	b.answer = nil
	for range 30 {
		s.clock.Add(10 * time.Minute)
		_, err := s.RunOnce(s.ctx)
		require.NoError(t, err)
	}
	require.Len(t, b.taken(t), len(more)+6)
	require.Equal(t, oms.SinkLag{Sink: "post"}, s.lag())
	s.clean()
}

func TestASinkThatRefusesEverythingStopsAtAThousand(t *testing.T) {
	s, b, a, _, _ := postedShop(t, patient)
	b.answer = func(_ string, events []event.Event) error {
		return &oms.DeliveryError{Refused: true, Err: errors.New("what is this")}
	}
	for i := range 1002 {
		_, err := s.SaveCustomer(s.ctx, oms.CustomerDetails{Customer: crm.Customer{Email: fmt.Sprintf("%d@example.com", i)}})
		require.NoError(t, err)
	}
	for range 3 {
		_, err := s.RunOnce(s.ctx)
		require.NoError(t, err)
		s.clock.Add(time.Hour)
	}
	lag := s.lag()
	require.Equal(t, 1000, lag.Dead)
	require.Equal(t, 2, lag.Behind)
	require.Equal(t, 3, lag.Attempts)
	b.answer = nil
	n, err := s.Redrive(s.ctx, "post")
	require.NoError(t, err)
	require.Equal(t, 1000, n)
	s.note(a)
	s.work()
	require.Len(t, b.taken(t), 1003)
}

func TestTenantsAndSinksAreParkedApart(t *testing.T) {
	x, y := newInbox(), newInbox()
	s := newShop(t, func(cfg *oms.Config) {
		cfg.Sinks = oms.Sinks{"x": patient(x), "x/0001": patient(y), "x/": patient(newInbox())}
	})
	refuse := func(tenant string, events []event.Event) error {
		if tenant == "acme" {
			return &oms.DeliveryError{Refused: true, Err: errDown}
		}
		return nil
	}
	x.answer = refuse
	s.customer("a@example.com")
	acme := s.Tenant("acme")
	_, err := acme.SaveCustomer(s.ctx, oms.CustomerDetails{Customer: crm.Customer{Email: "a@example.com"}})
	require.NoError(t, err)
	s.work()
	require.Len(t, x.taken(t), 1)
	require.Len(t, y.taken(t), 2)
	for name, want := range map[string]int{"x": 1, "x/0001": 0, "x/": 0} {
		letters, err := acme.DeadLetters(s.ctx, name)
		require.NoError(t, err)
		require.Len(t, letters, want, name)
		letters, err = s.DeadLetters(s.ctx, name)
		require.NoError(t, err)
		require.Empty(t, letters)
	}
	y.answer = refuse
	_, err = acme.SaveCustomer(s.ctx, oms.CustomerDetails{Customer: crm.Customer{Email: "b@example.com"}})
	require.NoError(t, err)
	s.work()
	x.answer = nil
	n, err := acme.Redrive(s.ctx, "x")
	require.NoError(t, err)
	require.Equal(t, 2, n)
	s.work()
	letters, err := acme.DeadLetters(s.ctx, "x/0001")
	require.NoError(t, err)
	require.Len(t, letters, 1)
}

func TestDeliveriesAreTheStaffs(t *testing.T) {
	s, b, a, _, _ := postedShop(t, patient)
	b.answer = exactly(a, oms.DeliveryError{Refused: true, Err: errDown})
	s.note(a)
	s.work()
	letter := s.letters()[0]
	calls := map[string]func(*oms.Client) error{
		"events.lag":     func(c *oms.Client) error { _, err := c.Lag(s.ctx); return err },
		"events.letters": func(c *oms.Client) error { _, err := c.DeadLetters(s.ctx, "post"); return err },
		"events.redrive": func(c *oms.Client) error { _, err := c.Redrive(s.ctx, "post"); return err },
		"events.discard": func(c *oms.Client) error { return c.Discard(s.ctx, letter) },
	}
	shopper := s.As(event.Actor{Kind: event.Shopper, ID: a.String()})
	for what, call := range calls {
		require.Equal(t, fault.Rejected, fault.KindOf(call(shopper)), what)
	}
	var asked []string
	deny := denied{errors.New("not today")}
	strict := openShop(t, s.store, func(cfg *oms.Config) {
		cfg.Authorizer = oms.AuthorizerFunc(func(_ context.Context, _ event.Actor, command string) error {
			asked = append(asked, command)
			return deny
		})
	})
	for what, call := range calls {
		asked = nil
		require.ErrorIs(t, call(strict.Client), deny)
		require.Equal(t, []string{what}, asked)
	}
	var missing *fault.NotFoundError
	_, err := s.DeadLetters(s.ctx, "nobody")
	require.ErrorAs(t, err, &missing)
	_, err = s.Redrive(s.ctx, "nobody")
	require.ErrorAs(t, err, &missing)
	require.ErrorAs(t, s.Discard(s.ctx, oms.DeadLetter{Sink: "nobody"}), &missing)
	require.ErrorAs(t, s.Discard(s.ctx, oms.DeadLetter{Sink: "post"}), &missing)
	require.NoError(t, s.Close(s.ctx))
	for what, call := range calls {
		require.ErrorIs(t, call(s.Client), oms.ErrClosed, what)
	}
}

// misplacing is a store whose commits of places are lost on the way, or their answers.
type misplacing struct {
	storage.Store
	mu   *sync.Mutex
	next *[]error
	done bool // the commit is done all the same
}

func (f misplacing) Tenant(id string) storage.Store {
	f.Store = f.Store.Tenant(id)
	return f
}

func (f misplacing) Commit(ctx context.Context, b *storage.Batch) error {
	if len(b.Leases) == 0 || b.Leases[0].Before.Position == b.Leases[0].After.Position {
		return f.Store.Commit(ctx, b)
	}
	f.mu.Lock()
	var err error
	if len(*f.next) > 0 {
		err, *f.next = (*f.next)[0], (*f.next)[1:]
	}
	f.mu.Unlock()
	if err == nil || f.done {
		if err := f.Store.Commit(ctx, b); err != nil {
			return err
		}
	}
	return err
}

func TestWhatWasDeliveredAndNotTakenDownComesAgain(t *testing.T) {
	for _, done := range []bool{false, true} {
		t.Run(fmt.Sprintf("written=%v", done), func(t *testing.T) {
			lost := []error{&fault.UnknownError{Op: "commit", Err: errDown}, &fault.TransientError{Op: "commit", Err: errDown}}
			store := misplacing{newStore(t), new(sync.Mutex), &lost, done}
			b := newInbox()
			var all []string
			b.answer = func(_ string, events []event.Event) error {
				for _, e := range events {
					all = append(all, name(e))
				}
				return nil
			}
			s := openShop(t, store, func(cfg *oms.Config) { cfg.Sinks = oms.Sinks{"post": b} })
			customer, err := s.SaveCustomer(s.ctx, oms.CustomerDetails{Customer: crm.Customer{Email: "a@example.com"}})
			require.NoError(t, err)
			a := customer.ID
			s.note(a, a)
			for range 4 {
				_, _ = s.RunOnce(s.ctx)
				s.clock.Add(2 * time.Minute) // the claim of the process that died ends
			}
			require.Equal(t, v(a, 1, 2, 3), b.taken(t))
			if !done {
				require.Empty(t, lost)
				require.Equal(t, slices.Concat(v(a, 1, 2, 3), v(a, 1, 2, 3), v(a, 1, 2, 3)), all)
			}
			require.Zero(t, s.lag().Behind)
		})
	}
}

// A process that was slow loses its claim. What it delivered then moves nothing.
func TestAProcessThatLostItsClaimMovesNothing(t *testing.T) {
	store := newStore(t)
	hanging, goOn := make(chan bool), make(chan bool)
	slow := newInbox()
	slow.answer = func(string, []event.Event) error { hanging <- true; <-goOn; return nil }
	first := openShop(t, store, func(cfg *oms.Config) { cfg.Sinks = oms.Sinks{"post": slow} })
	a := first.customer("a@example.com").ID
	first.note(a)
	var all sync.WaitGroup
	all.Go(func() { _, _ = first.RunOnce(context.Background()) })
	<-hanging

	b := newInbox()
	second := openShop(t, store, func(cfg *oms.Config) {
		cfg.Sinks = oms.Sinks{"post": b}
		cfg.NewID = func() uuid.UUID { return uuid.New() }
	})
	second.work()
	require.Empty(t, b.taken(t), "the claim holds")
	second.clock.Add(2 * time.Minute)
	second.work()
	require.Equal(t, v(a, 1, 2), b.taken(t))
	second.note(a)
	second.work()
	require.Equal(t, v(a, 3), b.taken(t))
	goOn <- true
	all.Wait()
	require.Zero(t, second.lag().Behind)
	require.Zero(t, second.work())
	require.Empty(t, b.taken(t), "what came late moved nothing back")
	second.clean()
}

// Many calls in a row may take longer than a claim lasts. It is renewed between them.
func TestAClaimLastsAsLongAsItsCalls(t *testing.T) {
	s, b, a, _, _ := postedShop(t, patient)
	other := openShop(t, s.store, func(cfg *oms.Config) {
		cfg.Sinks, cfg.Now = oms.Sinks{"post": b}, s.clock.Now
		cfg.NewID = func() uuid.UUID { return uuid.New() }
	})
	s.note(a, a, a, a, a, a, a, a, a, a)
	calls := 0
	b.answer = func(_ string, events []event.Event) error {
		if calls++; calls == 1 {
			return errDown // so that they come one by one
		}
		s.clock.Add(15 * time.Second)
		work, err := other.RunOnce(s.ctx)
		require.NoError(t, err)
		require.Zero(t, work.Delivered)
		return nil
	}
	_, err := s.RunOnce(s.ctx)
	require.NoError(t, err)
	require.Len(t, b.taken(t), 10)
	require.Equal(t, 11, calls)
}

// A redrive in the middle of a delivery makes the event come again, and no more.
func TestARedriveDuringADelivery(t *testing.T) {
	s, b, a, bb, _ := postedShop(t, patient)
	b.answer = exactly(a, oms.DeliveryError{Refused: true, Err: errDown})
	s.note(a, bb)
	s.work()
	b.answer = func(string, []event.Event) error {
		_, err := s.Redrive(s.ctx, "post")
		return err
	}
	_, err := s.Redrive(s.ctx, "post")
	require.NoError(t, err)
	s.work()
	require.Len(t, s.letters(), 1, "it counts as not delivered")
	b.answer = nil
	s.work()
	require.Empty(t, s.letters())
	require.Equal(t, slices.Concat(v(bb, 2), v(a, 2)), b.taken(t))
}

// Several processes at once, with a sink that fails now and then in every way: no
// two calls at once, nothing out of order, and in the end all is there.
func TestSeveralProcessesDeliverInOrder(t *testing.T) {
	store, b := newStore(t), newInbox()
	var mu sync.Mutex
	turn := 0
	flaky := func(_ string, events []event.Event) error {
		mu.Lock()
		turn++
		n := turn
		mu.Unlock()
		time.Sleep(50 * time.Microsecond)
		switch last := len(events) - 1; n % 7 {
		case 1:
			return errDown
		case 3:
			return &oms.DeliveryError{Delivered: last, Err: errDown}
		case 5:
			return &oms.DeliveryError{Delivered: last / 2, Refused: true, Err: errDown}
		}
		return nil
	}
	b.answer = flaky
	clock := newClock()
	open := func() *shop {
		return openShop(t, store, func(cfg *oms.Config) {
			cfg.Sinks = oms.Sinks{"post": oms.Parking(b, time.Second, time.Second, time.Second, time.Second)}
			cfg.Now, cfg.NewID = clock.Now, func() uuid.UUID { return uuid.New() }
		})
	}
	host := open()
	var ids []uuid.UUID
	for i := range 8 {
		c, err := host.SaveCustomer(host.ctx, oms.CustomerDetails{Customer: crm.Customer{Email: fmt.Sprintf("%d@example.com", i)}})
		require.NoError(t, err)
		ids = append(ids, c.ID)
	}
	var all sync.WaitGroup
	workers := []*shop{open(), open(), open()}
	for _, w := range workers {
		all.Go(func() {
			for range 400 {
				if _, err := w.RunOnce(w.ctx); err != nil {
					t.Error(err)
				}
				b.idle(func() { clock.Add(100 * time.Millisecond) })
			}
		})
	}
	all.Go(func() {
		for i := range 200 {
			if _, err := host.AddCustomerNote(host.ctx, ids[i*i%len(ids)], oms.CustomerNote{Text: "hm"}); err != nil {
				t.Error(err)
			}
			if i%20 == 0 {
				if _, err := host.Redrive(host.ctx, "post"); err != nil {
					t.Error(err)
				}
			}
		}
	})
	all.Wait()
	b.answer = nil
	clock.Add(time.Hour)
	_, err := host.Redrive(host.ctx, "post")
	require.NoError(t, err)
	host.work()
	require.Len(t, b.taken(t), len(ids)+200)
	require.Equal(t, oms.SinkLag{Sink: "post"}, host.lag())
}

// A sink that hangs holds up nothing but itself.
func TestASlowSinkHoldsUpNothingElse(t *testing.T) {
	hanging := make(chan bool, 1)
	b := newInbox()
	s := newShop(t, func(cfg *oms.Config) {
		cfg.Sinks = oms.Sinks{"quick": b, "slow": oms.SinkFunc(func(ctx context.Context, _ string, _ []event.Event) error {
			select {
			case hanging <- true:
			default:
			}
			<-ctx.Done()
			return ctx.Err()
		})}
	})
	s.receive("TEE-M", 1)
	o := s.place(line("TEE-M", 1))
	ctx, stop := context.WithCancel(s.ctx)
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	<-hanging
	s.clock.Add(48 * time.Hour)
	require.Eventually(t, func() bool {
		b.mu.Lock()
		defer b.mu.Unlock()
		return s.order(o.ID).Status == order.StatusExpired && b.has["/"+o.ID.String()] == s.order(o.ID).Version
	}, 20*time.Second, 10*time.Millisecond)
	stop()
	require.ErrorIs(t, <-done, context.Canceled)
	lags, err := s.Lag(s.ctx)
	require.NoError(t, err)
	require.Equal(t, "slow", lags[1].Sink)
	require.Zero(t, lags[1].Attempts, "a process that ends is no failure of its sinks")
	require.Positive(t, lags[1].Behind)
}
