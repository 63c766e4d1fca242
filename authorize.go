package oms

import (
	"context"
	"fmt"
	"strings"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
)

// Authorizer decides what an actor may do. It is asked exactly once for each call of
// a command or read, by the name that [Permissions] lists, before anything is read;
// never about the steps that a command consists of, nor about what Run does by
// itself. Its error is what the caller gets; a *[ForbiddenError] says it in the
// library's words. It must be safe for concurrent use.
//
// The actor's Tenant is the one that is asked for. What no authorizer can allow has
// been refused before: a shopper what shoppers never do, an actor another tenant. What
// is nobody's but another shopper's is not found, after it has allowed the command.
type Authorizer interface {
	Authorize(ctx context.Context, a event.Actor, command string) error
}

// AuthorizerFunc is an Authorizer made of a function.
type AuthorizerFunc func(ctx context.Context, a event.Actor, command string) error

// Authorize calls f.
func (f AuthorizerFunc) Authorize(ctx context.Context, a event.Actor, command string) error {
	return f(ctx, a, command)
}

// ForbiddenError reports a command or read that the actor may not ask for, whatever
// it is about. Nothing was read or written. Its kind is fault.Rejected.
type ForbiddenError struct {
	Command string          // see Permissions
	Kind    event.ActorKind // of who asked
	// Roles are those that may, any of them; none where no role helps.
	Roles []string
	// Elsewhere says that the actor belongs to another tenant.
	Elsewhere bool
}

func (e *ForbiddenError) Error() string {
	why := "no role allows it"
	switch n := len(e.Roles); {
	case e.Elsewhere:
		why = "the actor belongs to another tenant"
	case n == 1:
		why = "want role " + e.Roles[0]
	case n > 1:
		why = "want role " + strings.Join(e.Roles[:n-1], ", ") + " or " + e.Roles[n-1]
	}
	return fmt.Sprintf("oms: %s is not allowed for an actor of kind %s: %s", e.Command, e.Kind, why)
}

// Fault returns fault.Rejected.
func (e *ForbiddenError) Fault() fault.Kind { return fault.Rejected }

// authorizer asks about an actor's commands in a tenant: first what holds in every
// shop, then the host's authorizer.
func (c *core) authorizer(tenant string) func(context.Context, event.Actor, string) error {
	return func(ctx context.Context, a event.Actor, command string) error {
		switch {
		case !a.Kind.Known():
			return fault.Invalid("actor.kind", a.Kind, `"system", "staff", "shopper" or "integration"`)
		case !a.WorksFor(tenant):
			return &ForbiddenError{Command: command, Kind: a.Kind, Elsewhere: true}
		case a.Kind == event.Shopper && !c.shoppers[command]:
			return &ForbiddenError{Command: command, Kind: a.Kind}
		case c.cfg.Authorizer == nil:
			return nil
		}
		a.Tenant = tenant
		return c.cfg.Authorizer.Authorize(ctx, a, command)
	}
}

// authorize asks about a read, or about a command that is no change of its own.
func (c *Client) authorize(ctx context.Context, command string) error {
	return c.issuer.Allow(ctx, command)
}

// allow asks about a command that has to read before it is issued, and returns the
// client that issues it without asking again.
func (c *Client) allow(ctx context.Context, command string) (*Client, error) {
	if err := c.authorize(ctx, command); err != nil {
		return nil, err
	}
	allowed := *c
	allowed.issuer.Authorize = nil
	return &allowed, nil
}
