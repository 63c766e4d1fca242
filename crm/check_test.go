package crm_test

import (
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/fault"
)

var id = uuid.MustParse("0195a000-0000-7000-8000-000000000001")

func TestNormalize(t *testing.T) {
	at := time.Date(2026, 3, 2, 13, 0, 0, 1500, time.FixedZone("", 3600))
	c := crm.Customer{
		ID: id, ExternalRef: " r1 ", Email: "\tAda@Example.ORG ", Name: " Ada ", Phone: " +44 20 7946 0000 ", Country: " gb ", CreatedAt: at,
	}.Normalize()
	want := crm.Customer{
		ID: id, ExternalRef: "r1", Email: "ada@example.org", Name: "Ada", Phone: "+44 20 7946 0000", Country: "GB",
		CreatedAt: time.Date(2026, 3, 2, 12, 0, 0, 1000, time.UTC),
	}
	require.Equal(t, want, c)
	require.NoError(t, c.Check())
	require.Equal(t, "United Kingdom", crm.Customer{Country: "United Kingdom"}.Normalize().Country, "no code: left as it is")
	require.Equal(t, crm.Customer{}, crm.Customer{}.Normalize())
}

// Mail to a look-alike goes to somebody else.
func TestNoOtherLetterBecomesAPlainOne(t *testing.T) {
	require.Equal(t, "élan@example.org", crm.NormalizeEmail(" ÉLAN@Example.ORG"))
	for r := rune(utf8.RuneSelf); r <= unicode.MaxRune; r++ {
		plain := strings.IndexFunc(crm.NormalizeEmail(string(r)), func(r rune) bool { return r < utf8.RuneSelf })
		require.False(t, plain >= 0 && !unicode.IsSpace(r), "%U", r)
	}
}

func TestCheckAccepts(t *testing.T) {
	for name, c := range map[string]crm.Customer{
		"an id alone":         {},
		"a plus address":      {Email: "ada+shop@example.co.uk"},
		"an apostrophe":       {Email: "o'hara@example.org"},
		"a letter of its own": {Email: "josé@exämple.de"},
		"the longest local":   {Email: strings.Repeat("a", 64) + "@example.org"},
		"a local number":      {Phone: "110"},
		"an extension":        {Phone: "+1 (212) 555-0100 x12"},
		"slashes and points":  {Phone: "030/123.456"},
		"the longest name":    {Name: strings.Repeat("é", 100)},
		"the longest ref":     {ExternalRef: strings.Repeat("x", 128)},
	} {
		t.Run(name, func(t *testing.T) {
			c.ID = id
			require.NoError(t, c.Check())
		})
	}
}

func TestCheckRefuses(t *testing.T) {
	require.Equal(t, fault.Rejected, fault.KindOf(crm.Customer{Name: "Ada"}.Check()), "no id")
	for name, c := range map[string]struct {
		customer crm.Customer
		field    string
	}{
		"upper case email":      {crm.Customer{Email: "Ada@example.org"}, "customer"},
		"a space before":        {crm.Customer{Name: " Ada"}, "customer"},
		"lower case country":    {crm.Customer{Country: "gb"}, "customer"},
		"a local time":          {crm.Customer{CreatedAt: time.Unix(0, 0).In(time.FixedZone("", 60))}, "customer"},
		"a fine time":           {crm.Customer{CreatedAt: time.Unix(0, 1).UTC()}, "customer"},
		"no at":                 {crm.Customer{Email: "example.org"}, "email"},
		"nobody":                {crm.Customer{Email: "@example.org"}, "email"},
		"nowhere":               {crm.Customer{Email: "ada@"}, "email"},
		"a bare host":           {crm.Customer{Email: "ada@localhost"}, "email"},
		"two addresses":         {crm.Customer{Email: "a@example.org,b@example.org"}, "email"},
		"two ats":               {crm.Customer{Email: "a@b@example.org"}, "email"},
		"a name with it":        {crm.Customer{Email: "ada<ada@example.org>"}, "email"},
		"a space inside":        {crm.Customer{Email: "a da@example.org"}, "email"},
		"two points":            {crm.Customer{Email: "a..da@example.org"}, "email"},
		"a point in front":      {crm.Customer{Email: ".ada@example.org"}, "email"},
		"an empty host part":    {crm.Customer{Email: "ada@example..org"}, "email"},
		"a point at the end":    {crm.Customer{Email: "ada@example.org."}, "email"},
		"a hyphen in front":     {crm.Customer{Email: "ada@-example.org"}, "email"},
		"a hyphen behind":       {crm.Customer{Email: "ada@example-.org"}, "email"},
		"an underscore host":    {crm.Customer{Email: "ada@ex_ample.org"}, "email"},
		"a long local part":     {crm.Customer{Email: strings.Repeat("a", 65) + "@example.org"}, "email"},
		"a long email":          {crm.Customer{Email: "a@" + strings.Repeat("b", 250) + ".org"}, "email"},
		"letters as a phone":    {crm.Customer{Phone: "call me"}, "phone"},
		"too few digits":        {crm.Customer{Phone: "+1 2"}, "phone"},
		"too many digits":       {crm.Customer{Phone: strings.Repeat("1", 21)}, "phone"},
		"a plus inside":         {crm.Customer{Phone: "44+20794600"}, "phone"},
		"a long phone":          {crm.Customer{Phone: "123" + strings.Repeat("-", 38)}, "phone"},
		"a long name":           {crm.Customer{Name: strings.Repeat("x", 201)}, "name"},
		"a name of two lines":   {crm.Customer{Name: "Ada\nBcc: all"}, "name"},
		"a name that is none":   {crm.Customer{Name: "\xff"}, "name"},
		"a long ref":            {crm.Customer{ExternalRef: strings.Repeat("x", 129)}, "external_ref"},
		"a long country":        {crm.Customer{Country: strings.Repeat("x", 65)}, "country"},
		"a null in the country": {crm.Customer{Country: "a\x00b"}, "country"},
	} {
		t.Run(name, func(t *testing.T) {
			c.customer.ID = id
			err := c.customer.Check()
			var invalid *fault.InvalidError
			require.ErrorAs(t, err, &invalid)
			require.Equal(t, c.field, invalid.Field)
			for _, personal := range []string{c.customer.Email, c.customer.Name, c.customer.Phone} {
				require.False(t, personal != "" && strings.Contains(err.Error(), personal), "the error tells: %v", err)
			}
		})
	}
}

func FuzzCheck(f *testing.F) {
	f.Add("Ada@Example.org", "+44 20 7946 0000", "Ada", "gb", "r1")
	f.Add("İ@i.org", "x", "\x00", "ǆ", "\xff")
	f.Fuzz(func(t *testing.T, email, phone, name, country, ref string) {
		c := crm.Customer{ID: id, Email: email, Phone: phone, Name: name, Country: country, ExternalRef: ref}.Normalize()
		require.Equal(t, c, c.Normalize(), "normalizing twice changed something")
		if err := c.Check(); err != nil {
			require.Equal(t, fault.Rejected, fault.KindOf(err))
			return
		}
		require.Equal(t, c.Email, crm.NormalizeEmail(c.Email))
		require.True(t, c.Email == "" || strings.Count(c.Email, "@") == 1)
	})
}
