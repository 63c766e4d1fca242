package oms_test

import (
	"context"
	"net/url"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fulfillment"
	shipping "github.com/go-oms/oms/fulfillment/sandbox"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/payment"
	gateway "github.com/go-oms/oms/payment/sandbox"
	"github.com/go-oms/oms/quantity"
	"github.com/go-oms/oms/reporting"
	"github.com/go-oms/oms/storage"
)

// life is what both tenants do, in order. It calls every exported method of the
// client and of its services; a step without a method lets two days pass.
func life() []step {
	return slices.Concat(stocking(), meeting(), subscribing(), drafting(), ordering(), holding(), paying(), sending(), ending(), asking(), failing(), leaving())
}

// given makes the arguments of a step that are the same for both.
func given(args ...any) func(*tenant) []any { return func(*tenant) []any { return args } }

// about makes the arguments of a step about an order that is known by its step.
func about(name string, more ...any) func(*tenant) []any {
	return func(t *tenant) []any { return append([]any{t.order(name).ID}, more...) }
}

// whom makes the arguments of a step about a customer.
func whom(name string, more ...any) func(*tenant) []any {
	return func(t *tenant) []any { return append([]any{t.customer(name).ID}, more...) }
}

// A step whose forerunner did not go as it should finds empty values here and is
// refused for them.

func (t *tenant) order(name string) *order.Order {
	if o, _ := t.got[name].(*order.Order); o != nil {
		return o
	}
	return &order.Order{Lines: make([]order.Line, 1)}
}

func (t *tenant) customer(name string) *crm.Customer {
	if c, _ := t.got[name].(*crm.Customer); c != nil {
		return c
	}
	return &crm.Customer{}
}

func (t *tenant) saved(name string) uuid.UUID {
	if a, _ := t.got[name].(*crm.Address); a != nil {
		return a.ID
	}
	return uuid.UUID{}
}

func (t *tenant) op(name string) uuid.UUID {
	if p, _ := t.got[name].(*oms.Paid); p != nil {
		return p.Op.ID
	}
	return uuid.UUID{}
}

func (t *tenant) back(name string) uuid.UUID {
	if r, _ := t.got[name].(*order.Return); r != nil {
		return r.ID
	}
	return uuid.UUID{}
}

func (t *tenant) letter(name string) oms.DeadLetter {
	if list, _ := t.got[name].([]oms.DeadLetter); len(list) > 0 {
		return list[0]
	}
	return oms.DeadLetter{}
}

func (t *tenant) parcel(name string) string {
	if s, _ := t.got[name].(*fulfillment.Shipment); s != nil {
		return s.Tracking
	}
	return ""
}

func (t *tenant) subscription(name string) uuid.UUID {
	if s, _ := t.got[name].(*order.Subscription); s != nil {
		return s.ID
	}
	return uuid.UUID{}
}

func (t *tenant) draft(name string) uuid.UUID {
	if d, _ := t.got[name].(*order.Draft); d != nil {
		return d.ID
	}
	return uuid.UUID{}
}

func (t *tenant) wayBack(name string) string {
	if r, _ := t.got[name].(*order.Return); r != nil {
		return r.Label.Tracking
	}
	return ""
}

func stocking() []step {
	one, main := quantity.Of(1), "main"
	hold := func(cart string, n int32) inventory.Hold {
		return inventory.Hold{CartID: cart, TTL: time.Hour, Lines: []inventory.HoldLine{{SKU: "TEE-M", Quantity: quantity.Of(n)}}}
	}
	return []step{
		{method: "Inventory.SetLocation", name: "main", args: given(inventory.LocationSettings{Code: main, Priority: 1, Country: "GB"})},
		{method: "Inventory.SetItem", name: "tee", args: given(inventory.ItemSettings{SKU: "TEE-M"})},
		{method: "Inventory.Receive", name: "mugs", args: given(inventory.Receipt{
			SKU: "MUG", Location: main, Quantity: quantity.Of(51), UnitCost: money.MustParse("3.10 EUR")})},
		{method: "Inventory.ReceiveAll", name: "delivery", args: given(inventory.Delivery{Lines: []inventory.DeliveryLine{
			{SKU: "TEE-M", Location: main, Quantity: quantity.Of(100), Title: "stays what it was"},
			{SKU: "PIN", Location: main, Quantity: quantity.Of(9)},
		}})},
		{method: "Inventory.Adjust", name: "broken", args: given(inventory.Adjustment{SKU: "TEE-M", Location: main, By: one.Neg()})},
		{method: "Inventory.Count", name: "counted", args: given(inventory.Count{SKU: "TEE-M", Location: main, Counted: quantity.Of(98)})},
		{method: "Inventory.Quarantine", name: "wet", args: given(inventory.Inspection{SKU: "TEE-M", Location: main, Quantity: one})},
		{method: "Inventory.SetPolicy", name: "policy", args: given(inventory.Policy{SKU: "MUG", Location: main, BackorderLimit: quantity.Of(5)})},
		{method: "Inventory.Reserve", name: "kept", args: given(hold("cart-1", 2))},
		{method: "Inventory.Reserve", name: "given up", args: given(hold("cart-2", 1))},
		{method: "Inventory.Release", name: "release", args: given(inventory.CartRelease{CartID: "cart-2"})},
	}
}

