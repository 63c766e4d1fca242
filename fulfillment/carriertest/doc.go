// Package carriertest states the rules of a [fulfillment.Carrier] as a suite. Call
// it from a test of the adapter:
//
//	func TestCarrier(t *testing.T) {
//		carriertest.Run(t, func(t *testing.T) carriertest.Harness {
//			server := newFakeServer(t)
//			return carriertest.Harness{Carrier: acme.New(server.URL), Request: request, Lose: server.LoseNext}
//		})
//	}
//
// Every case has a harness of its own. Cases that need what the carrier or the
// harness does not have are skipped, and the log says why.
package carriertest
