package oms_test

import (
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/audit"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/storage/sqlite"
)

// TestSealsHoldWhileTheShopLivesOn: what a store answers about its events is the same each
// time, so that seals hold after everything that happens later.
func TestSealsHoldWhileTheShopLivesOn(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	key := audit.Key("0123456789abcdef0123456789abcdef")
	var seals []audit.Seal
	seal := func() {
		var last *audit.Seal
		if n := len(seals); n > 0 {
			last = &seals[n-1]
		}
		next, err := audit.Next(s.ctx, s.store, "", key, last, s.clock.Now(), 0)
		require.NoError(t, err)
		require.NotNil(t, next)
		seals = append(seals, *next)
		report, err := audit.Verify(s.ctx, s.store, "", key, seals)
		require.NoError(t, err)
		require.Empty(t, report.Findings)
		require.Zero(t, report.Unsealed)
	}
	ada := s.customer("ada@example.com")
	s.receive("TEE-M", 9)
	o, err := s.Place(s.ctx, oms.Cart{CustomerID: ada.ID, Lines: []oms.CartLine{line("TEE-M", 3)}, ShipTo: order.Address{Name: "Ada", Country: "GB"}})
	require.NoError(t, err)
	seal()
	s.pay(o)
	_, err = s.Ship(s.ctx, o.ID, oms.Shipping{Carrier: "post"})
	require.NoError(t, err)
	seal()
	o = s.order(o.ID)
	s.changed(o, swap(o, 1)...)
	_, err = s.MergeCustomers(s.ctx, oms.Merge{From: ada.ID, Into: s.customer("ada@example.org").ID})
	require.NoError(t, err)
	seal()

	proof, err := audit.Prove(s.ctx, s.store, seals, audit.Subject{Aggregate: event.Order, ID: o.ID})
	require.NoError(t, err)
	require.NoError(t, proof.Check(key))
	require.Greater(t, len(proof.Seals), 1)
}

// TestSealsOutliveVersions seals books of released schemas: whoever writes a payload in
// another way breaks every chain that there is. Where that must be, the changelog says so.
func TestSealsOutliveVersions(t *testing.T) {
	t.Parallel()
	for name, root := range map[string]string{
		"0003": "9fc107559a97788db23372f2995f5726b8bfa26f3a515fb9c6b0fe8ebad4e916",
		"0010": "b4e86d29ed798466fa022921ec55e8ff96dd066645e000fc0d2530a81cb7413a",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			packed, err := os.Open("storage/sqlite/testdata/golden/" + name + ".db.gz")
			require.NoError(t, err)
			defer func() { require.NoError(t, packed.Close()) }()
			unpacked, err := gzip.NewReader(packed)
			require.NoError(t, err)
			books, err := io.ReadAll(unpacked)
			require.NoError(t, err)
			path := filepath.Join(t.TempDir(), "shop.db")
			require.NoError(t, os.WriteFile(path, books, 0o600))
			store, err := sqlite.Open(t.Context(), path, nil)
			require.NoError(t, err)
			defer func() { require.NoError(t, store.Close()) }()
			require.NoError(t, store.Migrate(t.Context()))
			seal, err := audit.Next(t.Context(), store, "", audit.Key("0123456789abcdef0123456789abcdef"), nil, time.Unix(0, 0), 0)
			require.NoError(t, err)
			require.NotNil(t, seal)
			require.Equal(t, root, seal.Root.String())
		})
	}
}
