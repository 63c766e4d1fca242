package oms

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/storage"
)

// Draft is a cart that is kept until it becomes an order. Like a cart it has no prices,
// and it has no address but those of the customer's book: those of a guest are given
// when it is placed.
type Draft struct {
	Key     string    `json:"-"`
	ID      uuid.UUID `json:"id,omitzero"`       // of the one to be changed; a new one by default
	Version int64     `json:"version,omitempty"` // that the caller saw; 0 does not care
	// CustomerID may be given to a guest's draft, and is never changed after that.
	CustomerID  uuid.UUID      `json:"customer_id,omitzero"`
	Channel     string         `json:"channel,omitempty"`
	Lines       []CartLine     `json:"lines"`
	ShipToSaved uuid.UUID      `json:"ship_to_saved,omitzero"`
	BillToSaved uuid.UUID      `json:"bill_to_saved,omitzero"`
	Shipping    string         `json:"shipping,omitempty"` // code of a shipping method
	Coupons     []string       `json:"coupons,omitempty"`
	Metadata    order.Metadata `json:"metadata,omitempty"`
	// Reserve keeps the stock of lines that may not be backordered until the draft
	// becomes an order, ends or expires.
	Reserve bool `json:"reserve,omitempty"`
	// ExpiresAt is when the draft ends by itself; Config.DraftsFor from now by default.
	ExpiresAt time.Time `json:"expires_at,omitzero"`
	Reason    string    `json:"reason,omitempty"`
}

// SaveDraft keeps a draft, or replaces what one says that is still a draft. What it
// would cost today is asked for at once and kept as its Total, so that unknown goods,
// addresses and shipping methods are refused here. A shopper saves his own only; that
// stock is kept is for the shop to begin.
//
// A draft that became something else, or whose time is over, is an
// *order.DraftStatusError; stock that is not there to be kept an
// *inventory.ShortageError.
func (c *Client) SaveDraft(ctx context.Context, p Draft) (*order.Draft, error) {
	cart := Cart{Lines: p.Lines}
	if err := cart.check(c.core.cfg.Limits); err != nil {
		return nil, err
	}
	req := request{name: "draft.save", key: p.Key, body: p}
	return c.draftFlow(ctx, req, func(ctx context.Context, cmd event.Command) (*draftChange, error) {
		d, kind := &draftChange{cmd: cmd, next: &order.Draft{}}, DraftCreated
		if p.ID != uuid.Nil {
			var err error
			if d, err = c.openDraft(ctx, p.ID, p.Version, cmd); err != nil {
				return nil, err
			}
			if err := d.next.Can(order.MoveSave, cmd.Now); err != nil {
				return nil, err
			}
			kind = DraftSaved
		}
		if err := c.say(ctx, d, p); err != nil {
			return nil, err
		}
		return d, c.saved(ctx, d, kind, p.Reason)
	})
}

// say puts what the caller says into the draft.
func (c *Client) say(ctx context.Context, d *draftChange, p Draft) (err error) {
	x := d.next
	switch {
	case p.CustomerID != uuid.Nil && !c.is(p.CustomerID), p.CustomerID == uuid.Nil && d.stored == nil && c.actor.Kind == event.Shopper:
		return fault.Invalid("customer_id", p.CustomerID, "the shopper's own id")
	case x.CustomerID == uuid.Nil:
		if x.CustomerID, err = c.whoIsLeft(ctx, p.CustomerID); err != nil {
			return err
		}
	case p.CustomerID != uuid.Nil && p.CustomerID != x.CustomerID:
		return fault.Invalid("customer_id", p.CustomerID, "nothing: the draft has a customer")
	}
	if p.Reserve && !x.Reserve && c.actor.Kind == event.Shopper {
		return fault.Invalid("reserve", p.Reserve, "false: that stock is kept is the shop's to give")
	}
	x.Channel, x.Lines, x.Reserve = p.Channel, draftLines(p.Lines), p.Reserve
	x.ShipToID, x.BillToID, x.Shipping, x.Coupons, x.Metadata = p.ShipToSaved, p.BillToSaved, p.Shipping, p.Coupons, p.Metadata
	if err := c.core.cfg.Limits.CheckReason(p.Reason); err != nil {
		return err
	}
	expires := c.lasts(p.ExpiresAt, d.cmd)
	if d.stored == nil {
		x.ID = d.cmd.IDs.Next()
		return x.Begin(expires, d.cmd.Now)
	}
	return x.Keep(expires, d.cmd.Now)
}

