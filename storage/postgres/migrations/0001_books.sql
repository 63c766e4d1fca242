-- The books, version 1.
--
-- The tenant is the first column of every key, no statement of the library reads or
-- writes two of them, and nothing is unique across them: one schema serves a single
-- server and engines that place rows by tenant. There are no triggers, no sequences
-- and no foreign keys: the library writes an aggregate whole, and Verify checks it.
--
-- Encodings: times are microseconds since 1970 UTC; quantities are millionths;
-- amounts are minor units of the currency in the row or of the order or tender it
-- belongs to; unit prices and unit costs have six decimals more than that. An amount
-- is NULL when it has no currency. Booleans are 0 and 1. No column holds a
-- floating-point number. Texts that are compared or sorted are so by their bytes.
--
-- Places in the order of recording, the columns position and seq, are
-- (transaction id + oms_base.base) * 1048576 + n: a reader that stops at the oldest
-- transaction in progress misses nothing that commits late. See ARCHITECTURE.md.

-- One row: what is added to this server's transaction ids. Migrate raises it where
-- the books come from another server, whose ids were higher.
CREATE TABLE oms_base (
	one  bigint NOT NULL PRIMARY KEY CHECK (one = 1),
	base bigint NOT NULL
);
INSERT INTO oms_base (one, base) VALUES (1, 0);

-- The tenants that have ever written anything.
CREATE TABLE oms_tenants (
	tenant text COLLATE "C" NOT NULL PRIMARY KEY
);

-- Used idempotency keys and what their commands answered.
CREATE TABLE oms_keys (
	tenant  text COLLATE "C" NOT NULL,
	key     text COLLATE "C" NOT NULL,
	command text COLLATE "C" NOT NULL,
	body    bytea NOT NULL,
	result  bytea,
	at      bigint NOT NULL,
	PRIMARY KEY (tenant, key)
);

-- Number series: the last number taken.
CREATE TABLE oms_numbers (
	tenant text COLLATE "C" NOT NULL,
	series text COLLATE "C" NOT NULL,
	last   bigint NOT NULL,
	PRIMARY KEY (tenant, series)
);

CREATE TABLE oms_leases (
	tenant   text COLLATE "C" NOT NULL,
	name     text COLLATE "C" NOT NULL,
	version  bigint NOT NULL,
	owner    text COLLATE "C",
	until    bigint,
	position bigint NOT NULL,
	attempts bigint NOT NULL,
	problem  text COLLATE "C",
	next_at  bigint,
	PRIMARY KEY (tenant, name)
);

-- The stream of events: history and outbox. Rows are only ever appended. Ids grow
-- with time, so ranges of aggregate_id can be partitions that keep histories whole.
CREATE TABLE oms_events (
	tenant       text COLLATE "C" NOT NULL,
	aggregate    text COLLATE "C" NOT NULL,
	aggregate_id uuid NOT NULL,
	version      bigint NOT NULL,
	position     bigint NOT NULL,
	actor_kind   text COLLATE "C" NOT NULL,
	actor_id     text COLLATE "C" NOT NULL,
	cause        text COLLATE "C" NOT NULL,
	at           bigint NOT NULL,
	recorded_at  bigint NOT NULL,
	type         text COLLATE "C" NOT NULL,
	schema       bigint NOT NULL,
	payload      text COLLATE "C",
	PRIMARY KEY (tenant, aggregate, aggregate_id, version)
);

CREATE INDEX oms_events_stream ON oms_events (tenant, position);

