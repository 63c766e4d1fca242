package event_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 123_456_789, time.FixedZone("CET", 3600))

func issuer() event.Issuer {
	n := byte(0)
	return event.Issuer{
		Actor: event.Actor{Kind: event.Staff, ID: "7"},
		Now:   func() time.Time { return noon },
		NewID: func() uuid.UUID { n++; return uuid.UUID{6: 0x70, 8: 0x80, 15: n} },
	}
}

func TestIDsCountUpInTheRandomPart(t *testing.T) {
	base := uuid.MustParse("019ca8a0-3e80-7abc-bfff-fffffffffffe")
	ids := event.NewIDs(base)
	first, second, third := ids.Next(), ids.Next(), ids.Next()
	require.Equal(t, base, first)
	require.Equal(t, "019ca8a0-3e80-7abc-bfff-ffffffffffff", second.String())
	// The counter wraps inside its 62 bits: version and variant stay.
	require.Equal(t, "019ca8a0-3e80-7abc-8000-000000000000", third.String())
	require.Equal(t, uuid.Version(7), third.Version())
	require.Equal(t, uuid.RFC4122, third.Variant())
}

func TestIDsOfOneCommandGrow(t *testing.T) {
	ids := event.NewIDs(uuid.MustParse("019ca8a0-3e80-7abc-8000-000000000000"))
	last := ids.Next()
	for range 1000 {
		next := ids.Next()
		require.Positive(t, bytes.Compare(next[:], last[:]))
		last = next
	}
}

func TestIssueMakesTheEnvelope(t *testing.T) {
	cmd, err := issuer().Issue(t.Context(), "order.place", "k", time.Time{}, map[string]int{"a": 1})
	require.NoError(t, err)
	require.Equal(t, "k", cmd.Key)
	require.Equal(t, time.Date(2026, 3, 1, 11, 0, 0, 123_456_000, time.UTC), cmd.Now)
	require.Equal(t, cmd.Now, cmd.At)
	past := noon.Add(-time.Hour)
	cmd, err = issuer().Issue(t.Context(), "order.place", "", past, nil)
	require.NoError(t, err)
	require.NotEmpty(t, cmd.Key, "a command always has a key")
	require.Equal(t, event.Moment(past), cmd.At)
}

func TestTheDigestTellsRequestsApart(t *testing.T) {
	digest := func(i event.Issuer, name string, body any) [32]byte {
		cmd, err := i.Issue(t.Context(), name, "k", time.Time{}, body)
		require.NoError(t, err)
		return cmd.Body
	}
	same := digest(issuer(), "order.place", 1)
	require.Equal(t, same, digest(issuer(), "order.place", 1))
	require.NotEqual(t, same, digest(issuer(), "order.place", 2), "another body")
	require.NotEqual(t, same, digest(issuer(), "order.pay", 1), "another command")
	other := issuer()
	other.Actor.ID = "8"
	require.NotEqual(t, same, digest(other, "order.place", 1), "another actor")
}

func TestIssueRefuses(t *testing.T) {
	for name, key := range map[string]string{"too long": strings.Repeat("k", event.MaxKey+1), "not UTF-8": "\xff"} {
		_, err := issuer().Issue(t.Context(), "x", key, time.Time{}, nil)
		var invalid *fault.InvalidError
		require.ErrorAs(t, err, &invalid, name)
		require.Equal(t, "key", invalid.Field)
	}
	_, err := issuer().Issue(t.Context(), "x", "k", time.Time{}, func() {})
	require.Equal(t, fault.Rejected, fault.KindOf(err), "a body without a JSON form")
	no := errors.New("no")
	strict := issuer()
	strict.Authorize = func(_ context.Context, a event.Actor, command string) error {
		require.Equal(t, "7", a.ID)
		require.Equal(t, "x", command)
		return no
	}
	_, err = strict.Issue(t.Context(), "x", "k", time.Time{}, nil)
	require.ErrorIs(t, err, no)
	require.ErrorIs(t, strict.Allow(t.Context(), "x"), no)
	require.NoError(t, issuer().Allow(t.Context(), "x"), "nobody is asked")
}

func TestMomentIsWhatTheBooksKeep(t *testing.T) {
	require.True(t, event.Moment(time.Time{}).IsZero())
	m := event.Moment(noon)
	require.Equal(t, time.UTC, m.Location())
	require.Zero(t, m.Nanosecond()%1000)
}

func TestAReplayIsAConflict(t *testing.T) {
	require.Equal(t, fault.Conflict, fault.KindOf(fmt.Errorf("commit: %w", &event.Replay{})))
}

func TestActorsWorkWhereTheyBelong(t *testing.T) {
	for _, c := range []struct {
		actor event.Actor
		works map[string]bool
	}{
		{event.Actor{}, map[string]bool{"": true, "acme": true, event.AnyTenant: true}},
		{event.Actor{Kind: event.System, Tenant: "acme"}, map[string]bool{"": true, "acme": true, event.AnyTenant: true}},
		{event.Actor{Kind: event.Staff}, map[string]bool{"": true, "acme": false, event.AnyTenant: false}},
		{event.Actor{Kind: event.Staff, Tenant: "acme"}, map[string]bool{"": false, "acme": true, "Acme": false, event.AnyTenant: false}},
		{event.Actor{Kind: event.Shopper, Tenant: event.AnyTenant}, map[string]bool{"": true, "acme": true, event.AnyTenant: true}},
	} {
		for tenant, works := range c.works {
			require.Equal(t, works, c.actor.WorksFor(tenant), "%+v in %q", c.actor, tenant)
		}
	}
	for kind, known := range map[event.ActorKind]bool{
		event.System: true, event.Staff: true, event.Shopper: true, event.Integration: true, "": false, "robot": false, "Staff": false,
	} {
		require.Equal(t, known, kind.Known(), kind)
	}
}

func ExampleActor() {
	fmt.Println(event.Actor{}, event.Actor{Kind: event.Staff, ID: "7", Roles: []string{"manager"}})
	fmt.Println(event.Actor{Roles: []string{"manager"}}.Has("manager"))
	// Output:
	// system staff:7
	// true
}
