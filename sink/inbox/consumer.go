package inbox

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/sink/cloudevents"
)

// Consumer is an oms.Sink whose effects are rows of a database of its own. Handle is
// called in a transaction that is committed together with the note that it was: for
// each event once, whatever comes how often. When Handle or the commit fails the
// event comes again, and those before it do not. An *oms.DeliveryError of Handle is
// passed on.
//
// A SQLite file that the library keeps its books in is not a good place: it has one
// writer. Give the consumer a file of its own.
type Consumer struct {
	Name   string
	DB     *sql.DB
	Inbox  Inbox
	Handle func(ctx context.Context, tx *sql.Tx, tenant string, e event.Event) error
	// Now is the clock; time.Now by default.
	Now func() time.Time
}

// Deliver handles events in their order.
func (c *Consumer) Deliver(ctx context.Context, tenant string, events []event.Event) error {
	for i, e := range events {
		err := c.deliver(ctx, tenant, e)
		if err == nil {
			continue
		}
		var told *oms.DeliveryError
		if !errors.As(err, &told) {
			told = &oms.DeliveryError{Err: err}
		}
		passed := *told
		passed.Delivered = i
		return &passed
	}
	return nil
}

func (c *Consumer) deliver(ctx context.Context, tenant string, e event.Event) error {
	now := c.Now
	if now == nil {
		now = time.Now
	}
	tx, err := c.DB.BeginTx(ctx, nil)
	if err != nil {
		return &fault.TransientError{Op: "inbox: begin", Err: err}
	}
	defer func() { _ = tx.Rollback() }() // nothing any more after the commit
	handle := func() error { return c.Handle(ctx, tx, tenant, e) }
	if _, err := c.Inbox.Once(ctx, tx, c.Name, cloudevents.ID(tenant, e), now(), handle); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return &fault.UnknownError{Op: "inbox: commit", Err: err}
	}
	return nil
}

var _ oms.Sink = (*Consumer)(nil)
