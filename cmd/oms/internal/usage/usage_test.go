package usage

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestUsageGrows(t *testing.T) {
	before, ok := Now()
	if !ok {
		t.Skip("this system does not say what a process has used")
	}
	n := 0
	for i := range 200_000_000 {
		n += i & 1
	}
	require.Equal(t, 100_000_000, n)
	after, _ := Now()
	require.Greater(t, after.CPU, before.CPU)
	require.GreaterOrEqual(t, after.PeakRSS, before.PeakRSS)
}

func TestFsyncLeavesNothingBehind(t *testing.T) {
	folder := t.TempDir()
	took, err := Fsync(folder, 3)
	require.NoError(t, err)
	require.Positive(t, took)
	left, err := os.ReadDir(folder)
	require.NoError(t, err)
	require.Empty(t, left)

	_, err = Fsync(folder+"/nowhere", 3)
	require.Error(t, err)
}
