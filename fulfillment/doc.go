// Package fulfillment gets goods from a location to the customer: what a location
// is asked to send, the shipments that leave it, their labels and where they are.
//
// # The aggregate
//
// A [Fulfillment] is a fulfilment order: the lines that one location is asked to
// send for one order. [Create] makes it, [Fulfillment.Plan] takes what leaves
// together into a [Shipment] of one or more parcels, [Fulfillment.Cancel] gives
// up what is still open. Several shipments of one fulfilment order are a split
// shipment, a shipment of a part of it a partial one. What is planned is no
// longer open, so that nothing is ever promised twice.
//
// Decisions are pure: they take and return values and leave what they were given
// alone. [Record] turns two states into what a store writes and the event that
// says so; [Apply] folds such events into the state again; [Moved] says what a
// change means for the order's lines.
//
// # Labels
//
// A label costs money, and the answer to a purchase can be lost. So the shipment
// is committed first, [PerformBuy] asks the [Carrier] once under the shipment's
// id, and [Fulfillment.RecordReport] records what came of it: bought, refused,
// not sent, or in doubt. [PerformResolve] finishes what is in doubt on the
// schedule of [NextLabel] and buys at most one label.
//
// # Tracking
//
// [Fulfillment.RecordScan] takes a carrier's scans as they come: late, twice, in
// any order. The same set of scans always gives the same status ([Advance]).
//
// # Prices
//
// What the customer pays is apart from what the carrier charges: [Methods] price
// delivery without asking anybody ([FlatRate], [PerItem], [Table], [Pickup]).
//
// The adapters are in subfolders: manual, where staff types the tracking number,
// and sandbox, a carrier that exists in memory. Package carriertest proves an
// adapter.
package fulfillment
