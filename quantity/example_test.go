package quantity_test

import (
	"encoding/json"
	"fmt"

	"github.com/go-oms/oms/quantity"
)

func Example() {
	have := quantity.Of(3)
	want := quantity.MustParse("1.25")
	fmt.Println(have.Sub(want), want.Less(have))

	// An item that is counted in pieces refuses a fraction.
	fmt.Println(want.CheckScale(0))
	// Output:
	// 1.75 true
	// quantity: 1.25 has more than 0 decimals
}

// One check after many additions is enough: what is too large stays too large.
func ExampleQuantity_Check() {
	huge := quantity.FromMicro(quantity.MaxMicro)
	sum := quantity.Sum(huge, huge)
	fmt.Println(sum.Check())
	// Output: quantity: 2000000000000 is out of range: at most 1000000000000
}

func ExampleQuantity_MarshalJSON() {
	data, err := json.Marshal(quantity.MustParse("1.50"))
	fmt.Println(string(data), err)

	var q quantity.Quantity
	fmt.Println(json.Unmarshal([]byte("1.5"), &q))
	// Output:
	// "1.5" <nil>
	// quantity: cannot read "1.5": not a string; expected a string such as "1.5"
}
