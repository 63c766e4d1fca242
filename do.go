package oms

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/storage"
)

// The bounds of the retries inside one command.
const (
	maxTries = 12 // after conflicts: each means that somebody else got on
	maxBlind = 3  // after a lost answer of the store, with the same key
)

// request is the envelope of a command as its params struct gives it.
type request struct {
	name string
	key  string
	at   time.Time
	body any
	// keyFirst looks the key up before deciding: for commands that are often
	// repeated, such as those of an import that is run again. A repetition then
	// takes no order numbers.
	keyFirst bool
}

// flow is one command: how it decides, and how it answers a repetition.
type flow[R any] struct {
	// decide reads and then decides; it is called again after a conflict. The
	// batch's Result is what replay gets.
	decide func(ctx context.Context, cmd event.Command) (R, *storage.Batch, error)
	// replay turns the stored result into the first answer.
	replay func(ctx context.Context, result []byte) (R, error)
}

// do runs a command: authorize, key, read, decide, commit; it answers repetitions
// with the first result and starts again after a conflict.
func do[R any](ctx context.Context, c *Client, req request, f flow[R]) (answer R, err error) {
	var none R
	c, leave, err := c.enter()
	if err != nil {
		return none, err
	}
	defer leave()
	if tracer := c.core.cfg.Tracer; tracer != nil {
		var end func(error)
		ctx, end = tracer.Start(ctx, req.name)
		defer func() { end(err) }()
	}
	cmd, err := c.issuer.Issue(ctx, req.name, req.key, req.at, req.body)
	if err != nil {
		return none, err
	}
	again := func(result []byte) (R, error) {
		answer, err := f.replay(ctx, result)
		return answer, afterwards(req.name, err)
	}
	if req.keyFirst && req.key != "" {
		if result, known, err := c.known(ctx, cmd, true); err != nil {
			return none, err
		} else if known {
			return again(result)
		}
	}
	blind := 0
	for try := 1; ; try++ {
		r, batch, err := f.decide(ctx, cmd)
		if err != nil {
			// What has changed since may forbid what was done under this key long ago.
			if result, known, keyErr := c.known(ctx, cmd, req.key != "" || blind > 0); keyErr != nil {
				return none, doubt(keyErr, blind)
			} else if known {
				return again(result)
			}
			if blind > 0 {
				// A commit that had no answer may still be under way, its key not to be seen yet.
				return none, &fault.UnknownError{Op: "oms: " + req.name, Err: err}
			}
			return none, classify(ctx, err)
		}
		batch.Command = cmd
		err = c.store.Commit(ctx, batch)
		if err == nil {
			return r, nil
		}
		if replay, ok := isReplay(err); ok {
			return again(replay.Result)
		}
		kind := fault.KindOf(err)
		if kind == fault.Unknown && blind < maxBlind && !c.store.InTx() {
			blind++
		} else if !worthRetry(err, kind) || try >= maxTries || c.store.InTx() {
			return none, doubt(outrun(req.name, err), blind)
		}
		if waitErr := c.pause(ctx, try); waitErr != nil {
			return none, doubt(err, blind)
		}
		cmd.IDs = event.NewIDs(c.core.cfg.NewID())
	}
}

// outrun makes an error of its own of a counter that others have moved each time that
// it was tried: there may be enough on the account, or of the limit, all the same.
func outrun(name string, err error) error {
	var counter *order.CouponError
	if errors.As(err, &counter) && (isAccountCode(counter.Code) || isSpentCode(counter.Code)) {
		return &fault.TransientError{Op: "oms: " + name, Err: errors.New("others were faster at " + counter.Code + ", each time: try again")}
	}
	return err
}

// doubt makes the outcome unknown of a command that failed before anything was
// written, when an earlier commit of it had no answer: that one may have been done.
func doubt(err error, blind int) error {
	if blind > 0 && fault.KindOf(err) == fault.Transient {
		return &fault.UnknownError{Op: "oms: commit", Err: err}
	}
	return err
}

// afterwards makes the outcome unknown of a command whose commit is there, but whose
// answer could not be read: it must not be called undone. What is refused to whoever
// asks for the answer stays refused.
func afterwards(name string, err error) error {
	if kind := fault.KindOf(err); kind == fault.Transient || kind == fault.Conflict {
		return &fault.UnknownError{Op: "oms: " + name, Err: err}
	}
	return err
}

// worthRetry reports whether deciding anew may end better: something moved, or
// the stock that was seen was taken by somebody else.
func worthRetry(err error, kind fault.Kind) bool {
	if kind == fault.Conflict {
		return true
	}
	var shortage *inventory.ShortageError
	var coupon *order.CouponError
	return errors.As(err, &shortage) || errors.As(err, &coupon)
}

