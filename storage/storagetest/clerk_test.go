package storagetest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/reporting"
	"github.com/go-oms/oms/storage"
	"github.com/go-oms/oms/storage/memory"
)

func TestPlacedOrdersAddUp(t *testing.T) {
	for _, price := range []string{"10.00 EUR", "0.00 EUR", "0.015999 EUR", "333 JPY", "1.2345678 KWD"} {
		clerk := NewClerk(1)
		line := Line{SKU: "a", Units: 3, Price: money.MustParse(price)}
		o, b := clerk.Place(line, Line{SKU: "b", Price: line.Price})
		require.NoError(t, o.Check(), price)
		sum := money.Zero(o.Currency)
		for _, f := range storage.Facts(o) {
			if f.Kind != reporting.TaxPart {
				sum = must(sum.Add(f.Amount))
			}
		}
		require.Equal(t, o.Due(), sum, price)

		s := memory.New()
		require.NoError(t, s.Commit(t.Context(), clerk.Receive("a", Main, 3)))
		require.NoError(t, s.Commit(t.Context(), clerk.Receive("b", Main, 1)))
		require.NoError(t, s.Commit(t.Context(), b))
		tender, pay := clerk.Pay(o)
		require.NoError(t, s.Commit(t.Context(), pay))
		require.Equal(t, o.Totals.Total, tender.Amount)
	}
}

func TestClerksAreDeterministicAndDistinct(t *testing.T) {
	first, again, other := NewClerk(7), NewClerk(7), NewClerk(8)
	a, _ := first.Place(Line{SKU: "a"})
	b, _ := again.Place(Line{SKU: "a"})
	c, batch := other.Place(Line{SKU: "a"})
	require.Equal(t, a, b)
	require.NotEqual(t, a.ID, c.ID)
	require.NotEqual(t, a.Number, c.Number)
	require.NotEqual(t, first.Command("x").Key, batch.Command.Key)
}

// A case answers with an error, and what is no failure of the store stays a panic.
func TestCasesAnswerWithAnError(t *testing.T) {
	wrong := named("wrong", func(t *try) { t.fail("wrong") })
	require.EqualError(t, wrong.Check(t.Context(), memory.New()), "wrong")
	bug := named("bug", func(*try) { panic("a bug of the suite") })
	require.PanicsWithValue(t, "a bug of the suite", func() { _ = bug.Check(t.Context(), memory.New()) })
}
