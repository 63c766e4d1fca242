package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	carrier "github.com/go-oms/oms/fulfillment/sandbox"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	gateway "github.com/go-oms/oms/payment/sandbox"
	"github.com/go-oms/oms/quantity"
	"github.com/go-oms/oms/storage/sqlite"
)

// tool calls the tool as a shell does, without a terminal.
func tool(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(context.Background(), args, &out, &errs)
	return code, out.String(), errs.String()
}

// decode reads a JSON document and refuses what is not known of it.
func decode(t *testing.T, text string, into any) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader([]byte(text)))
	d.DisallowUnknownFields()
	require.NoError(t, d.Decode(into), text)
	require.False(t, d.More(), "one document")
}

// lived is a file with two orders, one of which has seen everything, and the same
// of a tenant "acme" beside it.
type lived struct {
	path       string
	whole, new *order.Order
	events     int // of the first tenant
}

func newLived(t *testing.T) lived {
	t.Helper()
	l, books := model(t)
	l.path = filepath.Join(t.TempDir(), "shop.db")
	require.NoError(t, os.WriteFile(l.path, books, 0o600))
	return l
}

// model lives the orders once for all tests, each of which gets a copy.
func model(t *testing.T) (lived, []byte) {
	t.Helper()
	modelled.Lock()
	defer modelled.Unlock()
	if modelled.books == nil {
		modelled.lived = liveAll(t, filepath.Join(t.TempDir(), "model.db"))
		books, err := os.ReadFile(modelled.lived.path)
		require.NoError(t, err)
		modelled.books = books
	}
	return modelled.lived, modelled.books
}

var modelled struct {
	sync.Mutex
	lived lived
	books []byte
}

func liveAll(t *testing.T, path string) lived {
	t.Helper()
	ctx := context.Background()
	store, err := sqlite.Open(ctx, path, nil)
	require.NoError(t, err)
	l := liveOn(t, store)
	l.path = path
	require.NoFileExists(t, path+"-wal", "the file is whole")
	return l
}

// liveOn lives the orders on a store that has no schema yet, and closes it.
func liveOn(t *testing.T, store books) (l lived) {
	t.Helper()
	ctx := context.Background()
	require.NoError(t, store.Migrate(ctx))
	shop, err := oms.New(oms.Config{
		Store: store, Prices: order.PriceList{"TEE-M": money.MustParse("19.90 EUR")},
		Gateways: oms.Gateways{"card": gateway.New()}, Carriers: oms.Carriers{"post": carrier.New()},
		Sinks: oms.Sinks{"broken": oms.SinkFunc(func(context.Context, string, []event.Event) error {
			return errors.New("nobody is there")
		})},
	})
	require.NoError(t, err)
	for _, shop := range []*oms.Client{shop.Tenant("acme"), shop} {
		l.whole, l.new = live(t, shop)
	}
	_, err = shop.RunOnce(ctx)
	require.NoError(t, err)
	for _, err := range store.Stream(ctx, 0, 0) {
		require.NoError(t, err)
		l.events++
	}
	require.NoError(t, store.Close())
	return l
}

// live takes one order from the cart to a return, and enters a second that is paid
// in a way that stays open.
func live(t *testing.T, shop *oms.Client) (whole, entered *order.Order) {
	t.Helper()
	ctx := context.Background()
	receipt := inventory.Receipt{SKU: "TEE-M", Location: "main", Quantity: quantity.Of(9)}
	require.NoError(t, shop.Inventory.Receive(ctx, receipt))
	o, err := shop.Place(ctx, oms.Cart{
		ShipTo: order.Address{Name: "Ada Lovelace", City: "London", Country: "GB"},
		Lines:  []oms.CartLine{{SKU: "TEE-M", Quantity: quantity.Of(3)}},
	})
	require.NoError(t, err)
	_, err = shop.Pay(ctx, o.ID, oms.Payment{Gateway: "card", Source: gateway.TokenFunds})
	require.Equal(t, fault.Rejected, fault.KindOf(err))
	_, err = shop.Pay(ctx, o.ID, oms.Payment{Gateway: "card", Source: "tok_visa"})
	require.NoError(t, err)
	_, err = shop.Ship(ctx, o.ID, oms.Shipping{Carrier: "post", Lines: []oms.LineQuantity{{LineID: o.Lines[0].ID, Quantity: quantity.Of(2)}}})
	require.NoError(t, err)
	_, err = shop.Deliver(ctx, o.ID, oms.Delivery{})
	require.NoError(t, err)
	_, err = shop.RequestReturn(ctx, o.ID, oms.ReturnRequest{
		Reason: "too small", Lines: []oms.LineQuantity{{LineID: o.Lines[0].ID, Quantity: quantity.Of(1)}},
	})
	require.NoError(t, err)
	whole, err = shop.AddNote(ctx, o.ID, oms.Note{Text: "rang twice\nat the door", Internal: true})
	require.NoError(t, err)

	entered, err = shop.Enter(ctx, oms.Entry{
		Channel: "market", ExternalRef: "M-77",
		Lines: []oms.EntryLine{{
			SKU: "TEE-M", Title: "A T-shirt whose title does not fit into the column that titles have",
			Quantity: quantity.Of(1), UnitPrice: money.MustParse("12.3456 EUR"),
		}},
		Charges: []oms.Charge{{Kind: order.Shipping, Code: "parcel", Amount: money.MustParse("4.90 EUR")}},
	})
	require.NoError(t, err)
	_, err = shop.Pay(ctx, entered.ID, oms.Payment{Gateway: "card", Source: gateway.TokenLostAlways})
	require.Equal(t, fault.Unknown, fault.KindOf(err))
	return whole, entered
}

// tamper changes the file behind the library's back.
func (l lived) tamper(t *testing.T, statements ...string) {
	t.Helper()
	db, err := sql.Open("sqlite", l.path)
	require.NoError(t, err)
	for _, statement := range statements {
		_, err := db.Exec(statement)
		require.NoError(t, err, statement)
	}
	require.NoError(t, db.Close())
}
