package fulfillment

import (
	"context"
	"fmt"
)

// LabelState is what is known about a label after a call.
type LabelState uint8

// The states. The zero LabelState is the careful one.
const (
	LabelDoubtful LabelState = iota // it may have been bought
	LabelBought
	LabelRefused // surely not bought, and asking again is no use
	LabelUnsent  // surely not bought by this call
)

// LabelReport is what one call to a carrier found out, for
// [Fulfillment.RecordReport].
type LabelReport struct {
	State   LabelState
	Label   Label  // when bought
	Problem string // why not, or what is wrong with the label
}

// PerformBuy asks the carrier for a label once and turns the answer into a
// report; errors are part of it. It is called outside any transaction, after the
// shipment was committed. A label that costs more than allowed, that belongs to
// another reference or that lacks its number is bought nevertheless: the report
// says so, since somebody must void it.
func PerformBuy(ctx context.Context, c Carrier, r BuyRequest) LabelReport {
	label, err := c.Buy(ctx, r)
	if err != nil {
		return reportError(err)
	}
	return reportLabel(c, r, label)
}

// PerformFind asks the carrier once what became of a request whose answer was
// lost. A found label is bought; several are bought, with a problem. None is
// unsent when the carrier's Find proves it ([Capabilities.Finds]), and doubtful
// otherwise. Call it no sooner than [LabelGrace] after the request.
func PerformFind(ctx context.Context, c Carrier, r BuyRequest) LabelReport {
	labels, err := c.Find(ctx, r.Reference)
	if err != nil {
		// Whatever went wrong with the question, the request stays in doubt.
		return LabelReport{Problem: err.Error()}
	}
	var found []Label
	for _, l := range labels {
		if !l.Voided {
			found = append(found, l)
		}
	}
	switch {
	case len(found) == 0 && c.Capabilities().Finds:
		return LabelReport{State: LabelUnsent, Problem: "the carrier knows no label of this reference"}
	case len(found) == 0:
		return LabelReport{Problem: "the carrier shows no label, which proves nothing"}
	}
	report := reportLabel(c, r, found[0])
	if len(found) > 1 {
		report.Problem = fmt.Sprintf("%d labels were bought under one reference: void all but %s", len(found), found[0].Ref)
	}
	return report
}

// PerformResolve finishes a request of which nobody knows how far it came: in
// doubt, or wanted by a process that died. It buys again only where that buys at
// most one label: the carrier recognises the reference, or surely knows no
// label of it. A refusal says nothing about the request before it, so it counts only
// when the carrier surely knows no label either. At most two calls. Call it no sooner
// than [LabelGrace] after the last attempt.
func PerformResolve(ctx context.Context, c Carrier, r BuyRequest) LabelReport {
	if !c.Capabilities().Idempotent {
		if report := PerformFind(ctx, c, r); report.State != LabelUnsent {
			return report
		}
		return PerformBuy(ctx, c, r)
	}
	report := PerformBuy(ctx, c, r)
	if report.State != LabelRefused {
		return report
	}
	if found := PerformFind(ctx, c, r); found.State != LabelUnsent {
		return found
	}
	return report
}

func reportError(err error) LabelReport {
	report := LabelReport{Problem: err.Error()}
	switch OutcomeOf(err) {
	case NotSent:
		report.State = LabelUnsent
	case Refused:
		report.State = LabelRefused
	}
	return report
}

func reportLabel(c Carrier, r BuyRequest, l Label) LabelReport {
	report := LabelReport{State: LabelBought, Label: l}
	over, err := l.Cost.Cmp(r.MaxCost)
	limited := r.MaxCost.Currency() != ""
	switch {
	case l.Reference != r.Reference:
		return LabelReport{Problem: fmt.Sprintf("asked for a label of %s, got one of %q: %s", r.Reference, l.Reference, l.Ref)}
	case l.Tracking == "" && c.Capabilities().Tracking:
		report.Problem = "the label has no tracking number"
	case limited && (over > 0 || err != nil):
		report.Problem = fmt.Sprintf("the label cost %s, allowed were %s", l.Cost, r.MaxCost)
	}
	return report
}
