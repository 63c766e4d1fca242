-- Accounts of customers.
--
-- Encodings are those of the first migration.

-- credit is JSON: the limit and what has come in, by currency. What orders have taken of
-- an account is counted in oms_coupons.
ALTER TABLE oms_customers ADD COLUMN credit TEXT;
