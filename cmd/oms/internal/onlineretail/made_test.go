package onlineretail

import (
	"context"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/storage"
	"github.com/go-oms/oms/storage/memory"
)

// made is a file of our own with a row of every kind, and every way to be malformed.
const made = "testdata/made.csv"

func readMade(t *testing.T) *File {
	t.Helper()
	f, err := os.Open(made)
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	file, err := Read(t.Context(), f)
	require.NoError(t, err)
	return file
}

func planMade(t *testing.T) *Plan {
	t.Helper()
	p, err := NewPlan(readMade(t), 5000)
	require.NoError(t, err)
	return p
}

func openShop(t *testing.T, store storage.Store) *oms.Client {
	t.Helper()
	shop, err := oms.New(oms.Config{Store: store})
	require.NoError(t, err)
	return shop.As(event.Actor{Kind: event.Integration, ID: Channel})
}

// imported brings the made file into a store.
func imported(t *testing.T, store storage.Store) (*oms.Client, Summary) {
	t.Helper()
	shop, p := openShop(t, store), planMade(t)
	im := Importer{Shop: shop, Workers: 4}
	books, err := im.Import(t.Context(), p)
	require.NoError(t, err)
	s, err := p.Summary(books)
	require.NoError(t, err)
	return shop, s
}

func gbp(amount string) Amount { return Amount{money.MustParse(amount + " GBP")} }

func TestEveryRowOfTheMadeFileIsAccountedFor(t *testing.T) {
	_, s := imported(t, memory.New())
	require.Equal(t, map[string]Tally{
		"goods":            {13, 56, gbp("134.11")},
		"free_goods":       {2, 3, gbp("0")},
		"returns":          {7, -35, gbp("-67.28")},
		"blind_returns":    {2, -7, gbp("-23.78")},
		"writeoffs":        {2, -12, gbp("0")},
		"found":            {3, 45, gbp("0")},
		"postage":          {3, 2, gbp("29.50")},
		"dotcom_postage":   {1, 1, gbp("12.05")},
		"carriage":         {1, 1, gbp("50")},
		"discounts":        {1, -1, gbp("-27.50")},
		"manual":           {3, 1, gbp("-2.60")},
		"bank_charges":     {2, 0, gbp("-15")},
		"marketplace_fees": {2, 0, gbp("-37.15")},
		"commission":       {1, -1, gbp("-8.83")},
		"samples":          {2, 0, gbp("-9.40")},
		"gift_vouchers":    {1, 1, gbp("16.67")},
		"bad_debt":         {3, 3, gbp("-110.62")},
	}, s.Kinds)
	rejected := s.Rejected
	s.Kinds, s.Rejected = nil, nil
	require.Equal(t, Summary{
		Rows: 68, Net: gbp("-59.83"), Currency: "GBP",
		Orders: 13, Returns: 6, BlindReturns: 4, WriteOffs: 2, Found: 3, Adjustments: 20, Customers: 4, Items: 14,
		PartlyMatched: 2,
		Books: Books{
			Orders: 26, Goods: gbp("134.11"), Shipping: gbp("98.05"), Fees: gbp("175.44"),
			Returns: gbp("65.98"), Differences: gbp("1.30"), Blind: gbp("23.78"), Credits: gbp("376.37"), Net: gbp("-59.83"),
		},
	}, s)
	require.Len(t, rejected, 19)
}

func TestMalformedRowsAreNamedAndTheRestGoesOn(t *testing.T) {
	type wrong struct {
		line          int
		column, value string
	}
	var got []wrong
	for _, x := range readMade(t).Rejected {
		require.NotEmpty(t, x.Reason)
		got = append(got, wrong{x.Line, x.Column, x.Value})
	}
	require.Equal(t, []wrong{
		{51, "", "500040,10001A,BLUE ENAMEL MUG,6,2011-09-01 08:00:00,2.55"},
		{52, "", `500041,10001A,BLUE "ENAMEL" MUG,6,2011-09-01 08:00:00,2.55,20001.0,United Kingdom`[:80] + "…"},
		{53, "", `500042,10001A,"BLUE ENAMEL MUG,6,2011-09-01 08:00:00,2.55,20001.0,United Kingdom`},
		{54, columnInvoice, "X500043"},
		{55, columnSKU, " BLUE ENAMEL MUG"},
		{56, columnQuantity, "six"},
		{57, columnQuantity, "0"},
		{58, columnQuantity, "1.5"},
		{59, columnDate, "2011-13-01 08:00:00"},
		{60, columnPrice, "cheap"},
		{61, columnPrice, "2.555555555"},
		{62, columnCustomer, "somebody"},
		{63, columnPrice, "-2.55"},
		{64, columnQuantity, "6"},
		{65, columnPrice, "2.55"},
		{66, columnQuantity, "-1"},
		{67, columnSKU, "10001A"},
		{68, columnSKU, "B"},
		{69, columnCustomer, "20002"},
	}, got)
}

