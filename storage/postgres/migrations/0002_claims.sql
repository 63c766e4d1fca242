-- Claims that wait for an answer.

CREATE INDEX oms_returns_claimed ON oms_returns (tenant, order_id) WHERE status = 'claimed';
