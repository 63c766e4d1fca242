-- Holds on orders, version 5.
--
-- Encodings are those of the first migration.

-- Holds, those that were lifted included; approvals is JSON.
CREATE TABLE oms_holds (
	tenant      TEXT NOT NULL,
	order_id    BLOB NOT NULL,
	id          BLOB NOT NULL,
	n           INTEGER NOT NULL,
	type        TEXT NOT NULL,
	scope       TEXT NOT NULL,
	target      BLOB,
	status      TEXT NOT NULL,
	reason      TEXT,
	opened_by   TEXT NOT NULL,
	opened_at   INTEGER NOT NULL,
	expires_at  INTEGER,
	approvals   TEXT,
	resolved_by TEXT,
	resolved_at INTEGER,
	resolution  TEXT,
	PRIMARY KEY (tenant, order_id, n)
) STRICT, WITHOUT ROWID;

CREATE INDEX oms_holds_open ON oms_holds (tenant, type, order_id) WHERE status = 'open';
CREATE INDEX oms_holds_due ON oms_holds (tenant, expires_at, order_id) WHERE status = 'open' AND expires_at IS NOT NULL;

-- What the planner cannot know of an empty file: see 0001_books.sql.
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
	('oms_holds', 'oms_holds', '100000 100000 1 1'),
	('oms_holds', 'oms_holds_open', '1000 1000 200 1 1'),
	('oms_holds', 'oms_holds_due', '1000 1000 2 1 1');
ANALYZE sqlite_schema;
