package cloudevents

import (
	"encoding/json"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/fault"
)

// Message is an envelope as its receiver reads it.
type Message struct {
	ID         string // the same for each delivery of the event
	Source     string
	Type       string
	Aggregate  string
	Subject    uuid.UUID // the aggregate's id
	Version    int64     // of the aggregate; from 1, without gaps
	Tenant     string
	Key        string // of the aggregate among all of the source
	At         time.Time
	RecordedAt time.Time
	DataSchema string
	Omitted    bool            // the data was too large to be sent
	Data       json.RawMessage // nil when omitted
}

// Decode reads an envelope that Encode made. Attributes that it does not know are
// passed over; one that is missing or wrong is a *fault.InvalidError.
func Decode(text []byte) (Message, error) {
	var in envelope
	if err := json.Unmarshal(text, &in); err != nil {
		return Message{}, fault.Invalid("body", err.Error(), "a CloudEvent as JSON")
	}
	if in.SpecVersion != "1.0" {
		return Message{}, fault.Invalid("specversion", in.SpecVersion, "1.0")
	}
	for name, value := range map[string]string{"id": in.ID, "source": in.Source, "type": in.Type} {
		if value == "" {
			return Message{}, fault.Invalid(name, value, "a text")
		}
	}
	subject, err := uuid.Parse(in.Subject)
	if err != nil {
		return Message{}, fault.Invalid("subject", in.Subject, "the id of an aggregate")
	}
	version, err := strconv.ParseInt(in.Sequence, 10, 64)
	if err != nil || version < 1 {
		return Message{}, fault.Invalid("sequence", in.Sequence, "a number from 1")
	}
	return Message{
		ID: in.ID, Source: in.Source, Type: in.Type, Aggregate: in.Aggregate, Subject: subject, Version: version,
		Tenant: in.Tenant, Key: in.PartitionKey, At: in.Time, RecordedAt: in.RecordedTime,
		DataSchema: in.DataSchema, Omitted: in.Omitted, Data: in.Data,
	}, nil
}
