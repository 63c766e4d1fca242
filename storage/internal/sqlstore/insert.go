package sqlstore

import (
	"strconv"
	"strings"
)

// rows writes rows of one table, several in a statement: a statement costs about as
// much as a row. Columns that are equal in all rows of a statement are bound once.
type rows struct {
	table       string
	columns     []string // the shared ones first
	shared, own int      // how many columns
	place       string   // the column that takes a place in the order of recording
	sizes       []sized
	whole       []sized // PostgreSQL's, with nothing shared: for rows of several batches
}

type sized struct {
	rows  int
	query *Query
}

// newInsert prepares the statements for a table. Columns are separated by commas.
func newInsert(table, shared, own string) *rows {
	in := &rows{table: table, columns: strings.Split(shared+", "+own, ", ")}
	in.shared = strings.Count(shared, ",") + 1
	in.own = len(in.columns) - in.shared
	in.prepare()
	return in
}

// numbered makes a column the row's place in the order of recording: its parameter
// is the place in the transaction, to which PostgreSQL adds that of the transaction.
func (in *rows) numbered(column string) *rows {
	in.place = column
	in.prepare()
	return in
}

func (in *rows) prepare() {
	in.sizes, in.whole = nil, nil
	for _, n := range []int{64, 16, 8, 4, 3, 2, 1} {
		q := query(in.sql("INSERT OR FAIL INTO ", n, in.shared, false))
		q.Postgres = in.sql("INSERT INTO ", n, in.shared, true)
		in.sizes = append(in.sizes, sized{n, q})
	}
	for _, n := range []int{128, 64, 32, 16, 8, 4, 2, 1} {
		in.whole = append(in.whole, sized{n, query(in.sql("INSERT INTO ", n, 0, true))})
	}
}

// transactionPlace is the place of a transaction in the order of recording, less the
// base of the server: 2^20 for each id.
const transactionPlace = `(CAST(CAST(pg_current_xact_id() AS text) AS bigint) << 20)`

func (in *rows) sql(head string, rows, shared int, postgres bool) string {
	var b strings.Builder
	b.WriteString(head + in.table + " (" + strings.Join(in.columns, ", ") + ") VALUES ")
	next := shared + 1
	for row := range rows {
		if row > 0 {
			b.WriteString(", ")
		}
		for col, column := range in.columns {
			sep, n := ", ", col+1
			if col == 0 {
				sep = "("
			}
			if col >= shared {
				n, next = next, next+1
			}
			if postgres && column == in.place {
				sep += transactionPlace + " + "
			}
			b.WriteString(sep + "?" + strconv.Itoa(n))
		}
		b.WriteByte(')')
	}
	return b.String()
}

// list adds the steps that insert n rows. The functions add the parameters of
// the shared columns and of row i.
func (in *rows) list(p *Plan, n int, shared func(*args), own func(a *args, i int)) {
	for done := 0; done < n; {
		size := sizeFor(in.sizes, n-done)
		p.begin(size.query, int64(size.rows))
		shared(&p.args)
		for i := range size.rows {
			own(&p.args, done+i)
		}
		p.end()
		p.steps[len(p.steps)-1].rows = in
		done += size.rows
	}
}

// sizeOver returns the smallest size that is not below what is left, or the largest
// of them.
func sizeOver(sizes []sized, left int) sized {
	best := sizes[0]
	for _, s := range sizes {
		if s.rows >= left {
			best = s
		}
	}
	return best
}

// sizeFor returns the largest size that is not above what is left.
func sizeFor(sizes []sized, left int) sized {
	for _, s := range sizes {
		if s.rows <= left {
			return s
		}
	}
	return sizes[len(sizes)-1]
}
