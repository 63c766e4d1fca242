package sqlite_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/quantity"
	"github.com/go-oms/oms/storage"
	"github.com/go-oms/oms/storage/sqlite"
)

// shop opens a migrated store in a new folder.
func shop(ctx context.Context) (store *sqlite.Store, remove func()) {
	folder, err := os.MkdirTemp("", "shop")
	if err != nil {
		log.Fatal(err)
	}
	store, err = sqlite.Open(ctx, filepath.Join(folder, "shop.db"), nil)
	if err != nil {
		log.Fatal(err)
	}
	if err := store.Migrate(ctx); err != nil {
		log.Fatal(err)
	}
	return store, func() {
		if err := store.Close(); err != nil {
			log.Fatal(err)
		}
		_ = os.RemoveAll(folder)
	}
}

// received is the change that a receipt of three units makes.
func received(key string) *storage.Batch {
	return &storage.Batch{
		Command: event.Command{Name: "inventory.receive", Key: key},
		Inventory: inventory.Changes{
			Locations: []inventory.Location{{Code: "main"}},
			Moves:     []inventory.Move{{SKU: "TEE-M", Location: "main", Kind: inventory.Receive, OnHand: quantity.Of(3)}},
		},
	}
}

func Example() {
	ctx := context.Background()
	store, remove := shop(ctx)
	defer remove()

	if err := store.Commit(ctx, received("delivery 1")); err != nil {
		log.Fatal(err)
	}
	fmt.Println("again:", store.Commit(ctx, received("delivery 1")))
	levels, err := store.Levels(ctx, []string{"TEE-M"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(levels[0].OnHand, "in stock")
	// Output:
	// again: the key's command was committed before
	// 3 in stock
}

// A host's own row and the change to the books are written together or not at all.
func ExampleStore_Join() {
	ctx := context.Background()
	store, remove := shop(ctx)
	defer remove()

	tx, err := store.Begin(ctx)
	if err != nil {
		log.Fatal(err)
	}
	if _, err := tx.ExecContext(ctx, `CREATE TABLE deliveries (note TEXT)`); err != nil {
		log.Fatal(err)
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO deliveries VALUES ('from Leeds')`); err != nil {
		log.Fatal(err)
	}
	if err := store.Join(tx).Commit(ctx, received("delivery 1")); err != nil {
		log.Fatal(err)
	}
	if err := tx.Commit(); err != nil {
		log.Fatal(err)
	}
	levels, err := store.Levels(ctx, []string{"TEE-M"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(levels[0].OnHand, "in stock")
	// Output: 3 in stock
}

func ExampleStore_Durability() {
	ctx := context.Background()
	store, remove := shop(ctx)
	defer remove()

	d, err := store.Durability(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(d.JournalMode, d.Synchronous, d.Durable)
	// Output: wal full true
}
