package order

// DefaultWorkflowID is the id of the default workflow.
const DefaultWorkflowID = "default"

// The states of the default workflow.
const (
	StatusPending    = "pending"     // placed, money outstanding
	StatusConfirmed  = "confirmed"   // money held, taken or promised on terms
	StatusInProgress = "in_progress" // something is being shipped, or was
	StatusCompleted  = "completed"   // everything arrived, the money is settled
	StatusCanceled   = "canceled"    // called off before anything was shipped
	StatusExpired    = "expired"     // not paid in time
)

// DefaultWorkflow returns the workflow of one shop that sells goods.
//
// An order waits in pending until its money is secured, which one without
// anything to pay, or on terms, is at once. Only then can it be shipped, and
// every shipment asks again. It is completed by itself when every unit arrived
// or was called off and exactly what is owed was taken. Calling off every unit
// one by one ends it like calling it off whole. Returns and refunds leave the
// status alone, and stay possible at the end; money that comes too late can be
// given back from any state.
func DefaultWorkflow() Workflow {
	pending, confirmed, inProgress := StatusPending, StatusConfirmed, StatusInProgress
	every := []string{pending, confirmed, inProgress, StatusCompleted, StatusCanceled, StatusExpired}
	undo := []string{EffectReleaseStock, EffectReturnMoney}
	return Workflow{
		ID: DefaultWorkflowID, Version: 1,
		States: []State{
			{Name: pending, Label: "Pending", Kind: Initial},
			{Name: confirmed, Label: "Confirmed", Kind: Normal},
			{Name: inProgress, Label: "In progress", Kind: Normal},
			{Name: StatusCompleted, Label: "Completed", Kind: Final},
			{Name: StatusCanceled, Label: "Canceled", Kind: Final},
			{Name: StatusExpired, Label: "Expired", Kind: Final},
		},
		Actions: []Action{
			{
				Name: ActionVoid, Automatic: true, From: []string{pending, confirmed, inProgress}, To: StatusCanceled,
				Guards: []string{GuardAllCanceled}, Effects: undo,
			},
			{
				Name: ActionConfirm, Automatic: true, From: []string{pending}, To: confirmed,
				Guards: []string{GuardMoneySecured},
			},
			{
				// From confirmed too: an order without goods has nothing to ship.
				Name: ActionComplete, Automatic: true, From: []string{confirmed, inProgress}, To: StatusCompleted,
				Guards: []string{GuardAllArrived, GuardMoneySettled},
			},
			{
				// From completed too: what was credited in advance may be owed again.
				Name: ActionPay, From: []string{pending, confirmed, inProgress, StatusCompleted},
				Guards: []string{GuardMoneyDue},
			},
			{
				Name: ActionShip, From: []string{confirmed, inProgress}, To: inProgress,
				Guards: []string{GuardSomethingToShip, GuardMoneySecured},
			},
			{
				// From completed too: a parcel's scan may be late and is a fact.
				Name: ActionDeliver, From: []string{inProgress, StatusCompleted},
				Guards: []string{GuardSomethingToDeliver},
			},
			{
				Name: ActionCancelLines, From: []string{pending, confirmed, inProgress},
				Guards: []string{GuardSomethingOpen},
			},
			{Name: ActionChange, From: []string{pending, confirmed, inProgress}},
			{
				Name: ActionCancel, From: []string{pending, confirmed, inProgress}, To: StatusCanceled,
				Guards: []string{GuardNothingShipped}, Effects: undo,
			},
			{
				Name: ActionExpire, From: []string{pending}, To: StatusExpired,
				Guards: []string{GuardUnpaid, GuardPastExpiry}, Effects: undo,
			},
			{
				Name: ActionReturn, From: []string{inProgress, StatusCompleted},
				Guards: []string{GuardSomethingToReturn},
			},
			{Name: ActionRefund, From: every, Guards: []string{GuardMoneyToReturn}},
			{Name: ActionNote, From: every},
		},
	}
}
