-- Orders whose goods others are exchanged for.
--
-- Encodings are those of the first migration.

-- original_id is the order whose goods are exchanged; NULL for all others.
ALTER TABLE oms_orders ADD COLUMN original_id BLOB;
