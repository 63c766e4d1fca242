package sqlstore

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"sync"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/storage"
)

// Plan is a batch as statements. It refers to the batch, which must not change
// while the plan is in use. It is used by one goroutine at a time.
type Plan struct {
	batch  *storage.Batch
	tenant string
	steps  []step
	args   args
	seqs   []int // the parameters that take places in the order of recording

	reached   []reach
	compared  []compared
	doubtful  bool // the batch contradicts itself: Explain says where
	registers bool // its tenant
	postgres  bool
	lonely    bool // no group can check it
}

// step is one statement of a plan.
type step struct {
	query    *Query
	from, to int   // its parameters
	want     int64 // how many rows it must touch; negative: any
	reads    bool  // it touches nothing and must find a row
	instead  int   // that many next steps run only if this one touched nothing
	rows     *rows // it inserts some of them and does nothing else
	role     role
}

// role is what a step is there for.
type role uint8

const (
	plain  role = iota
	claims      // the command's key
	checks      // a version that must not have moved
	shared      // a counter or a place that other batches write too, whatever they change
	shifts      // a level of stock
)

// Compiler makes plans and uses their memory again. It is safe for concurrent use.
// Its zero value is for SQLite.
type Compiler struct {
	// Postgres makes plans whose steps do not depend on one another's outcome, and
	// which leave it to transaction ids how rows are numbered.
	Postgres bool

	plans sync.Pool
}

// Release takes back a plan that nobody uses any more.
func (x *Compiler) Release(p *Plan) {
	clear(p.args.values)
	clear(p.compared)
	*p = Plan{
		steps: p.steps[:0], seqs: p.seqs[:0], reached: p.reached[:0], compared: p.compared[:0],
		args: args{values: p.args.values[:0], texts: p.args.texts[:0]},
	}
	x.plans.Put(p)
}

// Compile turns a batch of a tenant into statements; known says that the tenant
// is registered already. The error is about a value that has no exact form in the
// database; it is of kind fault.Rejected.
func (x *Compiler) Compile(tenant string, known bool, b *storage.Batch) (*Plan, error) {
	p, ok := x.plans.Get().(*Plan)
	if !ok {
		p = &Plan{}
	}
	p.batch, p.tenant, p.postgres = b, tenant, x.Postgres
	p.key()
	p.versions()
	p.orders()
	p.subscriptions()
	p.drafts()
	p.customers()
	p.payments()
	p.fulfillments()
	p.items()
	p.leases()
	p.reservations()
	p.coupons()
	p.locations()
	p.moves(b.Inventory.Moves)
	p.events()
	p.forget()
	p.recorded()
	if !known && p.adds() {
		p.exec(qTenant, -1, func(a *args) { a.text(tenant) })
		p.registers = true
	}
	p.levels()
	if p.args.err != nil {
		return nil, rejected(p.args.err)
	}
	return p, nil
}

// rejected gives the errors of package money and quantity their kind.
func rejected(err error) error {
	if fault.KindOf(err) == fault.Rejected {
		return err
	}
	return fault.Invalid("batch", "", err.Error())
}

func (p *Plan) begin(q *Query, want int64) {
	p.steps = append(p.steps, step{query: q, from: len(p.args.values), want: want})
}

func (p *Plan) end() { p.steps[len(p.steps)-1].to = len(p.args.values) }

func (p *Plan) exec(q *Query, want int64, fill func(*args)) {
	p.begin(q, want)
	fill(&p.args)
	p.end()
}

// orElse makes the n steps that are added next those to take where the last one
// touches nothing.
func (p *Plan) orElse(n int) { p.steps[len(p.steps)-1].instead = n }

// put replaces a row below an aggregate, or appends it.
func (p *Plan) put(update, add, either *Query, fill func(*args)) {
	if p.postgres {
		p.exec(either, 1, fill)
		return
	}
	p.exec(update, 1, fill)
	p.orElse(1)
	p.exec(add, 1, fill)
}

