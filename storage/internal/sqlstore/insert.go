package sqlstore

import (
	"strconv"
	"strings"
)

// insert writes rows of one table, several in a statement: a statement costs
// about as much as a row. Columns that are equal in all rows of a statement are
// bound once.
type insert struct {
	shared, own int // how many columns
	sizes       []sized
}

type sized struct {
	rows  int
	query *Query
}

// newInsert prepares the statements for a table. Columns are separated by commas.
func newInsert(table, shared, own string) *insert {
	in := &insert{shared: strings.Count(shared, ",") + 1, own: strings.Count(own, ",") + 1}
	for _, n := range []int{64, 16, 8, 4, 3, 2, 1} {
		in.sizes = append(in.sizes, sized{n, query(in.sql(table, shared+", "+own, n))})
	}
	return in
}

func (in *insert) sql(table, columns string, rows int) string {
	var b strings.Builder
	b.WriteString("INSERT OR FAIL INTO " + table + " (" + columns + ") VALUES ")
	next := in.shared + 1
	for row := range rows {
		if row > 0 {
			b.WriteString(", ")
		}
		for col := range in.shared + in.own {
			sep, n := ", ?", col+1
			if col == 0 {
				sep = "(?"
			}
			if col >= in.shared {
				n, next = next, next+1
			}
			b.WriteString(sep + strconv.Itoa(n))
		}
		b.WriteByte(')')
	}
	return b.String()
}

// list adds the steps that insert n rows. The functions add the parameters of
// the shared columns and of row i.
func (in *insert) list(p *Plan, n int, shared func(*args), own func(a *args, i int)) {
	for done := 0; done < n; {
		size := in.size(n - done)
		p.begin(size.query, int64(size.rows))
		shared(&p.args)
		for i := range size.rows {
			own(&p.args, done+i)
		}
		p.end()
		done += size.rows
	}
}

func (in *insert) size(left int) sized {
	for _, s := range in.sizes {
		if s.rows <= left {
			return s
		}
	}
	return in.sizes[len(in.sizes)-1]
}

// appending returns the statement that inserts one row behind the last one of the
// same parent: parameters are those of newInsert, but the column n counts itself.
func appending(table, parent, columns string) string {
	var b strings.Builder
	b.WriteString("INSERT INTO " + table + " (tenant, " + parent + ", " + columns + ") VALUES (?1, ?2")
	for i, column := range strings.Split(columns, ", ") {
		n := strconv.Itoa(i + 3)
		if column == "n" {
			// The parameter is bound and unused, so that both forms take the same list.
			b.WriteString(", (SELECT COALESCE(max(n), 0) + 1 + 0 * ?" + n + " FROM " + table +
				" WHERE tenant = ?1 AND " + parent + " = ?2)")
			continue
		}
		b.WriteString(", ?" + n)
	}
	b.WriteByte(')')
	return b.String()
}

// assign returns "a = ?n, b = ?n+1, …" for columns separated by commas.
func assign(columns string, n int) string {
	parts := strings.Split(columns, ", ")
	for i := range parts {
		parts[i] += " = ?" + strconv.Itoa(n+i)
	}
	return strings.Join(parts, ", ")
}