CREATE TABLE oms_orders (
	tenant             text COLLATE "C" NOT NULL,
	id                 uuid NOT NULL,
	number             text COLLATE "C" NOT NULL,
	channel            text COLLATE "C" NOT NULL,
	external_ref       text COLLATE "C",
	cart_id            text COLLATE "C",
	customer_id        uuid,
	placed_at          bigint NOT NULL,
	currency           text COLLATE "C" NOT NULL,
	version            bigint NOT NULL,
	origin             text COLLATE "C" NOT NULL,
	ship_to_id         uuid,
	bill_to_id         uuid,
	workflow           text COLLATE "C" NOT NULL,
	workflow_version   bigint NOT NULL,
	status             text COLLATE "C" NOT NULL,
	payment_status     text COLLATE "C" NOT NULL,
	fulfillment_status text COLLATE "C" NOT NULL,
	return_status      text COLLATE "C" NOT NULL,
	tax_included       bigint NOT NULL,
	tax_level          text COLLATE "C",
	rounding           bigint NOT NULL,
	goods              bigint,
	discount           bigint,
	shipping_charge    bigint,
	fees               bigint,
	tax                bigint,
	included_tax       bigint,
	total              bigint,
	credited           bigint,
	shipping           text COLLATE "C",
	expires_at         bigint,
	promised_at        bigint,
	closed_at          bigint,
	close_reason       text COLLATE "C",
	country            text COLLATE "C",
	metadata           text COLLATE "C",
	original_id        uuid,
	PRIMARY KEY (tenant, id)
);

CREATE UNIQUE INDEX oms_orders_number ON oms_orders (tenant, number);
CREATE UNIQUE INDEX oms_orders_external_ref ON oms_orders (tenant, channel, external_ref) WHERE external_ref IS NOT NULL;
CREATE UNIQUE INDEX oms_orders_cart ON oms_orders (tenant, cart_id) WHERE cart_id IS NOT NULL;
CREATE INDEX oms_orders_placed ON oms_orders (tenant, placed_at, id);
CREATE INDEX oms_orders_status ON oms_orders (tenant, status, placed_at, id);
CREATE INDEX oms_orders_customer ON oms_orders (tenant, customer_id, placed_at, id) WHERE customer_id IS NOT NULL;
CREATE INDEX oms_orders_expires ON oms_orders (tenant, expires_at) WHERE expires_at IS NOT NULL;

-- Lines; n is their place in the order.
CREATE TABLE oms_lines (
	tenant            text COLLATE "C" NOT NULL,
	order_id          uuid NOT NULL,
	id                uuid NOT NULL,
	n                 bigint NOT NULL,
	position          bigint NOT NULL,
	sku               text COLLATE "C" NOT NULL,
	title             text COLLATE "C",
	quantity          bigint NOT NULL,
	unit_price        bigint,
	tax_category      text COLLATE "C",
	subtotal          bigint,
	discount          bigint,
	tax               bigint,
	total             bigint,
	unsourced         bigint NOT NULL,
	backordered       bigint NOT NULL,
	preordered        bigint NOT NULL,
	allocated         bigint NOT NULL,
	released          bigint NOT NULL,
	shipped           bigint NOT NULL,
	canceled          bigint NOT NULL,
	delivered         bigint NOT NULL,
	return_requested  bigint NOT NULL,
	return_in_transit bigint NOT NULL,
	return_received   bigint NOT NULL,
	return_damaged    bigint NOT NULL,
	return_dismissed  bigint NOT NULL,
	written_off       bigint NOT NULL,
	credited          bigint,
	PRIMARY KEY (tenant, order_id, id),
	CONSTRAINT oms_lines_partition CHECK (
		unsourced >= 0 AND backordered >= 0 AND preordered >= 0 AND allocated >= 0
		AND released >= 0 AND shipped >= 0 AND canceled >= 0 AND delivered >= 0)
);

CREATE INDEX oms_lines_backordered ON oms_lines (tenant, order_id) WHERE backordered <> 0;

-- Charges and credits beside the goods. Rows are only ever appended.
CREATE TABLE oms_adjustments (
	tenant       text COLLATE "C" NOT NULL,
	order_id     uuid NOT NULL,
	id           uuid NOT NULL,
	n            bigint NOT NULL,
	scope        text COLLATE "C" NOT NULL,
	line_id      uuid,
	kind         text COLLATE "C" NOT NULL,
	code         text COLLATE "C",
	label        text COLLATE "C",
	amount       bigint,
	tax_part     bigint,
	included     bigint NOT NULL,
	rate_ppm     bigint NOT NULL,
	jurisdiction text COLLATE "C",
	quantity     bigint NOT NULL,
	source       uuid,
	at           bigint,
	PRIMARY KEY (tenant, order_id, n)
);