// subscribing ends with a subscription that is run once when two days have passed.
func subscribing() []step {
	of := func(params any) func(*tenant) []any {
		return func(t *tenant) []any { return []any{t.subscription("subscribed"), params} }
	}
	return []step{
		{method: "Subscribe", name: "subscribed", args: func(t *tenant) []any {
			return []any{oms.Subscription{
				CustomerID: t.customer("ada").ID, ShipToSaved: t.saved("home"), Shortage: order.ShortagePartial,
				Lines:    []oms.SubscriptionLine{{SKU: "MUG", Quantity: quantity.Of(1)}},
				Schedule: order.Schedule{Every: 1, Unit: order.Week, Start: t.shop.clock.Now().Add(time.Hour), TimeZone: "UTC"},
				Payment:  order.SubscriptionPayment{Gateway: "card", Source: "tok_visa"},
			}}
		}},
		{method: "ChangeSubscription", name: "two mugs", args: of(oms.SubscriptionChange{
			Lines: []oms.SubscriptionLine{{SKU: "MUG", Quantity: quantity.Of(2)}}})},
		{method: "PauseSubscription", name: "paused", args: of(oms.SubscriptionStep{})},
		{method: "ResumeSubscription", name: "resumed", args: of(oms.SubscriptionStep{})},
		{method: "Subscribe", name: "for a week", args: func(t *tenant) []any {
			return []any{oms.Subscription{
				CustomerID: t.customer("ada").ID, Lines: []oms.SubscriptionLine{{SKU: "MUG", Quantity: quantity.Of(1)}},
				Schedule: order.Schedule{Every: 1, Unit: order.Week, Start: t.shop.clock.Now(), TimeZone: "UTC"},
				Payment:  order.SubscriptionPayment{Gateway: "card"},
			}}
		}},
		{method: "SkipRun", name: "not today", args: func(t *tenant) []any { return []any{t.subscription("for a week"), oms.RunSkip{}} }},
		{method: "CancelSubscription", name: "unsubscribed", args: func(t *tenant) []any {
			return []any{t.subscription("for a week"), oms.SubscriptionStep{}}
		}},
	}
}

// drafting ends with two orders, of a draft and of an offer.
func drafting() []step {
	mugs := []oms.CartLine{{SKU: "MUG", Quantity: quantity.Of(1)}}
	saved := func(t *tenant) []any {
		return []any{oms.Draft{CustomerID: t.customer("ada").ID, ShipToSaved: t.saved("home"), Reserve: true, Lines: mugs}}
	}
	of := func(name string, params any) func(*tenant) []any {
		return func(t *tenant) []any { return []any{t.draft(name), params} }
	}
	return []step{
		{method: "SaveDraft", name: "kept cart", args: func(t *tenant) []any {
			return []any{oms.Draft{CustomerID: t.customer("ada").ID, Reserve: true, Lines: mugs}}
		}},
		{method: "SaveDraft", name: "guest's cart", args: given(oms.Draft{Lines: mugs})},
		{method: "MergeDrafts", name: "one cart", args: func(t *tenant) []any {
			return []any{oms.DraftMerge{From: t.draft("guest's cart"), Into: t.draft("kept cart"), Rule: order.MergeSum}}
		}},
		{method: "PriceDraft", name: "price of the cart", args: of("kept cart", oms.DraftPricing{})},
		{method: "PlaceDraft", name: "ordered cart", args: of("kept cart", oms.DraftPlacement{})},
		{method: "Reorder", name: "again", args: about("ordered cart")},
		{method: "SaveDraft", name: "asked", args: saved},
		{method: "RequestQuote", name: "requested", args: of("asked", oms.DraftStep{})},
		{method: "OfferQuote", name: "first offer", args: of("asked", oms.Offer{})},
		{method: "CounterQuote", name: "countered", args: of("asked", oms.CounterOffer{Lines: []oms.QuoteLine{
			{SKU: "MUG", Quantity: quantity.Of(1), UnitPrice: money.MustParse("7.00 EUR")}}})},
		{method: "OfferQuote", name: "second offer", args: of("asked", oms.Offer{})},
		{method: "AcceptQuote", name: "accepted", args: of("asked", oms.Acceptance{})},
		{method: "SaveDraft", name: "dear", args: saved},
		{method: "OfferQuote", name: "dear offer", args: of("dear", oms.Offer{})},
		{method: "DeclineQuote", name: "declined", args: of("dear", oms.DraftStep{})},
		{method: "SaveDraft", name: "forgotten", args: saved},
		{method: "DiscardDraft", name: "thrown away", args: of("forgotten", oms.DraftStep{})},
	}
}