// Tx is what is known during one transaction of the database.
type Tx struct {
	moves int64 // the last movement recorded
	known bool

	// Places is where the transaction's next row comes in the order of recording, on
	// PostgreSQL: see [Plan.Number].
	Places int64
}

// Run writes the plan. An error for which Refused holds is the batch's, any other
// the database's; what was written until then stays for the caller to undo.
func (p *Plan) Run(c Conn, tx *Tx) error {
	if p.doubtful {
		return errRefused
	}
	if err := p.number(c, tx); err != nil {
		return err
	}
	for i := 0; i < len(p.steps); i++ {
		s := &p.steps[i]
		n, err := p.touch(c, s)
		switch {
		case err != nil:
			return err
		case s.instead > 0 && n > 0:
			i += s.instead
		case s.instead > 0:
		case s.want >= 0 && n != s.want:
			return errRefused
		}
	}
	return nil
}

func (p *Plan) touch(c Conn, s *step) (int64, error) {
	values := p.args.values[s.from:s.to]
	if !s.reads {
		return c.Exec(s.query, values)
	}
	rows, err := c.Query(s.query, values)
	if err != nil {
		return 0, err
	}
	var n int64
	if rows.Next() {
		n = 1
	}
	return n, rows.Close()
}

// number gives the plan's movements their place in the order of recording. The
// caller holds the only write lock, so the last one stays the last.
func (p *Plan) number(c Conn, tx *Tx) error {
	if len(p.seqs) == 0 {
		return nil
	}
	if p.postgres {
		tx.Places = p.Number(tx.Places)
		return nil
	}
	if !tx.known {
		err := each(c, qLastMove, nil, "movements", func(r *row) { tx.moves = r.int() })
		if err != nil {
			return err
		}
		tx.known = true
	}
	tx.moves = p.Number(tx.moves)
	return nil
}

// Number gives the plan's movements, and on PostgreSQL its events, the places behind
// last and returns the last one given.
func (p *Plan) Number(last int64) int64 {
	for _, at := range p.seqs {
		last++
		p.args.values[at].I = last
	}
	return last
}

var (
	qTenant   = query(`INSERT INTO oms_tenants (tenant) VALUES (?1) ON CONFLICT (tenant) DO NOTHING`)
	qLastMove = query(`SELECT COALESCE(max(seq), 0) FROM oms_moves`)
	qKey      = query(`INSERT INTO oms_keys (tenant, key, command, body, result, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)`)
	qForget   = query(`DELETE FROM oms_keys WHERE tenant = ?1 AND at < ?2 AND key <> ?3`)
	qVersion  = query(`SELECT 1 WHERE ?4 = (SELECT COALESCE(max(version), 0) FROM oms_events
		WHERE tenant = ?1 AND aggregate = ?2 AND aggregate_id = ?3)`)
	qNewLease = query(`INSERT INTO oms_leases (tenant, name, version, owner, until, position, attempts, problem, next_at)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)`)
	qLease = query(`UPDATE oms_leases
		SET version = ?3, owner = ?4, until = ?5, position = ?6, attempts = ?7, problem = ?8, next_at = ?9
		WHERE tenant = ?1 AND name = ?2 AND version = ?10`)
	insertEvents = newInsert("oms_events",
		"tenant, actor_kind, actor_id, cause, at, recorded_at",
		"aggregate, aggregate_id, version, type, schema, payload")
	insertPlaced = newInsert("oms_events",
		"tenant, actor_kind, actor_id, cause, at, recorded_at",
		"position, aggregate, aggregate_id, version, type, schema, payload").numbered("position")
)

func (p *Plan) key() {
	cmd := &p.batch.Command
	if cmd.Key == "" {
		return
	}
	p.exec(qKey, 1, func(a *args) {
		a.text(p.tenant)
		a.text(cmd.Key)
		a.text(cmd.Name)
		a.values = append(a.values, Value{Kind: Blob, B: cmd.Body[:]})
		a.blob(p.batch.Result)
		a.time(cmd.Now)
	})
	p.as(claims)
}