// known looks a refused command's key up: a repetition of a command that was done
// gets its first answer. A key that the library made up itself is looked up only
// when a commit under it may have been done.
func (c *Client) known(ctx context.Context, cmd event.Command, possible bool) ([]byte, bool, error) {
	if !possible {
		return nil, false, nil
	}
	key, err := c.store.Key(ctx, cmd.Key)
	var missing *fault.NotFoundError
	switch {
	case errors.As(err, &missing):
		return nil, false, nil
	case err != nil:
		// Whether it was done is not known, so it must not be answered as refused.
		return nil, false, classify(ctx, err)
	case key.Command != cmd.Name || key.Body != cmd.Body:
		return nil, false, &fault.KeyReusedError{Key: cmd.Key}
	}
	return key.Result, true, nil
}

// classify gives errors of plugged-in parts a kind: before the commit nothing has
// happened, so an unclassified error of a pricer or tax service is transient.
func classify(ctx context.Context, err error) error {
	if fault.KindOf(err) != fault.Unknown {
		return err
	}
	var lost *fault.UnknownError
	if errors.As(err, &lost) {
		return err
	}
	if ctx.Err() != nil {
		err = fmt.Errorf("%w (%w)", err, ctx.Err())
	}
	return &fault.TransientError{Op: "oms: decide", Err: err}
}

// pause waits a little longer after each try, spread by random bits.
func (c *Client) pause(ctx context.Context, try int) error {
	id := c.core.cfg.NewID()
	spread := time.Duration(binary.BigEndian.Uint16(id[14:])) * time.Microsecond / 64 // up to 1 ms
	timer := time.NewTimer(time.Duration(min(try, 8)-1)*500*time.Microsecond + spread)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// orderResult is what an order's command stores under its key: which order, at
// which version. History gives the rest back exactly.
func orderResult(o *order.Order) []byte {
	result := make([]byte, 1, orderResultSize)
	result[0] = orderResultMark
	result = append(result, o.ID[:]...)
	return binary.BigEndian.AppendUint64(result, uint64(o.Version))
}

// replayOrder answers with the order as it was right after the command.
func (c *Client) replayOrder(ctx context.Context, result []byte) (*order.Order, error) {
	id, version, ok := orderOf(result)
	if !ok {
		return nil, &storage.BookError{What: "a key's result is not an order's"}
	}
	return c.orderAt(ctx, id, version)
}

// orderOf reads an orderResult; it is false for the result of another command.
func orderOf(result []byte) (id uuid.UUID, version int64, ok bool) {
	if len(result) != orderResultSize || result[0] != orderResultMark {
		return id, 0, false
	}
	return uuid.UUID(result[1:17]), int64(binary.BigEndian.Uint64(result[17:])), true
}

// An orderResult is a mark that no JSON text begins with, the id and the version.
const (
	orderResultMark = 'o'
	orderResultSize = 1 + 16 + 8
)

// orderAt folds an order's history up to a version.
func (c *Client) orderAt(ctx context.Context, id uuid.UUID, version int64) (*order.Order, error) {
	current, err := c.store.Order(ctx, id)
	if err != nil {
		return nil, err
	}
	if !c.sees(current) {
		return nil, fault.NotFound("order", id)
	}
	if current.Version == version {
		return current, nil
	}
	history, err := c.store.History(ctx, event.Order, id)
	if err != nil {
		return nil, err
	}
	var o *order.Order
	for _, e := range history {
		if e.Version > version {
			break
		}
		if o, err = order.Apply(o, e.Payload.(*order.Delta)); err != nil {
			return nil, err
		}
	}
	if o == nil || o.Version != version {
		return nil, &storage.BookError{What: fmt.Sprintf("order %s has no version %d", id, version)}
	}
	o.ShipTo, o.BillTo = current.ShipTo, current.BillTo
	return o, nil
}

// orderFlow is a flow that answers with the order.
func (c *Client) orderFlow(decide func(ctx context.Context, cmd event.Command) (*order.Order, *storage.Batch, error)) flow[*order.Order] {
	return flow[*order.Order]{decide: decide, replay: c.replayOrder}
}

// jsonReplay decodes a result that was stored as JSON.
func jsonReplay[R any](_ context.Context, result []byte) (R, error) {
	var r R
	if err := json.Unmarshal(result, &r); err != nil {
		return r, &storage.BookError{What: "a key's result cannot be read: " + err.Error()}
	}
	return r, nil
}
