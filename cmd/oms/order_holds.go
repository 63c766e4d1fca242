package main

import (
	"github.com/google/uuid"

	"github.com/go-oms/oms/order"
)

// holds prints what keeps the order, and what kept it.
func (p *page) holds(o *order.Order) {
	if len(o.Holds) == 0 {
		return
	}
	p.title("Holds")
	for i := range o.Holds {
		h := &o.Holds[i]
		on := ""
		if h.Target != uuid.Nil {
			on = " on " + string(h.Scope) + " " + h.Target.String()
		}
		p.row("  %s %s %s%s by %s %s", moment(h.OpenedAt), h.Type, h.Status, on, h.OpenedBy, h.Reason)
		for _, a := range h.Approvals {
			p.row("    %s approved for %s by %s", moment(a.At), a.Tier, a.By)
		}
		if h.ResolvedBy != "" {
			p.row("    %s %s by %s %s", moment(h.ResolvedAt), h.Status, h.ResolvedBy, h.Resolution)
		}
	}
}
