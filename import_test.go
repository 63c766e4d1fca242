package oms_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
)

func pastSale(at time.Time) oms.Past {
	return oms.Past{
		ExternalRef: "536365", Channel: "old", Country: "GB", PlacedAt: at, PaidAt: at, ShippedAt: at, DeliveredAt: at,
		ReceivedAt: at.Add(-time.Minute), Location: "main", Gateway: "past",
		Lines: []oms.PastLine{
			{SKU: "LAMP", Title: "Lamp", Quantity: quantity.Of(6), UnitPrice: money.MustParse("2.55 GBP")},
			{SKU: "FREE", Quantity: quantity.Of(1), UnitPrice: money.MustParse("0 GBP")},
		},
		Charges: []oms.Charge{{Kind: order.Shipping, Code: "POST", Amount: money.MustParse("18.00 GBP")}},
	}
}

func TestAPastOrderIsImportedWithItsWholeLife(t *testing.T) {
	s := newShop(t)
	at := time.Date(2010, 12, 1, 8, 26, 0, 0, time.UTC)
	o, err := s.Import(s.ctx, pastSale(at))
	require.NoError(t, err)
	s.clean()
	require.Equal(t, order.StatusCompleted, o.Status)
	require.Equal(t, order.PaymentPaid, o.PaymentStatus)
	require.Equal(t, order.Delivered, o.FulfillmentStatus)
	require.Equal(t, "33.30 GBP", o.Totals.Total.String())
	found, err := s.OrderByRef(s.ctx, "old", "536365")
	require.NoError(t, err)
	require.Equal(t, o.ID, found.ID)
	entries, err := s.Timeline(s.ctx, o.ID)
	require.NoError(t, err)
	for _, e := range entries {
		require.Equal(t, at, e.At)
		require.Equal(t, s.clock.Now(), e.RecordedAt)
	}
	require.True(t, s.level("LAMP").OnHand.IsZero())
}

func TestAPastReturnAtAnotherPriceIsRefundedToThePenny(t *testing.T) {
	for name, c := range map[string]struct{ amount, refunded, paidOut string }{
		"as sold":          {"", "7.65 GBP", "0.00 GBP"},
		"less":             {"7.00 GBP", "7.00 GBP", "0.00 GBP"},
		"more":             {"8.00 GBP", "8.00 GBP", "0.00 GBP"},
		"more than it was": {"50.00 GBP", "33.30 GBP", "16.70 GBP"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t)
			o, err := s.Import(s.ctx, pastSale(s.clock.Now()))
			require.NoError(t, err)
			p := oms.PastReturn{Location: "main", Gateway: "past", At: s.clock.Now(), Lines: []oms.LineQuantity{{LineID: o.Lines[0].ID, Quantity: quantity.Of(3)}}}
			if c.amount != "" {
				p.Amount = money.MustParse(c.amount)
			}
			_, err = s.ImportReturn(s.ctx, o.ID, p)
			require.NoError(t, err)
			s.clean()
			tenders, err := s.Payments(s.ctx, o.ID)
			require.NoError(t, err)
			require.Equal(t, c.refunded, tenders[0].Totals.Refunded.String())
			paidOut := money.Zero("GBP")
			for _, tender := range tenders {
				paidOut, err = paidOut.Add(tender.Totals.PaidOut)
				require.NoError(t, err)
			}
			require.Equal(t, c.paidOut, paidOut.String())
			require.Equal(t, quantity.Of(3), s.level("LAMP").OnHand)
		})
	}
}

func TestGoodsWithoutASaleAndBooksEntries(t *testing.T) {
	s := newShop(t)
	now := s.clock.Now()
	o, err := s.Import(s.ctx, oms.Past{
		PlacedAt: now, PaidAt: now, Gateway: "past", Location: "main", BackReason: "unknown sale",
		Back: []oms.PastBack{{SKU: "LAMP", Quantity: quantity.Of(2), UnitPrice: money.MustParse("2.55 GBP")}},
	})
	require.NoError(t, err)
	s.clean()
	require.Equal(t, order.FromBlind, o.Origin)
	require.Equal(t, order.Returned, o.ReturnStatus)
	require.Equal(t, order.StatusCompleted, o.Status)
	require.Equal(t, quantity.Of(2), s.level("LAMP").OnHand)

	for _, p := range []oms.Past{
		{Charges: []oms.Charge{{Kind: order.Fee, Code: "bad_debt", Amount: money.MustParse("11062.06 GBP")}}},
		{Credits: []oms.Charge{{Code: "bad_debt", Amount: money.MustParse("11062.06 GBP")}}},
		{Charges: []oms.Charge{{Kind: order.Fee, Code: "amazon", Amount: money.MustParse("-5.00 GBP")}}},
	} {
		p.PlacedAt, p.PaidAt, p.Gateway = now, now, "past"
		o, err := s.Import(s.ctx, p)
		require.NoError(t, err)
		s.clean()
		require.Equal(t, order.FromBooks, o.Origin)
		require.Equal(t, order.StatusCompleted, o.Status, "%v %v", o.Totals, o.PaymentStatus)
	}
}