func TestASaleIsPaidShippedAndDelivered(t *testing.T) {
	shop, _ := imported(t, memory.New())
	o := orderOf(t, shop, "500003")
	require.Equal(t, order.FromImport, o.Origin)
	require.Equal(t, order.StatusCompleted, o.Status)
	require.Equal(t, "IE", o.Country)
	require.Equal(t, "2011-01-12T10:15:00Z", o.PlacedAt.Format("2006-01-02T15:04:05Z07:00"))
	require.Equal(t, "15.00 GBP", o.Totals.Goods.String())
	require.Equal(t, "50.00 GBP", o.Totals.Shipping.String())
	require.Equal(t, order.FulfillmentStatus(order.Delivered), o.FulfillmentStatus)

	customer, err := shop.Customer(t.Context(), o.CustomerID)
	require.NoError(t, err)
	require.Equal(t, "20002", customer.ExternalRef)

	t.Run("rows are lines, equal ones and free ones too", func(t *testing.T) {
		o := orderOf(t, shop, "500001")
		require.Len(t, o.Lines, 4)
		require.Equal(t, o.Lines[1].SKU, o.Lines[2].SKU)
		require.Equal(t, "TEA TOWEL, CHECKED", o.Lines[1].Title)
		require.Equal(t, `LETTER RACK 7" WIDE`, o.Lines[3].Title)
		require.True(t, o.Lines[3].Total.IsZero())
	})
	t.Run("rows of an invoice need not follow each other", func(t *testing.T) {
		require.Len(t, orderOf(t, shop, "500032").Lines, 2)
	})
	t.Run("summer time is an hour ahead", func(t *testing.T) {
		require.Equal(t, 8, orderOf(t, shop, "500032").PlacedAt.Hour())
	})
	t.Run("a country without a code stays in the metadata", func(t *testing.T) {
		o := orderOf(t, shop, "500006")
		require.Empty(t, o.Country)
		require.Equal(t, "Channel Islands", o.Metadata[metaCountry])
	})
}

func TestReturnsGoToTheOldestSalesFirst(t *testing.T) {
	shop, _ := imported(t, memory.New())
	first, second := orderOf(t, shop, "500001"), orderOf(t, shop, "500002")
	require.Equal(t, "6", first.Lines[0].ReturnReceived.String())
	require.Equal(t, "3", first.Lines[1].ReturnReceived.String(), "two rows about one line are one return of it")
	require.Equal(t, "0", first.Lines[2].ReturnReceived.String())
	require.Equal(t, "10", second.Lines[0].ReturnReceived.String())
	require.Len(t, second.Returns, 2)
	require.Equal(t, "C500016", second.Returns[0].Reason)
	require.Equal(t, "C500028", second.Returns[1].Reason)

	t.Run("another price is a difference", func(t *testing.T) {
		require.Equal(t, []string{"-4.90 GBP", "-19.60 GBP"}, credits(second, codeReturn))
		require.Equal(t, []string{"-0.20 GBP", "-0.80 GBP"}, credits(second, codeDifference))
		less := orderOf(t, shop, "500003")
		require.Equal(t, []string{"-15.00 GBP"}, credits(less, codeReturn))
		require.Equal(t, "58.10 GBP", less.Due().String(), "0.60 less was given back than the goods had cost")
	})
	t.Run("no more is refunded than was captured", func(t *testing.T) {
		o := orderOf(t, shop, "500007")
		tenders, err := shop.Payments(t.Context(), o.ID)
		require.NoError(t, err)
		require.Len(t, tenders, 1)
		require.True(t, tenders[0].Totals.Captured.IsZero())
		require.Equal(t, "0.90 GBP", tenders[0].Totals.PaidOut.String())
	})
	t.Run("what has no earlier sale is a blind return", func(t *testing.T) {
		for ref, due := range map[string]string{
			"C500017": "-10.10 GBP", "C500018": "-4.13 GBP", "C500027": "-13.50 GBP", "C500028": "-2.55 GBP",
		} {
			o := orderOf(t, shop, ref)
			require.Equal(t, order.FromBlind, o.Origin, ref)
			require.Equal(t, due, o.Due().String(), ref)
			require.Len(t, o.Returns, 1, ref)
		}
	})
}

