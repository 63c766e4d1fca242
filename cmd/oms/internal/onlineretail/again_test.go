package onlineretail

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/storage"
	"github.com/go-oms/oms/storage/memory"
)

func TestImportingTwiceChangesNothing(t *testing.T) {
	store := memory.New()
	shop, first := imported(t, store)
	before := dump(t, store)
	_, second := imported(t, store)
	same(t, before, dump(t, store))
	require.Equal(t, first, second)
	clean(t, shop)
	next, err := store.Numbers(t.Context(), "order", 1)
	require.NoError(t, err)
	require.EqualValues(t, 65, next, "the second run took no order numbers")
}

// mortal is a store that dies at its n-th commit: before it is written, or after,
// when the caller hears nothing of it. From then on it answers nobody.
type mortal struct {
	storage.Store
	left  *atomic.Int64
	after bool
}

var errDead = errors.New("the process was killed")

func (m mortal) Commit(ctx context.Context, b *storage.Batch) error {
	switch left := m.left.Add(-1); {
	case left > 0:
		return m.Store.Commit(ctx, b)
	case left == 0 && m.after:
		if err := m.Store.Commit(ctx, b); err != nil {
			return err
		}
	}
	return &fault.TransientError{Op: "commit", Err: errDead}
}

func (m mortal) Tenant(id string) storage.Store {
	m.Store = m.Store.Tenant(id)
	return m
}

func TestAKilledImportIsFinishedByTheNext(t *testing.T) {
	whole := memory.New()
	imported(t, whole)
	want := portrait(t, whole)
	p := planMade(t)
	for _, after := range []bool{false, true} {
		for n := int64(1); ; n++ {
			store := memory.New()
			left := &atomic.Int64{}
			left.Store(n)
			im := Importer{Shop: openShop(t, mortal{store, left, after}), Workers: int(n % 3)}
			_, err := im.Import(t.Context(), p)
			if err == nil {
				require.Greater(t, n, int64(50), "the file takes that many commits at least")
				break
			}
			require.ErrorIs(t, err, errDead)
			shop, _ := imported(t, store)
			same(t, want, portrait(t, store), fmt.Sprintf("killed at commit %d, after it was written: %v", n, after))
			clean(t, shop)
		}
	}
}

func TestWithoutItsKeysAnImportIsNotRepeated(t *testing.T) {
	store := memory.New()
	imported(t, store)
	require.NoError(t, store.Commit(t.Context(), &storage.Batch{ForgetKeys: time.Now().Add(time.Hour)}))
	before := dump(t, store)
	im := Importer{Shop: openShop(t, store)}
	_, err := im.Import(t.Context(), planMade(t))
	var forgotten *ForgottenError
	require.ErrorAs(t, err, &forgotten)
	require.Equal(t, "500001", forgotten.Invoice)
	same(t, before, dump(t, store))
}

func TestAnotherFileUnderTheSameInvoicesIsRefused(t *testing.T) {
	store := memory.New()
	imported(t, store)
	p := planMade(t)
	p.Sales[0].Invoice.Rows[0].Quantity++
	im := Importer{Shop: openShop(t, store)}
	_, err := im.Import(t.Context(), p)
	var reused *fault.KeyReusedError
	require.ErrorAs(t, err, &reused)
	require.ErrorContains(t, err, "500001")
}

func TestAnImportEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	im := Importer{Shop: openShop(t, memory.New()), Workers: 2, Progress: func(done, _ int) {
		if done == 10 {
			cancel()
		}
	}}
	_, err := im.Import(ctx, planMade(t))
	require.ErrorIs(t, err, context.Canceled)
}
