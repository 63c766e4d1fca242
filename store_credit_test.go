package oms_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/payment"
	gateway "github.com/go-oms/oms/payment/sandbox"
	"github.com/go-oms/oms/quantity"
	"github.com/go-oms/oms/reporting"
)

// sentTo is an order of a customer that was paid by card and shipped.
func (s *shop) sentTo(customer, company uuid.UUID, lines ...oms.CartLine) *order.Order {
	s.t.Helper()
	o, err := s.Place(s.ctx, oms.Cart{CustomerID: customer, CompanyID: company, Lines: lines, ShipTo: order.Address{Country: "GB"}})
	require.NoError(s.t, err)
	s.pay(o)
	_, err = s.Ship(s.ctx, o.ID, oms.Shipping{Carrier: "post"})
	require.NoError(s.t, err)
	return s.order(o.ID)
}

func forCredit(o *order.Order, n int32) oms.ReturnRequest {
	return oms.ReturnRequest{Lines: []oms.LineQuantity{{LineID: o.Lines[0].ID, Quantity: quantity.Of(n)}}, Resolution: order.ToStoreCredit}
}

func (s *shop) returned(o *order.Order, p oms.ReturnRequest) {
	s.t.Helper()
	r, err := s.RequestReturn(s.ctx, o.ID, p)
	require.NoError(s.t, err)
	s.clean()
	_, err = s.ReceiveReturn(s.ctx, o.ID, r.ID, oms.Reception{Location: "main"})
	require.NoError(s.t, err)
	s.clean()
}

// available is what a customer may spend in the currency of its text.
func (s *shop) available(customer uuid.UUID) []string {
	s.t.Helper()
	balances, err := s.Credit(s.ctx, customer)
	require.NoError(s.t, err)
	var texts []string
	for _, b := range balances {
		texts = append(texts, b.Available.String())
	}
	return texts
}

// nothingBack: the card gets nothing of what became store credit; nor does goodwill give
// it a second time where all goods came back.
func (s *shop) nothingBack(o *order.Order, all bool) {
	s.t.Helper()
	refund := func(amount money.Money) func() error {
		return func() error {
			_, err := s.Refund(s.ctx, o.ID, oms.Refund{Amount: amount, Reason: "again"})
			return err
		}
	}
	refusedWithout[*fault.InvalidError](s, refund(money.Money{}))
	if all {
		refusedWithout[*payment.CapError](s, refund(s.order(o.ID).StoreCredit()))
	}
	tenders, err := s.Payments(s.ctx, o.ID)
	require.NoError(s.t, err)
	require.True(s.t, tenders[0].Totals.Refunded.IsZero())
}

func TestAReturnBecomesStoreCredit(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 9)
	ada := s.customer("ada@example.com").ID
	o := s.sentTo(ada, uuid.Nil, line("TEE-M", 3))
	s.returned(o, forCredit(o, 1))
	require.Equal(t, []string{"19.90 EUR"}, s.available(ada), "a part")
	require.Equal(t, eur("59.70"), s.order(o.ID).Due(), "the money stays")
	s.nothingBack(o, false)
	s.returned(o, forCredit(o, 2))
	require.Equal(t, []string{"59.70 EUR"}, s.available(ada), "the whole")
	s.nothingBack(o, true)

	again := s.orderOf(ada, 3)
	require.NoError(t, s.onAccount(again, false), "it pays for the next order")
	require.Equal(t, [3]string{"0.00 EUR", "0.00 EUR", "0.00 EUR"}, s.account(ada))
	more := s.orderOf(ada, 1)
	refusedWithout[*crm.CreditLimitError](s, func() error { return s.onAccount(more, false) })
}

// TestStoreCreditIsASaleOnce: what was given as store credit is no turnover before it is
// spent, and then once.
func TestStoreCreditIsASaleOnce(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 9)
	ada := s.customer("ada@example.com").ID
	net := func() string {
		r, _ := reporting.Named("sales")
		r.Query.Zone, r.Query.By = "UTC", nil
		table, err := s.Report(s.ctx, r.Query)
		require.NoError(t, err)
		return table.Rows[0].Values[table.Column(reporting.Net)].String()
	}
	o := s.sentTo(ada, uuid.Nil, line("TEE-M", 3))
	require.Equal(t, "59.70", net())
	s.returned(o, forCredit(o, 3))
	require.Equal(t, "0.00", net(), "nothing is sold any more")
	require.NoError(t, s.onAccount(s.orderOf(ada, 2), false))
	require.Equal(t, "39.80", net())
}

