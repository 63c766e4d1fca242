// Package payment keeps the books of what an order's payer authorized, paid and
// got back, and talks to the gateways that move the money.
//
// # The model
//
// A [Tender] is one means of paying one order. On it are operations ([Op]): to
// authorize, capture, void, refund. What a gateway says about an operation is a
// [Report], a fact that is kept and never refused. [Fold] computes everything else,
// the state of each operation and the totals, from the set of reports, so that it
// does not matter in which order, by which way and how often they arrive.
//
// # One operation from start to end
//
//	after := before.Clone()
//	op, err := after.PlanSale(amount, gateway.Capabilities(), cmd) // is there room for it?
//	err = after.Start(op.ID, payment.DoSend, gateway.Capabilities(), now)
//	// commit Change(before, after): from here on the intent survives anything
//	p := payment.Perform(ctx, gateway, payment.Call{Tender: after, Op: op.ID, Do: payment.DoSend, …})
//	// read the tender again and clone it
//	changed, problem := after.Take(p, gateway.Capabilities(), now)
//	// commit Change(before, after)
//
// The call is made outside every transaction. The operation's id is the gateway's
// idempotency key, so that no request has its effect twice, and its reference, so
// that a lost answer can be looked up. Until there is a verdict the amount counts
// as moved where that is the careful view, and never as paid; [Tender.Next] says
// what to do, from sending the same request again to leaving it to a person.
//
// Webhooks go the same way: [Receiver] reads them, [Tender.Record] takes them up.
//
// # Gateways
//
// [Gateway] is what an adapter implements; the package paymenttest proves it.
// The package sandbox is a gateway in memory for tests and demonstrations, the
// package manual one whose work a person does: cash, bank transfers, invoices.
package payment
