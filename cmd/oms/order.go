package main

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/fulfillment"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/payment"
)

// orderCommands look at orders.
type orderCommands struct {
	Show orderShow `cmd:"" help:"Print everything about an order."`
}

type orderShow struct {
	bookFlags
	Ref     string  `arg:"" help:"The order's number or id, or with --channel the reference it has there."`
	Channel *string `placeholder:"CHANNEL" help:"The channel that REF is of; it may be empty."`
	Tenant  string  `placeholder:"ID" help:"The tenant whose order it is."`
}

// orderFile is everything that is known about an order.
type orderFile struct {
	Order        *order.Order               `json:"order"`
	ShipTo       *order.Address             `json:"ship_to,omitempty"`
	BillTo       *order.Address             `json:"bill_to,omitempty"`
	Payments     []*payment.Tender          `json:"payments"`
	Fulfillments []*fulfillment.Fulfillment `json:"fulfillments"`
	Notes        []order.Note               `json:"notes"`
	Timeline     []oms.TimelineEntry        `json:"timeline"`
}

// Run prints the order.
func (c *orderShow) Run(e *env) (err error) {
	store, err := c.look(e)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	shop, err := shopOf(store, c.Tenant)
	if err != nil {
		return err
	}
	o, err := c.find(e.ctx, shop)
	if err != nil {
		return err
	}
	file, err := fileOf(e.ctx, shop, o)
	if err != nil {
		return err
	}
	if e.json {
		return e.print(file)
	}
	return file.write(e.stdout, isTerminal(e.stdout))
}

// find takes the reference for an id, then for a number, unless it is one of a
// channel.
func (c *orderShow) find(ctx context.Context, shop *oms.Client) (*order.Order, error) {
	if c.Channel != nil {
		return shop.OrderByRef(ctx, *c.Channel, c.Ref)
	}
	if id, err := uuid.Parse(c.Ref); err == nil {
		o, err := shop.Order(ctx, id)
		var missing *fault.NotFoundError
		if !errors.As(err, &missing) {
			return o, err
		}
	}
	return shop.OrderByNumber(ctx, c.Ref)
}

// fileOf reads what belongs to an order.
func fileOf(ctx context.Context, shop *oms.Client, o *order.Order) (*orderFile, error) {
	f := &orderFile{
		Order: o, ShipTo: o.ShipTo, BillTo: o.BillTo, Payments: []*payment.Tender{},
		Fulfillments: []*fulfillment.Fulfillment{}, Notes: []order.Note{},
	}
	tenders, err := shop.Payments(ctx, o.ID)
	if err != nil {
		return nil, err
	}
	f.Payments = append(f.Payments, tenders...)
	sent, err := shop.Fulfillments(ctx, o.ID)
	if err != nil {
		return nil, err
	}
	f.Fulfillments = append(f.Fulfillments, sent...)
	notes, err := shop.Notes(ctx, o.ID)
	if err != nil {
		return nil, err
	}
	f.Notes = append(f.Notes, notes...)
	f.Timeline, err = shop.Timeline(ctx, o.ID)
	return f, err
}