-- Returns; lines and details are JSON, details with everything that has no column, NULL
-- for nothing. due_at is order.Return.DueAt, tracking the number on its label.
CREATE TABLE oms_returns (
	tenant       text COLLATE "C" NOT NULL,
	order_id     uuid NOT NULL,
	id           uuid NOT NULL,
	n            bigint NOT NULL,
	status       text COLLATE "C" NOT NULL,
	reason       text COLLATE "C",
	requested_at bigint NOT NULL,
	received_at  bigint,
	location     text COLLATE "C",
	lines        text COLLATE "C" NOT NULL,
	details      text COLLATE "C",
	due_at       bigint,
	tracking     text COLLATE "C",
	PRIMARY KEY (tenant, order_id, id)
);

CREATE INDEX oms_returns_due ON oms_returns (tenant, due_at, order_id) WHERE due_at IS NOT NULL;
CREATE INDEX oms_returns_tracking ON oms_returns (tenant, tracking, order_id) WHERE tracking IS NOT NULL;

-- Changes of orders that are placed; body is JSON.
CREATE TABLE oms_changes (
	tenant   text COLLATE "C" NOT NULL,
	order_id uuid NOT NULL,
	id       uuid NOT NULL,
	n        bigint NOT NULL,
	body     text COLLATE "C" NOT NULL,
	PRIMARY KEY (tenant, order_id, id)
);

-- Holds; approvals is JSON.
CREATE TABLE oms_holds (
	tenant      text COLLATE "C" NOT NULL,
	order_id    uuid NOT NULL,
	id          uuid NOT NULL,
	n           bigint NOT NULL,
	type        text COLLATE "C" NOT NULL,
	scope       text COLLATE "C" NOT NULL,
	target      uuid,
	status      text COLLATE "C" NOT NULL,
	reason      text COLLATE "C",
	opened_by   text COLLATE "C" NOT NULL,
	opened_at   bigint NOT NULL,
	expires_at  bigint,
	approvals   text COLLATE "C",
	resolved_by text COLLATE "C",
	resolved_at bigint,
	resolution  text COLLATE "C",
	PRIMARY KEY (tenant, order_id, id)
);

CREATE INDEX oms_holds_open ON oms_holds (tenant, type, order_id) WHERE status = 'open';
CREATE INDEX oms_holds_due ON oms_holds (tenant, expires_at, order_id) WHERE status = 'open' AND expires_at IS NOT NULL;

-- Personal data: who and where to. email_key is the email in the form it is compared in.
CREATE TABLE oms_addresses (
	tenant      text COLLATE "C" NOT NULL,
	id          uuid NOT NULL,
	name        text COLLATE "C",
	company     text COLLATE "C",
	line1       text COLLATE "C",
	line2       text COLLATE "C",
	city        text COLLATE "C",
	region      text COLLATE "C",
	postal_code text COLLATE "C",
	country     text COLLATE "C",
	phone       text COLLATE "C",
	email       text COLLATE "C",
	order_id    uuid,
	email_key   text COLLATE "C",
	PRIMARY KEY (tenant, id)
);

CREATE INDEX oms_addresses_email ON oms_addresses (tenant, email_key, order_id) WHERE email_key IS NOT NULL;

CREATE TABLE oms_notes (
	tenant   text COLLATE "C" NOT NULL,
	order_id uuid NOT NULL,
	id       uuid NOT NULL,
	author   text COLLATE "C" NOT NULL,
	text     text COLLATE "C" NOT NULL,
	internal bigint NOT NULL,
	at       bigint NOT NULL,
	PRIMARY KEY (tenant, order_id, id)
);

-- Uses of coupons. The counter over all customers has a customer id of one byte.
CREATE TABLE oms_coupons (
	tenant      text COLLATE "C" NOT NULL,
	code        text COLLATE "C" NOT NULL,
	customer_id bytea NOT NULL,
	uses        bigint NOT NULL,
	PRIMARY KEY (tenant, code, customer_id)
);

