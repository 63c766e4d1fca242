package storagetest

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/storage"
	"github.com/go-oms/oms/storage/memory"
)

// batchLeaves returns the paths of all leaves that a batch can hold.
func batchLeaves() []string {
	var paths []string
	typeLeaves(reflect.TypeFor[storage.Batch](), "", func(path string, _ reflect.Type) { paths = append(paths, path) })
	return paths
}

// Every field of a batch is varied alone, or named in a list with its reason; the
// lists name nothing that is not there.
func TestEveryFieldIsVariedOrExcused(t *testing.T) {
	varied := map[string]bool{}
	for _, section := range sections {
		for _, path := range variable(fullBatch(1, money.EUR), section) {
			varied[plain(path)] = true
		}
	}
	paths := batchLeaves()
	require.Greater(t, len(paths), 250)
	used := map[string]bool{}
	for _, path := range paths {
		require.True(t, varied[path] || under(unread, path) || under(tied, path), "%s is neither varied nor excused", path)
		for _, list := range []map[string]string{unread, tied} {
			for p := range list {
				if path == p || strings.HasPrefix(path, p+".") {
					used[p] = true
				}
			}
		}
		if required[path] {
			used[path] = true
		}
	}
	for _, list := range []map[string]string{unread, tied} {
		for p, reason := range list {
			require.True(t, used[p], "%s is excused and does not exist", p)
			require.NotEmpty(t, reason)
		}
	}
	for p := range required {
		require.True(t, used[p], "%s is required and does not exist", p)
	}
}

// What is said not to be read back makes no difference to what is.
func TestUnreadFieldsAreNotRead(t *testing.T) {
	leaves(reflect.ValueOf(fullBatch(1, money.EUR)).Elem(), "", func(path string, _ reflect.Value) {
		if !under(unread, plain(path)) {
			return
		}
		b := fullBatch(1, money.EUR)
		leaves(reflect.ValueOf(b).Elem(), "", func(p string, v reflect.Value) {
			if p == path && v.Kind() != reflect.Interface {
				vary(v, plain(p))
			}
		})
		base := fullBatch(1, money.EUR)
		for i := range b.Events {
			// What must not be in a delta would show in the payload.
			b.Events[i].Payload, base.Events[i].Payload = nil, nil
		}
		require.False(t, reads(b, base), "%s is read back", path)
	})
}

// readAs are fields that are read back under another name.
var readAs = map[string]string{
	"Command.Name": "Key.Command", "Command.Now": "Key.At",
	"Orders.Coupons.Uses": "Coupons[0].All", "Orders.Coupons.CustomerID": "ByCustomer",
	"Orders.Coupons.PerCustomer": "ByCustomer", "Orders.Delta.Counts.LineID": "never had",
}

// A store that drops one field, whichever it is, fails a field case that names it.
func TestEveryDroppedFieldIsCaught(t *testing.T) {
	for _, path := range batchLeaves() {
		if under(unread, path) || under(tied, path) && !strings.HasPrefix(path, "Orders.Delta.Counts") ||
			required[path] && strings.HasSuffix(path, "ID") {
			continue
		}
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			dropping := &hooks{commit: func(ctx context.Context, s storage.Store, b *storage.Batch) error {
				return s.Commit(ctx, without(b, path))
			}}
			name := path[strings.LastIndexByte(path, '.')+1:]
			if other, ok := readAs[path]; ok {
				name = other
			} else if required[path] {
				name = "" // the row is not found without it
			}
			require.ErrorContains(t, fieldCaseOf(path).Check(t.Context(), plant(memory.New(), dropping)), name)
		})
	}
}

// fieldCaseOf returns the case that has to catch a fault in a field.
func fieldCaseOf(path string) Case {
	name := "field: every field of " + strings.SplitN(path, ".", 2)[0] + " is written and read back"
	if strings.HasPrefix(path, "Orders.Delta.Counts") {
		name = "field: every change of an order is written and read back"
	}
	return Cases()[slices.IndexFunc(Cases(), func(c Case) bool { return c.Name == name })]
}

// without returns a copy of the batch in which the field is empty, in the changes
// and in the payloads.
func without(b *storage.Batch, path string) *storage.Batch {
	c := deepCopy(b)
	leaves(reflect.ValueOf(c).Elem(), "", func(p string, v reflect.Value) {
		if plain(p) == path {
			v.SetZero()
		}
	})
	for i := range c.Events {
		for j := range c.Orders {
			if d := c.Orders[j].Delta; c.Events[i].ID == d.Order.ID {
				c.Events[i].Payload = d
			}
		}
	}
	return c
}

// reads reports whether two batches lead to different rows.
func reads(b, base *storage.Batch) bool {
	var x, y rows
	if x.apply(b) != nil || y.apply(base) != nil {
		return false
	}
	return diff("", x, y) != ""
}
