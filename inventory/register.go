package inventory

import (
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/quantity"
)

// The types of item events. Their payload is the *[Item].
const (
	// ItemRegistered is recorded when an item is new: registered by itself, or by a
	// receipt, an import or a setting that names it first.
	ItemRegistered = "item.registered"
	// ItemChanged is recorded when an item's title, unit or decimals were replaced.
	ItemChanged = "item.changed"
)

// Check returns a *fault.InvalidError unless the item can be registered.
func (i Item) Check() error {
	err := first(
		code("sku", i.SKU, MaxSKU),
		text("title", i.Title, MaxTitle),
		text("unit", i.Unit, MaxUnit),
	)
	if err == nil && i.Decimals > quantity.MaxDecimals {
		return fault.Invalid("decimals", i.Decimals, "at most 6")
	}
	return err
}

// Register returns the item as it is inserted, with its id and version 1, and the
// event that says so. The item must have passed Check.
func Register(item Item, cmd event.Command) (Item, event.Event) {
	item.ID, item.Version = cmd.IDs.Next(), 1
	return item, itemEvent(item, ItemRegistered, cmd)
}

// Change returns the item with the details replaced and its version one higher,
// and the event that says so. Quantities on the books stay valid: the decimals may
// only grow, and whether stock is kept at all is settled when the item is
// registered. The error is a *fault.InvalidError.
func (i Item) Change(title, unit string, decimals uint8, cmd event.Command) (Item, event.Event, error) {
	if decimals < i.Decimals {
		return i, event.Event{}, fault.Invalid("decimals", decimals, "no fewer than before")
	}
	i.Title, i.Unit, i.Decimals = title, unit, decimals
	if err := i.Check(); err != nil {
		return i, event.Event{}, err
	}
	i.Version++
	return i, itemEvent(i, ItemChanged, cmd), nil
}

func itemEvent(item Item, kind string, cmd event.Command) event.Event {
	return cmd.Event(event.Item, item.ID, item.Version, kind, &item)
}
