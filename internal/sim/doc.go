// Package sim lives the whole library in one deterministic run from a seed.
//
// A world ([Run]) is a shop with several processes over one store, a card gateway, a
// carrier, sinks and a clock. Buyers, a clerk, a warehouse, a messenger who brings
// webhooks and scans, an importer and the processes' own Run are actors: each is a
// goroutine, and exactly one of them runs at a time. At every call of the store,
// gateway, carrier, sink or clock the seed decides who goes on, and whether a fault
// strikes ([Faults]): an answer that is lost before or after the commit, a process that
// crashes at it, a charge that takes place and is not acknowledged, a forged webhook, a
// clock that is off. A seed turns on a random part of the faults (swarm testing).
//
// Rules are held against the books after every command ([Failure.Check] names them):
// callers were told the truth, units add up, stock is promised once, the gateway's own
// books say what ours do. At the end the faults stop. Then Run must come to rest with
// nothing in doubt and nothing undelivered, Verify must find nothing, and every order
// must be able to reach its end.
//
// The files: scheduler.go who runs; world.go what there is; store.go, gateway.go,
// carrier.go and sink.go the ports with their faults; swarm.go which of them; cast.go,
// buyer.go, staff.go and messenger.go what actors do; ledger.go what callers were told;
// check.go what holds after every command, and rest.go what holds in the end; many.go
// and shrink.go for many seeds, and for the smallest world that breaks the same rule.
// Package plants proves that the rules can fail.
package sim
