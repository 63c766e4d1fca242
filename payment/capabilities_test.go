package payment_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/payment"
)

func TestUnits(t *testing.T) {
	caps := payment.Capabilities{Currencies: func(c money.Currency) (int, bool) {
		digits, ok := map[money.Currency]int{money.EUR: 2, "HUF": 0, "ISK": 2, "KWD": 3, money.USD: -1}[c]
		return digits, ok
	}}
	for text, units := range map[string]int64{
		"12.34 EUR": 1234, "1200.00 HUF": 1200, "7 ISK": 700, "1.234 KWD": 1234, "0.00 EUR": 0,
	} {
		m := money.MustParse(text)
		got, err := caps.Units(m)
		require.NoError(t, err, text)
		require.Equal(t, units, got, text)
		back, err := caps.Amount(units, m.Currency())
		require.NoError(t, err)
		require.Equal(t, m, back)
	}
	for _, text := range []string{
		"12.345 EUR", "1200.50 HUF", "1.2345 KWD", "1.00 USD", "1.00 GBP", "92233720368547758.07 ISK/2", "9223372036854775807 ISK",
	} {
		_, err := caps.Units(money.MustParse(text))
		require.Equal(t, fault.Rejected, fault.KindOf(err), text)
		require.Equal(t, fault.Rejected, fault.KindOf(caps.Check(money.MustParse(text))), text)
	}
	_, err := caps.Amount(1, "XXX")
	require.Equal(t, fault.Rejected, fault.KindOf(err))
	_, err = caps.Amount(1<<62, "HUF")
	require.Equal(t, fault.Rejected, fault.KindOf(err), "overflow")
	require.Error(t, caps.Check(eur("0.00")))
	require.Error(t, caps.Check(eur("-1.00")))
	require.Error(t, caps.Check(money.Money{}))
	require.NoError(t, payment.Capabilities{}.Check(money.MustParse("7 PTS/0")))
}
