package pgtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
)

// place is the temporary folder of a cluster and everything around it.
type place struct {
	root  string
	owner *account  // whom its processes run as; nil for whoever we are
	leash io.Closer // what the guard holds on to
	guard *exec.Cmd
}

// longest is how long a folder's path may be, so that a socket in a folder below it
// has less than the hundred bytes that every system allows.
const longest = 60

func newPlace() (*place, error) {
	owner, err := unprivileged()
	if err != nil {
		return nil, err
	}
	base := os.TempDir()
	if len(base)+len("/oms-pg-1234567890") > longest {
		base = "/tmp"
	}
	root, err := os.MkdirTemp(base, "oms-pg-")
	if err != nil {
		return nil, fmt.Errorf("pgtest: making a folder: %w", err)
	}
	p := &place{root: root, owner: owner}
	if err := errors.Join(owner.own(root), p.watch()); err != nil {
		return nil, errors.Join(err, os.RemoveAll(root))
	}
	return p, nil
}

// guarding waits for its input. A line means that all is done. The end without one
// means that the process that made the place has ended: then the guard ends what is
// left, by the numbers that are noted there, and removes the folder.
const guarding = `trap '' INT TERM HUP
if read -r done; then exit 0; fi
for n in 1 2 3 4 5 6 7 8 9 10; do
	for f in "$1"/*/pid; do
		if [ -f "$f" ]; then
			if [ $n -lt 5 ]; then kill -QUIT "$(cat "$f")"; else kill -KILL "$(cat "$f")"; fi || rm -f "$f"
		fi
	done
	[ -n "$(ls "$1"/*/pid)" ] || break
	sleep 0.2
done
rm -rf "$1"
`

// watch starts the guard.
func (p *place) watch() error {
	p.guard = exec.Command("/bin/sh", "-c", guarding, "sh", p.root)
	p.guard.Dir = "/"
	alone(p.guard, nil)
	leash, err := p.guard.StdinPipe()
	if err != nil {
		return err
	}
	p.leash = leash
	if err := p.guard.Start(); err != nil {
		return fmt.Errorf("pgtest: starting the guard: %w", err)
	}
	return nil
}

// folder makes a folder of the place.
func (p *place) folder(name string) (string, error) {
	path := filepath.Join(p.root, name)
	if err := os.Mkdir(path, 0o700); err != nil {
		return "", fmt.Errorf("pgtest: %w", err)
	}
	return path, p.owner.own(path)
}

// remove ends the guard and takes the folder away. Nothing may run in it anymore. The
// second time it does nothing.
func (p *place) remove() error {
	if p.guard.ProcessState != nil {
		return nil
	}
	_, err := io.WriteString(p.leash.(io.Writer), "done\n")
	err = errors.Join(err, p.leash.Close(), p.guard.Wait(), os.RemoveAll(p.root))
	if err != nil {
		return fmt.Errorf("pgtest: removing %s: %w", p.root, err)
	}
	return nil
}

// command prepares a program that runs in the place: as its owner, without
// anything of our environment that PostgreSQL would obey.
func (p *place) command(ctx context.Context, home, path string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Dir = home
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC", "HOME=" + home}
	alone(cmd, p.owner)
	return cmd
}

// run runs a program to its end. The error holds what it printed.
func (p *place) run(ctx context.Context, home, path string, args ...string) error {
	out, err := p.command(ctx, home, path, args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("pgtest: %s: %w\n%s", filepath.Base(path), err, out)
	}
	return nil
}