func meeting() []step {
	consent := oms.Decision{Purpose: "news", Status: crm.Granted}
	return []step{
		{method: "SaveCustomer", name: "ada", args: given(oms.CustomerDetails{Customer: crm.Customer{ExternalRef: "A-1", Country: "GB"}})},
		{method: "SaveCustomer", name: "twin", args: given(oms.CustomerDetails{Customer: crm.Customer{ExternalRef: "A-2", Country: "GB"}})},
		{method: "SaveAddress", name: "home", args: whom("ada", oms.SavedAddress{Address: crm.Address{Country: "GB"}})},
		{method: "SaveAddress", name: "gone", args: whom("ada", oms.SavedAddress{Address: crm.Address{Country: "GB"}})},
		{method: "SaveAddress", name: "other", args: whom("twin", oms.SavedAddress{Address: crm.Address{Country: "GB"}})},
		{method: "RemoveAddress", name: "remove", args: func(t *tenant) []any {
			return []any{t.customer("ada").ID, oms.AddressRemoval{AddressID: t.saved("gone")}}
		}},
		{method: "AddCustomerNote", name: "remark", args: whom("ada", oms.CustomerNote{})},
		{method: "AddCustomerNote", name: "remark on twin", args: whom("twin", oms.CustomerNote{})},
		{method: "SetCreditLimit", name: "limit", args: whom("ada", oms.CreditLimit{Limit: money.MustParse("50.00 EUR")})},
		{method: "PostCredit", name: "receipt", args: whom("ada", oms.CreditEntry{
			Kind: crm.Receipt, Amount: money.MustParse("5.00 EUR"), Reason: "transfer",
		})},
		{method: "SaveCustomer", name: "firm", args: given(oms.CustomerDetails{Customer: crm.Customer{ExternalRef: "F-1"}})},
		{method: "SetCompany", name: "company", args: whom("firm", oms.CompanyTerms{Zone: "UTC", Limits: []crm.SpendingLimit{per(crm.PerDay, "500.00")}})},
		{method: "SetMember", name: "buyer", args: func(t *tenant) []any {
			return []any{t.customer("firm").ID, oms.Membership{Member: crm.Member{CustomerID: t.customer("ada").ID, Role: crm.Admin}}}
		}},
		{method: "SetMember", name: "viewer", args: func(t *tenant) []any {
			return []any{t.customer("firm").ID, oms.Membership{Member: crm.Member{CustomerID: t.customer("twin").ID, Role: crm.Viewer}}}
		}},
		{method: "RemoveMember", name: "gone viewer", args: func(t *tenant) []any {
			return []any{t.customer("firm").ID, oms.MemberRemoval{CustomerID: t.customer("twin").ID}}
		}},
		{method: "RecordConsent", name: "consent", args: whom("ada", consent)},
		{method: "RecordConsent", name: "consent of twin", args: whom("twin", consent)},
	}
}

// holding puts holds on an order and takes them off again.
func holding() []step {
	hold := func(name, code string) step {
		return step{method: "Hold", name: name, args: func(t *tenant) []any {
			return []any{t.order("guest").ID, oms.HoldRequest{Type: code, Reason: t.canary("why " + name)}}
		}}
	}
	of := func(method, name string, p any) step {
		return step{method: method, name: name, args: func(t *tenant) []any {
			var id uuid.UUID
			if holds := t.order(name).Holds; len(holds) > 0 {
				id = holds[len(holds)-1].ID
			}
			return []any{t.order("guest").ID, id, p}
		}, on: func(t *tenant) *oms.Client { return t.As(manager) }}
	}
	return []step{
		hold("wait", order.HoldManual), of("ReleaseHold", "wait", oms.HoldRelease{}),
		hold("agree", order.HoldApproval), of("Approve", "agree", oms.HoldApproval{}),
		hold("never", order.HoldAddress), of("RejectHold", "never", oms.HoldRejection{}), of("ReleaseHold", "never", oms.HoldRelease{}),
	}
}

