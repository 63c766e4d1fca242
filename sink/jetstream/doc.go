// Package jetstream publishes events to NATS JetStream and waits until the stream has
// them.
//
// [New] makes a sink for oms.Config.Sinks. An event goes to the subject
// "oms.TENANT.AGGREGATE.TYPE" ([Subject]) as a CloudEvent, with its id in the header
// Nats-Msg-Id: a stream drops what it is sent twice within its window of
// deduplication, and package inbox makes the rest harmless. The stream is the host's
// to make; [Subjects] is what it is to listen to.
//
// It is a module of its own, so that NATS is a dependency of those who use it.
package jetstream
