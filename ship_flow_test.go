package oms_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/fulfillment"
	shipping "github.com/go-oms/oms/fulfillment/sandbox"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
)

func TestAnUnpaidOrderIsNotShipped(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 2)
	o := s.place(line("TEE-M", 2))
	_, err := s.Ship(s.ctx, o.ID, oms.Shipping{Carrier: "post"})
	var denied *order.NotAllowedError
	require.ErrorAs(t, err, &denied)
	require.Contains(t, denied.Allowed, order.ActionPay)
	require.Equal(t, fault.Rejected, fault.KindOf(err))
}

func TestALostLabelIsFoundNotBoughtTwice(t *testing.T) {
	for name, kind := range map[string]shipping.Kind{"early": shipping.LoseEarly, "late": shipping.LoseLate, "not sent": shipping.NotSent} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t)
			s.receive("TEE-M", 2)
			o := s.place(line("TEE-M", 2))
			s.pay(o)
			s.post.Script("buy", shipping.Fault{Kind: kind})
			_, err := s.Ship(s.ctx, o.ID, oms.Shipping{Key: "ship", Carrier: "post"})
			require.Error(t, err)
			s.clean()
			_, err = s.Ship(s.ctx, o.ID, oms.Shipping{Key: "other", Carrier: "post"})
			require.Equal(t, fault.Rejected, fault.KindOf(err), "the units are under way already")
			for range 5 {
				s.clock.Add(time.Hour)
				_, err := s.RunOnce(s.ctx)
				require.NoError(t, err)
				s.clean()
			}
			require.Equal(t, order.Fulfilled, s.order(o.ID).FulfillmentStatus)
			shipment, err := s.Ship(s.ctx, o.ID, oms.Shipping{Key: "ship", Carrier: "post"})
			require.NoError(t, err)
			require.NotEmpty(t, shipment.Tracking)
			bought, err := s.post.Find(s.ctx, shipment.ID.String())
			require.NoError(t, err)
			require.Len(t, bought, 1)
		})
	}
}

func TestARefusedLabelLeavesTheUnitsToBeShippedAnew(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 2)
	o := s.place(line("TEE-M", 2))
	s.pay(o)
	s.post.Script("buy", shipping.Fault{Kind: shipping.Refuse})
	_, err := s.Ship(s.ctx, o.ID, oms.Shipping{Carrier: "post"})
	var refused *oms.LabelError
	require.ErrorAs(t, err, &refused)
	s.clean()
	_, err = s.Ship(s.ctx, o.ID, oms.Shipping{Carrier: "post"})
	require.NoError(t, err)
	s.clean()
}

func TestScansComeTwiceLateAndInAnyOrder(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 2)
	o := s.shipped(line("TEE-M", 2))
	list, err := s.Fulfillments(s.ctx, o.ID)
	require.NoError(t, err)
	number := list[0].Shipments[0].Tracking
	at := s.clock.Now()
	scans := []fulfillment.Scan{
		{EventID: "3", Status: fulfillment.Delivered, At: at.Add(3 * time.Hour)},
		{EventID: "1", Status: fulfillment.InTransit, At: at.Add(time.Hour)},
		{EventID: "3", Status: fulfillment.Delivered, At: at.Add(3 * time.Hour)},
		{EventID: "2", Status: fulfillment.OutForDelivery, At: at.Add(2 * time.Hour)},
	}
	for _, scan := range scans {
		_, err := s.Track(s.ctx, oms.Tracking{Carrier: "post", Tracking: number, Scan: scan})
		require.NoError(t, err)
		s.clean()
	}
	o = s.order(o.ID)
	require.Equal(t, order.StatusCompleted, o.Status)
	require.Equal(t, quantity.Of(2), o.Lines[0].Delivered)
	_, err = s.Track(s.ctx, oms.Tracking{Carrier: "post", Tracking: "nobody's", Scan: scans[0]})
	var missing *fault.NotFoundError
	require.ErrorAs(t, err, &missing)
}

func TestShippingInPartsAndCancelingTheRest(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 5)
	s.receive("MUG", 5)
	o := s.place(line("TEE-M", 3), line("MUG", 2))
	s.pay(o)
	_, err := s.Ship(s.ctx, o.ID, oms.Shipping{Carrier: "post", Lines: []oms.LineQuantity{
		{LineID: o.Lines[0].ID, Quantity: quantity.Of(1)}, {LineID: o.Lines[1].ID, Quantity: quantity.Of(2)},
	}})
	require.NoError(t, err)
	s.clean()
	_, err = s.Ship(s.ctx, o.ID, oms.Shipping{Carrier: "post", Lines: units(o, 3)})
	var tooMany *order.QuantityError
	require.ErrorAs(t, err, &tooMany)
	require.Equal(t, quantity.Of(2), tooMany.Allowed)
	o, err = s.Cancel(s.ctx, o.ID, oms.Cancellation{Lines: units(o, 2), Reason: "late"})
	require.NoError(t, err)
	s.clean()
	_, err = s.Cancel(s.ctx, o.ID, oms.Cancellation{Reason: "all"})
	var denied *order.NotAllowedError
	require.ErrorAs(t, err, &denied)
	o, err = s.Deliver(s.ctx, o.ID, oms.Delivery{})
	require.NoError(t, err)
	s.clean()
	require.Equal(t, order.StatusCompleted, s.order(o.ID).Status)
	require.Equal(t, quantity.Of(4), s.level("TEE-M").OnHand)
}

