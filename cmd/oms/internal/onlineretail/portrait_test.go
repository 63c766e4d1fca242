package onlineretail

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/storage"
)

// dump writes everything that a store keeps, to the last field.
func dump(t *testing.T, store storage.Store) string {
	t.Helper()
	var lines []string
	ctx := context.Background()
	err := store.Snapshot(ctx, func(b storage.Books) error {
		for o, err := range b.AllOrders(ctx) {
			lines = note(t, lines, "order", o, err)
		}
		for v, err := range b.AllTenders(ctx, storage.ByID) {
			lines = note(t, lines, "tender", v, err)
		}
		for v, err := range b.AllFulfillments(ctx, storage.ByID) {
			lines = note(t, lines, "fulfillment", v, err)
		}
		for v, err := range b.AllReservations(ctx) {
			lines = note(t, lines, "reservation", v, err)
		}
		for v, err := range b.AllItems(ctx) {
			lines = note(t, lines, "item", v, err)
		}
		for v, err := range b.AllLevels(ctx) {
			lines = note(t, lines, "level", v, err)
		}
		for v, err := range b.AllMoves(ctx) {
			lines = note(t, lines, "move", v, err)
		}
		for v, err := range b.AllKeys(ctx) {
			lines = note(t, lines, "key", v, err)
		}
		for e, err := range store.Stream(ctx, 0, 1_000_000) {
			lines = note(t, lines, "event", e, err)
		}
		return nil
	})
	require.NoError(t, err)
	return strings.Join(lines, "\n")
}

func note(t *testing.T, lines []string, what string, v any, err error) []string {
	t.Helper()
	require.NoError(t, err)
	data, err := json.Marshal(v)
	require.NoError(t, err)
	return append(lines, what+" "+string(data))
}

// portrait writes what a store keeps without what differs from run to run: ids,
// order numbers and the times of recording.
func portrait(t *testing.T, store storage.Store) string {
	t.Helper()
	ctx := context.Background()
	var lines []string
	add := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	err := store.Snapshot(ctx, func(b storage.Books) error {
		refs := map[string]string{}
		for o, err := range b.AllOrders(ctx) {
			require.NoError(t, err)
			ref := o.Channel + "/" + o.ExternalRef
			refs[o.ID.String()] = ref
			add("order %s v%d %s %s %s %s %s %s %s %v %v", ref, o.Version, o.Origin, o.CustomerID, o.Status, o.PaymentStatus,
				o.FulfillmentStatus, o.ReturnStatus, o.Country, o.PlacedAt, o.Totals)
			for _, l := range o.Lines {
				add("order %s line %d %s %q %s %s %+v %s", ref, l.Position, l.SKU, l.Title, l.Quantity, l.UnitPrice, l.Counts, l.Credited)
			}
			for i, a := range o.Adjustments {
				add("order %s adjustment %d %s %s %q %s %s %v", ref, i, a.Kind, a.Code, a.Label, a.Amount, a.Quantity, a.At)
			}
			for i, r := range o.Returns {
				add("order %s return %d %s %s %v %v", ref, i, r.Reason, r.Location, r.RequestedAt, r.ReceivedAt)
				for _, l := range r.Lines {
					add("order %s return %d of %s %s %s %s", ref, i, l.SKU, l.Quantity, l.Good, l.UnitPrice)
				}
			}
		}
		for v, err := range b.AllTenders(ctx, storage.ByOrder) {
			require.NoError(t, err)
			add("tender of %s v%d %s %+v", refs[v.OrderID.String()], v.Version, v.Gateway, v.Totals)
		}
		for v, err := range b.AllFulfillments(ctx, storage.ByOrder) {
			require.NoError(t, err)
			add("fulfillment of %s v%d %s %s %d", refs[v.OrderID.String()], v.Version, v.Location, v.Status, len(v.Shipments))
		}
		for v, err := range b.AllItems(ctx) {
			require.NoError(t, err)
			add("item %s v%d %q", v.SKU, v.Version, v.Title)
		}
		for v, err := range b.AllLevels(ctx) {
			require.NoError(t, err)
			add("level %+v", v)
		}
		for v, err := range b.AllMoves(ctx) {
			require.NoError(t, err)
			add("move %s %s %s %s %q %s %s %v", v.SKU, v.Location, v.Kind, v.OnHand, v.Reason, refs[v.OrderID.String()], v.Cause, v.At)
		}
		for v, err := range b.AllKeys(ctx) {
			require.NoError(t, err)
			add("key %s %s", v.Key, v.Command)
		}
		return nil
	})
	require.NoError(t, err)
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// same compares two of them and shows the first line that differs.
func same(t *testing.T, want, got string, about ...any) {
	t.Helper()
	if want == got {
		return
	}
	a, b := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range min(len(a), len(b)) {
		require.Equal(t, a[i], b[i], about...)
	}
	require.Len(t, b, len(a), about...)
}
