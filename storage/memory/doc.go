// Package memory keeps the books in Go maps: a storage.Store for tests, examples
// and programs whose data may end with them.
//
//	store := memory.New()
//
// It does everything the contract asks for and nothing is durable. One mutex
// guards all tenants: a commit holds it for a few microseconds, so spreading the
// maps over several would gain nothing.
//
// Aggregates are kept as snapshots that never change; a change builds the next
// one. Readers take pointers under the lock and copy after it, so a long listing
// or [Store.Snapshot] holds writers up only while pointers are collected.
package memory
