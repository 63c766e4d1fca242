package sqlstore

import (
	"strconv"
	"strings"
)

// longestList is how many values one statement takes at most.
const longestList = 128

// list reads rows by many values of one column, in few statements. Its first
// parameter is the tenant, the others are the values.
type list struct{ sizes []sized }

// newList prepares the statements head + "(?2, ?3, …)" + tail, for values of a type of
// PostgreSQL's.
func newList(head, kind, tail string) *list {
	l := &list{}
	for _, n := range []int{1, 2, 3, 4, 8, 32, longestList} {
		var in, values strings.Builder
		for i := range n {
			p := "?" + strconv.Itoa(i+2)
			if i > 0 {
				in.WriteString(", ")
				values.WriteString(", ")
			}
			in.WriteString(p)
			values.WriteString("(CAST(" + p + " AS " + kind + "))")
		}
		q := query(head + "(" + in.String() + ")" + tail)
		if n > 1 {
			// PostgreSQL holds a list of parameters against every row of a small table,
			// one after the other; a relation it joins.
			q.Postgres = head + "(VALUES " + values.String() + ")" + tail
		}
		l.sizes = append(l.sizes, sized{n, q})
	}
	return l
}

// each calls fn at every row of the answers for n values.
func (l *list) each(c Conn, tenant string, n int, value func(a *args, i int), what string, fn func(*row)) error {
	for _, call := range l.calls(tenant, n, value) {
		if err := each(c, call.Query, call.Args, what, fn); err != nil {
			return err
		}
	}
	return nil
}

// calls returns the statements for n values. A list that is shorter than the statement
// repeats its last value.
func (l *list) calls(tenant string, n int, value func(a *args, i int)) (calls []Call) {
	for done := 0; done < n; {
		size := l.size(n - done)
		a := args{values: make([]Value, 0, 1+size.rows)}
		a.text(tenant)
		for i := range size.rows {
			value(&a, min(done+i, n-1))
		}
		calls = append(calls, Call{Query: size.query, Args: a.values})
		done += size.rows
	}
	return calls
}

func (l *list) size(left int) sized {
	for _, s := range l.sizes {
		if s.rows >= left {
			return s
		}
	}
	return l.sizes[len(l.sizes)-1]
}
