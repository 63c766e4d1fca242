package reporting

import (
	"time"

	"github.com/go-oms/oms/money"
)

// What can be measured of [Payments].
const (
	OperationCount Measure = "operations"
	Asked          Measure = "amount"
	Settled        Measure = "settled"
	Held           Measure = "held"
	Taken          Measure = "taken"
	GivenBack      Measure = "given_back"
)

var paymentMeasures = []MeasureInfo{
	{OperationCount, "Operations", Count, "operations that gateways were asked for in the period"},
	{Asked, "Asked", Money, "what they were asked for, unsigned: a refund adds as a sale does"},
	{Settled, "Settled", Money, "what gateways did of it, unsigned"},
	{Held, "Held", Money, "of it, authorized"},
	{Taken, "Taken", Money, "of it, taken at once or captured of what was held"},
	{GivenBack, "Given back", Money, "of it, refunded or paid out, as a positive amount"},
}

// paymentTally adds operations up.
type paymentTally struct {
	operations             int64
	asked, settled         money.Money
	held, taken, givenBack money.Money
}

func (t *paymentTally) add(f *PaymentFact) (err error) {
	t.operations++
	if t.asked, err = t.asked.Add(f.Amount); err != nil {
		return err
	}
	if t.settled, err = t.settled.Add(f.Settled); err != nil {
		return err
	}
	switch f.Kind {
	case "authorize":
		t.held, err = t.held.Add(f.Settled)
	case "sale", "capture":
		t.taken, err = t.taken.Add(f.Settled)
	case "refund", "payout":
		t.givenBack, err = t.givenBack.Add(f.Settled)
	}
	return err
}

func (t *paymentTally) value(m Measure, c money.Currency) (Value, error) {
	switch m {
	case OperationCount:
		return CountOf(t.operations), nil
	case Settled:
		return sumOf(money.Zero(c), t.settled)
	case Held:
		return sumOf(money.Zero(c), t.held)
	case Taken:
		return sumOf(money.Zero(c), t.taken)
	case GivenBack:
		return sumOf(money.Zero(c), t.givenBack)
	default:
		return sumOf(money.Zero(c), t.asked)
	}
}

// newPaymentSums groups operations on payments.
func newPaymentSums(q *Query, loc *time.Location) *sums[PaymentFact] {
	return newSums(q, loc, shape[PaymentFact]{
		at:       func(f *PaymentFact) time.Time { return f.At },
		currency: func(f *PaymentFact) money.Currency { return f.Amount.Currency() },
		bare:     func(f *PaymentFact) { f.Amount, f.Settled = money.Money{}, money.Money{} },
		fresh:    func() tally[PaymentFact] { return new(paymentTally) },
		key: func(d Dimension, _ *Query) func(*PaymentFact) string {
			switch d {
			case ByGateway:
				return func(f *PaymentFact) string { return f.Gateway }
			case ByOperation:
				return func(f *PaymentFact) string { return f.Kind }
			default:
				return func(f *PaymentFact) string { return f.State }
			}
		},
	})
}
