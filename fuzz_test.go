package oms_test

import (
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/payment"
	gateway "github.com/go-oms/oms/payment/sandbox"
)

// classified says that an error is none, or one that says of which kind it is.
func classified(t *testing.T, err error) {
	t.Helper()
	says := errors.As(err, new(fault.Classified))
	require.True(t, says || fault.KindOf(err) != fault.Unknown, "%T: %v", err, err)
}

// FuzzCommand gives every command whatever a host's handler may have read from a
// request's JSON: laid over a body that succeeds, so that what is said may reach
// deep. Nothing panics, every refusal is of a kind, and the books stay clean.
func FuzzCommand(f *testing.F) {
	names := slices.Sorted(maps.Keys(keyed))
	for i := range names {
		for _, body := range []string{
			`{}`,
			`{"lines":[{"quantity":"-1"},{"sku":"\u0000","quantity":"1000000000000"}],"at":"0001-01-01T00:00:00Z"}`,
			`{"Amount":{"amount":"-92233720368547758.07","currency":"EUR"},"Reason":"\n","Lines":[{}],"Location":"nowhere"}`,
		} {
			f.Add(uint8(i), []byte(body))
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, body []byte) {
		name := names[int(which)%len(names)]
		s := newShop(t, approval, careful)
		s.trusting = true
		args := keyed[name].args(s)
		params := reflect.New(reflect.TypeOf(args[len(args)-1]))
		params.Elem().Set(reflect.ValueOf(args[len(args)-1]))
		if json.Unmarshal(body, params.Interface()) != nil {
			return
		}
		args[len(args)-1] = params.Elem().Interface()
		first := s.call(name, args)
		classified(t, first.err)
		again := s.call(name, args)
		classified(t, again.err)
		require.Equal(t, first.err == nil, again.err == nil, "the same again: %v, and then %v", first.err, again.err)
		s.trusting = false
		s.clean()
	})
}

// FuzzWebhook gives the shop a gateway's deliveries, signed and not: what is not the
// gateway's changes nothing, what is counts once, and neither makes the books
// disagree. In the bodies OP stands for an operation that there is.
func FuzzWebhook(f *testing.F) {
	for _, seed := range []string{
		`{"id":"e","op":"OP","ref":"r","state":"succeeded","amount":{"amount":"19.90","currency":"EUR"},"at":1772355600000000}`,
		`{"id":"e","op":"OP","ref":"r","state":"succeeded","amount":{"amount":"-1","currency":"JPY"},"at":-9223372036854775808}`,
		`{"id":"e","op":"OP","state":"declined","decline":{"code":"x","gateway_code":"\u0000"},"authorized_until":9223372036854775807}`,
		`{"id":"\u0000","ref":"nobody's","state":"waiting"}`,
		`{"id":"e","op":"OP","state":"canceled","amount":{"amount":"92233720368547758.07","currency":"EUR"},"method":"` + strings.Repeat("x", 500) + `"}`,
		`{}`, ``,
	} {
		f.Add([]byte(seed), "", true)
		f.Add([]byte(seed), "t=1772355600,v1=00", false)
	}
	f.Fuzz(func(t *testing.T, body []byte, signature string, signed bool) {
		s := newShop(t)
		s.trusting = true
		s.receive("TEE-M", 1)
		o := s.place(line("TEE-M", 1))
		_, err := s.Pay(s.ctx, o.ID, oms.Payment{Gateway: "card", Source: gateway.TokenLostAlways})
		require.Equal(t, fault.Unknown, fault.KindOf(err))
		tenders, err := s.Payments(s.ctx, o.ID)
		require.NoError(t, err)
		body = []byte(strings.ReplaceAll(string(body), "OP", tenders[0].Ops[0].ID.String()))
		d := payment.Delivery{Header: http.Header{gateway.SignatureHeader: {signature}}, Body: body}
		if signed {
			d = s.card.Sign(body, s.clock.Now())
		}
		before := s.position()
		_, err = s.Webhook(s.ctx, "card", d)
		classified(t, err)
		if err != nil {
			require.Equal(t, before, s.position(), "what is refused leaves no trace")
		}
		after := s.position()
		_, again := s.Webhook(s.ctx, "card", d)
		require.Equal(t, err == nil, again == nil, "%v, and then %v", err, again)
		require.Equal(t, after, s.position(), "twice is once")
		report, err := s.Verify(s.ctx, oms.VerifyOptions{})
		require.NoError(t, err)
		require.Empty(t, report.Incomplete)
		for _, v := range report.Violations {
			require.Equal(t, "payment.doubt", v.Check, "a gateway that contradicts what it was asked is named, and nothing else is: %s", v.Detail)
		}
	})
}
