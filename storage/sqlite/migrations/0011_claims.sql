-- Claims that wait for an answer.
--
-- Encodings are those of the first migration.

CREATE INDEX oms_returns_claimed ON oms_returns (tenant, order_id) WHERE status = 'claimed';
