package watermill_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/ThreeDotsLabs/watermill/pubsub/gochannel"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/sink/cloudevents"
	"github.com/go-oms/oms/sink/watermill"
	"github.com/go-oms/oms/storage/memory"
)

// failing is a publisher that fails at one message.
type failing struct {
	message.Publisher
	at int
}

var errBroker = errors.New("no broker")

func (f *failing) Publish(topic string, messages ...*message.Message) error {
	if f.at--; f.at == 0 {
		return errBroker
	}
	return f.Publisher.Publish(topic, messages...)
}

// broker is Watermill's own, in memory: Publish returns once a message was taken.
func broker(t *testing.T) (message.Publisher, <-chan *message.Message) {
	t.Helper()
	pubsub := gochannel.NewGoChannel(gochannel.Config{BlockPublishUntilSubscriberAck: true}, nil)
	came, err := pubsub.Subscribe(t.Context(), "oms.customer")
	require.NoError(t, err)
	taken := make(chan *message.Message, 100)
	go func() {
		for m := range came {
			taken <- m
			m.Ack()
		}
	}()
	t.Cleanup(func() { require.NoError(t, pubsub.Close()) })
	return pubsub, taken
}

// shop is a shop whose events go to a broker, and what came there.
func shop(t *testing.T, change func(*watermill.Config)) (*oms.Client, <-chan *message.Message, *time.Time) {
	t.Helper()
	publisher, came := broker(t)
	cfg := watermill.Config{Publisher: publisher}
	if change != nil {
		change(&cfg)
	}
	sink, err := watermill.New(cfg)
	require.NoError(t, err)
	now := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	client, err := oms.New(oms.Config{Store: memory.New(), Sinks: oms.Sinks{"broker": sink}, Now: func() time.Time { return now }})
	require.NoError(t, err)
	return client, came, &now
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

func next(t *testing.T, came <-chan *message.Message) *message.Message {
	t.Helper()
	select {
	case m := <-came:
		return m
	case <-time.After(10 * time.Second):
		t.Fatal("nothing came")
		return nil
	}
}

func TestEventsBecomeMessages(t *testing.T) {
	c, came, _ := shop(t, nil)
	acme := c.Tenant("acme")
	ada := customer(t, acme, 2)
	work, err := c.RunOnce(t.Context())
	require.NoError(t, err)
	require.Equal(t, 3, work.Delivered)
	history := []string{"customer.created", "customer.noted", "customer.noted"}
	for i, kind := range history {
		m := next(t, came)
		decoded, err := cloudevents.Decode(m.Payload)
		require.NoError(t, err)
		require.Equal(t, kind, decoded.Type)
		require.EqualValues(t, i+1, decoded.Version)
		require.Equal(t, decoded.ID, m.UUID)
		require.Equal(t, message.Metadata{
			watermill.MetaType: kind, watermill.MetaAggregate: event.Customer, watermill.MetaSubject: ada.ID.String(),
			watermill.MetaSequence: fmt.Sprint(i + 1), watermill.MetaTenant: "acme", watermill.MetaPartitionKey: decoded.Key,
			watermill.MetaContentType: cloudevents.ContentType,
		}, m.Metadata)
		key, err := watermill.PartitionKey("", m)
		require.NoError(t, err)
		require.Equal(t, decoded.Key, key)
	}
	_, err = watermill.PartitionKey("", message.NewMessage("x", nil))
	require.Equal(t, fault.Rejected, fault.KindOf(err))
}

func TestWhatFailsComesAgainAndNothingOvertakes(t *testing.T) {
	for at := 1; at <= 4; at++ {
		c, came, now := shop(t, func(cfg *watermill.Config) { cfg.Publisher = &failing{Publisher: cfg.Publisher, at: at} })
		customer(t, c, 3)
		_, err := c.RunOnce(t.Context())
		require.NoError(t, err)
		*now = now.Add(time.Minute)
		_, err = c.RunOnce(t.Context())
		require.NoError(t, err)
		for version := 1; version <= 4; version++ {
			require.Equal(t, fmt.Sprint(version), next(t, came).Metadata.Get(watermill.MetaSequence))
		}
		require.Empty(t, came, "what was safe does not come again")
	}
}

func TestATopicMayLeaveEventsOut(t *testing.T) {
	c, came, _ := shop(t, func(cfg *watermill.Config) {
		cfg.Topic = func(_ string, e event.Event) string {
			if e.Version == 1 {
				return ""
			}
			return "oms.customer"
		}
	})
	customer(t, c, 1)
	work, err := c.RunOnce(t.Context())
	require.NoError(t, err)
	require.Equal(t, 2, work.Delivered)
	require.Equal(t, "2", next(t, came).Metadata.Get(watermill.MetaSequence))
}

func TestAnEndedContextPublishesNothing(t *testing.T) {
	sink, err := watermill.New(watermill.Config{Publisher: &failing{at: 1}})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, sink.Deliver(ctx, "", []event.Event{{Aggregate: event.Order}}), context.Canceled)
}

func TestBadConfigurationsAreRefused(t *testing.T) {
	_, err := watermill.New(watermill.Config{})
	require.Equal(t, fault.Rejected, fault.KindOf(err))
	_, err = watermill.New(watermill.Config{Publisher: &failing{}, Format: cloudevents.Format{Limit: -1}})
	require.Equal(t, fault.Rejected, fault.KindOf(err))
}
