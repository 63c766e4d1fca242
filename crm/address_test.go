package crm_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/fault"
)

func TestAddressCheck(t *testing.T) {
	good := crm.Address{Label: " home", City: "London ", Country: "gb"}.Normalize()
	require.Equal(t, crm.Address{Label: "home", City: "London", Country: "GB"}, good)
	require.NoError(t, good.Check())
	for field, spoil := range map[string]func(a *crm.Address){
		"label":       func(a *crm.Address) { a.Label = strings.Repeat("canary", 20) },
		"line1":       func(a *crm.Address) { a.Line1 = "canary\nline" },
		"postal_code": func(a *crm.Address) { a.PostalCode = "canary canary canary canary" },
		"country":     func(a *crm.Address) { a.Country = "canary" },
		"phone":       func(a *crm.Address) { a.Phone = "\xff" },
		"address":     func(a *crm.Address) { a.Name = " canary" },
	} {
		a := good
		spoil(&a)
		var invalid *fault.InvalidError
		require.ErrorAs(t, a.Check(), &invalid, field)
		require.Equal(t, field, invalid.Field)
		require.NotContains(t, invalid.Error(), "canary")
	}
	for _, country := range []string{"G", "1A", "ÄÖ"} {
		a := good
		a.Country = country
		require.Error(t, a.Check(), country)
	}
	require.Error(t, crm.Address{Label: "nowhere", Name: "Ada"}.Check(), "it says nothing of where")
}

func TestSaveKeepsOneDefault(t *testing.T) {
	a := crm.Address{ID: uuid.UUID{1}, City: "London", DefaultShipping: true, DefaultBilling: true}
	b := crm.Address{ID: uuid.UUID{2}, City: "Leeds"}
	c := crm.Address{ID: uuid.UUID{3}, City: "York", DefaultShipping: true}
	book := []crm.Address{a, b}
	without := a
	without.DefaultShipping = false
	require.Equal(t, []crm.Address{without, c}, crm.Save(book, c))
	bills := crm.Address{ID: uuid.UUID{4}, City: "Bath", DefaultBilling: true}
	without = a
	without.DefaultBilling = false
	require.Equal(t, []crm.Address{without, bills}, crm.Save(book, bills))
	require.Equal(t, []crm.Address{a, b}, book, "the book itself is left as it is")
	require.Empty(t, crm.Save(book, b), "it is there already")
	moved := b
	moved.City = "Hull"
	require.Equal(t, []crm.Address{moved}, crm.Save(book, moved))
	require.NoError(t, crm.CheckBook([]crm.Address{without, b, bills}))
	require.Error(t, crm.CheckBook([]crm.Address{a, c}))
	require.Error(t, crm.CheckBook([]crm.Address{a, {DefaultBilling: true}}))
}

func TestJoinKeepsTheOwnDefaults(t *testing.T) {
	own := []crm.Address{{ID: uuid.UUID{1}, CustomerID: id, DefaultShipping: true}}
	came := []crm.Address{{ID: uuid.UUID{2}, CustomerID: uuid.UUID{9}, DefaultShipping: true, DefaultBilling: true}}
	require.Equal(t, []crm.Address{{ID: uuid.UUID{2}, CustomerID: id, DefaultBilling: true}}, crm.Join(own, came, id))
	require.True(t, came[0].DefaultShipping)
	require.Equal(t, []crm.Address{{ID: uuid.UUID{2}, CustomerID: id, DefaultShipping: true, DefaultBilling: true}}, crm.Join(nil, came, id))
}

func FuzzAddress(f *testing.F) {
	f.Add("home", "1 Row", "London", "gb", "+44")
	f.Add("İ", "\x00", "ǆ", "ß", "\xff")
	f.Fuzz(func(t *testing.T, label, line, city, country, phone string) {
		a := crm.Address{Label: label, Line1: line, City: city, Country: country, Phone: phone}.Normalize()
		require.Equal(t, a, a.Normalize(), "normalizing twice changed something")
		if err := a.Check(); err != nil {
			require.Equal(t, fault.Rejected, fault.KindOf(err))
		}
	})
}
