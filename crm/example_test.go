package crm_test

import (
	"fmt"
	"time"

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

// What a customer decided last holds, in whatever order it was recorded.
func ExampleAllows() {
	june := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	all := []crm.Consent{
		{Purpose: "newsletter", Channel: "email", Status: crm.Withdrawn, At: june},
		{Purpose: "newsletter", Channel: "email", Status: crm.Granted, At: june.AddDate(0, -1, 0)},
		{Purpose: "newsletter", Channel: "sms", Status: crm.Granted, At: june},
	}
	fmt.Println(crm.Allows(all, "newsletter", "email"), crm.Allows(all, "newsletter", "sms"))
	// Output: false true
}

// The history tells that the email changed, and not to what.
func ExampleDiff() {
	before := crm.Customer{Email: "ada@example.org", Name: "Ada"}
	after := before
	after.Email = "lovelace@example.org"
	d := crm.Diff(&before, &after)
	fmt.Printf("%v %q\n", d.Changed, d.Customer.Email)
	// Output: [email] ""
}
