package oms_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fulfillment"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/payment"
	gateway "github.com/go-oms/oms/payment/sandbox"
	"github.com/go-oms/oms/quantity"
	"github.com/go-oms/oms/reporting"
	"github.com/go-oms/oms/storage"
	"github.com/go-oms/oms/storage/memory"
)

// world is a shop with two tenants: ada and eve are customers of a, bob is one of b.
// Two worlds in which the same is done are equal, ids and all.
type world struct {
	t             *testing.T
	shop          *shop
	watch         *overlooked
	ada, eve, bob *party
}

// party is a customer, with what his tenant's house does for him.
type party struct {
	w        *world
	house    *oms.Client
	tenant   string
	name     string
	customer *crm.Customer
	used     int // numbers for what must be unique
}

func newWorld(t *testing.T, roles oms.Authorizer) *world {
	t.Helper()
	w := &world{t: t, watch: &overlooked{Store: memory.New(), log: new([]string)}}
	w.shop = openShop(t, w.watch, approval, careful, func(cfg *oms.Config) {
		cfg.Authorizer = roles
		cfg.Sinks = oms.Sinks{"critic": oms.Parking(oms.SinkFunc(func(_ context.Context, _ string, events []event.Event) error {
			for i, e := range events {
				if e.Type == oms.OrderCanceled {
					return &oms.DeliveryError{Delivered: i, Refused: true, Err: errors.New("not that")}
				}
			}
			return nil
		}), time.Minute)}
	})
	w.ada, w.eve, w.bob = w.party("a", "ada"), w.party("a", "eve"), w.party("b", "bob")
	return w
}

func (w *world) party(tenant, name string) *party {
	p := &party{w: w, house: w.shop.Tenant(tenant), tenant: tenant, name: name}
	require.NoError(w.t, p.house.Inventory.Receive(w.shop.ctx, inventory.Receipt{SKU: "TEE-M", Location: "main", Quantity: quantity.Of(20)}))
	p.customer = p.person(name)
	return p
}

// books are all that a tenant has.
func (w *world) books(tenant string) string {
	text, err := booksOf(w.shop.ctx, w.watch.Store.Tenant(tenant))
	require.NoError(w.t, err)
	return text
}

// call calls a method and reads all that it yields.
func (w *world) call(c *oms.Client, method string, args []any) outcome {
	ctx := w.shop.ctx
	if method == "Run" {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, 20*time.Millisecond)
		defer cancel()
	}
	target := reflect.ValueOf(c)
	name, isInventory := cut(method, "Inventory.")
	if isInventory {
		target = reflect.ValueOf(c.Inventory)
	}
	in := []reflect.Value{reflect.ValueOf(ctx)}
	for _, a := range args {
		in = append(in, reflect.ValueOf(a))
	}
	answer, err := results(target.MethodByName(name).Call(in))
	return outcome{answer, err}
}

// args are those with which a method works for the party, every id in them his.
func (p *party) args(method string) []any {
	p.w.t.Helper()
	build := subjects[method]
	require.NotNil(p.w.t, build, "%s has no case: add it to subjects, with an id of the party in every place for one", method)
	return build(p)
}

func (p *party) ctx() context.Context { return p.w.shop.ctx }

// unique is a name that nothing has yet.
func (p *party) unique(what string) string {
	p.used++
	return fmt.Sprintf("%s-%s-%d", what, p.name, p.used)
}

func (p *party) person(name string) *crm.Customer {
	return must(p.house.SaveCustomer(p.ctx(), oms.CustomerDetails{Customer: crm.Customer{
		Name: name, Email: name + "@example.com", ExternalRef: "crm-" + name,
	}}))
}

// firm is a company that the customer buys for.
func (p *party) firm() uuid.UUID {
	id := p.person(p.unique("firm")).ID
	must(p.house.SetCompany(p.ctx(), id, oms.CompanyTerms{Limits: []crm.SpendingLimit{per(crm.PerDay, "900.00")}}))
	must(p.house.SetMember(p.ctx(), id, oms.Membership{Member: crm.Member{CustomerID: p.customer.ID, Role: crm.Buyer}}))
	return id
}

func (p *party) address() uuid.UUID {
	return must(p.house.SaveAddress(p.ctx(), p.customer.ID, oms.SavedAddress{Address: crm.Address{City: "London", Country: "GB"}})).ID
}

