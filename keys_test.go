package oms_test

import (
	"context"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/fulfillment"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/payment"
	gateway "github.com/go-oms/oms/payment/sandbox"
	"github.com/go-oms/oms/quantity"
)

// keyed lists, for every command with a key, how to make one that succeeds and
// what another body would be. Each case gets a shop of its own.
var keyed = map[string]struct {
	args  func(*shop) []any // without the context; the last is the params struct
	other func(any) any
}{
	"Place": {
		func(s *shop) []any {
			s.receive("TEE-M", 2)
			return []any{oms.Cart{Key: "k", Lines: []oms.CartLine{line("TEE-M", 2)}}}
		},
		func(p any) any { c := p.(oms.Cart); c.Channel = "web"; return c },
	},
	"PlaceSplit": {
		func(s *shop) []any {
			s.receive("TEE-M", 2)
			return []any{oms.Cart{Key: "k", Lines: []oms.CartLine{line("TEE-M", 2)}}}
		},
		func(p any) any { c := p.(oms.Cart); c.CartID = "c"; return c },
	},
	"Enter": {
		func(s *shop) []any {
			s.receive("TEE-M", 2)
			return []any{oms.Entry{Key: "k", Lines: []oms.EntryLine{{SKU: "TEE-M", Quantity: quantity.Of(2), UnitPrice: money.MustParse("5 EUR")}}}}
		},
		func(p any) any { e := p.(oms.Entry); e.Channel = "phone"; return e },
	},
	"Import": {
		func(s *shop) []any {
			now := s.clock.Now()
			return []any{oms.Past{
				Key: "k", PlacedAt: now, PaidAt: now, ShippedAt: now, ReceivedAt: now, Location: "main", Gateway: "past",
				Lines: []oms.PastLine{{SKU: "OLD", Quantity: quantity.Of(2), UnitPrice: money.MustParse("5 EUR")}},
			}}
		},
		func(p any) any { e := p.(oms.Past); e.Channel = "phone"; return e },
	},
	"ImportReturn": {
		func(s *shop) []any {
			o := s.shipped2()
			return []any{o.ID, oms.PastReturn{Key: "k", Location: "main", Gateway: "past", At: s.clock.Now(), Lines: units(o, 1)}}
		},
		func(p any) any { e := p.(oms.PastReturn); e.Reason = "other"; return e },
	},
	"SaveDraft": {
		func(*shop) []any { return []any{oms.Draft{Key: "k", Lines: []oms.CartLine{line("TEE-M", 2)}}} },
		func(p any) any { x := p.(oms.Draft); x.Channel = "web"; return x },
	},
	"DiscardDraft": {func(s *shop) []any { return []any{s.drafted().ID, oms.DraftStep{Key: "k"}} }, otherDraftStep},
	"PlaceDraft": {
		func(s *shop) []any { return []any{s.drafted().ID, oms.DraftPlacement{Key: "k"}} },
		func(p any) any { x := p.(oms.DraftPlacement); x.Version = 9; return x },
	},
	"MergeDrafts": {
		func(s *shop) []any {
			mine := s.drafted()
			guest, err := s.SaveDraft(s.ctx, oms.Draft{Lines: []oms.CartLine{line("TEE-M", 3)}})
			require.NoError(s.t, err)
			return []any{oms.DraftMerge{Key: "k", From: guest.ID, Into: mine.ID}}
		},
		func(p any) any { x := p.(oms.DraftMerge); x.Reason = "other"; return x },
	},
	"RequestQuote": {func(s *shop) []any { return []any{s.drafted().ID, oms.DraftStep{Key: "k"}} }, otherDraftStep},
	"OfferQuote": {
		func(s *shop) []any { return []any{s.drafted().ID, oms.Offer{Key: "k"}} },
		func(p any) any { x := p.(oms.Offer); x.Reason = "other"; return x },
	},
	"CounterQuote": {
		func(s *shop) []any {
			return []any{s.quoted().ID, oms.CounterOffer{Key: "k", Lines: []oms.QuoteLine{{SKU: "TEE-M", Quantity: quantity.Of(1)}}}}
		},
		func(p any) any { x := p.(oms.CounterOffer); x.Reason = "other"; return x },
	},
	"AcceptQuote": {
		func(s *shop) []any { return []any{s.quoted().ID, oms.Acceptance{Key: "k"}} },
		func(p any) any { x := p.(oms.Acceptance); x.Version = 9; return x },
	},
	"DeclineQuote": {func(s *shop) []any { return []any{s.quoted().ID, oms.DraftStep{Key: "k"}} }, otherDraftStep},
	"Subscribe": {
		func(s *shop) []any {
			ada, home := s.reader()
			return []any{oms.Subscription{
				Key: "k", CustomerID: ada.ID, ShipToSaved: home.ID, Lines: []oms.SubscriptionLine{{SKU: "TEE-M", Quantity: quantity.Of(2)}},
				Schedule: order.Schedule{Every: 1, Unit: order.Month, Start: s.clock.Now()},
				Payment:  order.SubscriptionPayment{Gateway: "card", Source: "tok_visa"},
			}}
		},
		func(p any) any { x := p.(oms.Subscription); x.Payment.Source = "tok_other"; return x },
	},
	"ChangeSubscription": {
		func(s *shop) []any {
			return []any{s.monthly().ID, oms.SubscriptionChange{Key: "k", Payment: &order.SubscriptionPayment{Gateway: "card", Source: "tok_visa"}}}
		},
		func(p any) any {
			x := p.(oms.SubscriptionChange)
			x.Payment = &order.SubscriptionPayment{Gateway: "card", Source: "tok_other"}
			return x
		},
	},
	"SkipRun": {
		func(s *shop) []any { return []any{s.monthly().ID, oms.RunSkip{Key: "k"}} },
		func(p any) any { x := p.(oms.RunSkip); x.Reason = "other"; return x },
	},
	"PauseSubscription": {func(s *shop) []any { return []any{s.monthly().ID, oms.SubscriptionStep{Key: "k"}} }, otherStep},
	"ResumeSubscription": {
		func(s *shop) []any {
			sub := s.monthly()
			_, err := s.PauseSubscription(s.ctx, sub.ID, oms.SubscriptionStep{})
			require.NoError(s.t, err)
			return []any{sub.ID, oms.SubscriptionStep{Key: "k"}}
		},
		otherStep,
	},
	"CancelSubscription": {func(s *shop) []any { return []any{s.monthly().ID, oms.SubscriptionStep{Key: "k"}} }, otherStep},
	"Pay": {
		func(s *shop) []any {
			s.receive("TEE-M", 2)
			return []any{s.place(line("TEE-M", 2)).ID, oms.Payment{Key: "k", Gateway: "card", Source: "tok_visa"}}
		},
		func(p any) any { e := p.(oms.Payment); e.Hold = true; return e },
	},
	"Capture": {
		func(s *shop) []any {
			s.receive("TEE-M", 2)
			o := s.place(line("TEE-M", 2))
			_, err := s.Pay(s.ctx, o.ID, oms.Payment{Gateway: "card", Source: "tok_visa", Hold: true})
			require.NoError(s.t, err)
			return []any{o.ID, oms.Capture{Key: "k"}}
		},
		func(p any) any { e := p.(oms.Capture); e.Amount = oneCent; return e },
	},
	"Refund": {
		func(s *shop) []any {
			return []any{s.shipped2().ID, oms.Refund{Key: "k", Amount: oneCent, Reason: "late"}}
		},
		func(p any) any { e := p.(oms.Refund); e.Reason = "other"; return e },
	},
	"Confirm": {
		func(s *shop) []any {
			s.receive("TEE-M", 2)
			o := s.place(line("TEE-M", 2))
			paid, err := s.Pay(s.ctx, o.ID, oms.Payment{Gateway: "card", Source: gateway.TokenPending})
			require.NoError(s.t, err)
			return []any{paid.Op.ID, oms.Confirmation{Key: "k", Found: payment.Confirmation{State: payment.Succeeded}}}
		},
		func(p any) any { e := p.(oms.Confirmation); e.Found.Note = "bank"; return e },
	},
	"Cancel": {
		func(s *shop) []any {
			s.receive("TEE-M", 2)
			return []any{s.place(line("TEE-M", 2)).ID, oms.Cancellation{Key: "k", Reason: "changed"}}
		},
		func(p any) any { e := p.(oms.Cancellation); e.Reason = "other"; return e },
	},
	"Change": {
		func(s *shop) []any {
			s.receive("TEE-M", 2)
			o := s.place(line("TEE-M", 2))
			return []any{o.ID, oms.ChangeRequest{Key: "k", Steps: oneFewer(o)}}
		},
		func(p any) any { e := p.(oms.ChangeRequest); e.Reason = "other"; return e },
	},
	"OpenChange": {
		func(s *shop) []any {
			s.receive("TEE-M", 2)
			o := s.place(line("TEE-M", 2))
			return []any{o.ID, oms.ChangeRequest{Key: "k", Steps: oneFewer(o)}}
		},
		func(p any) any { e := p.(oms.ChangeRequest); e.Reason = "other"; return e },
	},
	"ApplyChange": {
		func(s *shop) []any {
			o := s.opened()
			return []any{o.ID, o.Changes[0].ID, oms.ChangeDecision{Key: "k"}}
		},
		func(p any) any { e := p.(oms.ChangeDecision); e.Reason = "other"; return e },
	},
	"DiscardChange": {
		func(s *shop) []any {
			o := s.opened()
			return []any{o.ID, o.Changes[0].ID, oms.ChangeDecision{Key: "k"}}
		},
		func(p any) any { e := p.(oms.ChangeDecision); e.Reason = "other"; return e },
	},
	"UndoChange": {
		func(s *shop) []any {
			o := s.opened()
			o, err := s.ApplyChange(s.ctx, o.ID, o.Changes[0].ID, oms.ChangeDecision{})
			require.NoError(s.t, err)
			return []any{o.ID, o.Changes[0].ID, oms.ChangeDecision{Key: "k"}}
		},
		func(p any) any { e := p.(oms.ChangeDecision); e.Reason = "other"; return e },
	},
	"Hold": {
		func(s *shop) []any {
			s.receive("TEE-M", 2)
			return []any{s.place(line("TEE-M", 2)).ID, oms.HoldRequest{Key: "k", Type: order.HoldManual, Reason: "asked for"}}
		},
		func(p any) any { e := p.(oms.HoldRequest); e.Reason = "other"; return e },
	},
	"ReleaseHold": {
		func(s *shop) []any {
			o := s.heldBy(order.HoldManual)
			return []any{o.ID, o.Holds[0].ID, oms.HoldRelease{Key: "k", Reason: "looked at"}}
		},
		func(p any) any { e := p.(oms.HoldRelease); e.Reason = "other"; return e },
	},
	"RejectHold": {
		func(s *shop) []any {
			o := s.heldBy(order.HoldFraud)
			return []any{o.ID, o.Holds[0].ID, oms.HoldRejection{Key: "k", Reason: "fraud"}}
		},
		func(p any) any { e := p.(oms.HoldRejection); e.Reason = "other"; return e },
	},
	"Approve": {
		func(s *shop) []any {
			o := s.heldBy(order.HoldApproval)
			s.Client = s.As(manager)
			return []any{o.ID, o.Holds[0].ID, oms.HoldApproval{Key: "k", Reason: "fine"}}
		},
		func(p any) any { e := p.(oms.HoldApproval); e.Reason = "other"; return e },
	},
	"Expire": {
		func(s *shop) []any {
			s.receive("TEE-M", 2)
			o := s.place(line("TEE-M", 2))
			s.clock.Add(48 * time.Hour)
			return []any{o.ID, oms.Expiry{Key: "k"}}
		},
		func(p any) any { e := p.(oms.Expiry); e.Version = 1; return e },
	},
	"Ship": {
		func(s *shop) []any {
			s.receive("TEE-M", 2)
			o := s.place(line("TEE-M", 2))
			s.pay(o)
			return []any{o.ID, oms.Shipping{Key: "k", Carrier: "post"}}
		},
		func(p any) any { e := p.(oms.Shipping); e.Tracking = "X"; return e },
	},
	"Deliver": {
		func(s *shop) []any { return []any{s.shipped2().ID, oms.Delivery{Key: "k"}} },
		func(p any) any { e := p.(oms.Delivery); e.At = time.Unix(1, 0); return e },
	},
	"Track": {
		func(s *shop) []any {
			o := s.shipped2()
			list, err := s.Fulfillments(s.ctx, o.ID)
			require.NoError(s.t, err)
			return []any{oms.Tracking{
				Key: "k", Carrier: "post", Tracking: list[0].Shipments[0].Tracking,
				Scan: fulfillment.Scan{Status: fulfillment.InTransit, At: s.clock.Now()},
			}}
		},
		func(p any) any { e := p.(oms.Tracking); e.Scan.Place = "Bonn"; return e },
	},
	"RequestReturn": {
		func(s *shop) []any {
			o := s.shipped2()
			return []any{o.ID, oms.ReturnRequest{Key: "k", Lines: units(o, 1)}}
		},
		func(p any) any { e := p.(oms.ReturnRequest); e.Reason = "other"; return e },
	},
	"Exchange": {
		func(s *shop) []any {
			o := s.shipped2()
			s.receive("MUG", 1)
			return []any{o.ID, oms.Exchange{Key: "k", Lines: units(o, 1), For: []oms.CartLine{line("MUG", 1)}}}
		},
		func(p any) any { e := p.(oms.Exchange); e.OnReceipt = true; return e },
	},
	"FileClaim": {
		func(s *shop) []any {
			o := s.shipped2()
			return []any{o.ID, oms.ClaimFiling{Key: "k", Kind: order.ClaimDamaged, Lines: units(o, 1)}}
		},
		func(p any) any { e := p.(oms.ClaimFiling); e.Kind = order.ClaimWrong; return e },
	},
	"ResolveClaim": {
		func(s *shop) []any {
			o := s.shipped2()
			s.receive("TEE-M", 1)
			return []any{o.ID, s.claimed(o, order.ClaimDamaged, 2).ID, oms.ClaimResolution{Key: "k", Awards: award(o, 1, 1)}}
		},
		func(p any) any { e := p.(oms.ClaimResolution); e.Back = true; return e },
	},
	"WithdrawClaim": {
		func(s *shop) []any {
			o := s.shipped2()
			return []any{o.ID, s.claimed(o, order.ClaimDamaged, 1).ID, oms.ClaimWithdrawal{Key: "k"}}
		},
		func(p any) any { e := p.(oms.ClaimWithdrawal); e.Reason = "other"; return e },
	},
	"ReceiveReturn": {
		func(s *shop) []any {
			o, r := s.returning()
			return []any{o.ID, r.ID, oms.Reception{Key: "k", Location: "main"}}
		},
		func(p any) any { e := p.(oms.Reception); e.Location = "other"; return e },
	},
	"CancelReturn": {
		func(s *shop) []any {
			o, r := s.returning()
			return []any{o.ID, r.ID, oms.ReturnCancellation{Key: "k"}}
		},
		func(p any) any { e := p.(oms.ReturnCancellation); e.Reason = "other"; return e },
	},
	"ExpireReturn": {
		func(s *shop) []any {
			o, r := s.returning()
			s.clock.Add(49 * time.Hour)
			return []any{o.ID, r.ID, oms.Expiry{Key: "k"}}
		},
		func(p any) any { e := p.(oms.Expiry); e.Version = 99; return e },
	},
	"ReviewReturn": {
		func(s *shop) []any {
			s.receive("PIN", 2)
			o := s.shipped(line("PIN", 2))
			r, err := s.RequestReturn(s.ctx, o.ID, oms.ReturnRequest{Lines: units(o, 1)})
			require.NoError(s.t, err)
			return []any{o.ID, r.ID, oms.ReturnReview{Key: "k", Accept: true}}
		},
		func(p any) any { e := p.(oms.ReturnReview); e.Accept = false; return e },
	},
	"WriteOffReturn": {
		func(s *shop) []any {
			o, r := s.returning()
			return []any{o.ID, r.ID, oms.ReturnWriteOff{Key: "k", As: order.KeepUnits}}
		},
		func(p any) any { e := p.(oms.ReturnWriteOff); e.As = order.LoseUnits; return e },
	},
	"LabelReturn": {
		func(s *shop) []any {
			o, r := s.returning()
			return []any{o.ID, r.ID, oms.ReturnLabeling{Key: "k", Carrier: "post"}}
		},
		func(p any) any { e := p.(oms.ReturnLabeling); e.Grams = 500; return e },
	},
	"TrackReturn": {
		func(s *shop) []any {
			o, r := s.returning()
			r, err := s.LabelReturn(s.ctx, o.ID, r.ID, oms.ReturnLabeling{Carrier: "post"})
			require.NoError(s.t, err)
			return []any{oms.Tracking{
				Key: "k", Carrier: "post", Tracking: r.Label.Tracking,
				Scan: fulfillment.Scan{Status: fulfillment.InTransit, At: s.clock.Now()},
			}}
		},
		func(p any) any { e := p.(oms.Tracking); e.Scan.Place = "Bonn"; return e },
	},
	"ReceiveBlind": {
		func(s *shop) []any {
			return []any{oms.BlindReturn{Key: "k", Location: "main", Lines: []oms.PastBack{
				{SKU: "TEE-M", Quantity: quantity.Of(1), UnitPrice: money.MustParse("5 EUR")},
			}}}
		},
		func(p any) any { e := p.(oms.BlindReturn); e.Reason = "other"; return e },
	},
	"AddNote": {
		func(s *shop) []any { return []any{s.shipped2().ID, oms.Note{Key: "k", Text: "call him"}} },
		func(p any) any { e := p.(oms.Note); e.Text = "do not"; return e },
	},
	"Act": {
		func(s *shop) []any { return []any{s.held().ID, oms.Action{Key: "k", Name: "approve"}} },
		func(p any) any { e := p.(oms.Action); e.Reason = "other"; return e },
	},
	"SaveCustomer": {
		func(s *shop) []any {
			return []any{oms.CustomerDetails{Key: "k", Customer: crm.Customer{Email: "ada@example.com"}}}
		},
		func(p any) any { e := p.(oms.CustomerDetails); e.Customer.Name = "Ada"; return e },
	},
	"SaveAddress": {
		func(s *shop) []any {
			return []any{s.customer("ada@example.com").ID, oms.SavedAddress{Key: "k", Address: crm.Address{City: "London"}}}
		},
		func(p any) any { e := p.(oms.SavedAddress); e.Address.City = "Paris"; return e },
	},
	"RemoveAddress": {
		func(s *shop) []any {
			ada := s.customer("ada@example.com")
			a, err := s.SaveAddress(s.ctx, ada.ID, oms.SavedAddress{Address: crm.Address{City: "London"}})
			require.NoError(s.t, err)
			return []any{ada.ID, oms.AddressRemoval{Key: "k", AddressID: a.ID}}
		},
		func(p any) any { e := p.(oms.AddressRemoval); e.AddressID[3]++; return e },
	},
	"AddCustomerNote": {
		func(s *shop) []any {
			return []any{s.customer("ada@example.com").ID, oms.CustomerNote{Key: "k", Text: "call her"}}
		},
		func(p any) any { e := p.(oms.CustomerNote); e.Text = "do not"; return e },
	},
	"SetCreditLimit": {
		func(s *shop) []any {
			return []any{s.customer("ada@example.com").ID, oms.CreditLimit{Key: "k", Limit: money.MustParse("50.00 EUR")}}
		},
		func(p any) any { e := p.(oms.CreditLimit); e.Limit = money.MustParse("60.00 EUR"); return e },
	},
	"SetCompany": {
		func(s *shop) []any {
			return []any{s.customer("acme@example.com").ID, oms.CompanyTerms{Key: "k", Zone: "UTC"}}
		},
		func(p any) any {
			e := p.(oms.CompanyTerms)
			e.Limits = []crm.SpendingLimit{per(crm.PerDay, "1.00")}
			return e
		},
	},
	"SetMember": {
		func(s *shop) []any {
			b := newBuying(s, "")
			return []any{b.company, oms.Membership{Key: "k", Member: crm.Member{CustomerID: b.buyer, Role: crm.Viewer}}}
		},
		func(p any) any { e := p.(oms.Membership); e.Member.Role = crm.Admin; return e },
	},
	"RemoveMember": {
		func(s *shop) []any {
			b := newBuying(s, "")
			return []any{b.company, oms.MemberRemoval{Key: "k", CustomerID: b.buyer}}
		},
		func(p any) any { e := p.(oms.MemberRemoval); e.CustomerID[3]++; return e },
	},
	"PostCredit": {
		func(s *shop) []any {
			return []any{s.customer("ada@example.com").ID, oms.CreditEntry{
				Key: "k", Kind: crm.Receipt, Amount: money.MustParse("5.00 EUR"), Reason: "transfer",
			}}
		},
		func(p any) any { e := p.(oms.CreditEntry); e.Reason = "cash"; return e },
	},
	"RecordConsent": {
		func(s *shop) []any {
			return []any{s.customer("ada@example.com").ID, oms.Decision{Key: "k", Purpose: "news", Status: crm.Granted}}
		},
		func(p any) any { e := p.(oms.Decision); e.Status = crm.Withdrawn; return e },
	},
	"ClaimOrders": {
		func(s *shop) []any {
			s.receive("TEE-M", 2)
			s.guest("ada@example.com")
			return []any{s.customer("ada@example.com").ID, oms.Claim{Key: "k", Email: "ada@example.com"}}
		},
		func(p any) any { e := p.(oms.Claim); e.Email = "eve@example.com"; return e },
	},
	"MergeCustomers": {
		func(s *shop) []any {
			ada, twin := s.customer("ada@example.com"), s.customer("twin@example.com")
			s.receive("TEE-M", 2)
			_, err := s.Place(s.ctx, oms.Cart{CustomerID: twin.ID, Lines: []oms.CartLine{line("TEE-M", 1)}})
			require.NoError(s.t, err)
			return []any{oms.Merge{Key: "k", From: twin.ID, Into: ada.ID}}
		},
		func(p any) any { e := p.(oms.Merge); e.From, e.Into = e.Into, e.From; return e },
	},

	"Inventory.Receive": {
		func(s *shop) []any {
			return []any{inventory.Receipt{Key: "k", SKU: "TEE-M", Location: "main", Quantity: quantity.Of(1)}}
		},
		func(p any) any { e := p.(inventory.Receipt); e.Quantity = quantity.Of(2); return e },
	},
	"Inventory.ReceiveAll": {
		func(s *shop) []any {
			return []any{inventory.Delivery{Key: "k", Lines: []inventory.DeliveryLine{{SKU: "TEE-M", Location: "main", Quantity: quantity.Of(1)}}}}
		},
		func(p any) any { e := p.(inventory.Delivery); e.Reason = "other"; return e },
	},
	"Inventory.Adjust": {
		func(s *shop) []any {
			s.receive("TEE-M", 2)
			return []any{inventory.Adjustment{Key: "k", SKU: "TEE-M", Location: "main", By: quantity.Of(-1), Reason: "broken"}}
		},
		func(p any) any { e := p.(inventory.Adjustment); e.Reason = "other"; return e },
	},
	"Inventory.Count": {
		func(s *shop) []any {
			s.receive("TEE-M", 2)
			return []any{inventory.Count{Key: "k", SKU: "TEE-M", Location: "main", Counted: quantity.Of(1)}}
		},
		func(p any) any { e := p.(inventory.Count); e.Reason = "other"; return e },
	},
	"Inventory.Quarantine": {
		func(s *shop) []any {
			s.receive("TEE-M", 2)
			return []any{inventory.Inspection{Key: "k", SKU: "TEE-M", Location: "main", Quantity: quantity.Of(1), Reason: "wet"}}
		},
		func(p any) any { e := p.(inventory.Inspection); e.Reason = "other"; return e },
	},
	"Inventory.Reserve": {
		func(s *shop) []any {
			s.receive("TEE-M", 2)
			return []any{inventory.Hold{Key: "k", CartID: "c", Lines: []inventory.HoldLine{{SKU: "TEE-M", Quantity: quantity.Of(1)}}}}
		},
		func(p any) any { e := p.(inventory.Hold); e.Country = "FR"; return e },
	},
	"Inventory.Release": {
		func(s *shop) []any {
			s.receive("TEE-M", 2)
			_, err := s.Inventory.Reserve(s.ctx, inventory.Hold{CartID: "c", Lines: []inventory.HoldLine{{SKU: "TEE-M", Quantity: quantity.Of(1)}}})
			require.NoError(s.t, err)
			return []any{inventory.CartRelease{Key: "k", CartID: "c"}}
		},
		func(p any) any { e := p.(inventory.CartRelease); e.Reason = "other"; return e },
	},
	"Inventory.VoidExpired": {
		func(s *shop) []any {
			s.receive("TEE-M", 2)
			_, err := s.Inventory.Reserve(s.ctx, inventory.Hold{CartID: "c", Lines: []inventory.HoldLine{{SKU: "TEE-M", Quantity: quantity.Of(1)}}})
			require.NoError(s.t, err)
			s.clock.Add(1000 * time.Hour)
			return []any{inventory.Sweep{Key: "k"}}
		},
		func(p any) any { e := p.(inventory.Sweep); e.Limit = 7; return e },
	},
	"Inventory.SetItem": {
		func(s *shop) []any { return []any{inventory.ItemSettings{Key: "k", SKU: "NEW"}} },
		func(p any) any { e := p.(inventory.ItemSettings); e.Title = "New"; return e },
	},
	"Inventory.SetLocation": {
		func(s *shop) []any { return []any{inventory.LocationSettings{Key: "k", Code: "main"}} },
		func(p any) any { e := p.(inventory.LocationSettings); e.Name = "Main"; return e },
	},
	"Inventory.SetPolicy": {
		func(s *shop) []any {
			s.receive("TEE-M", 2)
			return []any{inventory.Policy{Key: "k", SKU: "TEE-M", Location: "main", Safety: quantity.Of(1)}}
		},
		func(p any) any { e := p.(inventory.Policy); e.Safety = quantity.Of(2); return e },
	},
}

