package sim

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// crew runs actors that note their turns; each has so many points.
func crew(seed uint64, points int, each func(s *scheduler, a *actor, n int)) (turns []string) {
	s := &scheduler{rng: stream(seed, 0), restive: 200}
	for _, name := range []string{"a", "b", "c"} {
		s.add(&actor{name: name, proc: &process{}})
	}
	s.run(func(a *actor) {
		for n := range points {
			turns = append(turns, a.name) // nobody else runs now
			if each != nil {
				each(s, a, n)
			}
			s.yield()
		}
	})
	return turns
}

func TestOneActorRunsAtATimeAndTheSeedSaysWhich(t *testing.T) {
	turns := crew(1, 50, nil)
	require.Len(t, turns, 150)
	require.Equal(t, turns, crew(1, 50, nil))
	require.NotEqual(t, turns, crew(2, 50, nil))
	switches := 0
	for i := range turns[1:] {
		if turns[i] != turns[i+1] {
			switches++
		}
	}
	require.Greater(t, switches, 30)
}

func TestAStalledActorIsLate(t *testing.T) {
	turns := crew(3, 20, func(s *scheduler, a *actor, n int) {
		if a.name == "b" && n == 0 {
			a.until = s.steps + 1000
		}
	})
	require.Equal(t, "b", turns[len(turns)-1])
	require.NotContains(t, turns[len(turns)-50:len(turns)-19], "b", "the others have done all of theirs by then")
}

func TestActorsOfOneProcessWaitForEachOther(t *testing.T) {
	shared := &process{}
	s := &scheduler{rng: stream(4, 0), restive: 255}
	inside := 0
	for _, name := range []string{"a", "b", "c"} {
		s.add(&actor{name: name, proc: shared})
	}
	s.run(func(a *actor) {
		for range 20 {
			s.yield()
			shared.locked = a
			inside++
			require.Equal(t, 1, inside)
			s.yield()
			inside--
			shared.locked = nil
		}
	})
	require.Zero(t, inside)
}
