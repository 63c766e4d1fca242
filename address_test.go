package oms_test

import (
	"context"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
	"github.com/go-oms/oms/storage"
)

func TestABookHasOneDefaultOfEachKind(t *testing.T) {
	s := newShop(t)
	ada := s.customer("ada@example.com")
	home := s.address(ada.ID, crm.Address{Label: " home ", City: "London", Country: "gb", DefaultShipping: true, DefaultBilling: true})
	require.Equal(t, "GB", home.Country)
	require.Equal(t, "home", home.Label)
	work := s.address(ada.ID, crm.Address{Label: "work", City: "Leeds", DefaultShipping: true})
	home.DefaultShipping = false
	book, err := s.Addresses(s.ctx, ada.ID)
	require.NoError(t, err)
	require.Equal(t, []crm.Address{*home, *work}, book)

	version := len(s.told(ada.ID))
	s.address(ada.ID, *work)
	require.Len(t, s.told(ada.ID), version, "the same again is no change")
	moved := *work
	moved.City = "York"
	s.address(ada.ID, moved)
	require.NoError(t, s.RemoveAddress(s.ctx, ada.ID, oms.AddressRemoval{AddressID: home.ID}))
	s.clean()
	book, err = s.Addresses(s.ctx, ada.ID)
	require.NoError(t, err)
	require.Equal(t, []crm.Address{moved}, book)
	require.Equal(t, []string{
		"customer.created", "customer.address_saved", "customer.address_saved", "customer.address_saved", "customer.address_removed",
	}, s.told(ada.ID))
}

func TestBadAddressesAreRefused(t *testing.T) {
	s := newShop(t)
	ada, bob := s.customer("ada@example.com"), s.customer("bob@example.com")
	home := s.address(ada.ID, crm.Address{City: "London"})
	save := func(id uuid.UUID, p oms.SavedAddress) func() error {
		return func() error { _, err := s.SaveAddress(s.ctx, id, p); return err }
	}
	e := refusedWithout[*fault.InvalidError](s, save(ada.ID, oms.SavedAddress{Address: crm.Address{City: "London", Country: "Canada"}}))
	require.Equal(t, "address.country", e.Field)
	require.NotContains(t, e.Error(), "Canada")
	refusedWithout[*fault.InvalidError](s, save(ada.ID, oms.SavedAddress{Address: crm.Address{Label: "empty"}}))
	refusedWithout[*fault.NotFoundError](s, save(uuid.New(), oms.SavedAddress{Address: crm.Address{City: "London"}}))
	foreign := crm.Address{ID: home.ID, City: "Leeds"}
	refusedWithout[*fault.NotFoundError](s, save(bob.ID, oms.SavedAddress{Address: foreign}))
	refusedWithout[*fault.StaleError](s, save(ada.ID, oms.SavedAddress{Address: foreign, Version: 1}))
	for _, id := range []uuid.UUID{home.ID, uuid.New(), uuid.Nil} {
		refusedWithout[*fault.NotFoundError](s, func() error {
			return s.RemoveAddress(s.ctx, bob.ID, oms.AddressRemoval{AddressID: id})
		})
	}
	for range 99 {
		_, err := s.SaveAddress(s.ctx, ada.ID, oms.SavedAddress{Address: crm.Address{City: "London"}})
		require.NoError(t, err)
	}
	refusedWithout[*fault.InvalidError](s, save(ada.ID, oms.SavedAddress{Address: crm.Address{City: "London"}}))
}

// ordered makes an order that names saved addresses, as a shopper's cart and as an
// entry of the staff.
func (s *shop) ordered(customer, shipTo, billTo uuid.UUID) map[string]func(c *oms.Client) (*order.Order, error) {
	return map[string]func(c *oms.Client) (*order.Order, error){
		"cart": func(c *oms.Client) (*order.Order, error) {
			return c.Place(s.ctx, oms.Cart{
				CustomerID: customer, ShipToSaved: shipTo, BillToSaved: billTo, Lines: []oms.CartLine{line("TEE-M", 1)},
			})
		},
		"price": func(c *oms.Client) (*order.Order, error) {
			return c.Price(s.ctx, oms.Cart{
				CustomerID: customer, ShipToSaved: shipTo, BillToSaved: billTo, Lines: []oms.CartLine{line("TEE-M", 1)},
			})
		},
		"entry": func(c *oms.Client) (*order.Order, error) {
			return c.Enter(s.ctx, oms.Entry{
				CustomerID: customer, ShipToSaved: shipTo, BillToSaved: billTo,
				Lines: []oms.EntryLine{{SKU: "TEE-M", Quantity: quantity.Of(1), UnitPrice: money.MustParse("5 EUR")}},
			})
		},
	}
}

