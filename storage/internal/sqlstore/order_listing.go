package sqlstore

import (
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/order"
)

// conditions is a WHERE clause in the making.
type conditions struct {
	sql  strings.Builder
	args *args
}

// and adds a condition, in which each ? stands for the next value that fill adds.
func (w *conditions) and(condition string, fill func(*args)) {
	n := len(w.args.values)
	fill(w.args)
	w.sql.WriteString(" AND ")
	for part := range strings.SplitSeq(condition, "?") {
		w.sql.WriteString(part)
		if n++; n <= len(w.args.values) {
			w.sql.WriteString("?" + strconv.Itoa(n))
		}
	}
}

// listing returns the statement for one page of orders in one status, or in any
// when it is empty.
func (r *Reader) listing(f *order.Filter, status string, after *order.Cursor, size int) (*Query, *args) {
	w := conditions{args: r.args()}
	if status != "" {
		w.and("status = ?", func(a *args) { a.text(status) })
	}
	if f.CustomerID != (uuid.UUID{}) {
		w.and("customer_id = ?", func(a *args) { a.id(&f.CustomerID) })
	}
	if f.CompanyID != (uuid.UUID{}) {
		w.and("company_id = ?", func(a *args) { a.id(&f.CompanyID) })
	}
	if f.GuestEmail != "" {
		w.and("customer_id IS NULL AND id IN (SELECT order_id FROM oms_addresses WHERE tenant = ? AND email_key = ?)",
			func(a *args) {
				a.text(r.Bound)
				a.text(crm.NormalizeEmail(f.GuestEmail))
			})
	}
	if f.Channel != "" {
		w.and("channel = ?", func(a *args) { a.text(f.Channel) })
	}
	if !f.PlacedFrom.IsZero() {
		w.and("placed_at >= ?", func(a *args) { a.time(f.PlacedFrom) })
	}
	if !f.PlacedTo.IsZero() {
		w.and("placed_at < ?", func(a *args) { a.time(f.PlacedTo) })
	}
	if f.Backordered {
		w.and("id IN (SELECT order_id FROM oms_lines WHERE tenant = ? AND backordered <> 0)",
			func(a *args) { a.text(r.Bound) })
	}
	if f.OnHold != "" {
		w.and("id IN (SELECT order_id FROM oms_holds WHERE tenant = ? AND status = 'open' AND type = ?)", func(a *args) {
			a.text(r.Bound)
			a.text(f.OnHold)
		})
	}
	if !f.HoldsTo.IsZero() {
		w.and("id IN (SELECT order_id FROM oms_holds WHERE tenant = ? AND status = 'open' AND expires_at < ?)", func(a *args) {
			a.text(r.Bound)
			a.time(f.HoldsTo)
		})
	}
	if !f.ReturnsDueTo.IsZero() {
		w.and("id IN (SELECT order_id FROM oms_returns WHERE tenant = ? AND due_at < ?)", func(a *args) {
			a.text(r.Bound)
			a.time(f.ReturnsDueTo)
		})
	}
	if f.ReturnTracking != "" {
		w.and("id IN (SELECT order_id FROM oms_returns WHERE tenant = ? AND tracking = ?)", func(a *args) {
			a.text(r.Bound)
			a.text(f.ReturnTracking)
		})
	}
	if f.Claimed {
		w.and("id IN (SELECT order_id FROM oms_returns WHERE tenant = ? AND status = 'claimed')", func(a *args) { a.text(r.Bound) })
	}
	// The plus keeps the planner from walking all orders in the listing's order to find
	// the few that expire, that are on hold, that a guest has placed, or whose returns are due
	// or claims.
	column, direction := "placed_at", " DESC"
	if !f.ExpiresTo.IsZero() {
		w.and("expires_at < ?", func(a *args) { a.time(f.ExpiresTo) })
	}
	if !f.ExpiresTo.IsZero() || f.GuestEmail != "" || f.OnHold != "" || !f.HoldsTo.IsZero() ||
		!f.ReturnsDueTo.IsZero() || f.ReturnTracking != "" || f.Claimed {
		column = "+placed_at"
	}
	behind := "<"
	if f.Ascending {
		behind, direction = ">", ""
	}
	if after != nil {
		w.and("(placed_at, id) "+behind+" (?, ?)", func(a *args) {
			a.time(after.PlacedAt)
			a.id(&after.ID)
		})
	}
	return once(selectOrder + " WHERE tenant = ?1" + w.sql.String() +
		" ORDER BY " + column + direction + ", id" + direction + " LIMIT " + strconv.Itoa(size)), w.args
}