// shipped2 is an order of two units that has been paid and shipped.
func (s *shop) shipped2() *order.Order {
	s.receive("TEE-M", 2)
	return s.shipped(line("TEE-M", 2))
}

func (s *shop) returning() (*order.Order, *order.Return) {
	o := s.shipped2()
	r, err := s.RequestReturn(s.ctx, o.ID, oms.ReturnRequest{Lines: units(o, 1)})
	require.NoError(s.t, err)
	return o, r
}

// held is an order that waits for an approval.
func (s *shop) held() *order.Order {
	s.receive("TEE-M", 2)
	o, err := s.Place(s.ctx, oms.Cart{Channel: "b2b", Lines: []oms.CartLine{line("TEE-M", 2)}})
	require.NoError(s.t, err)
	return o
}

func units(o *order.Order, n int32) []oms.LineQuantity {
	return []oms.LineQuantity{{LineID: o.Lines[0].ID, Quantity: quantity.Of(n)}}
}

// careful has a person look at returned pins, and waits for two days.
func careful(cfg *oms.Config) {
	cfg.Returns = order.ReturnPolicy{
		Rules:       []order.ReturnRule{{Rule: order.RuleFinalSale, SKUs: []string{"PIN"}, Then: order.SendToReview}},
		ExpireAfter: 48 * time.Hour,
	}
}

