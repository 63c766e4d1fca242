package oms_test

import (
	"context"
	"database/sql"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/fulfillment"
	shipping "github.com/go-oms/oms/fulfillment/sandbox"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/payment"
	gateway "github.com/go-oms/oms/payment/sandbox"
	"github.com/go-oms/oms/quantity"
	"github.com/go-oms/oms/storage"
	"github.com/go-oms/oms/storage/sqlite"
)

// host is a store in whose database the host has transactions and a table of its
// own, loyalty.
type host interface {
	storage.Store
	Begin(ctx context.Context) (*sql.Tx, error)
	Join(tx *sql.Tx) storage.Store
}

// hosts are the backends that join a host's transaction. Every rule of this file
// holds on each of them.
var hosts = map[string]func(t *testing.T) host{
	"sqlite": func(t *testing.T) host { return sqliteHost(t, t.TempDir()) },
}

// oneWriter are those where a transaction keeps out every other writer, who is told
// so in time.
var oneWriter = map[string]bool{"sqlite": true}

func sqliteHost(t *testing.T, folder string) host {
	t.Helper()
	store, err := sqlite.Open(t.Context(), filepath.Join(folder, "shop.db"), &sqlite.Options{BusyTimeout: 200 * time.Millisecond})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	require.NoError(t, store.Migrate(t.Context()))
	return store
}

// hosted is a shop in a host's database.
type hosted struct {
	*shop
	host
	t *testing.T
}

// inHosts runs a test on every backend.
func inHosts(t *testing.T, test func(t *testing.T, s *hosted)) {
	t.Helper()
	for name, open := range hosts {
		t.Run(name, func(t *testing.T) { test(t, hostedOn(t, open(t))) })
	}
}

func hostedOn(t *testing.T, store host, change ...func(*oms.Config)) *hosted {
	t.Helper()
	s := &hosted{openShop(t, store, change...), store, t}
	s.receive("TEE-M", 5)
	tx := s.begin()
	_, err := tx.Exec(`CREATE TABLE loyalty (order_number TEXT)`)
	require.NoError(t, err)
	require.NoError(t, tx.Commit())
	return s
}

// begin begins a transaction of the host's, which ends with the test.
func (s *hosted) begin() *sql.Tx {
	s.t.Helper()
	tx, err := s.host.Begin(s.ctx)
	require.NoError(s.t, err)
	s.t.Cleanup(func() { _ = tx.Rollback() })
	return tx
}

// joined is the shop inside a transaction of the host's.
func (s *hosted) joined(tx *sql.Tx) *oms.Client { return s.With(s.host.Join(tx)) }

// reward writes the host's row.
func (s *hosted) reward(tx *sql.Tx, number string) {
	s.t.Helper()
	_, err := tx.Exec(`INSERT INTO loyalty VALUES ('` + number + `')`)
	require.NoError(s.t, err)
}

// loyalty are the host's rows.
func (s *hosted) loyalty() []string {
	s.t.Helper()
	tx := s.begin()
	defer func() { require.NoError(s.t, tx.Rollback()) }()
	rows, err := tx.Query(`SELECT order_number FROM loyalty ORDER BY 1`)
	require.NoError(s.t, err)
	defer func() { require.NoError(s.t, rows.Close()) }()
	var numbers []string
	for rows.Next() {
		var n string
		require.NoError(s.t, rows.Scan(&n))
		numbers = append(numbers, n)
	}
	require.NoError(s.t, rows.Err())
	return numbers
}

