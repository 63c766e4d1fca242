package oms_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	carrier "github.com/go-oms/oms/fulfillment/sandbox"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	gateway "github.com/go-oms/oms/payment/sandbox"
	"github.com/go-oms/oms/quantity"
	"github.com/go-oms/oms/reporting"
	"github.com/go-oms/oms/sink/webhook"
	"github.com/go-oms/oms/storage"
	"github.com/go-oms/oms/storage/memory"
	"github.com/go-oms/oms/storage/sqlite"
	"github.com/go-oms/oms/storage/storagetest"
)

// The code of the guides in docs/, run.

// serve is the life of a shop inside a program: open, migrate, run, close.
func serve(ctx context.Context, file string, log *slog.Logger, work func(*oms.Client) error) error {
	store, err := sqlite.Open(ctx, file, nil)
	if err != nil {
		return err
	}
	defer store.Close()
	if err := store.Migrate(ctx); err != nil {
		return err
	}
	shop, err := oms.New(oms.Config{
		Store:    store,
		Prices:   order.PriceList{"TEE-M": money.MustParse("19.90 EUR")},
		Gateways: oms.Gateways{"card": gateway.New()},
		Carriers: oms.Carriers{"post": carrier.New()},
		Logger:   log,
		Tracer:   timings{log},
	})
	if err != nil {
		return err
	}
	background, stop := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- shop.Run(background) }()

	err = work(shop) // your server, until it is told to stop

	stop()
	<-done
	return errors.Join(err, shop.Close(context.WithoutCancel(ctx)))
}

// timings is an oms.Tracer that logs how long commands take. A span of
// OpenTelemetry is begun and ended in the same places.
type timings struct{ log *slog.Logger }

func (t timings) Start(ctx context.Context, command string) (context.Context, func(error)) {
	began := time.Now()
	return ctx, func(err error) {
		t.log.DebugContext(ctx, command, "took", time.Since(began), "kind", fault.KindOf(err).String())
	}
}

// status is what an HTTP handler answers after an error of the shop.
func status(err error) int {
	var missing *fault.NotFoundError
	switch kind := fault.KindOf(err); {
	case kind == fault.None:
		return http.StatusOK
	case errors.As(err, &missing):
		return http.StatusNotFound
	case kind == fault.Rejected:
		return http.StatusUnprocessableEntity // tell what is wrong: err.Error()
	case kind == fault.Conflict:
		return http.StatusConflict // let the caller look again
	case kind == fault.Transient:
		return http.StatusServiceUnavailable // the same request may be sent again
	}
	return http.StatusInternalServerError // unknown: send it again with the same key
}

// backup copies the books of a running shop into a new file, as of one moment.
func backup(ctx context.Context, file, to string) error {
	store, err := sqlite.Open(ctx, file, &sqlite.Options{ReadOnly: true}) // or the shop's own, which is open already
	if err != nil {
		return err
	}
	_, err = store.Backup(ctx, to)
	return errors.Join(err, store.Close())
}

// lossy is a store with a planted mistake: it drops the movements of stock.
type lossy struct{ storage.Store }

func (f lossy) Commit(ctx context.Context, b *storage.Batch) error {
	dropped := *b
	dropped.Inventory.Moves = nil
	return f.Store.Commit(ctx, &dropped)
}

func (f lossy) Tenant(id string) storage.Store { return lossy{f.Store.Tenant(id)} }

// broken returns the sentences of the contract that a store breaks.
func broken(ctx context.Context, open func() storage.Store) []string {
	var sentences []string
	for _, c := range storagetest.Cases() {
		if err := c.Check(ctx, open()); err != nil {
			sentences = append(sentences, c.Name)
		}
	}
	return sentences
}

func TestTheGuidesShopLivesAndIsBackedUp(t *testing.T) {
	dir := t.TempDir()
	var text bytes.Buffer
	log := slog.New(slog.NewTextHandler(&text, &slog.HandlerOptions{Level: slog.LevelDebug}))
	file, saved := filepath.Join(dir, "shop.db"), filepath.Join(dir, "saved.db")
	var kept *oms.Client
	require.NoError(t, serve(t.Context(), file, log, func(shop *oms.Client) error {
		kept = shop
		err := shop.Inventory.Receive(t.Context(), inventory.Receipt{SKU: "TEE-M", Location: "main", Quantity: quantity.Of(3)})
		if err != nil {
			return err
		}
		if _, err := shop.Place(t.Context(), tees(2)); err != nil {
			return err
		}
		return backup(t.Context(), file, saved)
	}))
	require.Contains(t, text.String(), "msg=order.place took=")
	_, err := kept.Place(t.Context(), tees(1))
	require.ErrorIs(t, err, oms.ErrClosed)

	require.NoError(t, serve(t.Context(), saved, slog.New(slog.DiscardHandler), func(shop *oms.Client) error {
		report, err := shop.Verify(t.Context(), oms.VerifyOptions{})
		require.NoError(t, err)
		require.True(t, report.Clean(), "%v", report)
		orders := 0
		for _, err := range shop.Orders(t.Context(), order.Filter{}) {
			require.NoError(t, err)
			orders++
		}
		require.Equal(t, 1, orders)
		return nil
	}))
}

func TestTheGuidesStatuses(t *testing.T) {
	for want, err := range map[int]error{
		http.StatusOK:                  nil,
		http.StatusNotFound:            fault.NotFound("order", 7),
		http.StatusUnprocessableEntity: &inventory.ShortageError{},
		http.StatusConflict:            &fault.StaleError{Kind: event.Order},
		http.StatusServiceUnavailable:  &fault.TransientError{},
		http.StatusInternalServerError: errors.New("a surprise"),
	} {
		require.Equal(t, want, status(err))
	}
}

