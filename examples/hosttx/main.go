// Command hosttx writes a table of the host's own and the books in one transaction:
// an order earns loyalty points, and there is never one without the other.
package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log"
	"os"

	"github.com/google/uuid"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/payment/sandbox"
	"github.com/go-oms/oms/quantity"
	"github.com/go-oms/oms/storage/sqlite"
)

func main() {
	if err := run(context.Background(), os.Stdout, "hosttx.db"); err != nil {
		log.Fatal(err)
	}
}

// host is the program around the shop: a store that both use.
type host struct {
	store *sqlite.Store
	shop  *oms.Client
}

func run(ctx context.Context, out io.Writer, file string) error {
	store, err := sqlite.Open(ctx, file, nil)
	if err != nil {
		return err
	}
	defer store.Close()
	if err := store.Migrate(ctx); err != nil {
		return err
	}
	shop, err := oms.New(oms.Config{
		Store:    store,
		Prices:   order.PriceList{"TEE-M": money.MustParse("19.90 EUR")},
		Gateways: oms.Gateways{"card": sandbox.New()},
	})
	if err != nil {
		return err
	}
	h := &host{store: store, shop: shop}
	// The host's tables are its own business; those of the shop begin with oms_.
	err = h.inTx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS loyalty (
			order_id TEXT PRIMARY KEY, member TEXT NOT NULL, points INTEGER NOT NULL CHECK (points <= 100))`)
		return err
	})
	if err != nil {
		return err
	}
	err = shop.Inventory.Receive(ctx, inventory.Receipt{Key: "delivery-1", SKU: "TEE-M", Location: "main", Quantity: quantity.Of(10)})
	if err != nil {
		return err
	}

	o, err := h.place(ctx, cart("cart-1", 2), "ada")
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "placed", o.Number, o.Totals.Total)

	// The host's row is refused: there is no order either.
	_, err = h.place(ctx, cart("cart-2", 6), "ada")
	fmt.Fprintln(out, "too many points:", err != nil)

	// The shop refuses the order: there are no points either.
	_, err = h.place(ctx, cart("cart-3", 99), "ada")
	var short *inventory.ShortageError
	fmt.Fprintln(out, "out of stock:", errors.As(err, &short))

	// Nothing outside is called while the host's transaction is open.
	err = h.inTx(ctx, func(tx *sql.Tx) error {
		_, err := shop.With(store.Join(tx)).Pay(ctx, o.ID, oms.Payment{Key: "pay-1", Gateway: "card", Source: "tok_visa"})
		return err
	})
	fmt.Fprintln(out, "paying inside:", errors.Is(err, oms.ErrInTx))
	return h.count(ctx, out)
}

// place places an order and credits its points: both, or neither. Done again with
// the same key it answers with the same order and credits nothing.
func (h *host) place(ctx context.Context, cart oms.Cart, member string) (*order.Order, error) {
	var o *order.Order
	err := h.inTx(ctx, func(tx *sql.Tx) (err error) {
		if o, err = h.shop.With(h.store.Join(tx)).Place(ctx, cart); err != nil {
			return err
		}
		cents, err := o.Totals.Total.Minor()
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO loyalty (order_id, member, points) VALUES (?, ?, ?) ON CONFLICT (order_id) DO NOTHING`,
			o.ID.String(), member, cents/100)
		return err
	})
	if err != nil {
		return nil, err
	}
	return o, nil
}

// inTx runs fn in a transaction on the shop's file. It is the file's only writer
// until it ends: keep it short, and call nothing outside in it.
func (h *host) inTx(ctx context.Context, fn func(tx *sql.Tx) error) error {
	tx, err := h.store.Begin(ctx)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if err := fn(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// count prints what both sides have.
func (h *host) count(ctx context.Context, out io.Writer) error {
	orders := make(map[uuid.UUID]bool)
	for o, err := range h.shop.Orders(ctx, order.Filter{}) {
		if err != nil {
			return err
		}
		orders[o.ID] = true
	}
	var rows, points int
	err := h.inTx(ctx, func(tx *sql.Tx) error {
		return tx.QueryRowContext(ctx, "SELECT count(*), sum(points) FROM loyalty").Scan(&rows, &points)
	})
	if err != nil {
		return err
	}
	levels, err := h.shop.Inventory.Levels(ctx, "TEE-M")
	if err != nil {
		return err
	}
	fmt.Fprintln(out, len(orders), "order,", rows, "row with", points, "points,", levels[0].Available(), "left")
	return nil
}

func cart(key string, tees int32) oms.Cart {
	return oms.Cart{Key: key, Lines: []oms.CartLine{{SKU: "TEE-M", Quantity: quantity.Of(tees)}}}
}
