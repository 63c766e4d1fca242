package sqlstore

import (
	"bytes"
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/quantity"
)

// Call is one statement of a pipeline: a server that is told all of them before it
// has answered the first.
type Call struct {
	Query *Query
	Args  []Value
	// Must is how many rows the statement must touch; the server has to fail where it
	// touches another number. Zero: any.
	Must int64
}

// Pipeline appends the plan's statements to calls. It is for plans of a Compiler for
// Postgres, and valid until the plan is released.
func (p *Plan) Pipeline(calls []Call) []Call {
	for i := range p.steps {
		calls = append(calls, p.call(&p.steps[i]))
	}
	return calls
}

func (p *Plan) call(s *step) Call {
	c := Call{Query: s.query, Args: p.args.values[s.from:s.to]}
	if s.want > 0 && !s.reads && s.rows == nil {
		c.Must = s.want
	}
	return c
}

// Doubtful reports whether the batch contradicts itself, so that [Plan.Explain] is
// the only use of the plan.
func (p *Plan) Doubtful() bool { return p.doubtful }

// Merger writes several plans of one tenant together. Its memory is used again by
// the next merge; it is used by one goroutine.
type Merger struct {
	calls  []Call
	args   args
	tables []*tableRows
	byRows map[*rows]*tableRows
	moves  []inventory.Move
}

// tableRows is what the plans insert into one table.
type tableRows struct {
	in    *rows
	steps []stepOf
	n     int
}

type stepOf struct {
	plan *Plan
	step *step
}

// Merge returns the statements that write the plans, whose keys are claimed and
// whose versions are checked already: rows of a table from all of them go together,
// then comes what changes rows, in the order of the plans, and then the levels, each
// once, in order of their keys. level returns what a level will be. The answer is
// valid until the next call.
//
// A row may then come before a change of an earlier plan that makes room for it, such
// as a reference that is given up. The database refuses that, and the plans can be
// written one after the other.
func (m *Merger) Merge(plans []*Plan, level func(sku, location string) inventory.Level) []Call {
	m.calls, m.args.values, m.moves = m.calls[:0], m.args.values[:0], m.moves[:0]
	for _, t := range m.tables {
		t.steps, t.n = t.steps[:0], 0
	}
	for _, p := range plans {
		m.collect(p)
	}
	for _, t := range m.tables {
		m.insert(t)
	}
	for _, p := range plans {
		for i := range p.steps {
			if s := &p.steps[i]; s.role == plain && s.rows == nil {
				m.calls = append(m.calls, p.call(s))
			}
		}
	}
	m.shared(plans)
	if len(plans) > 0 {
		m.shift(plans[0].tenant, level)
	}
	return m.calls
}

// shared adds the statements that write rows which batches have in common: kind by kind,
// each in the order of their keys, and those of one row in the order of the plans.
func (m *Merger) shared(plans []*Plan) {
	begin := len(m.calls)
	for _, p := range plans {
		for i := range p.steps {
			if s := &p.steps[i]; s.role == shared {
				m.calls = append(m.calls, p.call(s))
			}
		}
	}
	slices.SortStableFunc(m.calls[begin:], func(a, b Call) int {
		if a.Query != b.Query {
			return compareBools(a.Query == qLocation, b.Query == qLocation)
		}
		return cmp.Or(strings.Compare(a.Args[1].S, b.Args[1].S), bytes.Compare(a.Args[2].B, b.Args[2].B))
	})
}

func (m *Merger) collect(p *Plan) {
	for i := range p.steps {
		s := &p.steps[i]
		if s.rows == nil {
			continue
		}
		t := m.byRows[s.rows]
		if t == nil {
			if m.byRows == nil {
				m.byRows = map[*rows]*tableRows{}
			}
			t = &tableRows{in: s.rows}
			m.byRows[s.rows] = t
			m.tables = append(m.tables, t)
		}
		t.steps = append(t.steps, stepOf{p, s})
		t.n += s.count()
	}
	m.moves = append(m.moves, p.batch.Inventory.Moves...)
}

// count returns how many rows a step inserts.
func (s *step) count() int { return (s.to - s.from - s.rows.shared) / s.rows.own }

// insert adds the statements for the rows of one table.
func (m *Merger) insert(t *tableRows) {
	width := len(t.in.columns)
	begin := len(m.args.values)
	for _, x := range t.steps {
		values := x.plan.args.values[x.step.from:x.step.to]
		shared, own := values[:t.in.shared], values[t.in.shared:]
		for len(own) > 0 {
			m.args.values = append(append(m.args.values, shared...), own[:t.in.own]...)
			own = own[t.in.own:]
		}
	}
	for left := t.n; left > 0; {
		size := sizeFor(t.in.whole, left)
		m.calls = append(m.calls, Call{Query: size.query, Args: m.args.values[begin : begin+size.rows*width]})
		begin += size.rows * width
		left -= size.rows
	}
}

