package bench

import (
	"fmt"
	"sync/atomic"

	"github.com/google/uuid"
)

// The rows that the programs written by hand for PostgreSQL write.

// pgTenRows is an order as ten rows in tables of its own: order, three lines, three
// reservations, payment, event, outbox; and three levels.
func pgTenRows() *pgForm {
	return &pgForm{
		schema: []string{
			`CREATE TABLE orders (id uuid PRIMARY KEY, number text COLLATE "C" NOT NULL, status text COLLATE "C" NOT NULL,
				currency text COLLATE "C" NOT NULL, total bigint NOT NULL, created_at bigint NOT NULL)`,
			`CREATE UNIQUE INDEX orders_number ON orders (number)`,
			`CREATE INDEX orders_status ON orders (status, created_at, id)`,
			`CREATE TABLE lines (order_id uuid, n bigint, sku text COLLATE "C" NOT NULL, quantity bigint NOT NULL, price bigint NOT NULL,
				total bigint NOT NULL, PRIMARY KEY (order_id, n))`,
			`CREATE TABLE stock (sku text COLLATE "C" PRIMARY KEY, on_hand bigint NOT NULL, reserved bigint NOT NULL DEFAULT 0,
				CHECK (reserved <= on_hand)) WITH (fillfactor = 50)`,
			`CREATE TABLE reservations (order_id uuid, sku text COLLATE "C", quantity bigint NOT NULL, created_at bigint NOT NULL,
				PRIMARY KEY (order_id, sku))`,
			`CREATE INDEX reservations_sku ON reservations (sku, order_id)`,
			`CREATE TABLE payments (id uuid PRIMARY KEY, order_id uuid NOT NULL, status text COLLATE "C" NOT NULL, amount bigint NOT NULL,
				created_at bigint NOT NULL)`,
			`CREATE INDEX payments_order ON payments (order_id)`,
			`CREATE TABLE events (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, order_id uuid NOT NULL, version bigint NOT NULL,
				type text COLLATE "C" NOT NULL, payload text COLLATE "C" NOT NULL, at bigint NOT NULL)`,
			`CREATE UNIQUE INDEX events_version ON events (order_id, version)`,
			`CREATE TABLE outbox (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, topic text COLLATE "C" NOT NULL,
				payload text COLLATE "C" NOT NULL, at bigint NOT NULL)`,
		},
		stock: `INSERT INTO stock (sku, on_hand) VALUES ($1, $2)`,
		inserts: []insert{
			{"orders (id, number, status, currency, total, created_at)", "(#, #, 'pending', 'EUR', #, #)", 1,
				func(args []any, o *handOrder) []any { return append(args, raw(o.id), o.number, o.total, o.at) }},
			{"lines (order_id, n, sku, quantity, price, total)", "(#, #, #, #, #, #)", 3,
				perLine(func(args []any, o *handOrder, n int, l *handLine) []any {
					return append(args, raw(o.id), int64(n+1), l.SKU, l.Quantity, l.Price, l.Total)
				})},
			{"reservations (order_id, sku, quantity, created_at)", "(#, #, #, #)", 3,
				perLine(func(args []any, o *handOrder, _ int, l *handLine) []any {
					return append(args, raw(o.id), l.SKU, l.Quantity, o.at)
				})},
			{"payments (id, order_id, status, amount, created_at)", "(#, #, 'pending', #, #)", 1,
				func(args []any, o *handOrder) []any { return append(args, raw(o.other), raw(o.id), o.total, o.at) }},
			{"events (order_id, version, type, payload, at)", "(#, 1, 'order.placed', #, #)", 1,
				func(args []any, o *handOrder) []any { return append(args, raw(o.id), string(o.event), o.at) }},
			{"outbox (topic, payload, at)", "('orders', #, #)", 1,
				func(args []any, o *handOrder) []any { return append(args, string(o.event), o.at) }},
		},
		take: `UPDATE stock SET reserved = reserved + $2 WHERE sku = $1`,
		takeAll: `WITH locked AS MATERIALIZED (SELECT sku FROM stock WHERE sku = ANY($1::text[]) ORDER BY sku FOR UPDATE),
			taken AS (UPDATE stock SET reserved = stock.reserved + want.n
				FROM unnest($1::text[], $2::bigint[]) AS want (sku, n) JOIN locked ON locked.sku = want.sku
				WHERE stock.sku = want.sku RETURNING 1)
			SELECT 1 / (count(*) = $3::bigint)::int FROM taken`,
		complete: (&tenForm{}).complete,
	}
}

