package inventory_test

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/quantity"
)

// fake is a Store in maps, just enough to run the Service on.
type fake struct {
	mu           sync.Mutex
	items        map[string]inventory.Item
	locations    map[string]inventory.Location
	levels       map[[2]string]inventory.Level
	moves        []inventory.Move
	reservations map[uuid.UUID]inventory.Reservation
	keys         map[string]fakeKey
	events       []event.Event

	beforeCommit func() // runs once, before the next commit takes the lock
	loseAnswers  int    // so many commits answer that nobody knows
	commits      int
}

type fakeKey struct {
	cmd    event.Command
	result []byte
}

func newFake() *fake {
	return &fake{
		items: map[string]inventory.Item{}, locations: map[string]inventory.Location{}, levels: map[[2]string]inventory.Level{},
		reservations: map[uuid.UUID]inventory.Reservation{}, keys: map[string]fakeKey{},
	}
}

func (f *fake) Items(_ context.Context, skus []string) ([]inventory.Item, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var found []inventory.Item
	for _, item := range f.items {
		if slices.Contains(skus, item.SKU) {
			found = append(found, item)
		}
	}
	slices.SortFunc(found, func(a, b inventory.Item) int { return strings.Compare(a.SKU, b.SKU) })
	return found, nil
}

func (f *fake) Levels(_ context.Context, skus []string) ([]inventory.Level, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var found []inventory.Level
	for _, l := range f.levels {
		if slices.Contains(skus, l.SKU) {
			found = append(found, l)
		}
	}
	slices.SortFunc(found, func(a, b inventory.Level) int {
		return cmp.Or(strings.Compare(a.SKU, b.SKU), strings.Compare(a.Location, b.Location))
	})
	return found, nil
}

func (f *fake) Locations(context.Context) ([]inventory.Location, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var found []inventory.Location
	for _, l := range f.locations {
		found = append(found, l)
	}
	slices.SortFunc(found, func(a, b inventory.Location) int {
		return cmp.Or(cmp.Compare(a.Priority, b.Priority), strings.Compare(a.Code, b.Code))
	})
	return found, nil
}

func (f *fake) Reservations(_ context.Context, filter inventory.ReservationFilter) ([]inventory.Reservation, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var found []inventory.Reservation
	for _, r := range f.reservations {
		if r.Status == inventory.Pending && (filter.Kind == "" || r.Kind == filter.Kind) &&
			(filter.Owner == "" || r.Owner == filter.Owner) &&
			(filter.SKUs == nil || slices.Contains(filter.SKUs, r.SKU)) &&
			(filter.ExpiredBefore.IsZero() || !r.ExpiresAt.IsZero() && !r.ExpiresAt.After(filter.ExpiredBefore)) {
			found = append(found, r)
		}
	}
	slices.SortFunc(found, func(a, b inventory.Reservation) int {
		return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), slices.Compare(a.ID[:], b.ID[:]))
	})
	if filter.Limit > 0 && len(found) > filter.Limit {
		found = found[:filter.Limit]
	}
	return found, nil
}

func (f *fake) Moves(_ context.Context, filter inventory.MoveFilter) iter.Seq2[inventory.Move, error] {
	f.mu.Lock()
	moves := slices.Clone(f.moves)
	f.mu.Unlock()
	return func(yield func(inventory.Move, error) bool) {
		for _, m := range moves {
			if (filter.SKU == "" || m.SKU == filter.SKU) && (filter.Location == "" || m.Location == filter.Location) &&
				(filter.From.IsZero() || !m.At.Before(filter.From)) && (filter.To.IsZero() || m.At.Before(filter.To)) &&
				!yield(m, nil) {
				return
			}
		}
	}
}

func (f *fake) Repeated(_ context.Context, cmd event.Command) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.repeated(cmd)
}

