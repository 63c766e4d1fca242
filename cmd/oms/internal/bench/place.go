package bench

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/fault"
)

// The stores that can be measured.
const (
	SQLite   = "sqlite"
	Memory   = "memory"
	Postgres = "postgres"
)

// Options say what to measure. The zero value measures SQLite: 64 callers,
// orders spread over 1,000 SKUs, 5 seconds.
type Options struct {
	Store   string // SQLite, Memory or Postgres
	Callers int    // how many place orders at the same time
	// Procs is how many processes the callers are divided among; 1 by default, which
	// is this one. Programs written by hand are in this one only.
	Procs int
	// Worker is the command, with its arguments, of a process that calls Work.
	Worker []string
	// SKUs is how many there are to choose from. With 1 every order wants one and
	// the same SKU, and two others of 1,000: one hot line, two spread.
	SKUs     int
	For      time.Duration // how long each side is measured
	Baseline bool          // measure the programs written by hand, and the library otherwise, too
	// Orders is how many orders are in the store before: made-up ones.
	Orders int64
	// Reads are measured in turns of their own: orders by id, pages of a listing,
	// stock. Readers is how many read at the same time, 1 by default.
	Reads   bool
	Readers int
	// Unchecked leaves out the check of the books at the end, which takes its time
	// with many orders.
	Unchecked bool
	// Path is the file of the library's store. It must not exist and is kept.
	// Without one, all files are in a temporary folder under the current one,
	// which is removed. What programs written by hand write is always removed.
	Path string
	// DSN leads to a PostgreSQL server, on which databases are made and removed.
	// Without one a server is started, and removed.
	DSN string
	// Progress is told how many of all turns are over; nil by default.
	Progress func(done, all int)
}

const (
	defaultCallers = 64
	defaultSKUs    = 1000
	defaultFor     = 5 * time.Second
	longestSlice   = time.Second
)

// warmUp is how many orders per caller are placed twice before anything is measured:
// on PostgreSQL until every statement has been planned for good.
var warmUp = map[string]int{SQLite: 2, Memory: 2, Postgres: 12}

func (o Options) withDefaults() (Options, error) {
	if o.Store == "" {
		o.Store = SQLite
	}
	if o.For == 0 {
		o.For = defaultFor
	}
	if o.Progress == nil {
		o.Progress = func(int, int) {}
	}
	for field, otherwise := range map[*int]int{&o.Callers: defaultCallers, &o.SKUs: defaultSKUs, &o.Procs: 1, &o.Readers: 1} {
		if *field == 0 {
			*field = otherwise
		}
	}
	switch {
	case o.Store != SQLite && o.Store != Memory && o.Store != Postgres:
		return o, fault.Invalid("store", o.Store, `"sqlite", "postgres" or "memory"`)
	case o.Callers < 1 || o.Callers > 100_000:
		return o, fault.Invalid("callers", o.Callers, "1 to 100000")
	case o.SKUs != 1 && (o.SKUs < 3 || o.SKUs > 100_000):
		return o, fault.Invalid("skus", o.SKUs, "1 (one hot line, two spread) or 3 to 100000: an order has three lines")
	case o.For < 0 || o.For > time.Hour:
		return o, fault.Invalid("seconds", o.For, "more than zero, at most an hour")
	case o.Procs < 1 || o.Procs > o.Callers || o.Procs > 64:
		return o, fault.Invalid("procs", o.Procs, "1 to 64, and at most as many as there are callers")
	case o.Procs > 1 && o.Store == Memory:
		return o, fault.Invalid("procs", o.Procs, "1: no two processes share a memory store")
	case o.Readers < 1 || o.Readers > 1000:
		return o, fault.Invalid("readers", o.Readers, "1 to 1000")
	case o.Orders < 0 || o.Orders > 10_000_000:
		return o, fault.Invalid("orders", o.Orders, "0 to 10000000")
	case o.Orders > 0 && o.Store != Postgres:
		return o, fault.Invalid("orders", o.Orders, "none: orders are made in the store postgres only")
	case o.DSN != "" && o.Store != Postgres:
		return o, fault.Invalid("dsn", "a DSN", "nothing: only the store postgres has a server")
	case o.Path != "" && o.Store != SQLite:
		return o, fault.Invalid("db", o.Path, "nothing: only the store sqlite has a file")
	}
	if o.Path != "" {
		if _, err := os.Lstat(o.Path); !errors.Is(err, os.ErrNotExist) {
			return o, fault.Invalid("db", o.Path, "a file that does not exist yet: its orders are made up")
		}
	}
	return o, nil
}

