// Package quantity holds exact quantities of goods: pieces, metres, kilograms.
//
//	have := quantity.Of(3)
//	left := have.Sub(quantity.MustParse("1.5")) // 1.5
//
// A Quantity has six decimals and is kept as a whole number of millionths, its micro-units; there is no float in this
// package. How many of the decimals make sense is a property of the item: CheckScale(0) refuses half a shirt.
//
// Sums never wrap around. One that is too large stays too large, whatever is added to it, until Check refuses it; so
// code that adds up many quantities can do without an error at each step. New, Parse and all that reads from outside
// check at once.
//
// In JSON and as text a quantity is a decimal number in a string, "1.5". In a database it is the integer of its
// micro-units. A price for a quantity is price × Micro() / PerUnit.
//
// Every error of this package has a type, named where it is returned, and a method Rejected that returns true:
// repeating the call cannot help.
package quantity