func TestTheHostsRowAndTheOrderCommitOrVanishTogether(t *testing.T) {
	inHosts(t, func(t *testing.T, s *hosted) {
		cart := oms.Cart{Lines: []oms.CartLine{line("TEE-M", 1)}}
		for _, commit := range []bool{true, false} {
			tx := s.begin()
			joined := s.joined(tx)
			o, err := joined.Place(s.ctx, cart)
			require.NoError(t, err)
			s.reward(tx, o.Number)
			seen, err := joined.Order(s.ctx, o.ID)
			require.NoError(t, err, "the transaction sees its own order")
			require.Equal(t, o.Number, seen.Number)
			if commit {
				require.NoError(t, tx.Commit())
				s.order(o.ID)
				continue
			}
			require.NoError(t, tx.Rollback())
			_, err = s.Client.Order(s.ctx, o.ID)
			var missing *fault.NotFoundError
			require.ErrorAs(t, err, &missing)
		}
		require.Len(t, s.loyalty(), 1)
		require.EqualValues(t, 1_000_000, s.level("TEE-M").Allocated.Micro())
		s.clean()
	})
}

func TestARefusedOrderLeavesTheHostsWritesUsable(t *testing.T) {
	inHosts(t, func(t *testing.T, s *hosted) {
		tx := s.begin()
		s.reward(tx, "before")
		_, err := s.joined(tx).Place(s.ctx, oms.Cart{Lines: []oms.CartLine{line("TEE-M", 99)}})
		var shortage *inventory.ShortageError
		require.ErrorAs(t, err, &shortage)
		s.reward(tx, "after")
		require.NoError(t, tx.Commit())
		require.Equal(t, []string{"after", "before"}, s.loyalty())
		s.clean()
	})
}

func TestOrderNumbersStayUniqueWhenTheHostRollsBack(t *testing.T) {
	inHosts(t, func(t *testing.T, s *hosted) {
		numbers := make(map[string]bool)
		fresh := func(o *order.Order) {
			require.False(t, numbers[o.Number], o.Number)
			numbers[o.Number] = true
		}
		cart := oms.Cart{Lines: []oms.CartLine{line("TEE-M", 1)}}
		for i := range 4 {
			tx := s.begin()
			o, err := s.joined(tx).Place(s.ctx, cart)
			require.NoError(t, err)
			if i%2 == 0 {
				require.NoError(t, tx.Rollback())
			} else {
				require.NoError(t, tx.Commit())
				fresh(o)
			}
			if i == 1 {
				fresh(s.place(line("TEE-M", 1)))
			}
		}
		require.Len(t, numbers, 3)
		s.clean()
	})
}

// callsOut are the commands that cannot do without a call outside. All others leave
// it to Run.
var callsOut = map[string]bool{
	"Pay": true, "Capture": true, "Refund": true, "Continue": true, "Ship": true, "LabelReturn": true, "RunOnce": true,
}

// TestEveryCommandInTheHostsTransaction gives every command there: it is written or
// vanishes with the host's row, its refusal leaves the host's writes usable, and
// nothing outside is called. What needs such a call is refused.
func TestEveryCommandInTheHostsTransaction(t *testing.T) {
	for backend, open := range hosts {
		for name, c := range breakables() {
			t.Run(backend+"/"+name, func(t *testing.T) {
				s, calls := overheardHost(t, open(t))
				do, args := c.prepare(s.shop)
				outside := s.Client
				inside := func(tx *sql.Tx) error {
					s.shop.Client = s.joined(tx)
					defer func() { s.shop.Client = outside }()
					return do()
				}
				books, err := booksOf(s.ctx, s.host)
				require.NoError(t, err)
				for _, end := range []func(*sql.Tx) error{(*sql.Tx).Rollback, (*sql.Tx).Commit} {
					now, err := booksOf(s.ctx, s.host)
					require.NoError(t, err)
					require.Equal(t, books, now, "it has vanished with the host's rows")
					require.Empty(t, s.loyalty())
					calls.Store(0)
					tx := s.begin()
					s.reward(tx, "before")
					err = inside(tx)
					require.Zero(t, calls.Load(), "a gateway or carrier was called")
					if callsOut[name] {
						require.ErrorIs(t, err, oms.ErrInTx)
						require.Equal(t, fault.Rejected, fault.KindOf(err))
					} else {
						require.NoError(t, err)
						require.NoError(t, inside(tx), "the repetition in the same transaction")
						s.refusedInside(tx, name, args)
					}
					s.reward(tx, "done")
					require.NoError(t, end(tx))
				}
				require.Equal(t, []string{"before", "done"}, s.loyalty())
				s.clean()
				require.NoError(t, do(), "and repeated outside")
				s.clean()
			})
		}
	}
}

