// Package oms is the core of an order management system, to be embedded in Go
// programs: it takes orders from the cart to the last refund and keeps their books.
//
// A shop is made of a store and of plugs, all given in [Config]:
//
//	shop, err := oms.New(oms.Config{
//		Store:    store,                                                      // storage/sqlite, storage/memory
//		Prices:   order.PriceList{"TEE-M": money.MustParse("19.90 EUR")},     // or your own order.Pricer
//		Gateways: oms.Gateways{"card": sandbox.New()},                        // payment.Gateway
//		Carriers: oms.Carriers{"post": carrier.New()},                        // fulfillment.Carrier
//	})
//
// The [Client] is that shop as one actor of one tenant sees it. Its commands are
// the flows that touch several domains: [Client.Place], [Client.Pay],
// [Client.Ship], [Client.Cancel], [Client.RequestReturn], [Client.Refund] …;
// commands about stock alone are at Client.Inventory. [Client.Run] does what must
// happen without anybody asking, in as many processes as there are.
//
// Who asks is an actor, see [Client.As]: a shopper sees what is his own, and nobody
// leaves his tenant. An [Authorizer], such as a table of [Roles], is asked once about
// everything that is asked of the shop.
//
// # Commands
//
// Every command reads, decides and commits: one batch, all of it or nothing. Its
// params carry a Key; the same key and params have their effect once and give the
// first answer again, whatever has happened since. The same key with other params
// is refused. A Version, where there is one, makes the command fail when the order
// has moved since the caller looked.
//
// Errors are of four kinds, see package fault. After an outcome that is unknown,
// call again with the same key.
//
// Commands that promise (to sell, to hold, to pay) may be refused. Commands that
// report facts (a receipt, a count, a carrier's scan, a gateway's word) are not.
//
// # Money, stock and gateways
//
// No unit is promised twice: a promise is a condition of the write itself. No
// charge is made twice: what is asked of a gateway is committed before it is asked,
// and a lost answer is looked up, never guessed. Cancelling never waits for the
// payment: the order ends and the money follows.
//
// # History
//
// Every change is an event with everything that changed; applying an order's
// events gives the stored order, field by field. The same stream feeds the sinks.
// Personal data is in rows of its own and in no event. [Client.Verify] holds the
// whole of the books against the list of invariants that [Checks] returns.
package oms