func (f *fake) repeated(cmd event.Command) error {
	k, used := f.keys[cmd.Key]
	switch {
	case !used:
		return nil
	case k.cmd.Name != cmd.Name || k.cmd.Body != cmd.Body:
		return &fault.KeyReusedError{Key: cmd.Key}
	}
	return &event.Replay{Result: k.result}
}

func (f *fake) CommitInventory(_ context.Context, cmd event.Command, result []byte, c inventory.Changes, events ...event.Event) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if before := f.beforeCommit; before != nil {
		f.beforeCommit = nil
		f.mu.Unlock()
		before()
		f.mu.Lock()
	}
	if err := f.repeated(cmd); err != nil {
		return err
	}
	levels, err := f.check(c)
	if err != nil {
		return err
	}
	for _, i := range c.Items {
		f.items[i.SKU] = i
	}
	for _, l := range c.Locations {
		f.locations[l.Code] = l
	}
	for _, l := range levels {
		f.levels[[2]string{l.SKU, l.Location}] = l
	}
	for _, p := range c.Levels {
		l := f.level(p.SKU, p.Location)
		l.Safety, l.BackorderLimit = p.Safety, p.BackorderLimit
		f.levels[[2]string{l.SKU, l.Location}] = l
	}
	for _, r := range c.Reservations {
		f.reservations[r.After.ID] = r.After
	}
	f.moves = append(f.moves, c.Moves...)
	f.events = append(f.events, events...)
	f.keys[cmd.Key] = fakeKey{cmd, result}
	f.commits++
	if f.loseAnswers > 0 {
		f.loseAnswers--
		return &fault.UnknownError{Op: "fake", Err: context.DeadlineExceeded}
	}
	return nil
}

func (f *fake) check(c inventory.Changes) ([]inventory.Level, error) {
	for _, i := range c.Items {
		if f.items[i.SKU].Version != i.Version-1 {
			return nil, &fault.StaleError{Kind: event.Item, ID: i.SKU, Expected: i.Version - 1, Actual: f.items[i.SKU].Version}
		}
	}
	for i, l := range c.Locations {
		if slices.ContainsFunc(c.Locations[:i], func(o inventory.Location) bool { return o.Code == l.Code }) {
			return nil, fault.Invalid("book", l.Code, "each location once")
		}
	}
	seen := map[uuid.UUID]bool{}
	for _, r := range c.Reservations {
		stored := f.reservations[r.After.ID]
		if seen[r.After.ID] || stored.Quantity != r.Before.Quantity || stored.Status != r.Before.Status || !stored.ExpiresAt.Equal(r.Before.ExpiresAt) {
			return nil, &fault.StaleError{Kind: "reservation", ID: r.After.ID.String()}
		}
		seen[r.After.ID] = true
	}
	var levels []inventory.Level
	var shorts []inventory.Short
	for _, d := range inventory.Sum(c.Moves) {
		after, short, broken := d.Apply(f.level(d.SKU, d.Location))
		if broken != "" {
			return nil, fault.Invalid("book", broken, "sound books")
		}
		if short != nil {
			shorts = append(shorts, *short)
		}
		levels = append(levels, after)
	}
	if shorts != nil {
		return nil, &inventory.ShortageError{Shorts: shorts}
	}
	return levels, nil
}

func (f *fake) level(sku, location string) inventory.Level {
	l := f.levels[[2]string{sku, location}]
	l.SKU, l.Location = sku, location
	return l
}

// verify checks the fake's books with the package's own checks.
func (f *fake) verify(t require.TestingT, now time.Time) {
	var tally inventory.Tally
	var found []inventory.Discrepancy
	for i := range f.moves {
		found = append(found, inventory.CheckMove(&f.moves[i])...)
		tally.AddMove(&f.moves[i])
	}
	for _, r := range f.reservations {
		found = append(found, inventory.CheckReservation(&r, now, 1000*time.Hour)...)
		tally.AddReservation(&r)
	}
	for _, l := range f.levels {
		found = append(found, tally.Compare(&l)...)
	}
	require.Empty(t, append(found, tally.Rest()...))
}

