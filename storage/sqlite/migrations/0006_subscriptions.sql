-- Subscriptions.
--
-- Encodings are those of the first migration.

-- subscription is the whole of it as JSON, without the token of its means of payment,
-- which is source. The columns beside are what it is found by.
CREATE TABLE oms_subscriptions (
	tenant       TEXT NOT NULL,
	id           BLOB NOT NULL,
	version      INTEGER NOT NULL,
	customer_id  BLOB NOT NULL,
	status       TEXT NOT NULL,
	next_at      INTEGER,
	source       TEXT,
	subscription TEXT NOT NULL,
	PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX oms_subscriptions_next ON oms_subscriptions (tenant, next_at, id) WHERE next_at IS NOT NULL;
CREATE INDEX oms_subscriptions_customer ON oms_subscriptions (tenant, customer_id, id);

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
	('oms_subscriptions', 'oms_subscriptions', '100000 100000 1'),
	('oms_subscriptions', 'oms_subscriptions_next', '50000 50000 10 1'),
	('oms_subscriptions', 'oms_subscriptions_customer', '100000 100000 2 1');
ANALYZE sqlite_schema;