func (p *Plan) forget() {
	if t := p.batch.ForgetKeys; !t.IsZero() {
		p.lonely = true // a group claims its keys before any is forgotten
		p.exec(qForget, -1, func(a *args) {
			a.text(p.tenant)
			a.time(t)
			a.text(p.batch.Command.Key) // its own stays, whatever the clocks say
		})
	}
}

// reach is how far a batch takes one aggregate.
type reach struct {
	aggregate   string
	id          uuid.UUID
	first, last int64 // versions of its events
	written     int64 // version of its newest change; 0 without one
}

// versions adds the checks of versions that no insert makes by itself: what was
// relied on, and that an aggregate stands right below its first event.
func (p *Plan) versions() {
	p.compared = p.compared[:0]
	for i := range p.batch.Expect {
		e := &p.batch.Expect[i]
		p.compared = append(p.compared, compared{e.Aggregate, &e.ID, e.Version, false})
	}
	for i := range p.batch.Events {
		e := &p.batch.Events[i]
		r := p.reach(e.Aggregate, &e.ID)
		switch r {
		case nil:
			p.reached = append(p.reached, reach{aggregate: e.Aggregate, id: e.ID, first: e.Version, last: e.Version})
			if e.Version > 1 {
				p.compared = append(p.compared, compared{e.Aggregate, &e.ID, e.Version - 1, true})
			}
			p.doubtful = p.doubtful || e.Version < 1
		default:
			p.doubtful = p.doubtful || e.Version != r.last+1
			r.last = e.Version
		}
	}
	p.compare()
}

// compared is a version that a batch has seen.
type compared struct {
	aggregate string
	id        *uuid.UUID
	version   int64
	changes   bool // the batch goes on from it
}

// compare adds the checks of versions. On PostgreSQL they hold on to rows: those of
// the same rows come in the same order in every plan, which is also that of a group's
// [Loader], and a row that changes is never locked for reading first.
func (p *Plan) compare() {
	if p.postgres {
		slices.SortStableFunc(p.compared, func(a, b compared) int {
			return cmp.Or(strings.Compare(a.aggregate, b.aggregate), bytes.Compare(a.id[:], b.id[:]), compareBools(b.changes, a.changes))
		})
	}
	for i := range p.compared {
		c := &p.compared[i]
		p.version(c.aggregate, c.id, c.version, c.changes)
	}
}

// compareBools orders false before true.
func compareBools(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	default:
		return 1
	}
}

func (p *Plan) reach(aggregate string, id *uuid.UUID) *reach {
	for i := range p.reached {
		if r := &p.reached[i]; r.id == *id && r.aggregate == aggregate {
			return r
		}
	}
	return nil
}

// writes notes that a change brings an aggregate to version, and reports whether
// it is the aggregate's first.
func (p *Plan) writes(aggregate string, id *uuid.UUID, version int64) (fresh bool) {
	r := p.reach(aggregate, id)
	if r == nil {
		p.doubtful = true
		return false
	}
	fresh = r.first == 1 && r.written == 0
	r.written = version
	return fresh
}

// recorded looks for a change without the event that brings it about, and for an
// event whose aggregate the batch leaves as it was.
func (p *Plan) recorded() {
	for i := range p.reached {
		r := &p.reached[i]
		p.doubtful = p.doubtful || hasRow(r.aggregate) && r.written != r.last
	}
}

// hasRow reports whether aggregates of the kind are stored beside their events.
func hasRow(aggregate string) bool {
	switch aggregate {
	case event.Order, event.Payment, event.Fulfillment, event.Item, event.Customer, event.Subscription, event.Draft:
		return true
	default:
		return false
	}
}

