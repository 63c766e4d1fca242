package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/storage"
)

// eventCommands are about the events that go to sinks.
type eventCommands struct {
	Lag     eventsLag     `cmd:"" help:"Print how far each sink is behind."`
	Dead    eventsDead    `cmd:"" help:"Print what sinks have not taken and what is parked beside their lines."`
	Redrive eventsRedrive `cmd:"" help:"Have a sink try again what is parked; a sink that has stopped goes on. Run delivers it."`
	Discard eventsDiscard `cmd:"" help:"Give up one parked event: its sink never gets it."`
}

// each does something with the shop of every tenant that is meant.
func (t tenantFlag) each(e *env, store storage.Store, do func(tenant string, shop *oms.Client) error) error {
	tenants, err := t.tenants(e, store)
	if err != nil {
		return err
	}
	for _, tenant := range tenants {
		shop, err := shopOf(store, tenant)
		if err != nil {
			return err
		}
		if err := do(tenant, shop); err != nil {
			return err
		}
	}
	return nil
}

// head prints whose what follows is; nothing in a shop of a single tenant.
func head(e *env, tenant string) {
	if tenant != "" {
		e.say("tenant %s", clip(tenant, 64))
	}
}

type eventsLag struct {
	bookFlags
	tenantFlag
}

// tenantLag is how far the sinks of a tenant are behind.
type tenantLag struct {
	Tenant string        `json:"tenant"`
	Sinks  []oms.SinkLag `json:"sinks"`
}

// Run prints the lags.
func (c *eventsLag) Run(e *env) (err error) {
	store, err := c.look(e)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	all := []tenantLag{}
	err = c.each(e, store, func(tenant string, shop *oms.Client) error {
		lags, err := shop.Lag(e.ctx)
		if err != nil {
			return err
		}
		all = append(all, tenantLag{Tenant: tenant, Sinks: append([]oms.SinkLag{}, lags...)})
		head(e, tenant)
		if len(lags) == 0 {
			e.say("No sink has ever been served.")
		}
		for _, lag := range lags {
			reportSink(e, lag)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return e.print(all)
}

type eventsDead struct {
	bookFlags
	tenantFlag
	Sink string `placeholder:"NAME" help:"The sink; all of them by default."`
}

// letter is a parked event as the tool shows it: what it is about, and not what it
// says.
type letter struct {
	Tenant    string    `json:"tenant"`
	Sink      string    `json:"sink"`
	Aggregate string    `json:"aggregate"`
	ID        uuid.UUID `json:"id"` // by which redrive and discard know it
	Version   int64     `json:"version"`
	Type      string    `json:"type"`
	Behind    int       `json:"behind"` // later events that wait behind it
	Attempts  int       `json:"attempts"`
	Problem   string    `json:"problem"`
	NextAt    time.Time `json:"next_at,omitzero"` // none: it is dead
	Dead      bool      `json:"dead"`
}

// Run prints what is parked.
func (c *eventsDead) Run(e *env) (err error) {
	store, err := c.look(e)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	all := []letter{}
	err = c.each(e, store, func(tenant string, shop *oms.Client) error {
		letters, err := c.letters(e, tenant, shop)
		all = append(all, letters...)
		if err != nil || len(letters) == 0 {
			return err
		}
		head(e, tenant)
		for _, l := range letters {
			l.report(e)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if len(all) == 0 {
		e.say("Nothing is parked.")
	}
	return e.print(all)
}

// letters are those of a tenant.
func (c *eventsDead) letters(e *env, tenant string, shop *oms.Client) (all []letter, err error) {
	names := []string{c.Sink}
	if c.Sink == "" {
		lags, err := shop.Lag(e.ctx)
		if err != nil {
			return nil, err
		}
		names = names[:0]
		for _, lag := range lags {
			names = append(names, lag.Sink)
		}
	}
	for _, name := range names {
		parked, err := shop.DeadLetters(e.ctx, name)
		if err != nil {
			return nil, err
		}
		for _, p := range parked {
			all = append(all, letter{
				Tenant: tenant, Sink: name, Aggregate: p.Event.Aggregate, ID: p.Event.ID, Version: p.Event.Version, Type: p.Event.Type,
				Behind: p.Behind, Attempts: p.Attempts, Problem: p.Problem, NextAt: p.NextAt, Dead: p.Dead(),
			})
		}
	}
	return all, nil
}

// report prints a letter for people.
func (l *letter) report(e *env) {
	state := "dead"
	if !l.Dead {
		state = "tried again at " + l.NextAt.Format(time.RFC3339)
	}
	e.say("%s: %s, version %d of %s %s", clip(l.Sink, 40), l.Type, l.Version, l.Aggregate, l.ID)
	e.say("  %s after %d attempts, %d events behind it: %s", state, l.Attempts, l.Behind, clip(l.Problem, 200))
}

type eventsRedrive struct {
	bookFlags
	tenantFlag
	Sink string      `required:"" placeholder:"NAME" help:"The sink."`
	IDs  []uuid.UUID `arg:"" optional:"" name:"id" help:"What the parked events are about; everything by default."`
}

// redriven is how much of a tenant's is tried again.
type redriven struct {
	Tenant   string `json:"tenant"`
	Redriven int    `json:"redriven"` // aggregates
}

// Run has it tried again. A sink that no tenant has been served by is not found.
func (c *eventsRedrive) Run(e *env) (err error) {
	store, err := c.change(e)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	all := []redriven{}
	var unknown error
	err = c.each(e, store, func(tenant string, shop *oms.Client) error {
		n, err := shop.Redrive(e.ctx, c.Sink, c.IDs...)
		var missing *fault.NotFoundError
		if errors.As(err, &missing) {
			unknown = err
			return nil
		}
		if err != nil {
			return err
		}
		all = append(all, redriven{Tenant: tenant, Redriven: n})
		head(e, tenant)
		e.say("%d parked aggregates are tried again in the next pass of Run.", n)
		return nil
	})
	switch {
	case err != nil:
		return err
	case len(all) == 0:
		return unknown
	}
	return e.print(all)
}

type eventsDiscard struct {
	bookFlags
	Tenant  string    `placeholder:"ID" help:"The tenant whose event it is."`
	Sink    string    `required:"" placeholder:"NAME" help:"The sink."`
	ID      uuid.UUID `arg:"" help:"What the event is about, as dead lists it."`
	Version int64     `arg:"" help:"Its version, as dead lists it: no other is given up."`
}

// Run gives the event up.
func (c *eventsDiscard) Run(e *env) (err error) {
	store, err := c.change(e)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	shop, err := shopOf(store, c.Tenant)
	if err != nil {
		return err
	}
	letters, err := shop.DeadLetters(e.ctx, c.Sink)
	if err != nil {
		return err
	}
	for _, l := range letters {
		if l.Event.ID != c.ID || l.Event.Version != c.Version {
			continue
		}
		if err := shop.Discard(e.ctx, l); err != nil {
			return err
		}
		e.say("%s never gets %s, version %d of %s %s.", clip(c.Sink, 40), l.Event.Type, l.Event.Version, l.Event.Aggregate, l.Event.ID)
		return e.print(struct {
			Discarded string `json:"discarded"` // the event's type
			Behind    int    `json:"behind"`    // events that are tried next
		}{l.Event.Type, l.Behind})
	}
	return fault.NotFound("dead letter", fmt.Sprintf("of sink %s about %s, version %d", c.Sink, c.ID, c.Version))
}
