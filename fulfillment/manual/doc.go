// Package manual is the carrier without an interface: staff hands the parcel over
// somewhere and types its tracking number.
//
// Nothing outside is called, so that no answer is ever lost: Buy turns the typed
// number into a label, and asking again under the same reference gives the same
// one. There are no rates and no scans; deliveries are recorded by people.
package manual
