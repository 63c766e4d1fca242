package oms

// Permission is one thing that an [Authorizer] is asked about.
type Permission struct {
	// Command is its name, such as "order.place": a group and, behind the full stop,
	// what is done. Keys and traces know the command by it, too.
	Command string
	// Methods of Client are those that ask for it; one such as "Inventory.Receive" is
	// of the service in that field.
	Methods []string
	// Shopper says that shoppers may ask for it, about what is their own. Everything
	// else is refused to them, whatever their roles.
	Shopper bool
}

// Permissions lists everything that a shop can be asked for, group by group. Deriving
// a client and closing the shop need no permission.
func Permissions() []Permission {
	list := []Permission{
		{Command: "claim.file", Methods: []string{"FileClaim"}, Shopper: true},
		{Command: "claim.resolve", Methods: []string{"ResolveClaim"}},
		{Command: "claim.withdraw", Methods: []string{"WithdrawClaim"}, Shopper: true},

		{Command: "draft.discard", Methods: []string{"DiscardDraft"}, Shopper: true},
		{Command: "draft.merge", Methods: []string{"MergeDrafts"}},
		{Command: "draft.place", Methods: []string{"PlaceDraft"}, Shopper: true},
		{Command: "draft.price", Methods: []string{"PriceDraft"}, Shopper: true},
		{Command: "draft.read", Methods: []string{"Draft", "Drafts"}, Shopper: true},
		{Command: "draft.save", Methods: []string{"SaveDraft"}, Shopper: true},

		{Command: "order.act", Methods: []string{"Act"}},
		{Command: "order.apply_change", Methods: []string{"ApplyChange"}},
		{Command: "order.approve", Methods: []string{"Approve"}},
		{Command: "order.cancel", Methods: []string{"Cancel"}, Shopper: true},
		{Command: "order.capture", Methods: []string{"Capture"}},
		{Command: "order.change", Methods: []string{"Change"}},
		{Command: "order.deliver", Methods: []string{"Deliver"}},
		{Command: "order.discard_change", Methods: []string{"DiscardChange"}},
		{Command: "order.enter", Methods: []string{"Enter"}},
		{Command: "order.expire", Methods: []string{"Expire"}},
		{Command: "order.hold", Methods: []string{"Hold"}},
		{Command: "order.import", Methods: []string{"Import"}},
		{Command: "order.note", Methods: []string{"AddNote"}, Shopper: true},
		{Command: "order.open_change", Methods: []string{"OpenChange"}},
		{Command: "order.pay", Methods: []string{"Pay"}, Shopper: true},
		{Command: "order.place", Methods: []string{"Place"}, Shopper: true},
		{Command: "order.place_split", Methods: []string{"PlaceSplit"}, Shopper: true},
		{Command: "order.preview_change", Methods: []string{"PreviewChange"}},
		{Command: "order.price", Methods: []string{"Price"}, Shopper: true},
		{Command: "order.price_split", Methods: []string{"PriceSplit"}, Shopper: true},
		{Command: "order.read", Shopper: true, Methods: []string{
			"Order", "OrderByNumber", "OrderByRef", "OrderByCart", "Orders", "OrdersOf", "Fulfillments", "Notes", "Timeline", "Allowed",
			"Exchanges", "Claims",
		}},
		{Command: "order.refund", Methods: []string{"Refund"}},
		{Command: "order.reject_hold", Methods: []string{"RejectHold"}},
		{Command: "order.release_hold", Methods: []string{"ReleaseHold"}},
		{Command: "order.reorder", Methods: []string{"Reorder"}, Shopper: true},
		{Command: "order.ship", Methods: []string{"Ship"}},
		{Command: "order.undo_change", Methods: []string{"UndoChange"}},

		{Command: "payment.confirm", Methods: []string{"Confirm"}},
		{Command: "payment.continue", Methods: []string{"Continue"}, Shopper: true},
		{Command: "payment.read", Methods: []string{"Payments"}, Shopper: true},
		{Command: "payment.webhook", Methods: []string{"Webhook"}},

		{Command: "quote.accept", Methods: []string{"AcceptQuote"}, Shopper: true},
		{Command: "quote.counter", Methods: []string{"CounterQuote"}, Shopper: true},
		{Command: "quote.decline", Methods: []string{"DeclineQuote"}, Shopper: true},
		{Command: "quote.offer", Methods: []string{"OfferQuote"}},
		{Command: "quote.request", Methods: []string{"RequestQuote"}, Shopper: true},

		{Command: "return.blind", Methods: []string{"ReceiveBlind"}},
		{Command: "return.cancel", Methods: []string{"CancelReturn"}, Shopper: true},
		{Command: "return.exchange", Methods: []string{"Exchange"}, Shopper: true},
		{Command: "return.expire", Methods: []string{"ExpireReturn"}},
		{Command: "return.import", Methods: []string{"ImportReturn"}},
		{Command: "return.label", Methods: []string{"LabelReturn"}},
		{Command: "return.receive", Methods: []string{"ReceiveReturn"}},
		{Command: "return.request", Methods: []string{"RequestReturn"}, Shopper: true},
		{Command: "return.review", Methods: []string{"ReviewReturn"}},
		{Command: "return.track", Methods: []string{"TrackReturn"}},
		{Command: "return.write_off", Methods: []string{"WriteOffReturn"}},

		{Command: "shipment.track", Methods: []string{"Track"}},

		{Command: "subscription.cancel", Methods: []string{"CancelSubscription"}, Shopper: true},
		{Command: "subscription.change", Methods: []string{"ChangeSubscription"}, Shopper: true},
		{Command: "subscription.create", Methods: []string{"Subscribe"}, Shopper: true},
		{Command: "subscription.pause", Methods: []string{"PauseSubscription"}, Shopper: true},
		{Command: "subscription.read", Methods: []string{"Subscription", "Subscriptions"}, Shopper: true},
		{Command: "subscription.resume", Methods: []string{"ResumeSubscription"}, Shopper: true},
		{Command: "subscription.skip", Methods: []string{"SkipRun"}, Shopper: true},
	}
	return append(append(list, customerPermissions()...), housePermissions()...)
}

