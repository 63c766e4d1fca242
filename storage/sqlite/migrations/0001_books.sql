-- The books, version 1.
--
-- Every key begins with the tenant, but for two journals, oms_events and
-- oms_moves: their integer key is the place in the order of recording, which the
-- whole file shares, and appending to them stays cheap however much is there.
-- Their unique keys begin with the tenant like all others.
--
-- Encodings: ids are 16 bytes; times are microseconds since 1970 UTC; quantities
-- are millionths; amounts are minor units of the currency in the row or of the
-- order or tender it belongs to; unit prices and unit costs have six decimals
-- more than that. An amount is NULL when it has no currency. No column holds a
-- floating-point number.

-- The tenants that have ever written anything.
CREATE TABLE oms_tenants (
	tenant TEXT NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- Used idempotency keys and what their commands answered.
CREATE TABLE oms_keys (
	tenant  TEXT NOT NULL,
	key     TEXT NOT NULL,
	command TEXT NOT NULL,
	body    BLOB NOT NULL,
	result  BLOB,
	at      INTEGER NOT NULL,
	PRIMARY KEY (tenant, key)
) STRICT, WITHOUT ROWID;

-- Number series: the last number taken.
CREATE TABLE oms_numbers (
	tenant TEXT NOT NULL,
	series TEXT NOT NULL,
	last   INTEGER NOT NULL,
	PRIMARY KEY (tenant, series)
) STRICT, WITHOUT ROWID;

CREATE TABLE oms_leases (
	tenant   TEXT NOT NULL,
	name     TEXT NOT NULL,
	version  INTEGER NOT NULL,
	owner    TEXT,
	until    INTEGER,
	position INTEGER NOT NULL,
	attempts INTEGER NOT NULL,
	problem  TEXT,
	next_at  INTEGER,
	PRIMARY KEY (tenant, name)
) STRICT, WITHOUT ROWID;

-- The stream of events: history and outbox. Rows are only ever appended.
CREATE TABLE oms_events (
	position     INTEGER PRIMARY KEY,
	tenant       TEXT NOT NULL,
	actor_kind   TEXT NOT NULL,
	actor_id     TEXT NOT NULL,
	cause        TEXT NOT NULL,
	at           INTEGER NOT NULL,
	recorded_at  INTEGER NOT NULL,
	aggregate    TEXT NOT NULL,
	aggregate_id BLOB NOT NULL,
	version      INTEGER NOT NULL,
	type         TEXT NOT NULL,
	schema       INTEGER NOT NULL,
	payload      TEXT,
	UNIQUE (tenant, aggregate, aggregate_id, version)
) STRICT;

-- A shop without tenants reads its stream in order of the table itself.
CREATE INDEX oms_events_stream ON oms_events (tenant, position) WHERE tenant <> '';

CREATE TABLE oms_orders (
	tenant             TEXT NOT NULL,
	id                 BLOB NOT NULL,
	number             TEXT NOT NULL,
	channel            TEXT NOT NULL,
	external_ref       TEXT,
	cart_id            TEXT,
	customer_id        BLOB,
	placed_at          INTEGER NOT NULL,
	currency           TEXT NOT NULL,
	version            INTEGER NOT NULL,
	origin             TEXT NOT NULL,
	ship_to_id         BLOB,
	bill_to_id         BLOB,
	workflow           TEXT NOT NULL,
	workflow_version   INTEGER NOT NULL,
	status             TEXT NOT NULL,
	payment_status     TEXT NOT NULL,
	fulfillment_status TEXT NOT NULL,
	return_status      TEXT NOT NULL,
	tax_included       INTEGER NOT NULL,
	tax_level          TEXT,
	rounding           INTEGER NOT NULL,
	goods              INTEGER,
	discount           INTEGER,
	shipping_charge    INTEGER,
	fees               INTEGER,
	tax                INTEGER,
	included_tax       INTEGER,
	total              INTEGER,
	credited           INTEGER,
	shipping           TEXT,
	expires_at         INTEGER,
	promised_at        INTEGER,
	closed_at          INTEGER,
	close_reason       TEXT,
	country            TEXT,
	metadata           TEXT,
	PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX oms_orders_number ON oms_orders (tenant, number);
CREATE UNIQUE INDEX oms_orders_external_ref ON oms_orders (tenant, channel, external_ref) WHERE external_ref IS NOT NULL;
CREATE UNIQUE INDEX oms_orders_cart ON oms_orders (tenant, cart_id) WHERE cart_id IS NOT NULL;
CREATE INDEX oms_orders_placed ON oms_orders (tenant, placed_at, id);
CREATE INDEX oms_orders_status ON oms_orders (tenant, status, placed_at, id);
CREATE INDEX oms_orders_customer ON oms_orders (tenant, customer_id, placed_at, id) WHERE customer_id IS NOT NULL;
CREATE INDEX oms_orders_expires ON oms_orders (tenant, expires_at) WHERE expires_at IS NOT NULL;

-- Lines; n is their place in the order.
CREATE TABLE oms_lines (
	tenant            TEXT NOT NULL,
	order_id          BLOB NOT NULL,
	id                BLOB NOT NULL,
	n                 INTEGER NOT NULL,
	position          INTEGER NOT NULL,
	sku               TEXT NOT NULL,
	title             TEXT,
	quantity          INTEGER NOT NULL,
	unit_price        INTEGER,
	tax_category      TEXT,
	subtotal          INTEGER,
	discount          INTEGER,
	tax               INTEGER,
	total             INTEGER,
	unsourced         INTEGER NOT NULL,
	backordered       INTEGER NOT NULL,
	preordered        INTEGER NOT NULL,
	allocated         INTEGER NOT NULL,
	released          INTEGER NOT NULL,
	shipped           INTEGER NOT NULL,
	canceled          INTEGER NOT NULL,
	delivered         INTEGER NOT NULL,
	return_requested  INTEGER NOT NULL,
	return_in_transit INTEGER NOT NULL,
	return_received   INTEGER NOT NULL,
	return_damaged    INTEGER NOT NULL,
	return_dismissed  INTEGER NOT NULL,
	written_off       INTEGER NOT NULL,
	credited          INTEGER,
	PRIMARY KEY (tenant, order_id, id),
	CONSTRAINT oms_lines_partition CHECK (
		unsourced >= 0 AND backordered >= 0 AND preordered >= 0 AND allocated >= 0
		AND released >= 0 AND shipped >= 0 AND canceled >= 0 AND delivered >= 0)
) STRICT, WITHOUT ROWID;

CREATE INDEX oms_lines_backordered ON oms_lines (tenant, order_id) WHERE backordered <> 0;

-- Charges and credits beside the goods. Rows are only ever appended.
CREATE TABLE oms_adjustments (
	tenant       TEXT NOT NULL,
	order_id     BLOB NOT NULL,
	id           BLOB NOT NULL,
	n            INTEGER NOT NULL,
	scope        TEXT NOT NULL,
	line_id      BLOB,
	kind         TEXT NOT NULL,
	code         TEXT,
	label        TEXT,
	amount       INTEGER,
	tax_part     INTEGER,
	included     INTEGER NOT NULL,
	rate_ppm     INTEGER NOT NULL,
	jurisdiction TEXT,
	quantity     INTEGER NOT NULL,
	source       BLOB,
	at           INTEGER,
	PRIMARY KEY (tenant, order_id, n)
) STRICT, WITHOUT ROWID;

CREATE INDEX oms_adjustments_at ON oms_adjustments (tenant, at);

-- Returns; lines is JSON.
CREATE TABLE oms_returns (
	tenant       TEXT NOT NULL,
	order_id     BLOB NOT NULL,
	id           BLOB NOT NULL,
	n            INTEGER NOT NULL,
	status       TEXT NOT NULL,
	reason       TEXT,
	requested_at INTEGER NOT NULL,
	received_at  INTEGER,
	location     TEXT,
	lines        TEXT NOT NULL,
	PRIMARY KEY (tenant, order_id, n)
) STRICT, WITHOUT ROWID;

-- Personal data: who and where to.
CREATE TABLE oms_addresses (
	tenant      TEXT NOT NULL,
	id          BLOB NOT NULL,
	name        TEXT,
	company     TEXT,
	line1       TEXT,
	line2       TEXT,
	city        TEXT,
	region      TEXT,
	postal_code TEXT,
	country     TEXT,
	phone       TEXT,
	email       TEXT,
	PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE oms_notes (
	tenant   TEXT NOT NULL,
	order_id BLOB NOT NULL,
	id       BLOB NOT NULL,
	author   TEXT NOT NULL,
	text     TEXT NOT NULL,
	internal INTEGER NOT NULL,
	at       INTEGER NOT NULL,
	PRIMARY KEY (tenant, order_id, id)
) STRICT, WITHOUT ROWID;

-- Uses of coupons. The counter over all customers has a customer id of one byte.
CREATE TABLE oms_coupons (
	tenant      TEXT NOT NULL,
	code        TEXT NOT NULL,
	customer_id BLOB NOT NULL,
	uses        INTEGER NOT NULL,
	PRIMARY KEY (tenant, code, customer_id)
) STRICT, WITHOUT ROWID;

-- Customers; email_key is the email in lower case.
CREATE TABLE oms_customers (
	tenant       TEXT NOT NULL,
	id           BLOB NOT NULL,
	external_ref TEXT,
	email_key    TEXT,
	email        TEXT,
	name         TEXT,
	phone        TEXT,
	country      TEXT,
	created_at   INTEGER NOT NULL,
	PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX oms_customers_email ON oms_customers (tenant, email_key) WHERE email_key IS NOT NULL;
CREATE UNIQUE INDEX oms_customers_external_ref ON oms_customers (tenant, external_ref) WHERE external_ref IS NOT NULL;

CREATE TABLE oms_items (
	tenant    TEXT NOT NULL,
	sku       TEXT NOT NULL,
	id        BLOB NOT NULL,
	version   INTEGER NOT NULL,
	title     TEXT,
	unit      TEXT,
	decimals  INTEGER NOT NULL,
	untracked INTEGER NOT NULL,
	PRIMARY KEY (tenant, sku)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX oms_items_id ON oms_items (tenant, id);

CREATE TABLE oms_locations (
	tenant   TEXT NOT NULL,
	code     TEXT NOT NULL,
	name     TEXT,
	priority INTEGER NOT NULL,
	country  TEXT,
	closed   INTEGER NOT NULL,
	PRIMARY KEY (tenant, code)
) STRICT, WITHOUT ROWID;

-- Stock of an item at a location. Available is
-- on_hand - unavailable - allocated - reserved - safety.
CREATE TABLE oms_levels (
	tenant          TEXT NOT NULL,
	sku             TEXT NOT NULL,
	location        TEXT NOT NULL,
	on_hand         INTEGER NOT NULL DEFAULT 0,
	unavailable     INTEGER NOT NULL DEFAULT 0,
	allocated       INTEGER NOT NULL DEFAULT 0,
	reserved        INTEGER NOT NULL DEFAULT 0,
	safety          INTEGER NOT NULL DEFAULT 0,
	backordered     INTEGER NOT NULL DEFAULT 0,
	backorder_limit INTEGER NOT NULL DEFAULT 0,
	PRIMARY KEY (tenant, sku, location),
	CONSTRAINT oms_levels_range CHECK (
		unavailable >= 0 AND allocated >= 0 AND reserved >= 0 AND backordered >= 0
		AND on_hand BETWEEN -1000000000000000000 AND 1000000000000000000)
) STRICT, WITHOUT ROWID;

-- Movements of stock: the history of the levels. Rows are only ever appended. The
-- movements that one batch made for one order follow each other: the first of
-- them has their number as its run, and it alone is in the index.
CREATE TABLE oms_moves (
	seq         INTEGER PRIMARY KEY,
	run         INTEGER,
	tenant      TEXT NOT NULL,
	order_id    BLOB,
	cause       TEXT NOT NULL,
	actor       TEXT NOT NULL,
	at          INTEGER NOT NULL,
	recorded_at INTEGER NOT NULL,
	id          BLOB NOT NULL,
	sku         TEXT NOT NULL,
	location    TEXT NOT NULL,
	kind        TEXT NOT NULL,
	on_hand     INTEGER NOT NULL,
	unavailable INTEGER NOT NULL,
	allocated   INTEGER NOT NULL,
	reserved    INTEGER NOT NULL,
	backordered INTEGER NOT NULL,
	reason      TEXT,
	line_id     BLOB,
	unit_cost   INTEGER,
	currency    TEXT
) STRICT;

CREATE INDEX oms_moves_order ON oms_moves (tenant, order_id) WHERE run IS NOT NULL;

CREATE TABLE oms_reservations (
	tenant     TEXT NOT NULL,
	owner      TEXT NOT NULL,
	id         BLOB NOT NULL,
	kind       TEXT NOT NULL,
	status     TEXT NOT NULL,
	created_at INTEGER NOT NULL,
	line_id    BLOB,
	sku        TEXT NOT NULL,
	location   TEXT NOT NULL,
	quantity   INTEGER NOT NULL,
	expires_at INTEGER,
	PRIMARY KEY (tenant, owner, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX oms_reservations_expiring ON oms_reservations (tenant, expires_at)
	WHERE status = 'pending' AND expires_at IS NOT NULL;
CREATE INDEX oms_reservations_sku ON oms_reservations (tenant, sku)
	WHERE status = 'pending' AND kind <> 'order';

CREATE TABLE oms_tenders (
	tenant           TEXT NOT NULL,
	id               BLOB NOT NULL,
	order_id         BLOB NOT NULL,
	version          INTEGER NOT NULL,
	gateway          TEXT NOT NULL,
	method           TEXT,
	currency         TEXT,
	amount           INTEGER,
	authorized       INTEGER,
	captured         INTEGER,
	refunded         INTEGER,
	paid_out         INTEGER,
	voided           INTEGER,
	authorizing_now  INTEGER,
	capturing_now    INTEGER,
	refunding_now    INTEGER,
	voiding_now      INTEGER,
	authorized_until INTEGER,
	created_at       INTEGER NOT NULL,
	PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX oms_tenders_order ON oms_tenders (tenant, order_id, id);

-- Operations on tenders; n is their place in the tender.
CREATE TABLE oms_operations (
	tenant               TEXT NOT NULL,
	tender_id            BLOB NOT NULL,
	id                   BLOB NOT NULL,
	n                    INTEGER NOT NULL,
	gateway              TEXT NOT NULL,
	kind                 TEXT NOT NULL,
	amount               INTEGER,
	state                TEXT NOT NULL,
	settled              INTEGER,
	on_id                BLOB,
	ref                  TEXT,
	decline_code         TEXT,
	decline_retry        TEXT,
	decline_gateway_code TEXT,
	decline_message      TEXT,
	attempts             INTEGER NOT NULL,
	next_at              INTEGER,
	created_at           INTEGER NOT NULL,
	sent_at              INTEGER,
	settled_at           INTEGER,
	PRIMARY KEY (tenant, tender_id, n)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX oms_operations_id ON oms_operations (tenant, id);
CREATE INDEX oms_operations_ref ON oms_operations (tenant, gateway, ref) WHERE ref IS NOT NULL;
CREATE INDEX oms_operations_due ON oms_operations (tenant, next_at) WHERE next_at IS NOT NULL;

-- What gateways told; n is the place in the tender. Reports whose operation is
-- not known yet are those of the tender id of zeros.
CREATE TABLE oms_reports (
	tenant               TEXT NOT NULL,
	tender_id            BLOB NOT NULL,
	id                   BLOB NOT NULL,
	n                    INTEGER NOT NULL,
	gateway              TEXT NOT NULL,
	event_id             TEXT NOT NULL,
	op_id                BLOB,
	channel              TEXT NOT NULL,
	state                TEXT NOT NULL,
	ref                  TEXT,
	currency             TEXT,
	amount               INTEGER,
	decline_code         TEXT,
	decline_retry        TEXT,
	decline_gateway_code TEXT,
	decline_message      TEXT,
	authorized_until     INTEGER,
	method               TEXT,
	note                 TEXT,
	at                   INTEGER NOT NULL,
	received_at          INTEGER NOT NULL,
	PRIMARY KEY (tenant, tender_id, n)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX oms_reports_event ON oms_reports (tenant, gateway, event_id);

-- What events must not carry of a tender: the payer's token, the gateway's state.
CREATE TABLE oms_secrets (
	tenant    TEXT NOT NULL,
	tender_id BLOB NOT NULL,
	source    TEXT,
	opaque    BLOB,
	PRIMARY KEY (tenant, tender_id)
) STRICT, WITHOUT ROWID;

-- Fulfilment orders; lines is JSON.
CREATE TABLE oms_fulfillments (
	tenant     TEXT NOT NULL,
	id         BLOB NOT NULL,
	order_id   BLOB NOT NULL,
	version    INTEGER NOT NULL,
	location   TEXT NOT NULL,
	status     TEXT NOT NULL,
	lines      TEXT NOT NULL,
	created_at INTEGER NOT NULL,
	PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX oms_fulfillments_order ON oms_fulfillments (tenant, order_id, id);

-- Shipments; n is their place in the fulfilment order, parcels and scans are JSON.
CREATE TABLE oms_shipments (
	tenant         TEXT NOT NULL,
	fulfillment_id BLOB NOT NULL,
	id             BLOB NOT NULL,
	n              INTEGER NOT NULL,
	status         TEXT NOT NULL,
	carrier        TEXT NOT NULL,
	service        TEXT,
	tracking       TEXT,
	label_ref      TEXT,
	label_url      TEXT,
	currency       TEXT,
	max_cost       INTEGER,
	cost           INTEGER,
	parcels        TEXT NOT NULL,
	scans          TEXT NOT NULL,
	attempts       INTEGER NOT NULL,
	next_at        INTEGER,
	problem        TEXT,
	created_at     INTEGER NOT NULL,
	shipped_at     INTEGER,
	delivered_at   INTEGER,
	PRIMARY KEY (tenant, fulfillment_id, n)
) STRICT, WITHOUT ROWID;

CREATE INDEX oms_shipments_tracking ON oms_shipments (tenant, carrier, tracking) WHERE tracking IS NOT NULL;
CREATE INDEX oms_shipments_due ON oms_shipments (tenant, next_at) WHERE next_at IS NOT NULL;

-- What the planner cannot know of an empty file: a tenant has many rows, an order,
-- an item or a tracking number has few. Without it SQLite takes every column of a
-- key for the same, prefers the primary key, and reads the whole tenant.
ANALYZE sqlite_schema;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
	('oms_orders', 'oms_orders', '1000000 1000000 1'),
	('oms_orders', 'oms_orders_number', '1000000 1000000 1'),
	('oms_orders', 'oms_orders_external_ref', '1000000 1000000 100000 1'),
	('oms_orders', 'oms_orders_cart', '1000000 1000000 1'),
	('oms_orders', 'oms_orders_placed', '1000000 1000000 1 1'),
	('oms_orders', 'oms_orders_status', '1000000 1000000 10000 1 1'),
	('oms_orders', 'oms_orders_customer', '1000000 1000000 10 1 1'),
	('oms_orders', 'oms_orders_expires', '10000 10000 1'),
	('oms_tenders', 'oms_tenders', '1000000 1000000 1'),
	('oms_tenders', 'oms_tenders_order', '1000000 1000000 1 1'),
	('oms_operations', 'oms_operations', '1000000 1000000 2 1'),
	('oms_operations', 'oms_operations_id', '1000000 1000000 1'),
	('oms_operations', 'oms_operations_ref', '1000000 1000000 100000 1'),
	('oms_operations', 'oms_operations_due', '1000 1000 1'),
	('oms_fulfillments', 'oms_fulfillments', '1000000 1000000 1'),
	('oms_fulfillments', 'oms_fulfillments_order', '1000000 1000000 1 1'),
	('oms_shipments', 'oms_shipments', '1000000 1000000 1 1'),
	('oms_shipments', 'oms_shipments_tracking', '1000000 1000000 100000 1'),
	('oms_shipments', 'oms_shipments_due', '1000 1000 1'),
	('oms_reservations', 'oms_reservations', '100000 100000 3 1'),
	('oms_reservations', 'oms_reservations_sku', '100000 100000 10'),
	('oms_reservations', 'oms_reservations_expiring', '1000 1000 1'),
	('oms_moves', 'oms_moves_order', '1000000 1000000 5');
ANALYZE sqlite_schema;
