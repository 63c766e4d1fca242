// Package oracle judges the sinks by other people's libraries: the SDK of CloudEvents
// and the library of Standard Webhooks. It has tests alone, and is a module of its own
// so that neither is a dependency of anybody.
package oracle
