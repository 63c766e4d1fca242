package oms_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
)

// drafted is a customer's draft of two shirts, of which five are there.
func (s *shop) drafted(change ...func(*oms.Draft)) *order.Draft {
	s.t.Helper()
	s.receive("TEE-M", 5)
	ada, home := s.reader()
	p := oms.Draft{CustomerID: ada.ID, ShipToSaved: home.ID, Shipping: "standard", Lines: []oms.CartLine{line("TEE-M", 2)}}
	for _, c := range change {
		c(&p)
	}
	d, err := s.SaveDraft(s.ctx, p)
	require.NoError(s.t, err)
	s.clean()
	return d
}

func reserved(p *oms.Draft) { p.Reserve = true }

func (s *shop) draft(id uuid.UUID) *order.Draft {
	s.t.Helper()
	d, err := s.Draft(s.ctx, id)
	require.NoError(s.t, err)
	return d
}

// ended requires that a draft is not open any more, and what it is instead.
func (s *shop) ended(err error, status order.DraftStatus, orderID uuid.UUID) {
	s.t.Helper()
	var e *order.DraftStatusError
	require.ErrorAs(s.t, err, &e)
	require.Equal(s.t, status, e.Status)
	require.Equal(s.t, orderID, e.OrderID)
	require.NotEmpty(s.t, e.Allowed)
	s.clean()
}

func TestDraftBecomesAnOrder(t *testing.T) {
	s := newShop(t)
	d := s.drafted()
	require.Equal(t, order.DraftEdited, d.Status)
	require.Equal(t, "44.70 EUR", d.Total.String())
	require.Equal(t, s.clock.Now().AddDate(0, 0, 30), d.ExpiresAt)

	d, err := s.SaveDraft(s.ctx, oms.Draft{ID: d.ID, Version: d.Version, ShipToSaved: d.ShipToID, Lines: []oms.CartLine{line("TEE-M", 3)}})
	require.NoError(t, err)
	require.Equal(t, "59.70 EUR", d.Total.String())
	_, err = s.SaveDraft(s.ctx, oms.Draft{ID: d.ID, Version: 1, Lines: []oms.CartLine{line("TEE-M", 1)}})
	require.Equal(t, fault.Conflict, fault.KindOf(err))

	price, err := s.PriceDraft(s.ctx, d.ID, oms.DraftPricing{})
	require.NoError(t, err)
	o, err := s.PlaceDraft(s.ctx, d.ID, oms.DraftPlacement{Version: d.Version})
	require.NoError(t, err)
	require.Equal(t, price.Totals, o.Totals)
	require.Equal(t, "draft/"+d.ID.String(), o.CartID)
	require.Equal(t, order.FromShop, o.Origin)
	require.Equal(t, o.ID, s.draft(d.ID).OrderID)
	s.clean()
}

func TestDraftPlacedTwice(t *testing.T) {
	s := newShop(t)
	d := s.drafted()
	o, err := s.PlaceDraft(s.ctx, d.ID, oms.DraftPlacement{Key: "k"})
	require.NoError(t, err)
	again, err := s.PlaceDraft(s.ctx, d.ID, oms.DraftPlacement{Key: "k"})
	require.NoError(t, err)
	require.Equal(t, o, again)
	_, err = s.PlaceDraft(s.ctx, d.ID, oms.DraftPlacement{})
	s.ended(err, order.DraftOrdered, o.ID)
	_, err = s.SaveDraft(s.ctx, oms.Draft{ID: d.ID, Lines: []oms.CartLine{line("TEE-M", 1)}})
	s.ended(err, order.DraftOrdered, o.ID)
	require.Len(t, s.orders(), 1)
}

func TestReservedDraftIsCountedOnce(t *testing.T) {
	s := newShop(t)
	d := s.drafted(reserved)
	held := func(want, allocated int32) {
		t.Helper()
		require.Equal(t, quantity.Of(want), s.level("TEE-M").Reserved)
		require.Equal(t, quantity.Of(allocated), s.level("TEE-M").Allocated)
		s.clean()
	}
	held(2, 0)
	edit := oms.Draft{ID: d.ID, ShipToSaved: d.ShipToID, Lines: []oms.CartLine{line("TEE-M", 4)}, Reserve: true}
	_, err := s.SaveDraft(s.ctx, edit)
	require.NoError(t, err)
	held(4, 0)
	edit.Lines[0].Quantity = quantity.Of(6)
	_, err = s.SaveDraft(s.ctx, edit)
	var short *inventory.ShortageError
	require.ErrorAs(t, err, &short)
	held(4, 0)
	_, err = s.PlaceDraft(s.ctx, d.ID, oms.DraftPlacement{})
	require.NoError(t, err)
	held(0, 4)
}

