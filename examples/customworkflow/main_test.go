package main

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
)

const want = `placed requested 960.00 EUR
may: note
may: reject note
may: approve reject note
shipping before the approval: wrong_state
approval by the buyer: over_limit
approved: approved
delivered: done
rejection without a reason: reason_required
rejected: rejected for we have enough chairs
after three days: lapsed
chairs left: 22
`

func TestRun(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), &out))
	require.Equal(t, want, out.String())
}

func TestWhoMayDecideAboutHowMuch(t *testing.T) {
	guard := rules().Guards[mayDecide]
	for name, c := range map[string]struct {
		role  string
		total string
		code  string // of the denial
	}{
		"a buyer at the limit":      {buyer, "500.00 EUR", ""},
		"a buyer above it":          {buyer, "500.01 EUR", "over_limit"},
		"a director above it":       {director, "500.01 EUR", ""},
		"another currency than his": {director, "1.00 USD", "over_limit"},
	} {
		t.Run(name, func(t *testing.T) {
			o := &order.Order{Totals: order.Totals{Total: money.MustParse(c.total)}}
			denial := guard(order.Facts{Order: o, Actor: event.Actor{Roles: []string{c.role}}})
			require.Equal(t, c.code == "", denial == nil)
			if denial != nil {
				require.Equal(t, c.code, denial.Code)
			}
		})
	}
}
