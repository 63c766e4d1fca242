package oms

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/order"
)

// DraftMerge puts one draft into another, as when somebody logs in who has filled a cart
// as a guest.
type DraftMerge struct {
	Key         string    `json:"-"`
	From        uuid.UUID `json:"from"`
	FromVersion int64     `json:"from_version,omitempty"` // that the caller saw; 0 does not care
	Into        uuid.UUID `json:"into"`
	IntoVersion int64     `json:"into_version,omitempty"`
	// Rule is Config.MergeRule by default.
	Rule   order.MergeRule `json:"rule,omitempty"`
	Reason string          `json:"reason,omitempty"`
}

// MergeDrafts puts the goods of a guest's draft, or of another one of the same customer,
// into a customer's draft, and closes the first one, in one commit. Lines follow the rule,
// see [order.MergeLines]; coupons are those of both; everything else stays as it is in
// Into, and what was kept for From is free again. A draft that is none any more is an
// *order.DraftStatusError, so that a guest's cart is merged once. More lines or coupons
// than an order may have are a *fault.InvalidError, and then both drafts stay.
//
// Which guest is which customer the library cannot know: it is no command of shoppers.
func (c *Client) MergeDrafts(ctx context.Context, p DraftMerge) (*order.Draft, error) {
	if err := p.Rule.Check(); err != nil {
		return nil, err
	}
	if p.From == p.Into {
		return nil, fault.Invalid("from", p.From, "another draft than into")
	}
	req := request{name: "draft.merge", key: p.Key, body: p}
	return c.draftsFlow(ctx, req, func(ctx context.Context, cmd event.Command) ([]*draftChange, error) {
		into, err := c.openDraft(ctx, p.Into, p.IntoVersion, cmd)
		if err != nil {
			return nil, err
		}
		from, err := c.openDraft(ctx, p.From, p.FromVersion, cmd)
		if err != nil {
			return nil, err
		}
		return []*draftChange{into, from}, c.merge(ctx, into, from, p)
	})
}

// merge decides about two drafts.
func (c *Client) merge(ctx context.Context, into, from *draftChange, p DraftMerge) error {
	now := into.cmd.Now
	if err := into.next.Can(order.MoveSave, now); err != nil {
		return err
	}
	if err := from.next.Merge(into.next.ID, now); err != nil {
		return err
	}
	if owner := from.next.CustomerID; owner != uuid.Nil && owner != into.next.CustomerID {
		return fault.Invalid("from", p.From, "a guest's draft, or one of the same customer")
	}
	if from.next.Channel != into.next.Channel {
		return fault.Invalid("from", p.From, "a draft of the same channel")
	}
	rule := p.Rule
	if rule == "" {
		rule = c.core.cfg.MergeRule
	}
	var err error
	if into.next.Lines, err = order.MergeLines(into.stored.Lines, from.stored.Lines, rule, c.core.cfg.Limits); err != nil {
		return err
	}
	for _, code := range from.stored.Coupons {
		if !slices.Contains(into.next.Coupons, code) {
			into.next.Coupons = append(into.next.Coupons, code)
		}
	}
	if err := c.core.cfg.Limits.CheckReason(p.Reason); err != nil {
		return err
	}
	if err := c.keepStock(ctx, from); err != nil {
		return err
	}
	into.freed = from.stock.Moves
	from.record(DraftMerged, p.Reason)
	return c.saved(ctx, into, DraftSaved, p.Reason)
}