func TestReservedDraftGivesItsStockBack(t *testing.T) {
	for what, end := range map[string]func(s *shop, d *order.Draft) error{
		"discarded": func(s *shop, d *order.Draft) error {
			_, err := s.DiscardDraft(s.ctx, d.ID, oms.DraftStep{})
			return err
		},
		"declined": func(s *shop, d *order.Draft) error {
			if _, err := s.RequestQuote(s.ctx, d.ID, oms.DraftStep{}); err != nil {
				return err
			}
			_, err := s.DeclineQuote(s.ctx, d.ID, oms.DraftStep{})
			return err
		},
		"kept no longer": func(s *shop, d *order.Draft) error {
			_, err := s.SaveDraft(s.ctx, oms.Draft{ID: d.ID, Lines: []oms.CartLine{line("TEE-M", 2)}})
			return err
		},
		"expired": func(s *shop, d *order.Draft) error {
			s.clock.Add(31 * 24 * time.Hour)
			work, err := s.RunOnce(s.ctx)
			require.Equal(s.t, 1, work.Drafts)
			require.Equal(s.t, order.DraftExpired, s.draft(d.ID).Status)
			return err
		},
	} {
		t.Run(what, func(t *testing.T) {
			s := newShop(t)
			d := s.drafted(reserved)
			require.NoError(t, end(s, d))
			require.True(t, s.level("TEE-M").Reserved.IsZero())
			s.clean()
		})
	}
}

// interrupted is a pricer during whose answer something else happens.
type interrupted struct {
	order.Pricer
	by func()
}

func (p interrupted) Price(ctx context.Context, r order.PriceRequest) ([]order.Price, error) {
	p.by()
	return p.Pricer.Price(ctx, r)
}

// Run comes while a draft is being placed: its time was over in between.
func TestReservedDraftExpiredWhileBeingPlaced(t *testing.T) {
	var meanwhile func()
	s := newShop(t, func(cfg *oms.Config) {
		cfg.Prices = interrupted{cfg.Prices, func() {
			if meanwhile != nil {
				meanwhile()
			}
		}}
	})
	d := s.drafted(reserved)
	meanwhile = func() {
		meanwhile = nil
		s.clock.Add(31 * 24 * time.Hour)
		work, err := s.RunOnce(s.ctx)
		require.NoError(t, err)
		require.Equal(t, 1, work.Drafts)
	}
	_, err := s.PlaceDraft(s.ctx, d.ID, oms.DraftPlacement{})
	require.Equal(t, fault.Rejected, fault.KindOf(err))
	require.Empty(t, s.orders())
	require.True(t, s.level("TEE-M").Reserved.IsZero())
	require.True(t, s.level("TEE-M").Allocated.IsZero())
	require.Equal(t, order.DraftExpired, s.draft(d.ID).Status)
	s.clean()
}

// quoted is a quote of two shirts for 15.00 each instead of 19.90.
func (s *shop) quoted(change ...func(*oms.Draft)) *order.Draft {
	s.t.Helper()
	d := s.drafted(change...)
	_, err := s.RequestQuote(s.ctx, d.ID, oms.DraftStep{})
	require.NoError(s.t, err)
	d, err = s.OfferQuote(s.ctx, d.ID, oms.Offer{
		Lines:      []oms.QuoteLine{{SKU: "TEE-M", Quantity: quantity.Of(2), UnitPrice: money.MustParse("15.00 EUR")}},
		Charges:    []oms.Charge{{Kind: order.Discount, Code: "b2b", Amount: money.MustParse("-1.00 EUR")}},
		ValidUntil: s.clock.Now().Add(48 * time.Hour),
	})
	require.NoError(s.t, err)
	s.clean()
	return d
}