// approval adds a channel whose orders wait for an approval.
func approval(cfg *oms.Config) {
	w := order.DefaultWorkflow()
	w.ID = "b2b"
	w.States = append([]order.State{{Name: "waiting", Kind: order.Initial}}, w.States...)
	w.States[1].Kind = order.Normal
	w.Actions = append(w.Actions, order.Action{Name: "approve", From: []string{"waiting"}, To: order.StatusPending})
	cfg.Workflows = []order.Workflow{order.DefaultWorkflow(), w}
	cfg.Channels = map[string]oms.Channel{"b2b": {Workflow: "b2b"}}
}

// TestEveryCommandIsRepeatable finds every exported command by reflection and
// repeats it: the same key and body have one effect and give the same answer,
// another body is refused.
func TestEveryCommandIsRepeatable(t *testing.T) {
	commands := make(map[string]bool)
	for prefix, typ := range map[string]reflect.Type{
		"": reflect.TypeFor[*oms.Client](), "Inventory.": reflect.TypeFor[*inventory.Service](),
	} {
		for i := range typ.NumMethod() {
			m := typ.Method(i)
			params := m.Type.In(m.Type.NumIn() - 1)
			if params.Kind() != reflect.Struct {
				continue
			}
			if field, ok := params.FieldByName("Key"); ok && field.Type.Kind() == reflect.String {
				commands[prefix+m.Name] = m.Name != "Price" && m.Name != "PriceSplit" && m.Name != "PreviewChange"
			}
		}
	}
	require.GreaterOrEqual(t, len(commands), 30)
	everyMethodIsKnown(t, commands)
	for name, writes := range commands {
		if !writes {
			continue
		}
		c, ok := keyed[name]
		require.True(t, ok, "command %s has no case", name)
		t.Run(name, func(t *testing.T) {
			s := newShop(t, approval, careful)
			args := c.args(s)
			first := s.call(name, args)
			require.NoError(t, first.err)
			s.clean()
			position := s.position()
			// What happened since must not change the answer.
			s.clock.Add(time.Minute)
			again := s.call(name, args)
			require.NoError(t, again.err)
			require.Equal(t, first.answer, again.answer)
			require.Equal(t, position, s.position(), "the repetition wrote something")
			s.clean()

			other := append(append([]any(nil), args[:len(args)-1]...), c.other(args[len(args)-1]))
			require.NotEqual(t, args, other)
			refused := s.call(name, other)
			var reused *fault.KeyReusedError
			require.ErrorAs(t, refused.err, &reused)
			require.Equal(t, position, s.position())
		})
	}
	for name := range keyed {
		require.True(t, commands[name], "%s is not a command", name)
	}
}