func (p *party) cart() oms.Cart {
	return oms.Cart{
		CustomerID: p.customer.ID, CompanyID: p.firm(), CartID: p.unique("cart"), Lines: []oms.CartLine{line("TEE-M", 2)},
		ShipToSaved: p.address(), BillToSaved: p.address(),
	}
}

func (p *party) order() *order.Order { return must(p.house.Place(p.ctx(), p.cart())) }

// waiting is an order that waits for an approval.
func (p *party) waiting() *order.Order {
	cart := p.cart()
	cart.Channel = "b2b"
	return must(p.house.Place(p.ctx(), cart))
}

func (p *party) paid(with oms.Payment) (*order.Order, *oms.Paid) {
	o := p.order()
	with.Gateway = "card"
	return o, must(p.house.Pay(p.ctx(), o.ID, with))
}

func (p *party) op(token string) uuid.UUID {
	_, paid := p.paid(oms.Payment{Source: token})
	return paid.Op.ID
}

func (p *party) shipped() (*order.Order, *fulfillment.Shipment) {
	o, _ := p.paid(oms.Payment{Source: "tok_visa"})
	return o, must(p.house.Ship(p.ctx(), o.ID, oms.Shipping{Carrier: "post"}))
}

func (p *party) returning() (*order.Order, uuid.UUID) {
	o, _ := p.shipped()
	return o, must(p.house.RequestReturn(p.ctx(), o.ID, oms.ReturnRequest{Lines: units(o, 1)})).ID
}

func (p *party) claiming() (*order.Order, uuid.UUID) {
	o, _ := p.shipped()
	return o, must(p.house.FileClaim(p.ctx(), o.ID, oms.ClaimFiling{Kind: order.ClaimDamaged, Lines: units(o, 1)})).ID
}

// fewer is a change of the order by one unit.
func (p *party) fewer(o *order.Order) oms.ChangeRequest { return oms.ChangeRequest{Steps: oneFewer(o)} }

// calledOff is a change of an order that calls off what is to come back.
func (p *party) calledOff() (*order.Order, oms.ChangeRequest) {
	o, back := p.returning()
	return o, oms.ChangeRequest{Steps: []order.Step{{Type: order.StepCallOff, LineID: o.Lines[0].ID, ReturnID: back}}}
}

// prepared is an order with a change that waits.
func (p *party) prepared() *order.Order {
	o := p.order()
	return must(p.house.OpenChange(p.ctx(), o.ID, p.fewer(o)))
}

// onHold is an order with a hold on it.
func (p *party) onHold(code string) *order.Order {
	return must(p.house.Hold(p.ctx(), p.order().ID, oms.HoldRequest{Type: code}))
}

// weekly is a subscription to be.
func (p *party) weekly() oms.Subscription {
	return oms.Subscription{
		CustomerID: p.customer.ID, ShipToSaved: p.address(), Lines: []oms.SubscriptionLine{{SKU: "TEE-M", Quantity: one}},
		Schedule: order.Schedule{Every: 1, Unit: order.Week, Start: p.w.shop.clock.Now().Add(time.Hour)},
	}
}

func (p *party) subscribed() *order.Subscription { return must(p.house.Subscribe(p.ctx(), p.weekly())) }

// drafted is a draft of the party.
func (p *party) drafted() *order.Draft {
	return must(p.house.SaveDraft(p.ctx(), oms.Draft{
		CustomerID: p.customer.ID, ShipToSaved: p.address(), Lines: []oms.CartLine{line("TEE-M", 1)},
	}))
}

// offered is a quote that the party may accept.
func (p *party) offered() *order.Draft {
	return must(p.house.OfferQuote(p.ctx(), p.drafted().ID, oms.Offer{}))
}

// letter is a dead letter about an order of the party.
func (p *party) letter() oms.DeadLetter {
	o := p.order()
	must(p.house.Cancel(p.ctx(), o.ID, oms.Cancellation{Reason: "changed"}))
	must(p.w.shop.RunOnce(p.ctx()))
	for _, l := range must(p.house.DeadLetters(p.ctx(), "critic")) {
		if l.Event.ID == o.ID {
			return l
		}
	}
	p.w.t.Fatal("no dead letter")
	return oms.DeadLetter{}
}

