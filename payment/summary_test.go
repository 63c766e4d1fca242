package payment_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/payment"
	"github.com/go-oms/oms/payment/sandbox"
)

// sold returns a tender with a sale of that amount, made so many hours after noon.
func sold(t *testing.T, amount, source string, hours int) *payment.Tender {
	w := newWorld(t, eur(amount), source)
	w.cmd = command(byte(hours + 10))
	w.tender.ID = w.cmd.IDs.Next()
	w.tender.CreatedAt = noon.Add(time.Duration(hours) * time.Hour)
	op, err := w.tender.PlanSale(eur(amount), w.caps, w.cmd)
	require.NoError(t, err)
	w.call(op.ID, payment.DoSend)
	return w.tender
}

func TestSummarize(t *testing.T) {
	empty, err := payment.Summarize(money.EUR, nil)
	require.NoError(t, err)
	require.Equal(t, eur("0.00"), empty.Captured)
	require.False(t, empty.InFlight())

	w := newWorld(t, eur("50.00"), "tok_visa")
	w.send(w.tender.PlanAuthorize(eur("50.00"), w.caps, w.cmd))
	w.sendAll(w.tender.PlanCapture(eur("20.00"), w.caps, w.cmd))
	w.sendAll(w.tender.PlanRefund(eur("5.00"), uuid.Nil, w.caps, w.cmd))
	byHand, _ := lostForever(t, sandbox.Step{LoseAnswer: true}, sandbox.Step{LoseAnswer: true})
	tenders := []*payment.Tender{
		w.tender, byHand.tender,
		sold(t, "1.00", sandbox.TokenDeclined, 1), sold(t, "2.00", sandbox.TokenPending, 2),
		sold(t, "4.00", sandbox.TokenAction, 3), sold(t, "8.00", sandbox.TokenLost, 4),
	}
	s, err := payment.Summarize(money.EUR, tenders)
	require.NoError(t, err)
	require.Equal(t, eur("50.00"), s.Authorized)
	require.Equal(t, eur("30.00"), s.Held())
	require.Equal(t, eur("15.00"), s.Kept())
	require.Equal(t, eur("24.00"), s.CapturingNow)
	require.Equal(t, []int{1, 1, 1, 1, 1}, []int{s.InDoubt, s.Waiting, s.ActionRequired, s.ByHand, s.Failed})
	require.True(t, s.InFlight())

	_, err = payment.Summarize(money.USD, tenders)
	var mismatch *money.CurrencyMismatchError
	require.ErrorAs(t, err, &mismatch)
}

func TestSplitRefund(t *testing.T) {
	oldest, middle, newest := sold(t, "10.00", "tok_visa", 1), sold(t, "20.00", "tok_visa", 2), sold(t, "30.00", "tok_visa", 3)
	failed := sold(t, "40.00", sandbox.TokenDeclined, 4)
	tenders := []*payment.Tender{middle, failed, oldest, newest}
	shares, err := payment.SplitRefund(tenders, eur("55.00"))
	require.NoError(t, err)
	require.Equal(t, []payment.Share{{newest, eur("30.00")}, {middle, eur("20.00")}, {oldest, eur("5.00")}}, shares)
	require.Equal(t, []*payment.Tender{middle, failed, oldest, newest}, tenders, "what is given is left alone")

	_, err = payment.SplitRefund(tenders, eur("60.01"))
	var limit *payment.CapError
	require.ErrorAs(t, err, &limit)
	require.Equal(t, eur("60.00"), limit.Allowed)
	_, err = payment.SplitRefund(tenders, eur("0.00"))
	require.Error(t, err)
	_, err = payment.SplitRefund(tenders, money.MustParse("1.00 USD"))
	require.Error(t, err)
}

func TestSplitCapture(t *testing.T) {
	held := func(amount string, hours int) *payment.Tender {
		w := newWorld(t, eur(amount), "tok_visa")
		w.tender.CreatedAt = noon.Add(time.Duration(hours) * time.Hour)
		w.send(w.tender.PlanAuthorize(eur(amount), w.caps, w.cmd))
		return w.tender
	}
	newer, older := held("20.00", 2), held("10.00", 1)
	caps := func(*payment.Tender) payment.Capabilities { return sandbox.New().Capabilities() }
	shares, err := payment.SplitCapture([]*payment.Tender{newer, older}, eur("15.00"), caps)
	require.NoError(t, err)
	require.Equal(t, []payment.Share{{older, eur("10.00")}, {newer, eur("5.00")}}, shares)
	_, err = payment.SplitCapture([]*payment.Tender{newer, older}, eur("30.01"), caps)
	var limit *payment.CapError
	require.ErrorAs(t, err, &limit)
}
