package oms

//go:generate go run ./internal/catalog

// The types of order events. Their payload is the *order.Delta. Every command on
// an order records at least one, so that its version moves.
const (
	// OrderPlaced is recorded when a cart or an entry became an order.
	OrderPlaced = "order.placed"
	// OrderImported is recorded first for a past order; what became of it follows
	// as OrderPaid, OrderShipped and OrderDelivered.
	OrderImported = "order.imported"
	// OrderNoted is recorded when a remark was put on the order.
	OrderNoted = "order.noted"
	// OrderAction is recorded when Act took an action of the workflow, whose name
	// follows, as in "order.action.approve".
	OrderAction = "order.action."
	// OrderCanceled is recorded when the order, or units of its lines, were called off.
	OrderCanceled = "order.canceled"
	// OrderExpired is recorded when the order was not paid in time, or its state
	// timed out.
	OrderExpired = "order.expired"
	// OrderChanged is recorded when what was agreed on was changed: lines, units,
	// prices, fees, delivery, address.
	OrderChanged = "order.changed"
	// OrderChangeOpened is recorded when a change was prepared that waits to be applied.
	OrderChangeOpened = "order.change_opened"
	// OrderChangeDiscarded is recorded when a change that waited was given up.
	OrderChangeDiscarded = "order.change_discarded"
	// OrderChangeUndone is recorded when a change was taken back by another one.
	OrderChangeUndone = "order.change_undone"
	// OrderBackorderFilled is recorded when stock came in for what was backordered.
	OrderBackorderFilled = "order.backorder_filled"

	// OrderHeld is recorded when holds were opened: by somebody, or by a rule, the
	// fraud screen or the release of another hold, right behind the event that led to
	// it.
	OrderHeld = "order.held"
	// OrderHoldReleased is recorded when holds were lifted: by somebody, or because
	// their rule was met or their time had come.
	OrderHoldReleased = "order.hold_released"
	// OrderHoldRejected is recorded when somebody said no to what waits behind a hold.
	OrderHoldRejected = "order.hold_rejected"
	// OrderApproved is recorded when a tier approved; with the last one the hold is
	// released.
	OrderApproved = "order.approved"

	// OrderPaymentStarted is recorded when a payment was asked for, before its
	// gateway is called.
	OrderPaymentStarted = "order.payment_started"
	// OrderCaptureStarted is recorded when a capture was asked for, before its
	// gateway is called.
	OrderCaptureStarted = "order.capture_started"
	// OrderRefundStarted is recorded when a refund was asked for, before its
	// gateway is called; goodwill is credited with it.
	OrderRefundStarted = "order.refund_started"
	// OrderPaid is recorded when an imported order was paid.
	OrderPaid = "order.paid"

	// OrderPicked is recorded when units were planned into a shipment whose label
	// is bought next.
	OrderPicked = "order.picked"
	// OrderLabelPending is recorded when the carrier's answer about the label is
	// still open.
	OrderLabelPending = "order.label_pending"
	// OrderLabelFailed is recorded when there is no label: the units can be shipped
	// anew.
	OrderLabelFailed = "order.label_failed"
	// OrderShipped is recorded when units left: the label is there, or staff handed
	// the parcel over.
	OrderShipped = "order.shipped"
	// OrderTracked is recorded when a carrier's scan came in that is no delivery.
	OrderTracked = "order.tracked"
	// OrderDelivered is recorded when shipped units arrived.
	OrderDelivered = "order.delivered"

	// OrderReturnRequested is recorded when a return was registered.
	OrderReturnRequested = "order.return_requested"
	// OrderReturnReceived is recorded when goods of a return came back; their price
	// is credited with it.
	OrderReturnReceived = "order.return_received"
	// OrderReturnCanceled is recorded when what has not come of a return was called
	// off.
	OrderReturnCanceled = "order.return_canceled"
	// OrderReturnExpired is recorded when what has not come of a return in time was
	// given up.
	OrderReturnExpired = "order.return_expired"
	// OrderReturnReviewed is recorded when a person decided about lines of a return.
	OrderReturnReviewed = "order.return_reviewed"
	// OrderReturnWrittenOff is recorded when units of a return were given up for good:
	// lost, or left with the customer.
	OrderReturnWrittenOff = "order.return_written_off"
	// OrderReturnTracked is recorded when a carrier's scan says that a return is on its
	// way, lost, or back with the customer.
	OrderReturnTracked = "order.return_tracked"
	// OrderReturnLabelWanted is recorded when a label for the way back was asked for,
	// before its carrier is called.
	OrderReturnLabelWanted = "order.return_label_wanted"
	// OrderReturnLabelClaimed is recorded when a carrier is about to be asked again for
	// the label of a return.
	OrderReturnLabelClaimed = "order.return_label_claimed"
	// OrderReturnLabel is recorded when the carrier's answer about the label of a return
	// was taken down.
	OrderReturnLabel = "order.return_label"
	// OrderClaimFiled is recorded when a claim about units that were sent was filed.
	OrderClaimFiled = "order.claim_filed"
	// OrderClaimResolved is recorded when a claim was granted: what is refunded is
	// credited with it, and an order is placed of what is sent again.
	OrderClaimResolved = "order.claim_resolved"
	// OrderClaimRejected is recorded when a claim got nothing.
	OrderClaimRejected = "order.claim_rejected"
	// OrderClaimWithdrawn is recorded when a claim was given up.
	OrderClaimWithdrawn = "order.claim_withdrawn"
	// OrderExchangeSettled is recorded when what the goods of one order pay for those of
	// another has changed, in the commit that changed it: on the order at the other end.
	OrderExchangeSettled = "order.exchange_settled"
	// OrderReturnedBlind is recorded first for goods that came back without a known sale.
	OrderReturnedBlind = "order.returned_blind"
	// OrderReturnImported is recorded for a past return with its whole life.
	OrderReturnImported = "order.return_imported"
)

