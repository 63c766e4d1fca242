package bench

import (
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"time"
)

// A worker is a further process of this program that places orders on the same
// store: it is told what to do on its standard input and answers on its standard
// output.

// assignment is the first thing a worker is told.
type assignment struct {
	Store   string // SQLite or Postgres
	Where   string // the file, or the DSN
	SKUs    int
	Hot     bool
	Callers int
	Process int64 // its place among the workers, from 1
}

// task is what a worker is told afterwards: to place so many orders, or to place
// orders for so long.
type task struct {
	Some int64
	For  time.Duration
}

// report is what it has done; Problem is empty when all went well.
type report struct {
	Turn    turn
	Acked   int64
	Problem string
}

// worker is one of the processes, seen from the one that measures.
type worker struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	to  *gob.Encoder
	of  *gob.Decoder
}

// hire starts a process and waits until it has opened the store.
func hire(ctx context.Context, command []string, a assignment) (*worker, error) {
	if len(command) == 0 {
		return nil, errors.New("bench: nobody said how a further process is started")
	}
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	w := &worker{cmd: cmd, in: in, to: gob.NewEncoder(in), of: gob.NewDecoder(out)}
	if err := w.tell(a, &report{}); err != nil {
		return nil, errors.Join(err, w.dismiss())
	}
	return w, nil
}

// tell hands something over and waits for the answer.
func (w *worker) tell(what any, done *report) error {
	if err := w.to.Encode(what); err != nil {
		return fmt.Errorf("bench: a worker cannot be told: %w", err)
	}
	if err := w.of.Decode(done); err != nil {
		return fmt.Errorf("bench: a worker does not answer: %w", err)
	}
	if done.Problem != "" {
		return errors.New("bench: a worker: " + done.Problem)
	}
	return nil
}

// dismiss lets the process end.
func (w *worker) dismiss() error { return errors.Join(w.in.Close(), w.cmd.Wait()) }

// together lets all workers do the same and adds up what they did.
func (m *meter) together(what task, sum *turn) error {
	var all sync.WaitGroup
	reports, errs := make([]report, len(m.crew)), make([]error, len(m.crew))
	for i, w := range m.crew {
		all.Go(func() { errs[i] = w.tell(what, &reports[i]) })
	}
	all.Wait()
	for _, r := range reports {
		m.acked.Add(r.Acked)
		if sum != nil {
			sum.Took = append(sum.Took, r.Turn.Took...)
			sum.Wall = max(sum.Wall, r.Turn.Wall)
			sum.CPU += r.Turn.CPU
		}
	}
	return errors.Join(errs...)
}

// Work is the whole life of a worker: it opens the store that it is told of and
// does what it is told until there is nothing more to read.
func Work(ctx context.Context, in io.Reader, out io.Writer) error {
	of, to := gob.NewDecoder(in), gob.NewEncoder(out)
	var a assignment
	if err := of.Decode(&a); err != nil {
		return fmt.Errorf("bench: not called as a worker: %w", err)
	}
	lib, err := a.open(ctx)
	if err != nil {
		return errors.Join(err, to.Encode(report{Problem: err.Error()}))
	}
	m := &meter{side: lib, skus: a.SKUs, hot: a.Hot, callers: a.Callers}
	m.placed.Store(a.Process << apart)
	err = to.Encode(report{})
	for err == nil {
		var t task
		if err = of.Decode(&t); err == nil {
			err = to.Encode(m.do(ctx, t))
		}
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return errors.Join(err, lib.close())
}

// do does one task.
func (m *meter) do(ctx context.Context, t task) (r report) {
	before := m.acked.Load()
	var err error
	if t.For > 0 {
		r.Turn, err = m.run(ctx, t.For)
	} else {
		err = m.some(ctx, t.Some)
	}
	if r.Acked = m.acked.Load() - before; err != nil {
		r.Problem = err.Error()
	}
	return r
}

// open opens a store that somebody else has made.
func (a assignment) open(ctx context.Context) (*library, error) {
	if a.Store == Postgres {
		return joinPostgres(ctx, a.Where, skuNames(a.SKUs))
	}
	return joinSQLite(ctx, a.Where, skuNames(a.SKUs))
}
