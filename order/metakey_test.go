package order_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
)

func roundTrip[T any](t *testing.T, key order.MetaKey[T], value T, text string) {
	t.Helper()
	var m order.Metadata
	_, ok, err := key.Get(m)
	require.NoError(t, err)
	require.False(t, ok)
	require.NoError(t, key.Set(&m, value))
	require.Equal(t, text, m[key.Name()])
	got, ok, err := key.Get(m)
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, value, got)
	require.NoError(t, order.StringKey("other").Set(&m, "x"))
	key.Delete(&m)
	require.Equal(t, order.Metadata{"other": "x"}, m)
	order.StringKey("other").Delete(&m)
	require.Nil(t, m)
}

func TestMetaKeys(t *testing.T) {
	t.Parallel()
	roundTrip(t, order.StringKey("k"), "text", "text")
	roundTrip(t, order.IntKey("k"), int64(-7), "-7")
	roundTrip(t, order.BoolKey("k"), true, "true")
	roundTrip(t, order.QuantityKey("k"), quantity.MustParse("1.5"), "1.5")
	roundTrip(t, order.MoneyKey("k"), eur("1.50"), "1.50 EUR")
	roundTrip(t, order.TimeKey("k"), placed.Add(time.Microsecond), "2026-03-02T10:00:00.000001Z")
}

func TestMetaKeyRefusesWhatItCannotRead(t *testing.T) {
	t.Parallel()
	m := order.Metadata{"k": "no"}
	var invalid *fault.InvalidError
	_, ok, err := order.IntKey("k").Get(m)
	require.True(t, ok)
	require.ErrorAs(t, err, &invalid)
	require.Equal(t, "metadata[k]", invalid.Field)
	_, _, err = order.MoneyKey("k").Get(m)
	require.ErrorAs(t, err, &invalid)
	_, _, err = order.TimeKey("k").Get(m)
	require.ErrorAs(t, err, &invalid)
}

func TestMetadataLimits(t *testing.T) {
	t.Parallel()
	var m order.Metadata
	var invalid *fault.InvalidError
	for _, err := range []error{
		order.StringKey("").Set(&m, "x"),
		order.StringKey(strings.Repeat("k", order.MaxMetaKey+1)).Set(&m, "x"),
		order.StringKey("k").Set(&m, strings.Repeat("x", order.MaxMetaValue+1)),
		order.StringKey("k").Set(&m, "\xff"),
		order.QuantityKey("k").Set(&m, quantity.FromMicro(1<<62)),
		order.MetaKey[string]{}.Set(&m, "x"),
		order.NewMetaKey("k", func(money.Money) (string, error) { return "", errors.New("no") }, money.Parse).Set(&m, eur("1")),
		order.Metadata{"": "x"}.Check(),
		order.Metadata{"k": strings.Repeat("x", order.MaxMetaValue+1)}.Check(),
	} {
		require.ErrorAs(t, err, &invalid)
	}
	require.Nil(t, m)
	for i := range order.MaxMetaKeys {
		require.NoError(t, order.IntKey(fmt.Sprint(i)).Set(&m, 1))
	}
	require.NoError(t, m.Check())
	require.NoError(t, order.IntKey("0").Set(&m, 2)) // no further key
	require.ErrorAs(t, order.IntKey("more").Set(&m, 1), &invalid)
	m["more"] = ""
	require.ErrorAs(t, m.Check(), &invalid)
}
