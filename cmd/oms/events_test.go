package main

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/storage/sqlite"
)

// picky is what the sink of newParked takes: nothing that was placed or, as the sink
// gets better, everything.
type picky struct {
	mended bool
	got    map[string]int // by tenant
}

func (p *picky) Deliver(_ context.Context, tenant string, events []event.Event) error {
	for i, e := range events {
		if e.Type == oms.OrderPlaced && !p.mended {
			return &oms.DeliveryError{Delivered: i, Refused: true, Err: errors.New("no new orders")}
		}
		p.got[tenant]++
	}
	return nil
}

// newParked is a lived file on which a sink called "post" has refused what was placed.
func newParked(t *testing.T) lived {
	t.Helper()
	l := newLived(t)
	l.deliver(t, &picky{got: map[string]int{}})
	return l
}

// deliver has the events delivered to the sink.
func (l lived) deliver(t *testing.T, sink *picky) {
	t.Helper()
	store, err := sqlite.Open(t.Context(), l.path, nil)
	require.NoError(t, err)
	defer func() { require.NoError(t, store.Close()) }()
	shop, err := oms.New(oms.Config{Store: store, Sinks: oms.Sinks{"post": oms.Parking(sink, time.Hour)}})
	require.NoError(t, err)
	_, err = shop.RunOnce(t.Context())
	require.NoError(t, err)
}

// parked are the letters that the tool lists.
func (l lived) parked(t *testing.T, args ...string) (letters []letter) {
	t.Helper()
	code, out, errs := tool(t, append([]string{"events", "dead", "--json", "--db", l.path}, args...)...)
	require.Zero(t, code, errs)
	decode(t, out, &letters)
	return letters
}

func TestEventsLagTellsHowFarEachSinkIsBehind(t *testing.T) {
	l := newParked(t)
	code, out, errs := tool(t, "events", "lag", "--db", l.path, "--json")
	require.Zero(t, code, errs)
	var lags []tenantLag
	decode(t, out, &lags)
	require.Len(t, lags, 2)
	for i, tenant := range []string{"", "acme"} {
		require.Equal(t, tenant, lags[i].Tenant)
		require.Len(t, lags[i].Sinks, 2)
		broken, post := lags[i].Sinks[0], lags[i].Sinks[1]
		require.Equal(t, "broken", broken.Sink)
		require.Equal(t, l.events, broken.Behind)
		require.Equal(t, "post", post.Sink)
		require.Zero(t, post.Behind)
		require.Equal(t, 2, post.Dead)
	}
	code, out, _ = tool(t, "events", "lag", "--db", l.path, "--tenant", "acme")
	require.Zero(t, code)
	for _, want := range []string{"tenant acme", "sink broken", "failed 1 times: nobody is there", "2 aggregates wait beside the line, 2 of them for Redrive"} {
		require.Contains(t, out, want)
	}
	none := newLived(t)
	none.tamper(t, "DELETE FROM oms_leases")
	_, out, _ = tool(t, "events", "lag", "--db", none.path)
	require.Contains(t, out, "No sink has ever been served.")
}

func TestEventsDeadListsWhatIsParked(t *testing.T) {
	l := newParked(t)
	letters := l.parked(t)
	require.Len(t, letters, 4, "two orders in each tenant")
	for _, p := range letters {
		require.Equal(t, "post", p.Sink)
		require.Equal(t, oms.OrderPlaced, p.Type)
		require.Equal(t, event.Order, p.Aggregate)
		require.EqualValues(t, 1, p.Version)
		require.Equal(t, "no new orders", p.Problem)
		require.True(t, p.Dead)
		require.Positive(t, p.Behind)
	}
	require.Equal(t, letters[2:], l.parked(t, "--tenant", "acme", "--sink", "post"))
	require.Empty(t, l.parked(t, "--sink", "broken"))
	code, out, _ := tool(t, "events", "dead", "--db", l.path)
	require.Zero(t, code)
	for _, want := range []string{"tenant acme", "post: order.placed, version 1 of order " + l.whole.ID.String(), "dead after 1 attempts", "no new orders"} {
		require.Contains(t, out, want)
	}
	_, out, _ = tool(t, "events", "dead", "--db", newLived(t).path)
	require.Contains(t, out, "Nothing is parked.")
	code, _, errs := tool(t, "events", "dead", "--db", l.path, "--sink", "nobody")
	require.Equal(t, 1, code)
	require.Contains(t, errs, "sink nobody: not found")
}

