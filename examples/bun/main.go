// Command bun writes a row with bun and the books in one transaction on SQLite: an
// order earns loyalty points, and there is never one without the other. It is a module
// of its own, so that bun is no dependency of the library.
package main

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"log"
	"os"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/sqlitedialect"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
	"github.com/go-oms/oms/storage/sqlite"
)

func main() {
	if err := run(context.Background(), os.Stdout, "bun.db"); err != nil {
		log.Fatal(err)
	}
}

// loyalty is the host's own row.
type loyalty struct {
	bun.BaseModel `bun:"table:loyalty"`

	OrderID uuid.UUID `bun:"type:text,pk"`
	Member  string    `bun:",nullzero,notnull"`
	Points  int64     `bun:",notnull"`
}

// host is the program around the shop: a store that both write through, and a handle
// of bun's for everything else.
type host struct {
	store *sqlite.Store
	shop  *oms.Client
	db    *bun.DB
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
	shop, err := oms.New(oms.Config{Store: store, Prices: order.PriceList{"TEE-M": money.MustParse("19.90 EUR")}})
	if err != nil {
		return err
	}
	handle, err := sql.Open("sqlite", file) // the driver that the store uses, too
	if err != nil {
		return err
	}
	h := &host{store: store, shop: shop, db: bun.NewDB(handle, sqlitedialect.New())}
	defer h.db.Close()
	if _, err := h.db.NewCreateTable().Model((*loyalty)(nil)).IfNotExists().Exec(ctx); err != nil {
		return err
	}
	err = shop.Inventory.Receive(ctx, inventory.Receipt{Key: "delivery-1", SKU: "TEE-M", Location: "main", Quantity: quantity.Of(10)})
	if err != nil {
		return err
	}

	o, err := h.place(ctx, "cart-1", 2, "ada")
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "placed", o.Number, o.Totals.Total)
	_, err = h.place(ctx, "cart-2", 1, "") // the host's row is refused: there is no order either
	fmt.Fprintln(out, "no member:", err != nil)
	return h.count(ctx, out)
}

// place places an order and credits its points: both, or neither.
func (h *host) place(ctx context.Context, key string, tees int32, member string) (*order.Order, error) {
	tx, err := h.store.Begin(ctx)
	if err != nil {
		return nil, err
	}
	defer tx.Rollback()
	o, err := h.shop.With(h.store.Join(tx)).Place(ctx, oms.Cart{
		Key: key, Lines: []oms.CartLine{{SKU: "TEE-M", Quantity: quantity.Of(tees)}},
	})
	if err != nil {
		return nil, err
	}
	cents, err := o.Totals.Total.Minor()
	if err != nil {
		return nil, err
	}
	row := &loyalty{OrderID: o.ID, Member: member, Points: cents / 100}
	// Conn is what makes bun write in the transaction and not beside it.
	if _, err := h.db.NewInsert().Conn(tx).Model(row).On("CONFLICT DO NOTHING").Exec(ctx); err != nil {
		return nil, err
	}
	return o, tx.Commit()
}

// count prints what both sides have.
func (h *host) count(ctx context.Context, out io.Writer) error {
	orders := 0
	for _, err := range h.shop.Orders(ctx, order.Filter{}) {
		if err != nil {
			return err
		}
		orders++
	}
	var rows []loyalty
	if err := h.db.NewSelect().Model(&rows).Scan(ctx); err != nil {
		return err
	}
	for _, row := range rows {
		o, err := h.shop.Order(ctx, row.OrderID)
		if err != nil {
			return err
		}
		fmt.Fprintln(out, row.Member, "has", row.Points, "points for", o.Number)
	}
	fmt.Fprintln(out, orders, "order,", len(rows), "row")
	return nil
}
