// Command nightly is a job for cron: it does what waits to be done, until nothing is
// left, holds the books against their history and says with its exit code what it
// found. Two of them at once do not get in each other's way: pieces of work are
// claimed by leases.
//
//	0  all done, and the books are clean
//	1  it could not run: the next night tries again
//	2  pieces of work fail again and again: look at the log
//	3  the books contradict themselves: wake somebody up
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/payment"
	"github.com/go-oms/oms/payment/sandbox"
	"github.com/go-oms/oms/storage/sqlite"
)

// The exit codes.
const (
	clean = iota
	broken
	leftover
	contradiction
)

// passes bounds a night: what is left then is left to the next. What fails, or is
// found late, may only be in another job's hands at the moment: it counts if it
// still is after a few tries.
const (
	passes = 100
	tries  = 5
	pause  = 200 * time.Millisecond
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	gateway := sandbox.New()
	err := yesterday(ctx, "nightly.db", gateway) // so that there is something to do; leave it out
	code := broken
	if err == nil {
		code, err = run(ctx, os.Stdout, "nightly.db", gateway)
	}
	stop()
	if err != nil {
		log.Print(err)
	}
	os.Exit(code)
}

// run is one night on one file. The error says why it could not be finished.
func run(ctx context.Context, out io.Writer, file string, gateway payment.Gateway) (code int, err error) {
	shop, closeAll, err := open(ctx, file, gateway, time.Now)
	if err != nil {
		return broken, err
	}
	defer closeAll()

	all, err := finish(ctx, shop)
	if err != nil {
		return broken, err
	}
	fmt.Fprintf(out, "done: %d payments, %d labels, %d reports, %d expired, %d released, %d backorders, %d events sent; failed: %d\n",
		all.Payments, all.Labels, all.Reports, all.Expired, all.Voided, all.Backorders, all.Delivered, all.Failed)

	report, err := verify(ctx, shop)
	if err != nil {
		return broken, err
	}
	for _, v := range report.Violations {
		fmt.Fprintf(out, "violation: %s: %s: %s\n", v.Check, v.Where, v.Detail)
	}
	for _, what := range report.Incomplete {
		fmt.Fprintln(out, "not looked at:", what)
	}
	fmt.Fprintln(out, "books clean:", report.Clean())
	switch {
	case !report.Clean():
		return contradiction, nil
	case all.Failed > 0:
		return leftover, nil
	}
	return clean, nil
}

// finish runs until nothing is left.
func finish(ctx context.Context, shop *oms.Client) (all oms.Work, err error) {
	for pass, failed := 0, 0; pass < passes && failed < tries; pass++ {
		work, err := shop.RunOnce(ctx)
		if err != nil {
			return all, err
		}
		add(&all, work)
		switch {
		case work.Any():
			failed = 0
		case work.Failed == 0:
			return all, nil
		default:
			failed++
			if err := wait(ctx); err != nil {
				return all, err
			}
		}
	}
	return all, nil
}

// verify looks again at books that were not clean: what contradicts itself stays.
func verify(ctx context.Context, shop *oms.Client) (report *oms.Report, err error) {
	for range tries {
		report, err = shop.Verify(ctx, oms.VerifyOptions{MaxViolations: 20})
		if err != nil || report.Clean() {
			return report, err
		}
		if err := wait(ctx); err != nil {
			return nil, err
		}
	}
	return report, nil
}

func wait(ctx context.Context) error {
	select {
	case <-time.After(pause):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// add counts what a pass did; what failed is that of the last one.
func add(all *oms.Work, w oms.Work) {
	all.Payments += w.Payments
	all.Labels += w.Labels
	all.Reports += w.Reports
	all.Expired += w.Expired
	all.Voided += w.Voided
	all.Backorders += w.Backorders
	all.Delivered += w.Delivered
	all.Failed = w.Failed
}

// open is the shop as all of the host's programs configure it.
func open(ctx context.Context, file string, gateway payment.Gateway, now func() time.Time) (*oms.Client, func(), error) {
	store, err := sqlite.Open(ctx, file, nil)
	if err != nil {
		return nil, nil, err
	}
	err = store.Migrate(ctx)
	var shop *oms.Client
	if err == nil {
		shop, err = oms.New(oms.Config{
			Store:    store,
			Prices:   order.PriceList{"TEE-M": money.MustParse("19.90 EUR")},
			Gateways: oms.Gateways{"card": gateway},
			Now:      now,
		})
	}
	if err != nil {
		store.Close()
		return nil, nil, err
	}
	return shop, func() {
		_ = shop.Close(context.WithoutCancel(ctx)) // waits for commands that run
		store.Close()
	}, nil
}