func TestStoreCreditOfAReturnIsGivenOnce(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 9)
	ada := s.customer("ada@example.com").ID
	o := s.sentTo(ada, uuid.Nil, line("TEE-M", 2))
	p := forCredit(o, 1)
	p.Key = "ask"
	var id uuid.UUID
	for range 2 {
		r, err := s.RequestReturn(s.ctx, o.ID, p)
		require.NoError(t, err)
		id = r.ID
	}
	for range 3 {
		_, err := s.ReceiveReturn(s.ctx, o.ID, id, oms.Reception{Key: "came", Location: "main"})
		require.NoError(t, err)
	}
	_, err := s.ReceiveReturn(s.ctx, o.ID, id, oms.Reception{Key: "came again", Location: "main"})
	require.Error(t, err)
	_, err = s.AddNote(s.ctx, o.ID, oms.Note{Text: "whatever else happens to the order"})
	require.NoError(t, err)
	s.clean()
	require.Equal(t, []string{"19.90 EUR"}, s.available(ada))
	history, err := s.CustomerTimeline(s.ctx, ada)
	require.NoError(t, err)
	var entries []crm.Entry
	for _, e := range history {
		if d, ok := e.Event.Payload.(*crm.Delta); ok && d.Entry != nil {
			entries = append(entries, *d.Entry)
		}
	}
	require.Equal(t, []crm.Entry{{Kind: crm.StoreCredit, Amount: eur("19.90"), OrderID: o.ID, Reason: "return"}}, entries)
}

func TestStoreCreditIsLessTheFees(t *testing.T) {
	s := newShop(t, func(cfg *oms.Config) {
		cfg.Returns = order.ReturnPolicy{
			Reasons:  []order.ReturnReason{{Code: "dislike", Fee: &order.RestockingFee{PPM: 100_000}, CustomerPays: true}},
			Shipping: []money.Money{eur("3.00")},
		}
	})
	s.receive("TEE-M", 9)
	ada := s.customer("ada@example.com").ID
	o := s.sentTo(ada, uuid.Nil, line("TEE-M", 2))
	p := forCredit(o, 2)
	p.Reason = "dislike"
	s.returned(o, p)
	require.Equal(t, []string{"32.82 EUR"}, s.available(ada), "39.80 less a tenth and the way back")
	s.nothingBack(o, true)
}

// TestStoreCreditInAdvanceIsTakenBack: what was given for goods that do not come is no
// store credit, whatever was bought with it meanwhile.
func TestStoreCreditInAdvanceIsTakenBack(t *testing.T) {
	s := newShop(t, func(cfg *oms.Config) { cfg.Returns = order.ReturnPolicy{Instant: true, ExpireAfter: time.Hour} })
	s.receive("TEE-M", 9)
	ada := s.customer("ada@example.com").ID
	o := s.sentTo(ada, uuid.Nil, line("TEE-M", 2))
	p := forCredit(o, 2)
	p.Instant = true
	r, err := s.RequestReturn(s.ctx, o.ID, p)
	require.NoError(t, err)
	s.clean()
	require.NoError(t, s.onAccount(s.orderOf(ada, 1), false))
	_, err = s.ReceiveReturn(s.ctx, o.ID, r.ID, oms.Reception{Location: "main", Lines: []oms.ReceptionLine{
		{LineID: o.Lines[0].ID, Good: quantity.Of(1)},
	}})
	require.NoError(t, err)
	require.Equal(t, [3]string{"-19.90 EUR", "0.00 EUR", "19.90 EUR"}, s.account(ada))
	_, err = s.CancelReturn(s.ctx, o.ID, r.ID, oms.ReturnCancellation{})
	require.NoError(t, err)
	require.Equal(t, [3]string{"0.00 EUR", "0.00 EUR", "0.00 EUR"}, s.account(ada))
	s.nothingBack(o, false)
}

// TestUnpaidGoodsBringNoStoreCredit: what was not paid is owed no more, and that is all.
func TestUnpaidGoodsBringNoStoreCredit(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 9)
	ada := s.borrower("100.00")
	o := s.orderOf(ada, 2)
	require.NoError(t, s.onAccount(o, true)) // held, and not charged
	_, err := s.Ship(s.ctx, o.ID, oms.Shipping{Carrier: "post"})
	require.NoError(t, err)
	s.returned(o, forCredit(o, 1))
	require.Equal(t, "0.00 EUR", s.order(o.ID).StoreCredit().String())
	require.Equal(t, eur("19.90"), s.order(o.ID).Due())
	require.Equal(t, "0.00 EUR", s.account(ada)[0])
}

