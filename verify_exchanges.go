package oms

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
)

// exchangeEnd is what one of the two orders of an exchange says about it.
type exchangeEnd struct {
	order, other uuid.UUID
	amount       money.Money
	decided      bool // nothing of the return is open any more
}

// exchangeEnds are those of all exchanges by the return that pays.
type exchangeEnds struct{ charged, allowed map[uuid.UUID]exchangeEnd }

// exchanges takes down the ends of exchanges that an order is.
func (v *verifier) exchanges(o *order.Order) {
	v.looked(checkExchanges)
	if v.ends.charged == nil {
		v.ends = exchangeEnds{map[uuid.UUID]exchangeEnd{}, map[uuid.UUID]exchangeEnd{}}
	}
	for i := range o.Returns {
		if r := &o.Returns[i]; r.Outbound != uuid.Nil {
			v.ends.charged[r.ID] = exchangeEnd{o.ID, r.Outbound, o.Exchanged(r.ID), !r.Undecided()}
		}
	}
	for i := range o.Adjustments {
		a := &o.Adjustments[i]
		if a.Kind != order.Fee || a.Code != order.CodeExchange || a.Source == uuid.Nil || o.Return(a.Source) != nil {
			continue
		}
		v.expect(o.Original != uuid.Nil, checkExchanges, "order "+o.ID.String(), "is paid for by goods of no order")
		v.ends.allowed[a.Source] = exchangeEnd{order: o.ID, other: o.Original, amount: o.Exchanged(a.Source)}
	}
}

// claims holds an order's claims against their states.
func (v *verifier) claims(o *order.Order) {
	v.looked(checkClaims)
	if err := o.CheckClaims(); err != nil {
		v.found(checkClaims, "order "+o.ID.String(), err.Error())
	}
}

// exchanged holds the two ends of each exchange against each other.
func (v *verifier) exchanged() {
	for source, from := range v.ends.charged {
		where := "return " + source.String()
		if _, stored := v.versions[from.other]; !stored {
			v.found(checkExchanges, where, "pays for order "+from.other.String()+", which is not stored")
			continue
		}
		to, known := v.ends.allowed[source]
		if !known {
			v.expect(from.amount.IsZero(), checkExchanges, where, "was charged "+from.amount.String()+" for goods that nobody was given")
			continue
		}
		if from.order != to.other || from.other != to.order {
			v.found(checkExchanges, where, fmt.Sprintf("pays for order %s from order %s; order %s is paid from order %s",
				from.other, from.order, to.order, to.other))
		}
		exact := from.decided && from.amount != to.amount
		v.expect(!exact && !less(to.amount, from.amount), checkExchanges, where,
			fmt.Sprintf("was charged %s, and %s was allowed for it", from.amount, to.amount))
		delete(v.ends.allowed, source)
	}
	for source, to := range v.ends.allowed {
		v.found(checkExchanges, "order "+to.order.String(),
			"is paid for by return "+source.String()+", which order "+to.other.String()+" does not have")
	}
}
