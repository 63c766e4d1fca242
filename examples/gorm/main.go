// Command gorm writes a row with GORM and the books in one transaction on PostgreSQL:
// an order earns loyalty points, and there is never one without the other. It is a
// module of its own, so that GORM is no dependency of the library.
package main

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"log"
	"os"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	driver "gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/logger"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
	"github.com/go-oms/oms/storage/postgres"
)

// An empty address is what PGHOST, PGDATABASE and their like say.
func main() {
	if err := run(context.Background(), os.Stdout, os.Getenv("DATABASE_URL"), nil); err != nil {
		log.Fatal(err)
	}
}

// loyalty is the host's own row.
type loyalty struct {
	OrderID uuid.UUID `gorm:"type:uuid;primaryKey"`
	Member  string    `gorm:"not null"`
	Points  int64     `gorm:"not null;check:points_max,points <= 100"`
}

// TableName is what GORM calls the rows' table.
func (loyalty) TableName() string { return "loyalty" }

// host is the program around the shop. GORM and the shop share one pool.
type host struct {
	store *postgres.Store
	shop  *oms.Client
	db    *gorm.DB
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
	shop, err := oms.New(oms.Config{Store: store, Prices: order.PriceList{"TEE-M": money.MustParse("19.90 EUR")}})
	if err != nil {
		return err
	}
	handle := stdlib.OpenDBFromPool(pool)
	defer handle.Close()
	db, err := gorm.Open(driver.New(driver.Config{Conn: handle}), &gorm.Config{Logger: logger.Discard})
	if err != nil {
		return err
	}
	h := &host{store: store, shop: shop, db: db}
	if err := db.WithContext(ctx).AutoMigrate(&loyalty{}); err != nil {
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
	_, err = h.place(ctx, "cart-2", 6, "ada") // the host's row is refused: there is no order either
	fmt.Fprintln(out, "too many points:", err != nil)
	return h.count(ctx, out)
}

// place places an order and credits its points: both, or neither.
func (h *host) place(ctx context.Context, key string, tees int32, member string) (o *order.Order, err error) {
	err = h.db.WithContext(ctx).Transaction(func(g *gorm.DB) error {
		tx, ok := g.Statement.ConnPool.(*sql.Tx)
		if !ok { // as with PrepareStmt, which wraps it
			return fmt.Errorf("the transaction is a %T", g.Statement.ConnPool)
		}
		o, err = h.shop.With(h.store.Join(tx)).Place(ctx, oms.Cart{
			Key: key, Lines: []oms.CartLine{{SKU: "TEE-M", Quantity: quantity.Of(tees)}},
		})
		if err != nil {
			return err
		}
		cents, err := o.Totals.Total.Minor()
		if err != nil {
			return err
		}
		row := &loyalty{OrderID: o.ID, Member: member, Points: cents / 100}
		return g.Clauses(clause.OnConflict{DoNothing: true}).Create(row).Error
	})
	return o, err
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
	if err := h.db.WithContext(ctx).Find(&rows).Error; err != nil {
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
