// Package watermill publishes events through any Watermill publisher: Kafka, NATS,
// AMQP, Redis, Google Pub/Sub and what else Watermill knows.
//
// [New] makes a sink for oms.Config.Sinks. A message's payload is the event as a
// CloudEvent, its UUID the event's id, and its metadata has the attributes by which
// brokers and routers choose; "partition_key" is what a partitioning publisher keeps
// in order, see [PartitionKey].
//
// It is a module of its own, so that Watermill is a dependency of those who use it.
package watermill
