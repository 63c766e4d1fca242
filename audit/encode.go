package audit

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"time"

	"github.com/go-oms/oms/event"
)

// encoding is the version of the form below, the first byte behind the leaf's prefix.
const encoding = 1

// entryOf returns what is sealed of an event: everything but its Position. The payload
// is the JSON that it is published in.
func entryOf(e *event.Event) (Entry, error) {
	payload, err := json.Marshal(e.Payload)
	if err != nil {
		return Entry{}, fmt.Errorf("audit: %s of %s %s: %w", e.Type, e.Aggregate, e.ID, err)
	}
	return Entry{
		Aggregate: e.Aggregate, ID: e.ID, Version: e.Version, Type: e.Type, Schema: e.Schema,
		ActorKind: e.ActorKind, ActorID: e.ActorID, Cause: e.Cause, At: e.At, RecordedAt: e.RecordedAt, Payload: payload,
	}, nil
}

// leaf appends the leaf of an event to buf: each field, and each text with its length in
// front.
func leaf(buf []byte, e *Entry) []byte {
	buf = append(buf, leafPrefix, encoding)
	buf = text(buf, e.Aggregate)
	buf = append(buf, e.ID[:]...)
	buf = binary.BigEndian.AppendUint64(buf, uint64(e.Version))
	buf = text(buf, e.Type)
	buf = binary.BigEndian.AppendUint64(buf, uint64(e.Schema))
	buf = text(buf, string(e.ActorKind))
	buf = text(buf, e.ActorID)
	buf = text(buf, e.Cause)
	buf = moment(buf, e.At)
	buf = moment(buf, e.RecordedAt)
	return text(buf, e.Payload)
}

func text[T ~string | ~[]byte](buf []byte, value T) []byte {
	return append(binary.BigEndian.AppendUint64(buf, uint64(len(value))), value...)
}

// moment appends a time to the microsecond, which is what stores keep.
func moment(buf []byte, t time.Time) []byte {
	return binary.BigEndian.AppendUint64(buf, uint64(t.UnixMicro()))
}
