package reporting

import (
	"cmp"
	"encoding/json"
	"strconv"

	"github.com/shopspring/decimal"

	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/quantity"
)

// Kind says what a [Value] is.
type Kind uint8

// The kinds of value.
const (
	Nothing Kind = iota // there is no answer, such as an average of no orders
	Count
	Quantity // in the items' units
	Money
	Ratio // exact to a millionth
)

var kindNames = [...]string{"nothing", "count", "quantity", "money", "ratio"}

// String returns the kind's name in JSON.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "unknown"
}

// MarshalText writes the kind's name.
func (k Kind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// Value is one figure of a report. The zero Value is Nothing.
type Value struct {
	kind   Kind
	n      int64 // a count, or millionths of a quantity or ratio
	amount money.Money
}

// CountOf returns a number of things.
func CountOf(n int64) Value { return Value{kind: Count, n: n} }

// QuantityOf returns a quantity as a figure.
func QuantityOf(q quantity.Quantity) Value { return Value{kind: Quantity, n: q.Micro()} }

// MoneyOf returns an amount as a figure.
func MoneyOf(m money.Money) Value { return Value{kind: Money, amount: m} }

// RatioOf returns part ÷ whole rounded half away from zero to a millionth, and Nothing
// for a whole of zero or a ratio that no int64 of millionths holds.
func RatioOf(part, whole int64) Value {
	if whole == 0 {
		return Value{}
	}
	ratio := decimal.NewFromInt(part).DivRound(decimal.NewFromInt(whole), 6).Shift(6).BigInt()
	if !ratio.IsInt64() {
		return Value{}
	}
	return Value{kind: Ratio, n: ratio.Int64()}
}

// sumOf adds amounts up to a figure.
func sumOf(amounts ...money.Money) (Value, error) {
	sum, err := money.Sum(amounts...)
	return MoneyOf(sum), err
}

// averageOf shares an amount out, rounded half to even to minor units; Nothing among
// none.
func averageOf(total money.Money, n int64) (Value, error) {
	if n == 0 {
		return Value{}, nil
	}
	average, err := total.MulDiv(1, n, money.HalfEven)
	return MoneyOf(average), err
}

// Kind says which of the methods has the figure.
func (v Value) Kind() Kind { return v.kind }

// Count returns a count; 0 for other kinds.
func (v Value) Count() int64 {
	if v.kind != Count {
		return 0
	}
	return v.n
}

// Quantity returns a quantity; 0 for other kinds.
func (v Value) Quantity() quantity.Quantity {
	if v.kind != Quantity {
		return quantity.Quantity{}
	}
	return quantity.FromMicro(v.n)
}

// Money returns an amount; the zero Money for other kinds.
func (v Value) Money() money.Money { return v.amount }

// Decimal returns the figure as a decimal, whatever its kind: an amount without its
// currency, a ratio where 1 is the whole, 0 for Nothing.
func (v Value) Decimal() decimal.Decimal {
	switch v.kind {
	case Count:
		return decimal.NewFromInt(v.n)
	case Quantity, Ratio:
		return decimal.New(v.n, -6)
	case Money:
		return v.amount.Decimal()
	default:
		return decimal.Zero
	}
}

// String returns the figure in digits, an amount without its currency and with its
// minor units, a ratio with six decimals; "" for Nothing.
func (v Value) String() string {
	switch v.kind {
	case Count:
		return strconv.FormatInt(v.n, 10)
	case Quantity:
		return v.Quantity().String()
	case Ratio:
		return v.Decimal().StringFixed(6)
	case Money:
		return v.amount.Amount()
	default:
		return ""
	}
}

// MarshalJSON writes a count as a number, Nothing as null, and all others as texts,
// so that no reader turns them into floats.
func (v Value) MarshalJSON() ([]byte, error) {
	switch v.kind {
	case Nothing:
		return []byte("null"), nil
	case Count:
		return []byte(v.String()), nil
	default:
		return json.Marshal(v.String())
	}
}

// sign returns -1, 0 or 1 for a figure below, at or above zero; 0 for Nothing.
func (v Value) sign() int {
	if v.kind == Money {
		return v.amount.Sign()
	}
	return cmp.Compare(v.n, 0)
}

// cmp orders values of one measure and currency; Nothing comes first.
func (v Value) cmp(o Value) int {
	if v.kind != o.kind {
		return cmp.Compare(v.kind, o.kind)
	}
	if v.kind == Money {
		return v.amount.Decimal().Cmp(o.amount.Decimal())
	}
	return cmp.Compare(v.n, o.n)
}
