// Package paymenttest is the contract of [payment.Gateway] as a test suite. Whoever
// writes an adapter runs it from a test:
//
//	func TestConformance(t *testing.T) {
//		paymenttest.Run(t, func(t *testing.T) paymenttest.Harness {
//			fake := startFake(t) // what the adapter talks to, fresh for each subtest
//			return paymenttest.Harness{Gateway: mygateway.New(fake.URL), Source: "tok_ok", Books: fake.Net}
//		})
//	}
//
// Each [Case] states one rule. A case that needs what the gateway's capabilities
// deny, or what the harness cannot bring about, is skipped with the reason logged;
// what a gateway fails on purpose is named in Harness.Except, with the reason too.
package paymenttest