// pgSameRows is an order as the library's rows in the library's tables: key, order,
// three lines, facts for reports, address, three movements, three reservations,
// event; and three levels. The tables are those that the store itself has made.
func pgSameRows() *pgForm {
	var moved, recorded atomic.Int64 // nobody else writes there
	const place = 1 << 20
	three := int64(3)
	return &pgForm{
		stock: `INSERT INTO oms_levels (tenant, sku, location, on_hand) VALUES ('', $1, 'main', $2)`,
		inserts: []insert{
			{"oms_keys (tenant, key, command, body, result, at)", "('', #, 'order.place', #, #, #)", 1,
				func(args []any, o *handOrder) []any { return append(args, o.key, o.digest[:], o.id[:], o.at) }},
			{`oms_orders (tenant, id, number, channel, placed_at, currency, version, origin, ship_to_id, bill_to_id, workflow,
				workflow_version, status, payment_status, fulfillment_status, return_status, tax_included, rounding, goods, discount,
				shipping_charge, fees, tax, included_tax, total, credited, expires_at, country)`,
				`('', #, #, '', #, 'EUR', 1, 'shop', #, #, 'default', 1, 'pending', 'pending', 'unfulfilled', 'none', 0, 0, #, 0, 0, 0, 0, 0,
				#, 0, #, 'GB')`, 1,
				func(args []any, o *handOrder) []any {
					address := raw(o.nextID(10))
					return append(args, raw(o.id), o.number, o.at, address, address, o.total, o.total, o.at+day)
				}},
			{`oms_lines (tenant, order_id, id, n, position, sku, quantity, unit_price, subtotal, discount, tax, total, unsourced,
				backordered, preordered, allocated, released, shipped, canceled, delivered, return_requested, return_in_transit,
				return_received, return_damaged, return_dismissed, written_off, credited)`,
				"('', #, #, #, #, #, #, #, #, 0, 0, #, 0, 0, 0, #, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)", 3,
				perLine(func(args []any, o *handOrder, n int, l *handLine) []any {
					return append(args, raw(o.id), raw(l.ID), int64(n), int64(n+1), l.SKU, l.Quantity, l.Price*1_000_000, l.Total, l.Total, l.Quantity)
				})},
			{"oms_facts (tenant, at, order_id, id, channel, country, currency, facts)",
				"('', #, #, '00000000-0000-0000-0000-000000000000', '', 'GB', 'EUR', #)", 1,
				func(args []any, o *handOrder) []any { return append(args, o.at, raw(o.id), o.facts()) }},
			{"oms_addresses (tenant, id, name, line1, city, postal_code, country, order_id)", "('', #, #, #, #, #, #, #)", 1,
				func(args []any, o *handOrder) []any {
					return append(args, raw(o.nextID(10)), handAddress[0], handAddress[1], handAddress[2], handAddress[3], handAddress[4], raw(o.id))
				}},
			{`oms_moves (tenant, seq, run, order_id, cause, actor, at, recorded_at, id, sku, location, kind, on_hand, unavailable,
				allocated, reserved, backordered, line_id)`,
				"('', #, #, #, #, 'system', #, #, #, #, 'main', 'allocate', 0, 0, #, 0, 0, #)", 3,
				perLine(func(args []any, o *handOrder, n int, l *handLine) []any {
					var run *int64 // how many follow each other, at the first
					if n == 0 {
						run = &three
					}
					return append(args, place+moved.Add(1), run, raw(o.id), o.key, o.at, o.at, raw(o.nextID(20+n)), l.SKU, l.Quantity, raw(l.ID))
				})},
			{"oms_reservations (tenant, owner, id, kind, status, created_at, line_id, sku, location, quantity)",
				"('', #, #, 'order', 'pending', #, #, #, 'main', #)", 3,
				perLine(func(args []any, o *handOrder, n int, l *handLine) []any {
					return append(args, o.id.String(), raw(o.nextID(30+n)), o.at, raw(l.ID), l.SKU, l.Quantity)
				})},
			{`oms_events (tenant, aggregate, aggregate_id, version, position, actor_kind, actor_id, cause, at, recorded_at, type, schema,
				payload)`, "('', 'order', #, 1, #, 'system', '', #, #, #, 'order.placed', 1, #)", 1,
				func(args []any, o *handOrder) []any {
					return append(args, raw(o.id), place+recorded.Add(1), o.key, o.at, o.at, string(o.event))
				}},
		},
		takeAll: `WITH locked AS MATERIALIZED (SELECT sku FROM oms_levels WHERE tenant = '' AND sku = ANY($1::text[]) AND location = 'main'
				ORDER BY sku FOR UPDATE),
			taken AS (UPDATE oms_levels AS level SET allocated = level.allocated + want.n
				FROM unnest($1::text[], $2::bigint[]) AS want (sku, n) JOIN locked ON locked.sku = want.sku
				WHERE level.tenant = '' AND level.sku = want.sku AND level.location = 'main'
					AND level.on_hand - level.unavailable - level.allocated - level.reserved - level.safety >= want.n
				RETURNING 1)
			SELECT 1 / (count(*) = $3::bigint)::int FROM taken`,
		complete: (&sameForm{}).complete,
	}
}

// perLine appends for each of the three lines.
func perLine(with func([]any, *handOrder, int, *handLine) []any) func([]any, *handOrder) []any {
	return func(args []any, o *handOrder) []any {
		for i := range o.lines {
			args = with(args, o, i, &o.lines[i])
		}
		return args
	}
}

// raw is an id as pgx takes it without a detour.
func raw(id uuid.UUID) [16]byte { return id }

// facts is what reports read of an order.
func (o *handOrder) facts() string {
	var facts []byte
	for i := range o.lines {
		l := &o.lines[i]
		facts = fmt.Appendf(facts, `,["g",%q,"",%d,%d]`, l.SKU, l.Quantity, l.Total)
	}
	return "[" + string(facts[1:]) + "]"
}
