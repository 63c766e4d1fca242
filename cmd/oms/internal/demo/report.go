package demo

// Report is the year in numbers. The money is in euros.
type Report struct {
	Seed uint64 `json:"seed"`

	Carts     int `json:"carts"`      // filled by shoppers
	Abandoned int `json:"abandoned"`  // of them, with stock held that was set free again
	SoldOut   int `json:"sold_out"`   // not placed for want of stock
	Orders    int `json:"orders"`     // placed or entered
	Repeated  int `json:"repeated"`   // orders sent twice under one key, and placed once
	Entered   int `json:"entered"`    // of the orders, from the marketplace
	Customers int `json:"customers"`  //
	Notes     int `json:"notes"`      //
	UsedCodes int `json:"coupons"`    // orders with a coupon that was typed
	BadCodes  int `json:"bad_codes"`  // coupons that were refused
	Units     int `json:"units"`      // ordered
	Backorder int `json:"backorders"` // orders with units that were not there yet

	Declines map[string]int `json:"declines"` // payments by why they were declined
	Lost     int            `json:"lost_answers"`
	Resolved int            `json:"lost_answers_resolved"` // payments found again by Run
	Webhooks int            `json:"webhooks"`              // delivered, repeated ones included
	Twice    int            `json:"webhooks_twice"`

	Shipments    int `json:"shipments"`
	Split        int `json:"split_orders"` // orders that left in more than one parcel
	LostLabels   int `json:"lost_labels"`  // answers of the carrier that were lost
	FoundLabels  int `json:"found_labels"` // of them, found again by Run
	Canceled     int `json:"canceled"`     // whole orders, by customers
	LineCanceled int `json:"lines_canceled"`
	Expired      int `json:"expired"` // unpaid orders

	Returns   int `json:"returns"`
	Good      int `json:"returned_good"` // units
	Damaged   int `json:"returned_damaged"`
	Dismissed int `json:"returned_dismissed"`
	Goodwill  int `json:"goodwill"`

	Statuses map[string]int `json:"statuses"` // orders by status, at the end
	Sold     string         `json:"sold"`     // what the orders came to
	Credited string         `json:"credited"` // of it, given back
	Captured string         `json:"captured"`
	Refunded string         `json:"refunded"`
	Events   int            `json:"events"` // delivered to the sink
}