// The types of order events that follow an event of one of the order's payments,
// in the same commit: "order." and the payment's type. Statuses are derived anew,
// automatic actions happen, and what is owed no more goes back.
const (
	// OrderFollowsStarted follows PaymentStarted when its gateway is called.
	OrderFollowsStarted = "order.payment.started"
	// OrderFollowsCreated follows PaymentCreated.
	OrderFollowsCreated = "order.payment.created"
	// OrderFollowsSending follows PaymentSending.
	OrderFollowsSending = "order.payment.sending"
	// OrderFollowsInDoubt follows PaymentInDoubt.
	OrderFollowsInDoubt = "order.payment.in_doubt"
	// OrderFollowsPending follows PaymentPending.
	OrderFollowsPending = "order.payment.pending"
	// OrderFollowsActionRequired follows PaymentActionRequired.
	OrderFollowsActionRequired = "order.payment.action_required"
	// OrderFollowsSucceeded follows PaymentSucceeded.
	OrderFollowsSucceeded = "order.payment.succeeded"
	// OrderFollowsDeclined follows PaymentDeclined.
	OrderFollowsDeclined = "order.payment.declined"
	// OrderFollowsCanceled follows PaymentCanceled.
	OrderFollowsCanceled = "order.payment.canceled"
	// OrderFollowsReported follows PaymentReported.
	OrderFollowsReported = "order.payment.reported"
	// OrderFollowsConfirmed follows PaymentConfirmed.
	OrderFollowsConfirmed = "order.payment.confirmed"
	// OrderFollowsByHand follows PaymentByHand.
	OrderFollowsByHand = "order.payment.by_hand"
)

