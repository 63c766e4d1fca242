package oms_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/storage/memory"
)

// Authorize takes down what is asked about, and that it is asked for the tenant.
func (w *twinned) Authorize(_ context.Context, a event.Actor, command string) error {
	w.mu.Lock()
	w.asked = append(w.asked, command)
	turn := w.turn
	w.mu.Unlock()
	if turn != nil && a.Tenant != turn.id {
		w.find("%s of %s is asked for the tenant %q", command, turn.id, a.Tenant)
	}
	return nil
}

// askedOnce holds what was asked against the step: exactly its method's permission,
// or nothing where the request is refused before, for what stands in it.
func (w *twinned) askedOnce(s step, err error) error {
	want := []string{permissionOf(s.method)}
	switch {
	case unasked[s.method] != "" || err != nil && len(w.asked) == 0:
		return nil
	case !slices.Equal(want, w.asked):
		return fmt.Errorf("the authorizer was asked about %q, not about %q", w.asked, want)
	}
	return nil
}

// TestEveryCommandIsAskedAboutOnce lives the life that calls every method.
func TestEveryCommandIsAskedAboutOnce(t *testing.T) {
	w, err := twins(t.Context(), memory.New())
	require.NoError(t, err)
	w.looks = 1000
	require.NoError(t, w.live())
	require.NoError(t, w.everyMethod())
}

// staff is an actor of that role.
func staff(roles ...string) event.Actor { return event.Actor{Kind: event.Staff, ID: "7", Roles: roles} }

func TestAnActorStaysInHisTenant(t *testing.T) {
	s := newShop(t)
	ask := func(c *oms.Client) error { _, err := c.Order(s.ctx, uuid.New()); return err }
	clerk := s.Tenant("acme").As(staff())
	for name, c := range map[string]struct {
		client  *oms.Client
		allowed bool
	}{
		"where he was bound":                {clerk, true},
		"elsewhere":                         {clerk.Tenant("other"), false},
		"in the tenant without a name":      {clerk.Tenant(""), false},
		"and back":                          {clerk.Tenant("other").Tenant("acme"), true},
		"bound in the one without a name":   {s.As(staff()).Tenant("acme"), false},
		"named":                             {s.As(event.Actor{Kind: event.Staff, Tenant: "acme"}).Tenant("acme"), true},
		"named, but not here":               {s.As(event.Actor{Kind: event.Staff, Tenant: "acme"}), false},
		"named another one":                 {s.Tenant("acme").As(event.Actor{Kind: event.Staff, Tenant: "other"}), false},
		"of the house":                      {s.As(event.Actor{Kind: event.Staff, Tenant: event.AnyTenant}).Tenant("acme"), true},
		"an integration":                    {s.As(event.Actor{Kind: event.Integration}).Tenant("acme"), false},
		"a shopper":                         {s.As(event.Actor{Kind: event.Shopper, ID: "1"}).Tenant("acme"), false},
		"the system":                        {s.As(event.Actor{Kind: event.System}).Tenant("acme"), true},
		"the system of a tenant":            {s.Tenant("other").As(event.Actor{}).Tenant("acme"), true},
		"elsewhere, through another store":  {clerk.Tenant("other").With(s.store.Tenant("other")), false},
		"a shopper of a tenant in the next": {s.Tenant("acme").As(event.Actor{Kind: event.Shopper, ID: "1"}).Tenant("b"), false},
	} {
		err := ask(c.client)
		if c.allowed {
			var missing *fault.NotFoundError
			require.ErrorAs(t, err, &missing, name)
			continue
		}
		var forbidden *oms.ForbiddenError
		require.ErrorAs(t, err, &forbidden, name)
		require.True(t, forbidden.Elsewhere, name)
		require.Empty(t, forbidden.Roles)
		require.Equal(t, fault.Rejected, fault.KindOf(err))
	}
	require.EqualError(t, ask(clerk.Tenant("other")),
		"oms: order.read is not allowed for an actor of kind staff: the actor belongs to another tenant")
}

func TestRunIsForThoseWhoWorkForAllTenants(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 1)
	s.place(line("TEE-M", 1))
	s.clock.Add(48 * time.Hour)
	var forbidden *oms.ForbiddenError
	_, err := s.As(staff("manager")).RunOnce(s.ctx)
	require.ErrorAs(t, err, &forbidden)
	require.ErrorAs(t, s.As(staff("manager")).Run(s.ctx), &forbidden)
	work, err := s.As(event.Actor{Kind: event.Staff, Tenant: event.AnyTenant}).RunOnce(s.ctx)
	require.NoError(t, err)
	require.Equal(t, 1, work.Expired)
	history, err := s.store.History(s.ctx, event.Order, must(first(s.Orders(s.ctx, order.Filter{}))).ID)
	require.NoError(t, err)
	require.Equal(t, event.System, history[len(history)-1].ActorKind, "what Run does by itself is the system's")
}

// first returns the first value of a sequence.
func first[T any](seq func(func(T, error) bool)) (value T, err error) {
	for v, e := range seq {
		return v, e
	}
	return value, errors.New("nothing")
}

func TestAnActorOfAnUnknownKindIsRefused(t *testing.T) {
	s := newShop(t)
	for _, kind := range []event.ActorKind{"customer", "Staff", "*"} {
		_, err := s.As(event.Actor{Kind: kind}).SaveCustomer(s.ctx, oms.CustomerDetails{Customer: crm.Customer{Name: "Ada"}})
		var invalid *fault.InvalidError
		require.ErrorAs(t, err, &invalid)
		require.Equal(t, "actor.kind", invalid.Field)
	}
	require.Zero(t, s.position())
}

// No authorizer can give a shopper what shoppers never do.
func TestAnAuthorizerOpensNoDoorToShoppers(t *testing.T) {
	asked := 0
	s := newShop(t, func(cfg *oms.Config) {
		cfg.Authorizer = oms.AuthorizerFunc(func(context.Context, event.Actor, string) error { asked++; return nil })
	})
	for _, actor := range []event.Actor{
		{Kind: event.Shopper, ID: uuid.NewString(), Roles: []string{"manager"}},
		{Kind: event.Shopper, ID: uuid.NewString(), Tenant: event.AnyTenant},
	} {
		err := s.As(actor).Discard(s.ctx, oms.DeadLetter{})
		var forbidden *oms.ForbiddenError
		require.ErrorAs(t, err, &forbidden)
		require.Equal(t, &oms.ForbiddenError{Command: "events.discard", Kind: event.Shopper}, forbidden)
	}
	require.Zero(t, asked)
}