// saved prices a draft, keeps its stock and records it.
func (c *Client) saved(ctx context.Context, d *draftChange, kind, reason string) error {
	in, err := c.price(ctx, d.estimate(), d.cmd)
	if err != nil {
		return err
	}
	o, err := order.Assemble(in.Assembly)
	if err != nil {
		return err
	}
	if err := c.core.cfg.Limits.CheckOrder(o); err != nil {
		return err
	}
	d.next.Total = o.Totals.Total
	if err := c.keepStock(ctx, d); err != nil {
		return err
	}
	d.record(kind, reason)
	return nil
}

// lasts is when a draft expires that is to last until a time, or for as long as drafts
// do.
func (c *Client) lasts(until time.Time, cmd event.Command) time.Time {
	if until.IsZero() {
		until = cmd.Now.Add(c.core.cfg.DraftsFor)
	}
	return event.Moment(until)
}

func draftLines(lines []CartLine) []order.DraftLine {
	list := make([]order.DraftLine, len(lines))
	for i, l := range lines {
		list[i] = order.DraftLine{SKU: l.SKU, Quantity: l.Quantity, Backorder: l.Backorder}
	}
	return list
}

// draftCart is the cart id of the order that a draft becomes, under which its stock is
// kept before.
func draftCart(id uuid.UUID) string { return "draft/" + id.String() }

// cartOfDraft is the cart that a draft is at the moment.
func cartOfDraft(d *order.Draft) Cart {
	cart := Cart{
		CartID: draftCart(d.ID), Channel: d.Channel, CustomerID: d.CustomerID, ShipToSaved: d.ShipToID, BillToSaved: d.BillToID,
		Shipping: d.Shipping, Coupons: d.Coupons, Metadata: d.Metadata,
	}
	for _, l := range d.Lines {
		cart.Lines = append(cart.Lines, CartLine{SKU: l.SKU, Quantity: l.Quantity, Backorder: l.Backorder})
	}
	return cart
}

// estimate is the cart that a draft is priced by when it is saved: as long as it is not
// known where the goods go, without their way there.
func (d *draftChange) estimate() Cart {
	cart := cartOfDraft(d.next)
	if cart.ShipToSaved == uuid.Nil {
		cart.Shipping = ""
	}
	return cart
}

// Draft returns a draft or quote. A shopper sees his own only.
func (c *Client) Draft(ctx context.Context, id uuid.UUID) (*order.Draft, error) {
	if err := c.authorize(ctx, "draft.read"); err != nil {
		return nil, err
	}
	return c.ownDraft(ctx, id)
}

// ownDraft is one that the actor may see.
func (c *Client) ownDraft(ctx context.Context, id uuid.UUID) (*order.Draft, error) {
	d, err := c.store.Draft(ctx, id)
	if err == nil && !c.is(d.CustomerID) {
		err = fault.NotFound("draft", id)
	}
	if err != nil {
		return nil, err
	}
	return d, nil
}

// Drafts yields the drafts and quotes that the filter selects: with its ExpiresTo those
// that end by themselves before that time, in order of time. A shopper sees his own
// only.
func (c *Client) Drafts(ctx context.Context, f order.DraftFilter) iter.Seq2[*order.Draft, error] {
	if err := c.authorize(ctx, "draft.read"); err != nil {
		return func(yield func(*order.Draft, error) bool) { yield(nil, err) }
	}
	if c.actor.Kind == event.Shopper {
		own, err := uuid.Parse(c.actor.ID)
		if err != nil || own == uuid.Nil || f.CustomerID != uuid.Nil && f.CustomerID != own {
			return func(func(*order.Draft, error) bool) {}
		}
		f.CustomerID = own
	}
	return c.store.Drafts(ctx, f)
}