// The types of payment events. Their payload is the *payment.Delta. Those that are
// named after a state say how an operation stands after its gateway was called.
const (
	// PaymentStarted is recorded when an operation was asked for, and again each
	// time its gateway is about to be called.
	PaymentStarted = "payment.started"
	// PaymentCaptureStarted is recorded when a capture was asked for.
	PaymentCaptureStarted = "payment.capture_started"
	// PaymentRefundStarted is recorded when a refund was asked for.
	PaymentRefundStarted = "payment.refund_started"
	// PaymentVoidPlanned is recorded when what is held is to be given up, since the
	// order does not need it any more.
	PaymentVoidPlanned = "payment.void_planned"
	// PaymentRefundPlanned is recorded when what was taken is to go back, since it
	// is owed no more.
	PaymentRefundPlanned = "payment.refund_planned"

	// PaymentCreated is recorded when the gateway certainly does not have the
	// operation: it is sent again.
	PaymentCreated = "payment.created"
	// PaymentSending is recorded when the call could not be made; it is looked into
	// later.
	PaymentSending = "payment.sending"
	// PaymentInDoubt is recorded when the gateway's answer was lost.
	PaymentInDoubt = "payment.in_doubt"
	// PaymentPending is recorded when the gateway, or the bank behind it, is working
	// on the operation.
	PaymentPending = "payment.pending"
	// PaymentActionRequired is recorded when the payer must do something.
	PaymentActionRequired = "payment.action_required"
	// PaymentSucceeded is recorded when the operation took place.
	PaymentSucceeded = "payment.succeeded"
	// PaymentDeclined is recorded when the gateway or the bank said no.
	PaymentDeclined = "payment.declined"
	// PaymentCanceled is recorded when the operation never took place.
	PaymentCanceled = "payment.canceled"

	// PaymentReported is recorded when the gateway told something new by itself.
	PaymentReported = "payment.reported"
	// PaymentConfirmed is recorded when a person said what became of an operation.
	PaymentConfirmed = "payment.confirmed"
	// PaymentByHand is recorded when only a person can find out about an operation.
	PaymentByHand = "payment.by_hand"
	// PaymentEntered is recorded for the payment of an imported order.
	PaymentEntered = "payment.entered"
	// PaymentRefundEntered is recorded for the refund of an imported return.
	PaymentRefundEntered = "payment.refund_entered"
)

// The types of fulfilment events. Their payload is the *fulfillment.Delta.
const (
	// FulfillmentCreated is recorded when units of one location are to leave.
	FulfillmentCreated = "fulfillment.created"
	// FulfillmentPlanned is recorded when a shipment was planned.
	FulfillmentPlanned = "fulfillment.planned"
	// FulfillmentClaimed is recorded when the carrier is about to be asked for a
	// label.
	FulfillmentClaimed = "fulfillment.claimed"
	// FulfillmentLabel is recorded when the carrier's answer about a label, or that
	// there is none, was taken down.
	FulfillmentLabel = "fulfillment.label"
	// FulfillmentShipped is recorded when staff handed a parcel over without a label.
	FulfillmentShipped = "fulfillment.shipped"
	// FulfillmentScanned is recorded when a carrier's scan came in.
	FulfillmentScanned = "fulfillment.scanned"
	// FulfillmentDelivered is recorded when somebody reported the arrival.
	FulfillmentDelivered = "fulfillment.delivered"
	// FulfillmentCanceled is recorded when units that have not left were taken back.
	FulfillmentCanceled = "fulfillment.canceled"
	// FulfillmentImported is recorded for the shipping of an imported order.
	FulfillmentImported = "fulfillment.imported"
)

// The types of customer events. Their payload is the *crm.Delta.
const (
	// CustomerCreated is recorded when a customer is new.
	CustomerCreated = "customer.created"
	// CustomerChanged is recorded when a customer's details were replaced, or when
	// an email address or reference went over to another customer.
	CustomerChanged = "customer.changed"
	// CustomerAddressSaved is recorded when an address of the customer's book was
	// added or replaced.
	CustomerAddressSaved = "customer.address_saved"
	// CustomerAddressRemoved is recorded when an address left the customer's book.
	CustomerAddressRemoved = "customer.address_removed"
	// CustomerConsented is recorded when a consent was given or withdrawn.
	CustomerConsented = "customer.consented"
	// CompanySet is recorded when a customer was made a company, or its terms changed.
	CompanySet = "customer.company_set"
	// CompanyMemberSet is recorded when somebody was made a member of a company, or his
	// role or limits changed; also when he was merged into another customer.
	CompanyMemberSet = "customer.company_member_set"
	// CompanyMemberRemoved is recorded when a membership was ended.
	CompanyMemberRemoved = "customer.company_member_removed"
	// CustomerCreditLimit is recorded when the customer was given a credit limit.
	CustomerCreditLimit = "customer.credit_limit"
	// CustomerCreditPosted is recorded when an entry was added to the journal of the
	// customer's account, which the payload has.
	CustomerCreditPosted = "customer.credit_posted"
	// CustomerNoted is recorded when a remark was put on the customer.
	CustomerNoted = "customer.noted"
	// CustomerOrdersClaimed is recorded when orders of a guest became the customer's.
	CustomerOrdersClaimed = "customer.orders_claimed"
	// CustomerMerged is recorded when a customer ended in another one.
	CustomerMerged = "customer.merged"
	// CustomerAbsorbed is recorded when the customer took over what another one had.
	CustomerAbsorbed = "customer.absorbed"
)

