// Package sandbox is a payment gateway in memory: for trying things out, for
// demonstrations, and for testing what happens when a payment goes wrong.
//
// It behaves as a card gateway does: it remembers keys, keeps its own books, tells
// of what happened by signed webhooks, and can lose an answer before or after it
// did the work. What it does with a payment is written in the payer's token:
//
//	tok_visa                 succeeds, as does every token that is not listed
//	tok_declined             is declined without a reason
//	tok_insufficient_funds   is declined, may be tried later
//	tok_expired              is declined for an expired card
//	tok_stolen               is declined, must not be tried again
//	tok_pending              waits, and succeeds at the second look or by Settle
//	tok_pending_declined     waits, and is declined at the second look or by Settle
//	tok_action               needs the payer: Continue, with result=failed to fail
//	tok_lost                 is done, and the first answer lost
//	tok_lost_before          is lost on the way there, the first time
//	tok_lost_always          is done, and every answer to the request lost
//	tok_unreachable          cannot be sent, the first time
//	tok_slow                 takes 30 seconds
//
// [Gateway.Script] makes any other call go wrong, and [Gateway.Charges] shows the
// gateway's own books, which is how a test proves that nobody paid twice.
package sandbox