func otherDraftStep(p any) any { x := p.(oms.DraftStep); x.Reason = "other"; return x }

func otherStep(p any) any { x := p.(oms.SubscriptionStep); x.Reason = "other"; return x }

// unkeyed are the methods that are no commands with a key, and why.
var unkeyed = map[string]string{
	"Order": "read", "OrderByNumber": "read", "OrderByRef": "read", "OrderByCart": "read", "Orders": "read", "OrdersOf": "read",
	"Payments": "read", "Fulfillments": "read", "Customer": "read", "CustomerByEmail": "read", "CustomerByRef": "read", "Customers": "read",
	"CustomerTimeline": "read", "Addresses": "read", "CustomerNotes": "read", "Consents": "read",
	"Subscription": "read", "Subscriptions": "read", "Draft": "read", "Drafts": "read", "PriceDraft": "read", "Reorder": "read",
	"Timeline": "read", "Exchanges": "read", "Claims": "read", "Credit": "read", "Companies": "read", "Spending": "read", "Notes": "read", "Allowed": "read",
	"Verify": "read", "Report": "read", "Tenant": "derives a client", "As": "derives a client", "With": "derives a client", "Close": "writes nothing",
	"Continue": "repeats by the operation's own id", "Webhook": "repeats by the gateway's id of the event",
	"Run": "repeats by itself", "RunOnce": "repeats by itself",
	"Lag": "read", "DeadLetters": "read", "Redrive": "what is due stays due", "Discard": "names the event, which can be given up once",
	"Inventory.Available": "read", "Inventory.Levels": "read", "Inventory.Items": "read", "Inventory.Locations": "read",
	"Inventory.Moves": "read", "Inventory.WithSourcing": "derives a service",
}