func TestStoreCreditIsKeptByCurrency(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 9)
	ada := s.customer("ada@example.com").ID
	for _, price := range []string{"19.90 EUR", "25.00 USD", "19.90 EUR"} {
		o, err := s.Enter(s.ctx, oms.Entry{CustomerID: ada, Lines: []oms.EntryLine{
			{SKU: "TEE-M", Quantity: quantity.Of(1), UnitPrice: money.MustParse(price)},
		}})
		require.NoError(t, err)
		s.pay(o)
		_, err = s.Ship(s.ctx, o.ID, oms.Shipping{Carrier: "post"})
		require.NoError(t, err)
		s.returned(o, forCredit(o, 1))
	}
	require.Equal(t, []string{"39.80 EUR", "25.00 USD"}, s.available(ada))
}

func TestStoreCreditOfACompany(t *testing.T) {
	b := newBuying(newShop(t), "", per(crm.PerMonth, "100.00"))
	o := b.sentTo(b.buyer, b.company, line("TEE-M", 2))
	b.returned(o, forCredit(o, 1))
	require.Equal(t, []string{"19.90 EUR"}, b.available(b.company))
	require.Empty(t, b.available(b.buyer))
	require.Equal(t, "month 2026-03 80.10 EUR", b.left(uuid.Nil), "what was sent back is spent no more")
}

func TestNobodyHasStoreCreditAsAGuest(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 9)
	for name, o := range map[string]*order.Order{
		"a guest":            s.shipped(line("TEE-M", 1)),
		"a customer unknown": s.sentTo(uuid.New(), uuid.Nil, line("TEE-M", 1)),
	} {
		e := refusedWithout[*order.ResolutionError](s, func() error { _, err := s.RequestReturn(s.ctx, o.ID, forCredit(o, 1)); return err })
		require.Equal(t, []order.Resolution{order.ToTenders, order.NoCredit}, e.Allowed, name)
	}
}

// TestStoreCreditOfGoodsPaidForLater: the money for goods that came back before it was
// there becomes store credit, too, and does not go back.
func TestStoreCreditOfGoodsPaidForLater(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 9)
	ada := s.customer("ada@example.com").ID
	o := s.orderOf(ada, 2)
	_, err := s.Pay(s.ctx, o.ID, oms.Payment{Gateway: "card", Source: "tok_visa", Hold: true})
	require.NoError(t, err)
	_, err = s.Ship(s.ctx, o.ID, oms.Shipping{Carrier: "post"})
	require.NoError(t, err)
	s.card.Script(payment.Capture, gateway.Step{Pending: true})
	_, err = s.Capture(s.ctx, o.ID, oms.Capture{})
	require.NoError(t, err)
	s.returned(o, forCredit(o, 1))
	require.Empty(t, s.available(ada))
	for range 3 {
		s.clock.Add(24 * time.Hour)
		_, err = s.RunOnce(s.ctx)
		require.NoError(t, err)
		s.clean()
	}
	require.Equal(t, []string{"19.90 EUR"}, s.available(ada))
	s.nothingBack(o, false)
}

// TestWhatIsBoughtWithStoreCreditIsSoldOnce: the money of what came back is no sale, and
// what is bought with it is one.
func TestWhatIsBoughtWithStoreCreditIsSoldOnce(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 9)
	ada := s.customer("ada@example.com").ID
	o := s.sentTo(ada, uuid.Nil, line("TEE-M", 2))
	s.returned(o, forCredit(o, 1))
	require.NoError(t, s.onAccount(s.orderOf(ada, 1), false))
	table, err := s.Report(s.ctx, reporting.Query{
		From: reporting.Sales, Zone: "UTC",
		Measures: []reporting.Measure{reporting.Total, reporting.Refunded, reporting.Due, reporting.Net, reporting.AverageOrderValue},
	})
	require.NoError(t, err)
	want := []string{"59.70 EUR", "-19.90 EUR", "39.80 EUR", "39.80 EUR", "29.85 EUR"}
	for i, v := range table.Rows[0].Values {
		require.Equal(t, want[i], v.Money().String(), "%d", i)
	}
}
