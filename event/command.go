package event

import "time"

// Command is the envelope of one request.
type Command struct {
	Name  string // such as "order.place"
	Key   string // idempotency key: same key, same effect; unique in its tenant
	Body  [32]byte
	Actor Actor
	Now   time.Time // when it is recorded, UTC, whole microseconds
	At    time.Time // when it happened in the business; Now unless told otherwise
	IDs   *IDs
}

// Event returns the event of this command that brings an aggregate to version.
func (c Command) Event(aggregate string, id ID, version int64, kind string, payload any) Event {
	return Event{
		Aggregate: aggregate, ID: id, Version: version, Type: kind, Schema: Schema,
		ActorKind: c.Actor.Kind, ActorID: c.Actor.ID, Cause: c.Key,
		At: c.At, RecordedAt: c.Now, Payload: payload,
	}
}
