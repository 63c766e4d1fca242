package demo

import (
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/payment"
	gateway "github.com/go-oms/oms/payment/sandbox"
)

// checkout pays for an order, or does not.
func (y *year) checkout(p *purchase, waits bool) error {
	switch {
	case y.chance(5):
		return nil // never pays: the order expires
	case y.chance(10):
		return y.promise(p)
	case !waits && y.chance(20):
		p.holds = true // for goods that leave soon: a hold does not last
	}
	y.later(y.between(20*time.Second, 3*time.Minute), func() error { return y.pay(p, y.token()) })
	return nil
}

// token is a card, good or bad.
func (y *year) token() string {
	switch {
	case y.chance(3):
		return gateway.TokenFunds
	case y.chance(2):
		return gateway.TokenDeclined
	case y.chance(1):
		return gateway.TokenExpired
	case y.chance(1):
		return gateway.TokenPending
	case y.chance(1.5):
		return gateway.TokenLost
	case y.chance(0.7):
		return gateway.TokenLostBefore
	}
	return "tok_visa"
}

// pay takes the money from a card, or holds it.
func (y *year) pay(p *purchase, token string) error {
	paid, err := y.as(p.buyer).Pay(y.ctx, p.id, oms.Payment{Gateway: card, Source: token, Hold: p.holds})
	var declined *oms.DeclinedError
	switch {
	case errors.As(err, &declined):
		y.report.Declines[declined.Decline.Code]++
		if y.chance(70) { // tries another card
			y.later(y.between(time.Minute, 30*time.Minute), func() error { return y.pay(p, "tok_visa") })
		}
		return nil
	case err != nil:
		return y.notice(paid, err)
	}
	return nil
}

// notice takes down an operation whose answer was lost: Run finds it out. What the
// workflow does not allow any more is not a failure either: somebody was faster.
func (y *year) notice(paid *oms.Paid, err error) error {
	if fault.KindOf(err) == fault.Unknown && paid != nil {
		y.report.Lost++
		y.lost = append(y.lost, paid.Op.ID)
		return nil
	}
	return unlessRefused(err)
}

// unlessRefused lets refusals go by.
func unlessRefused(err error) error {
	if fault.KindOf(err) == fault.Rejected {
		return nil
	}
	return err
}

// promise is a bank transfer, which somebody finds in the account days later.
func (y *year) promise(p *purchase) error {
	paid, err := y.as(p.buyer).Pay(y.ctx, p.id, oms.Payment{Gateway: transfer})
	if err != nil {
		return unlessRefused(err)
	}
	found := oms.Confirmation{Found: payment.Confirmation{State: payment.Succeeded, Note: "bank statement"}}
	if y.chance(8) { // never sent
		found.Found = payment.Confirmation{State: payment.Canceled, Note: "did not come"}
	}
	op := paid.Op.ID
	y.later(y.between(20*time.Hour, 80*time.Hour), func() error { return y.confirm(op, found) })
	return nil
}

func (y *year) confirm(op uuid.UUID, found oms.Confirmation) error {
	_, err := y.staff.Confirm(y.ctx, op, found)
	var declined *oms.DeclinedError
	if errors.As(err, &declined) {
		y.report.Declines["transfer_did_not_come"]++
		return nil
	}
	return err
}

// capture takes what was held, now that something leaves.
func (y *year) capture(p *purchase) error {
	if !p.holds {
		return nil
	}
	p.holds = false
	if y.chance(3) {
		y.card.Script(payment.Capture, gateway.Step{LoseAnswer: true})
	}
	paid, err := y.staff.Capture(y.ctx, p.id, oms.Capture{})
	return y.notice(paid, err)
}

// webhooks brings what the gateway has to tell: most once, some twice, some never.
func (y *year) webhooks() error {
	for _, d := range y.card.Webhooks() {
		times := 1
		switch {
		case y.chance(50):
			times = 0
		case y.chance(10):
			times = 2
			y.report.Twice++
		}
		for range times {
			if _, err := y.shop.Webhook(y.ctx, card, d); err != nil {
				return err
			}
			y.report.Webhooks++
		}
	}
	return nil
}