func ordering() []step {
	tees := func(n int32) []oms.CartLine { return []oms.CartLine{line("TEE-M", n)} }
	cart := func(name string, c oms.Cart) step {
		c.ShipTo.Country = "GB"
		return step{method: "Place", name: name, args: given(c)}
	}
	at := time.Date(2025, 12, 1, 8, 0, 0, 0, time.UTC)
	return []step{
		{method: "Price", name: "priced", args: given(oms.Cart{Lines: tees(2), ShipTo: order.Address{Country: "GB"}})},
		{method: "PriceSplit", name: "two sellers", args: given(oms.Cart{Lines: append(tees(1), line("MUG", 1)), ShipTo: order.Address{Country: "GB"}})},
		{method: "PlaceSplit", name: "two orders", args: given(oms.Cart{
			CartID: "two-sellers", Lines: append(tees(1), line("MUG", 1)), ShipTo: order.Address{Country: "GB"},
		})},
		{method: "Place", name: "guest", args: func(t *tenant) []any {
			return []any{oms.Cart{
				Lines:  append(tees(3), line("MUG", 1)),
				ShipTo: order.Address{Country: "GB", Email: t.customer("ada").Email}, BillTo: &order.Address{Country: "FR"},
			}}
		}},
		{method: "Place", name: "book", args: func(t *tenant) []any {
			return []any{oms.Cart{CartID: "cart-1", CustomerID: t.customer("ada").ID, ShipToSaved: t.saved("home"), Lines: tees(2), Shipping: "standard"}}
		}},
		{method: "Place", name: "firm's", args: func(t *tenant) []any {
			return []any{oms.Cart{
				CustomerID: t.customer("ada").ID, CompanyID: t.customer("firm").ID, Lines: tees(1),
				ShipTo: order.Address{Country: "GB"},
			}}
		}},
		{method: "Place", name: "twins", args: func(t *tenant) []any {
			return []any{oms.Cart{CustomerID: t.customer("twin").ID, Lines: tees(1), ShipTo: order.Address{Country: "GB"}}}
		}},
		cart("waits", oms.Cart{Channel: "b2b", Lines: tees(1)}),
		cart("held", oms.Cart{Lines: tees(2)}),
		cart("action", oms.Cart{Lines: tees(1)}),
		cart("bank", oms.Cart{Lines: tees(1)}),
		cart("hook", oms.Cart{Lines: tees(1)}),
		cart("slow", oms.Cart{Lines: tees(1)}),
		cart("called off", oms.Cart{Lines: tees(1)}),
		cart("late", oms.Cart{Lines: []oms.CartLine{{SKU: "MUG", Quantity: quantity.Of(51), Backorder: true}}}),
		{method: "Enter", name: "desk", args: given(oms.Entry{
			Channel: "desk", ExternalRef: "E-1", ShipTo: order.Address{Country: "GB"},
			Lines:   []oms.EntryLine{{SKU: "TEE-M", Quantity: quantity.Of(1), UnitPrice: money.MustParse("5.00 EUR")}},
			Charges: []oms.Charge{{Kind: order.Fee, Code: "GIFT", Amount: money.MustParse("1.00 EUR")}},
		})},
		{method: "Import", name: "past", args: given(oms.Past{
			Channel: "old", ExternalRef: "P-1", Country: "GB", ShipTo: order.Address{Country: "GB"},
			PlacedAt: at, PaidAt: at, ShippedAt: at, DeliveredAt: at, ReceivedAt: at.Add(-time.Minute), Location: "main", Gateway: "past",
			Lines:   []oms.PastLine{{SKU: "LAMP", Quantity: quantity.Of(6), UnitPrice: money.MustParse("2.55 EUR")}},
			Charges: []oms.Charge{{Kind: order.Shipping, Code: "POST", Amount: money.MustParse("18.00 EUR")}},
		})},
		{method: "Import", name: "blind return", args: given(oms.Past{
			Channel: "old", ExternalRef: "P-2", Country: "GB", PlacedAt: at, Location: "main", Gateway: "past",
			Back:    []oms.PastBack{{SKU: "LAMP", Quantity: quantity.Of(1), UnitPrice: money.MustParse("2.55 EUR")}},
			Credits: []oms.Charge{{Kind: order.Fee, Code: "SORRY", Amount: money.MustParse("1.00 EUR")}},
		})},
		{method: "ImportReturn", name: "past return", args: func(t *tenant) []any {
			return []any{t.order("past").ID, oms.PastReturn{Location: "main", Gateway: "past", At: at.Add(time.Hour), Lines: units(t.order("past"), 2)}}
		}},
		{method: "AddNote", name: "noted", args: about("guest", oms.Note{Internal: true})},
		{method: "Act", name: "approved", args: about("waits", oms.Action{Name: "approve"})},
		{method: "PreviewChange", args: func(t *tenant) []any { return []any{t.order("slow").ID, wrap(t)} }},
		{method: "Change", name: "changed", args: func(t *tenant) []any { return []any{t.order("slow").ID, wrap(t)} }},
		{method: "UndoChange", name: "undone", args: func(t *tenant) []any {
			return []any{t.order("slow").ID, t.changeOf("changed"), oms.ChangeDecision{}}
		}},
		{method: "OpenChange", name: "opened", args: func(t *tenant) []any { return []any{t.order("late").ID, wrap(t)} }},
		{method: "ApplyChange", name: "applied", args: func(t *tenant) []any {
			return []any{t.order("late").ID, t.changeOf("opened"), oms.ChangeDecision{}}
		}},
		{method: "OpenChange", name: "opened again", args: func(t *tenant) []any {
			again := wrap(t)
			again.ShipTo = nil
			return []any{t.order("slow").ID, again}
		}},
		{method: "DiscardChange", name: "discarded", args: func(t *tenant) []any {
			return []any{t.order("slow").ID, t.changeOf("opened again"), oms.ChangeDecision{}}
		}},
	}
}

