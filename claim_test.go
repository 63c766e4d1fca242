package oms_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/order"
)

func TestGuestOrdersAreClaimedByEmail(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 20)
	first, second := s.guest("Ada@Example.com"), s.guest("ada@example.com")
	billed, err := s.Place(s.ctx, oms.Cart{
		ShipTo: order.Address{Email: "friend@example.com"}, BillTo: &order.Address{Email: "ada@example.com"},
		Lines: []oms.CartLine{line("TEE-M", 1)},
	})
	require.NoError(t, err)
	stranger := s.guest("eve@example.com")
	ada, bob := s.customer("ada@example.com"), s.customer("bob@example.com")
	taken, err := s.Place(s.ctx, oms.Cart{
		CustomerID: bob.ID, ShipTo: order.Address{Email: "ada@example.com"}, Lines: []oms.CartLine{line("TEE-M", 1)},
	})
	require.NoError(t, err)

	claimed, err := s.ClaimOrders(s.ctx, ada.ID, oms.Claim{Email: " ADA@example.com"})
	require.NoError(t, err)
	s.clean()
	require.Equal(t, []uuid.UUID{first.ID, second.ID, billed.ID}, claimed.Orders)
	require.False(t, claimed.More)
	require.Equal(t, ada.Version+1, claimed.Customer.Version)
	require.Equal(t, []string{first.Number, second.Number, billed.Number}, s.ordersOf(ada.ID))
	require.Equal(t, uuid.Nil, s.order(stranger.ID).CustomerID)
	require.Equal(t, bob.ID, s.order(taken.ID).CustomerID)
	require.Equal(t, first.Version+1, s.order(first.ID).Version)
	require.Equal(t, []string{"customer.created", "customer.orders_claimed"}, s.told(ada.ID))
	timeline, err := s.Timeline(s.ctx, first.ID)
	require.NoError(t, err)
	require.Equal(t, "order.claimed", timeline[len(timeline)-1].Type)

	// Once more there is nothing to do, which is no mistake.
	again, err := s.ClaimOrders(s.ctx, ada.ID, oms.Claim{Email: "ada@example.com"})
	require.NoError(t, err)
	require.Empty(t, again.Orders)
	require.Equal(t, claimed.Customer, again.Customer)
	_, err = s.shopper(ada.ID).Order(s.ctx, first.ID)
	require.NoError(t, err)
}

func TestNobodyClaimsByAnEmailThatIsNotHis(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 20)
	s.guest("ada@example.com")
	bob := s.customer("bob@example.com")
	claim := func(c *oms.Client, id uuid.UUID, p oms.Claim) func() error {
		return func() error { _, err := c.ClaimOrders(s.ctx, id, p); return err }
	}
	wrong := refusedWithout[*crm.ClaimError](s, claim(s.Client, bob.ID, oms.Claim{Email: "ada@example.com"}))
	require.Equal(t, bob.ID, wrong.CustomerID)
	require.NotContains(t, wrong.Error(), "ada@")
	s.customer("ada@example.com")
	refusedWithout[*crm.ClaimError](s, claim(s.Client, bob.ID, oms.Claim{Email: "ada@example.com"}))
	refusedWithout[*fault.InvalidError](s, claim(s.Client, bob.ID, oms.Claim{Email: " "}))
	refusedWithout[*fault.NotFoundError](s, claim(s.Client, uuid.New(), oms.Claim{Email: "ada@example.com"}))
	refusedWithout[*fault.StaleError](s, claim(s.Client, bob.ID, oms.Claim{Email: "bob@example.com", Version: 9}))
	refusedWithout[*oms.ForbiddenError](s, claim(s.shopper(bob.ID), bob.ID, oms.Claim{Email: "bob@example.com"}))
	for _, kind := range []event.ActorKind{event.Staff, event.Integration, event.System} {
		_, err := s.As(event.Actor{Kind: kind}).ClaimOrders(s.ctx, bob.ID, oms.Claim{Email: "bob@example.com"})
		require.NoError(t, err)
	}
}

func TestAClaimOfManyOrdersGoesOn(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 1100)
	for _, err := range together(1005, func(int) error {
		_, err := s.Place(s.ctx, oms.Cart{ShipTo: order.Address{Email: "ada@example.com"}, Lines: []oms.CartLine{line("TEE-M", 1)}})
		return err
	}) {
		require.NoError(t, err)
	}
	ada := s.customer("ada@example.com")
	claimed, err := s.ClaimOrders(s.ctx, ada.ID, oms.Claim{Email: "ada@example.com"})
	require.NoError(t, err)
	require.Len(t, claimed.Orders, 1000)
	require.True(t, claimed.More)
	claimed, err = s.ClaimOrders(s.ctx, ada.ID, oms.Claim{Email: "ada@example.com"})
	require.NoError(t, err)
	require.Len(t, claimed.Orders, 5)
	require.False(t, claimed.More)
	s.clean()
}

// Who is sent a present does not get the order by its email: the payer does.
func TestAPresentIsClaimedByWhoPaidForIt(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 5)
	place := func(billTo *order.Address) uuid.UUID {
		o, err := s.Place(s.ctx, oms.Cart{
			ShipTo: order.Address{Email: "friend@example.com"}, BillTo: billTo, Lines: []oms.CartLine{line("TEE-M", 1)},
		})
		require.NoError(t, err)
		return o.ID
	}
	present := place(&order.Address{Line1: "1 Secret Lane", Email: "Ada@example.com"})
	own := place(&order.Address{Company: "Friend & Co"})
	for _, c := range []struct {
		email string
		want  uuid.UUID
	}{{"friend@example.com", own}, {"ada@example.com", present}} {
		claimed, err := s.ClaimOrders(s.ctx, s.customer(c.email).ID, oms.Claim{Email: c.email})
		require.NoError(t, err)
		require.Equal(t, []uuid.UUID{c.want}, claimed.Orders)
		require.False(t, claimed.More)
	}
	s.clean()
}

// However many claims come at once, each order is handed over by one of them.
func TestOrdersClaimedAtOnceEndWithOne(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 30)
	for range 10 {
		s.guest("ada@example.com")
	}
	ada := s.customer("ada@example.com")
	claims := make([]*oms.Claimed, 8)
	for _, err := range together(len(claims), func(i int) (err error) {
		claims[i], err = s.ClaimOrders(s.ctx, ada.ID, oms.Claim{Email: "ada@example.com"})
		return err
	}) {
		require.NoError(t, err)
	}
	seen := map[uuid.UUID]bool{}
	for _, c := range claims {
		for _, id := range c.Orders {
			require.False(t, seen[id], "claimed twice")
			seen[id] = true
		}
	}
	require.Len(t, seen, 10)
	require.Len(t, s.ordersOf(ada.ID), 10)
	s.clean()
}
