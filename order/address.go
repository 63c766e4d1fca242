package order

import (
	"strings"

	"github.com/go-oms/oms/fault"
)

// IsZero reports whether nothing is known of the address.
func (a Address) IsZero() bool { return a == Address{} }

// Check returns a *fault.InvalidError for a text that is too long, is not UTF-8 or
// holds control characters, a country that is set and not two letters A-Z, or an
// email that cannot be one. No field is required: what a delivery needs is up to
// its carrier.
func (a Address) Check() error {
	for _, part := range [...]struct {
		field, value string
		limit        int
	}{
		{"name", a.Name, 200},
		{"company", a.Company, 200},
		{"line1", a.Line1, 200},
		{"line2", a.Line2, 200},
		{"city", a.City, 100},
		{"region", a.Region, 100},
		{"postal_code", a.PostalCode, 20},
		{"phone", a.Phone, 40},
		{"email", a.Email, 254},
	} {
		if err := checkText(part.field, part.value, part.limit); err != nil {
			return err
		}
	}
	if a.Country != "" && !isCountry(a.Country) {
		return fault.Invalid("country", a.Country, "two letters A-Z of ISO 3166-1")
	}
	if local, domain, ok := strings.Cut(a.Email, "@"); a.Email != "" &&
		(!ok || local == "" || domain == "" || strings.ContainsAny(a.Email, " \t")) {
		return fault.Invalid("email", a.Email, "an address with an @ and no spaces")
	}
	return nil
}

func isCountry(code string) bool {
	return len(code) == 2 && code[0] >= 'A' && code[0] <= 'Z' && code[1] >= 'A' && code[1] <= 'Z'
}
