package plants

import "slices"

// Table lists the defects.
func Table() []Plant { return slices.Concat(stock, keys, moneys, flows, outbox) }

var stock = []Plant{
	{
		"naive stock", "stock is promised without looking whether it is there when it is written",
		"inventory/delta.go",
		`if d.Takes && after.Available().Sign() < 0 {`,
		`if d.Takes && after.Available().Sign() < 0 && false {`,
	},
	{
		"lines looked at one by one", "two lines that ask for the same item are each held against all of its stock",
		"inventory/delta.go",
		`summed[n-1].SKU == d.SKU && summed[n-1].Location == d.Location {`,
		`summed[n-1].SKU == d.SKU && summed[n-1].Location == d.Location && d.OnHand.Sign() != 0 {`,
	},
	{
		"carts do not count", "what carts hold is promised to others all the same",
		"inventory/types.go",
		`return l.OnHand.Sub(l.Unavailable).Sub(l.Allocated).Sub(l.Reserved).Sub(l.Safety)`,
		`return l.OnHand.Sub(l.Unavailable).Sub(l.Allocated).Sub(l.Safety)`,
	},
	{
		"stock kept after the end", "an order that was called off keeps its stock",
		"settle.go",
		`	d.move(inventory.ReleaseAll(d.reservations, d.cmd, d.order.ID))
`,
		``,
	},
	{
		"reservation taken twice", "a reservation that somebody else has used up meanwhile is used up again",
		"storage/check.go",
		`			return stale(Versioned{Kind: "reservation", ID: after.ID}, 0, -1)
`,
		`			continue
`,
	},
	{
		"shipped and still promised", "goods leave the building and stay promised to the order",
		"inventory/order_stock.go",
		`Kind: Ship, OnHand: q.Neg(), Allocated: q.Neg(),`,
		`Kind: Ship, OnHand: q.Neg(),`,
	},
	{
		"damaged goods on sale", "what came back damaged is sold again",
		"inventory/order_stock.go",
		`m.Kind, m.Unavailable = ReturnDamaged, g.Quantity`,
		`m.Kind = ReturnDamaged`,
	},
	{
		"unit returned twice", "more units may come back than are still out",
		"order/counts.go",
		`func (c Counts) Returnable() quantity.Quantity { return c.Shipped.Sub(c.Returning()) }`,
		`func (c Counts) Returnable() quantity.Quantity { return c.Shipped.Sub(c.Coming()) }`,
	},
	{
		"expired carts kept", "what carts no longer hold is never given back",
		"run.go",
		`return len(expired) > 0, err`,
		`return len(expired) > 1000, err`,
	},
	{
		"receipt counted twice", "goods that came in are on hand twice",
		"storage/memory/stock.go",
		`	for _, l := range levels {
		t.putLevel(l)
	}`,
		`	for _, l := range levels {
		if len(c.Moves) == 1 && c.Moves[0].Kind == inventory.Receive {
			l.OnHand = l.OnHand.Add(c.Moves[0].OnHand)
		}
		t.putLevel(l)
	}`,
	},
}

