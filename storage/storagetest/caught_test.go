package storagetest

// caughtBy says which cases catch a mistake: these and no others, but for the
// cases about fields, which have tests of their own.
var caughtBy = map[string][]string{
	"writes the customers of a refused batch": {
		"commit: a refused batch writes nothing",
	},
	"writes the events of a refused batch": {
		"commit: a refused batch writes nothing",
		"tenant: those with data are listed in order",
		"concurrency: many buyers get exactly what is there",
	},
	"refuses an empty batch": {
		"commit: an empty batch is accepted",
	},
	"keeps the last of an aggregate's events in a batch": {
		"commit: several events may bring an aggregate on in one batch",
	},
	"refuses a second change of an order": {
		"commit: several changes of one order in a batch build on one another",
	},
	"ignores expectations": {
		"commit: a refused batch writes nothing",
		"version: a subscription's event must follow the stored one",
		"version: a draft's event must follow the stored one",
		"version: an expected version that has moved is a conflict",
		"version: expecting version 0 means that nothing is there",
		"version: a conflict says what moved",
		"commit: of several faults the first in the order of checks is answered",
	},
	"refuses every expectation": {
		"version: an expected version that holds lets the batch through",
		"version: expecting version 0 means that nothing is there",
		"commit: of several faults the first in the order of checks is answered",
		"tenant: no condition looks at another tenant",
	},
	"checks the first expectation only": {
		"version: an expected version that has moved is a conflict",
	},
	"takes ids of different aggregates for the same": {
		"version: expecting version 0 means that nothing is there",
	},
	"expects nothing of version 0": {
		"version: an expected version that has moved is a conflict",
		"version: expecting version 0 means that nothing is there",
	},
	"ignores versions of order": {
		"version: an order's event must follow the stored one",
		"version: a conflict says what moved",
		"concurrency: of many changes on one version one gets through",
	},
	"ignores versions of payment": {
		"version: a tender's event must follow the stored one",
	},
	"ignores versions of fulfillment": {
		"version: a fulfilment order's event must follow the stored one",
	},
	"ignores versions of item": {
		"version: an item's event must follow the stored one",
	},
	"replaces the item of a SKU": {
		"version: a SKU is registered once",
	},
	"does not say what moved": {
		"version: a conflict says what moved",
	},
	"checks versions last": {
		"commit: of several faults the first in the order of checks is answered",
	},
	"checks reservations last": {
		"commit: of several faults the first in the order of checks is answered",
	},
	"accepts a taken number": {
		"commit: of several faults the first in the order of checks is answered",
		"reference: an order number is unique",
	},
	"accepts a taken cart_id": {
		"reference: a cart is placed at most once",
		"reference: a change of an order keeps its references",
		"reference: two new orders of a batch cannot share one",
		"concurrency: a cart is placed once by many",
	},
	"accepts a taken external_ref": {
		"reference: an order's external reference is unique in its channel",
		"reference: a customer's external reference is unique",
		"customer: no error repeats an email or a reference",
	},
	"accepts a taken email": {
		"concurrency: an email is given to one of many",
		"reference: a customer's email is unique",
		"reference: what a customer gives up is free for those behind him in a batch",
		"customer: no error repeats an email or a reference",
	},
	"accepts a taken event_id": {
		"payment: the same report is stored once",
		"payment: parked reports come oldest first until they are matched",
	},
	"has one space of external references for all channels": {
		"reference: channels have external references of their own",
		"order: it is found by each of its references",
	},
	"takes no reference for one in all channels but the first": {
		"reference: orders without cart and external reference do not collide",
		"query: every query is answered as from the aggregates themselves",
	},
	"forgets an order's cart with its first change": {
		"reference: a change of an order keeps its references",
	},
	"compares references with stored orders only": {
		"commit: several changes of one order in a batch build on one another",
		"reference: two new orders of a batch cannot share one",
	},
	"takes no email for an email": {
		"reference: customers without email and reference do not collide",
		"reference: what a customer gives up is free for those behind him in a batch",
		"customer: a listing is in order of creation and goes on behind a cursor",
		"customer: one who was merged is listed when asked for",
		"snapshot: each stream comes in its order",
		"snapshot: it is as of one moment while writers go on",
	},
	"finds that a customer's email is taken by himself": {
		"reference: a customer may change without taking his own",
		"ownership: what is read may be changed",
		"reference: what a customer gives up is free for those behind him in a batch",
		"customer: companies are found by their members",
	},
	"never frees an email": {
		"reference: what a customer gives up is free",
		"reference: what a customer gives up is free for those behind him in a batch",
	},
	"sells below zero": {
		"commit: a refused batch writes nothing",
		"commit: of several faults the first in the order of checks is answered",
		"stock: a promise beyond what is available is refused",
		"stock: a shortage names every short level",
		"stock: the movements of a batch are summed per level",
		"stock: what is reserved, unavailable or kept back is not available",
		"stock: facts are recorded below what is promised",
		"stock: filling a backorder takes stock",
		"stock: levels follow the reference",
		"key: a refused batch leaves its key free",
		"tenant: no condition looks at another tenant",
		"tenant: those with data are listed in order",
		"concurrency: many buyers get exactly what is there",
		"concurrency: released units sell again while others buy",
	},
	"names the first short level only": {
		"stock: a shortage names every short level",
		"stock: levels follow the reference",
	},
	"checks each movement alone": {
		"stock: the movements of a batch are summed per level",
		"stock: a backorder stays within its limit",
		"stock: levels follow the reference",
	},
	"sells what is kept back": {
		"stock: what is reserved, unavailable or kept back is not available",
	},
	"sells what is reserved": {
		"stock: a promise beyond what is available is refused",
		"stock: what is reserved, unavailable or kept back is not available",
		"stock: levels follow the reference",
	},
	"sells what is not available": {
		"stock: what is reserved, unavailable or kept back is not available",
		"stock: levels follow the reference",
	},
	"refuses a count below what is promised": {
		"stock: facts are recorded below what is promised",
		"stock: what is given up is accepted where nothing is available",
		"report: a level is a row with its item's title and what is available",
	},
	"refuses to give up where nothing is available": {
		"stock: what is given up is accepted where nothing is available",
		"stock: levels follow the reference",
	},
	"takes before it gives up": {
		"stock: giving up and taking in one batch passes stock on",
		"stock: levels follow the reference",
	},
	"ignores the backorder limit": {
		"stock: a backorder stays within its limit",
		"stock: levels follow the reference",
	},
	"takes a negative backorder limit for zero": {
		"stock: a negative backorder limit is none",
	},
	"fills backorders from nothing": {
		"stock: filling a backorder takes stock",
		"stock: levels follow the reference",
	},
	"leaves out what contradicts the books": {
		"commit: a refused batch writes nothing",
		"commit: of several faults the first in the order of checks is answered",
		"stock: no column but on hand ends below zero",
		"stock: levels follow the reference",
	},
	"takes damaged returns for good ones": {
		"stock: levels follow the reference",
	},
	"drops the second of two movements": {
		"commit: of several faults the first in the order of checks is answered",
		"stock: the movements of a batch are summed per level",
		"stock: facts are recorded below what is promised",
		"stock: a backorder stays within its limit",
		"stock: levels follow the reference",
		"tenant: the same ids, keys and names may be in each",
		"snapshot: it has the whole of the books",
		"ownership: a batch may be changed once it is committed",
		"ownership: what is read may be changed",
		"ownership: what a listing yields may be changed",
		"concurrency: many buyers get exactly what is there",
		"concurrency: a reader sees all of a batch or nothing",
	},
	"inserts a reservation again": {
		"reservation: one is inserted once",
	},
	"inserts a reservation that was to be changed": {
		"commit: a refused batch writes nothing",
		"reservation: a change of one that is not there is a conflict",
	},
	"ignores a reservation's quantity": {
		"commit: of several faults the first in the order of checks is answered",
		"reservation: one that moved in quantity, status or expiry is a conflict",
	},
	"ignores a reservation's status": {
		"reservation: one that moved in quantity, status or expiry is a conflict",
	},
	"ignores a reservation's expiry": {
		"reservation: one that moved in quantity, status or expiry is a conflict",
	},
	"refuses a second change of a reservation": {
		"reservation: one may be made and closed in one batch",
	},
	"ignores a coupon's limit": {
		"reference: what a customer gives up is free for those behind him in a batch",
		"commit: a refused batch writes nothing",
		"commit: of several faults the first in the order of checks is answered",
		"coupon: uses stop at the limit over all orders",
		"coupon: the uses of one batch add up",
		"concurrency: a coupon is used no more often than its limit",
	},
	"ignores a customer's limit": {
		"coupon: uses stop at a customer's own limit",
	},
	"takes a customer's limit for everybody's": {
		"coupon: uses stop at a customer's own limit",
	},
	"does not count what has no limit": {
		"coupon: without limits uses are only counted",
	},
	"takes no uses back": {
		"coupon: uses that are given back are free again",
		"coupon: the uses of one customer are listed by code",
	},
	"counts a batch's uses of a coupon once": {
		"coupon: the uses of one batch add up",
	},
	"makes up uses of unknown coupons": {
		"coupon: uses of an unknown code are none",
	},
	"answers an empty order for an unknown reference": {
		"order: one that does not exist is not found",
	},
	"finds an order by external reference in any channel": {
		"order: it is found by each of its references",
	},
	"takes the first of several references": {
		"order: exactly one reference is asked for",
	},
	"leaves the addresses of a changed order out": {
		"order: it comes with its addresses",
	},
	"sorts adjustments by time": {
		"order: lines, adjustments and returns keep their order as they grow",
	},
	"lists orders of one moment in any order": {
		"order: a listing is in order of time and id",
	},
	"loses an order between pages": {
		"order: a listing of many pages has every order once",
	},
	"begins at the cursor": {
		"order: a listing continues behind a cursor",
		"order: guest orders are found by the email of an address in any case",
	},
	"ignores a listing's limit": {
		"order: a listing ends at its limit",
	},
	"ignores the statuses but the first": {
		"order: a listing keeps to each filter",
	},
	"ignores a listing's channel": {
		"order: a listing keeps to each filter",
	},
	"ignores a listing's customer": {
		"order: a listing keeps to each filter",
		"order: guest orders are found by the email of an address in any case",
	},
	"lists expiries up to and including the time": {
		"order: a listing keeps to each filter",
	},
	"lists returns due up to and including the time": {
		"order: a listing keeps to each filter",
	},
	"ignores the company that orders are for": {
		"order: a listing keeps to each filter",
	},
	"ignores a return's tracking number": {
		"order: a listing keeps to each filter",
	},
	"ignores whether anything is claimed": {
		"order: a listing keeps to each filter",
	},
	"ignores whether anything is backordered": {
		"order: a listing keeps to each filter",
	},
	"lists up to and including the end of the period": {
		"order: a listing keeps to each filter",
	},
	"lists from behind the beginning of the period": {
		"order: a listing of many pages has every order once",
		"order: a listing keeps to each filter",
	},
	"ignores the hold that is asked for": {
		"order: a listing keeps to each filter",
	},
	"ignores when holds end": {
		"order: a listing keeps to each filter",
	},
	"lists holds that end up to and including the time": {
		"order: a listing keeps to each filter",
	},
	"lists orders without their holds": {
		"order: a listing gives whole orders",
	},
	"lists orders without their returns": {
		"order: a listing gives whole orders",
	},
	"locks writers out of a listing": {
		"order: a listing lets writers on",
	},
	"gives notes in order of recording": {
		"order: notes come oldest first",
	},
	"gives no notes of an unknown order": {
		"order: one that does not exist is not found",
		"tenant: no reader sees another tenant's books",
	},
	"gives items as asked for": {
		"inventory: items come in order of SKU, unregistered ones not at all",
	},
	"makes up items that are not registered": {
		"inventory: items come in order of SKU, unregistered ones not at all",
	},
	"gives levels in order of location": {
		"inventory: levels come in order of SKU and location",
		"report: a level is a row with its item's title and what is available",
	},
	"gives locations in order of code": {
		"inventory: locations come in order of priority and code",
	},
	"gives movements in order of business time": {
		"inventory: movements come in order of recording",
		"inventory: movements keep to each filter",
		"snapshot: each stream comes in its order",
	},
	"gives a batch's movements in order of id": {
		"inventory: movements come in order of recording",
	},
	"gives movements up to and including the end": {
		"inventory: movements keep to each filter",
	},
	"ignores the location of movements": {
		"inventory: movements keep to each filter",
	},
	"ignores the order of movements": {
		"inventory: movements keep to each filter",
	},
	"gives the newest reservations first": {
		"inventory: reservations come oldest first",
		"inventory: reservations keep to each filter",
		"inventory: only pending reservations are found",
	},
	"takes a reservation for expired a moment late": {
		"inventory: reservations keep to each filter",
	},
	"ignores the kind of reservations": {
		"inventory: reservations keep to each filter",
	},
	"ignores the SKUs of an owner's reservations": {
		"inventory: reservations keep to each filter",
	},
	"finds closed reservations too": {
		"reservation: one may be made and closed in one batch",
		"inventory: only pending reservations are found",
	},
	"finds reservations by their first expiry": {
		"inventory: only pending reservations are found",
	},
	"finds a tender by an empty reference": {
		"payment: a tender is found by its operations and their references",
	},
	"finds no tender without an error": {
		"commit: a refused batch writes nothing",
		"payment: a tender that does not exist is not found",
		"tenant: no reader sees another tenant's books",
	},
	"gives the tenders of an order in order of id": {
		"payment: an order's tenders come oldest first",
	},
	"finds a tender by its first operation only": {
		"payment: a tender is found by its operations and their references",
	},
	"sorts operations by time": {
		"payment: operations and reports keep their order as they grow",
	},
	"gives due tenders in order of id": {
		"payment: due tenders come the longest due first",
	},
	"takes a tender for due a moment late": {
		"payment: due tenders come the longest due first",
	},
	"gives the newest parked reports first": {
		"payment: parked reports come oldest first until they are matched",
	},
	"leaves matched reports parked": {
		"payment: parked reports come oldest first until they are matched",
	},
	"forgets a secret with the next change": {
		"payment: what is secret is replaced when set, and in no event",
	},
	"tells a secret in the history": {
		"payment: what is secret is replaced when set, and in no event",
		"tenant: the same ids, keys and names may be in each",
		"ownership: a batch may be changed once it is committed",
		"ownership: what is read may be changed",
		"ownership: what a listing yields may be changed",
	},
	"finds no fulfilment order without an error": {
		"commit: a refused batch writes nothing",
		"fulfillment: one that does not exist is not found",
		"tenant: no reader sees another tenant's books",
	},
	"gives the newest fulfilment orders first": {
		"fulfillment: those of an order come oldest first",
	},
	"finds a tracking number at any carrier": {
		"fulfillment: one is found by carrier and tracking number",
	},
	"sorts shipments by tracking number": {
		"fulfillment: shipments, parcels and scans keep their order as they grow",
	},
	"gives due labels in order of id": {
		"fulfillment: due labels come the longest due first",
	},
	"finds no customer without an error": {
		"customer: one who does not exist is not found",
	},
	"compares emails by case": {
		"customer: one is found by email in any case, or by external reference",
	},
	"compares customers' references without case": {
		"customer: one is found by email in any case, or by external reference",
	},
	"takes any of email and reference": {
		"customer: exactly one of email and reference is asked for",
		"customer: no error repeats an email or a reference",
	},
	"gives a history in order of text": {
		"event: an aggregate's history comes by version",
	},
	"finds a history by id alone": {
		"event: an unknown id has no history",
	},
	"gives payloads of an item as a value": {
		"event: payloads have the type of their aggregate",
		"event: the stream has every event in order of commit",
		"snapshot: it has the whole of the books",
	},
	"gives the stream in order of aggregate": {
		"event: the stream has every event in order of commit",
		"snapshot: it has the whole of the books",
	},
	"gives positions that stand still": {
		"event: the stream has every event in order of commit",
		"snapshot: it has the whole of the books",
	},
	"gives events without their time": {
		"event: the stream has every event in order of commit",
		"snapshot: it has the whole of the books",
	},
	"loses the position of the stream": {
		"event: the stream continues behind a position",
		"event: the stream ends at its limit",
		"event: a reader of the stream misses nothing while others write",
	},
	"ignores the limit of the stream": {
		"event: the stream ends at its limit",
		"event: the stream lets writers on",
	},
	"ends the stream after a page": {
		"event: the stream ends at its limit",
	},
	"locks writers out of the stream": {
		"event: the stream lets writers on",
	},
	"shows the newest event while an older one is on its way": {
		"event: a reader of the stream misses nothing while others write",
	},
	"forgets the key": {
		"commit: a refused batch writes nothing",
		"commit: of several faults the first in the order of checks is answered",
		"key: a repeated command gets the first result and has no second effect",
		"key: it answers to no other command",
		"key: it answers to no other body",
		"key: keys recorded before a time can be forgotten",
		"tenant: the same ids, keys and names may be in each",
		"snapshot: it has the whole of the books",
		"snapshot: each stream comes in its order",
		"ownership: a batch may be changed once it is committed",
		"ownership: what is read may be changed",
		"ownership: what a listing yields may be changed",
		"concurrency: of the same command many times one has its effect",
		"tenant: with all ids equal every reader and stream gives each its own",
	},
	"answers a repetition with its own result": {
		"key: a repeated command gets the first result and has no second effect",
		"concurrency: of the same command many times one has its effect",
	},
	"answers a repetition with success": {
		"commit: a refused batch writes nothing",
		"commit: of several faults the first in the order of checks is answered",
		"key: a repeated command gets the first result and has no second effect",
		"key: keys recorded before a time can be forgotten",
		"ownership: what is read may be changed",
		"concurrency: of the same command many times one has its effect",
	},
	"answers to another command": {
		"key: it answers to no other command",
	},
	"answers to another body": {
		"key: it answers to no other body",
	},
	"records batches without a key": {
		"key: a batch without one is not recorded",
	},
	"uses up the key of a refused batch": {
		"key: a refused batch leaves its key free",
		"tenant: those with data are listed in order",
	},
	"finds unknown keys empty": {
		"key: an unknown one is not found",
	},
	"forgets no keys": {
		"key: keys recorded before a time can be forgotten",
	},
	"forgets keys of that very time": {
		"key: keys recorded before a time can be forgotten",
	},
	"knows no free lease": {
		"lease: one that nobody held has only its name",
	},
	"lists leases backwards": {
		"lease: those whose names begin alike are listed by name",
	},
	"lists leases without case": {
		"lease: those whose names begin alike are listed by name",
	},
	"lists leases by a pattern": {
		"lease: those whose names begin alike are listed by name",
	},
	"lists a lease that only begins like the prefix's first letters": {
		"lease: those whose names begin alike are listed by name",
	},
	"lists another tenant's leases": {
		"lease: those whose names begin alike are listed by name",
		"tenant: with all ids equal every reader and stream gives each its own",
	},
	"lists leases after the context has ended": {
		"context: one that has ended reads nothing",
	},
	"gives a lease to everyone": {
		"commit: a refused batch writes nothing",
		"lease: a claim on a version that has gone is a conflict",
		"lease: an expired one is still claimed by version",
		"concurrency: of many claims on a lease one wins",
	},
	"gives an expired lease to everyone": {
		"lease: an expired one is still claimed by version",
	},
	"numbers from 0": {
		"number: a series starts at 1 and is taken in runs",
		"number: tenants have series of their own",
		"context: one that has ended takes no numbers",
		"concurrency: numbers are taken once",
	},
	"numbers all series together": {
		"number: a series starts at 1 and is taken in runs",
	},
	"has one tenant for all": {
		"lease: those whose names begin alike are listed by name",
		"number: tenants have series of their own",
		"tenant: the same ids, keys and names may be in each",
		"tenant: no reader sees another tenant's books",
		"tenant: no condition looks at another tenant",
		"tenant: the store it came from stays bound to its own",
		"tenant: those with data are listed in order",
		"tenant: an id has up to 64 bytes",
		"concurrency: tenants write side by side",
		"tenant: with all ids equal every reader and stream gives each its own",
	},
	"takes tenants for the same without case": {
		"tenant: the same ids, keys and names may be in each",
	},
	"numbers all tenants together": {
		"number: tenants have series of their own",
	},
	"reads another tenant's leases": {
		"tenant: no reader sees another tenant's books",
	},
	"compares carts of all tenants": {
		"tenant: no condition looks at another tenant",
	},
	"binds the store that is asked for another tenant": {
		"tenant: the same ids, keys and names may be in each",
		"tenant: the store it came from stays bound to its own",
	},
	"lists tenants backwards": {
		"tenant: those with data are listed in order",
		"concurrency: tenants write side by side",
	},
	"lists tenants that were only asked for": {
		"tenant: those with data are listed in order",
	},
	"cuts tenant ids": {
		"tenant: an id has up to 64 bytes",
	},
	"leaves a lease out of a snapshot": {
		"snapshot: it has the whole of the books",
	},
	"leaves an order out of a snapshot": {
		"snapshot: it has the whole of the books",
		"snapshot: the function's error is returned",
	},
	"leaves a key's result out of a snapshot": {
		"snapshot: it has the whole of the books",
	},
	"gives orders backwards in a snapshot": {
		"snapshot: it has the whole of the books",
		"snapshot: each stream comes in its order",
	},
	"gives tenders by id whatever is asked for": {
		"snapshot: each stream comes in its order",
	},
	"gives movements in order of recording in a snapshot": {
		"snapshot: each stream comes in its order",
	},
	"miscounts positions in a snapshot": {
		"tenant: no reader sees another tenant's books",
		"snapshot: it has the whole of the books",
		"snapshot: empty books are empty",
	},
	"has a position without events": {
		"tenant: no reader sees another tenant's books",
		"snapshot: empty books are empty",
	},
	"reads a snapshot live": {
		"snapshot: it is as of one moment while writers go on",
	},
	"locks writers out of a snapshot": {
		"snapshot: it is as of one moment while writers go on",
	},
	"keeps the error of a snapshot's function to itself": {
		"snapshot: the function's error is returned",
	},
	"leaves the tax inside credits out of the facts": {
		"fact: the facts are those of the orders",
		"fact: facts come in order of time within the period",
		"fact: those of one order and one moment follow each other",
		"fact: what is placed may have times of its own, or none",
		"fact: what comes later names the item of its line",
		"fact: facts follow their order to another customer, channel, country and time",
		"query: every query is answered as from the aggregates themselves",
	},
	"gives facts backwards": {
		"fact: facts come in order of time within the period",
		"fact: what is placed may have times of its own, or none",
		"query: every query is answered as from the aggregates themselves",
	},
	"gives facts up to and including the end": {
		"fact: facts come in order of time within the period",
		"fact: facts follow their order to another customer, channel, country and time",
	},
	"costs a unit what the last receipt did": {
		"report: a unit costs the mean of the receipts that had a cost",
	},
	"gives levels by location": {
		"report: a level is a row with its item's title and what is available",
	},
	"promises safety stock": {
		"report: a level is a row with its item's title and what is available",
	},
	"gives operations backwards": {
		"report: operations come in order of time within the period",
	},
	"gives operations up to and including the end": {
		"report: operations come in order of time within the period",
	},
	"settles whatever was asked for": {
		"report: an operation is a row in whatever state it is",
		"report: operations come in order of time within the period",
		"query: every query is answered as from the aggregates themselves",
	},
	"leaves declined operations out": {
		"report: an operation is a row in whatever state it is",
		"report: operations come in order of time within the period",
	},
	"takes all guests for one customer": {
		"report: a customer's first order is the first with goods, when asked for",
	},
	"looks for first orders among those that may owe": {
		"report: a customer's first order is the first with goods, when asked for",
	},
	"looks for first orders in the period": {
		"report: a customer's first order is the first with goods, when asked for",
		"query: every query is answered as from the aggregates themselves",
	},
	"takes a booking for a customer's first order": {
		"report: a customer's first order is the first with goods, when asked for",
	},
	"counts what was refunded as paid": {
		"report: what was paid for an order is asked for",
	},
	"tells what was paid unasked": {
		"report: an order is a row that says what its order says",
		"report: orders come in order of placing within the period",
		"report: orders that may owe are those whose status says so",
		"report: what was paid for an order is asked for",
		"report: a customer's first order is the first with goods, when asked for",
	},
	"lets voided orders owe nothing": {
		"report: orders that may owe are those whose status says so",
	},
	"gives rows of orders backwards": {
		"report: orders come in order of placing within the period",
		"query: every query is answered as from the aggregates themselves",
	},
	"takes free goods for none": {
		"report: an order is a row that says what its order says",
		"report: a customer's first order is the first with goods, when asked for",
	},
	"gives orders up to and including the end": {
		"report: orders come in order of placing within the period",
		"report: a customer's first order is the first with goods, when asked for",
	},
	"forgets when orders were closed": {
		"report: an order is a row that says what its order says",
	},
	"reads payments live": {
		"fact: a walk is as of the moment it begins",
	},
	"reads facts live": {
		"fact: a walk is as of the moment it begins",
	},
	"takes no amount for a zero one": {
		"fact: what is placed may have times of its own, or none",
	},
	"charges everything but credits at placing": {
		"fact: the facts are those of the orders",
		"fact: facts come in order of time within the period",
		"fact: what is placed may have times of its own, or none",
	},
	"keeps the country that an order was placed with": {
		"fact: facts follow their order to another customer, channel, country and time",
		"tenant: with all ids equal every reader and stream gives each its own",
	},
	"forgets the items of what comes later": {
		"fact: the facts are those of the orders",
		"fact: facts come in order of time within the period",
		"fact: what is placed may have times of its own, or none",
		"fact: what comes later names the item of its line",
		"fact: facts follow their order to another customer, channel, country and time",
		"query: every query is answered as from the aggregates themselves",
	},
	"keeps the customer that an order was placed with": {
		"fact: facts follow their order to another customer, channel, country and time",
	},
	"mixes the facts of one moment": {
		"fact: those of one order and one moment follow each other",
	},
	"gives facts backwards in a snapshot": {
		"snapshot: each stream comes in its order",
	},
	"leaves a fact out of a snapshot": {
		"snapshot: it has the whole of the books",
	},
	"commits after the context has ended": {
		"context: one that has ended before a commit writes nothing",
	},
	"commits and then looks at the context": {
		"context: one that has ended before a commit writes nothing",
	},
	"takes numbers after the context has ended": {
		"context: one that has ended takes no numbers",
	},
	"reads a lease after the context has ended": {
		"context: one that has ended reads nothing",
	},
	"streams after the context has ended": {
		"context: one that has ended reads nothing",
	},
	"sorts the movements of the batch it is given": {
		"ownership: a batch is not changed",
	},
	"keeps the orders of the batch it is given": {
		"ownership: a batch may be changed once it is committed",
		"ownership: what is read may be changed",
		"tenant: with all ids equal every reader and stream gives each its own",
	},
	"gives everyone the same order": {
		"ownership: what is read may be changed",
	},
	"lists what it keeps": {
		"ownership: what is read may be changed",
		"ownership: what a listing yields may be changed",
	},
	"gives everyone the same scans in a snapshot": {
		"ownership: what a snapshot yields may be changed",
	},
	"promises stock by an earlier look": {
		"concurrency: many buyers get exactly what is there",
		"concurrency: released units sell again while others buy",
	},
	"loses movements that meet": {
		"concurrency: released units sell again while others buy",
	},
	"checks a key by an earlier look": {
		"concurrency: of the same command many times one has its effect",
	},
	"checks a version by an earlier look": {
		"concurrency: of many changes on one version one gets through",
	},
	"checks a lease by an earlier look": {
		"concurrency: of many claims on a lease one wins",
	},
	"checks a cart by an earlier look": {
		"concurrency: a cart is placed once by many",
	},
	"checks an email by an earlier look": {
		"concurrency: an email is given to one of many",
	},
	"checks a coupon by an earlier look": {
		"concurrency: a coupon is used no more often than its limit",
	},
	"takes numbers by an earlier look": {
		"concurrency: numbers are taken once",
	},
	"writes a batch in two steps": {
		"concurrency: a reader sees all of a batch or nothing",
	},
	"mixes tenants that write together": {
		"concurrency: tenants write side by side",
	},
	"answers two who meet on a version with a wrong kind": {
		"concurrency: of many changes on one version one gets through",
	},
	"ignores versions of subscription": {
		"subscription: a change comes with its event and an event with its change",
		"version: a subscription's event must follow the stored one",
	},
	"writes a subscription without an event": {
		"subscription: a change comes with its event and an event with its change",
	},
	"finds a subscription that is none": {
		"commit: a refused batch writes nothing",
		"subscription: one that does not exist is not found",
		"subscription: a change comes with its event and an event with its change",
		"tenant: no reader sees another tenant's books",
	},
	"merges a subscription with what it was": {
		"subscription: a change replaces it whole",
	},
	"forgets the token of a subscription": {
		"tenant: the same ids, keys and names may be in each",
		"snapshot: it has the whole of the books",
		"ownership: a batch may be changed once it is committed",
		"ownership: what is read may be changed",
		"ownership: what a listing yields may be changed",
		"subscription: its token is in no event",
	},
	"puts the token of a subscription into its event": {
		"subscription: its token is in no event",
	},
	"ignores the cursor of a listing of subscriptions": {
		"subscription: a listing is in order of id and goes on behind a cursor",
		"subscription: those to be taken up come in order of time and id",
	},
	"ignores the limit of a listing of subscriptions": {
		"subscription: a listing is in order of id and goes on behind a cursor",
		"subscription: those to be taken up come in order of time and id",
	},
	"lists the subscriptions of all customers": {
		"subscription: a listing is in order of id and goes on behind a cursor",
		"subscription: those to be taken up come in order of time and id",
	},
	"lists subscriptions in all statuses": {
		"subscription: a listing is in order of id and goes on behind a cursor",
	},
	"lists due subscriptions by id": {
		"subscription: those to be taken up come in order of time and id",
	},
	"takes up subscriptions at the very time asked for": {
		"subscription: those to be taken up come in order of time and id",
	},
	"ignores versions of draft": {
		"draft: a change comes with its event and an event with its change",
		"version: a draft's event must follow the stored one",
	},
	"writes a draft without an event": {
		"draft: a change comes with its event and an event with its change",
	},
	"finds a draft that is none": {
		"commit: a refused batch writes nothing",
		"draft: one that does not exist is not found",
		"draft: a change comes with its event and an event with its change",
		"tenant: no reader sees another tenant's books",
	},
	"merges a draft with what it was": {
		"draft: a change replaces it whole",
	},
	"ignores the cursor of a listing of drafts": {
		"draft: a listing is in order of id and goes on behind a cursor",
		"draft: those that expire come in order of time and id",
	},
	"ignores the limit of a listing of drafts": {
		"draft: a listing is in order of id and goes on behind a cursor",
		"draft: those that expire come in order of time and id",
	},
	"lists the drafts of all customers": {
		"draft: a listing is in order of id and goes on behind a cursor",
		"draft: those that expire come in order of time and id",
	},
	"lists drafts in all statuses": {
		"draft: a listing is in order of id and goes on behind a cursor",
	},
	"lists drafts that expire by id": {
		"draft: those that expire come in order of time and id",
	},
	"expires drafts at the very time asked for": {
		"draft: those that expire come in order of time and id",
	},
	"ignores versions of customer": {
		"customer: a change comes with its event and an event with its change",
		"version: a customer's event must follow the stored one",
	},
	"writes a customer without an event": {
		"customer: a change comes with its event and an event with its change",
	},
	"takes an email for taken that was just given up": {
		"reference: what a customer gives up is free for those behind him in a batch",
	},
	"keeps removed addresses": {
		"customer: an address is saved once by its id until it is removed",
	},
	"saves a changed address beside the old one": {
		"customer: an address is saved once by its id until it is removed",
	},
	"rewrites a note": {
		"customer: of a note or consent that is there only the customer changes",
		"tenant: with all ids equal every reader and stream gives each its own",
	},
	"leaves a note with the customer who was merged": {
		"customer: of a note or consent that is there only the customer changes",
	},
	"withdraws a consent that was granted": {
		"customer: of a note or consent that is there only the customer changes",
	},
	"repeats an email in an error": {
		"customer: no error repeats an email or a reference",
	},
	"repeats a taken email": {
		"reference: a customer's email is unique",
		"reference: what a customer gives up is free for those behind him in a batch",
		"customer: no error repeats an email or a reference",
	},
	"gives addresses backwards": {
		"customer: an address is saved once by its id until it is removed",
		"customer: addresses, notes and consents come in their order",
	},
	"gives notes on customers by id": {
		"customer: addresses, notes and consents come in their order",
	},
	"gives consents by the time of deciding": {
		"customer: addresses, notes and consents come in their order",
	},
	"lists coupons that a customer gave back": {
		"coupon: the uses of one customer are listed by code",
	},
	"leaves a customer out of a snapshot": {
		"snapshot: it has the whole of the books",
		"snapshot: each stream comes in its order",
	},
	"gives customers backwards in a snapshot": {
		"snapshot: it has the whole of the books",
		"snapshot: each stream comes in its order",
	},
	"gives address books by id in a snapshot": {
		"snapshot: each stream comes in its order",
	},
	"ignores the direction of a listing of customers": {
		"customer: a listing is in order of creation and goes on behind a cursor",
	},
	"ignores the limit of a listing of customers": {
		"customer: a listing is in order of creation and goes on behind a cursor",
	},
	"ignores the cursor of a listing of customers": {
		"customer: a listing is in order of creation and goes on behind a cursor",
	},
	"ignores whose companies are asked for": {
		"customer: companies are found by their members",
	},
	"lists customers who were merged": {
		"customer: one who was merged is listed when asked for",
	},
	"never lists customers who were merged": {
		"customer: one who was merged is listed when asked for",
		"tenant: with all ids equal every reader and stream gives each its own",
	},
	"lists customers by id": {
		"customer: a listing is in order of creation and goes on behind a cursor",
	},
	"lists customers without their names": {
		"customer: a listing is in order of creation and goes on behind a cursor",
	},
	"compares guests' emails by case": {
		"order: guest orders are found by the email of an address in any case",
	},
	"ignores a listing's guest": {
		"order: guest orders are found by the email of an address in any case",
	},
	"takes orders with a customer for a guest's": {
		"order: guest orders are found by the email of an address in any case",
	},
	"knows guests by where their orders are shipped alone": {
		"order: guest orders are found by the email of an address in any case",
	},
}
