package order_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
)

// An order is assembled step by step: prices, discounts, taxes, and the sums.
func ExampleAssemble() {
	ctx := context.Background()
	in := order.Assembly{
		IDs:      event.NewIDs(uuid.MustParse("01890000-0000-7000-8000-000000000001")),
		Header:   order.Order{Number: "1001", Terms: order.Terms{TaxIncluded: true}},
		Lines:    []order.PricedLine{{SKU: "TEE-M", Quantity: quantity.Of(2)}, {SKU: "CAP", Quantity: quantity.Of(1)}},
		Shipping: &order.Charge{Code: "post", Amount: money.MustParse("4.90 EUR")},
	}
	prices := order.PriceList{"TEE-M": money.MustParse("19.90 EUR"), "CAP": money.MustParse("12.00 EUR")}
	if err := in.Price(ctx, prices); err != nil {
		fmt.Println(err)
		return
	}
	taxes := order.TaxTable{Rates: []order.TaxRate{{Code: "VAT", Country: "DE", RatePPM: 190_000}}}
	if err := in.Tax(ctx, taxes, order.Place{Country: "DE"}, order.Place{}); err != nil {
		fmt.Println(err)
		return
	}
	o, err := order.Assemble(in)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, l := range o.Lines {
		fmt.Println(l.Quantity, l.SKU, l.Total, "with tax", l.Tax)
	}
	fmt.Println("total", o.Totals.Total, "with tax", o.Totals.Tax)
	// Output:
	// 2 TEE-M 39.80 EUR with tax 6.35 EUR
	// 1 CAP 12.00 EUR with tax 1.92 EUR
	// total 56.70 EUR with tax 9.05 EUR
}

// A catalogue has prices by currency and quantity.
func ExampleCatalog() {
	catalog := order.Catalog{"SCREW": {
		Title: "Screw M4",
		Prices: []order.Tier{
			{Unit: money.MustParse("0.05 EUR")},
			{From: quantity.Of(1000), Unit: money.MustParse("0.01225 EUR")},
		},
	}}
	prices, err := catalog.Price(context.Background(), order.PriceRequest{
		Currency: money.EUR, Lines: []order.PriceLine{{SKU: "SCREW", Quantity: quantity.Of(2500)}},
	})
	fmt.Println(prices[0].Title, prices[0].Unit, err)

	_, err = catalog.Price(context.Background(), order.PriceRequest{Lines: []order.PriceLine{{SKU: "NUT"}}})
	fmt.Println(err)
	// Output:
	// Screw M4 0.01225 EUR <nil>
	// lines[0].sku: "NUT" has no price
}

