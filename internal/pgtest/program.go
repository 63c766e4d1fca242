package pgtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"
)

// program is one that keeps running.
type program struct {
	cmd   *exec.Cmd
	note  string // the file with its number, for the guard
	log   string
	ended chan struct{} // closed after its end
}

// ending is how a program is made to end.
type ending int

const (
	fast ending = iota // by itself, at once
	kill               // with everything that it has started, before it can do anything
)

// patience is how long a program may take to end when asked to.
const patience = 30 * time.Second

// start starts a program that logs into the folder.
func (p *place) start(home, path string, args ...string) (*program, error) {
	log, err := os.OpenFile(filepath.Join(home, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, fmt.Errorf("pgtest: %w", err)
	}
	defer func() { _ = log.Close() }() // the program has its own
	cmd := p.command(context.Background(), home, path, args...)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("pgtest: %w", err)
	}
	started := &program{cmd: cmd, note: filepath.Join(home, "pid"), log: log.Name(), ended: make(chan struct{})}
	err = os.WriteFile(started.note, []byte(strconv.Itoa(cmd.Process.Pid)), 0o644)
	go func() {
		_ = cmd.Wait() // how it ended is seen from its state and its log
		_ = os.Remove(started.note)
		close(started.ended)
	}()
	if err != nil {
		_, ended := started.end(kill)
		return nil, errors.Join(fmt.Errorf("pgtest: %w", err), ended)
	}
	return started, nil
}

// ready waits until the program answers. The error holds the log.
func (p *program) ready(ctx context.Context, ask func() error) error {
	for pause := time.Millisecond; ; pause = min(2*pause, 32*time.Millisecond) {
		err := ask()
		if err == nil {
			return nil
		}
		select {
		case <-p.ended:
			return fmt.Errorf("pgtest: %s ended: %s\n%s", filepath.Base(p.cmd.Path), p.cmd.ProcessState, tail(p.log))
		case <-ctx.Done():
			return fmt.Errorf("pgtest: %s did not answer: %w (%w)\n%s", filepath.Base(p.cmd.Path), ctx.Err(), err, tail(p.log))
		case <-time.After(pause):
		}
	}
}

// end ends the program and returns the processor time that it and its children used.
func (p *program) end(how ending) (used time.Duration, err error) {
	switch how {
	case kill:
		err = killAll(p.cmd.Process)
	case fast:
		err = interrupt(p.cmd.Process)
		select {
		case <-p.ended:
		case <-time.After(patience):
			err = errors.Join(fmt.Errorf("pgtest: %s did not stop\n%s", filepath.Base(p.cmd.Path), tail(p.log)), killAll(p.cmd.Process))
		}
	}
	<-p.ended
	state := p.cmd.ProcessState
	return state.UserTime() + state.SystemTime(), err
}
