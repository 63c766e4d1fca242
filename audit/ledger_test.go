package audit_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/audit"
	"github.com/go-oms/oms/event"
)

var (
	key   = audit.Key("0123456789abcdef0123456789abcdef")
	noon  = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	clerk = event.Actor{Kind: event.Staff, ID: "kim"}
)

// note is the payload of the events of these tests.
type note struct {
	Text string `json:"text"`
	Sum  int64  `json:"sum,omitempty"`
}

// ledger is a stream of events in memory.
type ledger struct {
	events []event.Event
	fails  error // in the middle of a stream
}

func (l *ledger) History(_ context.Context, aggregate string, id event.ID) (list []event.Event, err error) {
	for _, e := range l.events {
		if e.Aggregate == aggregate && e.ID == id {
			list = append(list, e)
		}
	}
	slices.SortFunc(list, func(a, b event.Event) int { return int(a.Version - b.Version) })
	return list, nil
}

func (l *ledger) Stream(_ context.Context, position int64, limit int) iter.Seq2[event.Event, error] {
	return func(yield func(event.Event, error) bool) {
		for _, e := range l.events {
			if e.Position <= position {
				continue
			}
			if l.fails != nil && e.Position > int64(len(l.events)) {
				yield(event.Event{}, l.fails)
				return
			}
			if !yield(e, nil) {
				return
			}
			if limit--; limit == 0 {
				return
			}
		}
	}
}

// written is a ledger of n events about a few aggregates, with gaps in its positions.
func written(n int) *ledger {
	rng := rand.New(rand.NewPCG(1, 2))
	l := &ledger{}
	versions := map[uuid.UUID]int64{}
	position := int64(0)
	for i := range n {
		id := uuid.UUID{15: byte(1 + rng.IntN(20))}
		versions[id]++
		position += 1 + rng.Int64N(3)
		at := noon.Add(time.Duration(i) * time.Second)
		l.events = append(l.events, event.Event{
			Aggregate: event.Order, ID: id, Version: versions[id], Type: "order.noted", Schema: 1, ActorKind: clerk.Kind, ActorID: clerk.ID,
			Cause: fmt.Sprint("key ", i), At: at, RecordedAt: at.Add(time.Millisecond), Payload: &note{Text: fmt.Sprint("<no. ", i, ">"), Sum: rng.Int64N(99)},
			Position: position,
		})
	}
	return l
}

// sealed seals everything, so many events at a time.
func sealed(t require.TestingT, l *ledger, limit int) (seals []audit.Seal) {
	var last *audit.Seal
	for {
		next, err := audit.Next(context.Background(), l, "acme", key, last, noon, limit)
		require.NoError(t, err)
		if next == nil {
			return seals
		}
		seals, last = append(seals, *next), next
	}
}

func verify(t require.TestingT, l *ledger, seals []audit.Seal) *audit.Report {
	report, err := audit.Verify(context.Background(), l, "acme", key, seals)
	require.NoError(t, err)
	return report
}

func TestWhatWasSealedHolds(t *testing.T) {
	t.Parallel()
	l := written(1000)
	seals := sealed(t, l, 37)
	require.Len(t, seals, 28)
	report := verify(t, l, seals)
	require.Empty(t, report.Findings)
	require.True(t, report.Clean())
	require.EqualValues(t, 1000, report.Events)
	require.EqualValues(t, 28, report.Seals)
	require.Zero(t, report.Unsealed)
	require.Equal(t, seals[27].MAC, report.Head)

	more := written(1010)
	require.EqualValues(t, 10, verify(t, more, seals).Unsealed)
	require.True(t, verify(t, more, seals).Clean(), "what came later is no contradiction")
	require.Equal(t, 1000, len(l.events))
	require.Empty(t, sealed(t, &ledger{}, 0), "of nothing there is no seal")
	require.True(t, verify(t, &ledger{}, nil).Clean())
}

func TestAReaderThatFailsIsNotClean(t *testing.T) {
	t.Parallel()
	l := written(100)
	seals := sealed(t, l, 10)
	l.fails = errors.New("the cable")
	_, err := audit.Verify(t.Context(), l, "acme", key, seals)
	require.ErrorIs(t, err, l.fails)
	_, err = audit.Next(t.Context(), l, "acme", key, nil, noon, 0)
	require.ErrorIs(t, err, l.fails)
}