var keys = []Plant{
	{
		"key not stored", "the effect is stored without the key of its command",
		"storage/memory/apply.go",
		`if b.Command.Key != "" {`,
		`if b.Command.Key != "" && len(b.Orders) == 0 {`,
	},
	{
		"another key on repeating", "after a lost answer the command is repeated under another key",
		"do.go",
		`		cmd.IDs = event.NewIDs(c.core.cfg.NewID())
	}
}`,
		`		cmd.IDs = event.NewIDs(c.core.cfg.NewID())
		if kind == fault.Unknown {
			cmd.Key = cmd.IDs.Next().String()
		}
	}
}`,
	},
	{
		"lost answer taken for a failure", "a commit without an answer is said not to have been done",
		"do.go",
		`	if blind > 0 && fault.KindOf(err) == fault.Transient {
		return &fault.UnknownError{Op: "oms: commit", Err: err}
	}
	return err`,
		`	if blind > 0 {
		return &fault.TransientError{Op: "oms: commit", Err: err}
	}
	return err`,
	},
	{
		"lost answer taken for success", "a commit without an answer is said to have been done",
		"do.go",
		`		if err == nil {
			return r, nil
		}
		if replay`,
		`		if err == nil || fault.KindOf(err) == fault.Unknown {
			return r, nil
		}
		if replay`,
	},
	{
		"repetition answered anew", "a repeated command is answered by how things stand now",
		"do.go",
		`	if current.Version == version {
		return current, nil
	}`,
		`	if current.Version >= version {
		return current, nil
	}`,
	},
	{
		"repetition refused", "a command that was done is refused when it is repeated, since things have changed",
		"do.go",
		`	if !possible {
		return nil, false, nil
	}`,
		`	if possible || !possible {
		return nil, false, nil
	}`,
	},
	{
		"last writer wins", "an order is written over what somebody else has made of it meanwhile",
		"storage/check.go",
		`		if stands != before {
			return stale(v, before, stands)
		}`,
		`		if stands != before && v.Kind != event.Order {
			return stale(v, before, stands)
		}`,
	},
	{
		"conflicts surface", "callers are told of conflicts that are over when they ask again",
		"do.go",
		`	if kind == fault.Conflict {
		return true
	}`,
		`	if kind == fault.Conflict {
		return false
	}`,
	},
	{
		"number given twice", "two orders get the same number",
		"numbers.go",
		`			b.next++
`,
		`			if number%5 != 0 {
				b.next++
			}
`,
	},
}

var moneys = []Plant{
	{
		"double charge after a timeout", "a request whose answer was lost is sent again under another key",
		"payment/perform.go",
		`	return Identity{ID: op.ID, Order: c.Order, Attempt: op.Attempts}`,
		`	id := op.ID
	if c.Do == DoSend {
		id[15] += byte(op.Attempts - 1)
	}
	return Identity{ID: id, Order: c.Order, Attempt: op.Attempts}`,
	},
	{
		"lost answer taken for a decline", "a request whose answer was lost counts as declined",
		"payment/perform.go",
		`	p := Performed{Report: Report{State: InDoubt, Note: err.Error()}, Err: err}
	var e`,
		`	p := Performed{Report: Report{State: Declined, Note: err.Error()}, Err: err}
	var e`,
	},
	{
		"payment by the last report", "a late report of an earlier state takes a payment back to it",
		"payment/fold.go",
		`		if r.State.rank() > op.State.rank() {`,
		`		if r.State.rank() >= 0 && (r.State.rank() > op.State.rank() || r.Channel == Webhook) {`,
	},
	{
		"never asked again", "what became of a payment whose answer was lost is never asked",
		"payment/resolve.go",
		`	if !ok || t.due(o, caps, next) == DoByHand {`,
		`	if !ok || o.State == InDoubt || t.due(o, caps, next) == DoByHand {`,
	},
	{
		"refund above paid", "what was refunded does not count against what may still be given back",
		"payment/plan.go",
		`			rooms = append(rooms, part{c.ID, t.room(c)})
		}
	}
	limit := less(t.Totals.Captured, plus(t.Totals.Refunded, t.inFlight(Refund)))`,
		`			rooms = append(rooms, part{c.ID, c.settled()})
		}
	}
	limit := t.Totals.Captured`,
	},
	{
		"money kept after the end", "an order that was called off keeps its money",
		"operation.go",
		`	d.returnExcess(freed)
	return nil`,
		`	_ = freed
	return nil`,
	},
	{
		"wrong rounding", "a half is rounded down where it should be rounded up",
		"money/rounding.go",
		`	return half >= 0
}`,
		`	return half > 0
}`,
	},
	{
		"half to even forgotten", "a half is rounded up where it should go to the even neighbour",
		"money/rounding.go",
		`		return half > 0 || half == 0 && odd`,
		`		return half >= 0`,
	},
	{
		"tax rounded line by line", "tax is rounded for each line where it should be for each unit",
		"order/taxrun.go",
		`		if level == PerUnit {
			// base`,
		`		if level == PerUnit && false {
			// base`,
	},
	{
		"refund from the list price", "units that are called off are credited in full although nothing is due for them",
		"order/credit.go",
		`	amount := lesser(share, *most)
	tax, err`,
		`	amount := share
	tax, err`,
	},
	{
		"shares that do not add up", "each unit is credited its own rounded share, so that the shares miss the whole",
		"order/credit.go",
		`	share, err := line.Total.Part(line.Quantity.Micro(), from.Micro(), from.Add(q).Micro())`,
		`	share, err := line.Total.Part(line.Quantity.Micro(), 0, q.Micro())`,
	},
	{
		"webhook not verified", "a webhook is believed whoever sent it",
		"payment/sandbox/webhook.go",
		`hmac.Equal(mac, g.mac(stamp, d.Body)) {`,
		`hmac.Equal(mac, g.mac(stamp, d.Body)) && false {`,
	},
	{
		"webhook of long ago", "a webhook is believed however old it is",
		"payment/sandbox/webhook.go",
		`	if seconds < oldest || seconds > newest {`,
		`	if seconds < oldest-1_000_000_000 || seconds > newest {`,
	},
}