// subject makes the arguments of methods about one order: its id, and then more.
func subject(more ...any) func(*party) []any {
	return func(p *party) []any { return append([]any{p.order().ID}, more...) }
}

// person makes those of methods about the customer.
func person(more ...any) func(*party) []any {
	return func(p *party) []any { return append([]any{p.customer.ID}, more...) }
}

// alike makes those without an id in them.
func alike(args ...any) func(*party) []any { return func(*party) []any { return args } }

var one = quantity.Of(1)

// subjects have the arguments of every method that asks for a permission.
var subjects = map[string]func(*party) []any{
	"Order": subject(), "Fulfillments": subject(), "Payments": subject(), "Notes": subject(), "Timeline": subject(), "Exchanges": subject(), "Claims": subject(), "Allowed": subject(),
	"OrderByNumber": func(p *party) []any {
		if p == p.w.ada {
			p.order() // each tenant counts by itself: bob has no order with the number of her second one
		}
		return []any{p.order().Number}
	},
	"OrderByCart": func(p *party) []any { return []any{p.order().CartID} },
	"OrderByRef": func(p *party) []any {
		o := must(p.house.Enter(p.ctx(), oms.Entry{
			Channel: "desk", ExternalRef: p.unique("ref"), CustomerID: p.customer.ID,
			Lines: []oms.EntryLine{{SKU: "TEE-M", Quantity: one, UnitPrice: oneCent}},
		}))
		return []any{"desk", o.ExternalRef}
	},
	"Orders": func(p *party) []any {
		p.order()
		return []any{order.Filter{CustomerID: p.customer.ID, CompanyID: p.firm()}}
	},
	"OrdersOf": func(p *party) []any { p.order(); return []any{p.customer.ID} },

	"Place":      func(p *party) []any { return []any{p.cart()} },
	"PlaceSplit": func(p *party) []any { return []any{p.cart()} },
	"PriceSplit": func(p *party) []any { return []any{p.cart()} },
	"Price":      func(p *party) []any { return []any{p.cart()} },
	"Enter": func(p *party) []any {
		return []any{oms.Entry{
			CustomerID: p.customer.ID, CompanyID: p.firm(), ShipToSaved: p.address(), BillToSaved: p.address(),
			Lines: []oms.EntryLine{{SKU: "TEE-M", Quantity: one, UnitPrice: oneCent}},
		}}
	},
	"Import": func(p *party) []any {
		return []any{oms.Past{
			Channel: "old", CustomerID: p.customer.ID, PlacedAt: p.w.shop.clock.Now(),
			Lines: []oms.PastLine{{SKU: "OLD", Quantity: one, UnitPrice: oneCent}},
		}}
	},
	"AddNote": subject(oms.Note{Text: "mine"}),
	"Act":     func(p *party) []any { return []any{p.waiting().ID, oms.Action{Name: "approve"}} },
	"Cancel": func(p *party) []any {
		o := p.order()
		return []any{o.ID, oms.Cancellation{Reason: "changed", Lines: units(o, 1)}}
	},
	"Hold": func(p *party) []any {
		o := p.order()
		return []any{o.ID, oms.HoldRequest{Type: order.HoldManual, Line: o.Lines[0].ID}}
	},
	"ReleaseHold": func(p *party) []any {
		o := p.onHold(order.HoldManual)
		return []any{o.ID, o.Holds[0].ID, oms.HoldRelease{}}
	},
	"RejectHold": func(p *party) []any {
		o := p.onHold(order.HoldFraud)
		return []any{o.ID, o.Holds[0].ID, oms.HoldRejection{}}
	},
	"Approve": func(p *party) []any {
		o := p.onHold(order.HoldApproval)
		return []any{o.ID, o.Holds[0].ID, oms.HoldApproval{}}
	},
	"PreviewChange": func(p *party) []any { o, back := p.calledOff(); return []any{o.ID, back} },
	"Change":        func(p *party) []any { o, back := p.calledOff(); return []any{o.ID, back} },
	"OpenChange":    func(p *party) []any { o, back := p.calledOff(); return []any{o.ID, back} },
	"ApplyChange":   func(p *party) []any { o := p.prepared(); return []any{o.ID, o.Changes[0].ID, oms.ChangeDecision{}} },
	"DiscardChange": func(p *party) []any { o := p.prepared(); return []any{o.ID, o.Changes[0].ID, oms.ChangeDecision{}} },
	"UndoChange": func(p *party) []any {
		o := p.prepared()
		must(p.house.ApplyChange(p.ctx(), o.ID, o.Changes[0].ID, oms.ChangeDecision{}))
		return []any{o.ID, o.Changes[0].ID, oms.ChangeDecision{}}
	},
	"SaveDraft": func(p *party) []any {
		d := p.drafted()
		return []any{oms.Draft{
			ID: d.ID, CustomerID: p.customer.ID, ShipToSaved: p.address(), BillToSaved: p.address(), Lines: []oms.CartLine{line("TEE-M", 1)},
		}}
	},
	"Draft":        func(p *party) []any { return []any{p.drafted().ID} },
	"Drafts":       func(p *party) []any { p.drafted(); return []any{order.DraftFilter{CustomerID: p.customer.ID}} },
	"PriceDraft":   func(p *party) []any { return []any{p.drafted().ID, oms.DraftPricing{}} },
	"PlaceDraft":   func(p *party) []any { return []any{p.drafted().ID, oms.DraftPlacement{}} },
	"DiscardDraft": func(p *party) []any { return []any{p.drafted().ID, oms.DraftStep{}} },
	"MergeDrafts":  func(p *party) []any { return []any{oms.DraftMerge{From: p.drafted().ID, Into: p.drafted().ID}} },
	"RequestQuote": func(p *party) []any { return []any{p.drafted().ID, oms.DraftStep{}} },
	"OfferQuote":   func(p *party) []any { return []any{p.drafted().ID, oms.Offer{}} },
	"AcceptQuote":  func(p *party) []any { return []any{p.offered().ID, oms.Acceptance{}} },
	"DeclineQuote": func(p *party) []any { return []any{p.offered().ID, oms.DraftStep{}} },
	"CounterQuote": func(p *party) []any {
		return []any{p.offered().ID, oms.CounterOffer{Lines: []oms.QuoteLine{{SKU: "TEE-M", Quantity: one}}}}
	},
	"Reorder": subject(),

	"Subscribe":    func(p *party) []any { return []any{p.weekly()} },
	"Subscription": func(p *party) []any { return []any{p.subscribed().ID} },
	"Subscriptions": func(p *party) []any {
		p.subscribed()
		return []any{order.SubscriptionFilter{CustomerID: p.customer.ID}}
	},
	"ChangeSubscription": func(p *party) []any {
		return []any{p.subscribed().ID, oms.SubscriptionChange{ShipToSaved: new(p.address())}}
	},
	"SkipRun":            func(p *party) []any { return []any{p.subscribed().ID, oms.RunSkip{}} },
	"PauseSubscription":  func(p *party) []any { return []any{p.subscribed().ID, oms.SubscriptionStep{}} },
	"CancelSubscription": func(p *party) []any { return []any{p.subscribed().ID, oms.SubscriptionStep{}} },
	"ResumeSubscription": func(p *party) []any {
		s := p.subscribed()
		must(p.house.PauseSubscription(p.ctx(), s.ID, oms.SubscriptionStep{}))
		return []any{s.ID, oms.SubscriptionStep{}}
	},
	"Expire": func(p *party) []any {
		o := p.order()
		p.w.shop.clock.Add(48 * time.Hour)
		return []any{o.ID, oms.Expiry{}}
	},
	"Pay": subject(oms.Payment{Gateway: "card", Source: "tok_visa"}),
	"Capture": func(p *party) []any {
		o, _ := p.paid(oms.Payment{Source: "tok_visa", Hold: true})
		return []any{o.ID, oms.Capture{}}
	},
	"Refund": func(p *party) []any {
		o, _ := p.paid(oms.Payment{Source: "tok_visa"})
		return []any{o.ID, oms.Refund{Amount: oneCent, Reason: "late"}}
	},
	"Continue": func(p *party) []any { return []any{oms.Comeback{Op: p.op(gateway.TokenAction)}} },
	"Confirm": func(p *party) []any {
		return []any{p.op(gateway.TokenPending), oms.Confirmation{Found: payment.Confirmation{State: payment.Succeeded}}}
	},
	"Webhook": func(p *party) []any {
		p.w.shop.card.Webhooks()
		p.w.shop.card.Settle(p.op(gateway.TokenPending))
		return []any{"card", p.w.shop.card.Webhooks()[0]}
	},
	"Ship": func(p *party) []any {
		o, _ := p.paid(oms.Payment{Source: "tok_visa"})
		parcel := fulfillment.Parcel{Contents: []fulfillment.ParcelLine{{LineID: o.Lines[0].ID, SKU: "TEE-M", Quantity: one}}}
		return []any{o.ID, oms.Shipping{Carrier: "post", Lines: units(o, 1), Parcels: []fulfillment.Parcel{parcel}}}
	},
	"Deliver": func(p *party) []any {
		o, s := p.shipped()
		return []any{o.ID, oms.Delivery{Shipment: s.ID}}
	},
	"Track": func(p *party) []any {
		_, s := p.shipped()
		return []any{oms.Tracking{Carrier: "post", Tracking: s.Tracking, Scan: fulfillment.Scan{Status: fulfillment.InTransit, At: p.w.shop.clock.Now()}}}
	},
	"RequestReturn": func(p *party) []any {
		o, _ := p.shipped()
		return []any{o.ID, oms.ReturnRequest{Lines: units(o, 1)}}
	},
	"Exchange": func(p *party) []any {
		o, _ := p.shipped()
		require.NoError(p.w.t, p.house.Inventory.Receive(p.ctx(), inventory.Receipt{SKU: "MUG", Location: "main", Quantity: one}))
		return []any{o.ID, oms.Exchange{Lines: units(o, 1), For: []oms.CartLine{{SKU: "MUG", Quantity: one}}, ShipToSaved: p.address(), OnReceipt: true}}
	},
	"FileClaim": func(p *party) []any {
		o, _ := p.shipped()
		return []any{o.ID, oms.ClaimFiling{Kind: order.ClaimDamaged, Lines: units(o, 1)}}
	},
	"ResolveClaim": func(p *party) []any {
		o, id := p.claiming()
		return []any{o.ID, id, oms.ClaimResolution{Awards: award(o, 1, 0)}}
	},
	"WithdrawClaim": func(p *party) []any {
		o, id := p.claiming()
		return []any{o.ID, id, oms.ClaimWithdrawal{}}
	},
	"ReceiveReturn": func(p *party) []any {
		o, id := p.returning()
		return []any{o.ID, id, oms.Reception{Location: "main", Lines: []oms.ReceptionLine{{LineID: o.Lines[0].ID, Good: one}}}}
	},
	"CancelReturn": func(p *party) []any {
		o, id := p.returning()
		return []any{o.ID, id, oms.ReturnCancellation{}}
	},
	"ReviewReturn": func(p *party) []any {
		require.NoError(p.w.t, p.house.Inventory.Receive(p.ctx(), inventory.Receipt{SKU: "PIN", Location: "main", Quantity: one}))
		cart := p.cart()
		cart.Lines = []oms.CartLine{line("PIN", 1)}
		o := must(p.house.Place(p.ctx(), cart))
		must(p.house.Pay(p.ctx(), o.ID, oms.Payment{Gateway: "card", Source: "tok_visa"}))
		must(p.house.Ship(p.ctx(), o.ID, oms.Shipping{Carrier: "post"}))
		r := must(p.house.RequestReturn(p.ctx(), o.ID, oms.ReturnRequest{Lines: units(o, 1)}))
		return []any{o.ID, r.ID, oms.ReturnReview{Accept: true, Lines: []uuid.UUID{o.Lines[0].ID}}}
	},
	"WriteOffReturn": func(p *party) []any {
		o, id := p.returning()
		return []any{o.ID, id, oms.ReturnWriteOff{As: order.KeepUnits, Lines: units(o, 1)}}
	},
	"ExpireReturn": func(p *party) []any {
		o, id := p.returning()
		p.w.shop.clock.Add(49 * time.Hour)
		return []any{o.ID, id, oms.Expiry{}}
	},
	"LabelReturn": func(p *party) []any {
		o, id := p.returning()
		return []any{o.ID, id, oms.ReturnLabeling{Carrier: "post"}}
	},
	"TrackReturn": func(p *party) []any {
		o, id := p.returning()
		r := must(p.house.LabelReturn(p.ctx(), o.ID, id, oms.ReturnLabeling{Carrier: "post"}))
		return []any{oms.Tracking{Carrier: "post", Tracking: r.Label.Tracking, Scan: fulfillment.Scan{Status: fulfillment.InTransit, At: p.w.shop.clock.Now()}}}
	},
	"ReceiveBlind": func(p *party) []any {
		return []any{oms.BlindReturn{
			CustomerID: p.customer.ID, Location: "main", Lines: []oms.PastBack{{SKU: "TEE-M", Quantity: one, UnitPrice: oneCent}},
		}}
	},
	"ImportReturn": func(p *party) []any {
		o, _ := p.shipped()
		return []any{o.ID, oms.PastReturn{Location: "main", Gateway: "past", At: p.w.shop.clock.Now(), Lines: units(o, 1)}}
	},

	"Customer": person(), "Addresses": person(), "Consents": person(), "CustomerNotes": person(), "CustomerTimeline": person(),
	"CustomerByEmail": func(p *party) []any { return []any{p.customer.Email} },
	"CustomerByRef":   func(p *party) []any { return []any{p.customer.ExternalRef} },
	"Customers":       func(p *party) []any { return []any{crm.Filter{Member: p.customer.ID}} },
	"SaveCustomer": func(p *party) []any {
		// Nothing in it that only he can have.
		return []any{oms.CustomerDetails{Customer: crm.Customer{ID: p.customer.ID, Name: "changed"}}}
	},
	"SaveAddress": func(p *party) []any {
		return []any{p.customer.ID, oms.SavedAddress{Address: crm.Address{ID: p.address(), City: "Paris"}}}
	},
	"RemoveAddress":   func(p *party) []any { return []any{p.customer.ID, oms.AddressRemoval{AddressID: p.address()}} },
	"AddCustomerNote": person(oms.CustomerNote{Text: "mine"}),
	"Credit":          person(),
	"Companies":       person(),
	"Spending":        func(p *party) []any { return []any{p.firm(), p.customer.ID} },
	"SetCompany":      func(p *party) []any { return []any{p.person(p.unique("firm")).ID, oms.CompanyTerms{}} },
	"SetMember": func(p *party) []any {
		return []any{p.firm(), oms.Membership{Member: crm.Member{CustomerID: p.customer.ID, Role: crm.Buyer}}}
	},
	"RemoveMember":   func(p *party) []any { return []any{p.firm(), oms.MemberRemoval{CustomerID: p.customer.ID}} },
	"SetCreditLimit": person(oms.CreditLimit{Limit: money.MustParse("50.00 EUR")}),
	"PostCredit":     person(oms.CreditEntry{Kind: crm.Receipt, Amount: money.MustParse("5.00 EUR"), Reason: "transfer"}),
	"RecordConsent":  person(oms.Decision{Purpose: "news", Status: crm.Granted}),
	"ClaimOrders":    func(p *party) []any { return []any{p.customer.ID, oms.Claim{Email: p.customer.Email}} },
	"MergeCustomers": func(p *party) []any {
		return []any{oms.Merge{From: p.person(p.unique("twin")).ID, Into: p.customer.ID}}
	},

	"Lag":         alike(),
	"DeadLetters": alike("critic"),
	"Redrive":     func(p *party) []any { return []any{"critic", p.letter().Event.ID} },
	"Discard":     func(p *party) []any { return []any{p.letter()} },
	"Report":      alike(reporting.Query{From: reporting.Orders, Measures: []reporting.Measure{reporting.OrderCount}, Zone: "UTC"}),
	"Verify":      alike(oms.VerifyOptions{}),
	"Run":         alike(),
	"RunOnce":     alike(),

	"Inventory.Available": alike("TEE-M"), "Inventory.Levels": alike("TEE-M"), "Inventory.Items": alike("TEE-M"), "Inventory.Locations": alike(),
	"Inventory.Moves":       func(p *party) []any { return []any{inventory.MoveFilter{OrderID: p.order().ID}} },
	"Inventory.Receive":     alike(inventory.Receipt{SKU: "TEE-M", Location: "main", Quantity: one}),
	"Inventory.ReceiveAll":  alike(inventory.Delivery{Lines: []inventory.DeliveryLine{{SKU: "TEE-M", Location: "main", Quantity: one}}}),
	"Inventory.Adjust":      alike(inventory.Adjustment{SKU: "TEE-M", Location: "main", By: one, Reason: "found"}),
	"Inventory.Count":       alike(inventory.Count{SKU: "TEE-M", Location: "main", Counted: one}),
	"Inventory.Quarantine":  alike(inventory.Inspection{SKU: "TEE-M", Location: "main", Quantity: one, Reason: "wet"}),
	"Inventory.Reserve":     alike(inventory.Hold{CartID: "c", Lines: []inventory.HoldLine{{SKU: "TEE-M", Quantity: one}}}),
	"Inventory.Release":     alike(inventory.CartRelease{CartID: "c"}),
	"Inventory.VoidExpired": alike(inventory.Sweep{}),
	"Inventory.SetItem":     alike(inventory.ItemSettings{SKU: "NEW"}),
	"Inventory.SetLocation": alike(inventory.LocationSettings{Code: "main"}),
	"Inventory.SetPolicy":   alike(inventory.Policy{SKU: "TEE-M", Location: "main", Safety: one}),
}

