// Package manual holds the gateways whose work a person does: cash, bank transfers
// and invoices.
//
// They have no books but the host's own: what they answer follows from the request
// alone, so asking again gives the same answer and moves nothing. The caps of
// package payment are what keeps anybody from capturing or refunding too much.
//
//	             authorize          capture           sale       refund, payout
//	Cash         –                  –                 succeeds   succeed
//	BankTransfer –                  –                 waits      wait
//	Invoice      succeeds: terms    succeeds: paid    –          refund succeeds
//
// Cash changes hands when the operation is made: whoever makes it says so. A bank
// transfer waits until somebody has seen the money, which is recorded by
// [payment.Tender.Confirm]; an amount that is not what was asked for is booked as
// it came and opens a problem. An invoice secures an order without money: its
// authorization is the promise to pay on terms and does not lapse, a capture
// records that a payment came in, a void takes the invoice back.
package manual
