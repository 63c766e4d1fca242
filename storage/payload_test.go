package storage_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/storage"
)

// FuzzDecodePayload wants what was stored for an aggregate to be read as its type and
// written as it was read, and everything else to be an error.
func FuzzDecodePayload(f *testing.F) {
	aggregates := []string{
		event.Order, event.Payment, event.Fulfillment, event.Item, event.Customer, event.Subscription, event.Draft, "nothing",
	}
	for i := range aggregates {
		f.Add(uint8(i), []byte(`{}`))
		f.Add(uint8(i), []byte(`{"order":{"version":1},"id":"x","lines":[null],"at":"2026-03-01T12:00:00Z"}`))
	}
	f.Fuzz(func(t *testing.T, which uint8, data []byte) {
		aggregate := aggregates[int(which)%len(aggregates)]
		payload, err := storage.DecodePayload(aggregate, data)
		if err != nil {
			require.Nil(t, payload)
			return
		}
		written, err := json.Marshal(payload)
		if err != nil {
			return // a time outside of what JSON writes
		}
		again, err := storage.DecodePayload(aggregate, written)
		require.NoError(t, err)
		rewritten, err := json.Marshal(again)
		require.NoError(t, err)
		require.JSONEq(t, string(written), string(rewritten))
	})
}
