package storage_test

import (
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/payment"
	"github.com/go-oms/oms/storage"
)

// personalTypes are the rows that are about persons, by their table.
var personalTypes = map[string]reflect.Type{
	"oms_customers":          reflect.TypeFor[crm.Customer](),
	"oms_customer_addresses": reflect.TypeFor[crm.Address](),
	"oms_customer_notes":     reflect.TypeFor[crm.Note](),
	"oms_consents":           reflect.TypeFor[crm.Consent](),
	"oms_addresses":          reflect.TypeFor[order.Address](),
	"oms_notes":              reflect.TypeFor[order.Note](),
	"oms_secrets":            reflect.TypeFor[payment.Secret](),
	"oms_subscriptions":      reflect.TypeFor[order.SubscriptionPayment](),
}

// harmless are the texts of those rows that tell of nobody, and why.
var harmless = map[string]string{
	"oms_notes.author":          "an actor's id, which the host keeps free of names",
	"oms_customer_notes.author": "an actor's id, which the host keeps free of names",
	"oms_consents.purpose":      "a code of the host's",
	"oms_consents.channel":      "a code of the host's",
	"oms_consents.status":       "one of two words",
	"oms_subscriptions.gateway": "a name of the host's",
	"oms_subscriptions.method":  "a code such as card",
}

var capitals = regexp.MustCompile(`[a-z0-9][A-Z]`)

// columnOf is a field's column.
func columnOf(field string) string {
	return strings.ToLower(capitals.ReplaceAllStringFunc(field, func(s string) string { return s[:1] + "_" + s[1:] }))
}

// unlisted returns the text fields of a type that are neither listed as personal
// nor harmless.
func unlisted(table string, row reflect.Type) (columns []string) {
	listed := map[string]bool{}
	for _, c := range storage.PersonalData() {
		listed[c.Table+"."+c.Column] = true
	}
	for i := range row.NumField() {
		f := row.Field(i)
		text := f.Type.Kind() == reflect.String || f.Type == reflect.TypeFor[[]byte]()
		if column := table + "." + columnOf(f.Name); text && !listed[column] && harmless[column] == "" {
			columns = append(columns, column)
		}
	}
	return columns
}

func TestEveryTextAboutAPersonIsListedOrHarmless(t *testing.T) {
	for table, row := range personalTypes {
		require.Empty(t, unlisted(table, row))
	}
	// A field that somebody adds is found.
	type grown struct {
		Name     string
		Birthday string
		Photo    []byte
	}
	require.Equal(t, []string{"oms_customers.birthday", "oms_customers.photo"}, unlisted("oms_customers", reflect.TypeFor[grown]()))
}

func TestTheListOfPersonalDataNamesWhatIsThere(t *testing.T) {
	seen := map[storage.PersonalColumn]bool{}
	for _, c := range storage.PersonalData() {
		require.NotEmpty(t, c.What)
		require.NotEmpty(t, c.Of)
		require.False(t, seen[c], "%v is listed twice", c)
		seen[c] = true
		row := personalTypes[c.Table]
		require.NotNil(t, row, "no type for %s", c.Table)
		found := c.Column == "email_key" // made from the email
		for i := range row.NumField() {
			found = found || columnOf(row.Field(i).Name) == c.Column
		}
		require.True(t, found, "%s has no %s", c.Table, c.Column)
		require.Empty(t, harmless[c.Table+"."+c.Column])
	}
}