// clock is a time that tests move.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// ids hands out ids that count up in their first half.
func ids() func() uuid.UUID {
	var mu sync.Mutex
	var n byte
	var m byte
	return func() uuid.UUID {
		mu.Lock()
		defer mu.Unlock()
		if n++; n == 0 {
			m++
		}
		return uuid.UUID{4: m, 5: n, 6: 0x70, 8: 0x80}
	}
}

// bench is a service over a fake store, with a clock.
type bench struct {
	*inventory.Service
	store  *fake
	clock  *clock
	issuer event.Issuer
}

func newBench() *bench {
	b := &bench{store: newFake(), clock: &clock{now: noon}}
	b.issuer = event.Issuer{Actor: event.Actor{Kind: event.Staff, ID: "ada"}, Now: b.clock.Now, NewID: ids()}
	b.Service = inventory.NewService(b.store, b.issuer)
	return b
}

// stocked returns a bench with whole pieces of SKUs in stock: "A@main" → 5.
func stocked(t testing.TB, stock map[string]int32) *bench {
	t.Helper()
	b := newBench()
	for _, at := range slices.Sorted(func(yield func(string) bool) {
		for k := range stock {
			if !yield(k) {
				return
			}
		}
	}) {
		sku, location, _ := strings.Cut(at, "@")
		require.NoError(t, b.Receive(t.Context(), inventory.Receipt{SKU: sku, Location: location, Quantity: quantity.Of(stock[at])}))
	}
	return b
}

// command issues a command as flows of the root do.
func (b *bench) command(t require.TestingT, name string) event.Command {
	cmd, err := b.issuer.Issue(context.Background(), name, "", time.Time{}, nil)
	require.NoError(t, err)
	return cmd
}

// place allocates demands to a new order and commits, once.
func (b *bench) place(t require.TestingT, cart string, demands ...inventory.Demand) (uuid.UUID, []inventory.Assignment, error) {
	cmd := b.command(t, "test.place")
	skus := make([]string, len(demands))
	for i := range demands {
		skus[i] = demands[i].SKU
		if demands[i].LineID == uuid.Nil {
			demands[i].LineID = cmd.IDs.Next()
		}
	}
	stock, err := inventory.ReadStock(context.Background(), b.store, skus, cart, cmd.Now)
	require.NoError(t, err)
	orderID := cmd.IDs.Next()
	changes, assigned, err := inventory.AllocateOrder(stock, inventory.Wanted{OrderID: orderID, Demands: demands}, cmd)
	if err != nil {
		require.Empty(t, changes, "nothing is written with an error")
		return orderID, nil, err
	}
	return orderID, assigned, b.store.CommitInventory(context.Background(), cmd, nil, changes)
}

// kept returns an order's pending reservations.
func (b *bench) kept(t require.TestingT, orderID uuid.UUID) []inventory.Reservation {
	kept, err := b.store.Reservations(context.Background(), inventory.ReservationFilter{Owner: orderID.String()})
	require.NoError(t, err)
	return kept
}

// available returns what is available of one SKU.
func (b *bench) available(t require.TestingT, sku string) quantity.Quantity {
	found, err := b.Available(context.Background(), sku)
	require.NoError(t, err)
	require.Len(t, found, 1)
	return found[0].Available
}

func demand(sku string, n int32) inventory.Demand {
	return inventory.Demand{SKU: sku, Quantity: quantity.Of(n)}
}

func loose(sku string, n int32) inventory.Demand {
	return inventory.Demand{SKU: sku, Quantity: quantity.Of(n), AllowBackorder: true}
}

// line numbers a demand's line.
func line(n byte, d inventory.Demand) inventory.Demand {
	d.LineID = uuid.UUID{15: n}
	return d
}
