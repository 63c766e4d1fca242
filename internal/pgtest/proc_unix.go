//go:build unix && !linux

package pgtest

import (
	"fmt"
	"os/exec"
	"strings"
	"syscall"
)

// children lists the processes that a process has started and that still run.
func children(of int) (pids []int, err error) {
	out, err := exec.Command("ps", "-A", "-o", "pid=,ppid=").Output()
	if err != nil {
		return nil, fmt.Errorf("pgtest: ps: %w", err)
	}
	for line := range strings.Lines(string(out)) {
		var pid, parent int
		if _, err := fmt.Sscan(line, &pid, &parent); err == nil && parent == of {
			pids = append(pids, pid)
		}
	}
	return pids, nil
}

// isGone reports whether a process has ended and given back what it had.
func isGone(pid int) bool { return syscall.Kill(pid, 0) != nil }
