package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/cmd/oms/internal/demo"
	"github.com/go-oms/oms/reporting"
	"github.com/go-oms/oms/storage/postgres"
	"github.com/go-oms/oms/storage/sqlite"
)

// demoCommand lives a made-up year, see package demo.
type demoCommand struct {
	DB address `name:"db" default:"shop.db" placeholder:"BOOKS" help:"The books to make: a file (${default}), or the address of a PostgreSQL database without books."`
	serverFlags
	Orders int     `default:"1500" help:"How many carts are filled (${default})."`
	Seed   uint64  `default:"1" help:"The same seed gives the same year (${default})."`
	Page   *string `placeholder:"FILE" help:"The page of reports to write; beside the books by default, as shop.html. None when empty."`
	Force  bool    `help:"Replace the files if they are there. Books in a database stay."`
}

func (c *demoCommand) books() bookFlags { return bookFlags{c.DB, c.serverFlags} }

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
	page := c.page()
	if err := c.fresh(e, page); err != nil {
		return err
	}
	start := time.Now()
	year, err := c.live(e)
	if err != nil {
		return err
	}
	took := time.Since(start)
	result := livedYear{Report: year, Verify: &oms.Report{Checked: map[string]int64{}, Violations: []oms.Violation{}, Incomplete: []string{}}}
	check := verifyCommand{bookFlags: c.books()}
	if err := check.verify(e, result.Verify); err != nil {
		return err
	}
	morning, err := c.read(e, page)
	if err != nil {
		return err
	}
	c.tell(e, &result, took)
	if err := c.show(e, morning, page); err != nil {
		return err
	}
	if err := e.print(result); err != nil {
		return err
	}
	if !result.Verify.Clean() {
		return &outcome{code: 1, err: fmt.Errorf("%s oms verify --db %s says where", verdict(result.Verify), c.books())}
	}
	return nil
}

// live lives the year.
func (c *demoCommand) live(e *env) (year *demo.Report, err error) {
	store, err := c.open(e)
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

// open opens the books to be. What is made up can be made up again, so the disk need
// not be waited for before a file is closed, and for a moment on a server.
func (c *demoCommand) open(e *env) (books, error) {
	if c.DB.isServer() {
		quick := c.books()
		if !c.Pooled { // poolers refuse settings that they do not know
			quick.DB = quick.DB.with("synchronous_commit", "off")
		}
		return quick.connect(e, postgres.Options{AllowRelaxedDurability: true})
	}
	return c.books().file(e, &sqlite.Options{Synchronous: "NORMAL", AllowRelaxedDurability: true})
}

// page is the file of the page; empty for none.
func (c *demoCommand) page() string {
	switch {
	case c.Page != nil:
		return *c.Page
	case c.DB.isServer():
		return "shop.html"
	default:
		return strings.TrimSuffix(string(c.DB), filepath.Ext(string(c.DB))) + ".html"
	}
}

// fresh makes sure that there are no such files, or takes them away with --force.
// SQLite's own files beside the books go too. A database is not taken away: others
// may keep something in it.
func (c *demoCommand) fresh(e *env, page string) error {
	file := string(c.DB)
	if c.DB.isServer() {
		file = ""
		if err := c.empty(e); err != nil {
			return err
		}
	}
	if page != "" && file != "" && filepath.Clean(page) == filepath.Clean(file) {
		return fmt.Errorf("%s cannot be both the books and the page: --page FILE makes another", page)
	}
	for _, file := range []struct{ name, flag string }{{file, "--db"}, {page, "--page"}} {
		if file.name == "" {
			continue
		}
		_, err := os.Lstat(file.name)
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return err
		case !c.Force:
			return fmt.Errorf("%s is there already: --force replaces it, %s FILE makes another", file.name, file.flag)
		}
	}
	if file == "" {
		return nil
	}
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(file + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// empty makes sure that there are no books in a database.
func (c *demoCommand) empty(e *env) (err error) {
	store, err := c.books().look(e)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	tenants, err := store.Tenants(e.ctx)
	have, _, other := otherSchema(err)
	switch {
	case other && have == 0:
		return nil
	case other || err == nil && len(tenants) > 0:
		return fmt.Errorf("there are books in %s already: make a database for the demo, or name another --schema", c.DB)
	default:
		return err
	}
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
}

// read asks the books what a shopkeeper wants to know in the morning, and writes the
// page of it.
func (c *demoCommand) read(e *env, page string) (m *demo.Morning, err error) {
	store, err := bookFlags{DB: c.DB}.look(e)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	if m, err = demo.ReadMorning(e.ctx, store); err != nil || page == "" {
		return m, err
	}
	var b bytes.Buffer
	if err := m.Page.Write(&b); err != nil {
		return nil, err
	}
	return m, os.WriteFile(page, b.Bytes(), 0o644)
}

// show prints the morning's tables for people, and where there is more.
func (c *demoCommand) show(e *env, m *demo.Morning, page string) error {
	if e.json {
		return nil
	}
	e.say("")
	loc, err := reporting.Zone(m.Page.Zone)
	if err != nil {
		return err
	}
	e.say("The morning after, as of %s; times, days and months are those of %s.", m.Page.AsOf.In(loc).Format("2 January 2006, 15:04"), m.Page.Zone)
	for _, s := range m.Tables {
		e.say("")
		if err := printTable(e.stdout, s.Title, s.Table); err != nil {
			return err
		}
	}
	e.say("")
	e.say("Look further:")
	if page != "" {
		e.say("  %-72s the same and more, with pictures: open it in a browser", page)
	}
	for _, more := range []struct{ command, about string }{
		{"oms report sales --db %s --by week --zone " + demo.Zone, "another question; --format html, csv or svg"},
		{"oms report list", "everything that can be asked, and what it means"},
		{"oms order show --db %s 1001", "the life of one order"},
		{"oms verify --db %s", "the books, check by check"},
		{"oms doctor --db %s", "how safe the file is"},
	} {
		command := strings.ReplaceAll(more.command, "%s", c.books().String())
		e.say("  %-72s %s", command, more.about)
	}
	return nil
}
