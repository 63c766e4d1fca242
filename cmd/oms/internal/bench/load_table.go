package bench

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// table is one of the store's as COPY gives it, in PostgreSQL's binary form.
type table struct {
	name    string
	columns []column
	rows    []row
}

type column struct{ name, kind string }

// row is the values of the columns; a NULL is nil.
type row [][]byte

// The tables whose rows are not copied: they say how things stand, and no order.
const levelTable = "oms_levels"

var notCopied = []string{levelTable, "oms_numbers", "oms_leases", "oms_tenants"}

// column returns the place of a column, which there must be.
func (t *table) column(name string) int {
	return slices.IndexFunc(t.columns, func(c column) bool { return c.name == name })
}

// number returns a bigint, 0 for NULL and for a row that is not there.
func (r row) number(i int) int64 {
	if i >= len(r) || len(r[i]) != 8 {
		return 0
	}
	return int64(binary.BigEndian.Uint64(r[i]))
}

// tables reads the whole store, which must be small.
func (l *loader) tables(ctx context.Context) (map[string]*table, error) {
	all := make(map[string]*table)
	err := l.at.do(ctx, func(conn *pgx.Conn) error {
		rows, err := conn.Query(ctx, `SELECT c.relname::text, a.attname::text, t.typname::text FROM pg_class c
			JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped JOIN pg_type t ON t.oid = a.atttypid
			WHERE c.relkind = 'r' AND pg_table_is_visible(c.oid) AND c.relname LIKE 'oms\_%' ORDER BY c.relname, a.attnum`)
		if err != nil {
			return err
		}
		var name string
		var c column
		_, err = pgx.ForEachRow(rows, []any{&name, &c.name, &c.kind}, func() error {
			if all[name] == nil {
				all[name] = &table{name: name}
			}
			all[name].columns = append(all[name].columns, c)
			return nil
		})
		for _, t := range all {
			if err == nil {
				err = t.read(ctx, conn)
			}
		}
		return err
	})
	return all, err
}

// names lists the columns for COPY.
func (t *table) names() string {
	var names []string
	for _, c := range t.columns {
		names = append(names, c.name)
	}
	return t.name + " (" + strings.Join(names, ", ") + ")"
}

// copyHeader begins a stream of rows in the binary form: a signature, no flags, no
// extension. copyTrailer ends it.
var (
	copyHeader  = append([]byte("PGCOPY\n\xff\r\n\x00"), make([]byte, 8)...)
	copyTrailer = []byte{0xff, 0xff}
)

func (t *table) read(ctx context.Context, conn *pgx.Conn) error {
	var data bytes.Buffer
	if _, err := conn.PgConn().CopyTo(ctx, &data, "COPY "+t.names()+" TO STDOUT (FORMAT binary)"); err != nil {
		return fmt.Errorf("%s: %w", t.name, err)
	}
	rest, ok := bytes.CutPrefix(data.Bytes(), copyHeader)
	for ok && len(rest) > 2 {
		var r row
		if r, rest, ok = cutRow(rest, len(t.columns)); ok {
			t.rows = append(t.rows, r)
		}
	}
	if !ok || !bytes.Equal(rest, copyTrailer) {
		return fmt.Errorf("bench: %s comes in a form that is not known", t.name)
	}
	return nil
}

// cutRow takes one row off the front.
func cutRow(data []byte, columns int) (r row, rest []byte, ok bool) {
	if int(binary.BigEndian.Uint16(data)) != columns {
		return nil, nil, false
	}
	data = data[2:]
	for range columns {
		if len(data) < 4 {
			return nil, nil, false
		}
		size := int(int32(binary.BigEndian.Uint32(data)))
		data = data[4:]
		if size < 0 {
			r = append(r, nil)
			continue
		}
		if len(data) < size {
			return nil, nil, false
		}
		r = append(r, slices.Clip(data[:size:size]))
		data = data[size:]
	}
	return r, data, true
}

// without returns the rows that were not there before.
func (t *table) without(before *table) []row {
	known := make(map[string]bool, len(before.rows))
	for _, r := range before.rows {
		known[string(bytes.Join(r, []byte{0}))] = true
	}
	return slices.DeleteFunc(slices.Clone(t.rows), func(r row) bool { return known[string(bytes.Join(r, []byte{0}))] })
}
