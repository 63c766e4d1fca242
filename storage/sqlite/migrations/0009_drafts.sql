-- Drafts and quotes.
--
-- Encodings are those of the first migration.

-- draft is the whole of it as JSON. The columns beside are what it is found by;
-- customer_id is 16 zero bytes for a guest's, expires_at NULL for one that is over.
CREATE TABLE oms_drafts (
	tenant       TEXT NOT NULL,
	id           BLOB NOT NULL,
	version      INTEGER NOT NULL,
	customer_id  BLOB NOT NULL,
	status       TEXT NOT NULL,
	expires_at   INTEGER,
	draft        TEXT NOT NULL,
	PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX oms_drafts_expires ON oms_drafts (tenant, expires_at, id) WHERE expires_at IS NOT NULL;
CREATE INDEX oms_drafts_customer ON oms_drafts (tenant, customer_id, id);

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
	('oms_drafts', 'oms_drafts', '100000 100000 1'),
	('oms_drafts', 'oms_drafts_expires', '50000 50000 10 1'),
	('oms_drafts', 'oms_drafts_customer', '100000 100000 2 1');
ANALYZE sqlite_schema;
