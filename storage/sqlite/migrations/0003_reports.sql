-- What reports read, version 3.
--
-- Encodings are those of the first migration.

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
	tenant      TEXT NOT NULL,
	at          INTEGER NOT NULL,
	order_id    BLOB NOT NULL,
	id          BLOB NOT NULL,
	customer_id BLOB,
	channel     TEXT NOT NULL,
	country     TEXT,
	currency    TEXT NOT NULL,
	sku         TEXT,
	facts       TEXT NOT NULL,
	PRIMARY KEY (tenant, at, order_id, id)
) STRICT, WITHOUT ROWID;

-- What is there already: at placing, lines and what has no time of its own or that
-- of placing.
INSERT INTO oms_facts (tenant, at, order_id, id, customer_id, channel, country, currency, facts)
SELECT tenant, placed_at, id, zeroblob(16), customer_id, channel, country, currency, '[' || facts || ']'
FROM (
	SELECT o.*, (
		SELECT group_concat(x.fact) FROM (
			SELECT json_array('g', l.sku, '', l.quantity, l.subtotal) AS fact
			FROM oms_lines l WHERE l.tenant = o.tenant AND l.order_id = o.id
			UNION ALL
			SELECT json_array(
				CASE kind WHEN 'discount' THEN 'd' WHEN 'tax' THEN CASE WHEN included THEN 'p' ELSE 't' END
					WHEN 'shipping' THEN 's' WHEN 'credit' THEN 'c' ELSE 'f' END, sku, code, quantity, amount)
				|| CASE WHEN kind = 'credit' AND tax_part <> 0 THEN ',' || json_array('p', sku, code, quantity, tax_part) ELSE '' END
			FROM (
				SELECT a.kind, a.included, COALESCE(a.code, '') AS code, a.quantity, a.amount, a.tax_part,
					COALESCE((SELECT sku FROM oms_lines l
						WHERE l.tenant = a.tenant AND l.order_id = a.order_id AND l.id = a.line_id), '') AS sku
				FROM oms_adjustments a
				WHERE a.tenant = o.tenant AND a.order_id = o.id AND COALESCE(a.at, o.placed_at) = o.placed_at
			)
		) x
	) AS facts
	FROM oms_orders o
)
WHERE facts IS NOT NULL;

-- And what has another time. A CROSS JOIN keeps the order of its tables.
INSERT INTO oms_facts (tenant, at, order_id, id, customer_id, channel, country, currency, facts)
SELECT tenant, at, order_id, zeroblob(16), customer_id, channel, country, currency, '[' || group_concat(
	json_array(
		CASE kind WHEN 'discount' THEN 'd' WHEN 'tax' THEN CASE WHEN included THEN 'p' ELSE 't' END
			WHEN 'shipping' THEN 's' WHEN 'credit' THEN 'c' ELSE 'f' END, sku, code, quantity, amount)
		|| CASE WHEN kind = 'credit' AND tax_part <> 0 THEN ',' || json_array('p', sku, code, quantity, tax_part) ELSE '' END
	) || ']'
FROM (
	SELECT a.tenant, a.at, a.order_id, o.customer_id, o.channel, o.country, o.currency, a.kind, a.included,
		COALESCE(a.code, '') AS code, a.quantity, a.amount, a.tax_part,
		COALESCE((SELECT sku FROM oms_lines l
			WHERE l.tenant = a.tenant AND l.order_id = a.order_id AND l.id = a.line_id), '') AS sku
	FROM oms_adjustments a CROSS JOIN oms_orders o
	WHERE o.tenant = a.tenant AND o.id = a.order_id AND a.at <> o.placed_at
)
GROUP BY tenant, at, order_id;

-- Facts were read by this one, which nothing asks for any more.
DROP INDEX oms_adjustments_at;

CREATE INDEX oms_operations_created ON oms_operations (tenant, created_at, tender_id, n);

-- Receipts that had a cost, in order of time: all that their mean is made of.
CREATE INDEX oms_moves_cost ON oms_moves (tenant, sku, at, seq, on_hand, unit_cost, currency)
	WHERE unit_cost IS NOT NULL AND kind = 'receive' AND on_hand > 0;

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
	('oms_facts', 'oms_facts', '1000000 1000000 1 1 1'),
	('oms_operations', 'oms_operations_created', '1000000 1000000 1 1 1'),
	('oms_moves', 'oms_moves_cost', '1000000 1000000 10 1 1 1 1 1');
ANALYZE sqlite_schema;
