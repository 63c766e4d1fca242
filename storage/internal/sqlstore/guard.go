package sqlstore

import (
	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
)

// guard is the check of a version on PostgreSQL, where other transactions write at
// the same time: it keeps the row from changing until the end of this one, and it
// makes the server fail where the version has moved. A row that is only relied on
// lets others rely on it too.
type guard struct{ relied, changed *Query }

var guards = map[string]guard{
	event.Order:        newGuard("oms_orders"),
	event.Payment:      newGuard("oms_tenders"),
	event.Fulfillment:  newGuard("oms_fulfillments"),
	event.Item:         newGuard("oms_items"),
	event.Customer:     newGuard("oms_customers"),
	event.Subscription: newGuard("oms_subscriptions"),
	event.Draft:        newGuard("oms_drafts"),
}

func newGuard(table string) guard {
	form := func(lock string) *Query {
		return query(failing(`(SELECT version FROM ` + table + ` WHERE tenant = ?1 AND id = ?2 FOR ` + lock + `) = CAST(?3 AS BIGINT)`))
	}
	return guard{relied: form("SHARE"), changed: form("NO KEY UPDATE")}
}

// failing returns a statement that is an error unless the condition holds: a
// division by zero, which nothing else in the library's statements can be.
func failing(condition string) string {
	return "SELECT 1 / CASE WHEN " + condition + " THEN 1 ELSE 0 END"
}

var (
	qGuardVersion = query(failing(`CAST(?4 AS BIGINT) = (SELECT COALESCE(max(version), 0) FROM oms_events
		WHERE tenant = ?1 AND aggregate = ?2 AND aggregate_id = ?3)`))

	// An aggregate that must not exist has no row to hold on to. Its first event is
	// written and taken back: whoever else makes the aggregate waits, or was first.
	qFirst = query(`INSERT INTO oms_events (tenant, aggregate, aggregate_id, version, position, actor_kind, actor_id, cause,
			at, recorded_at, type, schema) VALUES (?1, ?2, ?3, 1, 0, '', '', '', 0, 0, '', 0)`)
	qNotFirst = query(`DELETE FROM oms_events WHERE tenant = ?1 AND aggregate = ?2 AND aggregate_id = ?3 AND version = 1`)
)

func (p *Plan) guard(aggregate string, id *uuid.UUID, version int64, changes bool) {
	name := func(a *args) {
		a.text(p.tenant)
		a.text(aggregate)
		a.id(id)
	}
	rows, has := guards[aggregate]
	switch {
	case version == 0:
		p.lonely = true
		p.exec(qFirst, 1, name)
		p.as(checks)
		p.exec(qNotFirst, 1, name)
	case has:
		q := rows.relied
		if changes {
			q = rows.changed
		}
		p.exec(q, 1, func(a *args) {
			a.text(p.tenant)
			a.id(id)
			a.int(version)
		})
		p.steps[len(p.steps)-1].reads = true
	default:
		p.exec(qGuardVersion, 1, func(a *args) {
			name(a)
			a.int(version)
		})
		p.steps[len(p.steps)-1].reads = true
	}
	p.as(checks)
}
