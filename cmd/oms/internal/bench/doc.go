// Package bench measures what placing an order costs, beside programs written by
// hand that place the same orders without the library.
//
// All of them take turns in one process, a slice each, so that whatever else the
// machine is doing hits them alike: their ratio means more than their figures.
// What is measured is in library.go, baseline.go and, for PostgreSQL, pg_hand.go and
// pg_group.go; how is in meter.go, with further processes in worker.go; and what came
// of it is a [Result]. Orders that are there before are made in load.go, by copying
// what the library wrote for a few.
package bench
