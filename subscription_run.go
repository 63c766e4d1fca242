package oms

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/payment"
	"github.com/go-oms/oms/storage"
)

// subscriptionsAt asks for the subscriptions that are to be taken up now.
func (c *Client) subscriptionsAt(now time.Time, limit int) order.SubscriptionFilter {
	return order.SubscriptionFilter{NextTo: now.Add(time.Microsecond), Limit: limit}
}

// subscriptionsDue reports whether a subscription is to be taken up.
func (c *Client) subscriptionsDue(ctx context.Context) (bool, error) {
	for _, err := range c.store.Subscriptions(ctx, c.subscriptionsAt(c.now(), 1)) {
		return err == nil, err
	}
	return false, nil
}

// runSubscriptions takes up the subscriptions whose time has come.
func (c *Client) runSubscriptions(ctx context.Context) (Work, error) {
	var work Work
	for s, err := range c.store.Subscriptions(ctx, c.subscriptionsAt(c.now(), passLimit)) {
		if err != nil {
			return work, err
		}
		if err := c.takeUp(ctx, s); err != nil {
			c.leftover("subscription", s.ID.String(), err, &work)
			continue
		}
		work.Subscriptions++
	}
	return work, nil
}

// takeUp runs a subscription's date, or looks after the payment of the last one.
func (c *Client) takeUp(ctx context.Context, s *order.Subscription) error {
	if s.Unpaid {
		return c.chargeLast(ctx, s)
	}
	date, due, err := s.Due(c.now())
	if err != nil {
		return c.failRun(ctx, s, date, err)
	}
	if !due {
		return nil
	}
	run, err := c.runDate(ctx, s.ID, date)
	switch {
	case errors.Is(err, errNotDue):
		return nil // another process was faster
	case fault.KindOf(err) == fault.Rejected:
		return c.failRun(ctx, s, date, err)
	case err != nil || run.Order == uuid.Nil || len(run.Ops) == 0:
		return err
	}
	return c.settleRun(ctx, s.ID)
}

// runKey is what a date's order and payment are known by: nobody places a second one
// under it.
func runKey(id uuid.UUID, date time.Time) string {
	return fmt.Sprintf("sub/%s/%s", id, date.UTC().Format(time.RFC3339Nano))
}

// errNotDue ends a run before it writes anything.
var errNotDue = &fault.InvalidError{Field: "date", Value: "not due", Allowed: "the date that is due"}

// runDate places the order of a date and has it charged. That the order was placed,
// what it is to be charged, and that the subscription has come to its next date, is
// one batch: none is ever there without the others. Its key and the order's cart id
// are the date's.
func (c *Client) runDate(ctx context.Context, id uuid.UUID, date time.Time) (opsResult, error) {
	c = c.inner()
	body := struct {
		ID   uuid.UUID `json:"subscription"`
		Date time.Time `json:"date"`
	}{id, date}
	fresh := false
	run, err := do(ctx, c, request{name: "subscription.run", key: runKey(id, date), body: body}, flow[opsResult]{
		decide: func(ctx context.Context, cmd event.Command) (opsResult, *storage.Batch, error) {
			fresh = true
			d, err := c.openSubscription(ctx, id, 0, cmd)
			if err != nil {
				return opsResult{}, nil, err
			}
			if now, due, err := d.next.Due(cmd.Now); err != nil {
				return opsResult{}, nil, err
			} else if !due || !now.Equal(date) {
				return opsResult{}, nil, errNotDue
			}
			return c.running(ctx, d, date)
		},
		replay: func(ctx context.Context, result []byte) (opsResult, error) {
			fresh = false
			return jsonReplay[opsResult](ctx, result)
		},
	})
	if err != nil {
		return run, err
	}
	for _, op := range run.Ops {
		if fresh {
			_, err = c.perform(ctx, call{op: op}, payment.DoSend, nil)
		} else {
			_, err = c.resume(ctx, op)
		}
		if err != nil {
			return run, err // the payment's own task takes it up
		}
	}
	return run, nil
}

// running decides about a date: it places the order, or does what the subscription
// wants done about a shortage.
func (c *Client) running(ctx context.Context, d *subscriptionDraft, date time.Time) (opsResult, *storage.Batch, error) {
	lines := d.next.Lines
	for {
		run, b, err := c.placeRun(ctx, d, date, lines)
		var short *inventory.ShortageError
		if !errors.As(err, &short) {
			return run, b, err
		}
		if d.next.Shortage == order.ShortagePartial {
			if lines = unshort(lines, short); len(lines) > 0 {
				continue
			}
		}
		switch d.next.Shortage {
		case order.ShortageBackorder:
			return run, nil, err
		case order.ShortagePause:
			if err := d.next.Fail(problemShortage, true, d.cmd.Now); err != nil {
				return run, nil, err
			}
			d.record(SubscriptionPaused, date, problemShortage)
		default:
			if err := d.next.Leave(date, problemShortage); err != nil {
				return run, nil, err
			}
			d.record(SubscriptionSkipped, date, problemShortage)
		}
		b = &storage.Batch{Result: jsonResult(opsResult{})}
		d.into(b)
		return opsResult{}, b, nil
	}
}

