package jetstream_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	natsstream "github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/sink/cloudevents"
	"github.com/go-oms/oms/sink/jetstream"
	"github.com/go-oms/oms/storage/memory"
)

// broker is a NATS server of the test's own, with a stream for all events.
func broker(t *testing.T) (natsstream.JetStream, natsstream.Stream, *server.Server) {
	t.Helper()
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: server.RANDOM_PORT, JetStream: true, StoreDir: t.TempDir(), NoSigs: true, NoLog: true})
	require.NoError(t, err)
	s.Start()
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	require.True(t, s.ReadyForConnections(20*time.Second))
	conn, err := nats.Connect(s.ClientURL())
	require.NoError(t, err)
	t.Cleanup(conn.Close)
	js, err := natsstream.New(conn)
	require.NoError(t, err)
	stream, err := js.CreateStream(t.Context(), natsstream.StreamConfig{Name: "OMS", Subjects: []string{jetstream.Subjects("oms")}})
	require.NoError(t, err)
	return js, stream, s
}

// shop is a shop whose events go to the sink.
func shop(t *testing.T, cfg jetstream.Config) (*oms.Client, *time.Time) {
	t.Helper()
	sink, err := jetstream.New(cfg)
	require.NoError(t, err)
	now := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	client, err := oms.New(oms.Config{Store: memory.New(), Sinks: oms.Sinks{"nats": sink}, Now: func() time.Time { return now }})
	require.NoError(t, err)
	return client, &now
}

func customer(t *testing.T, c *oms.Client, notes int) *crm.Customer {
	t.Helper()
	saved, err := c.SaveCustomer(t.Context(), oms.CustomerDetails{Customer: crm.Customer{Email: "ada@example.com"}})
	require.NoError(t, err)
	for range notes {
		_, err := c.AddCustomerNote(t.Context(), saved.ID, oms.CustomerNote{Text: "hm"})
		require.NoError(t, err)
	}
	return saved
}

// stored is everything that the stream has.
func stored(t *testing.T, stream natsstream.Stream) (all []*natsstream.RawStreamMsg) {
	t.Helper()
	info, err := stream.Info(t.Context())
	require.NoError(t, err)
	for n := uint64(1); n <= info.State.LastSeq; n++ {
		m, err := stream.GetMsg(t.Context(), n)
		require.NoError(t, err)
		all = append(all, m)
	}
	return all
}

func TestEventsAreInTheStreamInOrder(t *testing.T) {
	js, stream, _ := broker(t)
	c, _ := shop(t, jetstream.Config{JetStream: js, Stream: "OMS"})
	ada := customer(t, c.Tenant("acme"), 2)
	work, err := c.RunOnce(t.Context())
	require.NoError(t, err)
	require.Equal(t, 3, work.Delivered)
	all := stored(t, stream)
	require.Len(t, all, 3)
	for i, m := range all {
		decoded, err := cloudevents.Decode(m.Data)
		require.NoError(t, err)
		require.EqualValues(t, i+1, decoded.Version)
		require.Equal(t, ada.ID, decoded.Subject)
		require.Equal(t, "oms.acme.customer."+decoded.Type, m.Subject)
		require.Equal(t, decoded.ID, m.Header.Get("Nats-Msg-Id"))
		require.Equal(t, decoded.Type, m.Header.Get(jetstream.HeaderType))
		require.Equal(t, fmt.Sprint(i+1), m.Header.Get(jetstream.HeaderSequence))
		require.Equal(t, ada.ID.String(), m.Header.Get(jetstream.HeaderSubject))
		require.Equal(t, event.Customer, m.Header.Get(jetstream.HeaderAggregate))
	}
}

// lossy loses the answer to one message: the stream has it, and nobody knows.
type lossy struct {
	natsstream.JetStream
	at int
}

var errLost = errors.New("connection lost")

func (l *lossy) PublishMsg(ctx context.Context, m *nats.Msg, opts ...natsstream.PublishOpt) (*natsstream.PubAck, error) {
	ack, err := l.JetStream.PublishMsg(ctx, m, opts...)
	if l.at--; l.at == 0 {
		return nil, errLost
	}
	return ack, err
}

func TestALostAnswerDoublesNothing(t *testing.T) {
	for at := 1; at <= 4; at++ {
		js, stream, _ := broker(t)
		c, now := shop(t, jetstream.Config{JetStream: &lossy{js, at}})
		customer(t, c, 3)
		work, err := c.RunOnce(t.Context())
		require.NoError(t, err)
		require.Equal(t, 1, work.Failed)
		*now = now.Add(time.Minute)
		_, err = c.RunOnce(t.Context())
		require.NoError(t, err)
		all := stored(t, stream)
		require.Len(t, all, 4)
		for i, m := range all {
			require.Equal(t, fmt.Sprint(i+1), m.Header.Get(jetstream.HeaderSequence))
		}
	}
}

func TestWithoutAStreamOrAServerEventsWait(t *testing.T) {
	js, stream, s := broker(t)
	wrong, now := shop(t, jetstream.Config{JetStream: js, Stream: "OTHER"})
	customer(t, wrong, 0)
	work, err := wrong.RunOnce(t.Context())
	require.NoError(t, err)
	require.Equal(t, oms.Work{Failed: 1}, work)
	require.Empty(t, stored(t, stream))

	elsewhere, _ := shop(t, jetstream.Config{JetStream: js, Prefix: "shop.events", Timeout: time.Second})
	customer(t, elsewhere, 0)
	work, err = elsewhere.RunOnce(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, work.Failed, "no stream listens to the prefix")

	s.Shutdown()
	s.WaitForShutdown()
	*now = now.Add(time.Hour)
	down, _ := shop(t, jetstream.Config{JetStream: js, Timeout: 200 * time.Millisecond})
	customer(t, down, 0)
	began := time.Now()
	work, err = down.RunOnce(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, work.Failed)
	require.Less(t, time.Since(began), 10*time.Second)
}

func TestSubjectsAreOneTenantsAlone(t *testing.T) {
	e := event.Event{Aggregate: event.Order, ID: uuid.UUID{}, Type: "order.payment.succeeded"}
	seen := make(map[string]string)
	for _, tenant := range []string{"", "-", "acme", "Acme", "a.b", "a%2Eb", "a b", "*", ">", "a\r\n", "ü", "\xff", "$SYS"} {
		subject := jetstream.Subject("oms", tenant, e)
		require.NotContains(t, seen, subject)
		seen[subject] = tenant
		tokens := strings.Split(subject, ".")
		require.Len(t, tokens, 6, subject)
		require.NotContains(t, subject, "..")
		require.False(t, strings.ContainsAny(subject, " \t\r\n*>"), subject)
	}
	require.Equal(t, "oms.-.order.order.payment.succeeded", jetstream.Subject("oms", "", e))
}

func TestBadConfigurationsAreRefused(t *testing.T) {
	js := &lossy{}
	for _, cfg := range []jetstream.Config{
		{}, {JetStream: js, Timeout: -1}, {JetStream: js, Prefix: "a..b"}, {JetStream: js, Prefix: "a."}, {JetStream: js, Prefix: ".a"},
		{JetStream: js, Prefix: "a.*"}, {JetStream: js, Prefix: "a b"}, {JetStream: js, Format: cloudevents.Format{Limit: -1}},
	} {
		_, err := jetstream.New(cfg)
		require.Equal(t, fault.Rejected, fault.KindOf(err), "%+v", cfg)
	}
}
