package order

import (
	"fmt"
	"strings"

	"github.com/go-oms/oms/fault"
)

// IsZero reports whether nothing is known of the address.
func (a Address) IsZero() bool { return a == Address{} }

// Check returns a *fault.InvalidError for a text that is too long, is not UTF-8 or
// holds control characters, a country that is set and not two letters A-Z, or an
// email that cannot be one. No field is required: what a delivery needs is up to
// its carrier. The error repeats nothing of the address.
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
		if !isText(part.value, part.limit) {
			return fault.Invalid(part.field, hidden, fmt.Sprintf("at most %d bytes of UTF-8 without control characters", part.limit))
		}
	}
	if a.Country != "" && !isCountry(a.Country) {
		return fault.Invalid("country", hidden, "two letters A-Z of ISO 3166-1")
	}
	if local, domain, ok := strings.Cut(a.Email, "@"); a.Email != "" &&
		(!ok || local == "" || domain == "" || strings.ContainsAny(a.Email, " \t")) {
		return fault.Invalid("email", hidden, "an address with an @ and no spaces")
	}
	return nil
}

// hidden stands for personal data in errors, which end in logs.
const hidden = "…"

func isCountry(code string) bool {
	return len(code) == 2 && code[0] >= 'A' && code[0] <= 'Z' && code[1] >= 'A' && code[1] <= 'Z'
}