// customerPermissions are those about customers.
func customerPermissions() []Permission {
	return []Permission{
		{Command: "company.read", Methods: []string{"Companies", "Spending"}, Shopper: true},
		{Command: "company.remove_member", Methods: []string{"RemoveMember"}},
		{Command: "company.set", Methods: []string{"SetCompany"}},
		{Command: "company.set_member", Methods: []string{"SetMember"}},

		{Command: "credit.post", Methods: []string{"PostCredit"}},
		{Command: "credit.set_limit", Methods: []string{"SetCreditLimit"}},

		{Command: "customer.claim_orders", Methods: []string{"ClaimOrders"}},
		{Command: "customer.consent", Methods: []string{"RecordConsent"}, Shopper: true},
		{Command: "customer.merge", Methods: []string{"MergeCustomers"}},
		{Command: "customer.note", Methods: []string{"AddCustomerNote"}},
		{Command: "customer.read", Shopper: true, Methods: []string{
			"Customer", "CustomerByEmail", "CustomerByRef", "Customers", "CustomerTimeline", "Addresses", "Consents", "Credit",
		}},
		{Command: "customer.read_notes", Methods: []string{"CustomerNotes"}},
		{Command: "customer.remove_address", Methods: []string{"RemoveAddress"}, Shopper: true},
		{Command: "customer.save", Methods: []string{"SaveCustomer"}, Shopper: true},
		{Command: "customer.save_address", Methods: []string{"SaveAddress"}, Shopper: true},
	}
}

// housePermissions are those about stock, and about the shop as a whole.
func housePermissions() []Permission {
	return []Permission{
		{Command: "inventory.adjust", Methods: []string{"Inventory.Adjust"}},
		{Command: "inventory.available", Methods: []string{"Inventory.Available"}, Shopper: true},
		{Command: "inventory.count", Methods: []string{"Inventory.Count"}},
		{Command: "inventory.quarantine", Methods: []string{"Inventory.Quarantine"}},
		{Command: "inventory.read", Methods: []string{"Inventory.Levels", "Inventory.Items", "Inventory.Locations", "Inventory.Moves"}},
		{Command: "inventory.receive", Methods: []string{"Inventory.Receive", "Inventory.ReceiveAll"}},
		{Command: "inventory.release", Methods: []string{"Inventory.Release"}, Shopper: true},
		{Command: "inventory.reserve", Methods: []string{"Inventory.Reserve"}, Shopper: true},
		{Command: "inventory.set_item", Methods: []string{"Inventory.SetItem"}},
		{Command: "inventory.set_location", Methods: []string{"Inventory.SetLocation"}},
		{Command: "inventory.set_policy", Methods: []string{"Inventory.SetPolicy"}},
		{Command: "inventory.void_expired", Methods: []string{"Inventory.VoidExpired"}},

		{Command: "events.discard", Methods: []string{"Discard"}},
		{Command: "events.lag", Methods: []string{"Lag"}},
		{Command: "events.letters", Methods: []string{"DeadLetters"}},
		{Command: "events.redrive", Methods: []string{"Redrive"}},

		{Command: "books.verify", Methods: []string{"Verify"}},
		{Command: "report.run", Methods: []string{"Report"}},
		{Command: "shop.run", Methods: []string{"Run", "RunOnce"}},
	}
}

// steps are the commands that others consist of, or that Run does by itself. Nobody
// is asked about them.
func steps() []string {
	return []string{
		"draft.expire", "order.allowed", "order.end_holds", "order.fill", "payment.by_hand", "payment.record", "payment.report", "payment.start", "return.claim", "return.label_answer", "shipment.claim", "shipment.label",
		"subscription.fail", "subscription.run", "subscription.settle",
	}
}
