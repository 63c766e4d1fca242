package oms_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
)

func TestCancelingALineKeepsTheHoldForTheRest(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 3)
	s.receive("MUG", 3)
	o := s.place(line("TEE-M", 2), line("MUG", 1))
	_, err := s.Pay(s.ctx, o.ID, oms.Payment{Gateway: "card", Source: "tok_visa", Hold: true})
	require.NoError(t, err)
	_, err = s.Cancel(s.ctx, o.ID, oms.Cancellation{
		Lines: []oms.LineQuantity{{LineID: o.Lines[1].ID, Quantity: quantity.Of(1)}}, Reason: "not this one",
	})
	require.NoError(t, err)
	s.clean()
	o = s.order(o.ID)
	require.Equal(t, order.PaymentAuthorized, o.PaymentStatus)
	_, err = s.Ship(s.ctx, o.ID, oms.Shipping{Carrier: "post"})
	require.NoError(t, err)
	paid, err := s.Capture(s.ctx, o.ID, oms.Capture{})
	require.NoError(t, err)
	require.Equal(t, "39.80 EUR", paid.Tender.Totals.Captured.String())
	s.clean()
}
