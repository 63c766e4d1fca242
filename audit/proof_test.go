package audit_test

import (
	"context"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/audit"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
)

// proved is a proof of one order, and the seals it is under.
func proved(t require.TestingT) (*audit.Proof, []audit.Seal) {
	l := written(500)
	seals := sealed(t, l, 64)
	p, err := audit.Prove(context.Background(), l, seals, audit.Subject{Aggregate: event.Order, ID: uuid.UUID{15: 7}}, audit.Subject{Aggregate: event.Order, ID: uuid.UUID{15: 8}})
	require.NoError(t, err)
	return p, seals
}

// read is a proof that went through a file which somebody has made pretty.
func read(t require.TestingT, p *audit.Proof) *audit.Proof {
	text, err := json.MarshalIndent(p, "", "  ")
	require.NoError(t, err)
	var back audit.Proof
	require.NoError(t, json.Unmarshal(text, &back))
	return &back
}

func TestAProofNeedsNoBooks(t *testing.T) {
	t.Parallel()
	p, _ := proved(t)
	require.Greater(t, len(p.Entries), 20)
	require.NoError(t, p.Check(key))
	require.NoError(t, read(t, p).Check(key))
	require.Contains(t, string(p.Entries[0].Payload), "no. ")

	var wrong *audit.Error
	require.ErrorAs(t, p.Check(append(audit.Key{1}, key...)), &wrong)
	require.Equal(t, fault.Rejected, fault.KindOf(wrong))
	require.ErrorAs(t, new(audit.Proof).Check(key), &wrong, "about nothing")
}

// TestEveryChangeOfAProofIsFound changes every field of an entry and of a seal.
func TestEveryChangeOfAProofIsFound(t *testing.T) {
	t.Parallel()
	change := func(v reflect.Value) {
		switch x := v.Addr().Interface().(type) {
		case *time.Time:
			*x = x.Add(time.Microsecond)
		case *json.RawMessage:
			*x = json.RawMessage(strings.Replace(string(*x), "no. ", "No. ", 1))
		case *uuid.UUID:
			x[3] ^= 1
		case *audit.Hash:
			x[3] ^= 1
		case *[]audit.Hash:
			*x = (*x)[1:]
		case *string:
			*x += "x"
		case *event.ActorKind:
			*x += "x"
		case *int64:
			*x++
		case *int:
			*x++
		case *uint64:
			*x++
		default:
			t.Fatalf("%T", x)
		}
	}
	for i := range reflect.TypeFor[audit.Entry]().NumField() {
		p, _ := proved(t)
		change(reflect.ValueOf(&p.Entries[5]).Elem().Field(i))
		require.Error(t, p.Check(key), reflect.TypeFor[audit.Entry]().Field(i).Name)
	}
	for i := range reflect.TypeFor[audit.Seal]().NumField() {
		p, _ := proved(t)
		change(reflect.ValueOf(&p.Seals[1]).Elem().Field(i))
		require.Error(t, p.Check(key), reflect.TypeFor[audit.Seal]().Field(i).Name)
	}
	for i := range 3 {
		p, _ := proved(t)
		p.Entries = append(p.Entries[:i], p.Entries[i+1:]...)
		require.ErrorContains(t, p.Check(key), "missing")
	}
	p, _ := proved(t)
	p.Entries[0].Payload = json.RawMessage("{")
	require.ErrorContains(t, p.Check(key), "no JSON")
	p, _ = proved(t)
	p.Seals = p.Seals[1:]
	require.ErrorContains(t, p.Check(key), "not here")
}

// TestWhatAProofDoesNotShow: one that ends early, or is about fewer aggregates, is a proof
// of what is in it. The documentation promises no more.
func TestWhatAProofDoesNotShow(t *testing.T) {
	t.Parallel()
	p, _ := proved(t)
	last := len(p.Entries) - 1
	require.Equal(t, p.Entries[last].ID, p.Entries[last-1].ID)
	p.Entries = p.Entries[:last]
	require.NoError(t, p.Check(key), "without its last event")
	p.Entries = slices.DeleteFunc(p.Entries, func(e audit.Entry) bool { return e.ID != p.Entries[0].ID })
	require.NoError(t, p.Check(key), "without one of its orders")
}

func TestWhatCannotBeProved(t *testing.T) {
	t.Parallel()
	l := written(500)
	seals := sealed(t, l, 64)
	about := audit.Subject{Aggregate: event.Order, ID: uuid.UUID{15: 7}}
	changed := written(500)
	changed.events[3].Cause = "another"
	for name, c := range map[string]struct {
		books *ledger
		seals []audit.Seal
		about audit.Subject
		want  string
	}{
		"what is unknown":           {l, seals, audit.Subject{Aggregate: event.Order, ID: uuid.UUID{1}}, "no history"},
		"what is not sealed yet":    {l, seals[:7], about, "not sealed yet"},
		"what was changed meantime": {changed, seals, about, "not what seal 1 says"},
	} {
		_, err := audit.Prove(t.Context(), c.books, c.seals, c.about)
		var wrong *audit.Error
		require.ErrorAs(t, err, &wrong, name)
		require.ErrorContains(t, err, c.want, name)
	}
}

func TestHashText(t *testing.T) {
	t.Parallel()
	var h audit.Hash
	for _, bad := range []string{"", "00", strings.Repeat("g", 64), strings.Repeat("0", 65)} {
		var invalid *fault.InvalidError
		require.ErrorAs(t, h.UnmarshalText([]byte(bad)), &invalid, bad)
	}
}

// FuzzProof: no proof that anybody makes up passes, and none panics.
func FuzzProof(f *testing.F) {
	p, _ := proved(f)
	p.Entries = p.Entries[:2]
	text, err := json.Marshal(p)
	require.NoError(f, err)
	f.Add(text)
	f.Add([]byte(`{"entries":[{"payload":{},"index":18446744073709551615,"path":[]}],"seals":[{}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var made audit.Proof
		if json.Unmarshal(text, &made) != nil || made.Check(key) != nil {
			return
		}
		for _, e := range made.Entries {
			require.True(t, slices.ContainsFunc(p.Entries, func(known audit.Entry) bool {
				return e.ID == known.ID && e.Version == known.Version && e.Type == known.Type && e.Cause == known.Cause && e.At.Equal(known.At)
			}), "version %d of %s", e.Version, e.ID)
		}
	})
}

// FuzzHash: what is read is what was written.
func FuzzHash(f *testing.F) {
	f.Add(strings.Repeat("0f", 32))
	f.Fuzz(func(t *testing.T, text string) {
		var h audit.Hash
		if h.UnmarshalText([]byte(text)) == nil {
			require.Equal(t, strings.ToLower(text), h.String())
		}
	})
}
