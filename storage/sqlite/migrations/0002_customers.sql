-- Customers with a history, address books, notes and consents; guest orders by
-- email.

ALTER TABLE oms_customers ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE oms_customers ADD COLUMN merged_into BLOB;
ALTER TABLE oms_customers ADD COLUMN updated_at INTEGER NOT NULL DEFAULT 0;
UPDATE oms_customers SET updated_at = created_at;
CREATE INDEX oms_customers_created ON oms_customers (tenant, created_at, id);

-- The address books of customers. Personal data.
CREATE TABLE oms_customer_addresses (
	tenant           TEXT NOT NULL,
	id               BLOB NOT NULL,
	customer_id      BLOB NOT NULL,
	label            TEXT,
	name             TEXT,
	company          TEXT,
	line1            TEXT,
	line2            TEXT,
	city             TEXT,
	region           TEXT,
	postal_code      TEXT,
	country          TEXT,
	phone            TEXT,
	default_shipping INTEGER NOT NULL,
	default_billing  INTEGER NOT NULL,
	PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX oms_customer_addresses_customer ON oms_customer_addresses (tenant, customer_id, id);

-- Remarks of the staff on customers. Personal data.
CREATE TABLE oms_customer_notes (
	tenant      TEXT NOT NULL,
	id          BLOB NOT NULL,
	customer_id BLOB NOT NULL,
	author      TEXT NOT NULL,
	text        TEXT NOT NULL,
	at          INTEGER NOT NULL,
	PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX oms_customer_notes_customer ON oms_customer_notes (tenant, customer_id, at, id);

-- What customers agreed to. Rows are only ever appended; one moves to another
-- customer when two are merged.
CREATE TABLE oms_consents (
	tenant      TEXT NOT NULL,
	id          BLOB NOT NULL,
	customer_id BLOB NOT NULL,
	purpose     TEXT NOT NULL,
	channel     TEXT NOT NULL,
	status      TEXT NOT NULL,
	source      TEXT,
	proof       TEXT,
	at          INTEGER NOT NULL,
	recorded_at INTEGER NOT NULL,
	PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX oms_consents_customer ON oms_consents (tenant, customer_id, recorded_at, id);

-- The coupons of one customer; the counters over all customers are not in it.
CREATE INDEX oms_coupons_customer ON oms_coupons (tenant, customer_id) WHERE length(customer_id) = 16;

-- An order's addresses know their order, and the email in the form it is compared
-- in. Of emails stored before this migration only A-Z become lower case. The index
-- on the orders is for the walk of this migration alone.
ALTER TABLE oms_addresses ADD COLUMN order_id BLOB;
ALTER TABLE oms_addresses ADD COLUMN email_key TEXT;
CREATE INDEX oms_orders_bill_to ON oms_orders (tenant, bill_to_id);
CREATE INDEX oms_orders_ship_to ON oms_orders (tenant, ship_to_id);
UPDATE oms_addresses SET
	email_key = NULLIF(lower(trim(email, char(32, 9, 10, 13))), ''),
	order_id = COALESCE(
		(SELECT o.id FROM oms_orders o INDEXED BY oms_orders_ship_to
			WHERE o.tenant = oms_addresses.tenant AND o.ship_to_id = oms_addresses.id),
		(SELECT o.id FROM oms_orders o INDEXED BY oms_orders_bill_to
			WHERE o.tenant = oms_addresses.tenant AND o.bill_to_id = oms_addresses.id));
DROP INDEX oms_orders_bill_to;
DROP INDEX oms_orders_ship_to;
CREATE INDEX oms_addresses_email ON oms_addresses (tenant, email_key, order_id) WHERE email_key IS NOT NULL;

-- Customers from before have a history that begins now.
INSERT INTO oms_events (tenant, actor_kind, actor_id, cause, at, recorded_at, aggregate, aggregate_id, version, type, schema, payload)
SELECT tenant, 'system', '', 'migration 0002_customers', created_at, CAST(unixepoch('subsec') * 1000000 AS INTEGER),
	'customer', id, 1, 'customer.created', 1,
	'{"customer":{"id":"' || substr(hex, 1, 8) || '-' || substr(hex, 9, 4) || '-' || substr(hex, 13, 4) || '-' || substr(hex, 17, 4) ||
	'-' || substr(hex, 21) || '","version":1,"created_at":"' || moment || '","updated_at":"' || moment || '"},"changed":[' ||
	substr(changed, 2) || ']}'
FROM (
	SELECT tenant, id, created_at, lower(hex(id)) AS hex,
		strftime('%Y-%m-%dT%H:%M:%S', (created_at - micros) / 1000000, 'unixepoch') || printf('.%06dZ', micros) AS moment,
		iif(external_ref IS NULL, '', ',"external_ref"') || iif(email IS NULL, '', ',"email"') || iif(name IS NULL, '', ',"name"') ||
		iif(phone IS NULL, '', ',"phone"') || iif(country IS NULL, '', ',"country"') AS changed
	FROM (SELECT *, (created_at % 1000000 + 1000000) % 1000000 AS micros FROM oms_customers)
	ORDER BY tenant, created_at, id
);

-- What the planner cannot know of an empty file: see 0001_books.sql.
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
	('oms_customers', 'oms_customers', '100000 100000 1'),
	('oms_customers', 'oms_customers_email', '100000 100000 1'),
	('oms_customers', 'oms_customers_external_ref', '100000 100000 1'),
	('oms_customers', 'oms_customers_created', '100000 100000 1 1'),
	('oms_customer_addresses', 'oms_customer_addresses', '100000 100000 1'),
	('oms_customer_addresses', 'oms_customer_addresses_customer', '100000 100000 2 1'),
	('oms_customer_notes', 'oms_customer_notes', '100000 100000 1'),
	('oms_customer_notes', 'oms_customer_notes_customer', '100000 100000 2 1 1'),
	('oms_consents', 'oms_consents', '100000 100000 1'),
	('oms_consents', 'oms_consents_customer', '100000 100000 4 1 1'),
	('oms_coupons', 'oms_coupons', '100000 100000 1000 1'),
	('oms_coupons', 'oms_coupons_customer', '100000 100000 2'),
	('oms_addresses', 'oms_addresses', '1000000 1000000 1'),
	('oms_addresses', 'oms_addresses_email', '1000000 1000000 10 1');
ANALYZE sqlite_schema;
