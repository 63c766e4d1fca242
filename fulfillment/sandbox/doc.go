// Package sandbox is a carrier that exists in memory: for demos, for tests, and
// as the reference for what an adapter does.
//
// It sells labels PX123, PX124 …, remembers them by reference, and moves its
// parcels along a journey as time passes. Everything is deterministic: time comes
// from the Config's clock, or from the purchases and [Carrier.Advance] when there
// is none. [Carrier.Script] makes calls fail in the ways that real carriers fail:
// refused, not sent, an answer that is lost before or after the effect, a price
// that has risen.
package sandbox
