//go:build unix

package pgtest

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"slices"
	"strconv"
	"syscall"
	"time"
)

// account is a user of the system. Nil stands for the one who runs this process.
type account struct{ uid, gid uint32 }

// unprivileged returns whom a server runs as: PostgreSQL refuses to run as root.
func unprivileged() (*account, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	var errs []error
	for _, name := range []string{"postgres", "nobody"} {
		found, err := user.Lookup(name)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		uid, err1 := strconv.ParseUint(found.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(found.Gid, 10, 32)
		if err1 == nil && err2 == nil && uid != 0 {
			return &account{uint32(uid), uint32(gid)}, nil
		}
	}
	return nil, fmt.Errorf("pgtest: PostgreSQL does not run as root, and there is no other user to run it: %w", errors.Join(errs...))
}

// own gives a path to the account.
func (a *account) own(path string) error {
	if a == nil {
		return nil
	}
	return os.Chown(path, int(a.uid), int(a.gid))
}

// alone makes a command run as the account and out of reach of the terminal's keys.
func alone(cmd *exec.Cmd, a *account) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if a != nil {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: a.uid, Gid: a.gid}
	}
}

// interrupt asks a program to end: PostgreSQL takes it as its fast shutdown.
func interrupt(p *os.Process) error { return ignoreEnded(p.Signal(syscall.SIGINT)) }

// killAll kills a process and its children and waits for the end of the children,
// whose shared memory must be free before a server starts again. The process is
// halted before, so that it starts no others meanwhile.
func killAll(p *os.Process) error {
	if err := p.Signal(syscall.SIGSTOP); err != nil {
		return ignoreEnded(err)
	}
	pids, err := children(p.Pid)
	for _, pid := range pids {
		if e := syscall.Kill(pid, syscall.SIGKILL); e != nil && !errors.Is(e, syscall.ESRCH) {
			err = errors.Join(err, e)
		}
	}
	err = errors.Join(err, ignoreEnded(p.Kill()))
	for began := time.Now(); slices.ContainsFunc(pids, func(pid int) bool { return !isGone(pid) }); time.Sleep(time.Millisecond) {
		if time.Since(began) > patience {
			return errors.Join(err, fmt.Errorf("pgtest: of %v some did not end", pids))
		}
	}
	return err
}

func ignoreEnded(err error) error {
	if errors.Is(err, os.ErrProcessDone) {
		return nil
	}
	return err
}
