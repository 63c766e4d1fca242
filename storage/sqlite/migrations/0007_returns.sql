-- What returns are agreed on and when somebody must look at them.
--
-- Encodings are those of the first migration.

-- details is JSON: everything of a return that has no column; NULL for nothing. due_at
-- is order.Return.DueAt, tracking the number on its label.
ALTER TABLE oms_returns ADD COLUMN details TEXT;
ALTER TABLE oms_returns ADD COLUMN due_at INTEGER;
ALTER TABLE oms_returns ADD COLUMN tracking TEXT;

CREATE INDEX oms_returns_due ON oms_returns (tenant, due_at, order_id) WHERE due_at IS NOT NULL;
CREATE INDEX oms_returns_tracking ON oms_returns (tenant, tracking, order_id) WHERE tracking IS NOT NULL;
