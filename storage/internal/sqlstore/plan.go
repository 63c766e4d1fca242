package sqlstore

import (
	"encoding/json"
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
	seqs   []int // the parameters that take the numbers of new movements

	reached  []reach
	doubtful bool // the batch contradicts itself: Explain says where
}

// step is one statement of a plan.
type step struct {
	query    *Query
	from, to int   // its parameters
	want     int64 // how many rows it must touch; negative: any
	reads    bool  // it touches nothing and must find a row
	instead  int   // that many next steps run only if this one touched nothing
}

// Compiler makes plans and uses their memory again. It is safe for concurrent use.
type Compiler struct{ plans sync.Pool }

// Release takes back a plan that nobody uses any more.
func (x *Compiler) Release(p *Plan) {
	clear(p.args.values)
	*p = Plan{
		steps: p.steps[:0], seqs: p.seqs[:0], reached: p.reached[:0],
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
	p.batch, p.tenant = b, tenant
	p.key()
	p.versions()
	p.orders()
	p.customers()
	p.payments()
	p.fulfillments()
	p.stock()
	p.leases()
	p.events()
	p.forget()
	p.recorded()
	if !known && p.adds() {
		p.exec(qTenant, -1, func(a *args) { a.text(tenant) })
	}
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

// Tx is what is known during one transaction of the database.
type Tx struct {
	moves int64 // the last movement recorded
	known bool
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
	if !tx.known {
		err := each(c, qLastMove, nil, "movements", func(r *row) { tx.moves = r.int() })
		if err != nil {
			return err
		}
		tx.known = true
	}
	for _, at := range p.seqs {
		tx.moves++
		p.args.values[at].I = tx.moves
	}
	return nil
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
}

func (p *Plan) forget() {
	if t := p.batch.ForgetKeys; !t.IsZero() {
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
	for i := range p.batch.Expect {
		e := &p.batch.Expect[i]
		p.version(e.Aggregate, &e.ID, e.Version)
	}
	for i := range p.batch.Events {
		e := &p.batch.Events[i]
		r := p.reach(e.Aggregate, &e.ID)
		switch r {
		case nil:
			p.reached = append(p.reached, reach{aggregate: e.Aggregate, id: e.ID, first: e.Version, last: e.Version})
			if e.Version > 1 {
				p.version(e.Aggregate, &e.ID, e.Version-1)
			}
			p.doubtful = p.doubtful || e.Version < 1
		default:
			p.doubtful = p.doubtful || e.Version != r.last+1
			r.last = e.Version
		}
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
	case event.Order, event.Payment, event.Fulfillment, event.Item, event.Customer:
		return true
	default:
		return false
	}
}

func (p *Plan) version(aggregate string, id *uuid.UUID, version int64) {
	p.exec(qVersion, 1, func(a *args) {
		a.text(p.tenant)
		a.text(aggregate)
		a.id(id)
		a.int(version)
	})
	p.steps[len(p.steps)-1].reads = true
}

func (p *Plan) leases() {
	for i := range p.batch.Leases {
		before, after := &p.batch.Leases[i].Before, &p.batch.Leases[i].After
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
		insertEvents.list(p, n, func(a *args) {
			e := &run[0]
			a.text(p.tenant)
			a.text(string(e.ActorKind))
			a.text(e.ActorID)
			a.text(e.Cause)
			a.time(e.At)
			a.time(e.RecordedAt)
		}, func(a *args, i int) {
			e := &run[i]
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
func (p *Plan) Registers() bool {
	return len(p.steps) > 0 && p.steps[len(p.steps)-1].query == qTenant
}

// adds reports whether there is anything that a tenant would have afterwards.
func (p *Plan) adds() bool {
	for i := range p.steps {
		if s := &p.steps[i]; !s.reads && s.query != qForget && s.query != qMatched {
			return true
		}
	}
	return false
}
