package bench

import (
	"context"
	"errors"
	"testing"
	"time"
)

// BenchmarkPlace measures one order of three lines by 64 callers: ns/op is the
// time between orders, and cpu-µs/order what all threads worked for one.
func BenchmarkPlace(b *testing.B) {
	for _, store := range []string{SQLite, Memory} {
		for _, spread := range []struct {
			name string
			skus int
		}{{"spread", defaultSKUs}, {"hot", 1}} {
			for _, side := range []struct {
				name string
				of   func(*place) *meter
			}{
				{"library", func(p *place) *meter { return p.measured }},
				{"same_rows", func(p *place) *meter { return p.hands[0] }},
				{"ten_rows", func(p *place) *meter { return p.hands[1] }},
			} {
				b.Run(store+"/"+spread.name+"/"+side.name, func(b *testing.B) {
					p := openBench(b, Options{Store: store, SKUs: spread.skus, Baseline: true})
					benchmark(b, side.of(p))
				})
			}
		}
	}
}

// openBench makes all sides of a measurement ready and warm.
func openBench(b *testing.B, o Options) *place {
	b.Helper()
	o, err := o.withDefaults()
	if err != nil {
		b.Fatal(err)
	}
	p := &place{Options: o, dir: b.TempDir()}
	if err := p.open(context.Background()); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = p.close()
	})
	for _, m := range p.meters() {
		if err := m.some(context.Background(), int64(warmUp[o.Store]*m.callers)); err != nil {
			b.Fatal(err)
		}
	}
	return p
}

// placeCPU returns the CPU that n orders take.
func placeCPU(b *testing.B, m *meter, n int) time.Duration {
	b.Helper()
	before, err := cpuTime()
	if err == nil {
		err = m.some(context.Background(), int64(n))
	}
	after, afterErr := cpuTime()
	if err := errors.Join(err, afterErr); err != nil {
		b.Fatal(err)
	}
	return after - before
}

func benchmark(b *testing.B, m *meter) {
	b.ReportAllocs()
	b.ResetTimer()
	cpu := placeCPU(b, m, b.N)
	b.StopTimer()
	b.ReportMetric(float64(cpu.Microseconds())/float64(b.N), "cpu-µs/order")
}

// BenchmarkHotSKU measures what it costs when every order wants the same SKU, in
// turns with orders that are spread: hot/spread is the ratio of their CPU.
func BenchmarkHotSKU(b *testing.B) {
	for _, store := range []string{SQLite, Memory} {
		b.Run(store, func(b *testing.B) {
			hot, spread := openBench(b, Options{Store: store, SKUs: 1}), openBench(b, Options{Store: store})
			const turns = 16
			var hotCPU, spreadCPU time.Duration
			b.ResetTimer()
			for i := range turns {
				n := b.N*(i+1)/turns - b.N*i/turns
				hotCPU += placeCPU(b, hot.measured, n)
				spreadCPU += placeCPU(b, spread.measured, n)
			}
			b.StopTimer()
			b.ReportMetric(float64(hotCPU.Microseconds())/float64(b.N), "hot-cpu-µs/order")
			b.ReportMetric(float64(spreadCPU.Microseconds())/float64(b.N), "spread-cpu-µs/order")
			b.ReportMetric(float64(hotCPU)/float64(max(spreadCPU, 1)), "hot/spread")
		})
	}
}
