// Package demo lives a year of a small shop: made-up people buy, pay, change their
// minds and send things back, a warehouse packs and runs out of stock, cards are
// declined and answers get lost. Everything is done through the library's public
// commands, on a clock that steps through the year and ids that follow from a seed,
// so that the same seed gives the same books, event by event.
//
// [Run] lives the year and tells what happened in numbers.
package demo