func TestAnOrderKeepsACopyOfASavedAddress(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 9)
	ada := s.customer("ada@example.com")
	home := s.address(ada.ID, crm.Address{
		Label: "home", Name: "Ada", Company: "Engines", Line1: "1 Row", Line2: "Top", City: "London",
		Region: "LND", PostalCode: "N1", Country: "GB", Phone: "+44 1",
	})
	work := s.address(ada.ID, crm.Address{Label: "work", Name: "A. L.", City: "Leeds", Country: "FR"})
	want := order.Address{
		Name: "Ada", Company: "Engines", Line1: "1 Row", Line2: "Top", City: "London",
		Region: "LND", PostalCode: "N1", Country: "GB", Phone: "+44 1",
	}
	orders := map[string]*order.Order{}
	for name, place := range s.ordered(ada.ID, home.ID, work.ID) {
		o, err := place(s.Client)
		require.NoError(t, err, name)
		if name != "price" {
			orders[name] = o
		}
		want.ID = o.ShipToID
		require.Equal(t, want, *o.ShipTo, name)
		require.NotEqual(t, home.ID, o.ShipToID, "the order has an address of its own")
		require.Equal(t, order.Address{ID: o.BillToID, Name: "A. L.", City: "Leeds", Country: "FR"}, *o.BillTo, name)
		require.Equal(t, "GB", o.Country)
	}
	moved := *home
	moved.City = "York"
	s.address(ada.ID, moved)
	require.NoError(t, s.RemoveAddress(s.ctx, ada.ID, oms.AddressRemoval{AddressID: work.ID}))
	for _, o := range orders {
		require.Equal(t, o, s.order(o.ID), "the book changed, the order did not")
	}
	s.clean()
}

func TestAForeignAddressIsNotFound(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 9)
	ada, eve := s.customer("ada@example.com"), s.customer("eve@example.com")
	home := s.address(ada.ID, crm.Address{City: "London"})
	for _, place := range s.ordered(eve.ID, home.ID, uuid.Nil) {
		refusedWithout[*fault.NotFoundError](s, func() error { _, err := place(s.Client); return err })
	}
	for _, place := range s.ordered(ada.ID, uuid.Nil, uuid.New()) {
		refusedWithout[*fault.NotFoundError](s, func() error { _, err := place(s.Client); return err })
	}
	for _, place := range s.ordered(uuid.Nil, home.ID, uuid.Nil) {
		refusedWithout[*fault.NotFoundError](s, func() error { _, err := place(s.Client); return err })
	}
	// Nor may a shopper look into another's book by the price of a cart.
	price := s.ordered(ada.ID, home.ID, uuid.Nil)["price"]
	refusedWithout[*fault.NotFoundError](s, func() error { _, err := price(s.shopper(eve.ID)); return err })
	_, err := price(s.shopper(ada.ID))
	require.NoError(t, err)
	both := oms.Cart{
		CustomerID: ada.ID, ShipToSaved: home.ID, ShipTo: order.Address{City: "London"}, Lines: []oms.CartLine{line("TEE-M", 1)},
	}
	refusedWithout[*fault.InvalidError](s, func() error { _, err := s.Place(s.ctx, both); return err })
	both.ShipTo, both.BillToSaved, both.BillTo = order.Address{}, home.ID, &order.Address{City: "London"}
	refusedWithout[*fault.InvalidError](s, func() error { _, err := s.Place(s.ctx, both); return err })
}

// noCustomers is a store that must not be asked about customers.
type noCustomers struct{ storage.Store }

func (noCustomers) Customer(context.Context, uuid.UUID) (*crm.Customer, error) {
	panic("a customer was read")
}

func (noCustomers) SavedAddresses(context.Context, uuid.UUID) ([]crm.Address, error) {
	panic("a book was read")
}

func TestPlacingWithoutASavedAddressReadsNoBook(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 9)
	ada := s.customer("ada@example.com")
	blind := noCustomers{s.store}
	_, err := s.With(blind).Place(s.ctx, oms.Cart{CustomerID: ada.ID, Lines: []oms.CartLine{line("TEE-M", 1)}})
	require.NoError(t, err)
}
