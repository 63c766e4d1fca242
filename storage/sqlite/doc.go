// Package sqlite keeps the books in one SQLite file.
//
//	store, err := sqlite.Open(ctx, "shop.db", nil)
//	if err != nil { … }
//	defer store.Close()
//	err = store.Migrate(ctx) // explicit, and safe from many processes at once
//
// One goroutine writes. Batches of concurrent callers share a transaction and so
// its fsync: the writer takes what has queued up while it was busy, without ever
// waiting for more, and gives each batch a savepoint, so that one that is refused
// does not disturb the others. Many goroutines read, on connections of their own,
// and see what was committed before they asked.
//
// A commit that was acknowledged survives a power cut: Open sets write-ahead
// logging and full synchronisation, reads them back, and refuses what is weaker
// unless [Options].AllowRelaxedDurability says so. See [Store.Durability].
//
// Several processes may use one file. They wait for one another up to
// [Options].BusyTimeout; then the answer is a *[BusyError].
//
// [Store.Begin] and [Store.Join] let a host write its own tables in the same
// transaction. Hold such a transaction briefly: it is the file's only writer. Use
// Begin for it and no second SQLite library on the same file in one process: the
// locks of POSIX belong to the process, and closing one library's file drops the
// other's.
//
// The engine is modernc.org/sqlite, which needs no C compiler.
package sqlite
