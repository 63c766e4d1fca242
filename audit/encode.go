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

// payloadOf returns the JSON that an event's payload is published in.
func payloadOf(e *event.Event) ([]byte, error) {
	payload, err := json.Marshal(e.Payload)
	if err != nil {
		return nil, fmt.Errorf("audit: %s of %s %s: %w", e.Type, e.Aggregate, e.ID, err)
	}
	return payload, nil
}

// leaf appends the leaf of an event to buf: every field of it but its Position, each
// text with its length in front.
func leaf(buf []byte, e *event.Event, payload []byte) []byte {
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
	return text(buf, payload)
}

func text[T ~string | ~[]byte](buf []byte, value T) []byte {
	return append(binary.BigEndian.AppendUint64(buf, uint64(len(value))), value...)
}

// moment appends a time to the microsecond, which is what stores keep.
func moment(buf []byte, t time.Time) []byte {
	return binary.BigEndian.AppendUint64(buf, uint64(t.UnixMicro()))
}