func TestQuoteBecomesAnOrderAtItsPrice(t *testing.T) {
	s := newShop(t)
	d := s.quoted()
	require.Equal(t, order.QuoteOffered, d.Status)
	require.Equal(t, "33.90 EUR", d.Total.String())
	o, err := s.AcceptQuote(s.ctx, d.ID, oms.Acceptance{Version: d.Version})
	require.NoError(t, err)
	require.Equal(t, d.Total, o.Totals.Total)
	require.Equal(t, order.FromQuote, o.Origin)
	require.Equal(t, "15.00 EUR", o.Lines[0].UnitPrice.String())
	require.Equal(t, "standard", o.Shipping)
	s.clean()
}

func TestCounterOfferIsOfferedAsItIs(t *testing.T) {
	s := newShop(t)
	d := s.quoted()
	_, err := s.CounterQuote(s.ctx, d.ID, oms.CounterOffer{
		Version: d.Version, Lines: []oms.QuoteLine{{SKU: "TEE-M", Quantity: quantity.Of(4), UnitPrice: money.MustParse("12.00 EUR")}},
	})
	require.NoError(t, err)
	_, err = s.AcceptQuote(s.ctx, d.ID, oms.Acceptance{})
	s.ended(err, order.QuoteCountered, uuid.Nil)
	d, err = s.OfferQuote(s.ctx, d.ID, oms.Offer{})
	require.NoError(t, err)
	require.Equal(t, "52.90 EUR", d.Total.String())
	o, err := s.AcceptQuote(s.ctx, d.ID, oms.Acceptance{})
	require.NoError(t, err)
	require.Equal(t, quantity.Of(4), o.Lines[0].Quantity)
	s.clean()
}

func TestQuoteAcceptedTwice(t *testing.T) {
	s := newShop(t)
	d := s.quoted(reserved)
	const buyers = 8
	placed, errs := make([]*order.Order, buyers), make([]error, buyers)
	var all sync.WaitGroup
	for i := range buyers {
		all.Go(func() { placed[i], errs[i] = s.AcceptQuote(s.ctx, d.ID, oms.Acceptance{Version: 0}) })
	}
	all.Wait()
	orders := s.orders()
	require.Len(t, orders, 1)
	for i := range buyers {
		if errs[i] == nil {
			require.Equal(t, orders[0].ID, placed[i].ID)
			continue
		}
		s.ended(errs[i], order.DraftOrdered, orders[0].ID)
	}
	require.Equal(t, quantity.Of(2), s.level("TEE-M").Allocated)
	require.True(t, s.level("TEE-M").Reserved.IsZero())
	s.clean()
}

// The clock decides, whether or not Run has come by.
func TestQuoteAcceptedAfterItsTime(t *testing.T) {
	for _, ran := range []bool{false, true} {
		s := newShop(t)
		d := s.quoted()
		s.clock.Add(48 * time.Hour)
		if ran {
			_, err := s.RunOnce(s.ctx)
			require.NoError(t, err)
		}
		_, err := s.AcceptQuote(s.ctx, d.ID, oms.Acceptance{})
		s.ended(err, order.DraftExpired, uuid.Nil)
		_, err = s.OfferQuote(s.ctx, d.ID, oms.Offer{})
		s.ended(err, order.DraftExpired, uuid.Nil)
		require.Empty(t, s.orders())
	}
}

func TestOfferChangedBetweenReadingAndAccepting(t *testing.T) {
	s := newShop(t)
	read := s.quoted()
	_, err := s.OfferQuote(s.ctx, read.ID, oms.Offer{})
	require.NoError(t, err)
	_, err = s.AcceptQuote(s.ctx, read.ID, oms.Acceptance{Version: read.Version})
	var stale *fault.StaleError
	require.ErrorAs(t, err, &stale)
	require.Empty(t, s.orders())
	s.clean()
}

func TestOfferIsForOneCountry(t *testing.T) {
	s := newShop(t)
	d := s.quoted()
	_, err := s.SaveAddress(s.ctx, d.CustomerID, oms.SavedAddress{Address: crm.Address{ID: d.ShipToID, City: "Paris", Country: "FR"}})
	require.NoError(t, err)
	_, err = s.AcceptQuote(s.ctx, d.ID, oms.Acceptance{})
	var changed *order.QuoteChangedError
	require.ErrorAs(t, err, &changed)
	require.True(t, changed.Country)
	require.Equal(t, order.QuoteOffered, s.draft(d.ID).Status)
	require.Empty(t, s.orders())
}

