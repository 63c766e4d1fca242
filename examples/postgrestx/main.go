// Command postgrestx writes a table of the host's own and the books in one transaction
// on PostgreSQL, once with database/sql and once with pgx: an order earns loyalty
// points, and there is never one without the other.
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
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/payment/sandbox"
	"github.com/go-oms/oms/quantity"
	"github.com/go-oms/oms/storage"
	"github.com/go-oms/oms/storage/postgres"
)

// An empty address is what PGHOST, PGDATABASE and their like say.
func main() {
	if err := run(context.Background(), os.Stdout, os.Getenv("DATABASE_URL"), nil); err != nil {
		log.Fatal(err)
	}
}

// host is the program around the shop. All of it shares one pool.
type host struct {
	pool  *pgxpool.Pool
	db    *sql.DB
	store *postgres.Store
	shop  *oms.Client
}

func run(ctx context.Context, out io.Writer, dsn string, options *postgres.Options) error {
	pool, err := pgxpool.New(ctx, dsn)
	if err != nil {
		return err
	}
	defer pool.Close()
	store, err := postgres.OpenPool(ctx, pool, options)
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
	h := &host{pool: pool, db: stdlib.OpenDBFromPool(pool), store: store, shop: shop}
	defer h.db.Close()
	// The host's tables are its own business; those of the shop begin with oms_.
	_, err = pool.Exec(ctx, `CREATE TABLE IF NOT EXISTS loyalty (
		order_id uuid PRIMARY KEY, member text NOT NULL, points bigint NOT NULL CHECK (points <= 100))`)
	if err != nil {
		return err
	}
	err = shop.Inventory.Receive(ctx, inventory.Receipt{Key: "delivery-1", SKU: "TEE-M", Location: "main", Quantity: quantity.Of(10)})
	if err != nil {
		return err
	}
	if err := h.buy(ctx, out); err != nil {
		return err
	}
	return h.count(ctx, out)
}

func (h *host) buy(ctx context.Context, out io.Writer) error {
	o, err := h.place(ctx, cart("cart-1", 2), "ada")
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "database/sql: placed", o.Number, o.Totals.Total)
	o, err = h.placePgx(ctx, cart("cart-2", 1), "ada")
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "pgx: placed", o.Number, o.Totals.Total)

	for name, place := range map[string]func(context.Context, oms.Cart, string) (*order.Order, error){
		"database/sql": h.place, "pgx": h.placePgx,
	} {
		// The host's row is refused: there is no order either.
		if _, err := place(ctx, cart(name+"-many", 6), "ada"); err == nil {
			return errors.New(name + ": too many points were credited")
		}
		// The shop refuses the order, and the transaction goes on without it.
		_, err := place(ctx, cart(name+"-none", 99), "ada")
		var short *inventory.ShortageError
		if !errors.As(err, &short) {
			return fmt.Errorf("%s: want a shortage, got %w", name, err)
		}
	}

	// Nothing outside is called while the host's transaction is open.
	err = h.inTx(ctx, func(tx *sql.Tx) error {
		_, err := h.shop.With(h.store.Join(tx)).Pay(ctx, o.ID, oms.Payment{Key: "pay-1", Gateway: "card", Source: "tok_visa"})
		return err
	})
	fmt.Fprintln(out, "paying inside:", errors.Is(err, oms.ErrInTx))
	return nil
}

// place places an order and credits its points: both, or neither. Done again with
// the same key it answers with the same order and credits nothing.
func (h *host) place(ctx context.Context, cart oms.Cart, member string) (o *order.Order, err error) {
	err = h.inTx(ctx, func(tx *sql.Tx) error {
		var points int64
		if o, points, err = h.order(ctx, h.store.Join(tx), cart); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, credit, o.ID, member, points)
		return err
	})
	return o, err
}

// placePgx is place with a transaction of pgx.
func (h *host) placePgx(ctx context.Context, cart oms.Cart, member string) (o *order.Order, err error) {
	err = pgx.BeginFunc(ctx, h.pool, func(tx pgx.Tx) error {
		var points int64
		if o, points, err = h.order(ctx, h.store.JoinPgx(tx), cart); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, credit, o.ID, member, points)
		return err
	})
	return o, err
}

const credit = `INSERT INTO loyalty (order_id, member, points) VALUES ($1, $2, $3) ON CONFLICT (order_id) DO NOTHING`

// order places an order in a transaction and returns it with the points that it earns.
func (h *host) order(ctx context.Context, joined storage.Store, cart oms.Cart) (*order.Order, int64, error) {
	o, err := h.shop.With(joined).Place(ctx, cart)
	if err != nil {
		return nil, 0, err
	}
	cents, err := o.Totals.Total.Minor()
	return o, cents / 100, err
}

// inTx runs fn in a transaction. The stock that it takes waits for its end: keep it
// short, and call nothing outside in it.
func (h *host) inTx(ctx context.Context, fn func(tx *sql.Tx) error) error {
	tx, err := h.db.BeginTx(ctx, nil)
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
	if err := h.pool.QueryRow(ctx, "SELECT count(*), sum(points) FROM loyalty").Scan(&rows, &points); err != nil {
		return err
	}
	levels, err := h.shop.Inventory.Levels(ctx, "TEE-M")
	if err != nil {
		return err
	}
	fmt.Fprintln(out, len(orders), "orders,", rows, "rows with", points, "points,", levels[0].Available(), "left")
	return nil
}

func cart(key string, tees int32) oms.Cart {
	return oms.Cart{Key: key, Lines: []oms.CartLine{{SKU: "TEE-M", Quantity: quantity.Of(tees)}}}
}