// refusedInside gives the command in the transaction again under the same key, with
// another body.
func (s *hosted) refusedInside(tx *sql.Tx, name string, args []any) {
	s.t.Helper()
	c, isKeyed := keyed[name]
	if !isKeyed {
		return
	}
	args = slices.Clone(args)
	args[len(args)-1] = c.other(args[len(args)-1])
	joined := *s.shop
	joined.Client = s.joined(tx)
	var reused *fault.KeyReusedError
	require.ErrorAs(s.t, joined.call(name, args).err, &reused)
}

// overheardHost is a shop whose gateway and carrier count what they are asked.
func overheardHost(t *testing.T, store host) (*hosted, *atomic.Int32) {
	t.Helper()
	var calls atomic.Int32
	s := hostedOn(t, store, approval, careful, func(cfg *oms.Config) {
		cfg.Gateways["card"] = countedGateway{cfg.Gateways["card"].(*gateway.Gateway), &calls}
		cfg.Carriers["post"] = countedCarrier{cfg.Carriers["post"].(*shipping.Carrier), &calls}
	})
	return s, &calls
}

type countedGateway struct {
	*gateway.Gateway
	calls *atomic.Int32
}

func (g countedGateway) Authorize(ctx context.Context, r payment.AuthorizeRequest) (payment.Result, error) {
	g.calls.Add(1)
	return g.Gateway.Authorize(ctx, r)
}

func (g countedGateway) Capture(ctx context.Context, r payment.CaptureRequest) (payment.Result, error) {
	g.calls.Add(1)
	return g.Gateway.Capture(ctx, r)
}

func (g countedGateway) Void(ctx context.Context, r payment.VoidRequest) (payment.Result, error) {
	g.calls.Add(1)
	return g.Gateway.Void(ctx, r)
}

func (g countedGateway) Refund(ctx context.Context, r payment.RefundRequest) (payment.Result, error) {
	g.calls.Add(1)
	return g.Gateway.Refund(ctx, r)
}

func (g countedGateway) Payout(ctx context.Context, r payment.PayoutRequest) (payment.Result, error) {
	g.calls.Add(1)
	return g.Gateway.Payout(ctx, r)
}

func (g countedGateway) Lookup(ctx context.Context, r payment.LookupRequest) (payment.Snapshot, error) {
	g.calls.Add(1)
	return g.Gateway.Lookup(ctx, r)
}

func (g countedGateway) Continue(ctx context.Context, r payment.ContinueRequest) (payment.Result, error) {
	g.calls.Add(1)
	return g.Gateway.Continue(ctx, r)
}

type countedCarrier struct {
	*shipping.Carrier
	calls *atomic.Int32
}

func (c countedCarrier) Buy(ctx context.Context, r fulfillment.BuyRequest) (fulfillment.Label, error) {
	c.calls.Add(1)
	return c.Carrier.Buy(ctx, r)
}

func (c countedCarrier) Void(ctx context.Context, ref string) (fulfillment.VoidResult, error) {
	c.calls.Add(1)
	return c.Carrier.Void(ctx, ref)
}

func (c countedCarrier) Find(ctx context.Context, reference string) ([]fulfillment.Label, error) {
	c.calls.Add(1)
	return c.Carrier.Find(ctx, reference)
}

