package webhook

import (
	"context"
	"crypto/tls"
	"errors"
	"maps"
	"net/http"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/sink/cloudevents"
)

// Config says where events go and how. Endpoint, or Of, is required.
type Config struct {
	// Endpoint gets the events of every tenant.
	Endpoint Endpoint
	// Of, when set, is asked for each tenant's endpoint instead, at each delivery. An
	// error is tried again like an endpoint that does not answer.
	Of func(ctx context.Context, tenant string) (Endpoint, error)

	// Wants chooses events; nil wants all. Those that it does not want count as
	// delivered.
	Wants func(e event.Event) bool
	// Format says how events are written. Its Limit is 20,000 bytes by default.
	Format cloudevents.Format

	// Timeout is how long an endpoint may take to answer: 15 seconds by default.
	Timeout time.Duration
	// Concurrency is how many aggregates' events one endpoint gets at once: 1 by
	// default, so that all events come in order. With more only those of one
	// aggregate do.
	Concurrency int
	// Waits are the pauses between tries; [Waits] by default.
	Waits []time.Duration

	// Insecure lets URLs begin with http://.
	Insecure bool
	// Allow lets requests go to an address that is not on the open internet; nil
	// refuses all.
	Allow func(netip.Addr) bool
	// TLS is for endpoints whose certificates the system does not know; nil by
	// default.
	TLS *tls.Config
	// Now is the clock; time.Now by default.
	Now func() time.Time
}

// Waits are the pauses that Standard Webhooks recommends: ten tries within three days.
func Waits() []time.Duration {
	return []time.Duration{
		5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour,
		10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour,
	}
}

// Sink is an oms.Sink that posts events to endpoints. It is safe for concurrent use.
type Sink struct {
	cfg    Config
	fixed  *target
	client *http.Client

	mu    sync.Mutex
	ahead map[string]map[string]bool // ids by tenant that came through before one that did not
}

// New checks the configuration and makes a sink.
func New(cfg Config) (*Sink, error) {
	if cfg.Format.Limit == 0 {
		cfg.Format.Limit = 20_000
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = 15 * time.Second
	}
	if cfg.Concurrency == 0 {
		cfg.Concurrency = 1
	}
	if cfg.Waits == nil {
		cfg.Waits = Waits()
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	s := &Sink{cfg: cfg, client: client(cfg), ahead: make(map[string]map[string]bool)}
	var err error
	switch {
	case cfg.Timeout < 0:
		err = fault.Invalid("timeout", cfg.Timeout, "more than 0")
	case cfg.Concurrency < 0:
		err = fault.Invalid("concurrency", cfg.Concurrency, "more than 0")
	case cfg.Of == nil:
		s.fixed, err = cfg.Endpoint.read(cfg.Insecure)
	case cfg.Endpoint.URL != "":
		err = fault.Invalid("endpoint", "both", "Endpoint or Of")
	}
	return s, errors.Join(err, cfg.Format.Check())
}

// Waits are the configured pauses: the sink is an oms.Patient one.
func (s *Sink) Waits() []time.Duration { return slices.Clone(s.cfg.Waits) }

// Deliver posts events, those of one aggregate one after the other. After the first
// that is not taken it begins none any more.
func (s *Sink) Deliver(ctx context.Context, tenant string, events []event.Event) error {
	to, err := s.target(ctx, tenant)
	if err != nil || to == nil {
		return err
	}
	r := &round{sink: s, to: to, tenant: tenant, events: events, done: make([]bool, len(events)), failed: len(events)}
	return r.run(ctx)
}

// target is the tenant's endpoint; nil when it has none.
func (s *Sink) target(ctx context.Context, tenant string) (*target, error) {
	if s.fixed != nil {
		return s.fixed, nil
	}
	e, err := s.cfg.Of(ctx, tenant)
	if err != nil || e.URL == "" {
		return nil, err
	}
	return e.read(s.cfg.Insecure)
}

// cameThrough returns a copy of what is remembered of a tenant.
func (s *Sink) cameThrough(tenant string) map[string]bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	ids := make(map[string]bool, len(s.ahead[tenant]))
	maps.Copy(ids, s.ahead[tenant])
	return ids
}

func (s *Sink) remember(tenant string, ids map[string]bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.ahead, tenant)
	if len(ids) > 0 {
		s.ahead[tenant] = ids
	}
}

var _ oms.Patient = (*Sink)(nil)
