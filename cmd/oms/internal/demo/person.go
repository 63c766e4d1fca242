package demo

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/order"
)

// person is somebody who buys; without an id a guest.
type person struct {
	id      uuid.UUID
	address order.Address
}

var (
	firstNames = []string{"Ada", "Ben", "Clara", "David", "Emil", "Fatma", "Greta", "Hugo", "Ida", "Jonas", "Karim", "Lena", "Mira", "Noah", "Olga", "Paul", "Rosa", "Sami", "Tara", "Vera"}
	lastNames  = []string{"Albrecht", "Bauer", "Conti", "Dupont", "Ernst", "Fischer", "Gruber", "Huber", "Ilic", "Jansen", "Keller", "Lang", "Meier", "Novak", "Olsen", "Petit", "Roth", "Steiner", "Toth", "Wagner"}
	cities     = map[string]string{"DE": "Bremen", "AT": "Graz", "FR": "Lyon", "CH": "Basel"}
)

// somebody is a customer who came before, a new one, or a guest.
func (y *year) somebody() (person, error) {
	switch {
	case y.chance(12):
		return y.made(), nil
	case len(y.people) > 0 && y.chance(65):
		return y.people[y.dice.IntN(len(y.people))], nil
	}
	p := y.made()
	n := len(y.people) + 1
	saved, err := y.shop.SaveCustomer(y.ctx, oms.CustomerDetails{Customer: crm.Customer{
		ExternalRef: fmt.Sprintf("account-%d", n), Email: fmt.Sprintf("customer-%d@example.com", n),
		Name: p.address.Name, Country: p.address.Country,
	}})
	if err != nil {
		return p, err
	}
	p.id = saved.ID
	y.people = append(y.people, p)
	y.report.Customers++
	return p, nil
}

func (y *year) made() person {
	country := countries[y.dice.IntN(len(countries))]
	name := firstNames[y.dice.IntN(len(firstNames))] + " " + lastNames[y.dice.IntN(len(lastNames))]
	return person{address: order.Address{
		Name: name, Line1: fmt.Sprintf("Example Street %d", 1+y.dice.IntN(99)),
		City: cities[country], PostalCode: fmt.Sprintf("%05d", 10000+y.dice.IntN(80000)), Country: country,
	}}
}

// as is the shop as the person sees it: guests are served by the storefront.
func (y *year) as(p person) *oms.Client {
	if p.id == uuid.Nil {
		return y.shop
	}
	return y.shop.As(event.Actor{Kind: event.Shopper, ID: p.id.String()})
}
