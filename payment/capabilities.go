package payment

import (
	"math"
	"time"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
)

// Forever is a KeyTTL that never ends.
const Forever = time.Duration(math.MaxInt64)

// Capabilities says what a gateway can do. The zero value is the least a gateway
// may be: it can do nothing and remembers nothing.
type Capabilities struct {
	Sales  bool // can take an amount at once
	Holds  bool // can hold an amount and take it later
	Refund bool // can give back

	PartialCapture   bool // can take less than is authorized
	MultipleCaptures bool // can take an authorization in several parts
	VoidRest         bool // can void what is left after a partial capture
	PartialRefund    bool // can give back less than was captured, and so several times

	Payouts   bool // is a Payouter
	Continues bool // is a Continuer
	Webhooks  bool // is a Receiver

	// Synchronous means that answers are verdicts: nothing waits but for the payer.
	Synchronous bool

	LookupByID  bool // Lookup finds an operation whose answer was lost
	LookupByRef bool // Lookup follows an operation whose Ref is known

	// KeyTTL is how long the same key has no second effect; zero when the
	// gateway does not look at keys.
	KeyTTL time.Duration
	// ReplaysErrors means that the answer kept for a key may be a failure of the
	// gateway's own: after one, ask and do not repeat.
	ReplaysErrors bool
	// FindDelay is how long Lookup may miss what was carried out already.
	FindDelay time.Duration

	// Currencies returns how many decimals the gateway counts a currency in, and
	// whether it takes it at all. Nil takes every currency as package money has it.
	Currencies func(c money.Currency) (digits int, ok bool)
}

// Check returns an error of kind fault.Rejected unless the gateway can move
// exactly that amount: of a currency it takes, more than zero, and no finer than
// it counts.
func (c Capabilities) Check(m money.Money) error {
	if m.Sign() <= 0 {
		return fault.Invalid("amount", m, "more than zero")
	}
	_, err := c.Units(m)
	return err
}

// Units returns the amount as the gateway counts it: 1990 for 19.90 EUR at two
// decimals. An amount that is not a whole number of units is an error, never
// rounded.
func (c Capabilities) Units(m money.Money) (int64, error) {
	digits, err := c.digits(m.Currency())
	if err != nil {
		return 0, err
	}
	coarse := m.Currency().Digits() - digits
	if coarse <= 0 {
		return m.Scaled(-coarse)
	}
	units, err := m.Minor()
	if err != nil {
		return 0, err
	}
	factor := pow10(coarse)
	if units%factor != 0 {
		return 0, fault.Invalid("amount", m, "an amount without the last decimals, which the gateway does not count")
	}
	return units / factor, nil
}

// Amount returns the amount that so many of the gateway's units are. It undoes
// Units.
func (c Capabilities) Amount(units int64, currency money.Currency) (money.Money, error) {
	digits, err := c.digits(currency)
	if err != nil {
		return money.Money{}, err
	}
	coarse := currency.Digits() - digits
	if coarse <= 0 {
		return money.FromScaled(units, -coarse, currency)
	}
	one, err := money.Minor(units, currency)
	if err != nil {
		return money.Money{}, err
	}
	return one.MulDiv(pow10(coarse), 1, money.HalfUp)
}

func (c Capabilities) digits(currency money.Currency) (int, error) {
	if err := currency.Check(); err != nil {
		return 0, err
	}
	if c.Currencies == nil {
		return currency.Digits(), nil
	}
	digits, ok := c.Currencies(currency)
	if !ok || digits < 0 {
		return 0, fault.Invalid("currency", currency, "a currency that the gateway takes")
	}
	return digits, nil
}

func pow10(n int) int64 {
	p := int64(1)
	for range n {
		p *= 10
	}
	return p
}

// keyLives reports whether the operation's key has no second effect at that time.
func (c Capabilities) keyLives(op Op, now time.Time) bool {
	return c.KeyTTL > 0 && now.Sub(op.CreatedAt) < c.KeyTTL
}

// canLook reports whether Lookup can say anything about the operation.
func (c Capabilities) canLook(op Op) bool {
	return c.LookupByID || c.LookupByRef && op.Ref != ""
}
