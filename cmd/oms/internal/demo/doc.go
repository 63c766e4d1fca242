// Package demo lives a year of a small shop: made-up people buy, pay, change their
// minds and send things back, a warehouse packs and runs out of stock, cards are
// declined and answers get lost. Everything is done through the library's public
// commands, on a clock that steps through the year and ids that follow from a seed,
// so that the same seed gives the same books, event by event.
//
// The year ends on a morning with open orders. [Run] lives it and tells what happened
// in numbers, [ReadMorning] asks the books what a shopkeeper wants to know then.
package demo
