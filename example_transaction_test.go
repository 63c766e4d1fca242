package oms_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/storage/sqlite"
)

// placeWithPoints places an order and writes a row of the host's own: both or
// neither.
func placeWithPoints(ctx context.Context, shop *oms.Client, store *sqlite.Store, cart oms.Cart) (*order.Order, error) {
	tx, err := store.Begin(ctx)
	if err != nil {
		return nil, err
	}
	defer tx.Rollback()
	o, err := shop.With(store.Join(tx)).Place(ctx, cart)
	if err != nil {
		return nil, err
	}
	if _, err := tx.ExecContext(ctx, "INSERT INTO loyalty (customer, points) VALUES (?, ?)", "ada", 39); err != nil {
		return nil, err
	}
	return o, tx.Commit()
}

// The host's own row and the order are one transaction. The second time the row
// is refused, and so there is no second order.
func ExampleClient_With() {
	ctx := context.Background()
	dir := must(os.MkdirTemp("", "oms"))
	defer os.RemoveAll(dir)
	store := must(sqlite.Open(ctx, filepath.Join(dir, "shop.db"), nil))
	defer store.Close()
	ok(store.Migrate(ctx))
	shop := exampleShop(func(cfg *oms.Config) { cfg.Store = store })

	tx := must(store.Begin(ctx))
	must(tx.ExecContext(ctx, "CREATE TABLE loyalty (customer TEXT PRIMARY KEY, points INTEGER NOT NULL)"))
	ok(tx.Commit())

	_, err := placeWithPoints(ctx, shop, store, tees(2))
	fmt.Println("first:", err)
	_, err = placeWithPoints(ctx, shop, store, tees(2))
	fmt.Println("second refused:", err != nil)

	orders := 0
	for _, err := range shop.Orders(ctx, order.Filter{}) {
		ok(err)
		orders++
	}
	fmt.Println("orders:", orders)
	// Output:
	// first: <nil>
	// second refused: true
	// orders: 1
}
