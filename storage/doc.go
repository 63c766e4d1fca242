// Package storage says what a place to keep the books must do.
//
// A backend supplies readers and one write. Readers are those of the domains,
// put together as [Reader]; the write is [Store.Commit], which takes a [Batch]:
// everything that one command decided, checked and written as a whole or not at
// all. A batch is data, so a backend needs no rules of its own beyond the checks
// that Batch lists, which [Check] makes for all of them against a [Ledger] of what is
// stored.
//
// Backends live in folders of their own: memory for tests and short-lived
// programs, sqlite for one file. A further one proves itself with
// storagetest.Run, which holds every sentence of this package's contract as a
// test.
//
// [PersonalData] lists where the books keep what tells of a person.
//
// [Inventory] turns any Store into the store that one domain asks for. What reports
// read is defined here, once for all backends: [Facts], [OrderFact], [Paid],
// [Firsts], [PaymentFacts] and [StockFact].
package storage
