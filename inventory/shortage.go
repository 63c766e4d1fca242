package inventory

import (
	"fmt"
	"strings"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/quantity"
)

// Short is one line of a shortage.
type Short struct {
	SKU       string            `json:"sku"`
	Location  string            `json:"location,omitempty"` // empty when no location could serve it
	Requested quantity.Quantity `json:"requested"`
	Available quantity.Quantity `json:"available"` // what could have been promised, never negative
}

// ShortageError reports every item that could not be promised. Its kind is
// fault.Rejected; nothing was written.
type ShortageError struct{ Shorts []Short }

func (e *ShortageError) Error() string {
	var b strings.Builder
	b.WriteString("inventory: not enough stock: ")
	for i, s := range e.Shorts {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%s wants %s, %s available", s.SKU, s.Requested, s.Available)
		if s.Location != "" {
			b.WriteString(" at " + s.Location)
		}
	}
	return b.String()
}

// Fault returns fault.Rejected.
func (e *ShortageError) Fault() fault.Kind { return fault.Rejected }
