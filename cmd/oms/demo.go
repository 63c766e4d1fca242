package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"time"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/cmd/oms/internal/demo"
	"github.com/go-oms/oms/storage/sqlite"
)

// demoCommand lives a made-up year, see package demo.
type demoCommand struct {
	DB     string `name:"db" default:"shop.db" placeholder:"FILE" help:"The file to make (${default})."`
	Orders int    `default:"1500" help:"How many carts are filled (${default})."`
	Seed   uint64 `default:"1" help:"The same seed gives the same year (${default})."`
	Force  bool   `help:"Replace the file if it is there."`
}

// livedYear is the result: the year in numbers, and what the books say when they are
// held against every invariant.
type livedYear struct {
	*demo.Report
	Verify *oms.Report `json:"verify"`
}

// Run lives the year on a new file and verifies it.
func (c *demoCommand) Run(e *env) error {
	if c.Orders < 1 {
		return fmt.Errorf("--orders %d: want at least 1", c.Orders)
	}
	if err := c.fresh(); err != nil {
		return err
	}
	start := time.Now()
	year, err := c.live(e)
	if err != nil {
		return err
	}
	took := time.Since(start)
	result := livedYear{Report: year, Verify: &oms.Report{Checked: map[string]int64{}, Violations: []oms.Violation{}, Incomplete: []string{}}}
	check := verifyCommand{bookFlags: bookFlags{DB: c.DB}}
	if err := check.verify(e, result.Verify); err != nil {
		return err
	}
	c.tell(e, &result, took)
	if err := e.print(result); err != nil {
		return err
	}
	if !result.Verify.Clean() {
		return &outcome{code: 1, err: fmt.Errorf("%s oms verify --db %s says where", verdict(result.Verify), c.DB)}
	}
	return nil
}

// live lives the year. What is made up can be made up again, so the disk need not
// be waited for until the file is closed.
func (c *demoCommand) live(e *env) (year *demo.Report, err error) {
	store, err := sqlite.Open(e.ctx, c.DB, &sqlite.Options{Synchronous: "NORMAL", AllowRelaxedDurability: true})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	if err := store.Migrate(e.ctx); err != nil {
		return nil, err
	}
	bar := e.progress("living a year")
	defer bar.end()
	return demo.Run(e.ctx, demo.Options{Store: store, Seed: c.Seed, Orders: c.Orders, Progress: bar.at})
}

// fresh makes sure that there is no file, or takes it away with --force. SQLite's
// own files beside it go too.
func (c *demoCommand) fresh() error {
	_, err := os.Lstat(c.DB)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return err
	case !c.Force:
		return fmt.Errorf("%s is there already: --force replaces it, --db FILE makes another", c.DB)
	}
	for _, name := range []string{c.DB, c.DB + "-wal", c.DB + "-shm"} {
		if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// tell prints the year for people.
func (c *demoCommand) tell(e *env, r *livedYear, took time.Duration) {
	e.say("A year of a shop, made up from seed %d, lived in %.1f s:", r.Seed, took.Seconds())
	e.say("")
	e.say("  %6d carts filled by %d customers and by guests", r.Carts, r.Customers)
	e.say("  %6d orders of %d units, %d of them from a marketplace", r.Orders, r.Units, r.Entered)
	e.say("  %6d sold out, %d abandoned with stock on hold", r.SoldOut, r.Abandoned)
	e.say("  %6d sent twice under one key and placed once", r.Repeated)
	e.say("  %6d with a coupon, %d coupons refused", r.UsedCodes, r.BadCodes)
	e.say("")
	for _, code := range slices.Sorted(maps.Keys(r.Declines)) {
		e.say("  %6d declined: %s", r.Declines[code], code)
	}
	e.say("  %6d payments whose answer was lost, %d of them found again by Run", r.Lost, r.Resolved)
	e.say("  %6d webhooks, %d of them delivered twice", r.Webhooks, r.Twice)
	e.say("")
	e.say("  %6d parcels, %d orders in more than one", r.Shipments, r.Split)
	e.say("  %6d labels whose answer was lost, %d of them found again by Run", r.LostLabels, r.FoundLabels)
	e.say("  %6d orders with units on backorder", r.Backorder)
	e.say("  %6d orders canceled, %d lines; %d expired unpaid", r.Canceled, r.LineCanceled, r.Expired)
	e.say("  %6d returns: %d units good, %d damaged, %d refused", r.Returns, r.Good, r.Damaged, r.Dismissed)
	e.say("")
	for _, status := range slices.Sorted(maps.Keys(r.Statuses)) {
		e.say("  %6d orders %s", r.Statuses[status], status)
	}
	e.say("  sold %s, credited %s; captured %s, refunded %s", r.Sold, r.Credited, r.Captured, r.Refunded)
	e.say("  %6d events delivered to a sink", r.Events)
	e.say("")
	e.say("Verified by %d checks. %s", len(r.Verify.Checked), verdict(r.Verify))
	e.say("")
	e.say("Look further:")
	e.say("  oms order show --db %s 1001     the life of one order", c.DB)
	e.say("  oms verify --db %s              the books, check by check", c.DB)
	e.say("  oms doctor --db %s              how safe the file is", c.DB)
}
