package oms

import (
	"context"
	"errors"
	"sync"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/storage"
)

// ErrInTx is the answer of commands that call a gateway or carrier on a client
// whose store is joined to the host's transaction: nothing outside may be called
// there. Its kind is fault.Rejected.
var ErrInTx error = inTxError{}

type inTxError struct{}

func (inTxError) Error() string {
	return "oms: a joined client does not call gateways or carriers: commit first"
}

func (inTxError) Fault() fault.Kind { return fault.Rejected }

// ErrClosed is the answer of every command after Close. Its kind is
// fault.Rejected.
var ErrClosed error = closedError{}

type closedError struct{}

func (closedError) Error() string     { return "oms: the client is closed" }
func (closedError) Fault() fault.Kind { return fault.Rejected }

// Client is the shop as one actor of one tenant sees it, through one store. It is
// a cheap value: derive others with Tenant, As and With. It is safe for concurrent
// use.
type Client struct {
	core   *core
	store  storage.Store
	tenant string
	actor  event.Actor
	issuer event.Issuer
	given  bool // the store is another one than the configuration's
	inside bool // inside a command that was let in: counted already

	// Inventory has the commands and reads about stock alone.
	Inventory *inventory.Service
}

// core is what all clients of one New share.
type core struct {
	cfg     Config
	flows   *order.Workflows
	holds   *order.Holds
	numbers numbers
	stock   sync.Map // tenant → *inventory.Cache
	owner   string   // names this process in leases

	shoppers map[string]bool // what shoppers may ask for

	mu     sync.Mutex
	closed bool
	busy   sync.WaitGroup
}

func newClient(cfg Config, flows *order.Workflows, holds *order.Holds) *Client {
	c := &core{cfg: cfg, flows: flows, holds: holds, owner: cfg.NewID().String(), shoppers: make(map[string]bool)}
	for _, p := range Permissions() {
		c.shoppers[p.Command] = p.Shopper
	}
	return c.client(cfg.Store, "", event.Actor{Kind: event.System})
}

func (c *core) client(store storage.Store, tenant string, actor event.Actor) *Client {
	if actor.Kind == "" {
		actor.Kind = event.System
	}
	issuer := event.Issuer{Actor: actor, Now: c.cfg.Now, NewID: c.cfg.NewID, Authorize: c.authorizer(tenant)}
	return &Client{
		core: c, store: store, tenant: tenant, actor: actor, issuer: issuer,
		Inventory: inventory.NewService(storage.Inventory(store), issuer).WithSourcing(c.cfg.Sourcing),
	}
}

// Tenant returns the shop of another tenant: an id of at most 64 bytes. The actor
// stays: unless he works for that one, too, everything he asks for there is a
// *[ForbiddenError].
func (c *Client) Tenant(id string) *Client {
	tenant := c.core.client(c.store.Tenant(id), id, c.actor)
	tenant.given = c.given
	return tenant
}

// As returns the shop as another actor sees it. The host has authenticated the
// actor; the library records it with everything it does. A shopper sees the
// orders of the customer whose id is the actor's id and no other.
//
// The actor belongs to the tenant of this client unless his Tenant says otherwise:
// choose the tenant first, shop.Tenant("acme").As(actor), and no slip leads from
// there to another one. What an actor may not ask for is a *[ForbiddenError], and
// what he may not see is not found.
func (c *Client) As(actor event.Actor) *Client {
	if actor.Tenant == "" {
		actor.Tenant = c.tenant
	}
	as := c.core.client(c.store, c.tenant, actor)
	as.given = c.given
	return as
}

// With returns the shop over another store, usually the same one joined to the
// host's transaction: shop.With(store.Join(tx)). The store must be bound to the
// same tenant; nothing is remembered from what is read or taken there.
func (c *Client) With(store storage.Store) *Client {
	with := c.core.client(store, c.tenant, c.actor)
	with.given = true
	return with
}

// stockCache is what is remembered of the tenant's stock, or nil on a store that
// another was put in place of: nothing is remembered of that.
func (c *Client) stockCache() *inventory.Cache {
	if c.given {
		return nil
	}
	if cache, ok := c.core.stock.Load(c.tenant); ok {
		return cache.(*inventory.Cache)
	}
	cache, _ := c.core.stock.LoadOrStore(c.tenant, &inventory.Cache{})
	return cache.(*inventory.Cache)
}

// Close refuses further commands and waits for those that run, until ctx ends. It
// does not close the store, which is the host's.
func (c *Client) Close(ctx context.Context) error {
	c.core.mu.Lock()
	c.core.closed = true
	c.core.mu.Unlock()
	drained := make(chan struct{})
	go func() {
		c.core.busy.Wait()
		close(drained)
	}()
	select {
	case <-drained:
		return nil
	case <-ctx.Done():
		return &fault.TransientError{Op: "oms: close", Err: ctx.Err()}
	}
}

func (c *core) enter() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return ErrClosed
	}
	c.busy.Add(1)
	return nil
}

// mayCallOut refuses steps that call outside on a joined store.
func (c *Client) mayCallOut() error {
	if c.store.InTx() {
		return ErrInTx
	}
	return nil
}

// sees reports whether the actor may see the order: not found and forbidden look
// alike.
func (c *Client) sees(o *order.Order) bool {
	return c.actor.Kind != event.Shopper || (c.actor.ID != "" && o.CustomerID.String() == c.actor.ID)
}

// inner is the client for steps inside a command: they are neither authorized again
// nor refused by Close, which waits for the command.
func (c *Client) inner() *Client {
	inner := *c
	inner.issuer.Authorize, inner.inside = nil, true
	return &inner
}

// enter counts a command in, for Close to wait for, and returns the client for its
// parts and what counts it out. Commands that go on after their commit enter
// themselves, so that they are counted whole.
func (c *Client) enter() (*Client, func(), error) {
	if c.inside {
		return c, func() {}, nil
	}
	if err := c.core.enter(); err != nil {
		return nil, nil, err
	}
	inside := *c
	inside.inside = true
	return &inside, c.core.busy.Done, nil
}

// load reads an order for a command and checks the version its caller relies on.
func (c *Client) load(ctx context.Context, id uuid.UUID, version int64) (*order.Order, error) {
	o, err := c.store.Order(ctx, id)
	if err != nil {
		return nil, err
	}
	if !c.sees(o) {
		return nil, fault.NotFound("order", id)
	}
	if version != 0 && version != o.Version {
		return nil, &fault.StaleError{Kind: event.Order, ID: id.String(), Expected: version, Actual: o.Version}
	}
	return o, nil
}

func isReplay(err error) (*event.Replay, bool) {
	var replay *event.Replay
	ok := errors.As(err, &replay)
	return replay, ok
}