// wrap is a fee, and a further tee that is sent elsewhere.
func wrap(t *tenant) oms.ChangeRequest {
	return oms.ChangeRequest{
		ShipTo: &order.Address{Name: t.canary("neighbour"), Country: "GB"}, Reason: t.canary("why"),
		Steps: []order.Step{
			{Type: order.StepFee, Code: "WRAP", Price: money.MustParse("2.00 EUR")},
			{Type: order.StepAdd, SKU: "TEE-M", Quantity: quantity.Of(1)},
		},
	}
}

// changeOf is the last change of the order that a step answered with.
func (t *tenant) changeOf(name string) uuid.UUID {
	if changes := t.order(name).Changes; len(changes) > 0 {
		return changes[len(changes)-1].ID
	}
	return uuid.Nil
}

func paying() []step {
	pay := func(name string, p oms.Payment) step {
		p.Gateway = "card"
		return step{method: "Pay", name: "pay " + name, args: about(name, p)}
	}
	declined := pay("called off", oms.Payment{Source: gateway.TokenFunds})
	declined.refused, declined.name = true, "declined"
	return []step{
		pay("guest", oms.Payment{}), pay("book", oms.Payment{}), pay("twins", oms.Payment{}),
		pay("held", oms.Payment{Hold: true}),
		{method: "Capture", name: "captured", args: about("held", oms.Capture{Amount: money.MustParse("20.00 EUR")})},
		pay("action", oms.Payment{Source: gateway.TokenAction}),
		{method: "Continue", name: "back again", args: func(t *tenant) []any {
			return []any{oms.Comeback{Op: t.op("pay action"), Params: url.Values{"said": {t.canary("comeback")}}}}
		}},
		pay("bank", oms.Payment{Source: gateway.TokenPending}),
		{method: "Confirm", name: "confirmed", args: func(t *tenant) []any {
			return []any{t.op("pay bank"), oms.Confirmation{Found: payment.Confirmation{State: payment.Succeeded}}}
		}},
		pay("hook", oms.Payment{Source: gateway.TokenPending}),
		{method: "Webhook", name: "told", args: func(t *tenant) []any {
			t.card.Webhooks()
			t.card.Settle(t.op("pay hook"))
			return []any{"card", append(t.card.Webhooks(), payment.Delivery{})[0]}
		}},
		pay("slow", oms.Payment{Source: gateway.TokenPending}),
		declined,
	}
}

