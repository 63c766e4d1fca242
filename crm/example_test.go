package crm_test

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/go-oms/oms/crm"
)

func ExampleCustomer_Check() {
	c := crm.Customer{
		ID:    uuid.MustParse("0195a000-0000-7000-8000-000000000001"),
		Email: " Ada@Example.org", Country: "gb",
	}.Normalize()
	fmt.Println(c.Email, c.Country, c.Check())

	c.Phone = "call me"
	fmt.Println(c.Check())
	// Output:
	// ada@example.org GB <nil>
	// phone: "…" is not allowed: want a number of 3 to 20 digits such as +44 20 7946 0000
}
