package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"

	"github.com/go-oms/oms/fulfillment"
	"github.com/go-oms/oms/money"
)

// Kiteline is a fulfillment.Carrier for that carrier, which sells in euros only. It
// sends each request once and says of every failure what may have happened.
type Kiteline struct {
	URL  string
	HTTP *http.Client
}

// Capabilities says what the carrier can do: everything.
func (k *Kiteline) Capabilities() fulfillment.Capabilities {
	return fulfillment.Capabilities{Rates: true, Tracking: true, Voids: true, Idempotent: true, Finds: true}
}

// Rates returns the price of both services, cheapest first.
func (k *Kiteline) Rates(ctx context.Context, c fulfillment.Consignment) ([]fulfillment.Rate, []fulfillment.Problem, error) {
	rates := []fulfillment.Rate{
		{Service: "ground", Label: "Ground", MinDays: 2, MaxDays: 3},
		{Service: "air", Label: "Air", MinDays: 1, MaxDays: 1},
	}
	for i := range rates {
		asked, err := request("rates", c, label{Service: rates[i].Service})
		if err != nil {
			return nil, nil, err
		}
		var priced label
		if err := k.call(ctx, "rates", http.MethodPost, "/rates", asked, &priced); err != nil {
			return nil, nil, err
		}
		if rates[i].Cost, err = money.Minor(priced.Cents, money.EUR); err != nil {
			return nil, nil, doubtful("rates", err)
		}
	}
	slices.SortStableFunc(rates, func(a, b fulfillment.Rate) int {
		order, _ := a.Cost.Cmp(b.Cost) // one currency
		return order
	})
	return rates, nil, nil
}

// Buy buys one label for all parcels. The shipment's id goes along as reference.
func (k *Kiteline) Buy(ctx context.Context, r fulfillment.BuyRequest) (fulfillment.Label, error) {
	asked := label{Reference: r.Reference, Service: r.Service}
	if asked.Service == "" {
		asked.Service = "ground"
	}
	if r.MaxCost != (money.Money{}) {
		limit, err := r.MaxCost.Minor()
		if err != nil || limit < 1 || r.MaxCost.Currency() != money.EUR {
			return fulfillment.Label{}, refused("buy", fulfillment.ReasonPrice, "a limit in whole cents")
		}
		asked.MaxCents = limit
	}
	asked, err := request("buy", r.Consignment, asked)
	if err != nil {
		return fulfillment.Label{}, err
	}
	var sold label
	if err := k.call(ctx, "buy", http.MethodPost, "/labels", asked, &sold); err != nil {
		return fulfillment.Label{}, err
	}
	return k.label(sold)
}

// Void gives a label back that nothing was scanned of.
func (k *Kiteline) Void(ctx context.Context, ref string) (fulfillment.VoidResult, error) {
	var voided label
	err := k.call(ctx, "void", http.MethodDelete, "/labels/"+url.PathEscape(ref), nil, &voided)
	var failed *fulfillment.CarrierError
	switch {
	case errors.As(err, &failed) && failed.Message == "on_its_way":
		return fulfillment.VoidRejected, nil
	case err != nil:
		return "", err
	}
	return fulfillment.Voided, nil
}

// statuses translates the carrier's codes.
var statuses = map[string]fulfillment.ShipmentStatus{
	"PICKUP": fulfillment.InTransit, "HUB": fulfillment.InTransit, "DOOR": fulfillment.Delivered,
}

// Track returns what the carrier has scanned so far. A code that we do not know is
// an exception for a person to look at.
func (k *Kiteline) Track(ctx context.Context, tracking string) ([]fulfillment.Scan, error) {
	var seen []scan
	if err := k.call(ctx, "track", http.MethodGet, "/parcels/"+url.PathEscape(tracking), nil, &seen); err != nil {
		return nil, err
	}
	var scans []fulfillment.Scan
	for _, s := range seen {
		status, ok := statuses[s.Code]
		if !ok {
			status = fulfillment.Exception
		}
		scans = append(scans, fulfillment.Scan{EventID: tracking + "/" + s.Code, Status: status, Code: s.Code, Place: s.Place, At: s.At})
	}
	return scans, nil
}

