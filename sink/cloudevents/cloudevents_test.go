package cloudevents_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/sink/cloudevents"
)

var ada = uuid.MustParse("01920000-0000-7000-8000-00000000000a")

func noted() event.Event {
	at := time.Date(2026, 3, 1, 9, 0, 0, 123456000, time.UTC)
	return event.Event{
		Aggregate: event.Customer, ID: ada, Version: 12, Type: "customer.noted", Schema: 1,
		ActorKind: event.Staff, ActorID: "7", Cause: "secret-key", At: at, RecordedAt: at.Add(time.Second),
		Payload: &crm.Delta{Customer: crm.Customer{ID: ada, Version: 12, CreatedAt: at, UpdatedAt: at}, Changed: []string{"name"}},
	}
}

func TestAnEnvelopeIsAsItStandsInTheFile(t *testing.T) {
	golden, err := os.ReadFile(filepath.Join("testdata", "noted.json"))
	require.NoError(t, err)
	format := cloudevents.Format{Source: "https://shop.example/oms"}
	for range 2 { // the same event, the same bytes
		text, err := format.Encode("acme", noted())
		require.NoError(t, err)
		require.JSONEq(t, string(golden), string(text))
		require.NotContains(t, string(text), "secret-key")
	}
}

// The rules of the specification's section 3 and of its JSON format.
func TestAnEnvelopeKeepsTheSpecification(t *testing.T) {
	for _, tenant := range []string{"", "acme", "a b/ü\n\xff"} {
		text, err := cloudevents.Format{}.Encode(tenant, noted())
		require.NoError(t, err)
		var attributes map[string]any
		require.NoError(t, json.Unmarshal(text, &attributes))
		for name, value := range attributes {
			require.Regexp(t, regexp.MustCompile(`^[a-z0-9]{1,20}$`), name)
			if name != "data" {
				require.NotEmpty(t, value, name)
				require.IsType(t, "", value, name)
			}
		}
		for _, required := range []string{"id", "source", "specversion", "type"} {
			require.Contains(t, attributes, required)
		}
		require.Equal(t, "1.0", attributes["specversion"])
		for _, name := range []string{"time", "recordedtime"} {
			_, err := time.Parse(time.RFC3339Nano, attributes[name].(string))
			require.NoError(t, err)
		}
		require.Equal(t, "urn:go-oms:schema:customer:1", attributes["dataschema"])
	}
}

func TestAnIDIsOneEventsAlone(t *testing.T) {
	other := uuid.MustParse("01920000-0000-7000-8000-00000000000b")
	seen := make(map[string]string)
	for _, tenant := range []string{"", "acme", "Acme", "acme/", "acme/order", "order", "a.b", "a%2Eb", "a b", "a+b", "a\nb", "ü", "~", "%7E", "\xff"} {
		for _, aggregate := range []string{event.Order, event.Customer} {
			for _, id := range []uuid.UUID{ada, other} {
				for _, version := range []int64{1, 11, 111} {
					e := event.Event{Aggregate: aggregate, ID: id, Version: version}
					text := cloudevents.ID(tenant, e)
					require.Regexp(t, regexp.MustCompile(`^[A-Za-z0-9_%/-]+$`), text)
					who := strings.Join([]string{tenant, aggregate, id.String()}, "|")
					require.NotContains(t, seen, text)
					seen[text] = who
					require.Equal(t, cloudevents.Key(tenant, e), text[:strings.LastIndex(text, "/")])
				}
			}
		}
	}
}

func TestSequencesAreInOrderAsTexts(t *testing.T) {
	var texts []string
	for _, version := range []int64{1, 2, 9, 10, 99, 100, 1 << 40, 1<<63 - 1} {
		e := noted()
		e.Version = version
		text, err := cloudevents.Format{}.Encode("", e)
		require.NoError(t, err)
		var in struct{ Sequence string }
		require.NoError(t, json.Unmarshal(text, &in))
		texts = append(texts, in.Sequence)
		m, err := cloudevents.Decode(text)
		require.NoError(t, err)
		require.Equal(t, version, m.Version)
	}
	require.True(t, slices.IsSorted(texts), "%v", texts)
}

