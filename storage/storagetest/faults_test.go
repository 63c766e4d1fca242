package storagetest

import (
	"errors"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/storage"
	"github.com/go-oms/oms/storage/memory"
)

// mistake is something a store could do wrong. caughtBy says which cases see it.
type mistake struct {
	name  string
	hooks func() *hooks // fresh for each store
}

func allMistakes() []mistake {
	return slices.Concat(
		commitFaults(), referenceFaults(), stockFaults(), couponFaults(), orderFaults(), inventoryFaults(),
		paymentFaults(), fulfillmentFaults(), customerFaults(), subscriptionFaults(), draftFaults(), eventFaults(), keyFaults(), tenantFaults(), snapshotFaults(),
		factFaults(), reportFaults(), contextFaults(), ownershipFaults(), concurrencyFaults(),
	)
}

// otherCases are the cases that are not about fields.
func otherCases() []Case {
	return slices.DeleteFunc(Cases(), func(c Case) bool {
		return slices.ContainsFunc(fieldCases(), func(f Case) bool { return f.Name == c.Name })
	})
}

// Each mistake is caught by its cases and by no other. Under the race detector,
// which makes this slow, the other cases are left out.
func TestEveryMistakeIsCaughtByItsCases(t *testing.T) {
	for _, m := range allMistakes() {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			var failed []string
			for _, c := range otherCases() {
				if raceEnabled && !slices.Contains(caughtBy[m.name], c.Name) {
					continue
				}
				if caught(t, m, c) {
					failed = append(failed, c.Name)
				}
			}
			require.NotEmpty(t, failed)
			require.ElementsMatch(t, caughtBy[m.name], failed)
		})
	}
}

// caught reports whether the case fails on a store with the mistake. A mistake of
// concurrency shows by chance of timing: where it must show, it has several rounds.
func caught(t *testing.T, m mistake, c Case) bool {
	rounds := 1
	if slices.Contains(caughtBy[m.name], c.Name) {
		rounds = 20
	}
	for range rounds {
		if c.Check(t.Context(), plant(memory.New(), m.hooks())) != nil {
			return true
		}
	}
	return false
}

// Every case can fail: a mistake shows it.
func TestEveryCaseCatchesAMistake(t *testing.T) {
	caught := map[string]bool{}
	names := map[string]bool{}
	for _, m := range allMistakes() {
		require.False(t, names[m.name], "two mistakes named %q", m.name)
		names[m.name] = true
		for _, name := range caughtBy[m.name] {
			caught[name] = true
		}
	}
	require.Len(t, caughtBy, len(names))
	for _, c := range otherCases() {
		require.True(t, caught[c.Name], "no mistake shows that %q can fail", c.Name)
		delete(caught, c.Name)
	}
	require.Empty(t, caught, "cases that do not exist")
}

// commits returns hooks that commit what change makes of a copy of the batch. The
// copy is deep but for payloads.
func commits(change func(ctx ctxt, s store, b *storage.Batch)) func() *hooks {
	return func() *hooks {
		return &hooks{commit: func(ctx ctxt, s store, b *storage.Batch) error {
			c := deepCopy(b)
			change(ctx, s, c)
			return s.Commit(ctx, c)
		}}
	}
}

// overlooks returns hooks that, when a batch is refused with such an error, commit
// what change makes of a copy of it.
func overlooks[E error](change func(ctx ctxt, s store, b *storage.Batch, e E)) func() *hooks {
	return func() *hooks {
		return &hooks{commit: func(ctx ctxt, s store, b *storage.Batch) error {
			err := s.Commit(ctx, b)
			for range 10 {
				var e E
				if !errors.As(err, &e) {
					break
				}
				b = deepCopy(b)
				change(ctx, s, b, e)
				err = s.Commit(ctx, b)
			}
			return err
		}}
	}
}

// refuses returns hooks that refuse what is wrong to them with an error of theirs.
func refuses(refusal func(ctx ctxt, s store, b *storage.Batch) error) func() *hooks {
	return func() *hooks {
		return &hooks{commit: func(ctx ctxt, s store, b *storage.Batch) error {
			if err := refusal(ctx, s, b); err != nil {
				return err
			}
			return s.Commit(ctx, b)
		}}
	}
}

// hooked returns the same kind of hooks afresh each time.
func hooked(set func(h *hooks)) func() *hooks {
	return func() *hooks {
		h := &hooks{}
		set(h)
		return h
	}
}

// errWrong is the refusal of a store that is wrong.
var errWrong = errors.New("wrong")
