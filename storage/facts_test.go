package storage_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
	"github.com/go-oms/oms/reporting"
	"github.com/go-oms/oms/storage"
	"github.com/go-oms/oms/storage/memory"
	"github.com/go-oms/oms/storage/storagetest"
)

func euros(text string) money.Money { return money.MustParse(text + " EUR") }

func TestFacts(t *testing.T) {
	placed, credited := storagetest.Start, storagetest.Start.AddDate(0, 1, 0)
	line := order.Line{ID: uuid.UUID{1}, SKU: "tea", Quantity: quantity.Of(2), Subtotal: euros("12.00")}
	free := order.Line{ID: uuid.UUID{2}, SKU: "leaflet", Quantity: quantity.Of(1), Subtotal: euros("0.00")}
	o := &order.Order{
		ID: uuid.UUID{9}, CustomerID: uuid.UUID{8}, Channel: "web", Country: "GB", PlacedAt: placed, Currency: money.EUR,
		Lines: []order.Line{line, free},
		Adjustments: []order.Adjustment{
			{Kind: order.Discount, Scope: order.OnLine, LineID: line.ID, Code: "SPRING", Amount: euros("-2.00")},
			{Kind: order.Tax, Scope: order.OnLine, LineID: line.ID, Code: "VAT", Amount: euros("2.00")},
			{Kind: order.Tax, Scope: order.OnShipping, Code: "VAT", Amount: euros("0.50"), Included: true},
			{Kind: order.Shipping, Scope: order.OnShipping, Code: "post", Amount: euros("3.00"), At: placed},
			{Kind: order.Fee, Scope: order.OnOrder, Code: "bad debt", Amount: euros("-1.00"), At: credited},
			{
				Kind: order.Credit, Scope: order.OnLine, LineID: line.ID, Code: "return", Amount: euros("-6.00"),
				TaxPart: euros("-1.00"), Quantity: quantity.Of(1), At: credited,
			},
			{Kind: order.Credit, Scope: order.OnOrder, Code: "goodwill", Amount: euros("-0.50"), TaxPart: euros("0.00"), At: credited},
		},
	}
	var got []string
	sum := euros("0.00")
	for _, f := range storage.Facts(o) {
		require.Equal(t, o.ID, f.OrderID)
		require.Equal(t, o.CustomerID, f.CustomerID)
		require.Equal(t, "web", f.Channel)
		require.Equal(t, "GB", f.Country)
		got = append(got, fmt.Sprint(f.Kind, "|", f.At.Month(), "|", f.SKU, "|", f.Code, "|", f.Quantity, "|", f.Amount))
		if f.Kind != reporting.TaxPart {
			var err error
			sum, err = sum.Add(f.Amount)
			require.NoError(t, err)
		}
	}
	require.Equal(t, []string{
		"goods|March|tea||2|12.00 EUR",
		"goods|March|leaflet||1|0.00 EUR",
		"discount|March|tea|SPRING|0|-2.00 EUR",
		"tax|March|tea|VAT|0|2.00 EUR",
		"tax_part|March||VAT|0|0.50 EUR",
		"shipping|March||post|0|3.00 EUR",
		"fee|April||bad debt|0|-1.00 EUR",
		"credit|April|tea|return|1|-6.00 EUR",
		"tax_part|April|tea|return|1|-1.00 EUR",
		"credit|April||goodwill|0|-0.50 EUR",
	}, got)
	// 12 - 2 + 2 + 3 - 1 is the total, 6.50 of it was credited.
	require.Equal(t, euros("7.50"), sum)
}

func TestInventoryAnswersRepetitions(t *testing.T) {
	ctx := context.Background()
	store := memory.New()
	stock := storage.Inventory(store)
	clerk := storagetest.NewClerk(1)
	b := clerk.Receive("tea", storagetest.Main, 3)
	require.NoError(t, stock.Repeated(ctx, b.Command))
	require.NoError(t, stock.CommitInventory(ctx, b.Command, []byte("first"), b.Inventory, b.Events...))

	levels, err := stock.Levels(ctx, []string{"tea"})
	require.NoError(t, err)
	require.Equal(t, quantity.Of(3), levels[0].OnHand)
	history, err := store.History(ctx, event.Item, b.Events[0].ID)
	require.NoError(t, err)
	require.Len(t, history, 1)

	var replay *event.Replay
	require.ErrorAs(t, stock.Repeated(ctx, b.Command), &replay)
	require.Equal(t, []byte("first"), replay.Result)
	require.ErrorAs(t, stock.CommitInventory(ctx, b.Command, []byte("second"), inventory.Changes{}), &replay)
	require.Equal(t, []byte("first"), replay.Result)
	for _, other := range []func(c *event.Command){
		func(c *event.Command) { c.Name = "inventory.adjust" }, func(c *event.Command) { c.Body[0]++ },
	} {
		cmd := b.Command
		other(&cmd)
		var reused *fault.KeyReusedError
		require.ErrorAs(t, stock.Repeated(ctx, cmd), &reused)
	}
	require.NoError(t, stock.Repeated(ctx, event.Command{}))
	ended, cancel := context.WithCancel(ctx)
	cancel()
	require.Equal(t, fault.Transient, fault.KindOf(stock.Repeated(ended, b.Command)))
}