// overlooked is a store that takes down what is read. Books and deliveries are read by
// nobody who is not allowed to.
type overlooked struct {
	storage.Store
	log *[]string
}

func (s *overlooked) Tenant(id string) storage.Store { return &overlooked{s.Store.Tenant(id), s.log} }

func (s *overlooked) note(what string) { *s.log = append(*s.log, what) }

func (s *overlooked) Order(ctx context.Context, id uuid.UUID) (*order.Order, error) {
	s.note("order")
	return s.Store.Order(ctx, id)
}

func (s *overlooked) OrderBy(ctx context.Context, ref order.Ref) (*order.Order, error) {
	s.note("order by")
	return s.Store.OrderBy(ctx, ref)
}

func (s *overlooked) Notes(ctx context.Context, id uuid.UUID) ([]order.Note, error) {
	s.note("notes")
	return s.Store.Notes(ctx, id)
}

func (s *overlooked) Tender(ctx context.Context, id uuid.UUID) (*payment.Tender, error) {
	s.note("tender")
	return s.Store.Tender(ctx, id)
}

func (s *overlooked) TenderOf(ctx context.Context, op uuid.UUID, gateway, ref string) (*payment.Tender, error) {
	s.note("tender of")
	return s.Store.TenderOf(ctx, op, gateway, ref)
}

