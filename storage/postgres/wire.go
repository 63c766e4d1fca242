package postgres

import (
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"unsafe"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/go-oms/oms/storage/internal/sqlstore"
)

// wire speaks with the server over one connection, for one use of it. It is used by
// one goroutine.
type wire struct {
	db *database
	pg *pgconn.PgConn
	*kept
	batch pgconn.Batch
}

// kept is what the library keeps with a connection, from one use to the next.
type kept struct {
	known  map[string]*pgconn.StatementDescription // what is prepared, by name
	params [][]byte
	ints   []byte // what parameters that are numbers point into
}

// keptKey is where a connection keeps it.
const keptKey = namespace + "/kept"

// namespace is what the names of the library in shared places begin with.
const namespace = "github.com/go-oms/oms"

func (db *database) wire(pg *pgconn.PgConn) *wire {
	k, ok := pg.CustomData()[keptKey].(*kept)
	if !ok {
		k = &kept{known: map[string]*pgconn.StatementDescription{}}
		pg.CustomData()[keptKey] = k
	}
	return &wire{db: db, pg: pg, kept: k}
}

// call is a statement with its parameters.
type call struct {
	statement *statement
	args      []sqlstore.Value
}

// failure is an error of an exchange and the call that it belongs to.
type failure struct {
	at     int  // len(calls) when it is of none of them
	unsent bool // the server was told nothing of the exchange
	err    error
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

// exchange tells the server all calls at once and reads the answers: one round trip
// once the statements are prepared. Where a call fails, the server passes over those
// behind it. The error is a *failure.
func (w *wire) exchange(ctx context.Context, calls []call) ([]*answer, error) {
	if !w.db.options.Pooled {
		if err := w.prepare(ctx, calls); err != nil {
			return nil, &failure{unsent: true, err: err}
		}
	}
	// Not left to pgconn.SafeToRetry: it says yes as well when a connection breaks
	// while the answers are awaited.
	if w.pg.IsClosed() || ctx.Err() != nil {
		return nil, &failure{unsent: true, err: cmp.Or(ctx.Err(), pgconn.ErrConnClosed)}
	}
	w.batch = pgconn.Batch{}
	for i := range calls {
		w.send(&calls[i])
	}
	reader := w.pg.ExecBatch(ctx, &w.batch)
	answers := make([]*answer, 0, len(calls))
	for reader.NextResult() {
		a := read(reader.ResultReader())
		if a.err != nil {
			_ = reader.Close()
			w.unlearn(a.err)
			return answers, &failure{at: len(answers), err: a.err}
		}
		answers = append(answers, a)
	}
	if err := reader.Close(); err != nil {
		w.unlearn(err)
		return answers, &failure{at: min(len(answers), len(calls)), err: err}
	}
	if len(answers) != len(calls) {
		return answers, &failure{at: len(answers), err: fmt.Errorf("%d answers to %d statements", len(answers), len(calls))}
	}
	return answers, nil
}

// unlearn forgets what is prepared where somebody has dropped it, such as a pool that
// cleans its connections.
func (w *wire) unlearn(err error) {
	if code(err) == noStatement {
		clear(w.known)
	}
}

var binaryFormat = []int16{1}

func (w *wire) send(c *call) {
	w.params, w.ints = w.params[:0], w.ints[:0]
	for i := range c.args {
		w.params = append(w.params, w.param(&c.args[i]))
	}
	if d := w.known[c.statement.name]; d != nil {
		w.batch.ExecStatement(d, w.params, binaryFormat, binaryFormat)
	} else {
		w.batch.ExecParams(c.statement.sql, w.params, nil, binaryFormat, binaryFormat)
	}
}

// param returns a parameter in the server's binary form. The batch copies it.
func (w *wire) param(v *sqlstore.Value) []byte {
	switch v.Kind {
	case sqlstore.Int:
		w.ints = binary.BigEndian.AppendUint64(w.ints, uint64(v.I))
		n := len(w.ints)
		return w.ints[n-8 : n : n]
	case sqlstore.Text:
		if v.B != nil {
			return v.B
		}
		if v.S == "" {
			return []byte{}
		}
		return unsafe.Slice(unsafe.StringData(v.S), len(v.S))
	case sqlstore.Blob, sqlstore.ID:
		return v.B
	default:
		return nil
	}
}

// prepare prepares what is not prepared yet, in one exchange of its own.
func (w *wire) prepare(ctx context.Context, calls []call) error {
	var missing []*statement
	for i := range calls {
		s := calls[i].statement
		if _, known := w.known[s.name]; !known && s.name != "" {
			missing = append(missing, s)
			w.known[s.name] = nil
		}
	}
	if len(missing) == 0 {
		return nil
	}
	p := w.pg.StartPipeline(ctx)
	for _, s := range missing {
		p.SendPrepare(s.name, s.sql, nil)
	}
	err := p.Sync()
	for i := 0; i < len(missing) && err == nil; i++ {
		var result any
		if result, err = p.GetResults(); err != nil {
			err = fmt.Errorf("%w (%s)", err, missing[i].sql)
		} else if d, ok := result.(*pgconn.StatementDescription); ok {
			d.Name = missing[i].name
			w.known[d.Name] = d
		}
	}
	if closed := p.Close(); err == nil {
		err = closed
	}
	for _, m := range missing { // those behind a failure were passed over
		if w.known[m.name] == nil {
			delete(w.known, m.name)
		}
	}
	return err
}

// rollback ends a failed transaction. A connection on which that fails is closed.
func (w *wire) rollback(ctx context.Context) {
	if w.pg.IsClosed() || w.pg.TxStatus() == 'I' {
		return
	}
	if _, err := w.pg.Exec(ctx, "ROLLBACK").ReadAll(); err != nil {
		_ = w.pg.Close(ctx)
	}
}

// answer is what the server said to one call, read to its end. It is the
// sqlstore.Rows of short queries.
type answer struct {
	data  []byte
	cells []cell
	cols  int
	row   int // the current one, from 1
	tag   pgconn.CommandTag
	err   error
}

// cell is one value's place in the data.
type cell struct{ from, to int32 } // to is -1 for NULL

func read(r *pgconn.ResultReader) *answer {
	a := &answer{}
	for r.NextRow() {
		values := r.Values()
		a.cols = len(values)
		for _, v := range values {
			c := cell{int32(len(a.data)), -1}
			if v != nil {
				a.data = append(a.data, v...)
				c.to = int32(len(a.data))
			}
			a.cells = append(a.cells, c)
		}
	}
	a.tag, a.err = r.Close()
	return a
}

func (a *answer) Next() bool {
	if a.row*a.cols >= len(a.cells) {
		return false
	}
	a.row++
	return true
}

// value returns a column's bytes; ok is false for NULL.
func (a *answer) value(col int) (v []byte, ok bool) {
	c := a.cells[(a.row-1)*a.cols+col]
	if c.to < 0 {
		return nil, false
	}
	return a.data[c.from:c.to], true
}

func (a *answer) Int(col int) int64 {
	v, _ := a.value(col)
	switch len(v) {
	case 8:
		return int64(binary.BigEndian.Uint64(v))
	case 4:
		return int64(int32(binary.BigEndian.Uint32(v)))
	case 1:
		return int64(v[0])
	default:
		return 0
	}
}

func (a *answer) Text(col int) string {
	v, _ := a.value(col)
	return string(v)
}

func (a *answer) Blob(col int, into []byte) []byte {
	v, _ := a.value(col)
	return append(into, v...)
}

func (a *answer) ID(col int) (id uuid.UUID, err error) {
	v, ok := a.value(col)
	if !ok {
		return id, nil
	}
	return uuid.FromBytes(v)
}

func (a *answer) Null(col int) bool {
	_, ok := a.value(col)
	return !ok
}

func (a *answer) Close() error { return nil }
