package oms

import (
	"context"
	"fmt"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/order"
)

// drafts walks the drafts beside their history.
func (v *verifier) drafts(ctx context.Context) error {
	events := open(v.books.AllEvents(ctx, event.Draft))
	defer events.stop()
	for d, err := range v.books.AllDrafts(ctx) {
		if err != nil {
			return err
		}
		history, err := events.take(func(e event.Event) int { return compareID(e.ID, d.ID) }, v.strayEvent)
		if err != nil {
			return err
		}
		v.draft(d, history)
	}
	return events.rest(v.strayEvent)
}

// draft holds one draft against its status and its history.
func (v *verifier) draft(d *order.Draft, history []event.Event) {
	where := "draft " + d.ID.String()
	v.looked(checkDraft)
	if err := d.CheckFigures(); err != nil {
		v.found(checkDraft, where, err.Error())
	}
	if !v.sequence(where, d.Version, history) {
		return
	}
	var folded *order.Draft
	for _, e := range history {
		delta, ok := e.Payload.(*order.DraftDelta)
		if !ok {
			v.found(checkFold, where, fmt.Sprintf("event %d has no draft payload", e.Version))
			return
		}
		folded = order.ApplyDraft(folded, delta)
	}
	v.folded(where, folded, d)
}
