-- Companies and who buys for them.
--
-- Encodings are those of the first migration.

-- company_terms is JSON: the members and what may be spent. NULL for customers who are persons.
ALTER TABLE oms_customers ADD COLUMN company_terms TEXT;

CREATE INDEX oms_customers_company ON oms_customers (tenant, created_at, id) WHERE company_terms IS NOT NULL;

-- company_id is whom the customer buys for, company_day the day by its calendar; NULL
-- where he buys for himself. What a company has spent is counted in oms_coupons.
ALTER TABLE oms_orders ADD COLUMN company_id BLOB;
ALTER TABLE oms_orders ADD COLUMN company_day TEXT;

CREATE INDEX oms_orders_company ON oms_orders (tenant, company_id, placed_at, id) WHERE company_id IS NOT NULL;

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
	('oms_orders', 'oms_orders_company', '100000 100000 100 1 1'),
	('oms_customers', 'oms_customers_company', '1000 1000 1 1');
ANALYZE sqlite_schema;
