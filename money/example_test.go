package money_test

import (
	"encoding/json"
	"fmt"

	"github.com/shopspring/decimal"

	"github.com/go-oms/oms/money"
)

func Example() {
	price := money.MustParse("19.90 EUR")
	shipping, err := money.Minor(495, money.EUR)
	if err != nil {
		fmt.Println(err)
		return
	}
	total, err := price.Add(shipping)
	fmt.Println(total, err)

	_, err = total.Add(money.MustParse("1.00 USD"))
	fmt.Println(err)
	// Output:
	// 24.85 EUR <nil>
	// money: add: EUR and USD are different currencies
}

// A currency of one's own carries its digits.
func ExampleOwn() {
	points, err := money.Own("PTS", 0)
	fmt.Println(points, points.Digits(), err)
	fmt.Println(money.MustParse("250 PTS/0"))
	// Output:
	// PTS/0 0 <nil>
	// 250 PTS/0
}

// The zero Money takes the currency of what is added to it.
func ExampleSum() {
	fmt.Println(money.Sum())
	fmt.Println(money.Sum(money.Money{}, money.MustParse("1.50 EUR"), money.MustParse("0.005 EUR")))
	// Output:
	// 0 <nil>
	// 1.505 EUR <nil>
}

// A screw costs an eighth of a cent; so many of them are rounded once.
func ExampleMoney_MulDiv() {
	screw := money.MustParse("0.00125 EUR")
	const screws = 250_000_000 // 250 pieces, counted in millionths
	fmt.Println(screw.MulDiv(screws, 1_000_000, money.HalfUp))

	net := money.MustParse("99.00 USD")
	fmt.Println(net.MulDiv(82_500, 1_000_000, money.HalfUp)) // 8.25 % in parts per million
	// Output:
	// 0.31 EUR <nil>
	// 8.17 USD <nil>
}

func ExampleMoney_Mul() {
	rate := decimal.RequireFromString("1.0837")
	euro := money.MustParse("49.90 EUR")
	fmt.Println(euro.Mul(rate, money.HalfEven))
	// Output: 54.08 EUR <nil>
}

// A discount on the order becomes discounts on its lines, which sum to it.
func ExampleMoney_Allocate() {
	discount := money.MustParse("-10.00 EUR")
	fmt.Println(discount.Allocate([]int64{1990, 1990, 1990}))
	// Output: [-3.34 EUR -3.33 EUR -3.33 EUR] <nil>
}

// Three pieces came to ten euro. One goes back today, the other two next week.
func ExampleMoney_Part() {
	paid := money.MustParse("10.00 EUR")
	fmt.Println(paid.Part(3, 0, 1))
	fmt.Println(paid.Part(3, 1, 3))
	// Output:
	// 3.33 EUR <nil>
	// 6.67 EUR <nil>
}

func ExampleMoney_Round() {
	for _, mode := range []money.Rounding{money.HalfUp, money.HalfEven, money.HalfDown, money.Up, money.Down} {
		fmt.Println(mode, money.MustParse("0.125 EUR").Round(mode))
	}
	// Output:
	// half_up 0.13 EUR
	// half_even 0.12 EUR
	// half_down 0.12 EUR
	// up 0.13 EUR
	// down 0.12 EUR
}

// A column of unit prices holds integers at one scale.
func ExampleMoney_Scaled() {
	n, err := money.MustParse("0.00125 EUR").Scaled(money.MaxExtra)
	fmt.Println(n, err)
	fmt.Println(money.FromScaled(n, money.MaxExtra, money.EUR))
	// Output:
	// 125000 <nil>
	// 0.00125 EUR <nil>
}

func ExampleMoney_MarshalJSON() {
	data, err := json.Marshal(money.MustParse("19.90 EUR"))
	fmt.Println(string(data), err)

	var m money.Money
	fmt.Println(json.Unmarshal([]byte(`{"amount":19.90,"currency":"EUR"}`), &m))
	// Output:
	// {"amount":"19.90","currency":"EUR"} <nil>
	// money: cannot read "{\"amount\":19.90,\"currency\":\"EUR\"}": the amount is not a string; expected an object such as {"amount":"19.90","currency":"EUR"}
}
