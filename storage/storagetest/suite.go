package storagetest

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/go-oms/oms/storage"
)

// patience is how long a case may take. Cases that wait for one another, such as
// a commit during a snapshot, would otherwise hang on a store that forbids it.
const patience = 2 * time.Minute

// Case is one sentence of the contract.
type Case struct {
	Name string
	// Check returns what the store does wrong, or nil. The store is empty, and
	// bound to the tenant "". Check is called once per store.
	Check func(ctx context.Context, s storage.Store) error
}

// Cases returns all cases. What they write is the same in every run.
func Cases() []Case {
	return slices.Concat(
		fieldCases(), commitCases(), orderOfChecksCases(), referenceCases(), stockCases(), couponCases(),
		orderCases(), inventoryCases(), paymentCases(), fulfillmentCases(), customerCases(), subscriptionCases(), draftCases(),
		eventCases(), keyCases(), leaseCases(), numberCases(), tenantCases(), snapshotCases(),
		factCases(), reportCases(), queryCases(), contextCases(), ownershipCases(), concurrencyCases(),
	)
}

// Run runs all cases as parallel subtests. open returns an empty store, closed by
// the test's Cleanup; it is called once per case.
func Run(t *testing.T, open func(t testing.TB) storage.Store) {
	t.Helper()
	for _, c := range Cases() {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			if err := c.Check(ctx, open(t)); err != nil {
				t.Fatal(err)
			}
		})
	}
}
