package pgtest

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// tick is the unit of times in /proc, the same on every machine that Go runs on.
const tick = 10 * time.Millisecond

// stat is what /proc says of a process.
type stat struct {
	parent int
	ended  bool          // only its parent has not noticed yet
	own    time.Duration // user and system time
	reaped time.Duration // the same of its children that have ended
}

// readStat reads /proc/PID/stat. The name, in brackets, may contain anything.
func readStat(pid int) (stat, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return stat{}, err
	}
	_, rest, found := strings.Cut(string(text[strings.LastIndexByte(string(text), ')')+1:]), " ")
	fields := strings.Fields(rest) // from the third on, the state
	if !found || len(fields) < 15 {
		return stat{}, fmt.Errorf("pgtest: /proc/%d/stat: %q", pid, text)
	}
	var n [5]int64
	for i, field := range [5]int{1, 11, 12, 13, 14} { // ppid, utime, stime, cutime, cstime
		if n[i], err = strconv.ParseInt(fields[field], 10, 64); err != nil {
			return stat{}, fmt.Errorf("pgtest: /proc/%d/stat: %w", pid, err)
		}
	}
	ended := fields[0] == "Z" || fields[0] == "X"
	return stat{int(n[0]), ended, time.Duration(n[1]+n[2]) * tick, time.Duration(n[3]+n[4]) * tick}, nil
}

// precise returns the time that a process of one thread has run, to the nanosecond
// where the kernel keeps it.
func (s stat) precise(pid int) time.Duration {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/schedstat", pid))
	first, _, _ := strings.Cut(string(text), " ")
	if ns, parsed := strconv.ParseInt(first, 10, 64); err == nil && parsed == nil && ns > 0 {
		return time.Duration(ns)
	}
	return s.own
}

// children lists the processes that a process has started and that still run.
func children(of int) (pids []int, err error) {
	err = eachChild(of, func(pid int, _ stat) { pids = append(pids, pid) })
	return pids, err
}

// isGone reports whether a process has ended and given back what it had.
func isGone(pid int) bool {
	s, err := readStat(pid)
	return err != nil || s.ended
}

func eachChild(of int, do func(pid int, s stat)) error {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return err
	}
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue
		}
		s, err := readStat(pid)
		switch {
		case errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ESRCH): // it has just ended
		case err != nil:
			return err
		case s.parent == of:
			do(pid, s)
		}
	}
	return nil
}

// cpu sums up a process and its children, those that have ended too. A child that
// ends meanwhile moves from one sum to the other, so that both are taken again.
func cpu(pid int) (sum time.Duration, err error) {
	for range 100 {
		before, err := readStat(pid)
		if err != nil {
			return 0, err
		}
		sum = before.precise(pid) + before.reaped
		if err := eachChild(pid, func(child int, s stat) { sum += s.precise(child) + s.reaped }); err != nil {
			return 0, err
		}
		after, err := readStat(pid)
		if err != nil {
			return 0, err
		}
		if after.reaped == before.reaped {
			return sum, nil
		}
	}
	return 0, errors.New("pgtest: the server's processes end too often for their time to be summed up")
}