func TestEventsRedriveHasThemTriedAgain(t *testing.T) {
	l := newParked(t)
	code, out, errs := tool(t, "events", "redrive", "--db", l.path, "--sink", "post", "--json", l.whole.ID.String())
	require.Zero(t, code, errs)
	var done []redriven
	decode(t, out, &done)
	require.Equal(t, []redriven{{Redriven: 1}, {Tenant: "acme"}}, done, "ids are of one tenant")
	sink := &picky{mended: true, got: map[string]int{}}
	l.deliver(t, sink)
	require.Positive(t, sink.got[""])
	require.Zero(t, sink.got["acme"])
	require.Len(t, l.parked(t), 3)

	code, out, _ = tool(t, "events", "redrive", "--db", l.path, "--sink", "post", "--tenant", "acme")
	require.Zero(t, code)
	require.Contains(t, out, "tenant acme\n2 parked aggregates are tried again")
	l.deliver(t, sink)
	require.Positive(t, sink.got["acme"])
	require.Len(t, l.parked(t), 1)

	code, out, errs = tool(t, "events", "redrive", "--db", l.path, "--sink", "nobody")
	require.Equal(t, 1, code)
	require.Empty(t, out)
	require.Contains(t, errs, "sink nobody: not found")
}

func TestEventsDiscardGivesOneUp(t *testing.T) {
	l := newParked(t)
	before := l.parked(t, "--tenant", "")
	require.Len(t, before, 2)
	id := before[0].ID.String()
	for _, args := range [][]string{{id, "2"}, {id, "1", "--tenant", "acme"}, {id, "1", "--sink", "broken"}} {
		code, out, errs := tool(t, append([]string{"events", "discard", "--db", l.path, "--sink", "post"}, args...)...)
		require.Equal(t, 1, code, "%v: %s", args, out)
		require.Contains(t, errs, "not found")
		require.Equal(t, before, l.parked(t, "--tenant", ""))
	}
	code, out, errs := tool(t, "events", "discard", "--db", l.path, "--sink", "post", id, "1")
	require.Zero(t, code, errs)
	require.Contains(t, out, "post never gets order.placed, version 1 of order "+id)
	after := l.parked(t, "--tenant", "")
	require.Len(t, after, 2, "what was behind it is tried next")
	require.EqualValues(t, 2, after[0].Version)
	require.False(t, after[0].Dead)
	require.Len(t, l.parked(t, "--tenant", "acme"), 2)

	sink := &picky{got: map[string]int{}}
	l.deliver(t, sink)
	require.Equal(t, before[0].Behind, sink.got[""])
	require.Equal(t, before[1:], l.parked(t, "--tenant", ""))

	code, out, errs = tool(t, "events", "discard", "--db", l.path, "--sink", "post", "--json", before[1].ID.String(), "1")
	require.Zero(t, code, errs)
	require.JSONEq(t, fmt.Sprintf(`{"discarded": "order.placed", "behind": %d}`, before[1].Behind), out)
}

func TestEventCommandsMakeNoBooks(t *testing.T) {
	path := t.TempDir() + "/missing.db"
	for _, args := range [][]string{
		{"lag"}, {"dead"}, {"redrive", "--sink", "post"}, {"discard", "--sink", "post", "0199d1f0-0000-7000-8000-000000000000", "1"},
	} {
		code, _, errs := tool(t, append(append([]string{"events"}, args...), "--db", path)...)
		require.Equal(t, 1, code)
		require.Contains(t, errs, "there is no file")
		require.NoFileExists(t, path)
	}
	code, _, errs := tool(t, "events", "discard", "--db", path, "--sink", "post", "seven", "1")
	require.Equal(t, 80, code, errs)
}
