package oms_test

import (
	"context"
	"iter"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fulfillment"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/payment"
	"github.com/go-oms/oms/reporting"
	"github.com/go-oms/oms/storage"
	"github.com/go-oms/oms/storage/memory"
)

// leaky is a store with one method that reads or writes the tenant north where
// another one is meant.
type leaky struct {
	storage.Store
	north storage.Store // nil where it is right
	what  string
}

func (l leaky) Tenant(id string) storage.Store {
	own := leaky{Store: l.Store.Tenant(id), what: l.what}
	if id == "norse" {
		own.north = l.Store.Tenant("north")
	}
	return own
}

func (l leaky) of(what string) storage.Store {
	if l.what == what && l.north != nil {
		return l.north
	}
	return l.Store
}

func (l leaky) Order(ctx context.Context, id uuid.UUID) (*order.Order, error) {
	return l.of("Order").Order(ctx, id)
}

func (l leaky) OrderBy(ctx context.Context, ref order.Ref) (*order.Order, error) {
	return l.of("OrderBy").OrderBy(ctx, ref)
}

func (l leaky) Orders(ctx context.Context, f order.Filter) iter.Seq2[*order.Order, error] {
	return l.of("Orders").Orders(ctx, f)
}

func (l leaky) Notes(ctx context.Context, id uuid.UUID) ([]order.Note, error) {
	return l.of("Notes").Notes(ctx, id)
}

func (l leaky) Items(ctx context.Context, skus []string) ([]inventory.Item, error) {
	return l.of("Items").Items(ctx, skus)
}

func (l leaky) Locations(ctx context.Context) ([]inventory.Location, error) {
	return l.of("Locations").Locations(ctx)
}

func (l leaky) Levels(ctx context.Context, skus []string) ([]inventory.Level, error) {
	return l.of("Levels").Levels(ctx, skus)
}

func (l leaky) Reservations(ctx context.Context, f inventory.ReservationFilter) ([]inventory.Reservation, error) {
	return l.of("Reservations").Reservations(ctx, f)
}

func (l leaky) Moves(ctx context.Context, f inventory.MoveFilter) iter.Seq2[inventory.Move, error] {
	return l.of("Moves").Moves(ctx, f)
}

func (l leaky) Tenders(ctx context.Context, id uuid.UUID) ([]*payment.Tender, error) {
	return l.of("Tenders").Tenders(ctx, id)
}

func (l leaky) TenderOf(ctx context.Context, op uuid.UUID, gateway, ref string) (*payment.Tender, error) {
	return l.of("TenderOf").TenderOf(ctx, op, gateway, ref)
}

func (l leaky) DueTenders(ctx context.Context, at time.Time, limit int) ([]*payment.Tender, error) {
	return l.of("DueTenders").DueTenders(ctx, at, limit)
}

func (l leaky) Fulfillments(ctx context.Context, id uuid.UUID) ([]*fulfillment.Fulfillment, error) {
	return l.of("Fulfillments").Fulfillments(ctx, id)
}

func (l leaky) CustomerBy(ctx context.Context, email, ref string) (*crm.Customer, error) {
	return l.of("CustomerBy").CustomerBy(ctx, email, ref)
}

func (l leaky) SavedAddresses(ctx context.Context, id uuid.UUID) ([]crm.Address, error) {
	return l.of("SavedAddresses").SavedAddresses(ctx, id)
}

func (l leaky) CustomerNotes(ctx context.Context, id uuid.UUID) ([]crm.Note, error) {
	return l.of("CustomerNotes").CustomerNotes(ctx, id)
}

func (l leaky) Consents(ctx context.Context, id uuid.UUID) ([]crm.Consent, error) {
	return l.of("Consents").Consents(ctx, id)
}

func (l leaky) History(ctx context.Context, aggregate string, id uuid.UUID) ([]event.Event, error) {
	return l.of("History").History(ctx, aggregate, id)
}

func (l leaky) Stream(ctx context.Context, after int64, limit int) iter.Seq2[event.Event, error] {
	return l.of("Stream").Stream(ctx, after, limit)
}

func (l leaky) OrderFacts(ctx context.Context, s reporting.OrderScope) iter.Seq2[reporting.OrderFact, error] {
	return l.of("OrderFacts").OrderFacts(ctx, s)
}

func (l leaky) StockFacts(ctx context.Context) iter.Seq2[reporting.StockFact, error] {
	return l.of("StockFacts").StockFacts(ctx)
}

func (l leaky) Key(ctx context.Context, key string) (*storage.Key, error) {
	return l.of("Key").Key(ctx, key)
}

func (l leaky) Numbers(ctx context.Context, series string, n int64) (int64, error) {
	return l.of("Numbers").Numbers(ctx, series, n)
}

func (l leaky) Snapshot(ctx context.Context, fn func(storage.Books) error) error {
	return l.Store.Snapshot(ctx, func(books storage.Books) error {
		return l.of("Books").Snapshot(ctx, func(others storage.Books) error { return fn(leakyBooks{books, others}) })
	})
}

// Commit writes for both where it is what leaks.
func (l leaky) Commit(ctx context.Context, b *storage.Batch) error {
	if l.what == "Commit" && l.north != nil {
		_ = l.north.Commit(ctx, &storage.Batch{Inventory: inventory.Changes{Locations: b.Inventory.Locations}})
	}
	return l.Store.Commit(ctx, b)
}

// leakyBooks has one stream of other books.
type leakyBooks struct {
	storage.Books
	others storage.Books
}

func (b leakyBooks) AllSavedAddresses(ctx context.Context) iter.Seq2[crm.Address, error] {
	return b.others.AllSavedAddresses(ctx)
}

// Every leak is heard: the scan, the comparison of the two lives or that of the
// books says so.
func TestLeaksBetweenTenantsAreHeard(t *testing.T) {
	for _, what := range []string{
		"Order", "OrderBy", "Orders", "Notes", "Items", "Locations", "Levels", "Reservations", "Moves", "Tenders", "TenderOf",
		"DueTenders", "Fulfillments", "CustomerBy", "SavedAddresses", "CustomerNotes", "Consents", "History", "Stream", "OrderFacts",
		"StockFacts", "Key", "Numbers", "Books", "Commit",
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			w, err := twins(t.Context(), leaky{Store: memory.New(), what: what})
			require.NoError(t, err)
			w.looks = 5
			heard := w.live()
			require.Error(t, heard)
			t.Log(heard)
		})
	}
	t.Run("none", func(t *testing.T) {
		t.Parallel()
		w, err := twins(t.Context(), leaky{Store: memory.New(), what: "none"})
		require.NoError(t, err)
		w.looks = 5
		require.NoError(t, w.live())
	})
}