var flows = []Plant{
	{
		"skipped hold", "what a hold forbids is done all the same",
		"settle.go",
		`	return d.held(action, units...)
}`,
		`	return nil
}`,
	},
	{
		"shipped unpaid", "goods leave before their money is secured",
		"order/workflow_default.go",
		`				Guards: []string{GuardSomethingToShip, GuardMoneySecured},`,
		`				Guards: []string{GuardSomethingToShip},`,
	},
	{
		"two labels for one parcel", "a label whose answer was lost is bought again under another reference",
		"fulfillment/label.go",
		`		Reference: s.ID.String(), Service:`,
		`		Reference: s.ID.String() + s.NextAt.Format("150405"), Service:`,
	},
	{
		"refusal of a repetition", "a carrier that refuses a repeated request is taken to have sold nothing before",
		"fulfillment/report.go",
		`	if report.State != LabelRefused {
		return report
	}`,
		`	if report.State != LabelUnsent {
		return report
	}`,
	},
	{
		"label never asked for again", "a label whose answer was lost is never looked for",
		"label.go",
		`	return len(due) > 0, err
}

// finishLabels`,
		`	return len(due) > 1000, err
}

// finishLabels`,
	},
	{
		"shipment by the last scan", "a parcel is where the scan that came last says",
		"fulfillment/status.go",
		`	if !slices.IsSortedFunc(scans, Scan.compare) {
		scans = slices.SortedFunc(slices.Values(scans), Scan.compare)
	}
	status := Shipped
	for _, s := range scans {
		status = status.after(s.Status)
	}
	return status`,
		`	status := Shipped
	_ = slices.Contains(scans, Scan{})
	for _, s := range scans {
		status = s.Status
	}
	return status`,
	},
	{
		"history without holds", "the history does not say which holds an order has",
		"order/diff.go",
		`			d.Holds = append(d.Holds, after.Holds[i])`,
		`			_ = i`,
	},
	{
		"coupon beyond its limit", "a coupon is given to all who were told that it is still there",
		"storage/check.go",
		`		return uses <= 0 || limit <= 0 || stands+uses <= limit`,
		`		return uses <= 0 || limit <= 0 || stands+uses <= limit || uses > 0`,
	},
	{
		"called too late", "a process that stood still sends a request that others have given up",
		"payment/perform.go",
		`	case c.Do == DoSend && c.overdue(op):`,
		`	case c.Do == DoSend && c.overdue(op) && false:`,
	},
}

var outbox = []Plant{
	{
		"lost outbox row", "now and then an event is not in the stream that sinks are fed from",
		"storage/memory/apply.go",
		`		t.events = append(t.events, e)
`,
		`		if len(t.streams)%17 != 16 {
			t.events = append(t.events, e)
		}
`,
	},
	{
		"cursor ahead of the sink", "a sink's place moves on although it did not take the events",
		"deliver.go",
		`			next.Position = e.Position
		}
	}
	if ctx.Err()`,
		`			next.Position = e.Position
		}
	}
	next.Position = page[len(page)-1].Position
	if ctx.Err()`,
	},
	{
		"half an outbox", "of several events of one aggregate only the first reaches a sink",
		"deliver.go",
		`			free = append(free, e)`,
		`			if len(free) == 0 || free[len(free)-1].ID != e.ID {
				free = append(free, e)
			}`,
	},
}
