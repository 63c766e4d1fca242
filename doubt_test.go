package oms_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/storage"
)

// mute is a store whose first commit is done without an answer, and which cannot be
// reached afterwards.
type mute struct {
	storage.Store
	commits int
}

func (s *mute) Commit(ctx context.Context, b *storage.Batch) error {
	s.commits++
	if s.commits > 1 {
		return &fault.TransientError{Op: "commit", Err: errors.New("no connection")}
	}
	if err := s.Store.Commit(ctx, b); err != nil {
		return err
	}
	return &fault.UnknownError{Op: "commit", Err: errors.New("no answer")}
}

// A caller without a key who is told that nothing was written gives the command anew.
func TestWhatMayHaveBeenDoneIsNotCalledUndone(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 2)
	store := &mute{Store: s.store}
	_, err := s.With(store).Place(s.ctx, oms.Cart{Lines: []oms.CartLine{line("TEE-M", 1)}})
	require.Equal(t, 2, store.commits)
	require.Equal(t, fault.Unknown, fault.KindOf(err), "%v", err)
	var lost *fault.TransientError
	require.ErrorAs(t, err, &lost, "the cause is told")
	n := 0
	for _, err := range s.Orders(s.ctx, order.Filter{}) {
		require.NoError(t, err)
		n++
	}
	require.Equal(t, 1, n)
}

// deaf is a store whose first commit is done without an answer, after which the reads of
// orders fail from the given one on.
type deaf struct {
	storage.Store
	commits, reads, fails int
}

func (s *deaf) Commit(ctx context.Context, b *storage.Batch) error {
	err := s.Store.Commit(ctx, b)
	if s.commits++; s.commits == 1 && err == nil {
		return &fault.UnknownError{Op: "commit", Err: errors.New("no answer")}
	}
	return err
}

func (s *deaf) Order(ctx context.Context, id uuid.UUID) (*order.Order, error) {
	if s.reads++; s.commits > 0 && s.reads >= s.fails {
		return nil, &fault.TransientError{Op: "order", Err: errors.New("no connection")}
	}
	return s.Store.Order(ctx, id)
}

// A caller without a key who is told that nothing was written gives the command anew:
// also when what was written is known, and only its answer cannot be read.
func TestWhatWasDoneIsNotCalledUndoneWhenItCannotBeRead(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 2)
	store := &deaf{Store: s.store}
	_, err := s.With(store).Place(s.ctx, oms.Cart{Lines: []oms.CartLine{line("TEE-M", 1)}})
	require.Equal(t, 2, store.commits, "the second one is told of the first")
	require.Equal(t, fault.Unknown, fault.KindOf(err), "%v", err)
	n := 0
	for _, err := range s.Orders(s.ctx, order.Filter{}) {
		require.NoError(t, err)
		n++
	}
	require.Equal(t, 1, n)
}

// Once it is committed that money will be taken or a parcel sent, Run goes on with it:
// whatever fails then, the caller is not told that nothing was done.
func TestWhatIsUnderWayIsNotCalledUndone(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 2)
	deafened := func() *oms.Client { return s.With(&deaf{Store: s.store, commits: 1, fails: 2}) } // the first read is the command's own
	_, err := deafened().Pay(s.ctx, s.place(line("TEE-M", 1)).ID, oms.Payment{Gateway: "card", Source: "tok_visa"})
	require.Equal(t, fault.Unknown, fault.KindOf(err), "%v", err)
	o := s.place(line("TEE-M", 1))
	s.pay(o)
	_, err = deafened().Ship(s.ctx, o.ID, oms.Shipping{Carrier: "post"})
	require.Equal(t, fault.Unknown, fault.KindOf(err), "%v", err)
}

// A program that does not know the workflow of an order cannot go on with its payment,
// but it must not say that it was refused: others go on with it.
func TestAnOldProgramRefusesNothingThatIsUnderWay(t *testing.T) {
	newer := order.DefaultWorkflow()
	newer.Version = 2
	s := newShop(t, func(cfg *oms.Config) { cfg.Workflows = []order.Workflow{newer, order.DefaultWorkflow()} })
	old := openShop(t, s.store, func(cfg *oms.Config) {
		cfg.Gateways, cfg.Now, cfg.NewID = oms.Gateways{"card": s.card}, s.clock.Now, s.clock.NewID
	})
	s.receive("TEE-M", 2)
	o := s.place(line("TEE-M", 1))
	pay := oms.Payment{Key: "k", Gateway: "card", Source: "tok_lost"}
	_, err := s.Pay(s.ctx, o.ID, pay)
	require.Equal(t, fault.Unknown, fault.KindOf(err), "%v", err)
	s.clock.Add(time.Hour)
	_, err = old.Pay(s.ctx, o.ID, pay)
	require.Equal(t, fault.Unknown, fault.KindOf(err), "%v", err)
	require.ErrorContains(t, err, "workflow")
	_, err = s.Pay(s.ctx, o.ID, pay)
	require.NoError(t, err)
	require.Len(t, s.card.Charges(), 1)
}

// halting is a store over which a program stands still for some time at its nth read of
// an order.
type halting struct {
	storage.Store
	clock *clock
	still time.Duration
	reads int
}

func (s *halting) Order(ctx context.Context, id uuid.UUID) (*order.Order, error) {
	if s.reads--; s.reads == 0 {
		s.clock.Add(s.still)
	}
	return s.Store.Order(ctx, id)
}

// A program that stood still between committing that it will ask the gateway or carrier,
// and asking, does not ask any more: others have looked meanwhile and may have been told
// that there was nothing, and a gateway forgets keys after a day.
func TestWhatIsTooLateIsNotSent(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 2)
	o := s.place(line("TEE-M", 1))
	store := &halting{Store: s.store, clock: s.clock, still: 6 * time.Minute, reads: 2}
	_, err := s.With(store).Pay(s.ctx, o.ID, oms.Payment{Gateway: "card", Source: "tok_visa"})
	require.Equal(t, fault.Unknown, fault.KindOf(err), "%v", err)
	require.Empty(t, s.card.Charges())
	for range 3 {
		s.clock.Add(2 * time.Hour)
		_, err = s.RunOnce(s.ctx)
		require.NoError(t, err)
	}
	require.Len(t, s.card.Charges(), 1)
	require.Equal(t, order.PaymentPaid, s.order(o.ID).PaymentStatus)

	store = &halting{Store: s.store, clock: s.clock, still: 6 * time.Minute, reads: 2}
	_, err = s.With(store).Ship(s.ctx, o.ID, oms.Shipping{Carrier: "post"})
	require.Equal(t, fault.Unknown, fault.KindOf(err), "%v", err)
	_, err = s.post.Track(s.ctx, "PX123")
	require.Error(t, err, "no label was bought")
	_, err = s.RunOnce(s.ctx)
	require.NoError(t, err)
	_, err = s.post.Track(s.ctx, "PX123")
	require.NoError(t, err)
	s.clean()
}