-- The coupons of one customer; the counters over all customers are not in it.
CREATE INDEX oms_coupons_customer ON oms_coupons (tenant, customer_id) WHERE length(customer_id) = 16;

-- Customers; email_key is the email in lower case.
CREATE TABLE oms_customers (
	tenant       text COLLATE "C" NOT NULL,
	id           uuid NOT NULL,
	external_ref text COLLATE "C",
	email_key    text COLLATE "C",
	email        text COLLATE "C",
	name         text COLLATE "C",
	phone        text COLLATE "C",
	country      text COLLATE "C",
	created_at   bigint NOT NULL,
	version      bigint NOT NULL,
	merged_into  uuid,
	updated_at   bigint NOT NULL,
	credit       text COLLATE "C",
	PRIMARY KEY (tenant, id)
);

CREATE INDEX oms_customers_created ON oms_customers (tenant, created_at, id);

CREATE UNIQUE INDEX oms_customers_email ON oms_customers (tenant, email_key) WHERE email_key IS NOT NULL;
CREATE UNIQUE INDEX oms_customers_external_ref ON oms_customers (tenant, external_ref) WHERE external_ref IS NOT NULL;

-- The address books of customers. Personal data.
CREATE TABLE oms_customer_addresses (
	tenant           text COLLATE "C" NOT NULL,
	id               uuid NOT NULL,
	customer_id      uuid NOT NULL,
	label            text COLLATE "C",
	name             text COLLATE "C",
	company          text COLLATE "C",
	line1            text COLLATE "C",
	line2            text COLLATE "C",
	city             text COLLATE "C",
	region           text COLLATE "C",
	postal_code      text COLLATE "C",
	country          text COLLATE "C",
	phone            text COLLATE "C",
	default_shipping bigint NOT NULL,
	default_billing  bigint NOT NULL,
	PRIMARY KEY (tenant, id)
);

CREATE INDEX oms_customer_addresses_customer ON oms_customer_addresses (tenant, customer_id, id);

-- Remarks of the staff on customers. Personal data.
CREATE TABLE oms_customer_notes (
	tenant      text COLLATE "C" NOT NULL,
	id          uuid NOT NULL,
	customer_id uuid NOT NULL,
	author      text COLLATE "C" NOT NULL,
	text        text COLLATE "C" NOT NULL,
	at          bigint NOT NULL,
	PRIMARY KEY (tenant, id)
);

CREATE INDEX oms_customer_notes_customer ON oms_customer_notes (tenant, customer_id, at, id);

-- What customers agreed to. Rows are only ever appended; one moves to another
-- customer when two are merged.
CREATE TABLE oms_consents (
	tenant      text COLLATE "C" NOT NULL,
	id          uuid NOT NULL,
	customer_id uuid NOT NULL,
	purpose     text COLLATE "C" NOT NULL,
	channel     text COLLATE "C" NOT NULL,
	status      text COLLATE "C" NOT NULL,
	source      text COLLATE "C",
	proof       text COLLATE "C",
	at          bigint NOT NULL,
	recorded_at bigint NOT NULL,
	PRIMARY KEY (tenant, id)
);

CREATE INDEX oms_consents_customer ON oms_consents (tenant, customer_id, recorded_at, id);

CREATE TABLE oms_items (
	tenant    text COLLATE "C" NOT NULL,
	sku       text COLLATE "C" NOT NULL,
	id        uuid NOT NULL,
	version   bigint NOT NULL,
	title     text COLLATE "C",
	unit      text COLLATE "C",
	decimals  bigint NOT NULL,
	untracked bigint NOT NULL,
	PRIMARY KEY (tenant, sku)
);

CREATE UNIQUE INDEX oms_items_id ON oms_items (tenant, id);

