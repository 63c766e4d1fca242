package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/cmd/oms/internal/onlineretail"
	"github.com/go-oms/oms/cmd/oms/internal/usage"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/storage/postgres"
)

// importCommands are the sources that can be imported.
type importCommands struct {
	OnlineRetail importOnlineRetail `cmd:"" name:"online-retail" help:"A real year of a shop: the data set Online Retail (doi.org/10.24432/C5BW33)."`
}

type importOnlineRetail struct {
	bookFlags
	Path    string `arg:"" help:"The .csv or .csv.gz file." type:"existingfile"`
	Workers int    `default:"8" help:"How many commands run at once."`
}

// importer is who did it, in the books.
var importer = event.Actor{Kind: event.Integration, ID: onlineretail.Channel}

// imported is the result: the account of the rows, and what it has cost.
type imported struct {
	onlineretail.Summary
	costs
}

// costs are what the import took on this machine.
type costs struct {
	WallSeconds float64 `json:"wall_s"`
	CPUSeconds  float64 `json:"cpu_s,omitempty"` // absent where the system does not say
	PeakRSSMB   float64 `json:"peak_rss_mb,omitempty"`
	FsyncMicros int64   `json:"fsync_p50_us,omitempty"` // absent where the disk is a server's
}

// Run imports the file. What is in the books already is left alone, so a run that
// was cut short is finished by the next.
func (c *importOnlineRetail) Run(e *env) (err error) {
	start := time.Now()
	store, err := c.create(e, postgres.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	var fsync time.Duration
	if !c.DB.isServer() {
		if fsync, err = usage.Fsync(filepath.Dir(string(c.DB)), 32); err != nil {
			return err
		}
	}
	shop, err := oms.New(oms.Config{Store: store})
	if err != nil {
		return err
	}
	summary, err := c.importFile(e, shop.As(importer))
	if err != nil {
		return err
	}
	result := imported{Summary: summary, costs: costs{
		WallSeconds: seconds(time.Since(start)), FsyncMicros: fsync.Microseconds(),
	}}
	if used, ok := usage.Now(); ok {
		result.CPUSeconds, result.PeakRSSMB = seconds(used.CPU), float64(used.PeakRSS/1e5)/10
	}
	c.report(e, &result)
	return e.print(result)
}

func (c *importOnlineRetail) importFile(e *env, shop *oms.Client) (onlineretail.Summary, error) {
	plan, err := c.plan(e.ctx)
	if err != nil {
		return onlineretail.Summary{}, err
	}
	bar := e.progress("importing")
	defer bar.end()
	im := onlineretail.Importer{Shop: shop, Workers: c.Workers, Progress: bar.at}
	books, err := im.Import(e.ctx, plan)
	if err != nil {
		return onlineretail.Summary{}, err
	}
	return plan.Summary(books)
}

func (c *importOnlineRetail) plan(ctx context.Context) (plan *onlineretail.Plan, err error) {
	f, err := os.Open(c.Path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	file, err := onlineretail.Read(ctx, f)
	if err != nil {
		return nil, err
	}
	return onlineretail.NewPlan(file, order.Limits{}.WithDefaults().MaxLines)
}

func seconds(d time.Duration) float64 { return float64(d.Milliseconds()) / 1000 }

// report prints the account for people.
func (c *importOnlineRetail) report(e *env, r *imported) {
	e.say("%d rows, worth %s; %d rejected", r.Rows, r.Net, len(r.Rejected))
	e.say("%8d orders of %d customers, %d kinds of goods", r.Orders, r.Customers, r.Items)
	e.say("%8d returns, %d blind returns", r.Returns, r.BlindReturns)
	e.say("%8d write-offs, %d finds of stock", r.WriteOffs, r.Found)
	e.say("%8d amounts beside the goods", r.Adjustments)
	e.say("")
	e.say("%-18s %9s %10s %16s", "kind", "rows", "pieces", r.Currency)
	for k := onlineretail.Goods; k.Valid(); k++ {
		t := r.Kinds[k.String()]
		e.say("%-18s %9d %10d %16s", k, t.Rows, t.Pieces, t.Net.Amount())
	}
	e.say("")
	e.say("the books: %d orders, worth %s", r.Books.Orders, r.Books.Net)
	for i, x := range r.Rejected {
		if i == 20 {
			e.say("… and %d more; --json lists all", len(r.Rejected)-i)
			break
		}
		e.say("line %d, %s %q: %s", x.Line, cmp.Or(x.Column, "row"), x.Value, x.Reason)
	}
	cost := fmt.Sprintf("%.1f s, %.1f s of processor time, at most %.0f MB", r.WallSeconds, r.CPUSeconds, r.PeakRSSMB)
	if r.FsyncMicros > 0 {
		cost += fmt.Sprintf("; the disk's fsync takes %d µs", r.FsyncMicros)
	}
	e.say("%s", cost)
	e.say("Next: oms verify --db %s", c.bookFlags)
}
