package storage

// PersonalColumn is one place where the books keep what tells of a person.
type PersonalColumn struct {
	Table  string `json:"table"` // as the backends of this module name it
	Column string `json:"column"`
	What   string `json:"what"`
	Of     string `json:"of"` // whose it is
}

// PersonalData lists every column that holds personal data: what is looked at when a
// person asks what is known of him, and what is taken out when he is to be
// forgotten. Nothing of it stands anywhere else: not in an event, a key, an error or
// a log line, which name persons by id. What is written in free words beside the
// person is for the host to keep free of it: metadata, reasons, what a gateway or
// carrier says, keys, references and the ids of actors. The country that an order
// goes to, which its row and its events keep, tells of nobody by itself.
func PersonalData() []PersonalColumn {
	const customer, recipient = "the customer", "the recipient or payer of an order"
	var list []PersonalColumn
	add := func(table, of string, columns ...[2]string) {
		for _, c := range columns {
			list = append(list, PersonalColumn{Table: table, Column: c[0], What: c[1], Of: of})
		}
	}
	address := [][2]string{
		{"name", "name"},
		{"company", "company"},
		{"line1", "street"},
		{"line2", "street"},
		{"city", "city"},
		{"region", "region"},
		{"postal_code", "postal code"},
		{"country", "country"},
		{"phone", "phone number"},
	}
	add("oms_customers", customer,
		[2]string{"external_ref", "the host's name for the customer"},
		[2]string{"email_key", "email, as it is compared"},
		[2]string{"email", "email"},
		[2]string{"name", "name"},
		[2]string{"phone", "phone number"},
		[2]string{"country", "country"})
	add("oms_customer_addresses", customer, append([][2]string{{"label", "the customer's word for the address"}}, address...)...)
	add("oms_customer_notes", customer, [2]string{"text", "remark of the staff"})
	add("oms_consents", customer,
		[2]string{"source", "where a decision was given"},
		[2]string{"proof", "what shows a decision"})
	add("oms_addresses", recipient, append(address,
		[2]string{"email", "email"},
		[2]string{"email_key", "email, as it is compared"})...)
	add("oms_subscriptions", customer, [2]string{"source", "token of the means of payment"})
	add("oms_notes", recipient, [2]string{"text", "remark on an order"})
	add("oms_secrets", recipient,
		[2]string{"source", "token of the means of payment"},
		[2]string{"opaque", "state of the gateway"})
	return list
}
