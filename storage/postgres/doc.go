// Package postgres keeps the books in a PostgreSQL database, version 14 or newer: a
// storage.Store for shops that run several processes.
//
// [Open] takes an address, [OpenPool] a pgx pool and [OpenDB] a database/sql handle of
// the host's. [Store.Migrate] creates the schema. A commit is one round trip; batches
// of concurrent callers of a tenant share a transaction, and each keeps its own
// outcome. [Store.Join] and [Store.JoinPgx] write inside a transaction of the host's.
//
// Correctness rests on unique keys, on conditional updates and on the order in which
// rows are locked, at the isolation level READ COMMITTED, and not on a reader having
// seen the newest state. Events are read in order of their transactions and never in
// front of one that is in progress, so that none is skipped; a long transaction on the
// same server, of whatever program, holds them back until it ends.
package postgres
