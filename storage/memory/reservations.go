package memory

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/go-oms/oms/inventory"
)

// pendingKey is where pending reservations are found: the expired holds of a hot
// SKU without a look at everything that is allocated of it.
type pendingKey struct {
	sku  string
	kind inventory.ReservationKind
}

// byExpiry orders the pending reservations of one key; those without an expiry
// come first.
func byExpiry(a, b *inventory.Reservation) int {
	return cmp.Or(a.ExpiresAt.Compare(b.ExpiresAt), byAge(a, b))
}

func byAge(a, b *inventory.Reservation) int {
	return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), compareID(a.ID, b.ID))
}

// putReservation makes r the newest snapshot of its reservation.
func (t *tenant) putReservation(r *inventory.Reservation) {
	if old := t.reservations[r.ID]; old != nil && old.Status == inventory.Pending {
		t.dropPending(old)
	}
	t.reservations[r.ID] = r
	if r.Status != inventory.Pending {
		return
	}
	t.kept[r.Owner] = append(t.kept[r.Owner], r)
	key := pendingKey{r.SKU, r.Kind}
	list := t.pending[key]
	if n := len(list); n == 0 || byExpiry(list[n-1], r) < 0 {
		t.pending[key] = append(list, r)
		return
	}
	i, _ := slices.BinarySearchFunc(list, r, byExpiry)
	t.pending[key] = slices.Insert(list, i, r)
}

func (t *tenant) dropPending(r *inventory.Reservation) {
	key := pendingKey{r.SKU, r.Kind}
	list := t.pending[key]
	if i, found := slices.BinarySearchFunc(list, r, byExpiry); found {
		list = slices.Delete(list, i, i+1)
	}
	t.pending[key] = list
	if len(list) == 0 {
		delete(t.pending, key)
	}
	kept := t.kept[r.Owner]
	if i := slices.Index(kept, r); i >= 0 {
		kept = slices.Delete(kept, i, i+1)
	}
	t.kept[r.Owner] = kept
	if len(kept) == 0 {
		delete(t.kept, r.Owner)
	}
}

// Reservations returns the pending reservations that match, oldest first.
func (s *Store) Reservations(
	ctx context.Context, f inventory.ReservationFilter,
) (found []inventory.Reservation, err error) {
	var rows []*inventory.Reservation
	err = s.read(ctx, "reservations", func(t *tenant) { rows = t.reservationsLike(&f) })
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	slices.SortFunc(rows, byAge)
	if f.Limit > 0 && len(rows) > f.Limit {
		rows = rows[:f.Limit]
	}
	found = make([]inventory.Reservation, len(rows))
	for i, r := range rows {
		found[i] = *r
	}
	return found, nil
}

// reservationsLike collects from the narrowest index that the filter allows.
func (t *tenant) reservationsLike(f *inventory.ReservationFilter) (rows []*inventory.Reservation) {
	switch {
	case f.Owner != "":
		for _, r := range t.kept[f.Owner] {
			if (len(f.SKUs) == 0 || slices.Contains(f.SKUs, r.SKU)) && (f.Kind == "" || r.Kind == f.Kind) &&
				(f.ExpiredBefore.IsZero() || expired(r, f.ExpiredBefore)) {
				rows = append(rows, r)
			}
		}
	case len(f.SKUs) > 0:
		kinds := []inventory.ReservationKind{f.Kind}
		if f.Kind == "" {
			kinds = []inventory.ReservationKind{inventory.ForCart, inventory.ForOrder, inventory.ForBackorder}
		}
		for _, sku := range ordered(f.SKUs) {
			for _, kind := range kinds {
				rows = appendPending(rows, t.pending[pendingKey{sku, kind}], f.ExpiredBefore)
			}
		}
	default:
		for key, list := range t.pending {
			if f.Kind == "" || f.Kind == key.kind {
				rows = appendPending(rows, list, f.ExpiredBefore)
			}
		}
	}
	return rows
}

// appendPending appends a list that is ordered by expiry, or only the part of it
// that has expired.
func appendPending(rows, list []*inventory.Reservation, at time.Time) []*inventory.Reservation {
	if at.IsZero() {
		return append(rows, list...)
	}
	begin, _ := slices.BinarySearchFunc(list, time.Time{}, func(r *inventory.Reservation, _ time.Time) int {
		if r.ExpiresAt.IsZero() {
			return -1
		}
		return 1
	})
	for _, r := range list[begin:] {
		if !expired(r, at) {
			break
		}
		rows = append(rows, r)
	}
	return rows
}

func expired(r *inventory.Reservation, at time.Time) bool {
	return !r.ExpiresAt.IsZero() && !r.ExpiresAt.After(at)
}
