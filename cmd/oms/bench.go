package main

import (
	"errors"
	"time"

	"github.com/go-oms/oms/cmd/oms/internal/bench"
)

// benchCommands are what can be measured.
type benchCommands struct {
	Place benchPlace `cmd:"" help:"Measure what placing an order of three lines costs."`
}

type benchPlace struct {
	Store    string  `default:"sqlite" enum:"sqlite,memory" help:"The store: sqlite (the default) or memory."`
	Callers  int     `default:"64" help:"How many place orders at the same time."`
	SKUs     int     `name:"skus" default:"1000" help:"How many SKUs to choose from; 1 is one hot line and two spread."`
	Seconds  float64 `default:"5" help:"How long each side is measured."`
	Baseline bool    `help:"Measure the same written by hand, too, in turns."`
	DB       string  `name:"db" placeholder:"FILE" help:"A new file for the store, which is kept; a temporary one by default."`
}

// Run measures and prints. It fails when an order that was acknowledged is not in
// the books, when the books are not clean, or when a baseline measures something
// else than it should.
func (c *benchPlace) Run(e *env) error {
	bar := e.progress("measuring")
	result, err := bench.Place(e.ctx, bench.Options{
		Store: c.Store, Callers: c.Callers, SKUs: c.SKUs, Baseline: c.Baseline, Path: c.DB,
		For: time.Duration(c.Seconds * float64(time.Second)), Progress: bar.at,
	})
	bar.end()
	if result == nil {
		return err
	}
	if e.json {
		return errors.Join(e.print(result), err)
	}
	if printErr := result.Print(e.stdout); printErr != nil || err != nil {
		return errors.Join(printErr, err)
	}
	e.say("\nEvery order that was acknowledged is in the books, and the books are clean.")
	return nil
}
