package sqlstore

import (
	"math"

	"github.com/go-oms/oms/fault"
)

var qNumbers = query(`INSERT INTO oms_numbers (tenant, series, last) VALUES (?1, ?2, ?3)
	ON CONFLICT (tenant, series) DO UPDATE SET last = oms_numbers.last + excluded.last
		WHERE oms_numbers.last <= ?4 - excluded.last
	RETURNING last`)

// Numbers takes n consecutive numbers of a series and returns the first. An n
// below 1, or one that would pass the largest int64, is a *fault.InvalidError.
func Numbers(c Conn, tenant, series string, n int64) (first int64, err error) {
	if n < 1 {
		return 0, invalidCount(n)
	}
	var a args
	a.text(tenant)
	if _, err := c.Exec(qTenant, a.values); err != nil {
		return 0, err
	}
	a.text(series)
	a.int(n)
	a.int(math.MaxInt64)
	err = each(c, qNumbers, a.values, "a number series", func(r *row) { first = r.int() - n + 1 })
	if err == nil && first == 0 {
		err = invalidCount(n)
	}
	return first, err
}

func invalidCount(n int64) error {
	return fault.Invalid("n", n, "1 or more, with the numbers taken so far within an int64")
}
