package order

import "github.com/go-oms/oms/money"

// HoldRule decides whether a hold is opened or released. It is a pure function of the
// facts, reads the order in them and never changes it, and may be called from several
// goroutines at once.
type HoldRule func(Facts) bool

// The built-in rules of holds. Each is met when its name is true.
const (
	RuleAlways           = "always"
	RuleMoneySecured     = "money_secured"     // what is owed is held, taken or promised on terms
	RuleMoneyOutstanding = "money_outstanding" // the opposite
	RuleStockFilled      = "stock_filled"      // no unit waits for stock
	RuleStockMissing     = "stock_missing"     // the opposite
	// RuleAddressIncomplete: the order goes to an address without a street, a city or
	// a country, or to none.
	RuleAddressIncomplete = "address_incomplete"
	RulePromised          = "promised"     // the order has a PromisedAt
	RuleNothingOpen       = "nothing_open" // every unit is shipped or canceled
	// RuleAccountShort: the customer has an account with the shop, and what is owed for the
	// order and neither held, taken nor promised is more than is left of it. It is for
	// opening holds when an order is placed or changed.
	RuleAccountShort = "account_short"
)

// BuiltinHoldRules returns the built-in rules by name. They are always known to
// [CompileHolds]. The map is the caller's.
func BuiltinHoldRules() map[string]HoldRule {
	secured := func(f Facts) bool { return moneySecured(f) == nil }
	return map[string]HoldRule{
		RuleAlways:            func(Facts) bool { return true },
		RuleMoneySecured:      secured,
		RuleMoneyOutstanding:  func(f Facts) bool { return !secured(f) },
		RuleStockFilled:       func(f Facts) bool { return !waitsForStock(f.Order) },
		RuleStockMissing:      func(f Facts) bool { return waitsForStock(f.Order) },
		RuleAddressIncomplete: addressIncomplete,
		RulePromised:          func(f Facts) bool { return f.Order != nil && !f.Order.PromisedAt.IsZero() },
		RuleNothingOpen:       func(f Facts) bool { return !f.Progress.Open },
		RuleAccountShort:      accountShort,
	}
}

// TotalAbove returns a rule that is met by an order whose total is above the limit, or
// in another currency: that nobody has said to be small.
func TotalAbove(limit money.Money) HoldRule {
	return func(f Facts) bool {
		if f.Order == nil {
			return true
		}
		above, err := f.Order.Totals.Total.Sub(limit)
		return err != nil || above.Sign() > 0
	}
}

func accountShort(f Facts) bool {
	if f.Available == nil {
		return false
	}
	owed, err := f.unsecured()
	return err != nil || below(*f.Available, owed)
}

func waitsForStock(o *Order) bool {
	if o == nil {
		return true
	}
	for i := range o.Lines {
		l := &o.Lines[i]
		if l.Backordered.Sign() > 0 || l.Preordered.Sign() > 0 || l.Unsourced.Sign() > 0 {
			return true
		}
	}
	return false
}

func addressIncomplete(f Facts) bool {
	if f.Order == nil || f.Order.ShipTo == nil {
		return true
	}
	a := f.Order.ShipTo
	return a.Line1 == "" || a.City == "" || a.Country == ""
}