func (s *overlooked) Tenders(ctx context.Context, id uuid.UUID) ([]*payment.Tender, error) {
	s.note("tenders")
	return s.Store.Tenders(ctx, id)
}

func (s *overlooked) Fulfillments(ctx context.Context, id uuid.UUID) ([]*fulfillment.Fulfillment, error) {
	s.note("fulfillments")
	return s.Store.Fulfillments(ctx, id)
}

func (s *overlooked) Reservations(ctx context.Context, f inventory.ReservationFilter) ([]inventory.Reservation, error) {
	s.note("reservations")
	return s.Store.Reservations(ctx, f)
}

func (s *overlooked) Customer(ctx context.Context, id uuid.UUID) (*crm.Customer, error) {
	s.note("customer")
	return s.Store.Customer(ctx, id)
}

func (s *overlooked) CustomerBy(ctx context.Context, email, ref string) (*crm.Customer, error) {
	s.note("customer by")
	return s.Store.CustomerBy(ctx, email, ref)
}

func (s *overlooked) SavedAddresses(ctx context.Context, id uuid.UUID) ([]crm.Address, error) {
	s.note("addresses")
	return s.Store.SavedAddresses(ctx, id)
}

func (s *overlooked) Consents(ctx context.Context, id uuid.UUID) ([]crm.Consent, error) {
	s.note("consents")
	return s.Store.Consents(ctx, id)
}

func (s *overlooked) History(ctx context.Context, aggregate string, id uuid.UUID) ([]event.Event, error) {
	s.note("history")
	return s.Store.History(ctx, aggregate, id)
}

func (s *overlooked) Key(ctx context.Context, key string) (*storage.Key, error) {
	s.note("key")
	return s.Store.Key(ctx, key)
}
