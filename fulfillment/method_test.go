package fulfillment_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/fulfillment"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/quantity"
)

func methods() fulfillment.Methods {
	return fulfillment.Methods{
		fulfillment.FlatRate{Offer: fulfillment.Offer{Code: "standard", Label: "Standard", MinDays: 2, MaxDays: 3}, Price: eur("4.90"), FreeFrom: eur("50.00")},
		fulfillment.PerItem{Offer: fulfillment.Offer{Code: "bulky"}, Base: eur("10.00"), Each: eur("2.50")},
		fulfillment.Table{Offer: fulfillment.Offer{Code: "parcel"}, Zones: []fulfillment.Zone{
			{
				Name: "Germany", Places: []fulfillment.Place{{Country: "DE"}}, FreeFrom: eur("100.00"),
				Bands: []fulfillment.Band{{UpToGrams: 2000, Price: eur("3.90")}, {UpToGrams: 10000, Price: eur("6.90")}},
			},
			{
				Name: "German islands", Places: []fulfillment.Place{{Country: "DE", PostalPrefix: "2599"}, {Country: "DE", PostalPrefix: "265-7"}},
				Bands: []fulfillment.Band{{Price: eur("14.90")}},
			},
			{
				Name: "Europe", Places: []fulfillment.Place{{Country: "GB"}, {Country: "FR"}},
				Bands: []fulfillment.Band{{UpToQuantity: quantity.Of(3), Price: eur("8.00")}, {UpToQuantity: quantity.Of(6), UpToGrams: 5000, Price: eur("12.00")}},
			},
			{
				Name: "Scotland", Places: []fulfillment.Place{{Country: "GB", Region: "SCT"}},
				Bands: []fulfillment.Band{{UpToValue: eur("20.00"), Price: eur("9.00")}, {Price: eur("5.00")}},
			},
			{Name: "France again", Places: []fulfillment.Place{{Country: "FR"}}, Bands: []fulfillment.Band{{Price: eur("99.00")}}},
		}},
		fulfillment.Pickup{Offer: fulfillment.Offer{Code: "pickup"}},
	}
}

func quote(to fulfillment.Destination, goods string, grams int64, n string) fulfillment.QuoteRequest {
	return fulfillment.QuoteRequest{Currency: money.EUR, Goods: eur(goods), Grams: grams, Quantity: quantity.MustParse(n), To: to}
}

func TestChoosePrices(t *testing.T) {
	de, sylt := fulfillment.Destination{Country: "de", PostalCode: "10115"}, fulfillment.Destination{Country: "DE", PostalCode: "25 997"}
	edinburgh := fulfillment.Destination{Country: "GB", Region: "sct", PostalCode: "EH1 1AA"}
	london := fulfillment.Destination{Country: "GB", Region: "ENG", PostalCode: "N1 9GU"}
	paris := fulfillment.Destination{Country: "FR", PostalCode: "75001"}
	for name, c := range map[string]struct {
		code string
		r    fulfillment.QuoteRequest
		want string
	}{
		"flat":                          {"standard", quote(de, "49.99", 0, "1"), "4.90"},
		"flat, free from":               {"standard", quote(de, "50.00", 0, "1"), "0.00"},
		"flat, anywhere":                {"standard", quote(fulfillment.Destination{}, "1.00", 0, "1"), "4.90"},
		"per item":                      {"bulky", quote(de, "1.00", 0, "3"), "17.50"},
		"per item, started unit":        {"bulky", quote(de, "1.00", 0, "1.000001"), "15.00"},
		"per item, nothing":             {"bulky", quote(de, "0.00", 0, "0"), "10.00"},
		"pickup":                        {"pickup", quote(de, "1.00", 0, "1"), "0.00"},
		"first band, its limit":         {"parcel", quote(de, "1.00", 2000, "1"), "3.90"},
		"second band":                   {"parcel", quote(de, "1.00", 2001, "1"), "6.90"},
		"table, free from":              {"parcel", quote(de, "100.00", 2001, "1"), "0.00"},
		"the postal prefix is narrower": {"parcel", quote(sylt, "100.00", 1, "1"), "14.90"},
		"a prefix in other writing":     {"parcel", quote(fulfillment.Destination{Country: "DE", PostalCode: "26571"}, "1.00", 1, "1"), "14.90"},
		"the region is narrower":        {"parcel", quote(edinburgh, "20.01", 1, "9"), "5.00"},
		"of equals the first":           {"parcel", quote(paris, "1.00", 1, "1"), "8.00"},
		"a band by value":               {"parcel", quote(edinburgh, "20.00", 1, "9"), "9.00"},
		"a band by quantity":            {"parcel", quote(london, "20.00", 1, "3"), "8.00"},
		"both limits of a band":         {"parcel", quote(london, "20.00", 5000, "3.5"), "12.00"},
	} {
		t.Run(name, func(t *testing.T) {
			o, err := methods().Choose(c.code, c.r)
			require.NoError(t, err)
			require.Equal(t, eur(c.want), o.Price)
			require.Equal(t, c.code, o.Code)
		})
	}
}