func TestWhoOffersDoesNotAccept(t *testing.T) {
	s := newShop(t)
	d := s.quoted()
	seller := s.As(event.Actor{Kind: event.Staff, ID: "sam"})
	_, err := seller.OfferQuote(s.ctx, d.ID, oms.Offer{})
	require.NoError(t, err)
	_, err = seller.AcceptQuote(s.ctx, d.ID, oms.Acceptance{})
	var party *order.QuotePartyError
	require.ErrorAs(t, err, &party)
	buyer := s.As(event.Actor{Kind: event.Shopper, ID: d.CustomerID.String()})
	_, err = buyer.OfferQuote(s.ctx, d.ID, oms.Offer{})
	var forbidden *oms.ForbiddenError
	require.ErrorAs(t, err, &forbidden)
	_, err = buyer.AcceptQuote(s.ctx, d.ID, oms.Acceptance{})
	require.NoError(t, err)
	s.clean()
}

func TestGuestsCartIsMergedOnce(t *testing.T) {
	s := newShop(t)
	mine := s.drafted(reserved)
	guest, err := s.SaveDraft(s.ctx, oms.Draft{Lines: []oms.CartLine{line("TEE-M", 3), line("MUG", 1)}})
	require.NoError(t, err)
	s.receive("MUG", 1)
	merge := oms.DraftMerge{From: guest.ID, Into: mine.ID, Rule: order.MergeSum}
	d, err := s.MergeDrafts(s.ctx, merge)
	require.NoError(t, err)
	require.Equal(t, []order.DraftLine{
		{SKU: "TEE-M", Quantity: quantity.Of(5)}, {SKU: "MUG", Quantity: quantity.Of(1)},
	}, d.Lines)
	require.Equal(t, mine.ID, s.draft(guest.ID).MergedInto)
	require.Equal(t, quantity.Of(5), s.level("TEE-M").Reserved)
	s.clean()
	_, err = s.MergeDrafts(s.ctx, merge)
	s.ended(err, order.DraftMerged, uuid.Nil)
	require.Equal(t, quantity.Of(5), s.draft(mine.ID).Lines[0].Quantity)
}

// TestMergedDraftsShareTheirStock: what the guest's cart kept is there for the cart that
// its goods go into, though nobody else's would be.
func TestMergedDraftsShareTheirStock(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	mine := s.drafted(reserved)
	left := s.level("TEE-M").Available()
	guest, err := s.SaveDraft(s.ctx, oms.Draft{Lines: []oms.CartLine{{SKU: "TEE-M", Quantity: left}}, Reserve: true})
	require.NoError(t, err)
	require.Zero(t, s.level("TEE-M").Available(), "all of it is kept")
	d, err := s.MergeDrafts(s.ctx, oms.DraftMerge{From: guest.ID, Into: mine.ID, Rule: order.MergeSum})
	require.NoError(t, err)
	require.Equal(t, s.level("TEE-M").Reserved, d.Lines[0].Quantity)
	require.Equal(t, s.level("TEE-M").OnHand, d.Lines[0].Quantity)
	s.clean()
}

func TestMergedDraftIsNobodyElses(t *testing.T) {
	s := newShop(t)
	mine := s.drafted()
	bob := s.customer("bob@example.com")
	other, err := s.SaveDraft(s.ctx, oms.Draft{CustomerID: bob.ID, Lines: []oms.CartLine{line("MUG", 1)}})
	require.NoError(t, err)
	_, err = s.MergeDrafts(s.ctx, oms.DraftMerge{From: other.ID, Into: mine.ID})
	require.ErrorContains(t, err, "a guest's draft")
	require.Equal(t, order.DraftEdited, s.draft(other.ID).Status)
}

