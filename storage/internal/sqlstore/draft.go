package sqlstore

import (
	"context"
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/order"
)

// A draft is written whole, as JSON. The columns beside it are what it is found by.
const draftColumns = "version, customer_id, status, expires_at, draft"

const selectDraft = `SELECT draft FROM oms_drafts WHERE tenant = ?1`

var (
	qDraft = query(`INSERT INTO oms_drafts (tenant, id, ` + draftColumns + `)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
		ON CONFLICT (tenant, id) DO UPDATE SET ` + assign(draftColumns, 3))
	qDraftByID = query(selectDraft + ` AND id = ?2`)
)

func (p *Plan) drafts() {
	for i := range p.batch.Drafts {
		s := &p.batch.Drafts[i]
		p.writes(event.Draft, &s.ID, s.Version)
		p.exec(qDraft, 1, func(a *args) {
			a.text(p.tenant)
			a.id(&s.ID)
			a.int(s.Version)
			a.id(&s.CustomerID)
			a.text(string(s.Status))
			a.optTime(s.ExpiresAt)
			a.json(s)
		})
	}
}

func (r *row) draft() *order.Draft {
	s := &order.Draft{}
	r.json(s)
	return s
}

// Draft returns the draft with that id.
func (r *Reader) Draft(ctx context.Context, id uuid.UUID) (found *order.Draft, err error) {
	a := r.args()
	a.id(&id)
	err = r.one(ctx, "draft", func(c Conn) error {
		return each(c, qDraftByID, a.values, "a draft", func(row *row) { found = row.draft() })
	})
	if err == nil && found == nil {
		err = fault.NotFound("draft", id)
	}
	return found, err
}

// Drafts yields drafts, reading page by page: in order of (ExpiresAt, ID)
// where the filter has ExpiresTo, else of ID.
func (r *Reader) Drafts(ctx context.Context, f order.DraftFilter) iter.Seq2[*order.Draft, error] {
	f.Statuses = slices.Compact(slices.Sorted(slices.Values(f.Statuses)))
	if f.After != nil {
		after := *f.After
		f.After = &after
	}
	return func(yield func(*order.Draft, error) bool) {
		left, after := limitOf(f.Limit), f.After
		pages(func() (page []*order.Draft, err error) {
			if left == 0 {
				return nil, nil
			}
			q, a := r.draftListing(&f, after, int(min(left, pageSize)))
			err = r.one(ctx, "drafts", func(c Conn) error {
				page = nil
				return each(c, q, a.values, "a draft", func(row *row) { page = append(page, row.draft()) })
			})
			if n := len(page); n > 0 {
				after = &order.DraftCursor{ExpiresAt: page[n-1].ExpiresAt, ID: page[n-1].ID}
				left -= int64(n)
			}
			return page, err
		})(yield)
	}
}

func (r *Reader) draftListing(f *order.DraftFilter, after *order.DraftCursor, size int) (*Query, *args) {
	w := conditions{args: r.args()}
	if f.CustomerID != (uuid.UUID{}) {
		w.and("customer_id = ?", func(a *args) { a.id(&f.CustomerID) })
	}
	if len(f.Statuses) > 0 {
		w.and("status IN (?"+strings.Repeat(", ?", len(f.Statuses)-1)+")", func(a *args) {
			for _, s := range f.Statuses {
				a.text(string(s))
			}
		})
	}
	by := "id"
	if !f.ExpiresTo.IsZero() {
		by = "expires_at, id"
		w.and("expires_at < ?", func(a *args) { a.time(f.ExpiresTo) })
	}
	switch {
	case after == nil:
	case f.ExpiresTo.IsZero():
		w.and("id > ?", func(a *args) { a.id(&after.ID) })
	default:
		w.and("(expires_at, id) > (?, ?)", func(a *args) {
			a.time(after.ExpiresAt)
			a.id(&after.ID)
		})
	}
	return once(selectDraft + w.sql.String() + " ORDER BY " + by + " LIMIT " + strconv.Itoa(size)), w.args
}
