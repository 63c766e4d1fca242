package order_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/order"
)

func refusal(t *testing.T, err error, field string) {
	t.Helper()
	var invalid *fault.InvalidError
	require.ErrorAs(t, err, &invalid)
	require.Equal(t, field, invalid.Field)
}

func TestLimits(t *testing.T) {
	t.Parallel()
	var l order.Limits
	require.NoError(t, l.CheckLines(5_000))
	refusal(t, l.CheckLines(5_001), "lines")
	require.NoError(t, order.Limits{MaxLines: 6_000}.CheckLines(6_000))
	require.NoError(t, l.CheckCoupons(make([]string, 16)))
	refusal(t, l.CheckCoupons(make([]string, 17)), "coupons")
	refusal(t, l.CheckCoupons([]string{"A", "B\x00"}), "coupons[1]")
	require.NoError(t, l.CheckNote("two\nlines"))
	refusal(t, l.CheckNote(""), "text")
	refusal(t, l.CheckNote(strings.Repeat("x", 16<<10+1)), "text")
	refusal(t, l.CheckNote("\xff"), "text")
	require.NoError(t, l.Check())
	refusal(t, order.Limits{MaxNote: -1}.Check(), "limits")
}

func TestLimitsCheckOrder(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 257)
	require.NoError(t, order.Limits{}.CheckOrder(withReturn()))
	for field, change := range map[string]func(*order.Order){
		"lines":               func(o *order.Order) { o.Lines = make([]order.Line, 5_001) },
		"adjustments":         func(o *order.Order) { o.Adjustments = make([]order.Adjustment, 50_001) },
		"returns":             func(o *order.Order) { o.Returns = make([]order.Return, 1_001) },
		"channel":             func(o *order.Order) { o.Channel = long },
		"external_ref":        func(o *order.Order) { o.ExternalRef = "a\nb" },
		"cart_id":             func(o *order.Order) { o.CartID = "\xff" },
		"country":             func(o *order.Order) { o.Country = "Germany" },
		"lines[1]":            func(o *order.Order) { o.Lines[1].Title = long },
		"adjustments[0]":      func(o *order.Order) { o.Adjustments[0].Label = long },
		"returns[0].reason":   func(o *order.Order) { o.Returns[0].Reason = long },
		"ship_to.country":     func(o *order.Order) { o.ShipTo.Country = "de" },
		"bill_to.email":       func(o *order.Order) { o.BillTo = &order.Address{Email: "nobody"} },
		"metadata":            func(o *order.Order) { o.Metadata = order.Metadata{"": ""} },
		"ship_to.name":        func(o *order.Order) { o.ShipTo.Name = strings.Repeat("x", 201) },
		"ship_to.line1":       func(o *order.Order) { o.ShipTo.Line1 = "a\tb" },
		"ship_to.postal_code": func(o *order.Order) { o.ShipTo.PostalCode = strings.Repeat("1", 21) },
	} {
		o := withReturn()
		change(o)
		refusal(t, order.Limits{}.CheckOrder(o), field)
	}
}

func withReturn() *order.Order {
	in := cart()
	in.Header.ShipTo = &order.Address{Name: "Ada Lovelace", Line1: "St James's Square 12", City: "London", Country: "GB"}
	o, err := order.Assemble(in)
	if err != nil {
		panic(err)
	}
	o.Returns = []order.Return{{}}
	return o
}

func TestAddress(t *testing.T) {
	t.Parallel()
	require.NoError(t, order.Address{}.Check())
	require.True(t, order.Address{}.IsZero())
	a := order.Address{Country: "DE", Region: "BE", PostalCode: "10115", Email: "ada@example.com", City: "Köln"}
	require.NoError(t, a.Check())
	require.False(t, a.IsZero())
	require.Equal(t, order.Place{Country: "DE", Region: "BE", PostalCode: "10115"}, a.Place())
	for _, email := range []string{"ada", "@example.com", "ada@", "ada @example.com", "ada@ex\x00"} {
		refusal(t, order.Address{Email: email}.Check(), "email")
	}
	for _, country := range []string{"D", "DEU", "dE", "D1"} {
		refusal(t, order.Address{Country: country}.Check(), "country")
	}
}
