package crm

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
)

// The longest texts, in bytes. MaxEmail is what a mail transaction can carry (RFC
// 5321, section 4.5.3.1.3, less the angle brackets), maxLocal the part before
// the @ (4.5.3.1.1).
const (
	MaxExternalRef = 128
	MaxEmail       = 254
	MaxName        = 200
	MaxPhone       = 40
	MaxCountry     = 64

	maxLocal = 64
	// An international number has at most 15 digits (ITU-T E.164); what comes on
	// top is an extension.
	minDigits, maxDigits = 3, 20
)

// Normalize returns the customer in the form in which it is stored: texts without
// spaces around them, the email in lower case, a country code in upper case, the
// time as the books keep it. Normalizing twice changes nothing more.
func (c Customer) Normalize() Customer {
	c.ExternalRef = strings.TrimSpace(c.ExternalRef)
	c.Email = NormalizeEmail(c.Email)
	c.Name = strings.TrimSpace(c.Name)
	c.Phone = strings.TrimSpace(c.Phone)
	c.Country = strings.TrimSpace(c.Country)
	if len(c.Country) == 2 {
		c.Country = strings.ToUpper(c.Country)
	}
	c.CreatedAt, c.UpdatedAt = event.Moment(c.CreatedAt), event.Moment(c.UpdatedAt)
	return c
}

// NormalizeEmail returns the email as stores keep and compare it: in lower case,
// without spaces around it. It does not check. The two letters beside A-Z whose
// lower case is in ASCII (the Kelvin sign and the dotted capital I) stay: theirs is
// another mailbox, and nobody gets what belongs to the plain one by them.
func NormalizeEmail(email string) string {
	return strings.Map(func(r rune) rune {
		if lower := unicode.ToLower(r); r < utf8.RuneSelf || lower >= utf8.RuneSelf {
			return lower
		}
		return r
	}, strings.TrimSpace(email))
}

// Check returns a *fault.InvalidError for a customer without an id, with a text
// that is too long or holds what no reader expects, with an email or phone
// number that cannot be one, or that is not in the form of [Customer.Normalize].
// Every field but the id may be empty. The error never repeats an email, a name
// or a phone number.
func (c Customer) Check() error {
	if c.ID == uuid.Nil {
		return fault.Invalid("id", c.ID, "the id of the customer")
	}
	for _, t := range [...]text{
		{"external_ref", &c.ExternalRef, MaxExternalRef},
		{"email", &c.Email, MaxEmail},
		{"name", &c.Name, MaxName},
		{"phone", &c.Phone, MaxPhone},
		{"country", &c.Country, MaxCountry},
	} {
		if err := t.check(); err != nil {
			return err
		}
	}
	if c != c.Normalize() {
		return fault.Invalid("customer", c.ID, "the form that Normalize returns")
	}
	if c.Email != "" && !plausibleEmail(c.Email) {
		return fault.Invalid("email", hidden, "one address such as name@host.tld")
	}
	if c.Phone != "" && !plausiblePhone(c.Phone) {
		return fault.Invalid("phone", hidden, fmt.Sprintf("a number of %d to %d digits such as +44 20 7946 0000", minDigits, maxDigits))
	}
	return nil
}

// text is a field that somebody typed.
type text struct {
	field string
	value *string
	most  int // bytes
}

// check returns a *fault.InvalidError, without the text, for one that is too long
// or holds what no reader expects.
func (t text) check() error {
	if len(*t.value) > t.most || !utf8.ValidString(*t.value) || strings.ContainsFunc(*t.value, unicode.IsControl) {
		return fault.Invalid(t.field, hidden, fmt.Sprintf("at most %d bytes of printable UTF-8", t.most))
	}
	return nil
}

// checkLines is check for a text of several lines.
func checkLines(field, value string, most int) error {
	line := strings.NewReplacer("\n", "", "\r", "", "\t", "").Replace(value)
	if len(value) > most {
		return fault.Invalid(field, hidden, fmt.Sprintf("at most %d bytes of printable UTF-8", most))
	}
	return text{field, &line, most}.check()
}

// hidden stands for personal data in errors, which end in logs.
const hidden = "…"

// plausibleEmail reports whether mail could go there: something, an @, and a host
// name of at least two parts. Only sending tells whether somebody reads it.
func plausibleEmail(email string) bool {
	at := strings.LastIndexByte(email, '@')
	if at < 1 || at > maxLocal || strings.ContainsFunc(email, unicode.IsSpace) {
		return false
	}
	local, host := email[:at], email[at+1:]
	if strings.ContainsAny(local, `@<>()[]\,;:"`) || !isDotted(local) {
		return false
	}
	for label := range strings.SplitSeq(host, ".") {
		if strings.HasPrefix(label, "-") || strings.HasSuffix(label, "-") || strings.ContainsFunc(label, notInHost) {
			return false
		}
	}
	return isDotted(host) && strings.Contains(host, ".")
}

// isDotted reports whether the text is parts with single points between them.
func isDotted(text string) bool {
	return text != "" && text[0] != '.' && text[len(text)-1] != '.' && !strings.Contains(text, "..")
}

func notInHost(r rune) bool {
	return r != '-' && !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
}

// plausiblePhone reports whether the text is a number as people write it, an
// extension behind an x or # included.
func plausiblePhone(phone string) bool {
	digits := 0
	for i, r := range phone {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case r == '+' && i == 0, strings.ContainsRune(" -()./x#", r):
		default:
			return false
		}
	}
	return digits >= minDigits && digits <= maxDigits
}
