// Package sqlstore holds what the SQL backends share: the statements that write a
// batch, the readers, and the mapping between rows and the domains' types.
//
// A backend supplies a [Conn], which runs statements inside a transaction that
// the backend began, and a [Source], which lends one for reading. Statements
// number their parameters ?1, ?2 … and use the common ground of SQLite and
// PostgreSQL: upserts, RETURNING, partial indexes, IS NOT DISTINCT FROM. The one word
// of SQLite's own is INSERT OR FAIL, which spares it a copy of the pages that a
// statement of several rows might have to give back; what a refused batch has
// written is undone as a whole in any case.
//
// A batch is compiled to a [Plan], a flat list of statements with the number of
// rows each must touch, before any lock is taken. Running a plan makes no
// decision: the first statement that touches another number of rows refuses the
// batch, and only then [Plan.Explain] reads, in the order that storage.Batch states,
// to say why.
//
// Encodings: ids are 16 bytes; times are microseconds since 1970; quantities are
// micro-units; amounts are minor units of the currency beside them, unit prices
// and unit costs are six decimals finer. Texts, ids and times that are optional
// are NULL when empty; an amount is NULL when it has no currency.
package sqlstore
