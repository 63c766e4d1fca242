package usage

import (
	"syscall"
	"time"
)

// Now returns the processor time that the process has used since it began. How
// much memory it had is not known here.
func Now() (Usage, bool) {
	process, err := syscall.GetCurrentProcess()
	if err != nil {
		return Usage{}, false
	}
	var created, exited, kernel, user syscall.Filetime
	if err := syscall.GetProcessTimes(process, &created, &exited, &kernel, &user); err != nil {
		return Usage{}, false
	}
	return Usage{CPU: ticks(kernel) + ticks(user)}, true
}

// ticks turns a span in units of 100 ns into a duration.
func ticks(f syscall.Filetime) time.Duration {
	return time.Duration(int64(f.HighDateTime)<<32+int64(f.LowDateTime)) * 100
}
