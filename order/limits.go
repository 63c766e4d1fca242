package order

import (
	"errors"
	"fmt"
	"unicode"
	"unicode/utf8"

	"github.com/go-oms/oms/fault"
)

// Limits bound what one request may carry. A zero field means its default.
type Limits struct {
	MaxLines       int // lines of an order: 5,000
	MaxAdjustments int // adjustments of an order: 50,000
	MaxReturns     int // returns of an order: 1,000
	MaxChanges     int // changes of an order: 1,000
	MaxHolds       int // holds of an order, those that were lifted included: 1,000
	MaxEvidence    int // references to pictures and the like with one return: 16
	MaxCoupons     int // codes typed for one cart: 16
	MaxText        int // bytes of a SKU, code, title, label or reference: 256
	MaxNote        int // bytes of a note: 16 KiB
}

// WithDefaults returns the limits with every zero field set.
func (l Limits) WithDefaults() Limits {
	for _, limit := range [...]struct {
		field *int
		value int
	}{
		{&l.MaxLines, 5_000},
		{&l.MaxAdjustments, 50_000},
		{&l.MaxReturns, 1_000},
		{&l.MaxChanges, 1_000},
		{&l.MaxHolds, 1_000},
		{&l.MaxEvidence, 16},
		{&l.MaxCoupons, 16},
		{&l.MaxText, 256},
		{&l.MaxNote, 16 << 10},
	} {
		if *limit.field == 0 {
			*limit.field = limit.value
		}
	}
	return l
}

// Check returns a *fault.InvalidError for a limit below zero.
func (l Limits) Check() error {
	for _, n := range [...]int{l.MaxLines, l.MaxAdjustments, l.MaxReturns, l.MaxChanges, l.MaxHolds, l.MaxEvidence, l.MaxCoupons, l.MaxText, l.MaxNote} {
		if n < 0 {
			return fault.Invalid("limits", n, "zero or more")
		}
	}
	return nil
}

// CheckLines returns a *fault.InvalidError for more lines than allowed. Call it
// before anything is done for each of them.
func (l Limits) CheckLines(n int) error {
	if limit := l.WithDefaults().MaxLines; n > limit {
		return fault.Invalid("lines", n, fmt.Sprintf("at most %d", limit))
	}
	return nil
}

// CheckCoupons returns a *fault.InvalidError for more codes than allowed, or one
// that is too long.
func (l Limits) CheckCoupons(codes []string) error {
	l = l.WithDefaults()
	if len(codes) > l.MaxCoupons {
		return fault.Invalid("coupons", len(codes), fmt.Sprintf("at most %d", l.MaxCoupons))
	}
	for i, code := range codes {
		if err := checkText(fmt.Sprintf("coupons[%d]", i), code, l.MaxText); err != nil {
			return err
		}
	}
	return nil
}

// CheckHold returns a *fault.InvalidError for a further hold on an order that has as
// many as allowed, or for a reason of one that is too long or not plain text.
func (l Limits) CheckHold(o *Order, reason string) error {
	l = l.WithDefaults()
	if len(o.Holds) >= l.MaxHolds {
		return fault.Invalid("holds", len(o.Holds)+1, fmt.Sprintf("at most %d on one order", l.MaxHolds))
	}
	return l.CheckReason(reason)
}

// CheckReason returns a *fault.InvalidError for a reason that is too long, is not
// UTF-8 or holds control characters.
func (l Limits) CheckReason(reason string) error {
	return checkText("reason", reason, l.WithDefaults().MaxText)
}

// CheckNote returns a *fault.InvalidError for a note that is empty, too long or not
// UTF-8. It may have several lines.
func (l Limits) CheckNote(text string) error {
	limit := l.WithDefaults().MaxNote
	if text == "" || len(text) > limit || !utf8.ValidString(text) {
		return fault.Invalid("text", len(text), fmt.Sprintf("1 to %d bytes of UTF-8", limit))
	}
	return nil
}

