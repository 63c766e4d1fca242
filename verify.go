package oms

import (
	"context"
	"iter"
	"slices"
	"time"

	"github.com/go-oms/oms/storage"
)

// Check is one invariant of the books: a sentence that is true of every order, all
// stock and all history, at any moment.
type Check struct {
	ID    string `json:"id"`    // stable, such as "stock.movements"
	Title string `json:"title"` // the sentence
}

// Violation is one place where a check does not hold.
type Violation struct {
	Check  string `json:"check"`
	Where  string `json:"where"` // "order 0192…", "level TEE-M at main" …
	Detail string `json:"detail"`
}

// Report is the result of Verify. The books are clean only if Violations and
// Incomplete are both empty: what could not be looked at was not found clean.
type Report struct {
	Checked    map[string]int64 `json:"checked"` // how many things each check looked at
	Violations []Violation      `json:"violations"`
	Incomplete []string         `json:"incomplete"` // checks that could not be finished, and why
}

// Clean reports whether everything was looked at and nothing found.
func (r *Report) Clean() bool { return len(r.Violations) == 0 && len(r.Incomplete) == 0 }

// VerifyOptions bound a Verify. The zero value looks at everything.
type VerifyOptions struct {
	// MaxViolations ends the search after so many; the report then names what is
	// incomplete. 1,000 by default.
	MaxViolations int
	// Progress is told how many things have been looked at, now and then; nil by
	// default. It is called from the caller's goroutine.
	Progress func(done int64)
}

// slack is how long a promise of time may be late before it counts as broken: an
// expired reservation that was not swept, an event that was not delivered, a call
// outside that nobody took up.
const slack = 15 * time.Minute

// overdue is how long what Run should have taken up may be late before it counts:
// a shop whose Run stands still.
const overdue = 24 * time.Hour

// Verify reads one snapshot of the tenant's books and holds it against every
// check, see [Checks]. It writes nothing. Its error is of the store; what was
// checked until then is in the report.
func (c *Client) Verify(ctx context.Context, opts VerifyOptions) (*Report, error) {
	if err := c.core.enter(); err != nil {
		return nil, err
	}
	defer c.core.busy.Done()
	if err := c.authorize(ctx, "books.verify"); err != nil {
		return nil, err
	}
	if opts.MaxViolations <= 0 {
		opts.MaxViolations = 1000
	}
	v := &verifier{
		opts: opts, now: c.now(), flows: c.core.flows, sinks: c.core.cfg.Sinks,
		accounts: make(map[string]int64),
		report:   &Report{Checked: make(map[string]int64), Violations: []Violation{}, Incomplete: []string{}},
	}
	for _, check := range Checks() {
		v.report.Checked[check.ID] = 0
	}
	v.examine(ctx, c.store)
	v.parked(ctx, c.store)
	err := c.store.Snapshot(ctx, func(b storage.Books) error {
		v.books = b
		for _, pass := range v.passes() {
			if v.full() {
				v.incomplete(pass.checks, "too many violations")
				continue
			}
			if err := pass.run(ctx); err != nil {
				v.incomplete(pass.checks, err.Error())
				return err
			}
		}
		return nil
	})
	slices.Sort(v.report.Incomplete)
	return v.report, err
}

// pass is one sweep over the books that serves several checks.
type pass struct {
	checks []string
	run    func(context.Context) error
}

func (v *verifier) passes() []pass {
	return []pass{
		{deliveryChecks, v.begin},
		{customerChecks, v.customers},
		{subscriptionChecks, v.subscriptions},
		{draftChecks, v.drafts},
		{orderChecks, v.orders},
		{factChecks, v.facts},
		{tenderChecks, v.tenders},
		{creditChecks, v.accounting},
		{fulfillmentChecks, v.fulfillments},
		{itemChecks, v.items},
		{levelChecks, v.levels},
		{keyChecks, v.keys},
	}
}

func (v *verifier) full() bool { return len(v.report.Violations) >= v.opts.MaxViolations }

func (v *verifier) incomplete(checks []string, why string) {
	for _, id := range checks {
		v.report.Incomplete = append(v.report.Incomplete, id+": "+why)
	}
}

// looked counts one thing looked at by the checks.
func (v *verifier) looked(checks ...string) {
	for _, id := range checks {
		v.report.Checked[id]++
	}
	v.seen++
	if v.opts.Progress != nil && v.seen%1000 == 0 {
		v.opts.Progress(v.seen)
	}
}

// found notes a violation.
func (v *verifier) found(check, where, detail string) {
	if !v.full() {
		v.report.Violations = append(v.report.Violations, Violation{Check: check, Where: where, Detail: detail})
	}
}

// expect notes a violation unless ok.
func (v *verifier) expect(ok bool, check, where, detail string) {
	if !ok {
		v.found(check, where, detail)
	}
}

// stream is a sequence that is read beside others, one value ahead.
type stream[T any] struct {
	next  func() (T, error, bool)
	stop  func()
	value T
	ok    bool
	err   error
}

func open[T any](seq iter.Seq2[T, error]) *stream[T] {
	next, stop := iter.Pull2(seq)
	s := &stream[T]{next: next, stop: stop}
	s.advance()
	return s
}

func (s *stream[T]) advance() {
	s.value, s.err, s.ok = s.next()
	if s.err != nil {
		s.ok = false
	}
}

// take returns the values up to and with those for which belongs is zero; those
// before (negative) go to stray.
func (s *stream[T]) take(belongs func(T) int, stray func(T)) ([]T, error) {
	var own []T
	for s.ok {
		switch d := belongs(s.value); {
		case d > 0:
			return own, s.err
		case d < 0:
			stray(s.value)
		default:
			own = append(own, s.value)
		}
		s.advance()
	}
	return own, s.err
}

// rest hands what is left to stray.
func (s *stream[T]) rest(stray func(T)) error {
	for s.ok {
		stray(s.value)
		s.advance()
	}
	return s.err
}
