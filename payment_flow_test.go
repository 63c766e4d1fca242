package oms_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/payment"
	gateway "github.com/go-oms/oms/payment/sandbox"
)

func TestADeclineIsRecordedAndCanBeFollowedByAnotherTry(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 3)
	o := s.place(line("TEE-M", 2))
	_, err := s.Pay(s.ctx, o.ID, oms.Payment{Gateway: "card", Source: "tok_declined"})
	var declined *oms.DeclinedError
	require.ErrorAs(t, err, &declined)
	require.Equal(t, fault.Rejected, fault.KindOf(err))
	s.clean()
	require.Equal(t, order.PaymentFailed, s.order(o.ID).PaymentStatus)
	require.Equal(t, order.StatusConfirmed, s.pay(o).Order.Status)
}

func TestALostAnswerIsResolvedWithoutASecondCharge(t *testing.T) {
	for _, token := range []string{gateway.TokenLost, gateway.TokenLostBefore, gateway.TokenLostAlways} {
		t.Run(token, func(t *testing.T) {
			s := newShop(t)
			s.receive("TEE-M", 3)
			o := s.place(line("TEE-M", 2))
			p := oms.Payment{Key: "pay-1", Gateway: "card", Source: token}
			_, err := s.Pay(s.ctx, o.ID, p)
			require.Equal(t, fault.Unknown, fault.KindOf(err))
			s.clean()
			for range 10 {
				if s.order(o.ID).PaymentStatus == order.PaymentPaid {
					break
				}
				s.clock.Add(time.Hour)
				_, err := s.RunOnce(s.ctx)
				require.NoError(t, err)
				s.clean()
			}
			require.Equal(t, order.PaymentPaid, s.order(o.ID).PaymentStatus)
			paid, err := s.Pay(s.ctx, o.ID, p)
			require.NoError(t, err, "the same key answers what happened")
			require.Equal(t, payment.Succeeded, paid.Op.State)
			require.Len(t, s.card.Charges(), 1)
			require.Equal(t, "39.80 EUR", s.card.Charges()[0].Captured.String())
		})
	}
}

func TestTheSameKeyAskedAgainResolvesAnUnknownOutcome(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 3)
	o := s.place(line("TEE-M", 2))
	p := oms.Payment{Key: "pay-1", Gateway: "card", Source: gateway.TokenLost}
	_, err := s.Pay(s.ctx, o.ID, p)
	require.Equal(t, fault.Unknown, fault.KindOf(err))
	paid, err := s.Pay(s.ctx, o.ID, p)
	require.NoError(t, err)
	s.clean()
	require.Equal(t, payment.Succeeded, paid.Op.State)
	require.Len(t, s.card.Charges(), 1)
}

func TestMoneyThatComesTooLateGoesBack(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 3)
	o := s.place(line("TEE-M", 2))
	paid, err := s.Pay(s.ctx, o.ID, oms.Payment{Gateway: "card", Source: gateway.TokenPending})
	require.NoError(t, err)
	require.Equal(t, payment.Waiting, paid.Op.State)
	s.clean()
	_, err = s.Cancel(s.ctx, o.ID, oms.Cancellation{Reason: "too slow"})
	require.NoError(t, err)
	s.clean()
	for range 20 {
		s.clock.Add(24 * time.Hour)
		_, err := s.RunOnce(s.ctx)
		require.NoError(t, err)
		s.clean()
	}
	tenders, err := s.Payments(s.ctx, o.ID)
	require.NoError(t, err)
	require.Equal(t, "39.80 EUR", tenders[0].Totals.Captured.String())
	require.Equal(t, "39.80 EUR", tenders[0].Totals.Refunded.String())
	require.Equal(t, order.StatusCanceled, s.order(o.ID).Status)
}

func TestHoldThenCaptureInParts(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 3)
	o := s.place(line("TEE-M", 2))
	paid, err := s.Pay(s.ctx, o.ID, oms.Payment{Gateway: "card", Source: "tok_visa", Hold: true})
	require.NoError(t, err)
	s.clean()
	require.Equal(t, order.StatusConfirmed, paid.Order.Status)
	require.Equal(t, order.PaymentAuthorized, paid.Order.PaymentStatus)
	paid, err = s.Capture(s.ctx, o.ID, oms.Capture{Amount: money.MustParse("10.00 EUR")})
	require.NoError(t, err)
	s.clean()
	require.Equal(t, order.PaymentPartiallyPaid, paid.Order.PaymentStatus)
	_, err = s.Capture(s.ctx, o.ID, oms.Capture{Amount: money.MustParse("29.81 EUR")})
	var capped *payment.CapError
	require.ErrorAs(t, err, &capped)
	require.Equal(t, "29.80 EUR", capped.Allowed.String())
	paid, err = s.Capture(s.ctx, o.ID, oms.Capture{})
	require.NoError(t, err)
	s.clean()
	require.Equal(t, order.PaymentPaid, paid.Order.PaymentStatus)
}

