package webhook_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/sink/cloudevents"
	"github.com/go-oms/oms/sink/webhook"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// endpoint is a receiver that verifies and keeps what it is sent. answer, when set,
// decides in its place.
type endpoint struct {
	*httptest.Server
	secret string
	mu     sync.Mutex
	got    []string
	answer func(http.ResponseWriter, *http.Request, cloudevents.Message) bool
	now    atomic.Int64 // how many requests are under way
	most   atomic.Int64
}

func newEndpoint(t *testing.T) *endpoint {
	e := &endpoint{secret: webhook.NewSecret()}
	receiver, err := webhook.NewReceiver(e.secret)
	require.NoError(t, err)
	receiver = receiver.WithClock(func() time.Time { return noon })
	e.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := e.now.Add(1)
		defer e.now.Add(-1)
		for most := e.most.Load(); n > most && !e.most.CompareAndSwap(most, n); most = e.most.Load() {
		}
		m, err := receiver.Read(r)
		if err != nil {
			t.Error(err)
			http.Error(w, err.Error(), http.StatusUnauthorized)
			return
		}
		if e.answer != nil && e.answer(w, r, m) {
			return
		}
		e.mu.Lock()
		defer e.mu.Unlock()
		e.got = append(e.got, fmt.Sprintf("%x.%d", m.Subject[15], m.Version))
		w.WriteHeader(http.StatusNoContent)
	}))
	t.Cleanup(e.Close)
	return e
}

func (e *endpoint) taken() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	got := e.got
	e.got = nil
	return got
}

// config reaches the endpoint, which is inside.
func (e *endpoint) config() webhook.Config {
	roots := x509.NewCertPool()
	roots.AddCert(e.Certificate())
	return webhook.Config{
		Endpoint: webhook.Endpoint{URL: e.URL + "/hook?token=hidden", Secrets: []string{e.secret}},
		Allow:    func(a netip.Addr) bool { return a.IsLoopback() },
		TLS:      &tls.Config{RootCAs: roots},
		Now:      func() time.Time { return noon },
	}
}

func sinkOf(t *testing.T, cfg webhook.Config) *webhook.Sink {
	t.Helper()
	s, err := webhook.New(cfg)
	require.NoError(t, err)
	return s
}

// events are those of aggregates that a letter names, each with its next version.
func events(letters string) []event.Event {
	versions := make(map[rune]int64)
	var list []event.Event
	for _, letter := range letters {
		versions[letter]++
		id := uuid.MustParse("01920000-0000-7000-8000-000000000000")
		id[15] = byte(letter)
		list = append(list, event.Event{
			Aggregate: event.Order, ID: id, Version: versions[letter], Type: "order.noted", Schema: 1, At: noon, RecordedAt: noon,
			Payload: &order.Delta{Order: order.Order{ID: id}},
		})
	}
	return list
}

func named(list []event.Event) (names []string) {
	for _, e := range list {
		names = append(names, fmt.Sprintf("%x.%d", e.ID[15], e.Version))
	}
	return names
}

func told(t *testing.T, err error) *oms.DeliveryError {
	t.Helper()
	var told *oms.DeliveryError
	require.ErrorAs(t, err, &told)
	require.NotContains(t, err.Error(), "hidden", "a URL may be secret")
	return told
}

func TestEventsArePostedInOrder(t *testing.T) {
	e := newEndpoint(t)
	e.answer = func(_ http.ResponseWriter, r *http.Request, m cloudevents.Message) bool {
		if r.Method != http.MethodPost || r.Header.Get("Content-Type") != cloudevents.ContentType || r.URL.RequestURI() != "/hook?token=hidden" {
			t.Errorf("got %s %s of %s", r.Method, r.URL, r.Header.Get("Content-Type"))
		}
		if r.Header.Get("Webhook-Id") != m.ID || m.Tenant != "acme" {
			t.Errorf("got the id %q for %+v", r.Header.Get("Webhook-Id"), m)
		}
		return false
	}
	s := sinkOf(t, e.config())
	list := events("abacaba")
	require.NoError(t, s.Deliver(t.Context(), "acme", list))
	require.Equal(t, named(list), e.taken())
	require.EqualValues(t, 1, e.most.Load())
	require.NoError(t, s.Deliver(t.Context(), "acme", nil))
	require.Equal(t, 10, len(s.Waits())+1)
	require.Equal(t, 75*time.Hour+35*time.Minute+5*time.Second, sum(s.Waits()))
}

func sum(waits []time.Duration) (all time.Duration) {
	for _, w := range waits {
		all += w
	}
	return all
}