// The types of order events that follow a command on its customer.
const (
	// OrderClaimed is recorded when a guest's order became a customer's.
	OrderClaimed = "order.claimed"
	// OrderReassigned is recorded when the order's customer was merged into another.
	OrderReassigned = "order.reassigned"
)

// The types of subscription events. Their payload is the *order.SubscriptionDelta.
const (
	// SubscriptionCreated is recorded when somebody subscribed.
	SubscriptionCreated = "subscription.created"
	// SubscriptionChanged is recorded when parts of the subscription were replaced.
	SubscriptionChanged = "subscription.changed"
	// SubscriptionSkipped is recorded when a date was left out: because somebody
	// asked for it, or because goods were not there.
	SubscriptionSkipped = "subscription.skipped"
	// SubscriptionPaused is recorded when the subscription was stopped until it is
	// resumed: because somebody asked for it, or because of a problem.
	SubscriptionPaused = "subscription.paused"
	// SubscriptionResumed is recorded when a paused subscription goes on.
	SubscriptionResumed = "subscription.resumed"
	// SubscriptionCanceled is recorded when somebody ended the subscription.
	SubscriptionCanceled = "subscription.canceled"
	// SubscriptionRan is recorded when a date's order was placed, in the same commit.
	SubscriptionRan = "subscription.ran"
	// SubscriptionSettled is recorded when there is nothing left to charge for a date's
	// order: it was paid, or called off.
	SubscriptionSettled = "subscription.settled"
	// SubscriptionWaiting is recorded when the payment of a date's order is still
	// under way and is looked at again later.
	SubscriptionWaiting = "subscription.waiting"
	// SubscriptionFailed is recorded when a date could not be run, or its order not
	// be charged, and is tried again later.
	SubscriptionFailed = "subscription.failed"
	// SubscriptionCompleted is recorded when the schedule has no more dates.
	SubscriptionCompleted = "subscription.completed"
)

// The types of draft events. Their payload is the *order.DraftDelta.
const (
	// DraftCreated is recorded when a draft is saved for the first time.
	DraftCreated = "draft.created"
	// DraftSaved is recorded when what is wanted, or who wants it, was changed.
	DraftSaved = "draft.saved"
	// DraftOrdered is recorded when a draft or an offer became an order, in the same
	// commit.
	DraftOrdered = "draft.ordered"
	// DraftMerged is recorded when another draft took the lines in, in the same commit.
	DraftMerged = "draft.merged"
	// DraftDiscarded is recorded when somebody threw a draft or quote away.
	DraftDiscarded = "draft.discarded"
	// DraftExpired is recorded when Run found that a draft's time was over. Nobody could
	// go on with it from that time on.
	DraftExpired = "draft.expired"
	// QuoteRequested is recorded when a buyer asked for a price.
	QuoteRequested = "draft.requested"
	// QuoteOffered is recorded when the seller named one.
	QuoteOffered = "draft.offered"
	// QuoteCountered is recorded when the buyer answered with another one.
	QuoteCountered = "draft.countered"
	// QuoteDeclined is recorded when buyer or seller ended the talk about a price.
	QuoteDeclined = "draft.declined"
)