// draftChange is a change of one draft in the making.
type draftChange struct {
	cmd    event.Command
	stored *order.Draft // as read; nil for a new one
	next   *order.Draft // the working copy
	event  event.Event
	stock  inventory.Changes
	freed  []inventory.Move // by another draft in the same batch
}

// openDraft begins a change of a draft that the actor may see.
func (c *Client) openDraft(ctx context.Context, id uuid.UUID, version int64, cmd event.Command) (*draftChange, error) {
	d, err := c.ownDraft(ctx, id)
	if err != nil {
		return nil, err
	}
	if version != 0 && version != d.Version {
		return nil, &fault.StaleError{Kind: event.Draft, ID: id.String(), Expected: version, Actual: d.Version}
	}
	return &draftChange{cmd: cmd, stored: d, next: d.Clone()}, nil
}

// keepStock lets what is kept for a draft follow what it is about and how long it
// lasts. An order that is placed takes what is kept by itself.
func (c *Client) keepStock(ctx context.Context, d *draftChange) error {
	cart := draftCart(d.next.ID)
	want := inventory.Wanted{Sourcing: c.core.cfg.Sourcing}
	var skus []string
	if d.next.Reserve && d.next.Open() {
		for _, l := range d.next.Goods() {
			if !l.Backorder {
				skus = append(skus, l.SKU)
				want.Demands = append(want.Demands, inventory.Demand{SKU: l.SKU, Quantity: l.Quantity})
			}
		}
	}
	if len(skus) > 0 {
		stock, err := inventory.ReadStock(ctx, c.store, skus, cart, d.cmd.Now)
		if err != nil {
			return err
		}
		d.stock, _, err = inventory.ReserveCart(stock.BehindQueue().Freed(d.freed), cart, want, d.next.ExpiresAt, d.cmd)
		return err
	}
	if d.stored == nil || !d.stored.Reserve {
		return nil
	}
	held, err := c.store.Reservations(ctx, inventory.ReservationFilter{Kind: inventory.ForCart, Owner: cart})
	d.stock = inventory.VoidReservations(held, "draft", d.cmd)
	return err
}

// record turns what was done into an event.
func (d *draftChange) record(kind, reason string) {
	d.next.Version++
	d.event = d.cmd.Event(event.Draft, d.next.ID, d.next.Version, kind, d.next.Delta(reason))
}

// into adds the change to a batch.
func (d *draftChange) into(b *storage.Batch) {
	b.Drafts = append(b.Drafts, *d.next)
	b.Events = append(b.Events, d.event)
	inv := &b.Inventory
	inv.Moves, inv.Reservations = joined(inv.Moves, d.stock.Moves), joined(inv.Reservations, d.stock.Reservations)
}

// draftResult is what commands on drafts store under their key.
type draftResult struct {
	ID      uuid.UUID `json:"draft"`
	Version int64     `json:"version"`
}

// draftFlow runs a command that changes drafts and answers with the first of them.
func (c *Client) draftFlow(
	ctx context.Context, req request, decide func(context.Context, event.Command) (*draftChange, error),
) (*order.Draft, error) {
	return c.draftsFlow(ctx, req, func(ctx context.Context, cmd event.Command) ([]*draftChange, error) {
		d, err := decide(ctx, cmd)
		return []*draftChange{d}, err
	})
}

// draftsFlow is draftFlow for several at once.
func (c *Client) draftsFlow(
	ctx context.Context, req request, decide func(context.Context, event.Command) ([]*draftChange, error),
) (*order.Draft, error) {
	return do(ctx, c, req, flow[*order.Draft]{
		decide: func(ctx context.Context, cmd event.Command) (*order.Draft, *storage.Batch, error) {
			list, err := decide(ctx, cmd)
			if err != nil {
				return nil, nil, err
			}
			first := list[0].next
			b := &storage.Batch{Result: jsonResult(draftResult{first.ID, first.Version})}
			for _, d := range list {
				d.into(b)
			}
			return first.Clone(), b, nil
		},
		replay: func(ctx context.Context, result []byte) (*order.Draft, error) {
			was, err := jsonReplay[draftResult](ctx, result)
			if err != nil {
				return nil, err
			}
			return c.draftAt(ctx, was)
		},
	})
}