func TestCancelingAHeldOrderVoids(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 3)
	o := s.place(line("TEE-M", 2))
	_, err := s.Pay(s.ctx, o.ID, oms.Payment{Gateway: "card", Source: "tok_visa", Hold: true})
	require.NoError(t, err)
	_, err = s.Cancel(s.ctx, o.ID, oms.Cancellation{Reason: "changed"})
	require.NoError(t, err)
	s.clean()
	tenders, err := s.Payments(s.ctx, o.ID)
	require.NoError(t, err)
	require.Equal(t, "39.80 EUR", tenders[0].Totals.Voided.String())
	require.Equal(t, order.PaymentVoided, s.order(o.ID).PaymentStatus)
}

func TestPayingMoreThanIsDueIsRefused(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 3)
	o := s.place(line("TEE-M", 2))
	_, err := s.Pay(s.ctx, o.ID, oms.Payment{Gateway: "card", Source: "tok_visa", Amount: money.MustParse("39.81 EUR")})
	var capped *payment.CapError
	require.ErrorAs(t, err, &capped)
	s.pay(o)
	_, err = s.Pay(s.ctx, o.ID, oms.Payment{Gateway: "card", Source: "tok_visa"})
	var denied *order.NotAllowedError
	require.ErrorAs(t, err, &denied)
	require.Len(t, s.card.Charges(), 1)
	s.clean()
}

func TestGoodwillNeedsAReasonAndIsNeverMoreThanWasTaken(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 3)
	o := s.place(line("TEE-M", 2))
	s.pay(o)
	_, err := s.Refund(s.ctx, o.ID, oms.Refund{Amount: money.MustParse("5.00 EUR")})
	var invalid *fault.InvalidError
	require.ErrorAs(t, err, &invalid)
	require.Equal(t, "reason", invalid.Field)
	_, err = s.Refund(s.ctx, o.ID, oms.Refund{Amount: money.MustParse("5.00 EUR"), Reason: "late"})
	require.NoError(t, err)
	s.clean()
	_, err = s.Refund(s.ctx, o.ID, oms.Refund{Amount: money.MustParse("34.81 EUR"), Reason: "late"})
	var capped *payment.CapError
	require.ErrorAs(t, err, &capped)
	_, err = s.Refund(s.ctx, o.ID, oms.Refund{Amount: money.MustParse("34.80 EUR"), Reason: "late"})
	require.NoError(t, err)
	s.clean()
	require.Equal(t, order.PaymentRefunded, s.order(o.ID).PaymentStatus)
}

// What was held and has lapsed at the gateway secures nothing any more, and the order
// can be paid anew.
func TestWhatHasLapsedIsPaidAnew(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 2)
	o := s.place(line("TEE-M", 2))
	_, err := s.Pay(s.ctx, o.ID, oms.Payment{Gateway: "card", Source: "tok_visa", Hold: true})
	require.NoError(t, err)
	var tooMuch *payment.CapError
	_, err = s.Pay(s.ctx, o.ID, oms.Payment{Gateway: "card", Source: "tok_visa"})
	require.ErrorAs(t, err, &tooMuch, "it is held")
	s.clock.Add(8 * 24 * time.Hour)
	_, err = s.Ship(s.ctx, o.ID, oms.Shipping{Carrier: "post"})
	require.Error(t, err, "nothing secures it any more")
	paid, err := s.Pay(s.ctx, o.ID, oms.Payment{Gateway: "card", Source: "tok_visa"})
	require.NoError(t, err)
	require.Equal(t, o.Totals.Total, paid.Op.Amount)
	require.Equal(t, order.PaymentPaid, paid.Order.PaymentStatus)
	_, err = s.Pay(s.ctx, o.ID, oms.Payment{Gateway: "card", Source: "tok_visa"})
	require.Error(t, err, "once")
	_, err = s.Ship(s.ctx, o.ID, oms.Shipping{Carrier: "post"})
	require.NoError(t, err)
	s.clean()
}