CREATE TABLE oms_locations (
	tenant   text COLLATE "C" NOT NULL,
	code     text COLLATE "C" NOT NULL,
	name     text COLLATE "C",
	priority bigint NOT NULL,
	country  text COLLATE "C",
	closed   bigint NOT NULL,
	PRIMARY KEY (tenant, code)
);

-- Stock of an item at a location, in pages with room for new versions of the rows
-- that everybody buys. Available is
-- on_hand - unavailable - allocated - reserved - safety.
CREATE TABLE oms_levels (
	tenant          text COLLATE "C" NOT NULL,
	sku             text COLLATE "C" NOT NULL,
	location        text COLLATE "C" NOT NULL,
	on_hand         bigint NOT NULL DEFAULT 0,
	unavailable     bigint NOT NULL DEFAULT 0,
	allocated       bigint NOT NULL DEFAULT 0,
	reserved        bigint NOT NULL DEFAULT 0,
	safety          bigint NOT NULL DEFAULT 0,
	backordered     bigint NOT NULL DEFAULT 0,
	backorder_limit bigint NOT NULL DEFAULT 0,
	PRIMARY KEY (tenant, sku, location),
	CONSTRAINT oms_levels_range CHECK (
		unavailable >= 0 AND allocated >= 0 AND reserved >= 0 AND backordered >= 0
		AND on_hand BETWEEN -1000000000000000000 AND 1000000000000000000)
) WITH (fillfactor = 50);

-- Movements of stock: the history of the levels. Rows are only ever appended, so
-- ranges of seq can be partitions. The movements that one batch made for one order
-- follow each other: the first of them has their number as its run, and it alone is
-- in the index.
CREATE TABLE oms_moves (
	tenant      text COLLATE "C" NOT NULL,
	seq         bigint NOT NULL,
	run         bigint,
	order_id    uuid,
	cause       text COLLATE "C" NOT NULL,
	actor       text COLLATE "C" NOT NULL,
	at          bigint NOT NULL,
	recorded_at bigint NOT NULL,
	id          uuid NOT NULL,
	sku         text COLLATE "C" NOT NULL,
	location    text COLLATE "C" NOT NULL,
	kind        text COLLATE "C" NOT NULL,
	on_hand     bigint NOT NULL,
	unavailable bigint NOT NULL,
	allocated   bigint NOT NULL,
	reserved    bigint NOT NULL,
	backordered bigint NOT NULL,
	reason      text COLLATE "C",
	line_id     uuid,
	unit_cost   bigint,
	currency    text COLLATE "C",
	PRIMARY KEY (tenant, seq)
);

CREATE INDEX oms_moves_order ON oms_moves (tenant, order_id) WHERE run IS NOT NULL;

-- Receipts that had a cost, in order of time: all that their mean is made of.
CREATE INDEX oms_moves_cost ON oms_moves (tenant, sku, at, seq) INCLUDE (on_hand, unit_cost, currency)
	WHERE unit_cost IS NOT NULL AND kind = 'receive' AND on_hand > 0;

CREATE TABLE oms_reservations (
	tenant     text COLLATE "C" NOT NULL,
	owner      text COLLATE "C" NOT NULL,
	id         uuid NOT NULL,
	kind       text COLLATE "C" NOT NULL,
	status     text COLLATE "C" NOT NULL,
	created_at bigint NOT NULL,
	line_id    uuid,
	sku        text COLLATE "C" NOT NULL,
	location   text COLLATE "C" NOT NULL,
	quantity   bigint NOT NULL,
	expires_at bigint,
	PRIMARY KEY (tenant, owner, id)
);

CREATE INDEX oms_reservations_expiring ON oms_reservations (tenant, expires_at)
	WHERE status = 'pending' AND expires_at IS NOT NULL;
CREATE INDEX oms_reservations_sku ON oms_reservations (tenant, sku)
	WHERE status = 'pending' AND kind <> 'order';