func TestTheGuidesPlantedMistakeIsCaught(t *testing.T) {
	sentences := broken(t.Context(), func() storage.Store { return lossy{memory.New()} })
	require.True(t, slices.ContainsFunc(sentences, func(s string) bool { return strings.HasPrefix(s, "stock: ") }), "%q", sentences)
}

// mend shows what a sink has not taken, and has it tried again.
func mend(ctx context.Context, shop *oms.Client, sink string, log *slog.Logger) error {
	letters, err := shop.DeadLetters(ctx, sink)
	if err != nil {
		return err
	}
	for _, l := range letters {
		log.Warn("parked", "type", l.Event.Type, "id", l.Event.ID, "behind", l.Behind, "problem", l.Problem, "dead", l.Dead())
	}
	_, err = shop.Redrive(ctx, sink) // or Discard, for what nobody will ever take
	return err
}

// hooks is a sink that posts each tenant's events to an endpoint of its own.
func hooks(endpoints map[string]webhook.Endpoint) (*webhook.Sink, error) {
	return webhook.New(webhook.Config{
		Of: func(_ context.Context, tenant string) (webhook.Endpoint, error) {
			return endpoints[tenant], nil // none, and the tenant's events go nowhere
		},
		Wants:       func(e event.Event) bool { return e.Aggregate == event.Order },
		Concurrency: 4,
	})
}

func TestTheGuidesSinkIsMended(t *testing.T) {
	// Nobody listens on this machine's side: the endpoint is inside, and refused.
	sink, err := hooks(map[string]webhook.Endpoint{"acme": {URL: "https://127.0.0.1/", Secrets: []string{webhook.NewSecret()}}})
	require.NoError(t, err)
	s := newShop(t, func(cfg *oms.Config) { cfg.Sinks = oms.Sinks{"hooks": sink} })
	s.receive("TEE-M", 2)
	s.place(line("TEE-M", 1))
	acme := s.Tenant("acme")
	err = acme.Inventory.Receive(s.ctx, inventory.Receipt{SKU: "TEE-M", Location: "main", Quantity: quantity.Of(1)})
	require.NoError(t, err)
	_, err = acme.Place(s.ctx, oms.Cart{Lines: []oms.CartLine{line("TEE-M", 1)}})
	require.NoError(t, err)
	for range 3 {
		_, err = s.RunOnce(s.ctx)
		require.NoError(t, err)
		s.clock.Add(5 * time.Minute)
	}
	require.Zero(t, s.lag().Behind, "a tenant without an endpoint")
	var text bytes.Buffer
	require.NoError(t, mend(s.ctx, acme, "hooks", slog.New(slog.NewTextHandler(&text, nil))))
	require.Contains(t, text.String(), "type=order.placed")
	require.Contains(t, text.String(), "127.0.0.1 is no public address")
	require.Contains(t, text.String(), "dead=false")
	letters, err := acme.DeadLetters(s.ctx, "hooks")
	require.NoError(t, err)
	require.Equal(t, s.clock.Now(), letters[0].NextAt)
}

// The pictures of the workflow guide are those of the code.
func TestTheGuidesDrawTheWorkflowAsItIs(t *testing.T) {
	require.Contains(t, blocks(readText(t, "docs/workflow.md"), "mermaid"), order.DefaultWorkflow().Mermaid())
}

// bestOfMarch asks one of the named reports, grouped and bounded as the page wants it.
func bestOfMarch(ctx context.Context, shop *oms.Client) (*reporting.Table, error) {
	report, _ := reporting.Named("sales")
	q := report.Grouped(reporting.ByCountry).Query
	q.Zone = "Europe/Berlin"
	q.Where = map[reporting.Dimension][]string{reporting.ByChannel: {"web"}}
	q.Sort, q.Limit = reporting.Net, 5
	var err error
	if q.Period, err = reporting.ParsePeriod("2026-03", "2026-04", q.Zone); err != nil {
		return nil, err
	}
	return shop.Report(ctx, q)
}

func TestTheGuidesReport(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 9)
	for _, country := range []string{"DE", "AT", "DE"} {
		_, err := s.Place(s.ctx, oms.Cart{Channel: "web", ShipTo: order.Address{Country: country}, Lines: []oms.CartLine{line("TEE-M", 1)}})
		require.NoError(t, err)
	}
	table, err := bestOfMarch(s.ctx, s.Client)
	require.NoError(t, err)
	require.Len(t, table.Rows, 2)
	require.Equal(t, []string{"DE"}, table.Rows[0].Keys)
	require.Equal(t, "39.80", table.Rows[0].Values[table.Column(reporting.Net)].String())
}

// clerks is the built-in table with a role more, and with one that may do less.
func clerks() oms.Roles {
	roles := oms.DefaultRoles()
	roles["clerk"] = append(roles["support"], "order.ship", "return.receive")
	roles["finance"] = []string{"order.read", "payment.*", "report.run"}
	return roles
}

func TestTheGuidesRoles(t *testing.T) {
	s := newShop(t, func(cfg *oms.Config) { cfg.Authorizer = clerks() })
	require.Equal(t, []string{"manager"}, clerks().Who("order.refund"))
	var forbidden *oms.ForbiddenError
	_, err := s.As(staff("finance")).AddNote(s.ctx, uuid.Nil, oms.Note{Text: "x"})
	require.ErrorAs(t, err, &forbidden)
	require.Equal(t, []string{"clerk", "manager", "support", "warehouse"}, forbidden.Roles)
	for _, role := range []string{"support", "clerk"} {
		require.Equal(t, role == "clerk", clerks().Authorize(s.ctx, staff(role), "order.ship") == nil)
	}
}