// shift adds the statements that move the levels. Each is moved by what all plans do
// to it together, on the condition that holds of where it ends.
func (m *Merger) shift(tenant string, level func(sku, location string) inventory.Level) {
	deltas := inventory.Sum(m.moves)
	for i := range deltas {
		d := &deltas[i]
		after := level(d.SKU, d.Location)
		d.Takes = d.Takes && after.Available().Sign() >= 0
		d.Backorders = d.Backorders && (after.BackorderLimit.Sign() < 0 || after.Backordered.Cmp(after.BackorderLimit) <= 0)
		if !onlyAllocates(*d) {
			m.call(makeLevels[len(makeLevels)-1].query, 0, func(a *args) {
				a.text(tenant)
				a.text(d.SKU)
				a.text(d.Location)
			})
		}
	}
	for len(deltas) > 0 {
		size := sizeOver(shiftLevels, len(deltas))
		n := min(size.rows, len(deltas))
		m.call(size.query, 0, func(a *args) { a.shift(tenant, deltas[:n], size.rows) })
		deltas = deltas[n:]
	}
}

// shift adds the parameters of a statement that moves that many levels. A list that is
// shorter is filled up with what matches nothing.
func (a *args) shift(tenant string, deltas []inventory.Delta, rows int) {
	a.text(tenant)
	for i := range deltas {
		d := &deltas[i]
		a.text(d.SKU)
		a.text(d.Location)
		for _, q := range [...]quantity.Quantity{d.OnHand, d.Unavailable, d.Allocated, d.Reserved, d.Backordered} {
			a.delta(q)
		}
		a.bool(d.Takes)
		a.bool(d.Backorders)
	}
	a.nulls((rows - len(deltas)) * shiftColumns)
	a.int(int64(len(deltas)))
}

// makeLevels makes sure that there are levels.
var makeLevels = func() (sizes []sized) {
	for _, s := range newInsert("oms_levels", "tenant", "sku, location").whole {
		sizes = append(sizes, sized{s.rows, query(s.query.SQL + " ON CONFLICT (tenant, sku, location) DO NOTHING")})
	}
	return sizes
}()

func (m *Merger) call(q *Query, must int64, fill func(*args)) {
	begin := len(m.args.values)
	fill(&m.args)
	m.calls = append(m.calls, Call{Query: q, Args: m.args.values[begin:len(m.args.values):len(m.args.values)], Must: must})
}

const shiftColumns = 9

// shiftLevels moves several levels in one statement. Their rows are locked already,
// in order of their keys.
var shiftLevels = func() (sizes []sized) {
	for _, n := range []int{256, 128, 64, 16, 4, 1} {
		var b strings.Builder
		b.WriteString(`WITH touched AS (UPDATE oms_levels AS l SET on_hand = l.on_hand + v.on_hand, unavailable = l.unavailable + v.unavailable,
			allocated = l.allocated + v.allocated, reserved = l.reserved + v.reserved, backordered = l.backordered + v.backordered
		FROM (VALUES `)
		for row := range n {
			if row > 0 {
				b.WriteString(", ")
			}
			b.WriteByte('(')
			for col := range shiftColumns {
				p := "?" + strconv.Itoa(2+shiftColumns*row+col)
				if row == 0 && col > 1 {
					p = "CAST(" + p + " AS bigint)"
				}
				if col > 0 {
					b.WriteString(", ")
				}
				b.WriteString(p)
			}
			b.WriteByte(')')
		}
		b.WriteString(`) AS v (sku, location, on_hand, unavailable, allocated, reserved, backordered, takes, backorders)
		WHERE l.tenant = ?1 AND l.sku = v.sku AND l.location = v.location
			AND (v.takes = 0 OR l.on_hand + v.on_hand - l.unavailable - v.unavailable - l.allocated - v.allocated
				- l.reserved - v.reserved - l.safety >= 0)
			AND (v.backorders = 0 OR l.backorder_limit < 0 OR l.backordered + v.backordered <= l.backorder_limit)
			RETURNING 1) ` + failing("(SELECT count(*) FROM touched) = CAST(?"+strconv.Itoa(2+shiftColumns*n)+" AS bigint)"))
		sizes = append(sizes, sized{n, query(b.String())})
	}
	return sizes
}()