// CountError reports orders that were acknowledged and are not kept, or the other
// way round.
type CountError struct{ Acknowledged, Kept int64 }

func (e *CountError) Error() string {
	return fmt.Sprintf("bench: %d orders were acknowledged and %d are in the books", e.Acknowledged, e.Kept)
}

// BooksError reports books that are not clean after the measurement.
type BooksError struct{ Report *oms.Report }

func (e *BooksError) Error() string {
	what := fmt.Sprintf("bench: verify found %d violations and %d checks that could not be finished",
		len(e.Report.Violations), len(e.Report.Incomplete))
	if len(e.Report.Violations) > 0 {
		v := e.Report.Violations[0]
		what += fmt.Sprintf(", the first: %s: %s: %s", v.Check, v.Where, v.Detail)
	} else if len(e.Report.Incomplete) > 0 {
		what += ", the first: " + e.Report.Incomplete[0]
	}
	return what
}

// BaselineError reports a baseline that does not measure what it should.
type BaselineError struct{ What string }

func (e *BaselineError) Error() string { return "bench: the baseline is not one: " + e.What }

// Place measures and then holds the library's books against every invariant. A
// *CountError, *BooksError or *BaselineError comes with the result.
func Place(ctx context.Context, o Options) (result *Result, err error) {
	o, err = o.withDefaults()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(".", "oms-bench-")
	if err != nil {
		return nil, err
	}
	p := &place{Options: o, dir: dir}
	defer func() { err = errors.Join(err, p.close(), os.RemoveAll(dir)) }()
	if err := p.open(ctx); err != nil {
		return nil, err
	}
	if err := p.measure(ctx); err != nil {
		return nil, err
	}
	if result, err = p.result(ctx); err != nil {
		return nil, err
	}
	if !p.Unchecked {
		if err := p.check(ctx); err != nil {
			return result, err
		}
	}
	return result, result.plausible()
}

// place is one measurement.
type place struct {
	Options
	dir string

	library   *library
	measured  *meter   // of the library
	otherwise []*meter // of the library under other conditions
	hands     []*meter // of the programs written by hand
	reads     *reader  // nil without reads
	server    *server  // nil without one
	empty     *library // on a store of its own; nil without one
}

// meters returns those of all sides that are open.
func (p *place) meters() []*meter {
	var all []*meter
	if p.measured != nil {
		all = append(all, p.measured)
	}
	return slices.Concat(all, p.otherwise, p.hands)
}

// close lets go of everything.
func (p *place) close() error {
	var errs []error
	if p.measured != nil {
		for _, w := range p.measured.crew {
			errs = append(errs, w.dismiss())
		}
	}
	for _, lib := range []*library{p.library, p.empty} {
		if lib != nil {
			errs = append(errs, lib.close())
		}
	}
	for _, m := range p.hands {
		errs = append(errs, m.side.close())
	}
	if p.server != nil {
		errs = append(errs, p.server.close(context.Background()))
	}
	return errors.Join(errs...)
}

// meter puts a side under measurement.
func (p *place) meter(name string, s side) *meter {
	m := &meter{name: name, side: s, skus: len(p.skus()), hot: p.SKUs == 1, callers: p.Callers}
	if p.server != nil {
		m.remote, m.server = true, p.server.cpu
	}
	return m
}

// skus are the names of all SKUs.
func (p *place) skus() []string {
	if p.SKUs == 1 {
		return skuNames(defaultSKUs)
	}
	return skuNames(p.SKUs)
}

// open makes all sides ready.
func (p *place) open(ctx context.Context) (err error) {
	where := ""
	switch p.Store {
	case Memory:
		err = p.openMemory(ctx)
	case SQLite:
		where, err = p.openSQLite(ctx)
	default:
		where, err = p.openPostgres(ctx)
	}
	if err != nil {
		return err
	}
	if p.Baseline && p.SKUs == 1 {
		spread := p.measured.apart(spreadName, 1)
		spread.hot = false
		p.otherwise = append(p.otherwise, spread)
	}
	if p.Baseline && p.Procs > 1 {
		p.otherwise = append(p.otherwise, p.measured.apart(oneProcessName, 2))
	}
	if p.Reads {
		p.reads = newReader(p.library, p.Readers)
	}
	if p.Procs == 1 {
		return nil
	}
	for i := range p.Procs {
		w, err := hire(ctx, p.Worker, assignment{
			Store: p.Store, Where: where, SKUs: len(p.skus()), Hot: p.measured.hot, Process: int64(i) + 3,
			Callers: p.Callers*(i+1)/p.Procs - p.Callers*i/p.Procs,
		})
		if err != nil {
			return err
		}
		p.measured.crew = append(p.measured.crew, w)
	}
	return nil
}