// draftAt returns a draft as it was at a version.
func (c *Client) draftAt(ctx context.Context, at draftResult) (*order.Draft, error) {
	d, err := c.ownDraft(ctx, at.ID)
	if err != nil || d.Version == at.Version {
		return d, err
	}
	history, err := c.store.History(ctx, event.Draft, at.ID)
	if err != nil {
		return nil, err
	}
	for _, e := range history {
		if delta, ok := e.Payload.(*order.DraftDelta); ok && e.Version == at.Version {
			return order.ApplyDraft(d, delta), nil
		}
	}
	return nil, &storage.BookError{What: fmt.Sprintf("draft %s has no version %d", at.ID, at.Version)}
}

// DraftStep is a command on a draft or quote as a whole.
type DraftStep struct {
	Key     string `json:"-"`
	Version int64  `json:"version,omitempty"` // that the caller saw; 0 does not care
	Reason  string `json:"reason,omitempty"`
}

// DiscardDraft throws a draft or a quote away that is open. What was kept for it is free
// again.
func (c *Client) DiscardDraft(ctx context.Context, id uuid.UUID, p DraftStep) (*order.Draft, error) {
	return c.stepDraft(ctx, request{name: "draft.discard", key: p.Key, body: p}, id, p, DraftDiscarded, func(d *draftChange) error {
		return d.next.Discard(d.cmd.Now)
	})
}

// stepDraft runs a command on a draft as a whole.
func (c *Client) stepDraft(
	ctx context.Context, req request, id uuid.UUID, p DraftStep, kind string, step func(*draftChange) error,
) (*order.Draft, error) {
	req.body = struct {
		ID   uuid.UUID `json:"draft"`
		Body DraftStep `json:"body"`
	}{id, p}
	return c.draftFlow(ctx, req, func(ctx context.Context, cmd event.Command) (*draftChange, error) {
		if err := c.core.cfg.Limits.CheckReason(p.Reason); err != nil {
			return nil, err
		}
		d, err := c.openDraft(ctx, id, p.Version, cmd)
		if err != nil {
			return nil, err
		}
		if err := step(d); err != nil {
			return nil, err
		}
		if err := c.keepStock(ctx, d); err != nil {
			return nil, err
		}
		d.record(kind, p.Reason)
		return d, nil
	})
}

// draftsAt asks for the drafts whose time is over.
func (c *Client) draftsAt(now time.Time, limit int) order.DraftFilter {
	return order.DraftFilter{ExpiresTo: now.Add(time.Microsecond), Limit: limit}
}

// draftsDue reports whether a draft's time is over.
func (c *Client) draftsDue(ctx context.Context) (bool, error) {
	for _, err := range c.store.Drafts(ctx, c.draftsAt(c.now(), 1)) {
		return err == nil, err
	}
	return false, nil
}

// expireDrafts ends drafts whose time is over. Nobody waits for it: they are refused by
// the clock before.
func (c *Client) expireDrafts(ctx context.Context) (Work, error) {
	var work Work
	for x, err := range c.store.Drafts(ctx, c.draftsAt(c.now(), passLimit)) {
		if err != nil {
			return work, err
		}
		p := DraftStep{Version: x.Version}
		_, err := c.inner().stepDraft(ctx, request{name: "draft.expire"}, x.ID, p, DraftExpired, func(d *draftChange) error {
			return d.next.Expire(d.cmd.Now)
		})
		switch {
		case fault.KindOf(err) == fault.Conflict:
		case err != nil:
			c.leftover("expire draft", x.ID.String(), err, &work)
		default:
			work.Drafts++
		}
	}
	return work, nil
}