CREATE TABLE oms_tenders (
	tenant           text COLLATE "C" NOT NULL,
	id               uuid NOT NULL,
	order_id         uuid NOT NULL,
	version          bigint NOT NULL,
	gateway          text COLLATE "C" NOT NULL,
	method           text COLLATE "C",
	currency         text COLLATE "C",
	amount           bigint,
	authorized       bigint,
	captured         bigint,
	refunded         bigint,
	paid_out         bigint,
	voided           bigint,
	authorizing_now  bigint,
	capturing_now    bigint,
	refunding_now    bigint,
	voiding_now      bigint,
	authorized_until bigint,
	created_at       bigint NOT NULL,
	PRIMARY KEY (tenant, id)
);

CREATE INDEX oms_tenders_order ON oms_tenders (tenant, order_id, id);

-- Operations on tenders; n is their place in the tender.
CREATE TABLE oms_operations (
	tenant               text COLLATE "C" NOT NULL,
	tender_id            uuid NOT NULL,
	id                   uuid NOT NULL,
	n                    bigint NOT NULL,
	gateway              text COLLATE "C" NOT NULL,
	kind                 text COLLATE "C" NOT NULL,
	amount               bigint,
	state                text COLLATE "C" NOT NULL,
	settled              bigint,
	on_id                uuid,
	ref                  text COLLATE "C",
	decline_code         text COLLATE "C",
	decline_retry        text COLLATE "C",
	decline_gateway_code text COLLATE "C",
	decline_message      text COLLATE "C",
	attempts             bigint NOT NULL,
	next_at              bigint,
	created_at           bigint NOT NULL,
	sent_at              bigint,
	settled_at           bigint,
	PRIMARY KEY (tenant, tender_id, n)
);

CREATE UNIQUE INDEX oms_operations_id ON oms_operations (tenant, id);
CREATE INDEX oms_operations_created ON oms_operations (tenant, created_at, tender_id, n);
CREATE INDEX oms_operations_ref ON oms_operations (tenant, gateway, ref) WHERE ref IS NOT NULL;
CREATE INDEX oms_operations_due ON oms_operations (tenant, next_at) WHERE next_at IS NOT NULL;

-- What gateways told; n is the place in the tender. Reports whose operation is
-- not known yet are those of the tender id of zeros.
CREATE TABLE oms_reports (
	tenant               text COLLATE "C" NOT NULL,
	tender_id            uuid NOT NULL,
	id                   uuid NOT NULL,
	n                    bigint NOT NULL,
	gateway              text COLLATE "C" NOT NULL,
	event_id             text COLLATE "C" NOT NULL,
	op_id                uuid,
	channel              text COLLATE "C" NOT NULL,
	state                text COLLATE "C" NOT NULL,
	ref                  text COLLATE "C",
	currency             text COLLATE "C",
	amount               bigint,
	decline_code         text COLLATE "C",
	decline_retry        text COLLATE "C",
	decline_gateway_code text COLLATE "C",
	decline_message      text COLLATE "C",
	authorized_until     bigint,
	method               text COLLATE "C",
	note                 text COLLATE "C",
	at                   bigint NOT NULL,
	received_at          bigint NOT NULL,
	PRIMARY KEY (tenant, tender_id, n)
);

CREATE UNIQUE INDEX oms_reports_event ON oms_reports (tenant, gateway, event_id);

-- What events must not carry of a tender: the payer's token, the gateway's state.
CREATE TABLE oms_secrets (
	tenant    text COLLATE "C" NOT NULL,
	tender_id uuid NOT NULL,
	source    text COLLATE "C",
	opaque    bytea,
	PRIMARY KEY (tenant, tender_id)
);

-- Fulfilment orders; lines is JSON.
CREATE TABLE oms_fulfillments (
	tenant     text COLLATE "C" NOT NULL,
	id         uuid NOT NULL,
	order_id   uuid NOT NULL,
	version    bigint NOT NULL,
	location   text COLLATE "C" NOT NULL,
	status     text COLLATE "C" NOT NULL,
	lines      text COLLATE "C" NOT NULL,
	created_at bigint NOT NULL,
	PRIMARY KEY (tenant, id)
);

CREATE INDEX oms_fulfillments_order ON oms_fulfillments (tenant, order_id, id);

