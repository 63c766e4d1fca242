package oms_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
)

func TestAnOrdersWholeLife(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 3)
	o := s.place(line("TEE-M", 2))
	require.Equal(t, order.StatusPending, o.Status)
	require.Equal(t, "39.80 EUR", o.Totals.Total.String())
	require.Equal(t, quantity.Of(2), s.level("TEE-M").Allocated)

	paid := s.pay(o)
	require.Equal(t, order.StatusConfirmed, paid.Order.Status)
	require.Equal(t, order.PaymentPaid, paid.Order.PaymentStatus)

	shipment, err := s.Ship(s.ctx, o.ID, oms.Shipping{Carrier: "post"})
	require.NoError(t, err)
	require.NotEmpty(t, shipment.Tracking)
	s.clean()
	require.Equal(t, quantity.Of(1), s.level("TEE-M").OnHand)

	o, err = s.Deliver(s.ctx, o.ID, oms.Delivery{})
	require.NoError(t, err)
	s.clean()
	require.Equal(t, order.StatusCompleted, o.Status)

	r, err := s.RequestReturn(s.ctx, o.ID, oms.ReturnRequest{Lines: []oms.LineQuantity{{LineID: o.Lines[0].ID, Quantity: quantity.Of(1)}}, Reason: "too small"})
	require.NoError(t, err)
	s.clean()
	_, err = s.ReceiveReturn(s.ctx, o.ID, r.ID, oms.Reception{Location: "main"})
	require.NoError(t, err)
	s.clean()
	require.Equal(t, quantity.Of(2), s.level("TEE-M").OnHand)

	refunded, err := s.Refund(s.ctx, o.ID, oms.Refund{})
	require.NoError(t, err)
	s.clean()
	require.Equal(t, "19.90 EUR", refunded.Tender.Totals.Refunded.String())
	require.Equal(t, order.PaymentPartiallyRefunded, refunded.Order.PaymentStatus)
	require.Equal(t, order.PartiallyReturned, refunded.Order.ReturnStatus)
}

func TestCancelingAPaidOrderReturnsTheMoney(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 3)
	o := s.place(line("TEE-M", 2))
	s.pay(o)
	o, err := s.Cancel(s.ctx, o.ID, oms.Cancellation{Reason: "changed my mind"})
	require.NoError(t, err)
	s.clean()
	require.Equal(t, order.StatusCanceled, o.Status)
	require.True(t, s.level("TEE-M").Allocated.IsZero())
	tenders, err := s.Payments(s.ctx, o.ID)
	require.NoError(t, err)
	require.Equal(t, "39.80 EUR", tenders[0].Totals.Refunded.String())
	require.Equal(t, order.PaymentRefunded, s.order(o.ID).PaymentStatus)
}
