// Package bench measures what placing an order costs, beside programs written by
// hand that place the same orders without the library.
//
// All of them take turns in one process, a slice each, so that whatever else the
// machine is doing hits them alike: their ratio means more than their figures.
// What is measured is in library.go and baseline.go, how in meter.go, and what
// came of it is a [Result].
package bench