// unshort returns the lines whose goods are there.
func unshort(lines []order.SubscriptionLine, short *inventory.ShortageError) []order.SubscriptionLine {
	return slices.DeleteFunc(slices.Clone(lines), func(l order.SubscriptionLine) bool {
		return slices.ContainsFunc(short.Shorts, func(s inventory.Short) bool { return s.SKU == l.SKU })
	})
}

// placeRun makes the batch that places a date's order, asks for its payment and
// brings the subscription on.
func (c *Client) placeRun(
	ctx context.Context, d *subscriptionDraft, date time.Time, lines []order.SubscriptionLine,
) (run opsResult, b *storage.Batch, err error) {
	s := d.next
	cart := cartOf(s, lines)
	cart.CartID = runKey(s.ID, date)
	if cart.CustomerID, err = c.whoIsLeft(ctx, s.CustomerID); err != nil {
		return run, nil, err
	}
	if c.core.cfg.Prices == nil {
		return run, nil, fault.Invalid("config.prices", "nil", "a Pricer: this shop has no prices for carts")
	}
	prices := order.AgreedPrices{Pricer: c.core.cfg.Prices, Policy: s.Prices, Lines: lines}
	in, err := c.priceBy(ctx, prices, cart, d.cmd)
	if err != nil {
		return run, nil, err
	}
	in.Header.Origin, in.unpaidFor = order.FromSubscription, order.TryFor
	o, err := c.placed(ctx, in, d.cmd, false)
	if err != nil {
		return run, nil, err
	}
	run.Order = o.last.ID
	pays := s.Payment.Gateway != "" && o.last.Totals.Total.Sign() > 0
	if pays {
		gateway, err := c.gateway(s.Payment.Gateway)
		if err != nil {
			return run, nil, prefixed("payment", err)
		}
		o.reopen()
		p := Payment{Gateway: s.Payment.Gateway, Source: s.Payment.Source, Method: s.Payment.Method}
		if run, err = o.pay(ctx, p, gateway.Capabilities()); err != nil {
			return run, nil, err
		}
	}
	if err := s.Ran(date, run.Order, pays, d.cmd.Now); err != nil {
		return run, nil, err
	}
	d.record(SubscriptionRan, date, "")
	b = o.finish(jsonResult(run))
	d.into(b)
	return run, b, nil
}

// failRun records that a date could not be run, unless somebody has changed the
// subscription meanwhile.
func (c *Client) failRun(ctx context.Context, s *order.Subscription, date time.Time, why error) error {
	problem := problemOf(why)
	c.core.cfg.Logger.Warn("oms: subscription", "id", s.ID, "problem", problem, "error", why)
	_, err := c.inner().subscriptionFlow(ctx, request{name: "subscription.fail"}, func(ctx context.Context, cmd event.Command) (*subscriptionDraft, error) {
		d, err := c.openSubscription(ctx, s.ID, s.Version, cmd)
		if err != nil {
			return nil, err
		}
		return d, d.fail(date, problem, false)
	})
	if fault.KindOf(err) == fault.Conflict {
		return nil
	}
	return err
}

// fail records a failure about a date.
func (d *subscriptionDraft) fail(date time.Time, problem string, hopeless bool) error {
	if err := d.next.Fail(problem, hopeless, d.cmd.Now); err != nil {
		return err
	}
	kind := SubscriptionFailed
	if d.next.Status == order.SubscriptionPaused {
		kind = SubscriptionPaused
	}
	d.record(kind, date, problem)
	return nil
}

// The codes of problems, beside the names of what is missing or not allowed.
const (
	problemShortage = "shortage"
	problemPrice    = "price"
	problemDeclined = "declined"
	problemUnpaid   = "unpaid"
	problemRefused  = "refused"
)

// problemOf is the code of what is wrong: it repeats nothing that the error says of
// persons.
func problemOf(err error) string {
	var (
		short    *inventory.ShortageError
		unknown  *order.UnknownSKUError
		currency *order.PriceCurrencyError
		provider *order.ProviderError
		missing  *fault.NotFoundError
		invalid  *fault.InvalidError
		declined *DeclinedError
	)
	switch {
	case errors.As(err, &short):
		return problemShortage
	case errors.As(err, &unknown), errors.As(err, &currency), errors.As(err, &provider):
		return problemPrice
	case errors.As(err, &missing):
		return missing.Kind
	case errors.As(err, &invalid):
		return invalid.Field
	case errors.As(err, &declined):
		return problemDeclined + ": " + declined.Decline.Code
	default:
		return problemRefused
	}
}
