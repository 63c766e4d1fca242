// Package order holds orders: what was agreed with a customer, what became of
// every unit and every cent of it, and the workflow it goes through.
//
// An [Order] is one aggregate of lines, adjustments, returns and holds. The way to
// change it is to [Order.Clone] it, to change the copy with the methods below,
// and to let [Diff] find what has to be written.
//
// # Making an order
//
// An [Assembly] collects what an order is made of: lines, shipping, fees.
// [Assembly.Price] asks the [Pricer] for prices, [Assembly.Promote] the
// [Promotions] for discounts and [Assembly.Tax] the [TaxCalculator] for rates.
// [Assemble] then does all the arithmetic under the order's [Terms], so that
// every part adds up to its whole. [PriceList], [Catalog], [Coupons] and
// [TaxTable] are built in.
//
// # Units
//
// [Counts] says where the units of a line are. Its moves, such as
// [Line.Allocate], [Line.Ship] and [Line.Cancel], answer with a
// [*QuantityError] and change nothing where they would break the partition.
//
// # Money
//
// Prices are frozen at placing. What is given back afterwards is a credit:
// [Order.CreditLine] gives back the share of so many units, and credits in parts
// add up to the credit of the whole. [Order.Check] verifies every identity.
//
// # Statuses
//
// [DerivePaymentStatus], [DeriveFulfillmentStatus], [DeriveReturnStatus] and
// [DeriveReturnState] tell how an order stands. The status of the order itself
// is a state of its [Workflow].
//
// # Holds
//
// A [Hold] stops what its [HoldType] blocks. [CompileHolds] checks a set of types,
// and the [Holds] that it returns are the one place where holds are opened, approved,
// released and rejected. [ScreenRules] look for fraud before an order is placed.
//
// # After the goods have left
//
// A [Return] is goods on their way back, or a [Claim] about goods that were wrong: a unit
// is in one of them at most. [Order.RequestReturn] and [Order.FileClaim] begin them under a
// [ReturnPolicy] or [ClaimPolicy], [Order.MoveReturn] and [Order.ResolveClaim] say what
// becomes of the units, and [Order.SettleReturn] makes the money follow.
//
// # Again and again
//
// A [Subscription] is an order that is placed on every date of a [Schedule], whose
// [Dates] are reckoned from its start and so never drift. Its moves, such as
// [Subscription.Skip] and [Subscription.Ran], keep its next date.
package order
