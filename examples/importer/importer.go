package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/storage"
)

// channel is the name that the till's receipts are known under: with the receipt's
// number it makes the external reference, of which each is in the books once.
const channel = "till"

// importer brings a till's file into the books.
type importer struct {
	shop     *oms.Client
	rejects  *csv.Writer
	progress func(bytes int64) // told how much of the file is done
}

// counts is what the books have of the file.
type counts struct {
	sales, returns, rejected int
	total                    money.Money
}

// file imports a file. What is wrong with a row goes to the rejects, with all rows
// of its receipt; an error means that the import did not finish. It may be run
// again after an error, or a kill, or on the same file: what is in the books stays
// as it is.
func (im *importer) file(ctx context.Context, file io.Reader) (counts, error) {
	c := counts{total: money.Zero(money.EUR)}
	defer im.rejects.Flush() // what was refused before an error is in the file too
	if err := im.rejects.Write([]string{"line", "column", "field", "value", "reason"}); err != nil {
		return c, err
	}
	in, err := newRows(file)
	if err != nil {
		return c, err
	}
	var receipt []row // the one that is being read
	var wrong []reject
	for {
		next, faults, err := in.next()
		if err != nil && !errors.Is(err, io.EOF) {
			return c, err
		}
		done := errors.Is(err, io.EOF)
		if len(receipt) > 0 && (done || next.receipt != receipt[0].receipt || next.kind != receipt[0].kind) {
			if err := im.one(ctx, receipt, wrong, &c); err != nil {
				return c, err
			}
			im.progress(in.csv.InputOffset())
			receipt, wrong = nil, nil
		}
		if done {
			im.rejects.Flush()
			return c, im.rejects.Error()
		}
		receipt, wrong = append(receipt, next), append(wrong, faults...)
	}
}

// one imports the rows of one receipt, or rejects them.
func (im *importer) one(ctx context.Context, receipt []row, wrong []reject, c *counts) error {
	if len(wrong) == 0 {
		var err error
		if receipt[0].kind == "sale" {
			err = im.sale(ctx, receipt, c)
		} else {
			err = im.back(ctx, receipt, c)
		}
		// What the shop refuses is the row's fault; anything else is not.
		switch fault.KindOf(err) {
		case fault.None:
			return nil
		case fault.Rejected:
			wrong = []reject{{line: receipt[0].line, column: 1, field: columns[0], value: receipt[0].receipt, reason: reason(err)}}
		default:
			return fmt.Errorf("line %d: %w", receipt[0].line, err)
		}
	}
	c.rejected += len(receipt)
	for _, r := range wrong {
		record := []string{strconv.Itoa(r.line), strconv.Itoa(r.column), r.field, r.value, r.reason}
		if err := im.rejects.Write(record); err != nil {
			return err
		}
	}
	return nil
}

// reason says in the till's words why the shop refuses a receipt.
func reason(err error) string {
	var quantity *order.QuantityError
	var reused *fault.KeyReusedError
	switch {
	case errors.As(err, &quantity):
		return fmt.Sprintf("cannot %s %s of it: at most %s", quantity.What, quantity.Asked, quantity.Allowed)
	case errors.As(err, &reused):
		return "the receipt is in the books already, with other rows"
	}
	return err.Error()
}

// sale imports an order with its whole life: sold, paid and handed over at once.
func (im *importer) sale(ctx context.Context, receipt []row, c *counts) error {
	first := receipt[0]
	p := oms.Past{
		Key: channel + "/" + first.receipt, Channel: channel, ExternalRef: first.receipt, Country: first.country,
		PlacedAt: first.at, PaidAt: first.at, ReceivedAt: first.at, ShippedAt: first.at, DeliveredAt: first.at,
		Location: "shop", Gateway: "till", Method: "cash",
	}
	for _, r := range receipt {
		p.Lines = append(p.Lines, oms.PastLine{SKU: r.sku, Title: r.title, Quantity: r.quantity, UnitPrice: r.price})
	}
	o, err := im.shop.Import(ctx, p)
	var known *storage.DuplicateError
	if errors.As(err, &known) && known.Field == "external_ref" {
		// Keys are kept for 90 days, references for ever.
		if o, err = im.shop.OrderByRef(ctx, channel, first.receipt); err == nil && !same(o, p) {
			err = &fault.KeyReusedError{Key: p.Key}
		}
	}
	if err != nil {
		return err
	}
	c.sales++
	c.total, err = c.total.Add(o.Totals.Total)
	return err
}

// same reports whether an order is made of those lines.
func same(o *order.Order, p oms.Past) bool {
	return slices.EqualFunc(o.Lines, p.Lines, func(l order.Line, was oms.PastLine) bool {
		return l.SKU == was.SKU && l.Quantity == was.Quantity && l.UnitPrice == was.UnitPrice
	})
}

// back imports goods that came back and were paid back. A return of that moment is
// known already.
func (im *importer) back(ctx context.Context, receipt []row, c *counts) error {
	first := receipt[0]
	o, err := im.shop.OrderByRef(ctx, channel, first.receipt)
	if err != nil {
		return err
	}
	known := func(r order.Return) bool { return r.RequestedAt.Equal(first.at) }
	if !slices.ContainsFunc(o.Returns, known) {
		if err := im.takeBack(ctx, o, receipt); err != nil {
			return err
		}
		if o, err = im.shop.Order(ctx, o.ID); err != nil {
			return err
		}
	}
	c.returns++
	id := o.Returns[slices.IndexFunc(o.Returns, known)].ID
	for _, a := range o.Adjustments {
		if a.Source == id {
			if c.total, err = c.total.Add(a.Amount); err != nil { // a credit is negative
				return err
			}
		}
	}
	return nil
}

func (im *importer) takeBack(ctx context.Context, o *order.Order, receipt []row) error {
	first := receipt[0]
	p := oms.PastReturn{
		Key: channel + "/" + first.receipt + "/" + first.at.Format(time.RFC3339), At: first.at,
		Location: "shop", Gateway: "till", Reason: "brought back",
	}
	for _, r := range receipt {
		i := slices.IndexFunc(o.Lines, func(l order.Line) bool { return l.SKU == r.sku })
		if i < 0 {
			return fault.NotFound("line", r.sku)
		}
		p.Lines = append(p.Lines, oms.LineQuantity{LineID: o.Lines[i].ID, Quantity: r.quantity})
	}
	_, err := im.shop.ImportReturn(ctx, o.ID, p)
	return err
}
