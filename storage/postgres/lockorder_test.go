package postgres_test

import (
	"fmt"
	"regexp"
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
	"github.com/go-oms/oms/storage"
	"github.com/go-oms/oms/storage/storagetest"
)

var locking = regexp.MustCompile(`FOR (SHARE|NO KEY UPDATE)|oms_leases|oms_coupons|oms_locations|UPDATE oms_(reservations|levels)`)

// However a batch is ordered, it locks rows that others may want too in the order of
// their keys: two of them wait for one another and never in a circle.
func TestRowsAreLockedInTheOrderOfTheirKeys(t *testing.T) {
	t.Parallel()
	s, wire := tapped(t, prepared(t), nil)
	locked := func(tenant string, reversed bool) (list []string) {
		ctx, c, s := t.Context(), storagetest.NewClerk(1), s.Tenant(tenant)
		b := &storage.Batch{}
		held := make([]inventory.ReservationChange, 2)
		for i := range 2 {
			require.NoError(t, s.Commit(ctx, c.Receive(sku(i), storagetest.Main, 5)))
			customer := crm.Customer{ID: c.ID(), Version: 1}
			require.NoError(t, s.Commit(ctx, customerBatch(c, customer)))
			b.Expect = append(b.Expect, storage.Expect{Aggregate: event.Customer, ID: customer.ID, Version: 1})
			held[i].Before = inventory.Reservation{
				ID: c.ID(), Kind: inventory.ForCart, Owner: fmt.Sprint("cart ", i), SKU: sku(i), Location: storagetest.Main,
				Quantity: quantity.Of(1), Status: inventory.Pending, CreatedAt: c.Now,
			}
			held[i].After = held[i].Before
			held[i].After.Status = inventory.Voided
			require.NoError(t, s.Commit(ctx, reservationBatch(c, inventory.Reservation{}, held[i].Before)))
			b.Leases = append(b.Leases, storage.LeaseChange{After: storage.Lease{Name: fmt.Sprint("run ", i), Version: 1}})
			b.Inventory.Locations = append(b.Inventory.Locations, inventory.Location{Code: fmt.Sprint("place ", i)})
		}
		uses := []order.CouponUse{{Code: "A", Uses: 1, CustomerID: uuid.UUID{2}, PerCustomer: 5}, {Code: "B", Uses: 1}}
		b.Command = c.Command("everything")
		b.Orders = []order.Changes{{Coupons: uses}}
		b.Inventory.Reservations = held
		b.Inventory.Moves = []inventory.Move{c.Take(b.Command, sku(0), storagetest.Main, 1), c.Take(b.Command, sku(1), storagetest.Main, 1)}
		if reversed {
			slices.Reverse(b.Expect)
			slices.Reverse(b.Leases)
			slices.Reverse(uses)
			slices.Reverse(held)
			slices.Reverse(b.Inventory.Locations)
			slices.Reverse(b.Inventory.Moves)
		}
		wire.reset()
		require.NoError(t, s.Commit(ctx, b))
		for _, x := range wire.statements() {
			if locking.MatchString(x.sql) {
				list = append(list, fmt.Sprintf("%s %q", x.sql, x.args[1:]))
			}
		}
		return list
	}
	one := locked("one", false)
	require.Len(t, one, 13)
	require.Equal(t, one, locked("two", true))
}
