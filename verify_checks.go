package oms

// The invariants by id.
const (
	checkTotals      = "order.totals"
	checkShares      = "order.shares"
	checkCurrency    = "order.currency"
	checkCredits     = "order.credits"
	checkPartition   = "order.partition"
	checkCounters    = "order.counters"
	checkHolds       = "order.holds"
	checkExchanges   = "order.exchanges"
	checkClaims      = "order.claims"
	checkStoreCredit = "order.store_credit"
	checkParcels     = "fulfillment.parcels"
	checkLadder      = "payment.ladder"
	checkTenders     = "payment.totals"
	checkRefs        = "payment.references"
	checkDoubt       = "payment.doubt"
	checkParked      = "payment.parked"
	checkReturned    = "payment.returned"
	checkReserved    = "stock.reservations"
	checkAvailable   = "stock.available"
	checkMovements   = "stock.movements"
	checkExpired     = "stock.expired"
	checkOwners      = "stock.owners"
	checkShipped     = "stock.shipped"
	checkBegin       = "history.begin"
	checkGapless     = "history.gapless"
	checkVersion     = "history.version"
	checkAllowed     = "history.transitions"
	checkChained     = "history.chain"
	checkFold        = "history.fold"
	checkCaused      = "history.cause"
	checkKeys        = "keys.unique"
	checkResults     = "keys.results"
	checkMerges      = "customer.merges"
	checkBook        = "customer.addresses"
	checkCredit      = "customer.credit"
	checkSpending    = "company.spending"
	checkSchedule    = "subscription.schedule"
	checkOnce        = "subscription.once"
	checkDraft       = "draft.status"
	checkUnfinished  = "calls.unfinished"
	checkOutbox      = "events.outbox"
	checkCursor      = "events.cursor"
	checkLag         = "events.lag"
	checkLetters     = "events.letters"
	checkFacts       = "reports.facts"
	checkDurable     = "store.durability"
	checkSchema      = "store.schema"
)

// Checks lists every invariant that Verify looks at.
func Checks() []Check {
	return []Check{
		{checkTotals, "an order's total is its goods less discounts plus shipping, fees and tax, to the minor unit"},
		{checkShares, "a line's discount and tax are the sums of its adjustments, and the lines' sums are the order's"},
		{checkCurrency, "an order, its lines, adjustments and payments are in one currency"},
		{checkCredits, "what was credited on a line is at most what the line cost, and all credits add up"},
		{checkPartition, "the units of every line add up to what was ordered, and returns are at most what was shipped"},
		{checkCounters, "a line's shipped, released, canceled and returned units are those of its shipments, cancellations and returns"},
		{checkHolds, "every hold is on its order or on a line or fulfilment order of that, and at most one of a type is in force there"},
		{checkExchanges, "what goods that were sent back pay for other goods is charged on the one order and allowed on the other, once and alike"},
		{checkClaims, "a claim stands as its state says, and what it has brought is at most the share of its units"},
		{checkStoreCredit, "what an order gave as store credit for returns is on an account, once"},
		{checkParcels, "shipments hold at most what their fulfilment order asks for, and parcels what their shipment holds"},
		{checkLadder, "refunded is at most captured, and captured at most authorized"},
		{checkTenders, "a tender's totals are the sums of its operations"},
		{checkRefs, "no two operations share a gateway's reference of one kind"},
		{checkDoubt, "a payment or label whose outcome is open has a time when it is looked at again, or is left to a person with a reason"},
		{checkParked, "every report of a gateway has found its operation, within a day"},
		{checkReturned, "an order that was called off whole keeps no money, unless it is on its way back"},
		{checkReserved, "a level's reserved, allocated and backordered units are the sums of its pending reservations"},
		{checkAvailable, "no level has promised more than it has, or negative units of anything"},
		{checkMovements, "a level's columns are the sums of its movements"},
		{checkExpired, "no reservation of a cart is kept long past its expiry"},
		{checkOwners, "every allocated or backordered unit of a line has its reservation, and closed orders have none"},
		{checkShipped, "a line's shipped units left the stock once"},
		{checkBegin, "every aggregate has a history that begins at version 1"},
		{checkGapless, "an aggregate's history has no gaps"},
		{checkVersion, "an aggregate's version and state are those of its last event"},
		{checkAllowed, "an order's status changed only as its workflow allows"},
		{checkChained, "each event of an order carries the version that it led to"},
		{checkFold, "applying an aggregate's history gives what is stored, field by field"},
		{checkCaused, "every event names an actor, a time and the command that caused it"},
		{checkKeys, "no idempotency key is stored twice"},
		{checkResults, "a used key names a result that exists"},
		{checkMerges, "whoever was merged leads to a customer who was not, and has no addresses any more, and after a day no orders"},
		{checkBook, "every saved address has its customer, who has at most one default of each kind"},
		{checkCredit, "what orders have of a customer's account is what their payments on it say, and what has come in is the sum of its entries"},
		{checkSpending, "what is counted as spent for a company is what its orders come to, and every such order has its company"},
		{checkSchedule, "a subscription's next date is one of its schedule, after the last one that was run, and only an active one has it"},
		{checkOnce, "no date of a subscription was run twice"},
		{checkDraft, "an open draft has a time at which it ends, one that was ordered its order, and an offer its prices"},
		{checkUnfinished, "no call outside is left unfinished for longer than it may take"},
		{checkOutbox, "every event stands once in the stream, in order of version within its aggregate"},
		{checkCursor, "no sink's place is beyond the end of the stream"},
		{checkLag, "no event waits for a sink for long without a recorded attempt"},
		{checkLetters, "no event waits for more than a day for somebody to redrive its sink"},
		{checkFacts, "what reports read is what the orders say, day by day"},
		{checkDurable, "the store keeps what it acknowledged through a power cut"},
		{checkSchema, "the store's schema is the one this version writes"},
	}
}

// What each pass over the books looks at.
var (
	orderChecks = []string{
		checkReturned, checkTotals, checkShares, checkCurrency, checkCredits, checkPartition, checkCounters, checkHolds, checkExchanges, checkClaims, checkStoreCredit, checkOwners, checkShipped,
		checkBegin, checkGapless, checkVersion, checkAllowed, checkChained, checkFold, checkCaused,
	}
	tenderChecks       = []string{checkLadder, checkTenders, checkRefs, checkDoubt, checkUnfinished}
	fulfillmentChecks  = []string{checkParcels}
	itemChecks         = []string{checkFold}
	customerChecks     = []string{checkMerges, checkBook, checkCredit, checkFold}
	creditChecks       = []string{checkCredit, checkSpending}
	subscriptionChecks = []string{checkSchedule, checkOnce, checkFold}
	draftChecks        = []string{checkDraft, checkFold}
	levelChecks        = []string{checkReserved, checkAvailable, checkMovements, checkExpired}
	keyChecks          = []string{checkKeys, checkResults}
	factChecks         = []string{checkFacts}
	deliveryChecks     = []string{checkOutbox, checkCursor, checkLag, checkLetters}
)
