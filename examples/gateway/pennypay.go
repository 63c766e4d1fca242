package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/payment"
)

// Pennypay is a payment.Gateway for that service. It sends each request once and
// says of every failure whether the request may have been carried out.
type Pennypay struct {
	URL    string
	APIKey string
	Secret []byte // of the webhooks
	HTTP   *http.Client
}

// Capabilities says what the service can do. It keeps keys for ever.
func (p *Pennypay) Capabilities() payment.Capabilities {
	return payment.Capabilities{
		Sales: true, Holds: true, Refund: true,
		PartialCapture: true, MultipleCaptures: true, VoidRest: true, PartialRefund: true,
		Webhooks: true, LookupByID: true, LookupByRef: true, KeyTTL: payment.Forever,
	}
}

// Authorize holds an amount, or takes it at once.
func (p *Pennypay) Authorize(ctx context.Context, r payment.AuthorizeRequest) (payment.Result, error) {
	kind := payment.Authorize
	if r.Capture {
		kind = payment.Sale
	}
	return p.send(ctx, kind, r.Op, r.Amount, operation{Token: r.Source})
}

// Capture takes an authorized amount.
func (p *Pennypay) Capture(ctx context.Context, r payment.CaptureRequest) (payment.Result, error) {
	return p.send(ctx, payment.Capture, r.Op, r.Amount, operation{Of: r.Of})
}

// Void gives up an authorized amount.
func (p *Pennypay) Void(ctx context.Context, r payment.VoidRequest) (payment.Result, error) {
	return p.send(ctx, payment.Void, r.Op, r.Amount, operation{Of: r.Of})
}

// Refund gives back a captured amount.
func (p *Pennypay) Refund(ctx context.Context, r payment.RefundRequest) (payment.Result, error) {
	return p.send(ctx, payment.Refund, r.Op, r.Amount, operation{Of: r.Of})
}

// Lookup finds an operation by the service's id or by our key.
func (p *Pennypay) Lookup(ctx context.Context, r payment.LookupRequest) (payment.Snapshot, error) {
	query := url.Values{"key": {r.Op.Key()}}
	if r.Ref != "" {
		query = url.Values{"id": {r.Ref}}
	}
	found, err := p.call(ctx, "", http.MethodGet, "?"+query.Encode(), "", nil)
	var refused *payment.GatewayError
	if errors.As(err, &refused) && refused.Reason == payment.ReasonNotFound {
		return payment.Snapshot{Consistent: true}, nil
	}
	if err != nil {
		return payment.Snapshot{}, err
	}
	result, err := p.result(found)
	return payment.Snapshot{Found: err == nil, Consistent: true, Result: result}, err
}

// send asks for an operation. Its id is the idempotency key.
func (p *Pennypay) send(ctx context.Context, kind payment.Kind, op payment.Identity, amount money.Money, o operation) (payment.Result, error) {
	units, err := p.Capabilities().Units(amount)
	if err != nil {
		return payment.Result{}, &payment.GatewayError{Op: kind, Outcome: payment.Refused, Reason: payment.ReasonCurrency, Err: err}
	}
	o.Kind, o.Amount, o.Currency = string(kind), units, string(amount.Currency())
	body, err := json.Marshal(o)
	if err != nil {
		return payment.Result{}, &payment.GatewayError{Op: kind, Outcome: payment.Refused, Reason: payment.ReasonInvalid, Err: err}
	}
	answer, err := p.call(ctx, kind, http.MethodPost, "", op.Key(), body)
	if err != nil {
		return payment.Result{}, err
	}
	return p.result(answer)
}

