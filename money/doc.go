// Package money holds exact amounts of a currency: prices, totals, taxes, payments.
//
//	price := money.MustParse("19.90 EUR")
//	total, err := price.Add(money.MustParse("5.00 EUR")) // 24.90 EUR
//
// # Amounts
//
// A Money is a number and a Currency. It is exact: there is no float in this package, nothing wraps around, and what
// rounds says how. It never mixes currencies: adding dollars to euro is a *CurrencyMismatchError. Since two equal
// amounts have equal fields, == compares them.
//
// Amounts come from a text (Parse), a decimal of github.com/shopspring/decimal (New), or the whole minor units that
// payment gateways speak (Minor). They leave through String, Decimal and Money.Minor. An amount may be up to MaxExtra
// decimals finer than its currency, which unit prices need; Round, MulDiv and Mul bring it back to what can be paid.
//
// The zero Money is nothing, in no currency: where a sum begins, or a price that nobody gave.
//
// # Currencies
//
// A currency is an ISO 4217 code, whose digits this package knows. A currency of your own, or one that you count
// otherwise, spells its digits out: "PTS/0", "HUF/0". There is no registry to fill first, so two programs that read
// the same row understand the same amount.
//
// # Rounding and sharing
//
// MulDiv multiplies by a fraction and rounds once, by one of five Rounding modes. The product has 128 bits in between,
// so that only the result has to fit.
//
// Two operations divide an amount so that the parts add up to it. Allocate shares by weights, such as a discount over
// lines. Part takes one run of units out of all, such as the refund of two pieces out of three, today, and gets along
// with the refund of the third one, next week.
//
// # Storing
//
// In JSON an amount is {"amount":"19.90","currency":"EUR"}, with the number as a string. As a text, and in a text
// column through Value and Scan, it is "19.90 EUR". A table of integers uses Scaled and FromScaled with one number of
// extra decimals per column: 0 for totals, MaxExtra for unit prices.
//
// Every error of this package has a type, named where it is returned, and a method Rejected that returns true:
// repeating the call cannot help.
package money
