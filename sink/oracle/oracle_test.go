package oracle

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"

	cloudevents "github.com/cloudevents/sdk-go/v2"
	"github.com/google/uuid"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/event"
	ours "github.com/go-oms/oms/sink/cloudevents"
	"github.com/go-oms/oms/sink/webhook"
	"github.com/go-oms/oms/storage/memory"
)

var now = time.Now().Truncate(time.Microsecond).UTC()

func noted(id byte) event.Event {
	e := event.Event{
		Aggregate: event.Customer, ID: uuid.UUID{15: id}, Version: 12, Type: "customer.noted", Schema: 1, At: now, RecordedAt: now.Add(time.Second),
	}
	e.Payload = &crm.Delta{Customer: crm.Customer{ID: e.ID, Version: 12, CreatedAt: now, UpdatedAt: now}}
	return e
}

func TestTheSDKReadsOurEnvelopes(t *testing.T) {
	for _, tenant := range []string{"", "acme", "a b/ü.\n"} {
		for _, format := range []ours.Format{{}, {Source: "https://shop.example/oms", Schemas: "https://shop.example/schemas"}, {Limit: 10}} {
			text, err := format.Encode(tenant, noted(1))
			require.NoError(t, err)
			var e cloudevents.Event
			require.NoError(t, json.Unmarshal(text, &e))
			require.NoError(t, e.Validate())
			require.Equal(t, "1.0", e.SpecVersion())
			require.Equal(t, ours.ID(tenant, noted(1)), e.ID())
			require.Equal(t, "customer.noted", e.Type())
			require.Equal(t, noted(1).ID.String(), e.Subject())
			require.True(t, now.Equal(e.Time()))
			require.Equal(t, "0000000000000000012", e.Extensions()["sequence"])
			require.Equal(t, ours.Key(tenant, noted(1)), e.Extensions()["partitionkey"])
			if format.Limit > 0 {
				require.Equal(t, true, e.Extensions()["dataomitted"])
				require.Empty(t, e.Data())
				continue
			}
			require.Equal(t, "application/json", e.DataContentType())
			require.True(t, strings.HasSuffix(e.DataSchema(), "1"))
			var delta crm.Delta
			require.NoError(t, e.DataAs(&delta))
			require.Equal(t, noted(1).Payload, &delta)
		}
	}
}

func TestWeReadTheSDKsEnvelopes(t *testing.T) {
	e := cloudevents.NewEvent()
	e.SetID("1")
	e.SetSource("/theirs")
	e.SetType("customer.noted")
	e.SetSubject(noted(1).ID.String())
	e.SetTime(now)
	e.SetExtension("sequence", "7")
	require.NoError(t, e.SetData("application/json", map[string]int{"a": 1}))
	text, err := json.Marshal(e)
	require.NoError(t, err)
	m, err := ours.Decode(text)
	require.NoError(t, err)
	require.Equal(t, ours.Message{
		ID: "1", Source: "/theirs", Type: "customer.noted", Subject: noted(1).ID, Version: 7, At: now, Data: json.RawMessage(`{"a":1}`),
	}, m)
}

// A receiver that is made of both libraries takes what a shop's sink sends.
func TestTheLibrariesReceiveOurWebhooks(t *testing.T) {
	secret := webhook.NewSecret()
	private, _ := webhook.NewKeys()
	library, err := standardwebhooks.NewWebhook(secret)
	require.NoError(t, err)
	var got []cloudevents.Event
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e, err := cloudevents.NewEventFromHTTPRequest(r.Clone(r.Context()))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		got = append(got, *e)
	}))
	defer server.Close()
	verifying := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err == nil {
			err = library.Verify(body, r.Header)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusUnauthorized)
		}
	}))
	defer verifying.Close()
	for _, url := range []string{server.URL, verifying.URL} {
		sink, err := webhook.New(webhook.Config{
			Endpoint: webhook.Endpoint{URL: url, Secrets: []string{webhook.NewSecret(), private, secret}},
			Insecure: true, Allow: func(netip.Addr) bool { return true },
		})
		require.NoError(t, err)
		shop, err := oms.New(oms.Config{Store: memory.New(), Sinks: oms.Sinks{"hook": sink}})
		require.NoError(t, err)
		_, err = shop.SaveCustomer(context.Background(), oms.CustomerDetails{Customer: crm.Customer{Email: "ada@example.com"}})
		require.NoError(t, err)
		work, err := shop.RunOnce(t.Context())
		require.NoError(t, err)
		require.Equal(t, oms.Work{Delivered: 1}, work)
	}
	require.Len(t, got, 1)
	require.Equal(t, "customer.created", got[0].Type())
	require.NoError(t, got[0].Validate())
}

// Our receiver takes what the library has signed, and refuses what it would refuse.
func TestOurReceiverAndTheLibraryAgree(t *testing.T) {
	secret := webhook.NewSecret()
	library, err := standardwebhooks.NewWebhook(secret)
	require.NoError(t, err)
	receiver, err := webhook.NewReceiver(secret)
	require.NoError(t, err)
	for name, sent := range map[string]time.Time{
		"now": now, "in a while": now.Add(4 * time.Minute), "long ago": now.Add(-10 * time.Minute), "in the future": now.Add(10 * time.Minute),
	} {
		for _, body := range []string{`{"a":1}`, ""} {
			signature, err := library.Sign("id", sent, []byte(body))
			require.NoError(t, err)
			h := http.Header{}
			h.Set("webhook-id", "id")
			h.Set("webhook-timestamp", time.Unix(sent.Unix(), 0).UTC().Format("20060102"))
			h.Set("webhook-signature", signature)
			require.Error(t, receiver.Verify(h, []byte(body)), name)
			h.Set("webhook-timestamp", unix(sent))
			require.Equal(t, library.Verify([]byte(body), h) == nil, receiver.Verify(h, []byte(body)) == nil, name)
			require.Error(t, receiver.Verify(h, []byte(body+" ")))
		}
	}
}

func unix(t time.Time) string { return strconv.FormatInt(t.Unix(), 10) }
