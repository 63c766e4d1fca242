package inventory

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
)

// The bounds of the repetitions inside one command.
const (
	maxTries = 12 // after conflicts: each means that somebody else got on
	maxBlind = 3  // after a lost answer of the store, with the same key
)

// Service has the commands and reads that concern stock alone. It is safe for
// concurrent use.
//
// Every command is asked for with a params struct. Its Key makes the command
// repeatable: the same key and params have the effect once and give the first
// answer again; the same key with other params is a *fault.KeyReusedError. Its At
// is when the thing happened in the business, now when zero. Malformed input is a
// *fault.InvalidError that names the field, an item that is not registered an
// *[UnknownSKUError], a location that is not a *fault.NotFoundError.
type Service struct {
	store    Store
	issuer   event.Issuer
	sourcing Sourcing
}

// NewService returns the commands of the issuer's actor over a store. Holds are
// sourced by [FewestSplits].
func NewService(store Store, issuer event.Issuer) *Service {
	return &Service{store: store, issuer: issuer, sourcing: FewestSplits{}}
}

// WithSourcing returns the same service with holds sourced by another rule; nil is
// [FewestSplits].
func (s *Service) WithSourcing(sourcing Sourcing) *Service {
	if sourcing == nil {
		sourcing = FewestSplits{}
	}
	return &Service{store: s.store, issuer: s.issuer, sourcing: sourcing}
}

// request is the envelope of a command as its params struct gives it.
type request struct {
	name, key string
	at        time.Time
	params    any
}

// decision is what a command decided: what it answers and what it writes.
type decision[R any] struct {
	answer  R
	changes Changes
	events  []event.Event
}

// nothing is the answer of a command that has none.
type nothing struct{}

// do runs a command: it reads and decides, commits, answers repetitions with the
// first result, and starts again when something has moved or the stock that was
// seen was taken by somebody else.
func do[R any](ctx context.Context, s *Service, req request, decide func(event.Command) (decision[R], error)) (R, error) {
	var none R
	cmd, err := s.issuer.Issue(ctx, req.name, req.key, req.at, req.params)
	if err != nil {
		return none, err
	}
	blind := 0
	for try := 1; ; try++ {
		d, err := decide(cmd)
		if err != nil {
			// What has changed since may forbid what was done under this key before.
			// A key that was made up here cannot have been used.
			if req.key == "" && blind == 0 {
				return none, err
			}
			if blind > 0 {
				// A commit that had no answer may still be under way, its key not to be seen yet.
				err = &fault.UnknownError{Op: "inventory: " + req.name, Err: err}
			}
			if earlier := s.store.Repeated(ctx, cmd); earlier != nil {
				return replayed[R](earlier, err)
			}
			return none, err
		}
		result, err := json.Marshal(d.answer)
		if err != nil {
			return none, &fault.TransientError{Op: "inventory: encode the answer of " + req.name, Err: err}
		}
		err = s.store.CommitInventory(ctx, cmd, result, d.changes, d.events...)
		if err == nil {
			return d.answer, nil
		}
		var replay *event.Replay
		if errors.As(err, &replay) {
			return replayed[R](err, err)
		}
		if fault.KindOf(err) == fault.Unknown && blind < maxBlind {
			blind++
		} else if !worthRetry(err) || try >= maxTries || ctx.Err() != nil {
			if ctx.Err() != nil && fault.KindOf(err) == fault.Conflict {
				// The caller has seen no version that could be stale: there was no time to decide anew.
				err = &fault.TransientError{Op: "inventory: " + req.name, Err: ctx.Err()}
			}
			return none, doubt(req.name, err, blind)
		}
	}
}

// doubt makes the outcome unknown of a command that failed before anything was
// written, when an earlier commit of it had no answer: that one may have been done.
func doubt(name string, err error, blind int) error {
	if blind > 0 && fault.KindOf(err) == fault.Transient {
		return &fault.UnknownError{Op: "inventory: " + name, Err: err}
	}
	return err
}

// replayed turns what a store says about a key into the command's answer. The
// other error is that of the repetition, for a store that could not say.
func replayed[R any](earlier, other error) (R, error) {
	var answer R
	var replay *event.Replay
	if errors.As(earlier, &replay) {
		if err := json.Unmarshal(replay.Result, &answer); err != nil {
			return answer, &fault.UnknownError{Op: "inventory: read the first answer", Err: err}
		}
		return answer, nil
	}
	var reused *fault.KeyReusedError
	if errors.As(earlier, &reused) {
		return answer, earlier
	}
	return answer, other
}

// worthRetry reports whether deciding anew may end better.
func worthRetry(err error) bool {
	var shortage *ShortageError
	return fault.KindOf(err) == fault.Conflict || errors.As(err, &shortage)
}

// item reads one item that is kept in stock.
func (s *Service) item(ctx context.Context, sku string) (*Item, error) {
	items, err := s.store.Items(ctx, []string{sku})
	if err != nil {
		return nil, err
	}
	item := FindItem(items, sku)
	switch {
	case item == nil:
		return nil, &UnknownSKUError{SKUs: []string{sku}}
	case item.Untracked:
		return nil, fault.Invalid("sku", sku, "an item that is kept in stock")
	}
	return item, nil
}

// located reports a location that is not registered.
func (s *Service) located(ctx context.Context, code string) error {
	locations, err := s.store.Locations(ctx)
	if err != nil {
		return err
	}
	if !hasLocation(locations, code) {
		return fault.NotFound("location", code)
	}
	return nil
}

func hasLocation(locations []Location, code string) bool {
	for i := range locations {
		if locations[i].Code == code {
			return true
		}
	}
	return false
}

// place reads the item and checks the location of a command about one level.
func (s *Service) place(ctx context.Context, sku, location string) (*Item, error) {
	item, err := s.item(ctx, sku)
	if err != nil {
		return nil, err
	}
	return item, s.located(ctx, location)
}
