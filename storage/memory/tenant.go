package memory

import (
	"github.com/google/uuid"

	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fulfillment"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/payment"
	"github.com/go-oms/oms/storage"
)

// tenant is the books of one tenant. Everything behind a pointer is immutable
// once it is here, rows of orders apart.
type tenant struct {
	orders     map[uuid.UUID]*orderRow
	byNumber   map[string]*orderRow
	byCart     map[string]*orderRow
	byExternal map[externalRef]*orderRow
	listing    listing               // all orders
	byCustomer map[uuid.UUID]listing // those with a customer
	byCompany  map[uuid.UUID]listing // those of a company
	addresses  map[uuid.UUID]*order.Address
	mailed     map[string]map[uuid.UUID]struct{} // orders by the email of an address, in its stored form
	notes      map[uuid.UUID][]order.Note        // by order, in order of recording
	coupons    map[string]int64
	couponsOf  map[couponOf]int64

	items        map[string]*inventory.Item
	locations    map[string]inventory.Location
	levels       map[string][]inventory.Level // by SKU, in order of location
	moves        []*inventory.Move            // in order of recording
	movesOf      map[string][]*inventory.Move // by SKU
	movesFor     map[uuid.UUID][]*inventory.Move
	reservations map[uuid.UUID]*inventory.Reservation
	pending      map[pendingKey][]*inventory.Reservation
	kept         map[string][]*inventory.Reservation // pending ones by owner

	tenders    map[uuid.UUID]*payment.Tender
	tendersOf  map[uuid.UUID][]uuid.UUID // by order, in order of recording
	ops        map[uuid.UUID]uuid.UUID   // tender by operation
	opRefs     map[gatewayRef]uuid.UUID  // tender by a gateway's reference
	dueTenders map[uuid.UUID]struct{}    // tenders with an operation that waits for a time
	reports    map[gatewayRef]uuid.UUID  // id by gateway and event id, parked ones too
	parked     map[uuid.UUID]*payment.Report

	fulfillments   map[uuid.UUID]*fulfillment.Fulfillment
	fulfillmentsOf map[uuid.UUID][]uuid.UUID
	tracking       map[trackingKey]uuid.UUID
	dueLabels      map[uuid.UUID]struct{}

	customers     map[uuid.UUID]*crm.Customer
	byEmail       map[string]uuid.UUID // in lower case
	byCustomerRef map[string]uuid.UUID
	saved         book[crm.Address]
	remarks       book[crm.Note]
	consents      book[crm.Consent]

	subscriptions map[uuid.UUID]*order.Subscription
	drafts        map[uuid.UUID]*order.Draft

	events  []*event.Event // position i+1 at index i
	streams map[aggregate][]*event.Event
	keys    map[string]*storage.Key
	leases  map[string]storage.Lease
	numbers map[string]int64 // the last one taken of a series
}

type (
	externalRef struct{ channel, ref string }
	couponOf    struct {
		code     string
		customer uuid.UUID
	}
	gatewayRef  struct{ gateway, ref string }
	trackingKey struct{ carrier, tracking string }
	aggregate   struct {
		kind string
		id   uuid.UUID
	}
)

func newTenant() *tenant {
	return &tenant{
		orders:     map[uuid.UUID]*orderRow{},
		byNumber:   map[string]*orderRow{},
		byCart:     map[string]*orderRow{},
		byExternal: map[externalRef]*orderRow{},
		byCustomer: map[uuid.UUID]listing{},
		byCompany:  map[uuid.UUID]listing{},
		addresses:  map[uuid.UUID]*order.Address{},
		mailed:     map[string]map[uuid.UUID]struct{}{},
		notes:      map[uuid.UUID][]order.Note{},
		coupons:    map[string]int64{},
		couponsOf:  map[couponOf]int64{},

		items:        map[string]*inventory.Item{},
		locations:    map[string]inventory.Location{},
		levels:       map[string][]inventory.Level{},
		movesOf:      map[string][]*inventory.Move{},
		movesFor:     map[uuid.UUID][]*inventory.Move{},
		reservations: map[uuid.UUID]*inventory.Reservation{},
		pending:      map[pendingKey][]*inventory.Reservation{},
		kept:         map[string][]*inventory.Reservation{},

		tenders:    map[uuid.UUID]*payment.Tender{},
		tendersOf:  map[uuid.UUID][]uuid.UUID{},
		ops:        map[uuid.UUID]uuid.UUID{},
		opRefs:     map[gatewayRef]uuid.UUID{},
		dueTenders: map[uuid.UUID]struct{}{},
		reports:    map[gatewayRef]uuid.UUID{},
		parked:     map[uuid.UUID]*payment.Report{},

		fulfillments:   map[uuid.UUID]*fulfillment.Fulfillment{},
		fulfillmentsOf: map[uuid.UUID][]uuid.UUID{},
		tracking:       map[trackingKey]uuid.UUID{},
		dueLabels:      map[uuid.UUID]struct{}{},

		customers:     map[uuid.UUID]*crm.Customer{},
		byEmail:       map[string]uuid.UUID{},
		byCustomerRef: map[string]uuid.UUID{},
		saved:         newBook[crm.Address](),
		remarks:       newBook[crm.Note](),
		consents:      newBook[crm.Consent](),

		subscriptions: map[uuid.UUID]*order.Subscription{},
		drafts:        map[uuid.UUID]*order.Draft{},

		streams: map[aggregate][]*event.Event{},
		keys:    map[string]*storage.Key{},
		leases:  map[string]storage.Lease{},
		numbers: map[string]int64{},
	}
}

// empty reports whether nothing was ever written that can still be read.
func (t *tenant) empty() bool {
	return len(t.orders) == 0 && len(t.addresses) == 0 && len(t.notes) == 0 && len(t.coupons) == 0 &&
		len(t.items) == 0 && len(t.locations) == 0 && len(t.levels) == 0 && len(t.moves) == 0 &&
		len(t.reservations) == 0 && len(t.tenders) == 0 && len(t.reports) == 0 &&
		len(t.fulfillments) == 0 && len(t.customers) == 0 && len(t.saved.rows) == 0 &&
		len(t.subscriptions) == 0 && len(t.drafts) == 0 && len(t.remarks.rows) == 0 && len(t.consents.rows) == 0 && len(t.events) == 0 &&
		len(t.keys) == 0 && len(t.leases) == 0 && len(t.numbers) == 0
}