// version adds the check of a version; changes says that the batch goes on from it.
func (p *Plan) version(aggregate string, id *uuid.UUID, version int64, changes bool) {
	if p.postgres {
		p.guard(aggregate, id, version, changes)
		return
	}
	p.exec(qVersion, 1, func(a *args) {
		a.text(p.tenant)
		a.text(aggregate)
		a.id(id)
		a.int(version)
	})
	p.steps[len(p.steps)-1].reads = true
}

// as says what the step that was added last is there for.
func (p *Plan) as(r role) { p.steps[len(p.steps)-1].role = r }

func (p *Plan) leases() {
	for _, c := range inOrder(p.batch.Leases, func(a, b *storage.LeaseChange) int { return strings.Compare(a.After.Name, b.After.Name) }) {
		before, after := &c.Before, &c.After
		q := qNewLease
		if before.Version != 0 {
			q = qLease
		}
		p.exec(q, 1, func(a *args) {
			a.text(p.tenant)
			a.text(after.Name)
			a.int(after.Version)
			a.opt(after.Owner)
			a.optTime(after.Until)
			a.int(after.Position)
			a.int(int64(after.Attempts))
			a.opt(after.Problem)
			a.optTime(after.NextAt)
			if q == qLease {
				a.int(before.Version)
			}
		})
	}
}

// inOrder returns pointers to the elements of a list, sorted: rows that others may be
// writing too are written in the order of their keys by everybody.
func inOrder[T any](list []T, by func(a, b *T) int) []*T {
	if len(list) == 0 {
		return nil
	}
	sorted := make([]*T, len(list))
	for i := range list {
		sorted[i] = &list[i]
	}
	slices.SortStableFunc(sorted, by)
	return sorted
}

// events adds the batch's events, as many in one statement as the same command
// recorded at the same times.
func (p *Plan) events() {
	all := p.batch.Events
	for len(all) > 0 {
		n := 1
		for n < len(all) && sameEnvelope(&all[0], &all[n]) {
			n++
		}
		run := all[:n]
		in := insertEvents
		if p.postgres {
			in = insertPlaced
		}
		in.list(p, n, func(a *args) {
			e := &run[0]
			a.text(p.tenant)
			a.text(string(e.ActorKind))
			a.text(e.ActorID)
			a.text(e.Cause)
			a.time(e.At)
			a.time(e.RecordedAt)
		}, func(a *args, i int) {
			e := &run[i]
			if p.postgres {
				p.place()
			}
			a.text(e.Aggregate)
			a.id(&e.ID)
			a.int(e.Version)
			a.text(e.Type)
			a.int(int64(e.Schema))
			a.payload(e.Payload)
		})
		all = all[n:]
	}
}

// place adds a parameter for the row's place in the order of recording.
func (p *Plan) place() {
	p.seqs = append(p.seqs, len(p.args.values))
	p.args.int(0)
}

func sameEnvelope(a, b *event.Event) bool {
	return a.ActorKind == b.ActorKind && a.ActorID == b.ActorID && a.Cause == b.Cause &&
		a.At.Equal(b.At) && a.RecordedAt.Equal(b.RecordedAt)
}

func (a *args) payload(v any) {
	if v == nil {
		a.null()
		return
	}
	a.json(v)
}

func (a *args) json(v any) {
	begin := len(a.texts)
	var err error
	if d, ok := v.(*order.Delta); ok && d != nil {
		a.texts, err = appendDelta(a.texts, d)
	} else {
		var data []byte
		data, err = json.Marshal(v)
		a.texts = append(a.texts, data...)
	}
	if err != nil {
		a.fail(err)
		return
	}
	a.values = append(a.values, Value{Kind: Text, B: a.texts[begin:len(a.texts):len(a.texts)]})
}

// Registers reports whether the plan registers its tenant.
func (p *Plan) Registers() bool { return p.registers }

// adds reports whether there is anything that a tenant would have afterwards.
func (p *Plan) adds() bool {
	for i := range p.steps {
		if s := &p.steps[i]; !s.reads && s.query != qForget && s.query != qMatched {
			return true
		}
	}
	return false
}
