package sqlstore

import "strings"

const customerColumns = "external_ref, email_key, email, name, phone, country, created_at"

var qCustomer = query(`INSERT INTO oms_customers (tenant, id, ` + customerColumns + `) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
	ON CONFLICT (tenant, id) DO UPDATE SET external_ref = excluded.external_ref, email_key = excluded.email_key, email = excluded.email,
		name = excluded.name, phone = excluded.phone, country = excluded.country, created_at = excluded.created_at`)

func (p *Plan) customers() {
	for i := range p.batch.CRM.Customers {
		c := &p.batch.CRM.Customers[i]
		p.exec(qCustomer, 1, func(a *args) {
			a.text(p.tenant)
			a.id(&c.ID)
			a.opt(c.ExternalRef)
			a.opt(strings.ToLower(c.Email))
			a.opt(c.Email)
			a.opt(c.Name)
			a.opt(c.Phone)
			a.opt(c.Country)
			a.time(c.CreatedAt)
		})
	}
}
