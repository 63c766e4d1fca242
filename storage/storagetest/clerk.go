package storagetest

import (
	"encoding/binary"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/payment"
	"github.com/go-oms/oms/quantity"
	"github.com/go-oms/oms/storage"
)

// Start is the time of a clerk's first command.
var Start = time.Date(2026, time.March, 1, 8, 0, 0, 0, time.UTC)

// Main is the location that a clerk keeps stock at unless told otherwise.
const Main = "main"

// Clerk makes valid batches that follow one another: ids, keys, order numbers and
// times come from a count, so the same calls make the same batches. Clerks with
// different numbers never make the same id, key or number. A Clerk is used by one
// goroutine.
type Clerk struct {
	// Now is the time of the next command, which moves it on by a second.
	Now time.Time

	name  string
	ids   *event.IDs
	count int
	items map[string]*inventory.Item // those registered
}

// NewClerk returns the clerk of that number.
func NewClerk(number uint32) *Clerk {
	var base uuid.UUID
	binary.BigEndian.PutUint32(base[:], number)
	base[6], base[8] = 7<<4, 0b10<<6 // the bits that mark a UUIDv7
	return &Clerk{
		Now: Start, name: fmt.Sprint("c", number), ids: event.NewIDs(base), items: map[string]*inventory.Item{},
	}
}

// ID returns the next id; ids ascend.
func (c *Clerk) ID() uuid.UUID { return c.ids.Next() }

// Text returns a new text that begins with the prefix. Texts of one prefix ascend.
func (c *Clerk) Text(prefix string) string {
	c.count++
	return fmt.Sprintf("%s-%s-%06d", prefix, c.name, c.count)
}

// Command returns the next command of that name, with a key of its own.
func (c *Clerk) Command(name string) event.Command {
	cmd := event.Command{
		Name: name, Key: c.Text("key"), Actor: event.Actor{Kind: event.Staff, ID: "clerk"},
		Now: c.Now, At: c.Now, IDs: c.ids,
	}
	copy(cmd.Body[:], cmd.Key)
	c.Now = c.Now.Add(time.Second)
	return cmd
}

// Receive returns a batch that takes units of a SKU into stock. The first one of a
// SKU registers the item, and the location with it.
func (c *Clerk) Receive(sku, location string, units int32) *storage.Batch {
	b := &storage.Batch{Command: c.Command("inventory.receive")}
	if c.items[sku] == nil {
		item := &inventory.Item{SKU: sku, ID: c.ID(), Version: 1, Title: "Item " + sku, Unit: "pcs"}
		c.items[sku] = item
		b.Inventory.Items = []inventory.Item{*item}
		b.Events = []event.Event{b.Command.Event(event.Item, item.ID, 1, "registered", item)}
	}
	b.Inventory.Locations = []inventory.Location{{Code: location, Name: "The " + location + " one"}}
	m := c.Move(b.Command, inventory.Receive, sku, location)
	m.OnHand = quantity.Of(units)
	b.Inventory.Moves = []inventory.Move{m}
	return b
}

// Move returns a movement of the command that moves nothing yet.
func (c *Clerk) Move(cmd event.Command, kind inventory.MoveKind, sku, location string) inventory.Move {
	return inventory.Move{
		ID: c.ID(), SKU: sku, Location: location, Kind: kind,
		Cause: cmd.Key, Actor: cmd.Actor.String(), At: cmd.At, RecordedAt: cmd.Now,
	}
}

// Take returns a movement that allocates units.
func (c *Clerk) Take(cmd event.Command, sku, location string, units int32) inventory.Move {
	m := c.Move(cmd, inventory.Allocate, sku, location)
	m.Allocated = quantity.Of(units)
	return m
}

// Place returns a new order over the lines, and the batch that places it.
func (c *Clerk) Place(lines ...Line) (*order.Order, *storage.Batch) {
	return PlacedOrder(c.Command("order.place"), c.Text("N"), lines...)
}

// Change returns the batch that leads from an order to what change makes of a
// copy of it, and that copy.
func (c *Clerk) Change(o *order.Order, change func(o *order.Order)) (*order.Order, *storage.Batch) {
	after := o.Clone()
	change(after)
	after.Version = o.Version + 1
	d := order.Diff(o, after)
	cmd := c.Command("order.change")
	return after, &storage.Batch{
		Command: cmd,
		Orders:  []order.Changes{{Delta: d}},
		Events:  []event.Event{cmd.Event(event.Order, after.ID, after.Version, "changed", d)},
	}
}

// Pay returns the batch that adds a tender with one operation to an order, and
// the tender.
func (c *Clerk) Pay(o *order.Order) (*payment.Tender, *storage.Batch) {
	cmd := c.Command("payment.pay")
	zero := money.Zero(o.Currency)
	t := &payment.Tender{
		ID: c.ID(), OrderID: o.ID, Version: 1, Gateway: "card", Amount: o.Totals.Total, CreatedAt: cmd.At,
		Totals: payment.Totals{
			Authorized: zero, Captured: zero, Refunded: zero, PaidOut: zero, Voided: zero,
			AuthorizingNow: o.Totals.Total, CapturingNow: zero, RefundingNow: zero, VoidingNow: zero,
		},
		Ops: []payment.Op{{
			ID: c.ID(), Kind: payment.Authorize, Amount: o.Totals.Total, Settled: zero, State: payment.Created,
			NextAt: cmd.At, CreatedAt: cmd.At,
		}},
	}
	return t, c.tenderBatch(cmd, nil, t)
}

// ChangeTender returns the batch that leads from a tender to what change makes of
// a copy of it, and that copy.
func (c *Clerk) ChangeTender(
	t *payment.Tender, change func(t *payment.Tender),
) (*payment.Tender, *storage.Batch) {
	after := t.Clone()
	change(after)
	after.Version = t.Version + 1
	return after, c.tenderBatch(c.Command("payment.change"), t, after)
}

func (c *Clerk) tenderBatch(cmd event.Command, before, after *payment.Tender) *storage.Batch {
	changes := payment.Change(before, after)
	return &storage.Batch{
		Command:  cmd,
		Payments: []payment.Changes{changes},
		Events:   []event.Event{cmd.Event(event.Payment, after.ID, after.Version, "changed", changes.Delta)},
	}
}
