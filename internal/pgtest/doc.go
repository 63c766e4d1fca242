// Package pgtest runs throw-away PostgreSQL servers for tests and for oms bench.
//
// [Start] makes a [Cluster] in a temporary folder, from the newest binaries that
// [Find] finds, as an unprivileged user, and [Cluster.Close] leaves nothing of it
// behind; when the process ends without that, killed or not, a guard does the same.
// A cluster can be stopped, killed as if the power had gone, and started again. It
// can have a synchronous standby that takes over ([Cluster.Standby],
// [Cluster.Promote]) and pgbouncer in front of it ([Cluster.Pooler]).
//
// Tests take a database of their own from [New] or [Prepared], in one cluster per
// test program or in the server that OMS_TEST_POSTGRES names. [Faults] cuts the
// connections of a client at a socket operation of one's choice.
package pgtest
