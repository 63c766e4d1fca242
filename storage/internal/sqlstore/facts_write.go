package sqlstore

import (
	"github.com/google/uuid"

	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/reporting"
	"github.com/go-oms/oms/storage"
)

var (
	insertFacts = newInsert("oms_facts", "tenant, order_id, id, customer_id, channel, country, currency", "at, facts")
	qAddFacts   = query(`INSERT INTO oms_facts (tenant, order_id, id, customer_id, channel, country, currency, at, facts, sku)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9,
			(SELECT sku FROM oms_lines WHERE tenant = ?1 AND order_id = ?2 AND id = ?10))`)

	// An order whose keys change gets its facts anew: they go while the order and its
	// adjustments still say where they are.
	qDropFacts = query(`DELETE FROM oms_facts WHERE tenant = ?1 AND order_id = ?2 AND at IN (
		SELECT placed_at FROM oms_orders WHERE tenant = ?1 AND id = ?2
		UNION ALL SELECT at FROM oms_adjustments WHERE tenant = ?1 AND order_id = ?2 AND at IS NOT NULL)`)
	// qDropMovedFacts is qDropFacts where the keys of the order are about to change.
	qDropMovedFacts = query(`DELETE FROM oms_facts WHERE tenant = ?1 AND order_id = ?2
		AND EXISTS (SELECT 1 FROM oms_orders WHERE tenant = ?1 AND id = ?2 AND NOT (
			number = ?3 AND channel = ?4 AND external_ref IS NOT DISTINCT FROM ?5 AND cart_id IS NOT DISTINCT FROM ?6
			AND customer_id IS NOT DISTINCT FROM ?7 AND placed_at = ?8 AND currency = ?9 AND country IS NOT DISTINCT FROM ?10
			AND company_id IS NOT DISTINCT FROM ?11))
		AND at IN (
			SELECT placed_at FROM oms_orders WHERE tenant = ?1 AND id = ?2
			UNION ALL SELECT at FROM oms_adjustments WHERE tenant = ?1 AND order_id = ?2 AND at IS NOT NULL)`)
	// PostgreSQL makes them where there are none, SQLite where they were dropped.
	qFactsAgain = either(`INSERT INTO oms_facts (tenant, at, order_id, id, customer_id, channel, country, currency, facts)
		SELECT o.tenant, COALESCE(x.at, o.placed_at) AS at, o.id, zeroblob(16), o.customer_id, o.channel, o.country, o.currency,
			'[' || group_concat(x.fact) || ']'
		FROM oms_orders o CROSS JOIN (
			SELECT NULL AS at, json_array('g', sku, '', quantity, subtotal) AS fact
			FROM oms_lines WHERE tenant = ?1 AND order_id = ?2
			UNION ALL
			SELECT at, json_array(
				CASE kind WHEN 'discount' THEN 'd' WHEN 'tax' THEN CASE WHEN included THEN 'p' ELSE 't' END
					WHEN 'shipping' THEN 's' WHEN 'credit' THEN 'c' ELSE 'f' END, sku, code, quantity, amount)
				|| CASE WHEN kind = 'credit' AND tax_part <> 0 THEN ',' || json_array('p', sku, code, quantity, tax_part) ELSE '' END
			FROM (
				SELECT a.at, a.kind, a.included, COALESCE(a.code, '') AS code, a.quantity, a.amount, a.tax_part,
					COALESCE((SELECT sku FROM oms_lines WHERE tenant = ?1 AND order_id = ?2 AND id = a.line_id), '') AS sku
				FROM oms_adjustments a WHERE a.tenant = ?1 AND a.order_id = ?2
			)
		) x
		WHERE o.tenant = ?1 AND o.id = ?2
		GROUP BY COALESCE(x.at, o.placed_at)`,
		`INSERT INTO oms_facts (tenant, at, order_id, id, customer_id, channel, country, currency, facts)
		SELECT o.tenant, COALESCE(x.at, o.placed_at), o.id, '00000000-0000-0000-0000-000000000000',
			o.customer_id, o.channel, o.country, o.currency, '[' || string_agg(x.fact, ',') || ']'
		FROM oms_orders o, (
			SELECT CAST(NULL AS bigint) AS at,
				'["g",' || to_json(sku) || ',"",' || quantity || ',' || COALESCE(CAST(subtotal AS text), 'null') || ']' AS fact
			FROM oms_lines WHERE tenant = ?1 AND order_id = ?2
			UNION ALL
			SELECT at, '["' || CASE kind WHEN 'discount' THEN 'd' WHEN 'tax' THEN CASE WHEN included <> 0 THEN 'p' ELSE 't' END
					WHEN 'shipping' THEN 's' WHEN 'credit' THEN 'c' ELSE 'f' END || '",' || about || COALESCE(CAST(amount AS text), 'null') || ']'
				|| CASE WHEN kind = 'credit' AND tax_part <> 0 THEN ',["p",' || about || tax_part || ']' ELSE '' END
			FROM (
				SELECT a.at, a.kind, a.included, a.amount, a.tax_part,
					to_json(COALESCE((SELECT sku FROM oms_lines WHERE tenant = ?1 AND order_id = ?2 AND id = a.line_id), ''))
						|| ',' || to_json(COALESCE(a.code, '')) || ',' || a.quantity || ',' AS about
				FROM oms_adjustments a WHERE a.tenant = ?1 AND a.order_id = ?2
			) named
		) x
		WHERE o.tenant = ?1 AND o.id = ?2
			AND NOT EXISTS (SELECT 1 FROM oms_facts WHERE tenant = ?1 AND order_id = ?2 AND at = o.placed_at)
			AND NOT EXISTS (SELECT 1 FROM oms_facts f JOIN oms_adjustments a ON f.tenant = a.tenant AND f.order_id = a.order_id AND f.at = a.at
				WHERE a.tenant = ?1 AND a.order_id = ?2)
		GROUP BY o.tenant, o.id, COALESCE(x.at, o.placed_at)`)
)