func sending() []step {
	label := step{method: "Ship", name: "no label", refused: true, args: about("held", oms.Shipping{Carrier: "post"}),
		before: func(t *tenant) { t.post.Script("buy", shipping.Fault{Kind: shipping.Refuse}) }}
	goods := func(name string) func(t *tenant) []any {
		return func(t *tenant) []any {
			return []any{t.order(name).ID, oms.ReturnRequest{Lines: units(t.order(name), 1)}}
		}
	}
	claim := func(name string, n int32) step {
		return step{method: "FileClaim", name: name, args: func(t *tenant) []any {
			return []any{t.order("past").ID, oms.ClaimFiling{Kind: order.ClaimDamaged, Lines: units(t.order("past"), n)}}
		}}
	}
	return []step{
		{method: "Ship", name: "sent", args: about("guest", oms.Shipping{Carrier: "post"})},
		label,
		{method: "Ship", name: "handed over", args: about("book", oms.Shipping{Tracking: "T-1"})},
		{method: "Track", name: "scanned", args: func(t *tenant) []any {
			return []any{oms.Tracking{Carrier: "post", Tracking: t.parcel("sent"), Scan: fulfillment.Scan{
				EventID: "1", Status: fulfillment.InTransit, At: t.shop.clock.Now(),
			}}}
		}},
		{method: "Deliver", name: "delivered", args: about("guest", oms.Delivery{})},
		{method: "Deliver", name: "delivered too", args: about("book", oms.Delivery{})},
		{method: "RequestReturn", name: "return", args: goods("guest")},
		{method: "RequestReturn", name: "other return", args: goods("guest")},
		{method: "ReceiveReturn", name: "returned", args: func(t *tenant) []any {
			return []any{t.order("guest").ID, t.back("return"), oms.Reception{Location: "main"}}
		}},
		{method: "CancelReturn", name: "return called off", args: func(t *tenant) []any {
			return []any{t.order("guest").ID, t.back("other return"), oms.ReturnCancellation{}}
		}},
		{method: "RequestReturn", name: "late return", args: goods("guest")},
		{method: "RequestReturn", name: "posted", args: goods("book")},
		{method: "LabelReturn", name: "way back", args: func(t *tenant) []any {
			return []any{t.order("book").ID, t.back("posted"), oms.ReturnLabeling{Carrier: "post"}}
		}},
		{method: "TrackReturn", name: "on its way back", args: func(t *tenant) []any {
			return []any{oms.Tracking{Carrier: "post", Tracking: t.wayBack("way back"), Scan: fulfillment.Scan{
				EventID: "2", Status: fulfillment.InTransit, At: t.shop.clock.Now(),
			}}}
		}},
		{method: "WriteOffReturn", name: "written off", args: func(t *tenant) []any {
			return []any{t.order("book").ID, t.back("posted"), oms.ReturnWriteOff{As: order.LoseUnits}}
		}},
		{method: "RequestReturn", name: "to be reviewed", args: goods("past")},
		{method: "Exchange", name: "exchanged", args: func(t *tenant) []any {
			return []any{t.order("book").ID, oms.Exchange{Lines: units(t.order("book"), 1), For: []oms.CartLine{line("TEE-M", 1)}}}
		}},
		claim("claimed", 2), claim("other claim", 1),
		{method: "ResolveClaim", name: "resolved", args: func(t *tenant) []any {
			return []any{t.order("past").ID, t.back("claimed"), oms.ClaimResolution{Awards: award(t.order("past"), 1, 1)}}
		}},
		{method: "WithdrawClaim", name: "withdrawn", args: func(t *tenant) []any {
			return []any{t.order("past").ID, t.back("other claim"), oms.ClaimWithdrawal{}}
		}},
		{method: "ReviewReturn", name: "reviewed", args: func(t *tenant) []any {
			return []any{t.order("past").ID, t.back("to be reviewed"), oms.ReturnReview{}}
		}},
		{method: "ReceiveBlind", name: "brought", args: given(oms.BlindReturn{
			Location: "main", Lines: []oms.PastBack{{SKU: "LAMP", Quantity: quantity.Of(1), UnitPrice: money.MustParse("2.55 EUR")}},
		})},
		{method: "Refund", name: "refunded", args: about("guest", oms.Refund{})},
		{method: "Refund", name: "goodwill", args: about("book", oms.Refund{Amount: money.MustParse("1.00 EUR")})},
	}
}

// ending lets two days pass, after which holds and unpaid orders are over.
func ending() []step {
	run := func(t *tenant) *oms.Client { return t.With(alone{t.store, t.id}) }
	return []step{
		{method: "Cancel", name: "canceled", args: about("called off", oms.Cancellation{})},
		{method: "ClaimOrders", name: "claimed", args: func(t *tenant) []any {
			return []any{t.customer("ada").ID, oms.Claim{Email: t.customer("ada").Email}}
		}},
		{method: "MergeCustomers", name: "merged", args: func(t *tenant) []any {
			return []any{oms.Merge{From: t.customer("twin").ID, Into: t.customer("ada").ID}}
		}},
		{method: "Inventory.Reserve", name: "left lying", args: given(inventory.Hold{
			CartID: "cart-3", TTL: time.Hour, Lines: []inventory.HoldLine{{SKU: "TEE-M", Quantity: quantity.Of(1)}}})},
		{name: "two days later"},
		{method: "Inventory.VoidExpired", name: "swept", args: given(inventory.Sweep{})},
		{method: "Expire", name: "expired", args: about("desk", oms.Expiry{})},
		{method: "ExpireReturn", name: "return expired", args: func(t *tenant) []any {
			return []any{t.order("guest").ID, t.back("late return"), oms.Expiry{}}
		}},
		{method: "RunOnce", name: "pass", args: given(), on: run},
		{method: "Lag", args: given()},
		{method: "DeadLetters", name: "letters", args: given("critic")},
		{method: "Redrive", args: given("critic")},
		{name: "two days later"},
		{method: "RunOnce", name: "next pass", args: given(), on: run},
		{method: "DeadLetters", name: "letters", args: given("critic")},
		{method: "Discard", args: func(t *tenant) []any { return []any{t.letter("letters")} }},
		{method: "RunOnce", name: "last pass", args: given(), on: run}, // so that how far Run comes makes no difference
		{method: "Run", name: "run", args: given(), on: run, refused: true, stops: true},
	}
}

