package order

import (
	"fmt"
	"slices"
	"time"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
)

// ReturnPolicy says what may be sent back and on which terms. It is data: it can be
// loaded from JSON. The zero policy takes back every shipped unit, for any reason,
// for ever, and charges nothing.
type ReturnPolicy struct {
	Rules   []ReturnRule   `json:"rules,omitempty"`
	Reasons []ReturnReason `json:"reasons,omitempty"` // none: any text is a reason

	// Fee is the restocking fee, unless the reason has one of its own.
	Fee RestockingFee `json:"fee,omitzero"`
	// Shipping is what the way back costs whoever pays it: one amount for each
	// currency. CustomerPays says who does where no reasons are listed.
	Shipping     []money.Money `json:"shipping,omitempty"`
	CustomerPays bool          `json:"customer_pays,omitempty"`

	// Instant lets shoppers ask for the credit before the goods have come; staff may
	// always.
	Instant bool `json:"instant,omitempty"`
	// ExpireAfter is how long what was asked for may take to come; zero for ever.
	ExpireAfter time.Duration `json:"expire_after,omitempty"`
}

// ReturnReason is one reason for sending goods back.
type ReturnReason struct {
	Code          string         `json:"code"`
	Label         string         `json:"label,omitempty"` // for people
	CustomerPays  bool           `json:"customer_pays,omitempty"`
	NeedsNote     bool           `json:"needs_note,omitempty"`
	NeedsEvidence bool           `json:"needs_evidence,omitempty"`
	Fee           *RestockingFee `json:"fee,omitempty"` // instead of the policy's; an empty one for none
}

// RestockingFee is what the customer pays for goods that are taken back: a part of
// what is credited for them, or so much a unit. It carries no tax. The zero fee is
// none.
type RestockingFee struct {
	PPM  int64         `json:"ppm,omitempty"`  // parts per million of the credit, at most 1,000,000
	Unit []money.Money `json:"unit,omitempty"` // a unit, one amount for each currency
}

// The rules by name.
const (
	// RuleShipped takes only units that left the building.
	RuleShipped = "shipped"
	// RuleNotReturned takes only units that are in no other return.
	RuleNotReturned = "not_returned"
	// RuleNotRefunded takes only units that no credit was given for.
	RuleNotRefunded = "not_refunded"
	// RuleWindow takes units for Days after their delivery or, where none is known,
	// after they left. Of several shipments of a line the last one counts.
	RuleWindow = "window"
	// RuleFinalSale takes nothing of the SKUs, of the tax categories, or of orders
	// whose metadata says "true" under Key.
	RuleFinalSale = "final_sale"
	// RuleReceipt takes nothing without a proof of purchase.
	RuleReceipt = "receipt"
)

// ReturnVerdict is what follows where a rule does not hold.
type ReturnVerdict string

// The verdicts. The zero verdict refuses.
const (
	RefuseReturn ReturnVerdict = ""
	SendToReview ReturnVerdict = "review" // a person decides, see [Order.ReviewReturn]
)

// ReturnRule is one condition of taking goods back.
type ReturnRule struct {
	Rule       string        `json:"rule"` // its name
	Days       int           `json:"days,omitempty"`
	SKUs       []string      `json:"skus,omitempty"`
	Categories []string      `json:"categories,omitempty"`
	Key        string        `json:"key,omitempty"`
	Then       ReturnVerdict `json:"then,omitempty"`
	// Override lets staff go against the rule, with a reason.
	Override bool `json:"override,omitempty"`
}

// ruleNames lists the rules for errors.
var ruleNames = []string{RuleShipped, RuleNotReturned, RuleNotRefunded, RuleWindow, RuleFinalSale, RuleReceipt}

