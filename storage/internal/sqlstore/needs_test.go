package sqlstore_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/payment"
	"github.com/go-oms/oms/storage"
	"github.com/go-oms/oms/storage/internal/sqlstore"
	"github.com/go-oms/oms/storage/storagetest"
)

func TestNeedsAreInOrderAndWithoutDuplicates(t *testing.T) {
	one, two := uuid.UUID{1}, uuid.UUID{2}
	cmd := func(key string) event.Command { return event.Command{Key: key} }
	kept := inventory.Reservation{ID: one, Owner: "cart"}
	a := &storage.Batch{
		Command: cmd("k2"),
		Expect:  []storage.Expect{{Aggregate: event.Payment, ID: one, Version: 0}, {Aggregate: event.Order, ID: two, Version: 3}},
		Events: []event.Event{
			{Aggregate: event.Order, ID: two, Version: 4}, {Aggregate: event.Order, ID: two, Version: 5},
			{Aggregate: event.Fulfillment, ID: one, Version: 1}, {Aggregate: event.Fulfillment, ID: one, Version: 2},
		},
		Leases: []storage.LeaseChange{{After: storage.Lease{Name: "run"}}, {After: storage.Lease{Name: "outbox"}}},
		Inventory: inventory.Changes{
			Items:        []inventory.Item{{SKU: "B"}, {SKU: "A"}},
			Moves:        []inventory.Move{{SKU: "B", Location: "x"}, {SKU: "A", Location: "y"}, {SKU: "B", Location: "x"}},
			Levels:       []inventory.LevelPolicy{{SKU: "A", Location: "x"}},
			Reservations: []inventory.ReservationChange{{Before: kept, After: kept}, {After: inventory.Reservation{ID: two, Owner: "new"}}},
		},
	}
	b := &storage.Batch{
		Command: cmd("k1"), Events: []event.Event{{Aggregate: event.Order, ID: one, Version: 2}},
		Orders: []order.Changes{{Coupons: []order.CouponUse{
			{Code: "Y", Uses: 1, CustomerID: one}, {Code: "X", Uses: 1, CustomerID: two, PerCustomer: 1},
			{Code: "X", Uses: 1, CustomerID: one, PerCustomer: 1}, {Code: "X", Uses: 1},
		}}},
		Inventory: a.Inventory,
	}
	var n sqlstore.Needs
	n.Collect(a, b, a, &storage.Batch{})
	require.Equal(t, sqlstore.Needs{
		Keys: []string{"k1", "k2"},
		Aggregates: []storage.Versioned{
			{Kind: event.Order, ID: one}, {Kind: event.Order, ID: two}, {Kind: event.Payment, ID: one},
		},
		Items: []string{"A", "B"}, Leases: []string{"outbox", "run"},
		Reservations: []sqlstore.ReservationKey{{Owner: "cart", ID: one}},
		Coupons: []storage.CouponCounter{
			{Code: "X"}, {Code: "X", CustomerID: one, Own: true}, {Code: "X", CustomerID: two, Own: true}, {Code: "Y"},
		},
		Levels: []sqlstore.LevelKey{{SKU: "A", Location: "x"}, {SKU: "A", Location: "y"}, {SKU: "B", Location: "x"}},
	}, n)

	n.Collect(&storage.Batch{Command: cmd("k3")})
	require.Equal(t, []string{"k3"}, n.Keys, "nothing of the batches before is left")
	require.Empty(t, n.Levels)
}

func TestReferencesAreInOrderAndWithoutDuplicates(t *testing.T) {
	_, b := storagetest.NewClerk(1).Place()
	o := &b.Orders[0].Delta.Order
	o.Number, o.CartID, o.Channel, o.ExternalRef = "N1", "cart", "web", "E1"
	b.CRM.Customers = []crm.Customer{{Email: "A@Example.com"}, {ExternalRef: "7"}}
	report := payment.Report{Gateway: "card", EventID: "R1"}
	b.Payments = []payment.Changes{{Delta: &payment.Delta{Reports: []payment.Report{report}}, Parked: []payment.Report{report, {EventID: "R0"}}}}
	_, other := storagetest.NewClerk(2).Place()
	other.Orders[0].Delta.Order.Number = "N0"
	require.Equal(t, []storage.Reference{
		{Unique: storage.OrderNumber, Value: "N0"},
		{Unique: storage.OrderNumber, Value: "N1"},
		{Unique: storage.OrderCart, Value: "cart"},
		{Unique: storage.OrderExternalRef, Within: "web", Value: "E1"},
		{Unique: storage.CustomerEmail, Value: "a@example.com"},
		{Unique: storage.CustomerExternalRef, Value: "7"},
		{Unique: storage.ReportEvent, Value: "R0"},
		{Unique: storage.ReportEvent, Within: "card", Value: "R1"},
	}, sqlstore.References(b, other, b))
}
