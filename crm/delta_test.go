package crm_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/money"
)

// filled returns a customer with something in every field.
func filled(version int64, text string) *crm.Customer {
	c := &crm.Customer{}
	v := reflect.ValueOf(c).Elem()
	for i := range v.NumField() {
		switch f := v.Field(i).Addr().Interface().(type) {
		case *uuid.UUID:
			*f = id
		case *string:
			*f = text
		case *int64:
			*f = version
		case *time.Time:
			*f = time.Unix(int64(i), 0).UTC()
		case **crm.Credit:
			*f = &crm.Credit{Accounts: []crm.Account{{Limit: money.MustParse("5.00 EUR"), Paid: money.MustParse("0.00 EUR")}}}
		case **crm.Company:
			*f = &crm.Company{Members: []crm.Member{{CustomerID: id, Role: crm.Buyer}}}
		default:
			panic("a field of a new type: " + v.Type().Field(i).Name)
		}
	}
	return c
}

// A delta holds no text of the customer's but the names of the fields that moved:
// whatever text field a customer may get, it is left out.
func TestADeltaHoldsNoPersonalData(t *testing.T) {
	c := filled(1, "canary")
	d := crm.Diff(nil, c)
	data, err := json.Marshal(d)
	require.NoError(t, err)
	require.NotContains(t, string(data), "canary")
	var texts []string
	for i := range reflect.TypeFor[crm.Customer]().NumField() {
		f := reflect.TypeFor[crm.Customer]().Field(i)
		if f.Type.Kind() == reflect.String {
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			texts = append(texts, name)
		}
	}
	require.Equal(t, texts, d.Changed)
	require.Equal(t, c.MergedInto, d.Customer.MergedInto)
}

func TestApplyFoldsAHistory(t *testing.T) {
	first, second, third := filled(1, ""), filled(2, "Ada"), filled(3, "Ada")
	first.MergedInto, second.MergedInto = uuid.Nil, uuid.Nil
	third.Name, third.UpdatedAt = "A. L.", third.UpdatedAt.Add(time.Hour)
	states := []*crm.Customer{first, second, third}
	require.Equal(t, []string{"name"}, crm.Diff(second, third).Changed)
	require.Empty(t, crm.Diff(third, third).Changed)

	var folded, before *crm.Customer
	for _, after := range states {
		folded = crm.Apply(folded, crm.Diff(before, after))
		before = after
		bare := crm.Diff(nil, after).Customer
		require.Equal(t, &bare, folded)
	}
	// What is personal stays as it is in the customer that is folded onto.
	onto := *second
	got := crm.Apply(&onto, crm.Diff(second, third))
	require.Equal(t, "Ada", got.Name)
	require.Equal(t, third.UpdatedAt, got.UpdatedAt)
	require.Equal(t, *second, onto, "the customer itself is not changed")
}

func TestFillTakesWhatIsMissing(t *testing.T) {
	ada := crm.Customer{ID: id, Name: "Ada", Email: "ada@example.com"}
	twin := crm.Customer{Name: "A. L.", Email: "twin@example.com", ExternalRef: "T-1", Phone: "+44 1 22", Country: "GB"}
	got, rest := ada.Fill(twin)
	require.Equal(t, crm.Customer{
		ID: id, Name: "Ada", Email: "ada@example.com", ExternalRef: "T-1", Phone: "+44 1 22", Country: "GB",
	}, got)
	require.Equal(t, crm.Customer{Name: "A. L.", Email: "twin@example.com", Phone: "+44 1 22", Country: "GB"}, rest)
	got, rest = crm.Customer{}.Fill(twin)
	require.Equal(t, twin, got)
	require.Empty(t, rest.Email+rest.ExternalRef, "an email has one customer")
}
