package sqlstore

import (
	"strconv"
	"strings"
)

// appending returns the statement that inserts one row behind the last one of the
// same parent: parameters are those of newInsert, but the column n counts itself.
func appending(table, parent, columns string) string {
	var b strings.Builder
	b.WriteString("INSERT INTO " + table + " (tenant, " + parent + ", " + columns + ") VALUES (?1, ?2")
	for i, column := range strings.Split(columns, ", ") {
		n := strconv.Itoa(i + 3)
		if column == "n" {
			// The parameter is bound and unused, so that both forms take the same list.
			b.WriteString(", (SELECT COALESCE(max(n), 0) + 1 + 0 * CAST(?" + n + " AS BIGINT) FROM " + table +
				" WHERE tenant = ?1 AND " + parent + " = ?2)")
			continue
		}
		b.WriteString(", ?" + n)
	}
	b.WriteByte(')')
	return b.String()
}

// putting returns the statement that replaces the row with those keys, or appends it
// as [appending] does. PostgreSQL's pipeline has no second statement for where the
// first one finds nothing.
func putting(table, parent, columns, keys string) string {
	var set []string
	for column := range strings.SplitSeq(columns, ", ") {
		if column != "n" && column != "id" {
			set = append(set, column+" = excluded."+column)
		}
	}
	return appending(table, parent, columns) + " ON CONFLICT (" + keys + ") DO UPDATE SET " + strings.Join(set, ", ")
}

// assign returns "a = ?n, b = ?n+1, …" for columns separated by commas.
func assign(columns string, n int) string {
	parts := strings.Split(columns, ", ")
	for i := range parts {
		parts[i] += " = ?" + strconv.Itoa(n+i)
	}
	return strings.Join(parts, ", ")
}