func TestAnswersDecide(t *testing.T) {
	e := newEndpoint(t)
	s := sinkOf(t, e.config())
	for name, c := range map[string]struct {
		status int
		after  string
		want   oms.DeliveryError
	}{
		"200":                   {status: 200},
		"202":                   {status: 202},
		"299":                   {status: 299},
		"a redirect":            {status: 302, want: oms.DeliveryError{Delivered: 1}},
		"a lasting redirect":    {status: 308, want: oms.DeliveryError{Delivered: 1}},
		"not modified":          {status: 304, want: oms.DeliveryError{Delivered: 1}},
		"a bad request":         {status: 400, want: oms.DeliveryError{Delivered: 1}},
		"gone":                  {status: 410, want: oms.DeliveryError{Delivered: 1, Stop: true}},
		"an error":              {status: 500, after: "60", want: oms.DeliveryError{Delivered: 1}},
		"too many":              {status: 429, after: "60", want: oms.DeliveryError{Delivered: 1, After: time.Minute}},
		"unavailable":           {status: 503, after: "Sun, 01 Mar 2026 13:00:00 GMT", want: oms.DeliveryError{Delivered: 1, After: time.Hour}},
		"unavailable for long":  {status: 503, after: "2000000000", want: oms.DeliveryError{Delivered: 1, After: 24 * time.Hour}},
		"unavailable before":    {status: 503, after: "Sun, 01 Mar 2026 11:00:00 GMT", want: oms.DeliveryError{Delivered: 1}},
		"unavailable, minus":    {status: 503, after: "-60", want: oms.DeliveryError{Delivered: 1}},
		"unavailable, nonsense": {status: 503, after: "soon", want: oms.DeliveryError{Delivered: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			e.taken()
			e.answer = func(w http.ResponseWriter, r *http.Request, m cloudevents.Message) bool {
				if m.Version == 1 {
					return false
				}
				if r.URL.Path != "/hook" {
					t.Errorf("followed to %s", r.URL)
				}
				w.Header().Set("Location", e.URL+"/elsewhere")
				if c.after != "" {
					w.Header().Set("Retry-After", c.after)
				}
				w.WriteHeader(c.status)
				return true
			}
			err := s.Deliver(t.Context(), "", events("aaa"))
			if c.want == (oms.DeliveryError{}) {
				require.NoError(t, err)
				return
			}
			got := *told(t, err)
			require.Contains(t, got.Err.Error(), fmt.Sprint(c.status))
			got.Err = nil
			require.Equal(t, c.want, got)
			require.Equal(t, []string{"61.1"}, e.taken())
		})
	}
}

func TestAnEndpointThatHangsIsGivenUp(t *testing.T) {
	e := newEndpoint(t)
	e.answer = func(_ http.ResponseWriter, r *http.Request, _ cloudevents.Message) bool {
		<-r.Context().Done()
		return true
	}
	cfg := e.config()
	cfg.Timeout = 500 * time.Millisecond
	began := time.Now()
	err := sinkOf(t, cfg).Deliver(t.Context(), "", events("ab"))
	require.Zero(t, told(t, err).Delivered)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.Less(t, time.Since(began), 5*time.Second)

	// One that drips is no better.
	e = newEndpoint(t)
	cfg = e.config()
	cfg.Timeout = 500 * time.Millisecond
	e.answer = func(w http.ResponseWriter, r *http.Request, _ cloudevents.Message) bool {
		w.WriteHeader(http.StatusOK)
		for r.Context().Err() == nil {
			if _, err := w.Write([]byte(strings.Repeat("x", 512))); err != nil {
				return true
			}
			_ = http.NewResponseController(w).Flush()
			time.Sleep(time.Millisecond)
		}
		return true
	}
	began = time.Now()
	require.NoError(t, sinkOf(t, cfg).Deliver(t.Context(), "", events("a")), "the status had come")
	require.Less(t, time.Since(began), 5*time.Second)
}

func TestNothingInsideIsReached(t *testing.T) {
	e := newEndpoint(t)
	_, port, err := net.SplitHostPort(strings.TrimPrefix(e.URL, "https://"))
	require.NoError(t, err)
	for _, host := range []string{"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "[::]"} {
		cfg := e.config()
		cfg.Allow = nil
		cfg.Endpoint.URL = "https://" + host + ":" + port
		err := sinkOf(t, cfg).Deliver(t.Context(), "", events("a"))
		var refused *webhook.AddressError
		require.ErrorAs(t, err, &refused, host)
		require.False(t, told(t, err).Refused, "a name may come to mean something else")
	}
	require.Empty(t, e.taken())
}

