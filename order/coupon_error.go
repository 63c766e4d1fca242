package order

import (
	"fmt"

	"github.com/go-oms/oms/fault"
)

// CouponError reports a coupon that cannot be used. Its kind is fault.Rejected.
type CouponError struct {
	Code   string
	Reason string // such as "used up", "expired", "unknown"
}

func (e *CouponError) Error() string { return fmt.Sprintf("coupon %q: %s", e.Code, e.Reason) }

// Fault returns fault.Rejected.
func (e *CouponError) Fault() fault.Kind { return fault.Rejected }
