package oms

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/storage"
)

// The rhythm of Run.
const (
	runEvery  = time.Second      // between passes without work
	leaseFor  = time.Minute      // how long a process keeps a piece of work
	grace     = 30 * time.Second // how long a call outside may take before others look at it
	passLimit = 200              // pieces of one kind in one pass
	keysKept  = 90 * 24 * time.Hour
)

// Work counts what a pass of Run did.
type Work struct {
	Payments      int `json:"payments"`      // operations taken a step further
	Labels        int `json:"labels"`        // labels taken a step further
	Reports       int `json:"reports"`       // parked reports matched
	Expired       int `json:"expired"`       // unpaid orders that expired
	Returns       int `json:"returns"`       // returns that did not come in time
	Voided        int `json:"voided"`        // expired reservations given back
	Backorders    int `json:"backorders"`    // lines whose backorder was filled
	Subscriptions int `json:"subscriptions"` // subscriptions taken up: run, or their payment looked after
	Drafts        int `json:"drafts"`        // drafts and quotes expired
	Holds         int `json:"holds"`         // orders of which holds were released in time
	Delivered     int `json:"delivered"`     // events handed to sinks
	Failed        int `json:"failed"`        // pieces that failed and will be tried again
}

// Any reports whether something was done.
func (w Work) Any() bool { return w != Work{} && w != Work{Failed: w.Failed} }

func (w *Work) add(o Work) {
	w.Payments += o.Payments
	w.Labels += o.Labels
	w.Reports += o.Reports
	w.Expired += o.Expired
	w.Returns += o.Returns
	w.Voided += o.Voided
	w.Backorders += o.Backorders
	w.Holds += o.Holds
	w.Subscriptions += o.Subscriptions
	w.Drafts += o.Drafts
	w.Delivered += o.Delivered
	w.Failed += o.Failed
}

// Run does what must happen without anybody asking, for every tenant, until ctx
// ends: it finishes payments and labels whose outcome is open, lets unpaid orders,
// returns and reservations expire, fills backorders, places the orders of subscriptions, releases
// holds whose time has come, and delivers events to the sinks.
// Several processes may run it at once: pieces of work are claimed by leases, and
// a process that dies leaves only what the next one takes up. It returns ctx's
// error, or ErrClosed.
//
// Each sink is served beside the rest, so that a slow one holds up nothing else.
//
// It works for every tenant, and so must its actor. The authorizer is asked about it
// once, when it begins, and not about what it then does.
func (c *Client) Run(ctx context.Context) error {
	if err := c.mayRun(ctx); err != nil {
		return err
	}
	var sinks sync.WaitGroup
	for name := range c.core.cfg.Sinks {
		sinks.Go(func() {
			_ = c.loop(ctx, func(t *Client) []task { return []task{t.sinkTask(name)} })
		})
	}
	defer sinks.Wait()
	return c.loop(ctx, (*Client).tasks)
}

// loop passes over the tenants until ctx ends or the client is closed.
func (c *Client) loop(ctx context.Context, tasks func(*Client) []task) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-timer.C:
		}
		work, err := c.pass(ctx, tasks)
		switch {
		case errors.Is(err, ErrClosed):
			return err
		case err != nil && ctx.Err() == nil:
			c.core.cfg.Logger.Error("oms: run", "error", err)
		}
		if work.Any() {
			timer.Reset(0)
		} else {
			timer.Reset(runEvery)
		}
	}
}

// RunOnce is one pass of Run over every tenant. Its error joins what could not be
// read or claimed; a piece of work that failed is counted and tried again later.
func (c *Client) RunOnce(ctx context.Context) (Work, error) {
	if err := c.mayRun(ctx); err != nil {
		return Work{}, err
	}
	work, err := c.pass(ctx, (*Client).tasks)
	if errors.Is(err, ErrClosed) || len(c.core.cfg.Sinks) == 0 {
		return work, err
	}
	delivered, sinkErr := c.pass(ctx, (*Client).sinkTasks)
	work.add(delivered)
	return work, errors.Join(err, sinkErr)
}

// mayRun asks whether the actor may have work done for every tenant.
func (c *Client) mayRun(ctx context.Context) error {
	const command = "shop.run"
	if err := c.authorize(ctx, command); err != nil {
		return err
	}
	if !c.actor.WorksFor(event.AnyTenant) {
		return &ForbiddenError{Command: command, Kind: c.actor.Kind, Elsewhere: true}
	}
	return nil
}

// pass does tasks of every tenant once.
func (c *Client) pass(ctx context.Context, tasks func(*Client) []task) (Work, error) {
	var total Work
	if err := c.core.enter(); err != nil {
		return total, err
	}
	defer c.core.busy.Done()
	if err := c.mayCallOut(); err != nil {
		return total, err
	}
	tenants, err := c.store.Tenants(ctx)
	if err != nil {
		return total, err
	}
	var wrong []error
	for _, id := range tenants {
		tenant := c.own(id)
		work, err := tenant.runTenant(ctx, tasks(tenant))
		total.add(work)
		if err != nil {
			wrong = append(wrong, fmt.Errorf("tenant %q: %w", id, err))
		}
	}
	return total, errors.Join(wrong...)
}

// own is the client for the library's own work in a tenant: it asks nobody.
func (c *Client) own(tenant string) *Client {
	own := c.Tenant(tenant).As(event.Actor{Kind: event.System})
	own.issuer.Authorize = nil
	own.Inventory = inventory.NewService(storage.Inventory(own.store), own.issuer).WithSourcing(c.core.cfg.Sourcing)
	return own
}

