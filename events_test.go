package oms_test

import (
	"iter"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/order"
)

// catalogue returns the types of events that docs/events.md lists, by aggregate.
var catalogue = sync.OnceValues(func() (map[string]string, error) {
	text, err := os.ReadFile("docs/events.md")
	if err != nil {
		return nil, err
	}
	types := make(map[string]string)
	for _, section := range strings.Split(string(text), "\n## ")[1:] {
		aggregate, rows, _ := strings.Cut(section, "\n")
		for _, m := range regexp.MustCompile("(?m)^\\| `([a-z_.*]+)` \\| `[a-z]+\\.[A-Z]").FindAllStringSubmatch(rows, -1) {
			types[m[1]] = aggregate
		}
	}
	return types, nil
})

// uncatalogued returns the types of a stream that the catalogue does not have: what
// it says is derived from the code, and this is what the code does.
func uncatalogued(t *testing.T, stream iter.Seq2[event.Event, error]) []string {
	t.Helper()
	types, err := catalogue()
	require.NoError(t, err)
	var missing []string
	for e, err := range stream {
		require.NoError(t, err)
		kind := e.Type
		if strings.HasPrefix(kind, oms.OrderAction) {
			kind = oms.OrderAction + "*"
		}
		if types[kind] != e.Aggregate {
			missing = append(missing, e.Type)
		}
	}
	return missing
}

func requireCatalogued(t *testing.T, stream iter.Seq2[event.Event, error]) {
	t.Helper()
	require.Empty(t, uncatalogued(t, stream), "docs/events.md does not have them")
}

func TestEventsOutsideTheCatalogueAreSeen(t *testing.T) {
	types, err := catalogue()
	require.NoError(t, err)
	require.Greater(t, len(types), 50)
	stream := func(yield func(event.Event, error) bool) {
		for _, e := range []event.Event{
			{Aggregate: event.Order, Type: oms.OrderPlaced},
			{Aggregate: event.Order, Type: "order.planted"},
			{Aggregate: event.Payment, Type: oms.OrderPlaced},
			{Aggregate: event.Order, Type: oms.OrderAction + order.ActionConfirm},
		} {
			if !yield(e, nil) {
				return
			}
		}
	}
	require.Equal(t, []string{"order.planted", oms.OrderPlaced}, uncatalogued(t, stream))
}
