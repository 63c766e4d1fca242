// Command gateway plugs a payment service into the shop: Pennypay, which is made
// up. pennypay.go is the adapter and what you would write, service.go stands in for
// the service, and the test proves the adapter with paymenttest.Run. What is shown:
// a payment whose answer is lost, one that is declined, one that a webhook settles,
// and a refund.
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/payment"
	"github.com/go-oms/oms/quantity"
	"github.com/go-oms/oms/storage/memory"
)

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, out io.Writer) error {
	service := &service{apiKey: "sk_test", secret: []byte("whsec_test")}
	address, stop, err := serve(service)
	if err != nil {
		return err
	}
	defer stop()
	shop, err := oms.New(oms.Config{
		Store:  memory.New(),
		Prices: order.PriceList{"TEE-M": money.MustParse("19.90 EUR")},
		Gateways: oms.Gateways{"pennypay": &Pennypay{
			URL: address, APIKey: "sk_test", Secret: []byte("whsec_test"), HTTP: &http.Client{Timeout: 10 * time.Second},
		}},
	})
	if err != nil {
		return err
	}
	hooks, stop, err := serve(webhooks(shop))
	if err != nil {
		return err
	}
	defer stop()
	err = shop.Inventory.Receive(ctx, inventory.Receipt{Key: "delivery-1", SKU: "TEE-M", Location: "main", Quantity: quantity.Of(9)})
	if err != nil {
		return err
	}
	o, err := shop.Place(ctx, cart("cart-1"))
	if err != nil {
		return err
	}

	// The service does its work and the answer is lost. The same key again asks what
	// became of it, and nobody pays twice.
	service.loseNext("after")
	pay := oms.Payment{Key: "pay-1", Gateway: "pennypay", Source: "tok_ok"}
	_, err = shop.Pay(ctx, o.ID, pay)
	fmt.Fprintln(out, "first answer:", fault.KindOf(err))
	paid, err := shop.Pay(ctx, o.ID, pay)
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "same key:", paid.Op.State, paid.Order.PaymentStatus, "with", service.total(taken), "cents taken")

	other, err := shop.Place(ctx, cart("cart-2"))
	if err != nil {
		return err
	}
	_, err = shop.Pay(ctx, other.ID, oms.Payment{Key: "pay-2", Gateway: "pennypay", Source: "tok_empty"})
	var declined *oms.DeclinedError
	if !errors.As(err, &declined) {
		return fmt.Errorf("an empty card was not declined: %w", err)
	}
	fmt.Fprintln(out, "declined:", declined.Decline.Code)

	slow, err := shop.Pay(ctx, other.ID, oms.Payment{Key: "pay-3", Gateway: "pennypay", Source: "tok_slow"})
	if err != nil {
		return err
	}
	service.settle(slow.Op.ID.String())
	if err := deliver(service, hooks); err != nil {
		return err
	}
	if other, err = shop.Order(ctx, other.ID); err != nil {
		return err
	}
	fmt.Fprintln(out, "slow:", slow.Op.State, "then, by webhook,", other.PaymentStatus)

	back, err := shop.Refund(ctx, o.ID, oms.Refund{Key: "refund-1", Amount: money.MustParse("5.00 EUR"), Reason: "scratched"})
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "refunded:", back.Tender.Totals.Refunded)
	fmt.Fprintln(out, "the service keeps", service.total(taken), "cents")
	return nil
}

// taken are the signs of what the service keeps.
var taken = map[string]int64{"sale": 1, "capture": 1, "refund": -1}

func cart(key string) oms.Cart {
	return oms.Cart{Key: key, Lines: []oms.CartLine{{SKU: "TEE-M", Quantity: quantity.Of(1)}}}
}

// webhooks is the host's own endpoint: it hands over the raw request and sends back
// the answer.
func webhooks(shop *oms.Client) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
		if err != nil {
			w.WriteHeader(http.StatusBadRequest) // so that it comes again: silence is a 200
			return
		}
		answer, err := shop.Webhook(r.Context(), "pennypay", payment.Delivery{Header: r.Header, Body: body})
		if err != nil {
			log.Print("webhook: ", err)
		}
		w.WriteHeader(answer.Status)
	})
}

// deliver is the service calling the host.
func deliver(s *service, to string) error {
	requests, bodies := s.webhooks()
	for i, r := range requests {
		post, err := http.NewRequest(http.MethodPost, to, bytes.NewReader(bodies[i]))
		if err != nil {
			return err
		}
		post.Header = r.Header
		answer, err := http.DefaultClient.Do(post)
		if err != nil {
			return err
		}
		answer.Body.Close()
		if answer.StatusCode != http.StatusOK {
			return fmt.Errorf("webhook %s was answered with %s", bodies[i], answer.Status)
		}
	}
	return nil
}

// serve answers on a free port of this machine.
func serve(handler http.Handler) (address string, stop func(), err error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	go server.Serve(listener)
	return "http://" + listener.Addr().String(), func() { server.Close() }, nil
}
