-- Changes of orders that are placed; body is JSON.
CREATE TABLE oms_changes (
	tenant   TEXT NOT NULL,
	order_id BLOB NOT NULL,
	id       BLOB NOT NULL,
	n        INTEGER NOT NULL,
	body     TEXT NOT NULL,
	PRIMARY KEY (tenant, order_id, n)
) STRICT, WITHOUT ROWID;
