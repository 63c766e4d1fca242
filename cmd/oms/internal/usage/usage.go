package usage

import (
	"errors"
	"os"
	"slices"
	"time"
)

// Usage is what a process has used.
type Usage struct {
	CPU     time.Duration // user and system time of all threads
	PeakRSS int64         // the most memory it had at once, in bytes
}

// Fsync measures how long a folder's disk takes to make four kilobytes safe: the
// median of n writes to a file that it makes there and removes.
func Fsync(folder string, n int) (p50 time.Duration, err error) {
	f, err := os.CreateTemp(folder, ".oms-fsync-*")
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, f.Close(), os.Remove(f.Name())) }()
	page := make([]byte, 4096)
	took := make([]time.Duration, 0, max(n, 1))
	for range max(n, 1) {
		start := time.Now()
		if _, err := f.Write(page); err != nil {
			return 0, err
		}
		if err := f.Sync(); err != nil {
			return 0, err
		}
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	return took[len(took)/2], nil
}