// task is a kind of work. due looks whether there is any and its time has come,
// without a claim, so that an idle shop writes nothing.
type task struct {
	name string
	due  func(context.Context) (bool, error)
	do   func(context.Context, *claim) (Work, error)
}

// tasks lists the work of one tenant, but for what sinks have to do.
func (c *Client) tasks() []task {
	plain := func(do func(context.Context) (Work, error)) func(context.Context, *claim) (Work, error) {
		return func(ctx context.Context, _ *claim) (Work, error) { return do(ctx) }
	}
	return []task{
		{"payments", c.paymentsDue, plain(c.finishPayments)},
		{"reports", c.reportsParked, plain(c.matchReports)},
		{"labels", c.labelsDue, plain(c.finishLabels)},
		{"expiry", c.ordersExpired, plain(c.expireOrders)},
		{"returns", c.returnsDue, plain(c.followReturns)},
		{"drafts", c.draftsDue, plain(c.expireDrafts)},
		{"reservations", c.reservationsExpired, plain(c.voidExpired)},
		{"subscriptions", c.subscriptionsDue, plain(c.runSubscriptions)},
		{"backorders", c.backordersFillable, plain(c.fillBackorders)},
		{"holds", c.holdsDue, plain(c.endHolds)},
		{keysTask, c.keysDue, c.forgetKeys},
	}
}

// sinkTasks lists the sinks' work of one tenant, by name.
func (c *Client) sinkTasks() []task {
	var list []task
	for _, name := range slices.Sorted(maps.Keys(c.core.cfg.Sinks)) {
		list = append(list, c.sinkTask(name))
	}
	return list
}

func (c *Client) sinkTask(name string) task {
	return task{
		name: sinkLease(name),
		due:  func(ctx context.Context) (bool, error) { return c.eventsWaiting(ctx, name) },
		do: func(ctx context.Context, held *claim) (Work, error) {
			return c.deliverEvents(ctx, name, c.core.cfg.Sinks[name], held)
		},
	}
}

const keysTask = "keys"

// keysDue reports whether it is time to look at the keys again.
func (c *Client) keysDue(ctx context.Context) (bool, error) {
	lease, err := c.store.Lease(ctx, keysTask)
	return err == nil && !lease.NextAt.After(c.now()), err
}

// runTenant does one pass for one tenant.
func (c *Client) runTenant(ctx context.Context, tasks []task) (Work, error) {
	var total Work
	var wrong []error
	for _, t := range tasks {
		due, err := t.due(ctx)
		if err == nil && due {
			var work Work
			work, err = c.claimed(ctx, t)
			total.add(work)
		}
		if err != nil {
			wrong = append(wrong, fmt.Errorf("%s: %w", t.name, err))
		}
	}
	return total, errors.Join(wrong...)
}

// ordersExpired reports whether an unpaid order's time is over.
func (c *Client) ordersExpired(ctx context.Context) (bool, error) {
	for _, err := range c.store.Orders(ctx, order.Filter{ExpiresTo: c.now(), Limit: 1, Ascending: true}) {
		return err == nil, err
	}
	return false, nil
}

// expireOrders lets unpaid orders end whose time is over.
func (c *Client) expireOrders(ctx context.Context) (Work, error) {
	var work Work
	for o, err := range c.store.Orders(ctx, order.Filter{ExpiresTo: c.now(), Limit: passLimit, Ascending: true}) {
		if err != nil {
			return work, err
		}
		expiry := Expiry{Key: fmt.Sprintf("expire/%s/%d", o.ID, o.Version), Version: o.Version}
		if _, err := c.Expire(ctx, o.ID, expiry); err != nil {
			c.leftover("expire order", o.ID.String(), err, &work)
			continue
		}
		work.Expired++
	}
	return work, nil
}

// reservationsExpired reports whether a cart's time is over.
func (c *Client) reservationsExpired(ctx context.Context) (bool, error) {
	expired, err := c.store.Reservations(ctx, inventory.ReservationFilter{
		Kind: inventory.ForCart, ExpiredBefore: c.now(), Limit: 1,
	})
	return len(expired) > 0, err
}

// voidExpired gives back what carts no longer hold. Nobody waits for it: expired
// reservations refuse no buyer.
func (c *Client) voidExpired(ctx context.Context) (Work, error) {
	voided, err := c.Inventory.VoidExpired(ctx, inventory.Sweep{Limit: passLimit})
	return Work{Voided: voided}, err
}

// forgetKeys drops idempotency keys that are old enough, once an hour.
func (c *Client) forgetKeys(ctx context.Context, held *claim) (Work, error) {
	now := c.now()
	if err := c.store.Commit(ctx, &storage.Batch{ForgetKeys: now.Add(-keysKept)}); err != nil {
		return Work{}, err
	}
	next := held.lease
	next.NextAt = now.Add(time.Hour)
	return Work{}, held.change(ctx, next)
}

func (c *Client) now() time.Time { return event.Moment(c.core.cfg.Now()) }

// leftover logs a piece of work that failed; the next pass finds it again.
func (c *Client) leftover(what, id string, err error, work *Work) {
	work.Failed++
	c.core.cfg.Logger.Warn("oms: "+what, "id", id, "kind", fault.KindOf(err).String(), "error", err)
}