func TestReorderLeavesOutWhatIsNotSoldAnyMore(t *testing.T) {
	prices := order.PriceList{"TEE-M": money.MustParse("21.00 EUR"), "MUG": money.MustParse("8.50 EUR"), "PIN": money.MustParse("0.99 EUR")}
	s := newShop(t, func(cfg *oms.Config) { cfg.Prices = prices })
	for _, sku := range []string{"TEE-M", "MUG"} {
		s.receive(sku, 5)
	}
	o := s.place(line("MUG", 2), line("TEE-M", 1))
	delete(prices, "MUG")
	again, err := s.Reorder(s.ctx, o.ID)
	require.NoError(t, err)
	require.Equal(t, []oms.CartLine{line("TEE-M", 1)}, again.Cart.Lines)
	require.Equal(t, []oms.LeftLine{{Line: 1, SKU: "MUG", Quantity: quantity.Of(2), Problem: oms.LeftNoPrice}}, again.Left)
}

func TestShopperBeginsNoReservation(t *testing.T) {
	s := newShop(t)
	d := s.drafted()
	ada := s.As(event.Actor{Kind: event.Shopper, ID: d.CustomerID.String()})
	_, err := ada.SaveDraft(s.ctx, oms.Draft{ID: d.ID, Lines: []oms.CartLine{line("TEE-M", 1)}, Reserve: true})
	require.ErrorContains(t, err, "reserve")
	_, err = ada.SaveDraft(s.ctx, oms.Draft{Lines: []oms.CartLine{line("TEE-M", 1)}})
	require.ErrorContains(t, err, "customer_id")
	require.Equal(t, d, s.draft(d.ID))
}

// Taxes are the law's and not the offer's: they are what they are on the day, and nobody
// pays another total than he was offered.
func TestOfferWhoseTaxesChanged(t *testing.T) {
	table := order.TaxTable{Rates: []order.TaxRate{{Code: "VAT", Country: "GB", RatePPM: 200_000}}}
	s := newShop(t, func(cfg *oms.Config) { cfg.Taxes = &table })
	d := s.quoted()
	offered := d.Total
	table.Rates[0].RatePPM = 250_000
	_, err := s.AcceptQuote(s.ctx, d.ID, oms.Acceptance{})
	var changed *order.QuoteChangedError
	require.ErrorAs(t, err, &changed)
	require.Equal(t, offered, changed.Offered)
	require.NotEqual(t, offered, changed.Now)
	require.Empty(t, s.orders())
	d, err = s.OfferQuote(s.ctx, d.ID, oms.Offer{})
	require.NoError(t, err)
	o, err := s.AcceptQuote(s.ctx, d.ID, oms.Acceptance{Version: d.Version})
	require.NoError(t, err)
	require.Equal(t, d.Total, o.Totals.Total)
	s.clean()
}

// What goods cost meanwhile is nothing to an offer, and everything to a draft.
func TestOfferedPricesAreFrozen(t *testing.T) {
	prices := order.PriceList{"TEE-M": money.MustParse("19.90 EUR")}
	s := newShop(t, func(cfg *oms.Config) { cfg.Prices = prices })
	quote, draft := s.drafted(), s.again()
	quote, err := s.OfferQuote(s.ctx, quote.ID, oms.Offer{})
	require.NoError(t, err)
	prices["TEE-M"] = money.MustParse("25.00 EUR")
	accepted, err := s.AcceptQuote(s.ctx, quote.ID, oms.Acceptance{})
	require.NoError(t, err)
	placed, err := s.PlaceDraft(s.ctx, draft.ID, oms.DraftPlacement{})
	require.NoError(t, err)
	require.Equal(t, "19.90 EUR", accepted.Lines[0].UnitPrice.String())
	require.Equal(t, "25.00 EUR", placed.Lines[0].UnitPrice.String())
	s.clean()
}

// again is a guest's draft of a shirt.
func (s *shop) again() *order.Draft {
	s.t.Helper()
	d, err := s.SaveDraft(s.ctx, oms.Draft{Lines: []oms.CartLine{line("TEE-M", 1)}})
	require.NoError(s.t, err)
	return d
}

// A customer who is merged into another takes his drafts along.
func TestDraftsGoWithAMergedCustomer(t *testing.T) {
	s := newShop(t)
	d := s.drafted()
	other := s.customer("ada@work.example")
	_, err := s.MergeCustomers(s.ctx, oms.Merge{From: d.CustomerID, Into: other.ID})
	require.NoError(t, err)
	require.Equal(t, other.ID, s.draft(d.ID).CustomerID)
	s.clean()
}
