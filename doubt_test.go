package oms_test

import (
	"context"
	"errors"
	"testing"

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