// factKeys adds the columns that a row of facts shares with its order.
func (a *args) factKeys(tenant string, o *order.Order, id *uuid.UUID) {
	a.text(tenant)
	a.id(&o.ID)
	a.id(id)
	a.optID(&o.CustomerID)
	a.text(o.Channel)
	a.opt(o.Country)
	a.text(string(o.Currency))
}

// placedFacts adds the facts of a new order: a row for each time, which is nearly
// always one.
func (p *Plan) placedFacts(d *order.Delta) {
	whole := d.Order
	whole.Lines, whole.Adjustments = d.Lines, d.Adjustments
	all := storage.Facts(&whole)
	for len(all) > 0 {
		at := all[0].At.UnixMicro()
		var others []reporting.Fact
		insertFacts.list(p, 1, func(a *args) { a.factKeys(p.tenant, &d.Order, &zeros) }, func(a *args, _ int) {
			a.int(at)
			a.list(func() {
				for i := range all {
					if f := &all[i]; f.At.UnixMicro() == at {
						a.fact(f, d.Order.Currency, f.SKU)
					} else {
						others = append(others, *f)
					}
				}
			})
		})
		all = others
	}
}

// addedFacts adds the facts of what a change appends. The item of a line that was
// there before is not known here.
func (p *Plan) addedFacts(d *order.Delta) {
	add := func(facts []reporting.Fact, id, line *uuid.UUID) {
		p.exec(qAddFacts, 1, func(a *args) {
			a.factKeys(p.tenant, &d.Order, id)
			a.time(facts[0].At)
			a.list(func() {
				for i := range facts {
					a.fact(&facts[i], d.Order.Currency, "")
				}
			})
			a.optID(line)
		})
	}
	part := d.Order
	for i := range d.Lines {
		part.Lines = d.Lines[i : i+1]
		add(storage.Facts(&part), &d.Lines[i].ID, &d.Lines[i].ID)
	}
	part.Lines = nil
	for i := range d.Adjustments {
		part.Adjustments = d.Adjustments[i : i+1]
		add(storage.Facts(&part), &d.Adjustments[i].ID, &d.Adjustments[i].LineID)
	}
}

// list adds a text that is a list in JSON; items appends what is in it to texts.
func (a *args) list(items func()) {
	begin := len(a.texts)
	a.texts = append(a.texts, '[')
	items()
	a.texts = append(a.texts, ']')
	a.values = append(a.values, Value{Kind: Text, B: a.texts[begin:len(a.texts):len(a.texts)]})
}
