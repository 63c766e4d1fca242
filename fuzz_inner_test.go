package oms

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/storage"
	"github.com/go-oms/oms/storage/memory"
)

// FuzzKeyResult wants what is stored with a key to be read as what was stored, or to
// be named as damage: a row that was tampered with is no panic.
func FuzzKeyResult(f *testing.F) {
	f.Add(append([]byte{orderResultMark}, make([]byte, orderResultSize-1)...))
	f.Add([]byte(`{"id":"01920000-0000-7000-8000-00000000000a"}`))
	f.Add([]byte("o"))
	f.Add([]byte(`{"orders":[{"id":"01920000-0000-7000-8000-00000000000a","version":1}]}`))
	shop, err := New(Config{Store: memory.New()})
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, result []byte) {
		id, version, ok := orderOf(result)
		if ok {
			require.Equal(t, result, orderResult(&order.Order{ID: id, Version: version}))
		}
		var damage *storage.BookError
		if _, err := jsonReplay[*crm.Address](context.Background(), result); err != nil {
			require.ErrorAs(t, err, &damage)
		}
		if _, err := shop.replaySplit(context.Background(), result); err != nil {
			require.Equal(t, fault.Rejected, fault.KindOf(err))
		}
	})
}

// FuzzAggregate wants the owner of a slot to be an aggregate that is written as it
// was read.
func FuzzAggregate(f *testing.F) {
	f.Add("order/01920000-0000-7000-8000-00000000000a")
	f.Add("order/urn:uuid:01920000-0000-7000-8000-00000000000a")
	f.Add("/")
	f.Fuzz(func(t *testing.T, text string) {
		a, ok := parseAggregate(text)
		if !ok {
			return
		}
		again, ok := parseAggregate(a.String())
		require.True(t, ok)
		require.Equal(t, a, again)
	})
}
