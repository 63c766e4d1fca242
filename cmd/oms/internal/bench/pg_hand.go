package bench

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// This file is the programs written by hand for PostgreSQL. Like those on SQLite
// they do nothing but place orders of three lines, and do that as fast as pgx lets
// them: prepared statements, rows of one table in one statement, constants in the
// statement, stock last and in one order for all, and the server itself refuses
// what there is not enough of.
//
// "One by one" sends a statement and waits for its answer, from BEGIN to COMMIT.
// "One round trip" sends the same statements in one go. "Grouped" takes up to 64
// waiting orders into one round trip, with the ten rows or with the library's.

// insert is one statement that inserts rows of one table, for one order or several.
type insert struct {
	into string // table and columns
	row  string // the values, with # for each that differs
	rows int    // how many rows an order has
	// with appends what stands for the #s of one order.
	with func(args []any, o *handOrder) []any
}

// sql returns the statement for so many orders.
func (i *insert) sql(orders int) string {
	var b strings.Builder
	b.WriteString("INSERT INTO " + i.into + " VALUES ")
	n := 0
	for row := range orders * i.rows {
		if row > 0 {
			b.WriteString(", ")
		}
		for _, c := range i.row {
			if c == '#' {
				n++
				fmt.Fprintf(&b, "$%d", n)
			} else {
				b.WriteRune(c)
			}
		}
	}
	return b.String()
}

// pgForm is what a program writes per order.
type pgForm struct {
	schema   []string // of tables that it makes for itself
	stock    string   // one level of a SKU with a quantity
	inserts  []insert
	take     string // takes $2 of SKU $1
	takeAll  string // takes $2[i] of SKU $1[i], of $3 SKUs
	complete func(*handOrder) error
}

// need is what orders want of one SKU.
type need struct {
	sku   string
	micro int64
}

// needs adds up what orders want, in the order in which all take it.
func needs(orders ...*handOrder) []need {
	var all []need
	for _, o := range orders {
		for i := range o.lines {
			all = append(all, need{o.lines[i].SKU, o.lines[i].Quantity})
		}
	}
	slices.SortFunc(all, func(a, b need) int { return strings.Compare(a.sku, b.sku) })
	sums := all[:0]
	for _, n := range all {
		if last := len(sums) - 1; last >= 0 && sums[last].sku == n.sku {
			sums[last].micro += n.micro
		} else {
			sums = append(sums, n)
		}
	}
	return sums
}

// pgHand is what the programs have in common.
type pgHand struct {
	*pgCounter
	pool *pgxpool.Pool
	form *pgForm
	skus []string
	sql  []string // of the inserts, for one order
}

// handPool is how many connections a careful program opens: more do not make two
// cores faster.
func handPool() int32 { return int32(max(4, 4*runtime.NumCPU())) }

// newPgHand makes the tables and the stock in a database.
func newPgHand(ctx context.Context, dsn string, form *pgForm, skus []string) (*pgHand, error) {
	cfg, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return nil, err
	}
	cfg.MaxConns, cfg.MinConns = handPool(), handPool()
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, err
	}
	h := &pgHand{pgCounter: &pgCounter{dsn: dsn}, pool: pool, form: form, skus: skus}
	for i := range form.inserts {
		h.sql = append(h.sql, form.inserts[i].sql(1))
	}
	for _, sql := range form.schema {
		if _, err := pool.Exec(ctx, sql); err != nil {
			pool.Close()
			return nil, fmt.Errorf("%s: %w", sql, err)
		}
	}
	fill := &pgx.Batch{}
	for _, sku := range skus {
		fill.Queue(form.stock, sku, int64(1_000_000_000*1_000_000))
	}
	if err := pool.SendBatch(ctx, fill).Close(); err != nil {
		pool.Close()
		return nil, err
	}
	return h, nil
}

func (h *pgHand) order(n int64, chosen [3]int) (*handOrder, error) {
	o, err := newHandOrder(n, h.skus, chosen)
	if err == nil {
		err = h.form.complete(o)
	}
	return o, err
}

func (h *pgHand) close() error {
	h.pool.Close()
	return nil
}

// enough is the check of a statement that takes stock.
func enough(tag pgconn.CommandTag, err error, want int64) error {
	if err == nil && tag.RowsAffected() != want {
		err = fmt.Errorf("not enough: %d of %d levels were taken from", tag.RowsAffected(), want)
	}
	return err
}

// oneByOne waits for the answer to each statement.
type oneByOne struct{ *pgHand }

func (h *oneByOne) place(ctx context.Context, n int64, chosen [3]int) error {
	o, err := h.order(n, chosen)
	if err != nil {
		return err
	}
	return pgx.BeginFunc(ctx, h.pool, func(tx pgx.Tx) error {
		for i, sql := range h.sql {
			if _, err := tx.Exec(ctx, sql, h.form.inserts[i].with(nil, o)...); err != nil {
				return err
			}
		}
		for _, need := range needs(o) {
			tag, err := tx.Exec(ctx, h.form.take, need.sku, need.micro)
			if err := enough(tag, err, 1); err != nil {
				return err
			}
		}
		return nil
	})
}

// oneRoundTrip sends all statements at once, which makes them one transaction. The
// server refuses it all when a level would end below zero.
type oneRoundTrip struct{ *pgHand }

func (h *oneRoundTrip) place(ctx context.Context, n int64, chosen [3]int) error {
	o, err := h.order(n, chosen)
	if err != nil {
		return err
	}
	batch := &pgx.Batch{}
	for i, sql := range h.sql {
		batch.Queue(sql, h.form.inserts[i].with(nil, o)...)
	}
	wanted := needs(o)
	for _, need := range wanted {
		batch.Queue(h.form.take, need.sku, need.micro)
	}
	answers := h.pool.SendBatch(ctx, batch)
	for range h.sql {
		if _, e := answers.Exec(); err == nil {
			err = e
		}
	}
	for range wanted {
		if tag, e := answers.Exec(); err == nil {
			err = enough(tag, e, 1)
		}
	}
	return errors.Join(err, answers.Close())
}