// Check returns a *fault.InvalidError for the first thing that is wrong with the
// policy.
func (p ReturnPolicy) Check() error {
	for i, r := range p.Rules {
		if err := within(fmt.Sprintf("rules[%d]", i), r.Check()); err != nil {
			return err
		}
	}
	for i, r := range p.Reasons {
		at := fmt.Sprintf("reasons[%d]", i)
		if r.Code == "" || slices.ContainsFunc(p.Reasons[:i], func(o ReturnReason) bool { return o.Code == r.Code }) {
			return fault.Invalid(at+".code", r.Code, "a code that no other reason has")
		}
		if r.Fee != nil {
			if err := within(at+".fee", r.Fee.Check()); err != nil {
				return err
			}
		}
	}
	if p.ExpireAfter < 0 {
		return fault.Invalid("expire_after", p.ExpireAfter, "zero or more")
	}
	if err := checkAmounts("shipping", p.Shipping); err != nil {
		return err
	}
	return within("fee", p.Fee.Check())
}

// Check returns a *fault.InvalidError for a rule that is not known, that lacks what
// it looks at, or that nobody can go against: units that never left, or that are in
// another return, are not there to be sent back.
func (r ReturnRule) Check() error {
	always := r.Rule == RuleShipped || r.Rule == RuleNotReturned || r.Rule == RuleNotRefunded
	switch {
	case !slices.Contains(ruleNames, r.Rule):
		return fault.Invalid("rule", r.Rule, "one of "+sentence(ruleNames))
	case r.Rule == RuleWindow && r.Days <= 0:
		return fault.Invalid("days", r.Days, "more than zero")
	case r.Rule == RuleFinalSale && len(r.SKUs) == 0 && len(r.Categories) == 0 && r.Key == "":
		return fault.Invalid("skus", "none", "SKUs, categories or a metadata key")
	case always && (r.Override || r.Then != RefuseReturn):
		return fault.Invalid("override", r.Rule, "a rule that can be gone against: window, final_sale or receipt")
	case r.Then != RefuseReturn && r.Then != SendToReview:
		return fault.Invalid("then", r.Then, `empty or "review"`)
	}
	return nil
}

// Check returns a *fault.InvalidError for a fee that is out of range, or both a part
// and an amount.
func (f RestockingFee) Check() error {
	if f.PPM < 0 || f.PPM > million {
		return fault.Invalid("ppm", f.PPM, "0 to 1000000 parts per million")
	}
	if f.PPM > 0 && len(f.Unit) > 0 {
		return fault.Invalid("unit", f.Unit[0], "none beside a part of the credit")
	}
	return checkAmounts("unit", f.Unit)
}

// checkAmounts looks at a list of one amount for each currency.
func checkAmounts(field string, prices []money.Money) error {
	for i, m := range prices {
		twice := slices.ContainsFunc(prices[:i], func(o money.Money) bool { return o.Currency() == m.Currency() })
		if twice || m.Sign() < 0 || !m.IsMinor() || m.Currency().Check() != nil {
			return fault.Invalid(fmt.Sprintf("%s[%d]", field, i), m, "minor units, zero or more, one amount for each currency")
		}
	}
	return nil
}

// priceIn returns the amount in a currency; the zero Money where there is none or
// nothing is charged.
func priceIn(prices []money.Money, c money.Currency) money.Money {
	for _, m := range prices {
		if m.Currency() == c && m.Sign() > 0 {
			return m
		}
	}
	return money.Money{}
}

// Reason returns the reason with that code, or a *fault.InvalidError. Where none are
// listed any text is one.
func (p ReturnPolicy) Reason(code string) (ReturnReason, error) {
	if len(p.Reasons) == 0 {
		return ReturnReason{Code: code, CustomerPays: p.CustomerPays}, nil
	}
	codes := make([]string, len(p.Reasons))
	for i, r := range p.Reasons {
		if codes[i] = r.Code; r.Code == code {
			return r, nil
		}
	}
	return ReturnReason{}, fault.Invalid("reason", code, "one of "+sentence(codes))
}
