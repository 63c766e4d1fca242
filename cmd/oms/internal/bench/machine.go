package bench

import (
	"context"
	"os"
	"runtime"
	"strings"

	"github.com/go-oms/oms/cmd/oms/internal/usage"
)

// describeMachine says where it was measured.
func describeMachine(ctx context.Context, s *server) (*Machine, error) {
	fsync, err := usage.Fsync(os.TempDir(), 32)
	m := &Machine{CPU: processorModel(), Cores: runtime.NumCPU(), Fsync: fsync.Microseconds()}
	if err == nil && s != nil {
		m.Server, err = s.describe(ctx)
	}
	return m, err
}

// processorModel is empty where the system does not say.
func processorModel() string {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(text)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return ""
}