// everyMethodIsKnown finds methods that neither have a key nor a reason for none.
func everyMethodIsKnown(t *testing.T, keyed map[string]bool) {
	t.Helper()
	for prefix, typ := range map[string]reflect.Type{
		"": reflect.TypeFor[*oms.Client](), "Inventory.": reflect.TypeFor[*inventory.Service](),
	} {
		for i := range typ.NumMethod() {
			name := prefix + typ.Method(i).Name
			_, isKeyed := keyed[name]
			require.True(t, isKeyed || unkeyed[name] != "", "%s has no Key and no reason for it", name)
		}
	}
}

type outcome struct {
	answer any
	err    error
}

func (s *shop) call(name string, args []any) outcome {
	target := reflect.ValueOf(s.Client)
	if rest, ok := cut(name, "Inventory."); ok {
		target, name = reflect.ValueOf(s.Inventory), rest
	}
	in := []reflect.Value{reflect.ValueOf(s.ctx)}
	for _, a := range args {
		in = append(in, reflect.ValueOf(a))
	}
	out := target.MethodByName(name).Call(in)
	var result outcome
	if err := out[len(out)-1].Interface(); err != nil {
		result.err = err.(error)
	}
	if len(out) > 1 {
		result.answer = out[0].Interface()
	}
	return result
}

func cut(s, prefix string) (string, bool) {
	if len(s) > len(prefix) && s[:len(prefix)] == prefix {
		return s[len(prefix):], true
	}
	return s, false
}

// position counts the events and movements so far.
func (s *shop) position() int {
	n := 0
	for _, err := range s.store.Stream(context.Background(), 0, 0) {
		require.NoError(s.t, err)
		n++
	}
	for _, err := range s.store.Moves(context.Background(), inventory.MoveFilter{}) {
		require.NoError(s.t, err)
		n++
	}
	return n
}
