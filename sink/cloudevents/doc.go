// Package cloudevents writes the library's events as CloudEvents 1.0 in the JSON
// format, which brokers, webhooks and other people's programs understand.
//
// [Format.Encode] makes the envelope: type is the event's, subject the id of its
// aggregate, data its payload, dataschema the payload's type and schema version, and
// time when it happened. The id is made from the tenant, aggregate and version
// ([ID]), so that a delivery that is repeated has the same one. The extension
// sequence is the version within the aggregate, by which receivers bring events into
// order, and partitionkey ([Key]) keeps an aggregate's events together.
//
// [Decode] reads an envelope back on the other side.
//
// The specification is https://github.com/cloudevents/spec, version 1.0.2 with the
// extensions sequence, partitioning and recordedtime.
package cloudevents