func TestAnUnknownCertificateIsRefused(t *testing.T) {
	e := newEndpoint(t)
	cfg := e.config()
	cfg.TLS = nil
	require.Error(t, sinkOf(t, cfg).Deliver(t.Context(), "", events("a")))
	require.Empty(t, e.taken())
}

// With several lanes the events of one aggregate are in order, at most so many are
// under way, and what came through behind a failure is not sent again.
func TestSeveralAggregatesAtOnce(t *testing.T) {
	e := newEndpoint(t)
	cfg := e.config()
	cfg.Concurrency = 3
	s := sinkOf(t, cfg)
	list := events("abcdabcdabcdabcd")
	var refuse atomic.Bool
	refuse.Store(true)
	requests := make(map[string]int)
	e.answer = func(w http.ResponseWriter, _ *http.Request, m cloudevents.Message) bool {
		e.mu.Lock()
		requests[m.ID]++
		e.mu.Unlock()
		time.Sleep(2 * time.Millisecond)
		if refuse.Load() && m.Subject[15] == 'b' && m.Version == 2 {
			w.WriteHeader(http.StatusInternalServerError)
			return true
		}
		return false
	}
	err := s.Deliver(t.Context(), "", list)
	require.Equal(t, 5, told(t, err).Delivered, "the event that failed is the one behind")
	require.LessOrEqual(t, e.most.Load(), int64(3))
	got := e.taken()
	refuse.Store(false)
	require.NoError(t, s.Deliver(t.Context(), "", list[5:]))
	got = append(got, e.taken()...)
	require.ElementsMatch(t, named(list), got)
	for _, letter := range []string{"61", "62", "63", "64"} {
		own := slices.DeleteFunc(slices.Clone(got), func(n string) bool { return !strings.HasPrefix(n, letter) })
		require.Equal(t, []string{letter + ".1", letter + ".2", letter + ".3", letter + ".4"}, own)
	}
	for id, n := range requests {
		require.Equal(t, n == 2, id == cloudevents.ID("", list[5]), "%s was sent %d times", id, n)
	}
	// It is forgotten once it has come again: asked for anew, it is sent anew.
	require.NoError(t, s.Deliver(t.Context(), "", list))
	require.Len(t, e.taken(), len(list))
}

// Whatever lane fails, the event that is blamed is one that failed.
func TestTheEventThatFailedIsBlamed(t *testing.T) {
	e, list := newEndpoint(t), events("abcdeabcde")
	var bad atomic.Int64
	e.answer = func(w http.ResponseWriter, _ *http.Request, m cloudevents.Message) bool {
		if m.ID == cloudevents.ID(m.Tenant, list[bad.Load()]) {
			w.WriteHeader(http.StatusInternalServerError)
			return true
		}
		time.Sleep(time.Millisecond)
		return false
	}
	for concurrency := 1; concurrency <= 5; concurrency++ {
		cfg := e.config()
		cfg.Concurrency = concurrency
		s := sinkOf(t, cfg)
		for _, i := range []int{0, 3, 7, 9} {
			bad.Store(int64(i))
			err := s.Deliver(t.Context(), fmt.Sprint(i), list)
			require.Equal(t, i, told(t, err).Delivered)
			require.Subset(t, e.taken(), named(list[:i]))
		}
	}
}

func TestTenantsHaveEndpointsOfTheirOwn(t *testing.T) {
	a, b := newEndpoint(t), newEndpoint(t)
	cfg := a.config()
	cfg.TLS.RootCAs.AddCert(b.Certificate())
	cfg.Endpoint = webhook.Endpoint{}
	down := errors.New("no such table")
	cfg.Of = func(_ context.Context, tenant string) (webhook.Endpoint, error) {
		switch tenant {
		case "a":
			return webhook.Endpoint{URL: a.URL, Secrets: []string{a.secret}}, nil
		case "b":
			return webhook.Endpoint{URL: b.URL, Secrets: []string{b.secret}}, nil
		case "c":
			return webhook.Endpoint{}, nil
		case "d":
			return webhook.Endpoint{URL: "http://" + b.Listener.Addr().String(), Secrets: []string{b.secret}}, nil
		}
		return webhook.Endpoint{}, down
	}
	s := sinkOf(t, cfg)
	require.NoError(t, s.Deliver(t.Context(), "a", events("a")))
	require.NoError(t, s.Deliver(t.Context(), "b", events("bb")))
	require.NoError(t, s.Deliver(t.Context(), "c", events("ccc")))
	require.Equal(t, fault.Rejected, fault.KindOf(s.Deliver(t.Context(), "d", events("d"))))
	require.ErrorIs(t, s.Deliver(t.Context(), "e", events("e")), down)
	require.Len(t, a.taken(), 1)
	require.Len(t, b.taken(), 2)
}

