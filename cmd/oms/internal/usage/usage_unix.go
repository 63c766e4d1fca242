//go:build unix

package usage

import (
	"runtime"
	"syscall"
	"time"
)

// Now returns what the process has used since it began; false where the system
// does not say.
func Now() (Usage, bool) {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		return Usage{}, false
	}
	peak := int64(r.Maxrss)
	if runtime.GOOS != "darwin" && runtime.GOOS != "ios" {
		peak *= 1024 // kilobytes there, bytes on Apple's systems
	}
	return Usage{CPU: time.Duration(r.Utime.Nano() + r.Stime.Nano()), PeakRSS: peak}, true
}