func TestHandedOverWithoutACarrier(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 2)
	o := s.place(line("TEE-M", 2))
	s.pay(o)
	shipment, err := s.Ship(s.ctx, o.ID, oms.Shipping{Tracking: "typed-1"})
	require.NoError(t, err)
	s.clean()
	require.Equal(t, "typed-1", shipment.Tracking)
	require.Equal(t, order.Fulfilled, s.order(o.ID).FulfillmentStatus)
}

func TestServicesNeedNoStock(t *testing.T) {
	s := newShop(t)
	_, err := s.Inventory.SetItem(s.ctx, inventory.ItemSettings{SKU: "PIN", Untracked: true})
	require.NoError(t, err)
	s.receive("TEE-M", 1)
	o := s.place(line("TEE-M", 1), line("PIN", 7))
	s.pay(o)
	_, err = s.Ship(s.ctx, o.ID, oms.Shipping{Carrier: "post"})
	require.NoError(t, err)
	s.clean()
	require.Equal(t, order.Fulfilled, s.order(o.ID).FulfillmentStatus)
	o, err = s.Deliver(s.ctx, o.ID, oms.Delivery{})
	require.NoError(t, err)
	r, err := s.RequestReturn(s.ctx, o.ID, oms.ReturnRequest{Lines: []oms.LineQuantity{{LineID: o.Lines[1].ID, Quantity: quantity.Of(2)}}})
	require.NoError(t, err)
	_, err = s.ReceiveReturn(s.ctx, o.ID, r.ID, oms.Reception{Location: "main"})
	require.NoError(t, err)
	s.clean()
}

func TestReturnsInPartsDamagedAndDismissed(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 5)
	o := s.shipped(line("TEE-M", 5))
	_, err := s.RequestReturn(s.ctx, o.ID, oms.ReturnRequest{Lines: units(o, 6)})
	var tooMany *order.QuantityError
	require.ErrorAs(t, err, &tooMany)
	r, err := s.RequestReturn(s.ctx, o.ID, oms.ReturnRequest{Lines: units(o, 4)})
	require.NoError(t, err)
	_, err = s.RequestReturn(s.ctx, o.ID, oms.ReturnRequest{Lines: units(o, 2)})
	require.ErrorAs(t, err, &tooMany, "units are not returned twice")
	r, err = s.ReceiveReturn(s.ctx, o.ID, r.ID, oms.Reception{Location: "main", Lines: []oms.ReceptionLine{{
		LineID: o.Lines[0].ID, Good: quantity.Of(1), Damaged: quantity.Of(1), Dismissed: quantity.Of(1),
	}}})
	require.NoError(t, err)
	s.clean()
	require.Equal(t, order.ReturnPartly, r.Status)
	r, err = s.CancelReturn(s.ctx, o.ID, r.ID, oms.ReturnCancellation{})
	require.NoError(t, err)
	s.clean()
	require.Equal(t, order.ReturnReceived, r.Status)
	level := s.level("TEE-M")
	require.Equal(t, quantity.Of(2), level.OnHand)
	require.Equal(t, quantity.Of(1), level.Unavailable)
	paid, err := s.Refund(s.ctx, o.ID, oms.Refund{})
	require.NoError(t, err)
	s.clean()
	require.Equal(t, "39.80 EUR", paid.Tender.Totals.Refunded.String())
}

func TestWhatIsBeingLabeledIsNotCalledOff(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 3)
	o := s.place(line("TEE-M", 3))
	s.pay(o)
	s.post.Script("buy", shipping.Fault{Kind: shipping.LoseLate})
	_, err := s.Ship(s.ctx, o.ID, oms.Shipping{Carrier: "post", Lines: units(o, 2)})
	require.Equal(t, fault.Unknown, fault.KindOf(err))
	var waits *oms.LabelUnderWayError
	_, err = s.Cancel(s.ctx, o.ID, oms.Cancellation{Reason: "all"})
	require.ErrorAs(t, err, &waits)
	_, err = s.Cancel(s.ctx, o.ID, oms.Cancellation{Reason: "too many", Lines: units(o, 2)})
	require.ErrorAs(t, err, &waits)
	_, err = s.Cancel(s.ctx, o.ID, oms.Cancellation{Reason: "the free one", Lines: units(o, 1)})
	require.NoError(t, err)
	s.clean()
	s.clock.Add(time.Hour)
	_, err = s.RunOnce(s.ctx)
	require.NoError(t, err)
	s.clean()
	require.Equal(t, order.Fulfilled, s.order(o.ID).FulfillmentStatus)
}
