// Package inventory keeps stock: what is where, to whom it is promised, and every
// movement that made it so.
//
// An [Item] is kept at locations; a [Level] is its stock at one [Location], and a
// [Move] a change of it. Levels have no other history than their movements: the
// sum of the movements of a level is the level. What can still be promised is
//
//	available = on hand − unavailable − allocated − reserved − safety
//
// at each location, and there is no other formula.
//
// # Promises and facts
//
// Commands that promise stock are refused when it is not there, with a
// *[ShortageError] that lists every item that is short. The promise is checked by
// the write itself and never by an earlier read: a store adds a batch's movements
// up per level and refuses the batch when a level that is promised from would end
// with less than nothing available ([Delta.Apply] is the reference). Commands that
// report facts, such as a receipt or a count, are never refused for what they
// report: a count may find less than was promised.
//
// A [Reservation] says for whom units are kept. A cart's hold counts as reserved
// until it expires; expiry is evaluated when stock is read, so that an expired hold
// refuses nobody, whether somebody has swept it up or not. An order's allocation
// and its backorder are reservations too.
//
// # Two ways in
//
// [Service] has the commands that concern stock alone: receive, adjust, count,
// quarantine, hold for a cart, release, and the settings of items, locations and
// levels. Each takes an idempotency key: the same key has one effect and gives the
// same answer.
//
// What belongs to a larger change, such as placing an order, is a pure function
// from what was read to what to write: [ReadStock] and [AllocateOrder],
// [ReleaseOrder], [ShipOrder], [ReturnGoods], [FillBackorders], [ImportSales].
// Their [Changes] go into the caller's batch with everything else it writes. Which
// locations serve an order is the decision of a [Sourcing]; [FewestSplits] is the
// default.
//
// [Tally] checks the books: it adds movements and reservations up and compares
// them with the levels.
package inventory
