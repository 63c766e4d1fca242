package oms_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
	"github.com/go-oms/oms/storage/memory"
)

// benchShop is a shop with the default configuration, the real clock and stock of
// n items.
func benchShop(tb testing.TB, n int) (*oms.Client, []string) {
	tb.Helper()
	prices, skus := order.PriceList{}, make([]string, n)
	for i := range skus {
		skus[i] = fmt.Sprintf("SKU-%04d", i)
		prices[skus[i]] = money.MustParse("19.90 EUR")
	}
	shop, err := oms.New(oms.Config{Store: memory.New(), Prices: prices})
	require.NoError(tb, err)
	for _, sku := range skus {
		err := shop.Inventory.Receive(context.Background(), inventory.Receipt{SKU: sku, Location: "main", Quantity: quantity.Of(1_000_000_000)})
		require.NoError(tb, err)
	}
	return shop, skus
}

func benchCart(skus []string, i int) oms.Cart {
	return oms.Cart{
		Key:    fmt.Sprintf("cart-%d", i),
		ShipTo: order.Address{Name: "Ada", City: "London", Country: "GB"},
		Lines: []oms.CartLine{
			line(skus[i%len(skus)], 1), line(skus[(i+7)%len(skus)], 2), line(skus[(i+13)%len(skus)], 1),
		},
	}
}

func BenchmarkPlaceMemory(b *testing.B) {
	shop, skus := benchShop(b, 100)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if _, err := shop.Place(context.Background(), benchCart(skus, i)); err != nil {
			b.Fatal(err)
		}
	}
}

func TestPlacingInMemoryStaysWithinItsAllocations(t *testing.T) {
	shop, skus := benchShop(t, 100)
	i := 0
	got := testing.AllocsPerRun(200, func() {
		i++
		if _, err := shop.Place(context.Background(), benchCart(skus, i)); err != nil {
			t.Fatal(err)
		}
	})
	require.LessOrEqual(t, got, 150.0, "allocations of one order with three lines")
}
