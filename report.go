package oms

import (
	"context"
	"time"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/reporting"
)

// Report answers a question about the tenant's books, as of now by the shop's clock
// unless the query names a moment, which one about stock cannot: levels are those of
// now. It writes nothing and reads no more than the query's period; package reporting
// says what each question costs and means. What cannot be asked is a
// *fault.InvalidError. Shoppers get no reports.
func (c *Client) Report(ctx context.Context, q reporting.Query) (*reporting.Table, error) {
	c, leave, err := c.enter()
	if err != nil {
		return nil, err
	}
	defer leave()
	if err := c.authorize(ctx, "report.run"); err != nil {
		return nil, err
	}
	switch {
	case q.AsOf.IsZero():
		q.AsOf = c.now()
	case q.From == reporting.Stock:
		return nil, fault.Invalid("as_of", q.AsOf.Format(time.RFC3339), "none: stock is as of now")
	}
	return reporting.Run(ctx, c.store, q)
}
