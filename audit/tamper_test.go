package audit_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/audit"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
)

// flips change one thing of an event. Its position is the store's own.
var flips = map[string]func(*event.Event){
	"Aggregate":  func(e *event.Event) { e.Aggregate = event.Payment },
	"ID":         func(e *event.Event) { e.ID[0] ^= 1 },
	"Version":    func(e *event.Event) { e.Version++ },
	"Type":       func(e *event.Event) { e.Type += "x" },
	"Schema":     func(e *event.Event) { e.Schema++ },
	"ActorKind":  func(e *event.Event) { e.ActorKind = event.System },
	"ActorID":    func(e *event.Event) { e.ActorID = "lou" },
	"Cause":      func(e *event.Event) { e.Cause = "" },
	"At":         func(e *event.Event) { e.At = e.At.Add(time.Microsecond) },
	"RecordedAt": func(e *event.Event) { e.RecordedAt = e.RecordedAt.Add(-time.Microsecond) },
	"Payload":    func(e *event.Event) { n := *e.Payload.(*note); n.Sum++; e.Payload = &n },
	"two fields": func(e *event.Event) { e.Type, e.Cause = e.Type+e.Cause, "" }, // the same bytes, without their lengths
}

// TestEveryChangeOfHistoryIsFound flips every field of each of a thousand events, takes
// events away, adds some and swaps them, at every place: in all seals at once.
func TestEveryChangeOfHistoryIsFound(t *testing.T) {
	t.Parallel()
	const limit = 40
	l := written(1000)
	seals := sealed(t, l, limit)
	found := func(what string, place int, changed []event.Event) {
		report := verify(t, &ledger{events: changed}, seals)
		require.Len(t, report.Findings, len(seals), "%s of the events at %d", what, place)
		for i, f := range report.Findings {
			require.Equal(t, int64(i+1), f.Seal, "%s of the events at %d", what, place)
		}
	}
	for place := range limit {
		for what, flip := range flips {
			changed := slices.Clone(l.events)
			for i := place; i < len(changed); i += limit {
				flip(&changed[i])
			}
			found(what, place, changed)
		}
		var removed, doubled []event.Event
		swapped := slices.Clone(l.events)
		for i, e := range l.events {
			if doubled = append(doubled, e); i%limit == place {
				doubled = append(doubled, e)
				if n := i + 1; n%limit != 0 {
					swapped[i], swapped[n] = swapped[n], swapped[i]
					swapped[i].Position, swapped[n].Position = swapped[n].Position, swapped[i].Position
				}
				continue
			}
			removed = append(removed, e)
		}
		found("removal", place, removed)
		found("doubling", place, doubled)
		if place < limit-1 {
			found("swapping", place, swapped)
		}
	}
	require.Len(t, verify(t, &ledger{events: l.events[:480]}, seals).Findings, 13, "a tail that is gone")
}

func TestEveryChangeOfSealsIsFound(t *testing.T) {
	t.Parallel()
	l := written(300)
	seals := sealed(t, l, 37)
	other := sealed(t, written(301), 10)
	for name, change := range map[string]func([]audit.Seal) []audit.Seal{
		"number":          func(s []audit.Seal) []audit.Seal { s[3].Number++; return s },
		"from":            func(s []audit.Seal) []audit.Seal { s[3].From--; return s },
		"to":              func(s []audit.Seal) []audit.Seal { s[3].To++; return s },
		"events":          func(s []audit.Seal) []audit.Seal { s[3].Events--; return s },
		"root":            func(s []audit.Seal) []audit.Seal { s[3].Root[0] ^= 1; return s },
		"previous":        func(s []audit.Seal) []audit.Seal { s[3].Prev[31] ^= 1; return s },
		"time":            func(s []audit.Seal) []audit.Seal { s[3].At = s[3].At.Add(time.Hour); return s },
		"MAC":             func(s []audit.Seal) []audit.Seal { s[3].MAC[7] ^= 1; return s },
		"tenant":          func(s []audit.Seal) []audit.Seal { s[3].Tenant = "bcme"; return s },
		"one is gone":     func(s []audit.Seal) []audit.Seal { return slices.Delete(s, 3, 4) },
		"one is twice":    func(s []audit.Seal) []audit.Seal { return slices.Insert(s, 3, s[3]) },
		"two are swapped": func(s []audit.Seal) []audit.Seal { s[3], s[4] = s[4], s[3]; return s },
		"another chain's": func(s []audit.Seal) []audit.Seal { s[3] = other[3]; return s },
	} {
		require.False(t, verify(t, l, change(slices.Clone(seals))).Clean(), name)
	}
	cut := verify(t, l, seals[:5])
	require.True(t, cut.Clean(), "a chain that was cut short is whole in itself")
	require.NotEqual(t, seals[len(seals)-1].MAC, cut.Head, "and its head is another")
	require.EqualValues(t, 300-5*37, cut.Unsealed)

	for name, try := range map[string]func() (*audit.Report, error){
		"another key": func() (*audit.Report, error) {
			return audit.Verify(t.Context(), l, "acme", append(audit.Key{1}, key...), seals)
		},
		"another tenant": func() (*audit.Report, error) { return audit.Verify(t.Context(), l, "other", key, seals) },
	} {
		report, err := try()
		require.NoError(t, err)
		require.Len(t, report.Findings, len(seals), name)
	}
}

func TestWhatCannotBeSealed(t *testing.T) {
	t.Parallel()
	l := written(10)
	seals := sealed(t, l, 5)
	foreign, forged := seals[0], seals[0]
	foreign.Tenant = "other"
	forged.To++
	for name, try := range map[string]func() error{
		"a short key":         func() error { _, err := audit.Next(t.Context(), l, "acme", key[:31], nil, noon, 0); return err },
		"a foreign seal":      func() error { _, err := audit.Next(t.Context(), l, "acme", key, &foreign, noon, 0); return err },
		"a forged seal":       func() error { _, err := audit.Next(t.Context(), l, "acme", key, &forged, noon, 0); return err },
		"a short key, verify": func() error { _, err := audit.Verify(t.Context(), l, "acme", nil, seals); return err },
		"a short key, proof":  func() error { return new(audit.Proof).Check(key[:31]) },
	} {
		err := try()
		var invalid *fault.InvalidError
		require.ErrorAs(t, err, &invalid, name)
		require.NotContains(t, err.Error(), string(key[:31]), name)
	}
	unwritable := &ledger{events: []event.Event{{Aggregate: "x", ID: uuid.UUID{1}, Payload: func() {}, Position: 1}}}
	_, err := audit.Next(t.Context(), unwritable, "acme", key, nil, noon, 0)
	require.ErrorContains(t, err, "json", fmt.Sprint(err))
}

// TestTheEncodingStays: seals outlive versions of this library.
func TestTheEncodingStays(t *testing.T) {
	t.Parallel()
	seals := sealed(t, written(1000), 0)
	require.Equal(t, "41bbdb274777672525696a651145a60f7dc3909fa77f68b1401b95a40ab2d69a", seals[0].Root.String())
	require.Equal(t, "ed298e27388e0559e8490a4c44f0c1a3ba035ce50103cf32cabc7553e16c5d8a", seals[0].MAC.String())
}
