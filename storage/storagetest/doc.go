// Package storagetest is the contract of package storage as a suite of tests.
//
// A backend proves itself with one call, which runs every [Case] against a fresh
// store:
//
//	func TestContract(t *testing.T) {
//		storagetest.Run(t, func(t testing.TB) storage.Store { return memory.New() })
//	}
//
// Each case is one sentence of the contract and bears it as its name. The cases
// named "field" find every field of storage.Batch by reflection, write it and
// read it back, so that a backend that forgets a new field fails.
//
// A [Clerk] makes valid batches, for tests of a backend's own and for benchmarks.
//
// It is imported from tests only.
package storagetest
