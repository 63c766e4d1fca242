package watermill

import (
	"context"
	"strconv"

	"github.com/ThreeDotsLabs/watermill/message"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/sink/cloudevents"
)

// The metadata of messages.
const (
	MetaType         = "type"          // "order.placed"
	MetaAggregate    = "aggregate"     // "order"
	MetaSubject      = "subject"       // the aggregate's id
	MetaSequence     = "sequence"      // its version
	MetaTenant       = "tenant"        // left out when empty
	MetaPartitionKey = "partition_key" // the aggregate among all tenants'
	MetaContentType  = "content-type"
)

// Config is how events become messages. Publisher is required.
type Config struct {
	// Publisher publishes. It must return once the broker has the message: many
	// Watermill publishers have a setting for that.
	Publisher message.Publisher
	// Topic names an event's topic; "oms.order" and the like by default, the
	// aggregate behind "oms.". A topic "" leaves the event out.
	Topic func(tenant string, e event.Event) string
	// Format says how events are written.
	Format cloudevents.Format
}

// Sink is an oms.Sink that publishes messages. It is safe for concurrent use if the
// publisher is.
type Sink struct{ cfg Config }

// New checks the configuration and makes a sink.
func New(cfg Config) (*Sink, error) {
	if cfg.Publisher == nil {
		return nil, fault.Invalid("publisher", "none", "a message.Publisher")
	}
	if err := cfg.Format.Check(); err != nil {
		return nil, err
	}
	if cfg.Topic == nil {
		cfg.Topic = func(_ string, e event.Event) string { return "oms." + e.Aggregate }
	}
	return &Sink{cfg}, nil
}

// Deliver publishes events one after the other, so that what is behind one that fails
// is not published before it. A call's context ends the wait between them; one
// within a publisher ends if the publisher looks at its message's context.
func (s *Sink) Deliver(ctx context.Context, tenant string, events []event.Event) error {
	for i, e := range events {
		err := ctx.Err()
		if err == nil {
			err = s.publish(ctx, tenant, e)
		}
		if err != nil {
			return &oms.DeliveryError{Delivered: i, Err: err}
		}
	}
	return nil
}

func (s *Sink) publish(ctx context.Context, tenant string, e event.Event) error {
	topic := s.cfg.Topic(tenant, e)
	if topic == "" {
		return nil
	}
	payload, err := s.cfg.Format.Encode(tenant, e)
	if err != nil {
		return err
	}
	m := message.NewMessageWithContext(ctx, cloudevents.ID(tenant, e), payload)
	m.Metadata = message.Metadata{
		MetaType:         e.Type,
		MetaAggregate:    e.Aggregate,
		MetaSubject:      e.ID.String(),
		MetaSequence:     strconv.FormatInt(e.Version, 10),
		MetaPartitionKey: cloudevents.Key(tenant, e),
		MetaContentType:  cloudevents.ContentType,
	}
	if tenant != "" {
		m.Metadata[MetaTenant] = tenant
	}
	return s.cfg.Publisher.Publish(topic, m)
}

// PartitionKey is what publishers that partition are to be given, such as
// watermill-kafka's NewWithPartitioningMarshaler: an aggregate's messages stay in
// order.
func PartitionKey(_ string, m *message.Message) (string, error) {
	key := m.Metadata.Get(MetaPartitionKey)
	if key == "" {
		return "", fault.Invalid("metadata", "no "+MetaPartitionKey, "a message of this package's sink")
	}
	return key, nil
}

var _ oms.Sink = (*Sink)(nil)
