package order

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/quantity"
)

// Promotions says which discounts a cart gets. [Assembly.Promote] calls it before
// the order is placed; a placed order is never promoted again. It must be safe
// for concurrent use.
type Promotions interface {
	// Codes returns the codes whose uses so far Apply has to know, for a shopper
	// who typed these. It does no I/O.
	Codes(typed []string) []string
	// Apply evaluates the cart. A code that the shopper typed and that gives
	// nothing is a [*CouponError].
	Apply(ctx context.Context, r PromotionRequest) (Promotion, error)
}

// PromotionRequest is a priced cart.
type PromotionRequest struct {
	Currency   money.Currency
	Channel    string
	CustomerID uuid.UUID // zero for a guest
	At         time.Time
	Rounding   money.Rounding
	Codes      []string        // as the shopper typed them
	Uses       map[string]Uses // by code, of those that Codes named
	Lines      []PromotionLine
	Shipping   money.Money // zero Money or zero: nothing to discount
}

// PromotionLine is one line of a priced cart.
type PromotionLine struct {
	SKU        string
	Categories []string
	Quantity   quantity.Quantity
	Unit       money.Money
	Amount     money.Money // what the line costs before these discounts
}

// Promotion is the answer of [Promotions].
type Promotion struct {
	Discounts []DiscountProposal
	Uses      []CouponUse // to be counted with the order
}

// DiscountProposal is one discount. Its amount is shared out at once, in
// proportion to what the lines still cost, by the largest remainder; what is more
// than they cost is dropped.
type DiscountProposal struct {
	Code     string
	Label    string
	Amount   money.Money // positive or zero, in minor units
	Lines    []int       // places in the cart, each once; none: all lines
	Shipping bool        // on shipping instead of lines
	RatePPM  int64       // for the record, where a rate led to the amount
}

// discount shares a proposal out. An error says what is wrong with the proposal.
func (s *sheet) discount(d DiscountProposal) error {
	if err := s.payable("amount", d.Amount); err != nil {
		return err
	}
	if d.Amount.Sign() < 0 {
		return fmt.Errorf("amount %s is below zero", d.Amount)
	}
	if d.Shipping {
		if len(d.Lines) > 0 {
			return errors.New("a discount is either on shipping or on lines")
		}
		return s.take(d, ShippingLine, lesser(d.Amount, s.left(ShippingLine)))
	}
	lines := d.Lines
	if len(lines) == 0 {
		lines = make([]int, len(s.lines))
		for i := range lines {
			lines[i] = i
		}
	}
	return s.share(d, lines)
}

func (s *sheet) share(d DiscountProposal, lines []int) error {
	var sum adder
	total, weights := s.zero, make([]int64, len(lines))
	seen := make([]bool, len(s.lines))
	for k, line := range lines {
		if line < 0 || line >= len(s.lines) || seen[line] {
			return fmt.Errorf("line %d does not exist or is named twice", line)
		}
		seen[line] = true
		left := s.left(line)
		total = sum.add(total, left)
		minor, err := left.Minor()
		if err != nil {
			return err
		}
		weights[k] = minor
	}
	if sum.err != nil {
		return sum.err
	}
	amount := lesser(d.Amount, total)
	if amount.IsZero() {
		return nil
	}
	parts, err := amount.Allocate(weights)
	if err != nil {
		return err
	}
	for k, line := range lines {
		if err := s.take(d, line, parts[k]); err != nil {
			return err
		}
	}
	return nil
}

// take puts a discount on one line or on shipping, where it fits.
func (s *sheet) take(d DiscountProposal, line int, amount money.Money) error {
	if amount.IsZero() {
		return nil
	}
	to := &s.cut
	if line != ShippingLine {
		to = &s.lines[line].Discount
	}
	sum, err := to.Add(amount)
	if err != nil {
		return err
	}
	*to = sum
	s.entries = append(s.entries, entry{line, Adjustment{
		Kind: Discount, Code: d.Code, Label: d.Label, Amount: amount.Neg(), RatePPM: d.RatePPM,
	}})
	return nil
}

// lesser returns the smaller of two amounts of one currency.
func lesser(a, b money.Money) money.Money {
	if below(b, a) {
		return b
	}
	return a
}
