package crm

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/fault"
)

// ConsentStatus says what a customer decided.
type ConsentStatus string

// The two decisions.
const (
	Granted   ConsentStatus = "granted"
	Withdrawn ConsentStatus = "withdrawn"
)

// Consent is one decision of a customer about one purpose over one channel. They
// are only ever appended: what holds now follows from all of them, see
// [CurrentConsents], and what held before can be shown.
type Consent struct {
	ID         uuid.UUID     `json:"id"`
	CustomerID uuid.UUID     `json:"customer_id"`
	Purpose    string        `json:"purpose"`           // the host's code, such as "newsletter"
	Channel    string        `json:"channel,omitempty"` // the host's code, such as "email"; "" for any
	Status     ConsentStatus `json:"status"`
	Source     string        `json:"source,omitempty"` // where it was given, such as "checkout"
	Proof      string        `json:"proof,omitempty"`  // what shows it: the text agreed to, a form's id, an address of the network
	At         time.Time     `json:"at"`               // when the customer decided
	RecordedAt time.Time     `json:"recorded_at"`
}

// The longest texts of a consent, in bytes.
const (
	MaxPurpose = 64
	MaxSource  = 200
	MaxProof   = 4000
)

// Normalize returns the consent in the form in which it is stored.
func (c Consent) Normalize() Consent {
	for _, s := range [...]*string{&c.Purpose, &c.Channel, &c.Source, &c.Proof} {
		*s = strings.TrimSpace(*s)
	}
	return c
}

// Check returns a *fault.InvalidError for a consent without a purpose, with another
// status than the two, or with a text that is too long or holds what no reader
// expects. The error repeats neither source nor proof.
func (c Consent) Check() error {
	for _, t := range [...]text{
		{"purpose", &c.Purpose, MaxPurpose}, {"channel", &c.Channel, MaxPurpose}, {"source", &c.Source, MaxSource},
	} {
		if err := t.check(); err != nil {
			return err
		}
	}
	if err := checkLines("proof", c.Proof, MaxProof); err != nil {
		return err
	}
	switch {
	case c != c.Normalize():
		return fault.Invalid("consent", hidden, "the form that Normalize returns")
	case c.Purpose == "":
		return fault.Invalid("purpose", "", "what the customer decided about, such as newsletter")
	case c.Status != Granted && c.Status != Withdrawn:
		return fault.Invalid("status", c.Status, `"granted" or "withdrawn"`)
	}
	return nil
}

// CurrentConsents returns what holds now: of each purpose and channel the decision
// with the latest At, and of several at that moment the one recorded last, in order
// of purpose and channel. The order of the list does not matter: a decision that is
// recorded late takes its place in the past.
func CurrentConsents(all []Consent) []Consent {
	sorted := slices.Clone(all)
	slices.SortFunc(sorted, func(a, b Consent) int {
		return cmp.Or(strings.Compare(a.Purpose, b.Purpose), strings.Compare(a.Channel, b.Channel), b.compare(&a))
	})
	return slices.CompactFunc(sorted, func(a, b Consent) bool { return a.Purpose == b.Purpose && a.Channel == b.Channel })
}

// compare is positive if c holds against the other decision.
func (c *Consent) compare(other *Consent) int {
	return cmp.Or(c.At.Compare(other.At), c.RecordedAt.Compare(other.RecordedAt), strings.Compare(c.ID.String(), other.ID.String()))
}

// Allows reports whether the decisions allow a purpose over a channel now. What was
// decided for the channel itself comes before what was granted for any channel
// (""); what was withdrawn for any channel ends what was granted before it for one.
// Without a decision nothing is allowed.
func Allows(all []Consent, purpose, channel string) bool {
	current := CurrentConsents(all)
	last := func(channel string) *Consent {
		i := slices.IndexFunc(current, func(c Consent) bool { return c.Purpose == purpose && c.Channel == channel })
		if i < 0 {
			return nil
		}
		return &current[i]
	}
	own, general := last(channel), last("")
	switch {
	case own == nil:
		return general != nil && general.Status == Granted
	case general != nil && general.Status == Withdrawn && general.compare(own) > 0:
		return false
	default:
		return own.Status == Granted
	}
}