// keep puts the library under measurement.
func (p *place) keep(lib *library) {
	p.library = lib
	p.measured = p.meter("", lib)
}

// hand puts a program written by hand beside it.
func (p *place) hand(name string, s side, err error) error {
	if err == nil {
		p.hands = append(p.hands, p.meter(name, s))
	}
	return err
}

func (p *place) openMemory(ctx context.Context) error {
	lib, err := inMemory(ctx, p.skus())
	if err != nil {
		return err
	}
	p.keep(lib)
	if !p.Baseline {
		return nil
	}
	return errors.Join(p.hand(sameRowsName, newMaps(sameRows, p.skus()), nil), p.hand(tenRowsName, newMaps(tenRows, p.skus()), nil))
}

func (p *place) openSQLite(ctx context.Context) (path string, err error) {
	path = p.Path
	if path == "" {
		path = filepath.Join(p.dir, "library.db")
	}
	lib, set, err := onSQLite(ctx, path, p.skus())
	if err != nil {
		return "", err
	}
	p.keep(lib)
	for _, form := range []struct {
		name string
		handForm
	}{{sameRowsName, &sameForm{}}, {tenRowsName, &tenForm{}}} {
		if err == nil && p.Baseline {
			var h *hand
			h, err = newHand(filepath.Join(p.dir, strings.ReplaceAll(form.name, "_", "-")+".db"), set, form.handForm, p.skus())
			err = p.hand(form.name, h, err)
		}
	}
	return path, err
}

// measure lets the sides take turns.
func (p *place) measure(ctx context.Context) error {
	rounds := max(1, int(math.Ceil(p.For.Seconds()/longestSlice.Seconds())))
	slice := p.For / time.Duration(rounds)
	meters := p.meters()
	for _, m := range meters {
		err := m.some(ctx, int64(warmUp[p.Store]*p.Callers))
		if err == nil {
			err = m.side.settle(ctx)
		}
		if err == nil {
			err = m.some(ctx, int64(warmUp[p.Store]*p.Callers))
		}
		if err != nil {
			return err
		}
	}
	done, all := 0, (rounds+1)*(len(meters)+1)
	for round := range rounds + 1 { // the first is not counted
		for _, m := range meters {
			if round == 1 {
				m.turns = nil
			}
			if err := m.slice(ctx, slice); err != nil {
				return err
			}
			done++
			p.Progress(done, all)
		}
		if p.reads != nil {
			if err := p.reads.run(ctx, slice); err != nil {
				return err
			}
		}
		done++
		p.Progress(done, all)
	}
	for _, m := range meters {
		if m.shared {
			continue
		}
		if err := m.count(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (p *place) result(ctx context.Context) (*Result, error) {
	r := &Result{Store: p.Store, Callers: p.Callers, SKUs: p.SKUs, Loaded: p.Orders, Figures: p.measured.figures()}
	if p.Procs > 1 {
		r.Procs = p.Procs
	}
	for _, group := range []struct {
		meters []*meter
		into   *map[string]Baseline
	}{{p.otherwise, &r.Otherwise}, {p.hands, &r.Baselines}} {
		for _, m := range group.meters {
			if *group.into == nil {
				*group.into = make(map[string]Baseline)
			}
			(*group.into)[m.name] = r.beside(m)
		}
	}
	if p.reads != nil {
		r.Reads = p.reads.figures()
	}
	var err error
	r.Machine, err = describeMachine(ctx, p.server)
	return r, err
}

// check holds the library's books against what was acknowledged.
func (p *place) check(ctx context.Context) error {
	kept := map[*library]int64{p.library: p.measured.acked.Load() + p.Orders}
	for _, m := range p.otherwise {
		kept[m.side.(*library)] += m.acked.Load()
	}
	for lib, acknowledged := range kept {
		if err := lib.check(ctx, acknowledged); err != nil {
			return err
		}
	}
	return nil
}
