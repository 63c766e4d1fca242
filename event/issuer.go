package event

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/go-oms/oms/fault"
)

// MaxKey is the longest idempotency key, in bytes.
const MaxKey = 128

// Issuer makes the commands of one actor: it asks the authorizer, takes the time
// and the ids, and digests the body. It is safe for concurrent use if its
// functions are.
type Issuer struct {
	Actor     Actor
	Now       func() time.Time
	NewID     func() uuid.UUID                                         // UUIDv7
	Authorize func(ctx context.Context, a Actor, command string) error // nil allows everything
}

// Allow asks the authorizer about a command or a read that Issue is not called for.
func (i Issuer) Allow(ctx context.Context, name string) error {
	if i.Authorize == nil {
		return nil
	}
	return i.Authorize(ctx, i.Actor, name)
}

// Issue makes a command. An empty key gets a fresh one, which makes the command
// repeatable inside this call but not after a crash. A zero at means now. The
// body is digested in its JSON form together with name and actor, so that a key
// answers only to the same request of the same actor.
func (i Issuer) Issue(ctx context.Context, name, key string, at time.Time, body any) (Command, error) {
	if err := i.Allow(ctx, name); err != nil {
		return Command{}, err
	}
	if len(key) > MaxKey || !utf8.ValidString(key) {
		return Command{}, fault.Invalid("key", key, fmt.Sprintf("at most %d bytes of UTF-8", MaxKey))
	}
	digest, err := i.digest(name, body)
	if err != nil {
		return Command{}, err
	}
	now := Moment(i.Now())
	if at.IsZero() {
		at = now
	}
	ids := NewIDs(i.NewID())
	if key == "" {
		key = ids.Next().String()
	}
	return Command{Name: name, Key: key, Body: digest, Actor: i.Actor, Now: now, At: Moment(at), IDs: ids}, nil
}

func (i Issuer) digest(name string, body any) ([32]byte, error) {
	data, err := json.Marshal(body)
	if err != nil {
		return [32]byte{}, fault.Invalid("body", name, "a body that has a JSON form: "+err.Error())
	}
	buf := make([]byte, 0, len(data)+len(name)+len(i.Actor.Kind)+len(i.Actor.ID)+3)
	buf = append(append(buf, name...), 0)
	buf = append(append(buf, i.Actor.Kind...), ':')
	buf = append(append(buf, i.Actor.ID...), 0)
	return sha256.Sum256(append(buf, data...)), nil
}

// Moment returns t as the books keep it: UTC, whole microseconds, no monotonic
// reading. The zero time stays zero.
func Moment(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC().Truncate(time.Microsecond)
}

// Replay is a store's answer to a repeated key: the effect is there already, with
// this result. Flows turn it into the first answer; callers never see it.
type Replay struct{ Result []byte }

func (r *Replay) Error() string { return "the key's command was committed before" }

// Fault returns fault.Conflict.
func (r *Replay) Fault() fault.Kind { return fault.Conflict }
