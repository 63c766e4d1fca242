package audit

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/event"
)

// BenchmarkChain seals events of 400 bytes, the payload of a small order's among them:
// the chain alone, and with the encoding of what a store has decoded.
func BenchmarkChain(b *testing.B) {
	type payload struct {
		Text  string            `json:"text"`
		Lines []map[string]any  `json:"lines"`
		Meta  map[string]string `json:"meta"`
	}
	p := &payload{Text: "order.placed", Meta: map[string]string{"channel": "web"}}
	for range 3 {
		p.Lines = append(p.Lines, map[string]any{"sku": "TEE-M", "quantity": "2", "unit_price": "19.90 EUR", "total": "39.80 EUR"})
	}
	e := event.Event{
		Aggregate: event.Order, ID: uuid.UUID{1}, Version: 1, Type: "order.placed", Schema: 1, ActorKind: event.Shopper, ActorID: "ada",
		Cause: "checkout-42", At: time.Unix(1, 0), RecordedAt: time.Unix(2, 0), Payload: p,
	}
	entry, err := entryOf(&e)
	require.NoError(b, err)
	b.Run("chain", func(b *testing.B) {
		var t tree
		var buf []byte
		for b.Loop() {
			buf = leaf(buf[:0], &entry)
			t.add(leafHash(buf))
		}
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
	})
	b.Run("encoded and chained", func(b *testing.B) {
		var t tree
		var buf []byte
		for b.Loop() {
			entry, err := entryOf(&e)
			if err != nil {
				b.Fatal(err)
			}
			buf = leaf(buf[:0], &entry)
			t.add(leafHash(buf))
		}
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
	})
}
