package storage_test

import (
	"math"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/payment"
	"github.com/go-oms/oms/quantity"
	"github.com/go-oms/oms/reporting"
	"github.com/go-oms/oms/storage"
	"github.com/go-oms/oms/storage/storagetest"
)

func TestOrderFact(t *testing.T) {
	at := storagetest.Start
	o := &order.Order{
		ID: uuid.UUID{1}, CustomerID: uuid.UUID{2}, Channel: "web", Country: "GB", PlacedAt: at, Status: "done",
		PaymentStatus: order.PaymentPaid, FulfillmentStatus: order.Fulfilled, ReturnStatus: order.NotReturned,
		PromisedAt: at.Add(1), ClosedAt: at.Add(2), CloseReason: "customer",
		Totals: order.Totals{Total: euros("9.00"), Credited: euros("2.00")},
	}
	want := reporting.OrderFact{
		ID: uuid.UUID{1}, CustomerID: uuid.UUID{2}, Channel: "web", Country: "GB", At: at, Status: "done",
		PaymentStatus: "paid", FulfillmentStatus: "fulfilled", ReturnStatus: "none",
		PromisedAt: at.Add(1), ClosedAt: at.Add(2), CloseReason: "customer", Total: euros("9.00"), Credited: euros("2.00"),
	}
	require.Equal(t, want, storage.OrderFact(o))
	o.Lines, want.Goods = []order.Line{{}}, true
	require.Equal(t, want, storage.OrderFact(o))
}

func TestPaid(t *testing.T) {
	tender := func(currency string, captured, refunded, out string) *payment.Tender {
		m := func(s string) money.Money { return money.MustParse(s + " " + currency) }
		return &payment.Tender{Amount: m("1"), Totals: payment.Totals{Captured: m(captured), Refunded: m(refunded), PaidOut: m(out)}}
	}
	paid, err := storage.Paid(money.EUR, nil)
	require.NoError(t, err)
	require.Equal(t, euros("0.00"), paid)
	paid, err = storage.Paid(money.EUR, []*payment.Tender{
		tender("EUR", "9", "2", "0.5"), tender("USD", "70", "0", "0"), tender("EUR", "1", "0", "0"), {Amount: euros("5.00")},
	})
	require.NoError(t, err)
	require.Equal(t, euros("7.50"), paid)

	most, err := money.Minor(math.MaxInt64, money.EUR)
	require.NoError(t, err)
	full := &payment.Tender{Amount: most, Totals: payment.Totals{Captured: most}}
	_, err = storage.Paid(money.EUR, []*payment.Tender{full, full})
	var overflow *money.OverflowError
	require.ErrorAs(t, err, &overflow)
}

func TestFirsts(t *testing.T) {
	ann, bob := uuid.UUID{1}, uuid.UUID{2}
	made := func(id byte, customer uuid.UUID, minutes int, lines int) *order.Order {
		return &order.Order{
			ID: uuid.UUID{id}, CustomerID: customer, PlacedAt: storagetest.Start.Add(time.Duration(minutes) * time.Minute),
			Lines: make([]order.Line, lines),
		}
	}
	orders := []*order.Order{
		made(9, ann, 9, 1), made(2, ann, 5, 1), made(1, ann, 5, 1), made(3, ann, 1, 0), made(4, bob, 7, 2), made(5, uuid.UUID{}, 1, 1),
	}
	var firsts storage.Firsts
	require.False(t, firsts.Has(orders[0]))
	for _, o := range orders {
		firsts.Add(o)
	}
	for _, o := range orders {
		require.Equal(t, o.ID == uuid.UUID{1} || o.ID == uuid.UUID{4}, firsts.Has(o), "%s", o.ID)
	}
}

func TestPaymentFacts(t *testing.T) {
	at := storagetest.Start
	tender := &payment.Tender{OrderID: uuid.UUID{1}, Gateway: "card", Ops: []payment.Op{
		{Kind: payment.Sale, State: payment.Succeeded, Amount: euros("9.00"), Settled: euros("8.00"), CreatedAt: at},
		{Kind: payment.Refund, State: payment.Declined, Amount: euros("3.00"), CreatedAt: at.Add(1)},
	}}
	require.Equal(t, []reporting.PaymentFact{
		{At: at, OrderID: uuid.UUID{1}, Gateway: "card", Kind: "sale", State: "succeeded", Amount: euros("9.00"), Settled: euros("8.00")},
		{At: at.Add(1), OrderID: uuid.UUID{1}, Gateway: "card", Kind: "refund", State: "declined", Amount: euros("3.00")},
	}, storage.PaymentFacts(tender))
}

func TestStockFact(t *testing.T) {
	units := quantity.Of
	l := &inventory.Level{
		SKU: "tea", Location: "main", OnHand: units(20), Unavailable: units(1), Allocated: units(2), Reserved: units(3),
		Safety: units(4), Backordered: units(5), BackorderLimit: units(6),
	}
	require.Equal(t, reporting.StockFact{
		SKU: "tea", Title: "Tea", Location: "main", OnHand: units(20), Unavailable: units(1), Allocated: units(2),
		Reserved: units(3), Safety: units(4), Backordered: units(5), Available: units(10), UnitCost: euros("1.00"),
	}, storage.StockFact(l, "Tea", euros("1.00")))
}
