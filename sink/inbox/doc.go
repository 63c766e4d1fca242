// Package inbox is for consumers of events. An event may come more than once: an
// inbox notes its id in the transaction of its effect, so that the effect is there
// once whatever comes how often.
//
// [Inbox.Once] works in a transaction of the consumer's own database, SQLite or
// PostgreSQL, and a table there ([Inbox.Schema]). [Sink] puts one behind an oms.Sink,
// for consumers in the same program. [Memory] is for tests.
package inbox
