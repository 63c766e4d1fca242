package sqlite_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/storage"
	"github.com/go-oms/oms/storage/storagetest"
)

// placed stocks a SKU and returns an order that takes one of it, not yet committed.
func placed(t testing.TB, s storage.Store) (*order.Order, *storage.Batch) {
	t.Helper()
	clerk := storagetest.NewClerk(1)
	require.NoError(t, s.Commit(t.Context(), clerk.Receive("TEE", storagetest.Main, 100)))
	return clerk.Place(storagetest.Line{SKU: "TEE"})
}

func orderOf(t testing.TB, s storage.Store, id uuid.UUID) *order.Order {
	t.Helper()
	o, err := s.Order(t.Context(), id)
	require.NoError(t, err)
	return o
}

// numbers returns the numbers of all orders, in order of placing.
func numbers(t testing.TB, s storage.Store) (list []string) {
	t.Helper()
	for o, err := range s.Orders(t.Context(), order.Filter{Ascending: true}) {
		require.NoError(t, err)
		list = append(list, o.Number)
	}
	return list
}

// allocated returns how much of a SKU is promised, at all locations.
func allocated(t testing.TB, s storage.Store, sku string) string {
	t.Helper()
	levels, err := s.Levels(t.Context(), []string{sku})
	require.NoError(t, err)
	require.Len(t, levels, 1)
	return levels[0].Allocated.String()
}
