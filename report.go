package oms

import (
	"context"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/reporting"
)

// Report answers a question about the tenant's books, as of now by the shop's clock
// unless the query names a moment. It writes nothing and reads no more than the
// query's period; package reporting says what each question costs and means. What
// cannot be asked is a *fault.InvalidError. Shoppers get no reports.
func (c *Client) Report(ctx context.Context, q reporting.Query) (*reporting.Table, error) {
	if c.actor.Kind == event.Shopper {
		return nil, fault.Invalid("actor", c.actor, "staff, an integration or the system")
	}
	c, leave, err := c.enter()
	if err != nil {
		return nil, err
	}
	defer leave()
	if err := c.authorize(ctx, "report.run"); err != nil {
		return nil, err
	}
	if q.AsOf.IsZero() {
		q.AsOf = c.now()
	}
	return reporting.Run(ctx, c.store, q)
}
