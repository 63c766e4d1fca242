package payment_test

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/payment"
	"github.com/go-oms/oms/payment/sandbox"
)

func TestNewRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		gateway string
		amount  money.Money
	}{
		"no gateway": {"", eur("1.00")}, "nothing": {"card", eur("0.00")}, "negative": {"card", eur("-1.00")},
		"no currency": {"card", money.Money{}}, "fraction": {"card", eur("0.001")},
	} {
		_, err := payment.New(uuid.UUID{15: 1}, c.gateway, c.amount, "", command(1))
		var invalid *fault.InvalidError
		require.ErrorAs(t, err, &invalid, name)
	}
}

// TestHistory applies the deltas of a tender's whole life, through JSON as a store
// keeps them, and wants the tender itself after each.
func TestHistory(t *testing.T) {
	w := newWorld(t, eur("100.00"), "tok_visa")
	var before, folded *payment.Tender
	commit := func() {
		t.Helper()
		w.tender.Version++
		change := payment.Change(before, w.tender)
		require.Equal(t, before == nil, change.Secret != nil, "the secret is written once")
		data, err := json.Marshal(change.Delta)
		require.NoError(t, err)
		require.NotContains(t, string(data), "tok_visa")
		var delta payment.Delta
		require.NoError(t, json.Unmarshal(data, &delta))
		folded, err = payment.Apply(folded, &delta)
		require.NoError(t, err)
		folded.Source = w.tender.Source
		require.Equal(t, w.tender, folded)
		before = w.tender
		w.tender = before.Clone()
	}
	commit()
	w.send(w.tender.PlanAuthorize(eur("100.00"), w.caps, w.cmd))
	commit()
	w.gw.Script(payment.Capture, sandbox.Step{LoseAnswer: true}, sandbox.Step{LoseAnswer: true})
	ops, err := w.tender.PlanCapture(eur("60.00"), w.caps, w.cmd)
	require.NoError(t, err)
	commit()
	w.call(ops[0].ID, payment.DoSend)
	commit()
	w.now = w.now.Add(time.Hour)
	w.finish(ops[0].ID)
	commit()
	w.gw.Script(payment.Refund, sandbox.Step{Decline: payment.DeclineGeneric})
	w.sendAll(w.tender.PlanRefund(eur("10.00"), uuid.Nil, w.caps, w.cmd))
	commit()
	require.Empty(t, payment.Diff(w.tender, w.tender.Clone()).Ops, "nothing moved")
	require.Equal(t, eur("60.00"), folded.Totals.Captured)
}

// TestDiffFindsEveryField changes one field of an operation at a time.
func TestDiffFindsEveryField(t *testing.T) {
	frozen := map[string]bool{"ID": true, "Kind": true, "Amount": true, "On": true, "CreatedAt": true}
	begin, auth, _ := captured(t)
	for i := range reflect.TypeFor[payment.Op]().NumField() {
		name := reflect.TypeFor[payment.Op]().Field(i).Name
		after := begin.Clone()
		field := reflect.ValueOf(after.Op(auth)).Elem().Field(i)
		switch v := field.Interface().(type) {
		case uuid.UUID:
			field.Set(reflect.ValueOf(uuid.UUID{15: 99}))
		case money.Money:
			field.Set(reflect.ValueOf(eur("1.23")))
		case time.Time:
			field.Set(reflect.ValueOf(noon.AddDate(1, 0, 0)))
		case *payment.Decline:
			field.Set(reflect.ValueOf(&payment.Decline{Code: "x"}))
		case int:
			field.SetInt(int64(v) + 1)
		default:
			field.SetString("x")
		}
		if frozen[name] {
			require.Panics(t, func() { payment.Diff(begin, after) }, name)
		} else {
			require.Len(t, payment.Diff(begin, after).Ops, 1, name)
		}
	}
}

func TestDiffRefusesToLoseHistory(t *testing.T) {
	begin, auth, _ := captured(t)
	begin.Record(report(auth, "e1", payment.Succeeded))
	dropped := begin.Clone()
	dropped.Ops = dropped.Ops[:1]
	require.Panics(t, func() { payment.Diff(begin, dropped) })
	dropped = begin.Clone()
	dropped.Reports = nil
	require.Panics(t, func() { payment.Diff(begin, dropped) })
	dropped.Reports = []payment.Report{report(auth, "e2", payment.Succeeded)}
	require.Panics(t, func() { payment.Diff(begin, dropped) })
}

func TestApplyRefusesAnotherTender(t *testing.T) {
	begin, _, _ := captured(t)
	_, err := payment.Apply(begin, &payment.Delta{Tender: payment.Tender{ID: uuid.UUID{15: 99}}})
	require.Error(t, err)
}

func TestCloneSharesNothing(t *testing.T) {
	begin, auth, _ := captured(t)
	begin.Opaque = []byte("old")
	begin.Record(report(auth, "e1", payment.Waiting))
	c := begin.Clone()
	require.Equal(t, begin, c)
	c.Ops[0].Ref, c.Reports[0].Ref, c.Opaque[0] = "changed", "changed", 'x'
	require.Empty(t, begin.Ops[0].Ref)
	require.Empty(t, begin.Reports[0].Ref)
	require.Equal(t, "old", string(begin.Opaque))
}