func TestWhatIsNotWantedCountsAsDelivered(t *testing.T) {
	e := newEndpoint(t)
	cfg := e.config()
	cfg.Wants = func(e event.Event) bool { return e.Version == 2 }
	require.NoError(t, sinkOf(t, cfg).Deliver(t.Context(), "", events("aabb")))
	require.Equal(t, []string{"61.2", "62.2"}, e.taken())
}

func TestBodiesHaveALimit(t *testing.T) {
	e := newEndpoint(t)
	large := events("a")
	large[0].Payload = &order.Delta{Order: order.Order{ID: large[0].ID, Number: strings.Repeat("9", 30_000)}}
	e.answer = func(_ http.ResponseWriter, r *http.Request, m cloudevents.Message) bool {
		if r.ContentLength > 20_000 || !m.Omitted {
			t.Errorf("got %d bytes", r.ContentLength)
		}
		return false
	}
	require.NoError(t, sinkOf(t, e.config()).Deliver(t.Context(), "", large))
	require.Len(t, e.taken(), 1)
	large[0].Payload = func() {}
	require.True(t, told(t, sinkOf(t, e.config()).Deliver(t.Context(), "", large)).Refused)
}

func TestBadConfigurationsAreRefused(t *testing.T) {
	_, public := webhook.NewKeys()
	good := func() webhook.Config {
		return webhook.Config{Endpoint: webhook.Endpoint{URL: "https://example.com/hook", Secrets: []string{webhook.NewSecret()}}}
	}
	_, err := webhook.New(good())
	require.NoError(t, err)
	for name, change := range map[string]func(*webhook.Config){
		"no endpoint":    func(c *webhook.Config) { c.Endpoint = webhook.Endpoint{} },
		"no secret":      func(c *webhook.Config) { c.Endpoint.Secrets = nil },
		"a bad secret":   func(c *webhook.Config) { c.Endpoint.Secrets = []string{"hush-hush"} },
		"a public key":   func(c *webhook.Config) { c.Endpoint.Secrets = []string{public} },
		"http":           func(c *webhook.Config) { c.Endpoint.URL = "http://example.com/hush-hush" },
		"another scheme": func(c *webhook.Config) { c.Endpoint.URL, c.Insecure = "file:///etc/passwd", true },
		"no host":        func(c *webhook.Config) { c.Endpoint.URL = "https:///hush-hush" },
		"a password":     func(c *webhook.Config) { c.Endpoint.URL = "https://me:hush-hush@example.com/" },
		"a fragment":     func(c *webhook.Config) { c.Endpoint.URL = "https://example.com/#hush-hush" },
		"no URL":         func(c *webhook.Config) { c.Endpoint.URL = "https://hush-hush\x7f" },
		"a timeout":      func(c *webhook.Config) { c.Timeout = -1 },
		"a concurrency":  func(c *webhook.Config) { c.Concurrency = -1 },
		"a limit":        func(c *webhook.Config) { c.Format.Limit = -1 },
		"two of endpoints": func(c *webhook.Config) {
			c.Of = func(context.Context, string) (webhook.Endpoint, error) { return webhook.Endpoint{}, nil }
		},
	} {
		cfg := good()
		change(&cfg)
		_, err := webhook.New(cfg)
		require.Equal(t, fault.Rejected, fault.KindOf(err), "%s: %v", name, err)
		require.NotContains(t, err.Error(), "hush-hush", name)
	}
}

func TestAReceiverRefusesWhatIsNotASendersOrTooLarge(t *testing.T) {
	receiver, err := webhook.NewReceiver(webhook.NewSecret())
	require.NoError(t, err)
	read := func(body string) error {
		_, err := receiver.Read(httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body)))
		return err
	}
	var refused *webhook.SignatureError
	require.ErrorAs(t, read("{}"), &refused)
	var invalid *fault.InvalidError
	require.ErrorAs(t, read(strings.Repeat("x", 1<<20+1)), &invalid)
	broken := httptest.NewRequest(http.MethodPost, "/", brokenBody{})
	_, err = receiver.Read(broken)
	require.Equal(t, fault.Transient, fault.KindOf(err))
}

type brokenBody struct{}

func (brokenBody) Read([]byte) (int, error) { return 0, errors.New("connection reset") }