func TestAmountsAreWhatTheyAre(t *testing.T) {
	shop, _ := imported(t, memory.New())
	for ref, want := range map[string]struct{ code, due, gateway string }{
		"500008":  {"marketplace_fees", "33.10 GBP", gatewayInvoice},
		"500009":  {"samples", "5.00 GBP", gatewayInvoice},
		"C500021": {"discounts", "-27.50 GBP", gatewayInvoice},
		"C500022": {"manual", "-12.65 GBP", gatewayInvoice},
		"C500024": {"bank_charges", "-15.00 GBP", gatewayInvoice},
		"C500025": {"commission", "-8.83 GBP", gatewayInvoice},
		"A500029": {"bad_debt", "110.62 GBP", gatewayLedger},
		"A500030": {"bad_debt", "-110.62 GBP", gatewayLedger},
	} {
		o := orderOf(t, shop, ref)
		require.Equal(t, order.FromBooks, o.Origin, ref)
		require.Empty(t, o.Lines, ref)
		require.Len(t, o.Adjustments, 1, ref)
		require.Equal(t, want.code, o.Adjustments[0].Code, ref)
		require.Equal(t, want.due, o.Due().String(), ref)
		require.Equal(t, order.StatusCompleted, o.Status, ref)
		tenders, err := shop.Payments(t.Context(), o.ID)
		require.NoError(t, err)
		require.Len(t, tenders, 1, ref)
		require.Equal(t, want.gateway, tenders[0].Gateway, ref)
	}
}

func TestStockIsWhatCameBackWasFoundAndWasLost(t *testing.T) {
	store := memory.New()
	imported(t, store)
	want := map[string]string{
		"10001A": "17", "10002": "3", "10003": "0", "10004": "10", "10005": "1", "10006": "2", "10007": "3", "10008": "1",
		"10009": "33", "10010": "3", "10011": "2", "10012": "0", "DCGS0003": "0", "PADS": "0",
	}
	skus := make([]string, 0, len(want))
	for sku := range want {
		skus = append(skus, sku)
	}
	levels, err := store.Levels(t.Context(), skus)
	require.NoError(t, err)
	got := map[string]string{}
	for _, l := range levels {
		require.Equal(t, Location, l.Location)
		require.True(t, l.Allocated.IsZero())
		got[l.SKU] = l.OnHand.String()
	}
	require.Equal(t, want, got)

	items, err := store.Items(t.Context(), []string{"10004", "10009", "10011"})
	require.NoError(t, err)
	require.Equal(t, "GARDEN TWINE", items[0].Title)
	require.Empty(t, items[1].Title, "what was typed on a write-off is no name")
}

func TestTheImportedBooksAreClean(t *testing.T) {
	shop, _ := imported(t, memory.New())
	clean(t, shop)
}

func clean(t *testing.T, shop *oms.Client) {
	t.Helper()
	report, err := shop.Verify(context.Background(), oms.VerifyOptions{})
	require.NoError(t, err)
	require.Empty(t, report.Violations)
}

func orderOf(t *testing.T, shop *oms.Client, ref string) *order.Order {
	t.Helper()
	o, err := shop.OrderByRef(t.Context(), Channel, ref)
	require.NoError(t, err, ref)
	return o
}

// credits lists an order's credits of a code.
func credits(o *order.Order, code string) []string {
	var list []string
	for _, a := range o.Adjustments {
		if a.Code == code {
			list = append(list, a.Amount.String())
		}
	}
	return list
}
