package demo

import (
	"time"

	"github.com/go-oms/oms/fulfillment"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
)

// product is something the shop sells.
type product struct {
	sku, title string
	price      string // EUR, tax included
	cost       string // EUR, what a unit costs the shop
	category   string // of the promotions
	tax        string // category of the tax, empty for the usual one
	stock      int32  // what a location is filled up to
	backorder  int32  // how many may be sold beyond
	scarce     bool   // deliveries are late and small
}

// products is the assortment.
var products = []product{
	{sku: "TEE-S", title: "T-shirt, small", price: "19.90", cost: "7.10", category: "clothes", stock: 10},
	{sku: "TEE-M", title: "T-shirt, medium", price: "19.90", cost: "7.10", category: "clothes", stock: 14},
	{sku: "TEE-L", title: "T-shirt, large", price: "19.90", cost: "7.10", category: "clothes", stock: 12},
	{sku: "HOODIE-M", title: "Hooded jumper, medium", price: "49.00", cost: "19.80", category: "clothes", stock: 5, backorder: 12},
	{sku: "HOODIE-L", title: "Hooded jumper, large", price: "49.00", cost: "19.80", category: "clothes", stock: 5, backorder: 12},
	{sku: "SOCKS", title: "Socks, three pairs", price: "12.50", cost: "4.20", category: "clothes", stock: 12},
	{sku: "CAP", title: "Cap", price: "17.00", cost: "5.60", category: "clothes", stock: 7},
	{sku: "MUG", title: "Mug", price: "8.50", cost: "2.90", category: "home", stock: 14},
	{sku: "TEAPOT", title: "Teapot", price: "34.00", cost: "13.50", category: "home", stock: 5, backorder: 8, scarce: true},
	{sku: "LAMP", title: "Reading lamp", price: "79.00", cost: "34.00", category: "home", stock: 7, scarce: true},
	{sku: "BLANKET", title: "Wool blanket", price: "65.00", cost: "27.40", category: "home", stock: 5, backorder: 10},
	{sku: "CANDLE", title: "Candle", price: "6.90", cost: "1.85", category: "home", stock: 16},
	{sku: "NOTEBOOK", title: "Notebook", price: "5.40", cost: "1.60", category: "paper", stock: 20},
	{sku: "PEN", title: "Fountain pen", price: "27.50", cost: "11.20", category: "paper", stock: 9},
	{sku: "CALENDAR", title: "Wall calendar", price: "14.90", cost: "5.30", category: "paper", stock: 9, scarce: true},
	{sku: "NOVEL", title: "Novel", price: "22.00", cost: "13.20", category: "books", tax: "books", stock: 12},
	{sku: "COOKBOOK", title: "Cookery book", price: "29.95", cost: "18.00", category: "books", tax: "books", stock: 6, backorder: 6},
	{sku: "ATLAS", title: "Atlas", price: "48.00", cost: "29.50", category: "books", tax: "books", stock: 7, scarce: true},
}

// locations keep the stock; lower priorities ship first.
var locations = []inventory.LocationSettings{
	{Code: "north", Name: "North store", Priority: 1, Country: "DE"},
	{Code: "south", Name: "South store", Priority: 2, Country: "AT"},
}

// The channels.
const (
	web    = "web"    // the shop's own, prices by the catalogue
	market = "market" // a marketplace, whose orders come with their prices
)

// countries are where the customers live; the first ones more of them.
var countries = []string{"DE", "DE", "DE", "DE", "DE", "AT", "AT", "FR", "FR", "CH"}

func eur(amount string) money.Money { return money.MustParse(amount + " EUR") }

func catalogue() order.Catalog {
	c := order.Catalog{}
	for _, p := range products {
		c[p.sku] = order.Product{
			Title: p.title, TaxCategory: p.tax, Categories: []string{p.category},
			Prices: []order.Tier{{Unit: eur(p.price)}},
		}
	}
	c["MUG"] = order.Product{Title: "Mug", Categories: []string{"home"}, Prices: []order.Tier{
		{Unit: eur("8.50")}, {From: quantity.Of(4), Unit: eur("7.90")},
	}}
	return c
}

// taxes are the rates of value added tax; none on deliveries to Switzerland.
func taxes() order.TaxTable {
	vat := func(country, category string, ppm int64) order.TaxRate {
		return order.TaxRate{Code: "VAT", Jurisdiction: country, Country: country, Category: category, RatePPM: ppm}
	}
	return order.TaxTable{
		Home: order.Place{Country: "DE"},
		Rates: []order.TaxRate{
			vat("DE", "", 190_000), vat("DE", "books", 70_000),
			vat("AT", "", 200_000), vat("AT", "books", 100_000),
			vat("FR", "", 200_000), vat("FR", "books", 55_000),
		},
	}
}

func coupons(start time.Time) (*order.Coupons, error) {
	return order.NewCoupons([]order.Coupon{
		{Code: "WELCOME", Label: "10 % off the first order", Kind: order.Percentage, RatePPM: 100_000, PerCustomer: 1},
		{Code: "FIVE", Label: "5.00 off", Kind: order.FixedAmount, Amount: eur("5"), Minimum: eur("40")},
		{Code: "FREIGHT", Label: "Free delivery", Kind: order.FreeShipping, Limit: 60},
		{
			Code: "SPRING", Label: "Three for two on paper", Kind: order.BuyXGetY, Categories: []string{"paper"},
			Buy: quantity.Of(2), Get: quantity.Of(1), From: start.AddDate(0, 2, 0), To: start.AddDate(0, 5, 0), Automatic: true,
		},
	})
}

// couponCodes are what people type; one of them was never given out.
var couponCodes = []string{"WELCOME", "WELCOME", "FIVE", "FREIGHT", "SUMMER99"}

func methods() fulfillment.Methods {
	near := []fulfillment.Place{{Country: "DE"}, {Country: "AT"}}
	return fulfillment.Methods{
		fulfillment.Table{
			Offer: fulfillment.Offer{Code: "standard", Label: "Standard", MinDays: 2, MaxDays: 4},
			Zones: []fulfillment.Zone{
				{Name: "near", Places: near, Bands: []fulfillment.Band{{Price: eur("4.90")}}, FreeFrom: eur("80")},
				{Name: "far", Places: []fulfillment.Place{{}}, Bands: []fulfillment.Band{{Price: eur("11.90")}}},
			},
		},
		fulfillment.FlatRate{Offer: fulfillment.Offer{Code: "express", Label: "Express", MinDays: 1, MaxDays: 1}, Price: eur("14.90")},
	}
}