// Find returns the labels of a reference.
func (k *Kiteline) Find(ctx context.Context, reference string) ([]fulfillment.Label, error) {
	var found []label
	if err := k.call(ctx, "find", http.MethodGet, "/labels?reference="+url.QueryEscape(reference), nil, &found); err != nil {
		return nil, err
	}
	var labels []fulfillment.Label
	for _, f := range found {
		l, err := k.label(f)
		if err != nil {
			return nil, err
		}
		labels = append(labels, l)
	}
	return labels, nil
}

// request fills in what is the same for prices and labels.
func request(op string, c fulfillment.Consignment, l label) (label, error) {
	if c.Currency != "" && c.Currency != money.EUR {
		return l, refused(op, fulfillment.ReasonRequest, "prices in EUR")
	}
	for _, p := range c.Parcels {
		l.Grams = append(l.Grams, p.Grams)
	}
	return l, nil
}

// label turns the carrier's words into ours.
func (k *Kiteline) label(l label) (fulfillment.Label, error) {
	cost, err := money.Minor(l.Cents, money.EUR)
	if err == nil && len(l.Numbers) == 0 {
		err = errors.New("a label without a number")
	}
	if err != nil {
		return fulfillment.Label{}, doubtful("buy", err)
	}
	return fulfillment.Label{
		Ref: l.ID, Reference: l.Reference, Tracking: l.Numbers[0], Parcels: l.Numbers,
		URL: k.URL + "/labels/" + l.ID + ".pdf", Service: l.Service, Cost: cost, Voided: l.Voided,
	}, nil
}

// reasons translates the carrier's refusals; any other is a decline.
var reasons = map[string]fulfillment.Reason{
	"bad_request": fulfillment.ReasonRequest, "too_dear": fulfillment.ReasonPrice,
	"reference_used": fulfillment.ReasonReference, "unknown": fulfillment.ReasonUnknown,
}

// call makes one request and reads its answer.
func (k *Kiteline) call(ctx context.Context, op, method, path string, body, answer any) error {
	if err := ctx.Err(); err != nil {
		return &fulfillment.CarrierError{Op: op, Outcome: fulfillment.NotSent, Reason: fulfillment.ReasonUnreachable, Err: err}
	}
	text, err := json.Marshal(body)
	if err != nil {
		return refused(op, fulfillment.ReasonRequest, err.Error())
	}
	r, err := http.NewRequestWithContext(ctx, method, k.URL+path, bytes.NewReader(text))
	if err != nil {
		return refused(op, fulfillment.ReasonRequest, err.Error())
	}
	response, err := k.HTTP.Do(r)
	var dial *net.OpError
	switch {
	case errors.As(err, &dial) && dial.Op == "dial":
		return &fulfillment.CarrierError{Op: op, Outcome: fulfillment.NotSent, Reason: fulfillment.ReasonUnreachable, Err: err}
	case err != nil:
		return &fulfillment.CarrierError{Op: op, Outcome: fulfillment.Unknown, Reason: fulfillment.ReasonLost, Err: err}
	}
	defer response.Body.Close()
	d := json.NewDecoder(io.LimitReader(response.Body, 1<<20))
	switch {
	case response.StatusCode >= 500:
		return doubtful(op, fmt.Errorf("status %d", response.StatusCode))
	case response.StatusCode >= 400:
		var no struct {
			Error string `json:"error"`
		}
		if err := d.Decode(&no); err != nil {
			return doubtful(op, err)
		}
		reason, ok := reasons[no.Error]
		if !ok {
			reason = fulfillment.ReasonDeclined
		}
		return refused(op, reason, no.Error)
	}
	if err := d.Decode(answer); err != nil {
		return doubtful(op, err)
	}
	return nil
}

func refused(op string, reason fulfillment.Reason, message string) error {
	return &fulfillment.CarrierError{Op: op, Outcome: fulfillment.Refused, Reason: reason, Message: message}
}

// doubtful is an answer that nobody can read: what was asked for may have happened.
func doubtful(op string, err error) error {
	return &fulfillment.CarrierError{Op: op, Outcome: fulfillment.Unknown, Reason: fulfillment.ReasonDoubtful, Err: err}
}