// CheckOrder returns a *fault.InvalidError for an order with more parts than
// allowed, or with a text that is too long, is not UTF-8 or holds control
// characters. It includes the order's addresses and metadata.
func (l Limits) CheckOrder(o *Order) error {
	l = l.WithDefaults()
	if err := l.CheckLines(len(o.Lines)); err != nil {
		return err
	}
	if len(o.Adjustments) > l.MaxAdjustments {
		return fault.Invalid("adjustments", len(o.Adjustments), fmt.Sprintf("at most %d", l.MaxAdjustments))
	}
	if len(o.Returns) > l.MaxReturns {
		return fault.Invalid("returns", len(o.Returns), fmt.Sprintf("at most %d", l.MaxReturns))
	}
	if err := l.header(o); err != nil {
		return err
	}
	for i := range o.Lines {
		line := &o.Lines[i]
		if err := l.texts("lines", i, line.SKU, line.Title, line.TaxCategory); err != nil {
			return err
		}
	}
	for i := range o.Adjustments {
		a := &o.Adjustments[i]
		if err := l.texts("adjustments", i, a.Code, a.Label, a.Jurisdiction); err != nil {
			return err
		}
	}
	for i := range o.Changes {
		for j := range o.Changes[i].Steps {
			s := &o.Changes[i].Steps[j]
			if err := l.texts("steps", j, s.SKU, s.Code, s.Label, s.Location); err != nil {
				return err
			}
		}
	}
	for i := range o.Returns {
		if err := within(fmt.Sprintf("returns[%d]", i), l.CheckReturn(&o.Returns[i])); err != nil {
			return err
		}
	}
	return nil
}

// CheckReturn returns a *fault.InvalidError for a return with a text that is too
// long, is not UTF-8 or holds control characters, or with more evidence than
// allowed.
func (l Limits) CheckReturn(r *Return) error {
	l = l.WithDefaults()
	for _, part := range [...]struct{ field, value string }{
		{"reason", r.Reason}, {"location", r.Location}, {"receipt", r.Receipt}, {"override", r.Override},
		{"answer", r.Claim.Answer},
	} {
		if err := checkText(part.field, part.value, l.MaxText); err != nil {
			return err
		}
	}
	for i, e := range r.Evidence {
		if err := checkText(fmt.Sprintf("evidence[%d]", i), e, l.MaxText); err != nil {
			return err
		}
	}
	if len(r.Evidence) > l.MaxEvidence {
		return fault.Invalid("evidence", len(r.Evidence), fmt.Sprintf("at most %d", l.MaxEvidence))
	}
	return nil
}

func (l Limits) header(o *Order) error {
	for _, part := range [...]struct{ field, value string }{
		{"number", o.Number},
		{"channel", o.Channel},
		{"external_ref", o.ExternalRef},
		{"cart_id", o.CartID},
		{"shipping", o.Shipping},
		{"close_reason", o.CloseReason},
	} {
		if err := checkText(part.field, part.value, l.MaxText); err != nil {
			return err
		}
	}
	if o.Country != "" && !isCountry(o.Country) {
		return fault.Invalid("country", o.Country, "two letters A-Z of ISO 3166-1")
	}
	for _, address := range [...]struct {
		field string
		*Address
	}{{"ship_to", o.ShipTo}, {"bill_to", o.BillTo}} {
		if address.Address == nil {
			continue
		}
		if err := within(address.field, address.Check()); err != nil {
			return err
		}
	}
	return o.Metadata.Check()
}

// texts checks the texts of one element; the path is made only for an error.
func (l Limits) texts(list string, i int, values ...string) error {
	for _, value := range values {
		if !isText(value, l.MaxText) {
			return checkText(fmt.Sprintf("%s[%d]", list, i), value, l.MaxText)
		}
	}
	return nil
}

// within puts the path of an error below a field.
func within(field string, err error) error {
	var invalid *fault.InvalidError
	if errors.As(err, &invalid) {
		return fault.Invalid(field+"."+invalid.Field, invalid.Value, invalid.Allowed)
	}
	return err
}

func checkText(field, value string, limit int) error {
	if isText(value, limit) {
		return nil
	}
	shown := value
	if len(shown) > 40 {
		shown = shown[:40]
	}
	return fault.Invalid(field, shown, fmt.Sprintf("at most %d bytes of UTF-8 without control characters", limit))
}

func isText(value string, limit int) bool {
	if len(value) > limit || !utf8.ValidString(value) {
		return false
	}
	for _, r := range value {
		if unicode.IsControl(r) {
			return false
		}
	}
	return true
}
