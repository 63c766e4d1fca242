package main

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/go-oms/oms/cmd/oms/internal/bench"
)

// benchCommands are what can be measured.
type benchCommands struct {
	Place  benchPlace  `cmd:"" help:"Measure what placing an order of three lines costs."`
	Worker benchWorker `cmd:"" hidden:"" help:"Place orders for a bench in another process."`
}

type benchPlace struct {
	Store    string  `default:"sqlite" enum:"sqlite,postgres,memory" help:"The store: sqlite (the default), postgres or memory."`
	DSN      string  `name:"dsn" placeholder:"DSN" help:"A PostgreSQL server to make databases on, which are removed; one is started by default."`
	Callers  int     `default:"64" help:"How many place orders at the same time."`
	Procs    int     `default:"1" help:"How many processes the callers are divided among."`
	SKUs     int     `name:"skus" default:"1000" help:"How many SKUs to choose from; 1 is one hot line and two spread."`
	Orders   int64   `help:"How many made-up orders are in the store before (postgres only)."`
	Reads    bool    `help:"Measure reading, too: an order, a page of orders, the stock of 50 SKUs."`
	Readers  int     `default:"1" help:"How many read at the same time."`
	Seconds  float64 `default:"5" help:"How long each side is measured."`
	Baseline bool    `help:"Measure the same written by hand, too, in turns."`
	Check    bool    `default:"true" negatable:"" help:"Hold the books against every invariant at the end (the default)."`
	DB       string  `name:"db" placeholder:"FILE" help:"A new file for the store (sqlite), which is kept; a temporary one by default."`
	SVG      string  `name:"svg" placeholder:"FILE" help:"Draw the result into this file."`
}

// Run measures and prints. It fails when an order that was acknowledged is not in
// the books, when the books are not clean, or when a baseline measures something
// else than it should.
func (c *benchPlace) Run(e *env) error {
	program, err := os.Executable()
	if err != nil {
		return fmt.Errorf("finding this program for further processes: %w", err)
	}
	bar := e.progress("measuring")
	result, err := bench.Place(e.ctx, bench.Options{
		Store: c.Store, DSN: c.DSN, Callers: c.Callers, Procs: c.Procs, Worker: []string{program, "bench", "worker"},
		SKUs: c.SKUs, Orders: c.Orders, Reads: c.Reads, Readers: c.Readers, Baseline: c.Baseline, Unchecked: !c.Check, Path: c.DB,
		For: time.Duration(c.Seconds * float64(time.Second)), Progress: bar.at,
	})
	bar.end()
	if result == nil {
		return err
	}
	if c.SVG != "" {
		err = errors.Join(err, draw(c.SVG, result))
	}
	if e.json {
		return errors.Join(e.print(result), err)
	}
	if printErr := result.Print(e.stdout); printErr != nil || err != nil {
		return errors.Join(printErr, err)
	}
	if !c.Check {
		e.say("\nThe books were not checked.")
		return nil
	}
	e.say("\nEvery order that was acknowledged is in the books, and the books are clean.")
	return nil
}

// draw writes a picture of the result.
func draw(path string, result *bench.Result) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(result.SVG(f), f.Close())
}

// benchWorker is what bench place starts further processes with.
type benchWorker struct{}

// Run does what it is told on the standard input.
func (benchWorker) Run(e *env) error { return bench.Work(e.ctx, os.Stdin, e.stdout) }