// TestCancelingInTheHostsTransactionLeavesTheMoneyToRun cancels a paid order: what
// goes back is planned in the host's transaction and asked for after it.
func TestCancelingInTheHostsTransactionLeavesTheMoneyToRun(t *testing.T) {
	inHosts(t, func(t *testing.T, s *hosted) {
		o := s.place(line("TEE-M", 1))
		s.pay(o)
		tx := s.begin()
		_, err := s.joined(tx).Cancel(s.ctx, o.ID, oms.Cancellation{Reason: "changed"})
		require.NoError(t, err)
		require.NoError(t, tx.Commit())
		s.clean()
		require.Equal(t, order.PaymentOverpaid, s.order(o.ID).PaymentStatus)
		_, err = s.RunOnce(s.ctx)
		require.NoError(t, err)
		s.clean()
		require.Equal(t, order.PaymentRefunded, s.order(o.ID).PaymentStatus)
	})
}

func TestAnUnjoinedCallBesideTheTransactionEndsInTime(t *testing.T) {
	for name, open := range hosts {
		if !oneWriter[name] {
			continue
		}
		t.Run(name, func(t *testing.T) {
			s := hostedOn(t, open(t))
			known := s.place(line("TEE-M", 1))
			cart := oms.Cart{Key: "beside", Lines: []oms.CartLine{line("TEE-M", 1)}}
			tx := s.begin()
			for what, call := range map[string]func() error{
				"an order": func() error { _, err := s.Place(s.ctx, cart); return err },
				"a receipt": func() error {
					return s.Inventory.Receive(s.ctx, inventory.Receipt{SKU: "TEE-M", Location: "main", Quantity: quantity.Of(1)})
				},
				"another transaction": func() error { _, err := s.host.Begin(s.ctx); return err },
				"a pass of Run":       func() error { _, err := s.RunOnce(s.ctx); return err },
			} {
				began := time.Now()
				err := call()
				require.Equal(t, fault.Transient, fault.KindOf(err), "%s: %v", what, err)
				require.Less(t, time.Since(began), 20*time.Second, what)
			}
			s.order(known.ID) // reading goes on
			require.NoError(t, tx.Rollback())
			_, err := s.Place(s.ctx, cart)
			require.NoError(t, err)
			s.clean()
		})
	}
}

// What becomes of customers in the host's transaction is there with it or not at
// all, and what is refused leaves the transaction usable.
func TestCustomersInTheHostsTransaction(t *testing.T) {
	inHosts(t, func(t *testing.T, s *hosted) {
		guest := s.guest("twin@example.com")
		ada, twin := s.customer("ada@example.com"), s.customer("twin@example.com")
		for _, commit := range []bool{false, true} {
			before := s.dump()
			tx := s.begin()
			joined := s.joined(tx)
			_, err := joined.SaveCustomer(s.ctx, oms.CustomerDetails{Customer: crm.Customer{Email: ada.Email}})
			var taken *storage.DuplicateError
			require.ErrorAs(t, err, &taken)
			claimed, err := joined.ClaimOrders(s.ctx, twin.ID, oms.Claim{Email: twin.Email})
			require.NoError(t, err)
			require.Equal(t, []uuid.UUID{guest.ID}, claimed.Orders)
			home, err := joined.SaveAddress(s.ctx, twin.ID, oms.SavedAddress{Address: crm.Address{City: "London"}})
			require.NoError(t, err)
			merged, err := joined.MergeCustomers(s.ctx, oms.Merge{From: twin.ID, Into: ada.ID})
			require.NoError(t, err)
			require.Equal(t, []uuid.UUID{guest.ID}, merged.Orders)
			o, err := joined.Place(s.ctx, oms.Cart{CustomerID: ada.ID, ShipToSaved: home.ID, Lines: []oms.CartLine{line("TEE-M", 1)}})
			require.NoError(t, err)
			require.Equal(t, "London", o.ShipTo.City)
			if !commit {
				require.NoError(t, tx.Rollback())
				require.Equal(t, before, s.dump())
				s.clean()
				continue
			}
			require.NoError(t, tx.Commit())
			require.Equal(t, []string{guest.Number, o.Number}, s.ordersOf(ada.ID))
			s.clean()
		}
	})
}
