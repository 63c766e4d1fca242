package order

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/quantity"
)

// ReturnAsk is what a customer wants to send back, with everything that a policy
// looks at.
type ReturnAsk struct {
	Lines    []ReturnAskLine
	Reason   string
	Receipt  string
	Evidence []string
	Noted    bool   // a remark was given with it
	Instant  bool   // credit before the goods come
	Staff    bool   // asked by staff or an integration, not by the shopper
	Exchange bool   // other goods are taken for them: every line's resolution is [ToExchange]
	Override string // why staff takes it against the rules
	At       time.Time
	Sent     map[uuid.UUID]Sent // by line, as far as it is known
}

// ReturnAskLine is what is asked for of one line.
type ReturnAskLine struct {
	LineID     uuid.UUID
	Quantity   quantity.Quantity
	Resolution Resolution
}

// Sent is when the last units of a line left and arrived; zero where unknown.
type Sent struct{ ShippedAt, DeliveredAt time.Time }

// ReturnRefusal is one rule that refuses one line.
type ReturnRefusal struct {
	LineID   uuid.UUID
	SKU      string
	Rule     string
	Asked    quantity.Quantity
	Allowed  quantity.Quantity // the most that the rule would have accepted
	Want     string            // what would have to be so
	Override bool              // staff may go against it, with a reason
}

// ReturnRefusedError reports a return that the policy refuses: every line and rule.
// Nothing was changed. Its kind is fault.Rejected.
type ReturnRefusedError struct {
	OrderID  uuid.UUID
	Refusals []ReturnRefusal // at least one
}

func (e *ReturnRefusedError) Error() string {
	return fmt.Sprintf("order %s: the return is refused%s", e.OrderID, refusals(e.Refusals))
}

// refusals lists them for an error, the first ones of many.
func refusals(list []ReturnRefusal) (text string) {
	for i, r := range list {
		if i == 8 {
			return fmt.Sprintf("%s; and %d more", text, len(list)-i)
		}
		text += fmt.Sprintf("; line %s (%s), rule %s: %s of %s: %s", r.LineID, r.SKU, r.Rule, r.Allowed, r.Asked, r.Want)
		if r.Override {
			text += ", or a reason of staff"
		}
	}
	return text
}

// Fault returns fault.Rejected.
func (e *ReturnRefusedError) Fault() fault.Kind { return fault.Rejected }

// ResolutionError reports a resolution that the shop does not offer. Its kind is
// fault.Rejected.
type ResolutionError struct {
	LineID     uuid.UUID
	Resolution Resolution
	Allowed    []Resolution
}

func (e *ResolutionError) Error() string {
	return fmt.Sprintf("line %s: resolution %q: want one of %s", e.LineID, e.Resolution, sentence(e.Allowed))
}

// Fault returns fault.Rejected.
func (e *ResolutionError) Fault() fault.Kind { return fault.Rejected }

// RequestReturn adds a return of what is asked for to the order, if the policy takes
// it: a line that a rule sends to a person waits for [Order.ReviewReturn]. It is
// pure; [Order.SettleReturn] is still to be called.
//
// The error is a [*ReturnRefusedError] that names every line and every rule, a
// [*ResolutionError], a [*QuantityError] for more units than can be sent back, a
// *fault.NotFoundError for a line of another order, or a *fault.InvalidError; then
// the order must be thrown away.
func (o *Order) RequestReturn(id uuid.UUID, p ReturnPolicy, ask ReturnAsk) (*Return, error) {
	reason, err := p.accepts(ask)
	if err != nil {
		return nil, err
	}
	r := Return{
		ID: id, Status: ReturnRequested, Reason: ask.Reason, RequestedAt: ask.At, Receipt: ask.Receipt,
		Evidence: slices.Clone(ask.Evidence), Override: ask.Override, Instant: ask.Instant,
		Lines: make([]ReturnLine, 0, len(ask.Lines)),
	}
	if reason.CustomerPays {
		r.Shipping = priceIn(p.Shipping, o.Currency)
	}
	if p.ExpireAfter > 0 {
		r.ExpiresAt = ask.At.Add(p.ExpireAfter)
	}
	fee := p.Fee
	if reason.Fee != nil {
		fee = *reason.Fee
	}
	var refusals []ReturnRefusal
	overridden := false
	lines, err := o.asked(ask)
	if err != nil {
		return nil, err
	}
	for _, want := range lines {
		line := o.Line(want.LineID)
		l := ReturnLine{
			LineID: line.ID, SKU: line.SKU, Quantity: want.Quantity, UnitPrice: line.UnitPrice,
			Acceptance: AcceptancePending, Resolution: want.Resolution, FeePPM: fee.PPM, FeeUnit: priceIn(fee.Unit, o.Currency),
		}
		refused, went, err := p.judge(o, &r, &l, ask)
		if err != nil {
			return nil, err
		}
		refusals, overridden = append(refusals, refused...), overridden || went
		r.Lines = append(r.Lines, l)
	}
	if len(refusals) > 0 {
		return nil, &ReturnRefusedError{OrderID: o.ID, Refusals: refusals}
	}
	if !overridden {
		r.Override = ""
	}
	for i := range r.Lines {
		l := &r.Lines[i]
		if err := o.Line(l.LineID).RequestReturn(l.Quantity); err != nil {
			return nil, err
		}
		if r.Instant && l.Acceptance == AcceptancePending {
			l.Acceptance = Accepted
		}
	}
	o.Returns = append(o.Returns, r)
	return &o.Returns[len(o.Returns)-1], nil
}