// Coupons are data. A discount over the whole cart is shared out to its lines at
// once, so that a later return gives back what was paid.
func ExampleCoupons() {
	coupons, err := order.NewCoupons([]order.Coupon{
		{Code: "WELCOME", Kind: order.FixedAmount, Amount: money.MustParse("10.00 EUR"), PerCustomer: 1},
		{Code: "3FOR2", Kind: order.BuyXGetY, Buy: quantity.Of(2), Get: quantity.Of(1), Automatic: true, Priority: 1},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	in := order.Assembly{
		IDs: event.NewIDs(uuid.MustParse("01890000-0000-7000-8000-000000000001")),
		Lines: []order.PricedLine{
			{SKU: "TEE", Quantity: quantity.Of(2), UnitPrice: money.MustParse("20.00 EUR")},
			{SKU: "CAP", Quantity: quantity.Of(1), UnitPrice: money.MustParse("10.00 EUR")},
		},
	}
	_, err = in.Promote(context.Background(), coupons, []string{"welcome"}, nil)
	var refused *order.CouponError
	fmt.Println(errors.As(err, &refused), err)

	in.Header.CustomerID = uuid.MustParse("01890000-0000-7000-8000-0000000000c1")
	uses, err := in.Promote(context.Background(), coupons, []string{"welcome"}, nil)
	fmt.Println(uses[0].Code, uses[0].PerCustomer, err)
	o, err := order.Assemble(in)
	fmt.Println(o.Lines[0].Total, o.Lines[1].Total, err)
	// Output:
	// true coupon "welcome": for known customers only
	// WELCOME 1 <nil>
	// 32.00 EUR 0.00 EUR <nil>
}

// Rates of one code compete, the closest one applies; different codes add up.
func ExampleTaxTable() {
	table := order.TaxTable{Rates: []order.TaxRate{
		{Code: "GST", Country: "CA", RatePPM: 50_000},
		{Code: "QST", Country: "CA", Region: "QC", RatePPM: 99_750},
	}}
	in := order.Assembly{
		IDs:   event.NewIDs(uuid.MustParse("01890000-0000-7000-8000-000000000001")),
		Lines: []order.PricedLine{{SKU: "TEE", Quantity: quantity.Of(1), UnitPrice: money.MustParse("100.00 CAD")}},
	}
	if err := in.Tax(context.Background(), table, order.Place{Country: "CA", Region: "QC"}, order.Place{}); err != nil {
		fmt.Println(err)
		return
	}
	o, err := order.Assemble(in)
	for _, a := range o.Adjustments {
		fmt.Println(a.Code, a.Amount)
	}
	fmt.Println(o.Totals.Total, err)
	// Output:
	// GST 5.00 CAD
	// QST 9.98 CAD
	// 114.98 CAD <nil>
}

// Giving back one of three at a time gives back exactly what was paid.
func ExampleOrder_CreditLine() {
	ids := event.NewIDs(uuid.MustParse("01890000-0000-7000-8000-000000000001"))
	o, err := order.Assemble(order.Assembly{
		IDs: ids,
		Lines: []order.PricedLine{
			{SKU: "SET", Quantity: quantity.Of(3), UnitPrice: money.MustParse("3.3333 EUR")},
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for range 3 {
		amount, err := o.CreditLine(ids, o.Lines[0].ID, quantity.Of(1), order.CreditParams{Code: "return"})
		fmt.Println(amount, "back,", o.Due(), "left", err)
	}
	// Output:
	// 3.33 EUR back, 6.67 EUR left <nil>
	// 3.34 EUR back, 3.33 EUR left <nil>
	// 3.33 EUR back, 0.00 EUR left <nil>
}

// Units move between the parts of a line; a move that would break it is refused.
func ExampleLine_Cancel() {
	line := order.Line{Quantity: quantity.Of(5), Counts: order.Counts{Unsourced: quantity.Of(5)}}
	fmt.Println(line.Allocate(quantity.Of(3)), line.Backorder(quantity.Of(2)))
	_, err := line.Ship(quantity.Of(2))
	fmt.Println(err)
	from, err := line.Cancel(quantity.Of(3))
	fmt.Println(from.Backordered, "backordered,", from.Allocated, "allocated", err)
	fmt.Println(line.Allocate(quantity.Of(1)) != nil, line.Check())
	// Output:
	// <nil> <nil>
	// <nil>
	// 2 backordered, 1 allocated <nil>
	// true <nil>
}

// A typed key keeps what it stores readable.
func ExampleMetaKey() {
	giftWrap := order.BoolKey("gift_wrap")
	var o order.Order
	fmt.Println(giftWrap.Set(&o.Metadata, true))
	wrapped, ok, err := giftWrap.Get(o.Metadata)
	fmt.Println(wrapped, ok, err)
	// Output:
	// <nil>
	// true true <nil>
}

// Every date is reckoned from the start: a month that is too short ends early, and
// the next one does not. The time of day stays when clocks are changed.
func ExampleSchedule_Dates() {
	dates, err := order.Schedule{
		Every: 1, Unit: order.Month, TimeZone: "Europe/Berlin", Start: time.Date(2026, 1, 31, 7, 0, 0, 0, time.UTC),
	}.Dates()
	if err != nil {
		panic(err)
	}
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for range 3 {
		at, _ = dates.Next(at)
		fmt.Println(at.Format(time.RFC3339))
	}
	// Output:
	// 2026-01-31T07:00:00Z
	// 2026-02-28T07:00:00Z
	// 2026-03-31T06:00:00Z
}
