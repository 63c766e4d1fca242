package jetstream

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/sink/cloudevents"
)

// The headers of messages, beside those of NATS.
const (
	HeaderType      = "Ce-Type"      // "order.placed"
	HeaderAggregate = "Ce-Aggregate" // "order"
	HeaderSubject   = "Ce-Subject"   // the aggregate's id
	HeaderSequence  = "Ce-Sequence"  // its version
)

// Publisher is what the sink needs of a jetstream.JetStream.
type Publisher interface {
	PublishMsg(ctx context.Context, m *nats.Msg, opts ...jetstream.PublishOpt) (*jetstream.PubAck, error)
}

// Config is how events are published. JetStream is required.
type Config struct {
	JetStream Publisher
	// Stream, when set, is the stream that must take the events: another one that
	// listens to the subject is refused.
	Stream string
	// Prefix begins subjects; "oms" by default.
	Prefix string
	// Format says how events are written.
	Format cloudevents.Format
	// Timeout is how long the stream may take to acknowledge an event; 10 seconds by
	// default.
	Timeout time.Duration
}

// Sink is an oms.Sink that publishes to JetStream. It is safe for concurrent use.
type Sink struct{ cfg Config }

// New checks the configuration and makes a sink. It asks the server nothing.
func New(cfg Config) (*Sink, error) {
	if cfg.Prefix == "" {
		cfg.Prefix = "oms"
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = 10 * time.Second
	}
	switch {
	case cfg.JetStream == nil:
		return nil, fault.Invalid("jetstream", "none", "a jetstream.JetStream")
	case cfg.Timeout < 0:
		return nil, fault.Invalid("timeout", cfg.Timeout, "more than 0")
	case strings.ContainsAny(cfg.Prefix, " \t\r\n*>") || strings.Contains("."+cfg.Prefix+".", ".."):
		return nil, fault.Invalid("prefix", cfg.Prefix, "tokens of a subject without wildcards")
	}
	return &Sink{cfg}, cfg.Format.Check()
}

// Subjects is the pattern of all subjects with a prefix: what a stream listens to.
func Subjects(prefix string) string { return prefix + ".>" }

// Subject is where a tenant's event goes: prefix, tenant, aggregate and type. A tenant
// is one token, with % in front of the bytes of what a token may not have; the empty
// one is "-". The type keeps its full stops, so that "oms.*.order.order.placed" and
// "oms.*.order.>" choose.
func Subject(prefix, tenant string, e event.Event) string {
	return prefix + "." + token(tenant) + "." + token(e.Aggregate) + "." + e.Type
}

// token writes a text as one token of a subject that no other text has.
func token(text string) string {
	if text == "" {
		return "-"
	}
	var out strings.Builder
	for i := range len(text) {
		c := text[i]
		plain := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_' || c == '-' && len(text) > 1
		if plain {
			out.WriteByte(c)
		} else {
			const digits = "0123456789ABCDEF"
			out.WriteString("%" + string(digits[c>>4]) + string(digits[c&15]))
		}
	}
	return out.String()
}

// Deliver publishes events one after the other, each once the stream has the one
// before: so no event is in the stream before one that it follows.
func (s *Sink) Deliver(ctx context.Context, tenant string, events []event.Event) error {
	for i, e := range events {
		if err := s.publish(ctx, tenant, e); err != nil {
			return &oms.DeliveryError{Delivered: i, Err: err}
		}
	}
	return nil
}

func (s *Sink) publish(ctx context.Context, tenant string, e event.Event) error {
	data, err := s.cfg.Format.Encode(tenant, e)
	if err != nil {
		return err
	}
	m := &nats.Msg{Subject: Subject(s.cfg.Prefix, tenant, e), Data: data, Header: nats.Header{
		"Content-Type":  {cloudevents.ContentType},
		HeaderType:      {e.Type},
		HeaderAggregate: {e.Aggregate},
		HeaderSubject:   {e.ID.String()},
		HeaderSequence:  {strconv.FormatInt(e.Version, 10)},
	}}
	opts := []jetstream.PublishOpt{jetstream.WithMsgID(cloudevents.ID(tenant, e))}
	if s.cfg.Stream != "" {
		opts = append(opts, jetstream.WithExpectStream(s.cfg.Stream))
	}
	ctx, cancel := context.WithTimeout(ctx, s.cfg.Timeout)
	defer cancel()
	_, err = s.cfg.JetStream.PublishMsg(ctx, m, opts...)
	return err
}

var _ oms.Sink = (*Sink)(nil)