// accepts looks at what concerns the whole return.
func (p ReturnPolicy) accepts(ask ReturnAsk) (ReturnReason, error) {
	reason, err := p.Reason(ask.Reason)
	switch {
	case err != nil:
		return reason, err
	case reason.NeedsNote && !ask.Noted:
		return reason, fault.Invalid("note", "", "a remark: the reason "+reason.Code+" needs one")
	case reason.NeedsEvidence && len(ask.Evidence) == 0:
		return reason, fault.Invalid("evidence", "none", "a reference to a picture or the like: the reason "+reason.Code+" needs one")
	case ask.Override != "" && !ask.Staff:
		return reason, fault.Invalid("override", ask.Override, "nothing: only staff goes against the rules")
	case ask.Instant && !ask.Staff && !p.Instant:
		return reason, fault.Invalid("instant", true, "false: credit is given when the goods have come")
	}
	return reason, nil
}

// offered refuses resolutions that there is nothing behind.
func (o *Order) offered(want ReturnAskLine, exchange bool) error {
	if exchange && want.Resolution == ToExchange {
		return nil
	}
	allowed := []Resolution{ToTenders, NoCredit}
	if o.CustomerID != uuid.Nil {
		allowed = append(allowed, ToStoreCredit)
	}
	if want.Resolution == "" || slices.Contains(allowed, want.Resolution) {
		return nil
	}
	return &ResolutionError{LineID: want.LineID, Resolution: want.Resolution, Allowed: allowed}
}

// asked looks at the lines one by one and adds up what is asked for of one in several
// places.
func (o *Order) asked(ask ReturnAsk) ([]ReturnAskLine, error) {
	list := make([]ReturnAskLine, 0, len(ask.Lines))
	for i, l := range ask.Lines {
		line := o.Line(l.LineID)
		if line == nil {
			return nil, fault.NotFound("line", l.LineID)
		}
		if l.Quantity.Sign() <= 0 {
			return nil, line.refuse("return", l.Quantity, line.Returnable())
		}
		if err := o.offered(l, ask.Exchange); err != nil {
			return nil, err
		}
		n := slices.IndexFunc(list, func(o ReturnAskLine) bool { return o.LineID == l.LineID })
		switch {
		case n < 0:
			list = append(list, l)
		case list[n].Resolution != l.Resolution:
			return nil, fault.Invalid(fmt.Sprintf("lines[%d].resolution", i), l.Resolution, "that of the line's other units: ask for two returns")
		default:
			list[n].Quantity = list[n].Quantity.Add(l.Quantity)
		}
	}
	return list, nil
}

// judge holds one line against every rule: what refuses it, and whether staff went
// against a rule.
func (p ReturnPolicy) judge(o *Order, r *Return, l *ReturnLine, ask ReturnAsk) (refusals []ReturnRefusal, overridden bool, err error) {
	for _, rule := range p.Rules {
		allowed, want, err := rule.allows(o, o.Line(l.LineID), l.Quantity, ask)
		switch {
		case err != nil:
			return nil, false, err
		case !allowed.Less(l.Quantity):
		case rule.Override && ask.Override != "":
			overridden = true
		case rule.Then == SendToReview:
			l.Acceptance, l.Review = ManualReview, cmp.Or(l.Review, rule.Rule)
		default:
			refusals = append(refusals, ReturnRefusal{
				LineID: l.LineID, SKU: l.SKU, Rule: rule.Rule, Asked: l.Quantity, Allowed: allowed, Want: want, Override: rule.Override,
			})
		}
	}
	return refusals, overridden, nil
}

// allows returns how many of the units the rule accepts, and what it wants.
func (r ReturnRule) allows(o *Order, line *Line, q quantity.Quantity, ask ReturnAsk) (quantity.Quantity, string, error) {
	var none quantity.Quantity
	all := func(ok bool) quantity.Quantity {
		if ok {
			return q
		}
		return none
	}
	switch r.Rule {
	case RuleShipped:
		return line.Shipped, "units that were shipped", nil
	case RuleNotReturned:
		// What never left is another rule's matter.
		return quantity.Max(none, quantity.Max(line.Shipped, q).Sub(line.Returning())), "units that are in no other return", nil
	case RuleNotRefunded:
		return line.Quantity.Sub(o.CreditedUnits(line.ID)), "units that no credit was given for", nil
	case RuleWindow:
		from := ask.Sent[line.ID].from()
		until := from.AddDate(0, 0, r.Days)
		return all(from.IsZero() || ask.At.Before(until)), fmt.Sprintf("a return within %d days of delivery", r.Days), nil
	case RuleFinalSale:
		final := slices.Contains(r.SKUs, line.SKU) ||
			line.TaxCategory != "" && slices.Contains(r.Categories, line.TaxCategory) ||
			r.Key != "" && o.Metadata[r.Key] == "true"
		return all(!final), "goods that were not sold for good", nil
	case RuleReceipt:
		return all(ask.Receipt != ""), "a receipt", nil
	}
	return none, "", fault.Invalid("rule", r.Rule, "one of "+sentence(ruleNames))
}

// from is when the time for sending back begins.
func (s Sent) from() time.Time {
	if s.DeliveredAt.IsZero() {
		return s.ShippedAt
	}
	return s.DeliveredAt
}
