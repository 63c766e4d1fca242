package sqlstore

import (
	"github.com/google/uuid"

	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/event"
)

const (
	customerColumns = "version, external_ref, email_key, email, name, phone, country, merged_into, created_at, updated_at, credit, company_terms"

	savedColumns = "customer_id, label, name, company, line1, line2, city, region, postal_code, country, phone, " +
		"default_shipping, default_billing"

	customerNoteColumns = "customer_id, author, text, at"

	consentColumns = "customer_id, purpose, channel, status, source, proof, at, recorded_at"
)

var (
	qCustomer = query(`INSERT INTO oms_customers (tenant, id, ` + customerColumns + `)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
		ON CONFLICT (tenant, id) DO UPDATE SET ` + assign(customerColumns, 3))
	qSaved = query(`INSERT INTO oms_customer_addresses (tenant, id, ` + savedColumns + `)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
		ON CONFLICT (tenant, id) DO UPDATE SET ` + assign(savedColumns, 3))
	qRemoved      = query(`DELETE FROM oms_customer_addresses WHERE tenant = ?1 AND id = ?2`)
	qCustomerNote = query(`INSERT INTO oms_customer_notes (tenant, id, ` + customerNoteColumns + `) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
		ON CONFLICT (tenant, id) DO UPDATE SET customer_id = ?3`)
	qConsent = query(`INSERT INTO oms_consents (tenant, id, ` + consentColumns + `)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
		ON CONFLICT (tenant, id) DO UPDATE SET customer_id = ?3`)
)

func (p *Plan) customers() {
	c := &p.batch.CRM
	row := func(q *Query, want int64, id *uuid.UUID, fill func(*args)) {
		p.exec(q, want, func(a *args) {
			a.text(p.tenant)
			a.id(id)
			fill(a)
		})
	}
	for i := range c.Customers {
		x := &c.Customers[i]
		p.writes(event.Customer, &x.ID, x.Version)
		row(qCustomer, 1, &x.ID, func(a *args) { a.customer(x) })
	}
	for i := range c.Addresses {
		row(qSaved, 1, &c.Addresses[i].ID, func(a *args) { a.saved(&c.Addresses[i]) })
	}
	for i := range c.Removed {
		row(qRemoved, -1, &c.Removed[i], func(*args) {})
	}
	for i := range c.Notes {
		n := &c.Notes[i]
		row(qCustomerNote, 1, &n.ID, func(a *args) {
			a.id(&n.CustomerID)
			a.text(n.Author)
			a.text(n.Text)
			a.time(n.At)
		})
	}
	for i := range c.Consents {
		row(qConsent, 1, &c.Consents[i].ID, func(a *args) { a.consent(&c.Consents[i]) })
	}
}

func (a *args) customer(c *crm.Customer) {
	a.int(c.Version)
	a.opt(c.ExternalRef)
	a.opt(crm.NormalizeEmail(c.Email))
	a.opt(c.Email)
	a.opt(c.Name)
	a.opt(c.Phone)
	a.opt(c.Country)
	a.optID(&c.MergedInto)
	a.time(c.CreatedAt)
	a.time(c.UpdatedAt)
	if c.Credit == nil {
		a.null()
	} else {
		a.json(c.Credit)
	}
	if c.Company == nil {
		a.null()
	} else {
		a.json(c.Company)
	}
}

func (a *args) saved(x *crm.Address) {
	a.id(&x.CustomerID)
	for _, s := range [...]string{
		x.Label, x.Name, x.Company, x.Line1, x.Line2, x.City, x.Region, x.PostalCode, x.Country, x.Phone,
	} {
		a.opt(s)
	}
	a.bool(x.DefaultShipping)
	a.bool(x.DefaultBilling)
}

func (a *args) consent(c *crm.Consent) {
	a.id(&c.CustomerID)
	a.text(c.Purpose)
	a.text(c.Channel)
	a.text(string(c.Status))
	a.opt(c.Source)
	a.opt(c.Proof)
	a.time(c.At)
	a.time(c.RecordedAt)
}
