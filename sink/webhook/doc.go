// Package webhook sends events to HTTP endpoints as Standard Webhooks: a POST with a
// CloudEvent, signed, tried for three days, and never to an address inside the
// sender's own network. It also has the receiver's side.
//
// [New] makes a sink for oms.Config.Sinks. What the endpoint answers decides: 2xx and
// the event is delivered; 410 and the sink stops until oms.Client.Redrive; anything
// else, redirects included, and it is tried again after the waits of [Waits], with
// the Retry-After of a 429 or 503 honoured. Meanwhile the others go on, as
// oms.Parking describes.
//
// Secrets are those of the specification: "whsec_" for HMAC-SHA256, "whsk_" and
// "whpk_" for the private and public half of an Ed25519 key. An endpoint may have
// several while they are changed. [NewSecret] makes one.
//
// [NewReceiver] verifies requests on the other side. What it has let in may have come
// before: package inbox makes that harmless.
//
// The specification is https://github.com/standard-webhooks/standard-webhooks,
// version 1.0.0.
package webhook
