package inventory

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/quantity"
)

// Receipt is goods of one item coming in.
type Receipt struct {
	Key      string            `json:"-"`
	SKU      string            `json:"sku"`
	Location string            `json:"location"`
	Quantity quantity.Quantity `json:"quantity"`
	UnitCost money.Money       `json:"unit_cost,omitzero"` // when known

	// Title, Unit and Decimals describe an item that this receipt names first;
	// one that is registered keeps its own.
	Title    string `json:"title,omitempty"`
	Unit     string `json:"unit,omitempty"`
	Decimals uint8  `json:"decimals,omitempty"`

	Reason string    `json:"reason,omitempty"`
	At     time.Time `json:"at,omitzero"`
}

// Delivery is goods of several items coming in together.
type Delivery struct {
	Key    string         `json:"-"`
	Lines  []DeliveryLine `json:"lines"`
	Reason string         `json:"reason,omitempty"`
	At     time.Time      `json:"at,omitzero"`
}

// DeliveryLine is one item of a delivery; the fields are those of [Receipt].
type DeliveryLine struct {
	SKU      string            `json:"sku"`
	Location string            `json:"location"`
	Quantity quantity.Quantity `json:"quantity"`
	UnitCost money.Money       `json:"unit_cost,omitzero"`
	Title    string            `json:"title,omitempty"`
	Unit     string            `json:"unit,omitempty"`
	Decimals uint8             `json:"decimals,omitempty"`
}

// Receive records goods that came in. It registers an item and a location that it
// names first. It reports a fact: nothing refuses it but malformed input.
func (s *Service) Receive(ctx context.Context, r Receipt) error {
	line := DeliveryLine{
		SKU: r.SKU, Location: r.Location, Quantity: r.Quantity, UnitCost: r.UnitCost,
		Title: r.Title, Unit: r.Unit, Decimals: r.Decimals,
	}
	return s.receive(ctx, Delivery{Key: r.Key, Lines: []DeliveryLine{line}, Reason: r.Reason, At: r.At}, "")
}

// ReceiveAll records a delivery of up to [MaxLines] lines: all of it or nothing.
// It is otherwise like Receive.
func (s *Service) ReceiveAll(ctx context.Context, d Delivery) error {
	return s.receive(ctx, d, "lines")
}

func (s *Service) receive(ctx context.Context, in Delivery, list string) error {
	if err := in.check(list); err != nil {
		return err
	}
	skus := make([]string, len(in.Lines))
	for i := range in.Lines {
		skus[i] = in.Lines[i].SKU
	}
	skus = uniqueSKUs(skus)
	req := request{"inventory.receive", in.Key, in.At, in}
	_, err := do(ctx, s, req, func(cmd event.Command) (decision[nothing], error) {
		items, err := s.store.Items(ctx, skus)
		if err != nil {
			return decision[nothing]{}, err
		}
		locations, err := s.store.Locations(ctx)
		if err != nil {
			return decision[nothing]{}, err
		}
		changes, events, err := in.decide(items, locations, list, cmd)
		return decision[nothing]{changes: changes, events: events}, err
	})
	return err
}

// field is the path of a line's member; a single receipt has no list.
func field(list string, i int, member string) string {
	if list == "" {
		return member
	}
	return at(list, i, member)
}

func (in *Delivery) check(list string) error {
	if len(in.Lines) == 0 || len(in.Lines) > MaxLines {
		return fault.Invalid("lines", len(in.Lines), fmt.Sprintf("1 to %d lines", MaxLines))
	}
	for i := range in.Lines {
		l := &in.Lines[i]
		err := first(
			code(field(list, i, "sku"), l.SKU, MaxSKU),
			code(field(list, i, "location"), l.Location, MaxLocation),
			amount(field(list, i, "quantity"), l.Quantity, false),
			text(field(list, i, "title"), l.Title, MaxTitle),
			text(field(list, i, "unit"), l.Unit, MaxUnit),
		)
		switch {
		case err != nil:
			return err
		case l.Decimals > quantity.MaxDecimals:
			return fault.Invalid(field(list, i, "decimals"), l.Decimals, "at most 6")
		case l.UnitCost.Sign() < 0:
			return fault.Invalid(field(list, i, "unit_cost"), l.UnitCost, "zero or more")
		}
	}
	return text("reason", in.Reason, MaxReason)
}

// decide registers what is new and records the receipts.
func (in *Delivery) decide(items []Item, locations []Location, list string, cmd event.Command) (Changes, []event.Event, error) {
	d := newDraft(cmd)
	d.grow(len(in.Lines), 0)
	items = slices.Clone(items)
	var events []event.Event
	for i := range in.Lines {
		l := &in.Lines[i]
		n, known := slices.BinarySearchFunc(items, l.SKU, func(item Item, sku string) int {
			return strings.Compare(item.SKU, sku)
		})
		if !known {
			item, e := Register(Item{SKU: l.SKU, Title: l.Title, Unit: l.Unit, Decimals: l.Decimals}, cmd)
			items = slices.Insert(items, n, item)
			d.Items, events = append(d.Items, item), append(events, e)
		}
		if items[n].Untracked {
			return Changes{}, nil, fault.Invalid(field(list, i, "sku"), l.SKU, "an item that is kept in stock")
		}
		if err := scale(field(list, i, "quantity"), l.Quantity, &items[n]); err != nil {
			return Changes{}, nil, err
		}
		if !hasLocation(locations, l.Location) && !hasLocation(d.Locations, l.Location) {
			d.Locations = append(d.Locations, Location{Code: l.Location})
		}
		d.move(Move{
			SKU: l.SKU, Location: l.Location, Kind: Receive, OnHand: l.Quantity,
			UnitCost: l.UnitCost, Reason: in.Reason,
		})
	}
	return d.Changes, events, nil
}