func TestACountryIsNarrowerThanEverywhere(t *testing.T) {
	table := fulfillment.Methods{fulfillment.Table{Offer: fulfillment.Offer{Code: "x"}, Zones: []fulfillment.Zone{
		{Places: []fulfillment.Place{{}}, Bands: []fulfillment.Band{{Price: eur("20.00")}}},
		{Places: []fulfillment.Place{{Country: "DE"}}, Bands: []fulfillment.Band{{Price: eur("4.00")}}},
	}}}
	for country, want := range map[string]string{"DE": "4.00", "US": "20.00", "": "20.00"} {
		o, err := table.Choose("x", quote(fulfillment.Destination{Country: country}, "1.00", 0, "1"))
		require.NoError(t, err)
		require.Equal(t, eur(want), o.Price, country)
	}
}

func TestQuoteLeavesOutWhatIsNotServed(t *testing.T) {
	options, err := methods().Quote(quote(fulfillment.Destination{Country: "US"}, "10.00", 100, "1"))
	require.NoError(t, err)
	require.Equal(t, []fulfillment.Option{
		{Code: "standard", Label: "Standard", Price: eur("4.90"), MinDays: 2, MaxDays: 3},
		{Code: "bulky", Price: eur("12.50")},
		{Code: "pickup", Price: eur("0.00")},
	}, options)

	yen := fulfillment.QuoteRequest{Currency: money.JPY, Quantity: quantity.Of(1), To: fulfillment.Destination{Country: "DE"}}
	options, err = methods().Quote(yen)
	require.NoError(t, err)
	require.Equal(t, []fulfillment.Option{{Code: "pickup", Price: money.Zero(money.JPY)}}, options)

	options, err = fulfillment.Methods(nil).Quote(yen)
	require.NoError(t, err)
	require.Empty(t, options)
}

func TestChooseNamesWhatIsOnOffer(t *testing.T) {
	r := quote(fulfillment.Destination{Country: "US", PostalCode: "10001"}, "10.00", 100, "1")
	onOffer := []string{"standard", "bulky", "pickup"}

	_, err := methods().Choose("drone", r)
	var unknown *fulfillment.UnknownMethodError
	require.ErrorAs(t, err, &unknown)
	require.Equal(t, fulfillment.UnknownMethodError{Code: "drone", Available: onOffer}, *unknown)
	require.Equal(t, fault.Rejected, fault.KindOf(err))

	for name, r := range map[string]fulfillment.QuoteRequest{
		"no zone":            r,
		"too heavy":          quote(fulfillment.Destination{Country: "DE"}, "10.00", 10001, "1"),
		"too many":           quote(fulfillment.Destination{Country: "FR"}, "10.00", 1, "7"),
		"one limit of a two": quote(fulfillment.Destination{Country: "FR"}, "10.00", 5001, "4"),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := methods().Choose("parcel", r)
			var unserved *fulfillment.UnservedError
			require.ErrorAs(t, err, &unserved)
			require.Equal(t, "parcel", unserved.Code)
			require.Equal(t, onOffer, unserved.Available)
			require.Equal(t, fault.Rejected, fault.KindOf(err))
			require.Contains(t, err.Error(), "standard, bulky, pickup")
		})
	}
	_, err = fulfillment.Methods(nil).Choose("standard", r)
	require.ErrorContains(t, err, "none is on offer")
}

func TestQuoteRefusesBadRequests(t *testing.T) {
	good := quote(fulfillment.Destination{Country: "DE"}, "10.00", 100, "1")
	for name, spoil := range map[string]func(r *fulfillment.QuoteRequest){
		"no currency":        func(r *fulfillment.QuoteRequest) { r.Currency = "" },
		"unknown currency":   func(r *fulfillment.QuoteRequest) { r.Currency = "ZZZ" },
		"mixed currencies":   func(r *fulfillment.QuoteRequest) { r.Currency = money.USD },
		"negative goods":     func(r *fulfillment.QuoteRequest) { r.Goods = eur("-0.01") },
		"negative weight":    func(r *fulfillment.QuoteRequest) { r.Grams = -1 },
		"negative quantity":  func(r *fulfillment.QuoteRequest) { r.Quantity = quantity.Of(-1) },
		"saturated quantity": func(r *fulfillment.QuoteRequest) { r.Quantity = quantity.FromMicro(1<<63 - 1) },
	} {
		t.Run(name, func(t *testing.T) {
			r := good
			spoil(&r)
			_, err := methods().Quote(r)
			require.Equal(t, fault.Rejected, fault.KindOf(err))
			_, err = methods().Choose("standard", r)
			require.Equal(t, fault.Rejected, fault.KindOf(err))
		})
	}
	dear := fulfillment.Methods{fulfillment.PerItem{Offer: fulfillment.Offer{Code: "x"}, Each: eur("90000000000000000.00")}}
	_, err := dear.Quote(quote(fulfillment.Destination{}, "0.00", 0, "999999999999"))
	var overflow *money.OverflowError
	require.ErrorAs(t, err, &overflow)
}