func TestWhatIsTooLargeGoesWithoutItsData(t *testing.T) {
	e := noted()
	whole, err := cloudevents.Format{}.Encode("acme", e)
	require.NoError(t, err)
	fits, err := cloudevents.Format{Limit: len(whole)}.Encode("acme", e)
	require.NoError(t, err)
	require.Equal(t, whole, fits)
	thin, err := cloudevents.Format{Limit: len(whole) - 1}.Encode("acme", e)
	require.NoError(t, err)
	require.Less(t, len(thin), len(whole))
	m, err := cloudevents.Decode(thin)
	require.NoError(t, err)
	require.True(t, m.Omitted)
	require.Nil(t, m.Data)
	require.Empty(t, m.DataSchema)
	require.Equal(t, ada, m.Subject)
}

func TestAReceiverReadsWhatWasWritten(t *testing.T) {
	e := noted()
	text, err := cloudevents.Format{Schemas: "https://shop.example/schemas/"}.Encode("acme", e)
	require.NoError(t, err)
	m, err := cloudevents.Decode(text)
	require.NoError(t, err)
	var delta crm.Delta
	require.NoError(t, json.Unmarshal(m.Data, &delta))
	require.Equal(t, e.Payload, &delta)
	m.Data = nil
	require.Equal(t, cloudevents.Message{
		ID: cloudevents.ID("acme", e), Source: "/oms", Type: e.Type, Aggregate: event.Customer, Subject: ada, Version: 12, Tenant: "acme",
		Key: cloudevents.Key("acme", e), At: e.At, RecordedAt: e.RecordedAt, DataSchema: "https://shop.example/schemas/customer/1",
	}, m)
}

func TestBadEnvelopesAreRefusedByField(t *testing.T) {
	good, err := cloudevents.Format{}.Encode("", noted())
	require.NoError(t, err)
	for field, change := range map[string]func(map[string]any){
		"specversion": func(m map[string]any) { m["specversion"] = "0.3" },
		"id":          func(m map[string]any) { delete(m, "id") },
		"source":      func(m map[string]any) { m["source"] = "" },
		"type":        func(m map[string]any) { delete(m, "type") },
		"subject":     func(m map[string]any) { m["subject"] = "ada" },
		"sequence":    func(m map[string]any) { m["sequence"] = "0" },
		"body":        func(m map[string]any) { m["time"] = "yesterday" },
	} {
		var m map[string]any
		require.NoError(t, json.Unmarshal(good, &m))
		change(m)
		text, err := json.Marshal(m)
		require.NoError(t, err)
		_, err = cloudevents.Decode(text)
		var invalid *fault.InvalidError
		require.ErrorAs(t, err, &invalid)
		require.Equal(t, field, invalid.Field)
	}
	_, err = cloudevents.Decode([]byte("{"))
	require.Equal(t, fault.Rejected, fault.KindOf(err))
}

func TestBadFormatsAreRefused(t *testing.T) {
	for _, f := range []cloudevents.Format{{Source: "http://[::1"}, {Schemas: "schemas"}, {Schemas: ":"}, {Limit: -1}} {
		require.Equal(t, fault.Rejected, fault.KindOf(f.Check()), "%+v", f)
	}
	require.NoError(t, cloudevents.Format{}.Check())
	_, err := cloudevents.Format{}.Encode("", event.Event{Type: "x", Payload: func() {}})
	require.Error(t, err)
}

// FuzzDecode wants any text to be an envelope that says what it must, or to be refused.
func FuzzDecode(f *testing.F) {
	text, err := cloudevents.Format{Source: "https://shop.example/oms"}.Encode("acme", noted())
	require.NoError(f, err)
	f.Add(text)
	for _, seed := range []string{`{}`, `null`, `[]`, `{"specversion":"1.0","id":"1","source":"s","type":"t","subject":"x","sequence":"1"}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		m, err := cloudevents.Decode(text)
		if err != nil {
			var invalid *fault.InvalidError
			require.ErrorAs(t, err, &invalid)
			require.Equal(t, cloudevents.Message{}, m)
			return
		}
		require.True(t, m.ID != "" && m.Source != "" && m.Type != "" && m.Version > 0)
		require.True(t, m.Data == nil || json.Valid(m.Data))
	})
}