func asking() []step {
	steps := []step{
		{method: "Order", args: about("guest")},
		{method: "OrderByNumber", args: func(t *tenant) []any { return []any{t.order("guest").Number} }},
		{method: "OrderByCart", args: given("cart-1")},
		{method: "OrderByRef", args: given("desk", "E-1")},
		{method: "Orders", args: given(order.Filter{})},
		{method: "OrdersOf", args: whom("ada")},
		{method: "Payments", args: about("guest")},
		{method: "Fulfillments", args: about("guest")},
		{method: "Notes", args: about("guest")},
		{method: "Notes", name: "notes of book", args: about("book")},
		{method: "Notes", name: "notes of past", args: about("past")},
		{method: "Allowed", args: about("held")},
		{method: "Timeline", args: about("guest")},
		{method: "Exchanges", args: about("book")},
		{method: "Claims", args: about("past")},
		{method: "Customer", args: whom("ada")},
		{method: "CustomerByEmail", args: func(t *tenant) []any { return []any{t.customer("ada").Email} }},
		{method: "CustomerByRef", args: given("A-1")},
		{method: "Customers", args: given(crm.Filter{Merged: true})},
		{method: "CustomerTimeline", args: whom("ada")},
		{method: "Addresses", args: whom("ada")},
		{method: "CustomerNotes", args: whom("ada")},
		{method: "Consents", args: whom("ada")},
		{method: "Credit", args: whom("ada")},
		{method: "Companies", args: whom("ada")},
		{method: "Spending", args: func(t *tenant) []any { return []any{t.customer("firm").ID, t.customer("ada").ID} }},
		{method: "Subscription", args: func(t *tenant) []any { return []any{t.subscription("subscribed")} }},
		{method: "Subscriptions", args: given(order.SubscriptionFilter{})},
		{method: "Draft", args: func(t *tenant) []any { return []any{t.draft("kept cart")} }},
		{method: "Drafts", args: given(order.DraftFilter{})},
		{method: "Verify", args: given(oms.VerifyOptions{})},
		{method: "Inventory.Available", args: given("TEE-M", "MUG")},
		{method: "Inventory.Levels", args: given("TEE-M", "MUG")},
		{method: "Inventory.Items", args: given("TEE-M", "MUG", "LAMP", "PIN")},
		{method: "Inventory.Locations", args: given()},
		{method: "Inventory.Moves", args: given(inventory.MoveFilter{})},
		{method: "Inventory.WithSourcing", args: given(inventory.FewestSplits{})},
		{method: "Tenant", args: func(t *tenant) []any { return []any{t.id} }},
		{method: "As", args: given(event.Actor{Kind: event.Staff, ID: "7"})},
		{method: "With", args: func(t *tenant) []any { return []any{t.store} }},
	}
	for _, r := range reporting.Reports() {
		steps = append(steps, step{method: "Report", name: r.Name, args: func(t *tenant) []any {
			q := r.Query
			q.Zone = "UTC"
			q.Period = reporting.Period{From: time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC), To: t.shop.clock.Now().Add(time.Hour)}
			return []any{q}
		}})
	}
	return steps
}

// livingOn is what only one of them does: more of everything.
func livingOn() []step {
	hold := inventory.Hold{CartID: "cart-9", Lines: []inventory.HoldLine{{SKU: "PIN", Quantity: quantity.Of(1)}}}
	return []step{
		{method: "Inventory.Receive", name: "more", args: given(inventory.Receipt{SKU: "MUG", Location: "main", Quantity: quantity.Of(77)})},
		{method: "Inventory.Receive", name: "elsewhere", args: given(inventory.Receipt{SKU: "TEE-M", Location: "outlet", Quantity: quantity.Of(7)})},
		{method: "Inventory.Reserve", name: "one more", args: given(hold)},
		{method: "SaveCustomer", name: "eve", args: given(oms.CustomerDetails{Customer: crm.Customer{ExternalRef: "A-9", Country: "GB"}})},
		{method: "SaveAddress", name: "another", args: whom("ada", oms.SavedAddress{Address: crm.Address{Country: "GB"}})},
		{method: "AddCustomerNote", name: "another", args: whom("ada", oms.CustomerNote{})},
		{method: "RecordConsent", name: "another", args: whom("ada", oms.Decision{Purpose: "post", Status: crm.Granted})},
		{method: "Place", name: "more", args: func(t *tenant) []any {
			return []any{oms.Cart{CustomerID: t.customer("ada").ID, ShipTo: order.Address{Country: "GB"}, Lines: []oms.CartLine{line("MUG", 2)}}}
		}},
		{method: "AddNote", name: "another", args: about("guest", oms.Note{})},
		{method: "Pay", name: "pay more", args: about("more", oms.Payment{Gateway: "card", Source: gateway.TokenPending})},
		{method: "Cancel", name: "not all", args: about("held", oms.Cancellation{})},
	}
}