// call makes one request. What it answers of a failure decides what happens next:
// NotSent is sent again, Refused is final, Unknown is looked up.
func (p *Pennypay) call(ctx context.Context, kind payment.Kind, method, query, key string, body []byte) (operation, error) {
	fail := func(outcome payment.Outcome, reason payment.Reason, code string, err error) (operation, error) {
		return operation{}, &payment.GatewayError{Op: kind, Outcome: outcome, Reason: reason, Code: code, Err: err}
	}
	if err := ctx.Err(); err != nil {
		return fail(payment.NotSent, payment.ReasonUnavailable, "", err)
	}
	r, err := http.NewRequestWithContext(ctx, method, p.URL+"/v1/operations"+query, bytes.NewReader(body))
	if err != nil {
		return fail(payment.Refused, payment.ReasonInvalid, "", err)
	}
	// With this header and a body that it can read again, net/http would repeat the
	// request by itself. Repeating is the caller's business.
	r.GetBody = nil
	if key != "" {
		r.Header.Set("Idempotency-Key", key)
	}
	r.Header.Set("Authorization", "Bearer "+p.APIKey)
	r.Header.Set("Content-Type", "application/json")
	answer, err := p.HTTP.Do(r)
	var dial *net.OpError
	switch {
	case errors.As(err, &dial) && dial.Op == "dial":
		return fail(payment.NotSent, payment.ReasonUnavailable, "", err)
	case err != nil:
		return fail(payment.Unknown, payment.ReasonUnavailable, "", err)
	}
	defer answer.Body.Close()
	var read struct {
		operation
		Error payment.Reason `json:"error"` // in our words already; translate yours
	}
	unread := json.NewDecoder(io.LimitReader(answer.Body, 1<<20)).Decode(&read)
	switch code := strconv.Itoa(answer.StatusCode); {
	case answer.StatusCode == http.StatusTooManyRequests:
		return fail(payment.NotSent, payment.ReasonThrottled, code, nil)
	case answer.StatusCode >= 500 || unread != nil:
		return fail(payment.Unknown, payment.ReasonUnavailable, code, unread)
	case answer.StatusCode >= 400:
		return fail(payment.Refused, read.Error, code, nil)
	}
	return read.operation, nil
}

// result turns the service's words into ours. A decline is a result, no error.
func (p *Pennypay) result(o operation) (payment.Result, error) {
	amount, err := p.Capabilities().Amount(o.Amount, money.Currency(o.Currency))
	if err != nil {
		return payment.Result{}, &payment.GatewayError{Outcome: payment.Unknown, Reason: payment.ReasonInvalid, Err: err}
	}
	r := payment.Result{Ref: o.ID, Amount: amount, Method: "card"}
	switch o.Status {
	case "succeeded":
		r.State = payment.Succeeded
	case "pending":
		r.State = payment.Waiting
	case "declined":
		r.State = payment.Declined
		r.Decline = &payment.Decline{Code: payment.DeclineGeneric, Retry: payment.RetryOtherMethod, GatewayCode: o.Code}
		if o.Code == "no_funds" {
			r.Decline.Code = payment.DeclineFunds
		}
	default:
		return r, &payment.GatewayError{Outcome: payment.Unknown, Reason: payment.ReasonInvalid, Code: o.Status}
	}
	return r, nil
}

// ParseWebhook checks who sent a delivery, and when, before it reads a byte of it.
func (p *Pennypay) ParseWebhook(_ context.Context, d payment.Delivery) ([]payment.Report, error) {
	stamp := d.Header.Get("Pennypay-Time")
	mac := hmac.New(sha256.New, p.Secret)
	mac.Write([]byte(stamp + "."))
	mac.Write(d.Body)
	signature, err := hex.DecodeString(d.Header.Get("Pennypay-Signature"))
	if err != nil || !hmac.Equal(signature, mac.Sum(nil)) { // in constant time
		return nil, &payment.SignatureError{Reason: "the signature does not fit"}
	}
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if age := time.Since(time.Unix(seconds, 0)); err != nil || age.Abs() > 5*time.Minute {
		return nil, &payment.SignatureError{Reason: "signed too long ago, or ahead of time"}
	}
	var e event
	if err := json.Unmarshal(d.Body, &e); err != nil || e.ID == "" {
		return nil, fault.Invalid("body", len(d.Body), "an event of Pennypay")
	}
	op, err := uuid.Parse(e.Operation.Key)
	if err != nil {
		return nil, fault.Invalid("operation.key", e.Operation.Key, "a key of ours")
	}
	r, err := p.result(e.Operation)
	if err != nil {
		return nil, fault.Invalid("operation.status", e.Operation.Status, "succeeded, pending or declined")
	}
	return []payment.Report{{
		OpID: op, EventID: e.ID, Channel: payment.Webhook, State: r.State, Ref: r.Ref, Amount: r.Amount,
		Decline: r.Decline, Method: r.Method, At: e.At,
	}}, nil
}

// Acknowledge answers so that the service sends again what could not be stored.
func (p *Pennypay) Acknowledge(err error) payment.Acknowledgement {
	switch fault.KindOf(err) {
	case fault.None:
		return payment.Acknowledgement{Status: http.StatusOK}
	case fault.Rejected:
		return payment.Acknowledgement{Status: http.StatusBadRequest}
	}
	return payment.Acknowledgement{Status: http.StatusServiceUnavailable}
}