-- Shipments; n is their place in the fulfilment order, parcels and scans are JSON.
CREATE TABLE oms_shipments (
	tenant         text COLLATE "C" NOT NULL,
	fulfillment_id uuid NOT NULL,
	id             uuid NOT NULL,
	n              bigint NOT NULL,
	status         text COLLATE "C" NOT NULL,
	carrier        text COLLATE "C" NOT NULL,
	service        text COLLATE "C",
	tracking       text COLLATE "C",
	label_ref      text COLLATE "C",
	label_url      text COLLATE "C",
	currency       text COLLATE "C",
	max_cost       bigint,
	cost           bigint,
	parcels        text COLLATE "C" NOT NULL,
	scans          text COLLATE "C" NOT NULL,
	attempts       bigint NOT NULL,
	next_at        bigint,
	problem        text COLLATE "C",
	created_at     bigint NOT NULL,
	shipped_at     bigint,
	delivered_at   bigint,
	PRIMARY KEY (tenant, fulfillment_id, id)
);

CREATE INDEX oms_shipments_tracking ON oms_shipments (tenant, carrier, tracking) WHERE tracking IS NOT NULL;
CREATE INDEX oms_shipments_due ON oms_shipments (tenant, next_at) WHERE next_at IS NOT NULL;

-- Subscriptions: the whole of each as JSON, without the token of its means of payment,
-- which is source. The columns beside are what it is found by.
CREATE TABLE oms_subscriptions (
	tenant       text COLLATE "C" NOT NULL,
	id           uuid NOT NULL,
	version      bigint NOT NULL,
	customer_id  uuid NOT NULL,
	status       text COLLATE "C" NOT NULL,
	next_at      bigint,
	source       text COLLATE "C",
	subscription text COLLATE "C" NOT NULL,
	PRIMARY KEY (tenant, id)
);

CREATE INDEX oms_subscriptions_next ON oms_subscriptions (tenant, next_at, id) WHERE next_at IS NOT NULL;
CREATE INDEX oms_subscriptions_customer ON oms_subscriptions (tenant, customer_id, id);

-- Drafts and quotes: the whole of each as JSON. The columns beside are what it is found
-- by; customer_id is that of zeros for a guest's, expires_at NULL for one that is over.
CREATE TABLE oms_drafts (
	tenant       text COLLATE "C" NOT NULL,
	id           uuid NOT NULL,
	version      bigint NOT NULL,
	customer_id  uuid NOT NULL,
	status       text COLLATE "C" NOT NULL,
	expires_at   bigint,
	draft        text COLLATE "C" NOT NULL,
	PRIMARY KEY (tenant, id)
);

CREATE INDEX oms_drafts_expires ON oms_drafts (tenant, expires_at, id) WHERE expires_at IS NOT NULL;
CREATE INDEX oms_drafts_customer ON oms_drafts (tenant, customer_id, id);

-- The facts of orders in order of time: storage.Facts says which those are. Rows
-- are written with what they tell of, in the same transaction. The row that an
-- order is placed with has the id of zeros; what is charged or credited later has
-- that of its adjustment, and a line that is added later its own. The columns in
-- front of sku are copies of the order's.
--
-- facts is a JSON array with one array per fact: kind, SKU, code, quantity, amount.
-- The kinds are g goods, d discount, t tax on top of prices, p part of prices or
-- credits that is tax, s shipping, f fee, c credit. An amount without a currency is
-- null. A row with a sku has facts that are about this item and do not name it.
CREATE TABLE oms_facts (
	tenant      text COLLATE "C" NOT NULL,
	at          bigint NOT NULL,
	order_id    uuid NOT NULL,
	id          uuid NOT NULL,
	customer_id uuid,
	channel     text COLLATE "C" NOT NULL,
	country     text COLLATE "C",
	currency    text COLLATE "C" NOT NULL,
	sku         text COLLATE "C",
	facts       text COLLATE "C" NOT NULL,
	PRIMARY KEY (tenant, at, order_id, id)
);
