package money_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/money"
)

func TestCurrencyDigits(t *testing.T) {
	t.Parallel()
	digits := map[money.Currency]int{
		"EUR": 2, "USD": 2, "GBP": 2, "CHF": 2, "JPY": 0, "KRW": 0, "VND": 0,
		"KWD": 3, "BHD": 3, "OMR": 3, "TND": 3, "JOD": 3, "LYD": 3, "IQD": 3,
		"CLP": 0, "ISK": 0, "UGX": 0, "XOF": 0, "XAF": 0, "XPF": 0, "PYG": 0, "UYI": 0,
		"CLF": 4, "UYW": 4,
		// Where lists of how amounts are displayed say 0, the standard says otherwise.
		"HUF": 2, "COP": 2, "MGA": 2, "IDR": 2, "AFN": 2, "IRR": 2, "LAK": 2, "MMK": 2, "MUR": 2, "PKR": 2, "RSD": 2,
		"TZS": 2, "UZS": 2, "YER": 2, "AMD": 2, "MRU": 2,
		// Young codes, and those that they replaced.
		"XCG": 2, "ANG": 2, "SLE": 2, "SLL": 2, "ZWG": 2, "ZWL": 2, "VED": 2, "VES": 2, "XAD": 2, "BGN": 2, "HRK": 2,
		// Own currencies, and ISO codes that are counted otherwise.
		"PTS/0": 0, "HUF/0": 0, "EUR/2": 2, "MILES/6": 6, "POINTS24/1": 1, "123/3": 3, "XAU/4": 4,
	}
	for c, want := range digits {
		require.NoError(t, c.Check(), c)
		require.Equal(t, want, c.Digits(), c)
	}
}

func TestCurrencyRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []money.Currency{
		"", "eur", "Eur", "EURO", "EU", "E", "ZZZ", "XXX", "XTS", "XAU", "XDR", "DEM", "€", "EUR ", " EUR",
		"/0", "A/0", "AB/0", "ABCDEFGHI/0", "PTS/", "PTS/7", "PTS/-1", "PTS/00", "PTS/x", "PTS/ 0", "pts/0", "P S/0",
		"P/S/0", "PTSX0", "PTS00", "1234", "PTS//0", "ÄÖ/0", "PT\x00/0", "PTS/0\n",
	} {
		var e *money.CurrencyError
		require.ErrorAs(t, c.Check(), &e, c)
		require.Equal(t, c, e.Currency)
		require.Equal(t, -1, c.Digits(), c)
		require.Equal(t, money.Money{}, money.Zero(c), c)
		if c != "" {
			_, err := money.Minor(0, c)
			require.ErrorAs(t, err, &e, c)
		}
		_, err := money.Minor(1, c)
		require.ErrorAs(t, err, &e, c)
		_, err = money.FromScaled(1, 0, c)
		require.ErrorAs(t, err, &e, c)
	}
}

// The table has what the list has: a code lost or a digit changed by a later edition must be a decision.
func TestCurrencyTable(t *testing.T) {
	t.Parallel()
	codes := map[int]int{}
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			for c := 'A'; c <= 'Z'; c++ {
				code := money.Currency([]rune{a, b, c})
				codes[code.Digits()]++
				if code.Digits() >= 0 {
					require.Equal(t, code, money.Zero(code).Currency())
				}
			}
		}
	}
	delete(codes, -1)
	require.Equal(t, map[int]int{0: 17, 2: 145, 3: 7, 4: 2}, codes)
}

func TestOwn(t *testing.T) {
	t.Parallel()
	c, err := money.Own("PTS", 0)
	require.NoError(t, err)
	require.Equal(t, money.Currency("PTS/0"), c)
	require.Equal(t, "PTS", c.Code())
	require.Equal(t, "EUR", money.EUR.Code())

	c, err = money.Own("EUR", 2)
	require.NoError(t, err)
	require.Equal(t, money.Currency("EUR/2"), c)

	for code, digits := range map[string]int{"PT": 0, "PTS": 7, "XYZ": -1, "pts": 0, "P/S": 0, "": 0, "PTS/1": 1, "LONGERTHAN8": 2} {
		_, err := money.Own(code, digits)
		var e *money.CurrencyError
		require.ErrorAs(t, err, &e, "%s %d", code, digits)
		require.NotEmpty(t, e.Reason)
	}
}

func TestOwnNeverMixesWithISO(t *testing.T) {
	t.Parallel()
	_, err := money.MustParse("5 HUF/0").Add(money.MustParse("5.00 HUF"))
	var e *money.CurrencyMismatchError
	require.ErrorAs(t, err, &e)
	require.Equal(t, money.CurrencyMismatchError{Left: "HUF/0", Right: "HUF", Op: "add"}, *e)
}