func TestMethodsCheck(t *testing.T) {
	require.NoError(t, methods().Check())
	require.NoError(t, fulfillment.Methods(nil).Check())
	offer := fulfillment.Offer{Code: "x"}
	table := func(change func(z *fulfillment.Zone)) fulfillment.Method {
		z := fulfillment.Zone{Places: []fulfillment.Place{{}}, Bands: []fulfillment.Band{{Price: eur("1.00")}}}
		change(&z)
		return fulfillment.Table{Offer: offer, Zones: []fulfillment.Zone{z}}
	}
	require.NoError(t, fulfillment.Methods{table(func(*fulfillment.Zone) {})}.Check())
	for name, m := range map[string]fulfillment.Methods{
		"no method":           {nil},
		"no code":             {fulfillment.Pickup{}},
		"a long code":         {fulfillment.Pickup{Offer: fulfillment.Offer{Code: strings.Repeat("x", 65)}}},
		"a code twice":        {fulfillment.Pickup{Offer: offer}, fulfillment.FlatRate{Offer: offer, Price: eur("1.00")}},
		"negative days":       {fulfillment.Pickup{Offer: fulfillment.Offer{Code: "x", MinDays: -1}}},
		"days backwards":      {fulfillment.Pickup{Offer: fulfillment.Offer{Code: "x", MinDays: 3, MaxDays: 2}}},
		"no price":            {fulfillment.FlatRate{Offer: offer}},
		"negative price":      {fulfillment.FlatRate{Offer: offer, Price: eur("-1.00")}},
		"a fine price":        {fulfillment.FlatRate{Offer: offer, Price: eur("1.001")}},
		"free from others":    {fulfillment.FlatRate{Offer: offer, Price: eur("1.00"), FreeFrom: money.MustParse("1.00 USD")}},
		"free from below":     {fulfillment.FlatRate{Offer: offer, Price: eur("1.00"), FreeFrom: eur("-1.00")}},
		"mixed base":          {fulfillment.PerItem{Offer: offer, Each: eur("1.00"), Base: money.MustParse("1.00 USD")}},
		"negative base":       {fulfillment.PerItem{Offer: offer, Each: eur("1.00"), Base: eur("-1.00")}},
		"no each":             {fulfillment.PerItem{Offer: offer}},
		"no zones":            {fulfillment.Table{Offer: offer}},
		"table without code":  {fulfillment.Table{}},
		"no places":           {table(func(z *fulfillment.Zone) { z.Places = nil })},
		"no bands":            {table(func(z *fulfillment.Zone) { z.Bands = nil })},
		"zone free below":     {table(func(z *fulfillment.Zone) { z.FreeFrom = eur("-1.00") })},
		"band without price":  {table(func(z *fulfillment.Zone) { z.Bands[0].Price = money.Money{} })},
		"band of two values":  {table(func(z *fulfillment.Zone) { z.Bands[0].UpToValue = money.MustParse("1.00 USD") })},
		"band below grams":    {table(func(z *fulfillment.Zone) { z.Bands[0].UpToGrams = -1 })},
		"band below quantity": {table(func(z *fulfillment.Zone) { z.Bands[0].UpToQuantity = quantity.Of(-1) })},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, fault.Rejected, fault.KindOf(m.Check()))
		})
	}
}

// A host's own method: next-day delivery in one city, by courier or by bicycle.
type courier struct{ err error }

func (c courier) Quote(r fulfillment.QuoteRequest) ([]fulfillment.Option, error) {
	if c.err != nil {
		return nil, c.err
	}
	return []fulfillment.Option{{Code: "courier/van", Price: eur("9.00")}, {Code: "courier/bike", Price: eur("6.00")}}, nil
}

func (c courier) Check() error { return c.err }

func TestHostsOwnMethod(t *testing.T) {
	r := quote(fulfillment.Destination{Country: "DE"}, "1.00", 0, "1")
	o, err := fulfillment.Methods{courier{}}.Choose("courier/bike", r)
	require.NoError(t, err)
	require.Equal(t, eur("6.00"), o.Price)

	broken := errors.New("broken")
	_, err = fulfillment.Methods{courier{broken}}.Choose("courier/bike", r)
	require.ErrorIs(t, err, broken)
	require.ErrorIs(t, fulfillment.Methods{courier{broken}}.Check(), broken)
}