// failing are calls that fail, with what the other tenant has under the same name.
func failing() []step {
	const key = "key/Place/guest"
	few := []oms.CartLine{line("TEE-M", 1)}
	email := func(who string, of *tenant) string { return of.mark + "." + who + "@example.com" }
	list := []step{
		{method: "Place", name: "key used", args: given(oms.Cart{Key: key, Lines: few})},
		{method: "AddNote", name: "key of another command", args: about("guest", oms.Note{Key: key})},
		{method: "Place", name: "too many", args: given(oms.Cart{Lines: []oms.CartLine{line("TEE-M", 9999)}})},
		{method: "Place", name: "cart placed", args: given(oms.Cart{CartID: "cart-1", Lines: few})},
		{method: "Place", name: "no item", args: given(oms.Cart{Lines: []oms.CartLine{line("NONE", 1)}})},
		{method: "Place", name: "no method", args: func(t *tenant) []any { return []any{oms.Cart{Shipping: t.mark, Lines: few}} }},
		{method: "Place", name: "no coupon", args: func(t *tenant) []any { return []any{oms.Cart{Coupons: []string{t.mark}, Lines: few}} }},
		{method: "Enter", name: "ref taken", args: given(oms.Entry{Channel: "desk", ExternalRef: "E-1", Lines: []oms.EntryLine{
			{SKU: "TEE-M", Quantity: quantity.Of(1), UnitPrice: money.MustParse("5.00 EUR")}}})},
		{method: "SaveCustomer", name: "ref taken by customer", args: given(oms.CustomerDetails{Customer: crm.Customer{ExternalRef: "A-1"}})},
		{method: "SaveCustomer", name: "email taken", args: func(t *tenant) []any {
			return []any{oms.CustomerDetails{Customer: crm.Customer{Email: t.customer("ada").Email}}}
		}},
		{method: "SaveCustomer", name: "stale", args: func(t *tenant) []any {
			c := *t.customer("ada")
			return []any{oms.CustomerDetails{Version: 99, Customer: c}}
		}},
		{method: "SaveCustomer", name: "merged away", args: func(t *tenant) []any {
			return []any{oms.CustomerDetails{Customer: crm.Customer{ID: t.customer("twin").ID, Country: "GB"}}}
		}},
		{method: "ClaimOrders", name: "not his", args: func(t *tenant) []any {
			return []any{t.customer("ada").ID, oms.Claim{Email: email("stranger", t)}}
		}},
		{method: "CustomerByEmail", name: "the other's customer", args: func(t *tenant) []any {
			return []any{t.plain(t.customer("ada").Email)}
		}},
		{method: "Pay", name: "no gateway", args: func(t *tenant) []any {
			return []any{t.order("held").ID, oms.Payment{Gateway: t.mark}}
		}},
		{method: "Refund", name: "too much", args: about("guest", oms.Refund{Amount: money.MustParse("9999.00 EUR")})},
		{method: "Act", name: "not allowed", args: about("guest", oms.Action{Name: "approve"})},
		{method: "Hold", name: "no such hold", args: func(t *tenant) []any { return []any{t.order("guest").ID, oms.HoldRequest{Type: t.mark}} }},
		{method: "Ship", name: "nothing left", args: about("guest", oms.Shipping{Carrier: "post"})},
		{method: "Webhook", name: "forged", args: func(t *tenant) []any {
			return []any{"card", payment.Delivery{Body: []byte(t.mark)}}
		}},
		{method: "Track", name: "nobody's", args: func(t *tenant) []any {
			return []any{oms.Tracking{Carrier: "post", Tracking: t.mark, Scan: fulfillment.Scan{Status: fulfillment.InTransit, At: t.shop.clock.Now()}}}
		}},
		{method: "Inventory.Adjust", name: "no such item", args: given(inventory.Adjustment{SKU: "NONE", Location: "main", By: quantity.Of(1)})},
		{method: "Inventory.Reserve", name: "too many kept", args: given(inventory.Hold{
			CartID: "cart-4", Lines: []inventory.HoldLine{{SKU: "TEE-M", Quantity: quantity.Of(9999)}}})},
	}
	for i := range list {
		list[i].refused = true
	}
	return list
}

func leaving() []step {
	return []step{{method: "Close", name: "closed", args: given(), on: func(t *tenant) *oms.Client {
		another, err := oms.New(t.shop.config)
		if err != nil {
			t.shop.find("another shop: %v", err)
			return t.Client
		}
		return another.Tenant(t.id)
	}}}
}

// alone is a store that lists no tenant but one, so that Run works for one.
type alone struct {
	storage.Store
	id string
}

func (a alone) Tenants(context.Context) ([]string, error) { return []string{a.id}, nil }
