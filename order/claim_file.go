package order

import (
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/fault"
)

// ClaimPolicy says which claims are heard. It is data: it can be loaded from JSON. The
// zero policy hears every claim, for ever, without evidence.
type ClaimPolicy struct {
	// Days is how long after the delivery a claim may be filed; zero for ever. Where no
	// delivery is known, it counts from when the goods left, or from the time that was
	// promised if that is later. Staff may go beyond it, with a reason.
	Days int `json:"days,omitempty"`
	// NeedsEvidence are the kinds that need a reference to a picture or the like.
	NeedsEvidence []ClaimKind `json:"needs_evidence,omitempty"`
}

// Check returns a *fault.InvalidError for the first thing that is wrong with the policy.
func (p ClaimPolicy) Check() error {
	if p.Days < 0 {
		return fault.Invalid("days", p.Days, "zero or more")
	}
	for i, kind := range p.NeedsEvidence {
		if !slices.Contains(ClaimKinds(), kind) {
			return fault.Invalid(fmt.Sprintf("needs_evidence[%d]", i), kind, "one of "+sentence(ClaimKinds()))
		}
	}
	return nil
}

// RulePromise refuses claims that come too early: units are late once the time is over
// that was promised, and missing once they have arrived without, or that time is over.
const RulePromise = "promise"

// ClaimAsk is what a customer says is wrong with which units. The resolutions of its
// lines are empty: what he gets is the verdict's.
type ClaimAsk struct {
	Kind     ClaimKind
	Lines    []ReturnAskLine
	Evidence []string // references to pictures and the like
	Staff    bool     // asked by staff or an integration, not by the shopper
	Override string   // why staff hears it against the rules
	At       time.Time
	Sent     map[uuid.UUID]Sent // by line, as far as it is known
}

// FileClaim adds an open claim to the order: a return whose units wait for
// [Order.ResolveClaim]. A unit that never left, or that is in another return or claim,
// cannot be claimed. It is pure.
//
// The error is a [*ClaimRefusedError] that names every line and every rule, a
// [*QuantityError] for more units than can be claimed, a *fault.NotFoundError for a line
// of another order, or a *fault.InvalidError; then the order must be thrown away.
func (o *Order) FileClaim(id uuid.UUID, p ClaimPolicy, ask ClaimAsk) (*Return, error) {
	if err := p.hears(ask); err != nil {
		return nil, err
	}
	lines, err := o.asked(ReturnAsk{Lines: ask.Lines})
	if err != nil {
		return nil, err
	}
	r := Return{
		ID: id, Status: ReturnClaimed, Reason: string(ask.Kind), RequestedAt: ask.At, Evidence: slices.Clone(ask.Evidence),
		Lines: make([]ReturnLine, 0, len(lines)), Claim: Claim{Kind: ask.Kind, Status: ClaimOpen},
	}
	var refused []ReturnRefusal
	for _, want := range lines {
		line := o.Line(want.LineID)
		for _, refusal := range p.refusals(o, line, want, ask) {
			if refusal.Override && ask.Override != "" {
				r.Override = ask.Override
				continue
			}
			refused = append(refused, refusal)
		}
		if err := line.RequestReturn(want.Quantity); err != nil {
			return nil, err
		}
		r.Lines = append(r.Lines, ReturnLine{
			LineID: line.ID, SKU: line.SKU, Quantity: want.Quantity, UnitPrice: line.UnitPrice,
			Acceptance: ManualReview, Resolution: NoCredit, Review: CodeClaim,
		})
	}
	if len(refused) > 0 {
		return nil, &ClaimRefusedError{OrderID: o.ID, Refusals: refused}
	}
	o.Returns = append(o.Returns, r)
	return &o.Returns[len(o.Returns)-1], nil
}

// hears looks at what concerns the whole claim.
func (p ClaimPolicy) hears(ask ClaimAsk) error {
	switch {
	case !slices.Contains(ClaimKinds(), ask.Kind):
		return fault.Invalid("kind", ask.Kind, "one of "+sentence(ClaimKinds()))
	case len(ask.Lines) == 0:
		return fault.Invalid("lines", "none", "at least one line")
	case slices.Contains(p.NeedsEvidence, ask.Kind) && len(ask.Evidence) == 0:
		return fault.Invalid("evidence", "none", "a reference to a picture or the like: goods that are "+string(ask.Kind)+" need one")
	case ask.Override != "" && !ask.Staff:
		return fault.Invalid("override", ask.Override, "nothing: only staff goes against the rules")
	}
	return nil
}

// refusals holds one line against the rules.
func (p ClaimPolicy) refusals(o *Order, line *Line, want ReturnAskLine, ask ClaimAsk) (list []ReturnRefusal) {
	refuse := func(rule, text string, override bool) {
		list = append(list, ReturnRefusal{
			LineID: line.ID, SKU: line.SKU, Rule: rule, Asked: want.Quantity, Want: text, Override: override,
		})
	}
	sent, promised := ask.Sent[line.ID], o.PromisedAt
	from := sent.from()
	if sent.DeliveredAt.IsZero() && from.Before(promised) {
		from = promised
	}
	if p.Days > 0 && !from.IsZero() && !ask.At.Before(from.AddDate(0, 0, p.Days)) {
		refuse(RuleWindow, fmt.Sprintf("a claim within %d days of delivery", p.Days), true)
	}
	over := ask.At.After(promised)
	switch {
	case ask.Kind == ClaimLate && promised.IsZero():
		refuse(RulePromise, "goods that were promised by some time", false)
	case ask.Kind == ClaimLate && !over:
		refuse(RulePromise, "a claim after "+promised.Format(time.RFC3339)+", until when the goods may come", false)
	case ask.Kind == ClaimLate && !sent.DeliveredAt.IsZero() && !sent.DeliveredAt.After(promised):
		refuse(RulePromise, "goods that came after "+promised.Format(time.RFC3339), false)
	case ask.Kind == ClaimMissing && !over && sent.DeliveredAt.IsZero():
		refuse(RulePromise, "a claim after "+promised.Format(time.RFC3339)+", until when the goods may come, or once the parcel is there", true)
	}
	return list
}
