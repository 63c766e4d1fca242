package order

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// A firing stays within 12 allocations, a new order's start within 16 when it is
// confirmed at once and 4 when it has to wait for its money.
func TestFiringIsCheap(t *testing.T) {
	if raceEnabled() {
		t.Skip("the race detector drops pooled machines at random")
	}
	m := defaultMachine(t)
	secured, outstanding := factsOf(MoneyFacts{Authorized: euro("30.00")}), factsOf(MoneyFacts{})
	o := orderIn(m, StatusConfirmed)
	measure := func(f func()) float64 { return testing.AllocsPerRun(200, f) }

	require.LessOrEqual(t, measure(func() {
		o.Status = StatusConfirmed
		_, _ = m.Fire(o, ActionShip, secured(o))
	}), 12.0, "fire")
	require.LessOrEqual(t, measure(func() {
		o.Status = ""
		_ = m.Start(o)
		_, _ = m.Settle(o, secured)
	}), 16.0, "start and confirm")
	require.LessOrEqual(t, measure(func() {
		o.Status = ""
		_ = m.Start(o)
		_, _ = m.Settle(o, outstanding)
	}), 4.0, "start and wait")
	require.Zero(t, measure(func() { _ = secured(o) }), "facts")
}

func BenchmarkFire(b *testing.B) {
	m := defaultMachine(b)
	o := orderIn(m, StatusConfirmed)
	f := factsOf(MoneyFacts{Authorized: euro("30.00")})(o)
	b.ReportAllocs()
	for b.Loop() {
		o.Status = StatusConfirmed
		if _, err := m.Fire(o, ActionShip, f); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkStartAndSettle(b *testing.B) {
	m := defaultMachine(b)
	for name, paid := range map[string]MoneyFacts{"secured": {Authorized: euro("30.00")}, "outstanding": {}} {
		b.Run(name, func(b *testing.B) {
			o := orderIn(m, "")
			facts := factsOf(paid)
			b.ReportAllocs()
			for b.Loop() {
				o.Status = ""
				if err := m.Start(o); err != nil {
					b.Fatal(err)
				}
				if _, err := m.Settle(o, facts); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkCompile(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Compile(DefaultWorkflow(), Registry{}); err != nil {
			b.Fatal(err)
		}
	}
}
