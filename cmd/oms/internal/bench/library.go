package bench

import (
	"context"
	"fmt"
	"strconv"
	"sync"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
	"github.com/go-oms/oms/storage"
	"github.com/go-oms/oms/storage/memory"
	"github.com/go-oms/oms/storage/sqlite"
)

// unitPrice is what everything costs, in cents.
const unitPrice = 1990

// library places orders as a host does: through Client.Place, with nothing
// configured but a store and prices.
type library struct {
	shop   *oms.Client
	store  storage.Store
	skus   []string
	prices order.PriceList
	key    string // what the keys of carts begin with
	tables
}

// tables counts the rows of a store.
type tables interface {
	settle(ctx context.Context) error
	rows(ctx context.Context) (int64, error)
	watch(ctx context.Context) error
	updated(ctx context.Context) (int64, error)
	close() error
}

func skuNames(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("SKU-%05d", i)
	}
	return names
}

// inMemory opens a shop without a file.
func inMemory(ctx context.Context, skus []string) (*library, error) {
	store := memory.New()
	lib, err := newLibrary(store, &storeBooks{store: store}, skus)
	if err == nil {
		err = lib.receive(ctx)
	}
	return lib, err
}

// onSQLite opens a shop on a new file and returns how its store is set.
func onSQLite(ctx context.Context, path string, skus []string) (*library, sqlite.Durability, error) {
	var set sqlite.Durability
	store, err := sqlite.Open(ctx, path, nil)
	if err != nil {
		return nil, set, err
	}
	if err = store.Migrate(ctx); err == nil {
		set, err = store.Durability(ctx)
	}
	var lib *library
	if err == nil {
		lib, err = newLibrary(store, &storeFile{store: store, file: file{path: path}}, skus)
	}
	if err == nil {
		err = lib.receive(ctx)
	}
	if err != nil {
		_ = store.Close()
	}
	return lib, set, err
}

// joinSQLite opens a shop on a file that another process has made.
func joinSQLite(ctx context.Context, path string, skus []string) (*library, error) {
	store, err := sqlite.Open(ctx, path, nil)
	if err != nil {
		return nil, err
	}
	return newLibrary(store, &storeFile{store: store, file: file{path: path}}, skus)
}

func newLibrary(store storage.Store, t tables, skus []string) (*library, error) {
	prices := make(order.PriceList, len(skus))
	price, err := money.Minor(unitPrice, "EUR")
	if err != nil {
		return nil, err
	}
	for _, sku := range skus {
		prices[sku] = price
	}
	shop, err := oms.New(oms.Config{Store: store, Prices: prices})
	if err != nil {
		return nil, err
	}
	return &library{shop: shop, store: store, skus: skus, prices: prices, key: "cart/", tables: t}, nil
}

// receive puts so much of everything on stock that nothing runs out.
func (l *library) receive(ctx context.Context) error {
	var (
		all  sync.WaitGroup
		errs = make(chan error, len(l.skus))
		turn = make(chan struct{}, 64)
	)
	for _, sku := range l.skus {
		turn <- struct{}{}
		all.Go(func() {
			errs <- l.shop.Inventory.Receive(ctx, inventory.Receipt{
				Key: "bench/receive/" + sku, SKU: sku, Location: "main", Quantity: quantity.Of(1_000_000_000),
			})
			<-turn
		})
	}
	all.Wait()
	close(errs)
	for err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// place sends a cart as a shop's web server would: with a key and an address.
func (l *library) place(ctx context.Context, n int64, skus [3]int) error {
	_, err := l.shop.Place(ctx, oms.Cart{
		Key:    l.key + strconv.FormatInt(n, 10),
		ShipTo: order.Address{Name: "Ada Lovelace", Line1: "12 St James's Square", City: "London", PostalCode: "SW1Y 4JH", Country: "GB"},
		Lines: []oms.CartLine{
			{SKU: l.skus[skus[0]], Quantity: quantity.Of(1)},
			{SKU: l.skus[skus[1]], Quantity: quantity.Of(2)},
			{SKU: l.skus[skus[2]], Quantity: quantity.Of(1)},
		},
	})
	return err
}

// check counts the orders and holds the books against every invariant.
func (l *library) check(ctx context.Context, acknowledged int64) error {
	var kept int64
	err := l.store.Snapshot(ctx, func(b storage.Books) error {
		for _, err := range b.AllOrders(ctx) {
			if err != nil {
				return err
			}
			kept++
		}
		return nil
	})
	if err != nil {
		return err
	}
	if kept != acknowledged {
		return &CountError{Acknowledged: acknowledged, Kept: kept}
	}
	report, err := l.shop.Verify(ctx, oms.VerifyOptions{})
	if err != nil {
		return err
	}
	if !report.Clean() {
		return &BooksError{Report: report}
	}
	return nil
}

// storeFile is a store in a file, which a further connection looks into.
type storeFile struct {
	store *sqlite.Store
	file
}

func (s *storeFile) close() error { return s.store.Close() }

// storeBooks counts what another kind of store keeps.
type storeBooks struct {
	store storage.Store
	moved int64 // how many levels had been moved when watch was called
}

func (s *storeBooks) close() error { return nil }

func (s *storeBooks) settle(context.Context) error { return nil }

func (s *storeBooks) watch(ctx context.Context) (err error) {
	s.moved, err = s.levels(ctx)
	return err
}

func (s *storeBooks) updated(ctx context.Context) (int64, error) {
	now, err := s.levels(ctx)
	return now - s.moved, err
}

// levels counts how often a batch has moved a level: once for all the movements
// of one command there.
func (s *storeBooks) levels(ctx context.Context) (n int64, err error) {
	err = s.store.Snapshot(ctx, func(b storage.Books) error {
		type batch struct{ sku, location, cause string }
		seen := map[batch]struct{}{}
		for m, err := range b.AllMoves(ctx) {
			if err != nil {
				return err
			}
			seen[batch{m.SKU, m.Location, m.Cause}] = struct{}{}
		}
		n = int64(len(seen))
		return nil
	})
	return n, err
}

func (s *storeBooks) rows(ctx context.Context) (n int64, err error) {
	err = s.store.Snapshot(ctx, func(b storage.Books) error {
		for o, err := range b.AllOrders(ctx) {
			if err != nil {
				return err
			}
			n += 1 + int64(len(o.Lines)+len(o.Adjustments))
			if o.ShipTo != nil {
				n++
			}
		}
		for _, count := range []func() (int64, error){
			func() (int64, error) { return length(b.AllReservations(ctx)) },
			func() (int64, error) { return length(b.AllMoves(ctx)) },
			func() (int64, error) { return length(b.AllKeys(ctx)) },
			func() (int64, error) { return length(b.AllEvents(ctx, event.Order)) },
		} {
			more, err := count()
			if err != nil {
				return err
			}
			n += more
		}
		return nil
	})
	return n, err
}

// length counts a sequence.
func length[T any](seq func(yield func(T, error) bool)) (n int64, err error) {
	for _, err := range seq {
		if err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}
