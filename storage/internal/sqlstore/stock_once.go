package sqlstore

import (
	"context"
	"time"

	"github.com/go-oms/oms/inventory"
)

var _ inventory.StockReader = (*Reader)(nil)

// Stock returns what is known of the SKUs as of one moment, in one exchange with a
// server that can be told several statements.
func (r *Reader) Stock(ctx context.Context, skus []string, now time.Time) (s inventory.Stock, err error) {
	sku := func(a *args, i int) { a.text(skus[i]) }
	err = r.read(ctx, "stock", func(c Conn) error {
		s = inventory.Stock{}
		if f, ok := c.(Forward); ok {
			calls := listKeptOf.calls(r.Bound, len(skus), sku)
			calls = append(calls, listItems.calls(r.Bound, len(skus), sku)...)
			calls = append(calls, listLevels.calls(r.Bound, len(skus), sku)...)
			calls = append(calls, Call{Query: qLocations, Args: r.args().values})
			if err := f.Ahead(calls, true); err != nil {
				return err
			}
		}
		expired := inventory.ReservationFilter{Kind: inventory.ForCart, SKUs: skus, ExpiredBefore: now}
		err := listKeptOf.each(c, r.Bound, len(skus), sku, "a reservation", func(row *row) {
			if kept := row.reservation(); matches(&kept, &expired) {
				s.Expired = append(s.Expired, kept)
			}
		})
		if err != nil {
			return err
		}
		oldestFirst(s.Expired)
		err = listItems.each(c, r.Bound, len(skus), sku, "an item", func(row *row) { s.Items = append(s.Items, row.item()) })
		if err != nil {
			return err
		}
		err = listLevels.each(c, r.Bound, len(skus), sku, "a level", func(row *row) { s.Levels = append(s.Levels, row.level()) })
		if err != nil {
			return err
		}
		return each(c, qLocations, r.args().values, "a location", func(row *row) { s.Locations = append(s.Locations, row.location()) })
	})
	return s, err
}
