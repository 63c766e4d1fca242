// Command webhooks tells another program what happens in the shop: every order event
// is posted to an HTTP endpoint as a signed CloudEvent. The other program, in
// bookkeeping.go, verifies it and books each event once, however often it comes. What
// is shown: a delivery whose answer is lost, an order that the other program cannot
// take while the rest goes on, and how it is sent again once that is mended.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/netip"
	"os"
	"sync/atomic"
	"time"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
	"github.com/go-oms/oms/sink/webhook"
	"github.com/go-oms/oms/storage/memory"
)

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		log.Fatal(err)
	}
}

// clock stands in for waiting: the retries of three days take no time here.
type clock struct {
	began  time.Time
	passed atomic.Int64 // nanoseconds
}

func (c *clock) Now() time.Time { return c.began.Add(time.Duration(c.passed.Load())) }

func run(ctx context.Context, out io.Writer) error {
	clock := &clock{began: time.Now()}
	secret := webhook.NewSecret()
	books, err := newBookkeeping(ctx, secret, clock.Now)
	if err != nil {
		return err
	}
	defer books.Close()
	address, stop, err := serve(books)
	if err != nil {
		return err
	}
	defer stop()

	hook, err := newHook(address+"/events", secret, clock)
	if err != nil {
		return err
	}
	shop, err := oms.New(oms.Config{
		Store:  memory.New(),
		Prices: order.PriceList{"TEE-M": money.MustParse("19.90 EUR")},
		Sinks:  oms.Sinks{"bookkeeping": hook},
		Now:    clock.Now,

		UnpaidFor: -1, // nobody pays here, however many days pass
	})
	if err != nil {
		return err
	}
	err = shop.Inventory.Receive(ctx, inventory.Receipt{Key: "delivery-1", SKU: "TEE-M", Location: "main", Quantity: quantity.Of(9)})
	if err != nil {
		return err
	}

	books.loseNextAnswer()
	for _, cart := range []string{"cart-1", "cart-2"} {
		if _, err := shop.Place(ctx, tee(cart, "web")); err != nil {
			return err
		}
	}
	if err := deliver(ctx, shop, clock, 2); err != nil {
		return err
	}
	fmt.Fprintln(out, "booked:", books.count(ctx), "of", books.deliveries(), "deliveries")

	// Bookkeeping knows no channel "fair" yet.
	odd, err := shop.Place(ctx, tee("cart-3", "fair"))
	if err != nil {
		return err
	}
	if _, err := shop.Cancel(ctx, odd.ID, oms.Cancellation{Key: "cancel-3", Reason: "changed his mind"}); err != nil {
		return err
	}
	if _, err := shop.Place(ctx, tee("cart-4", "web")); err != nil {
		return err
	}
	if err := deliver(ctx, shop, clock, 12); err != nil {
		return err
	}
	fmt.Fprintln(out, "booked:", books.count(ctx))
	letters, err := shop.DeadLetters(ctx, "bookkeeping")
	if err != nil {
		return err
	}
	for _, l := range letters {
		fmt.Fprintf(out, "dead letter: %s after %d attempts, %d behind it\n", l.Event.Type, l.Attempts, l.Behind)
	}

	books.know("fair")
	if _, err := shop.Redrive(ctx, "bookkeeping"); err != nil {
		return err
	}
	if err := deliver(ctx, shop, clock, 1); err != nil {
		return err
	}
	lag, err := shop.Lag(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "booked:", books.count(ctx), "parked:", lag[0].Parked, "behind:", lag[0].Behind)
	return nil
}

// newHook is the sink: order events only, to an endpoint inside, which is not allowed
// by default.
func newHook(url, secret string, clock *clock) (*webhook.Sink, error) {
	return webhook.New(webhook.Config{
		Endpoint: webhook.Endpoint{URL: url, Secrets: []string{secret}},
		Wants:    func(e event.Event) bool { return e.Aggregate == event.Order },
		Insecure: true,
		Allow:    func(a netip.Addr) bool { return a.IsLoopback() },
		Now:      clock.Now,
	})
}

// deliver does what Run does, and lets a day pass in between.
func deliver(ctx context.Context, shop *oms.Client, clock *clock, days int) error {
	for range days {
		if _, err := shop.RunOnce(ctx); err != nil {
			return err
		}
		clock.passed.Add(int64(24 * time.Hour))
	}
	return nil
}

func tee(key, channel string) oms.Cart {
	return oms.Cart{Key: key, Channel: channel, Lines: []oms.CartLine{{SKU: "TEE-M", Quantity: quantity.Of(1)}}}
}

// serve opens a server on a free port of this machine.
func serve(handler http.Handler) (address string, stop func(), err error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.Serve(listener) }()
	return "http://" + listener.Addr().String(), func() { _ = server.Close() }, nil
}
