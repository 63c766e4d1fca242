package oms_test

import (
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/event"
	shipping "github.com/go-oms/oms/fulfillment/sandbox"
	"github.com/go-oms/oms/order"
)

// manager may do everything with the built-in holds.
var manager = event.Actor{Kind: event.Staff, ID: "boss", Roles: []string{"manager"}}

// heldBy places an order and puts a hold on it.
func (s *shop) heldBy(code string) *order.Order {
	s.t.Helper()
	s.receive("TEE-M", 2)
	return s.hold(s.place(line("TEE-M", 2)), code)
}

// hold puts a hold on an order.
func (s *shop) hold(o *order.Order, code string) *order.Order {
	s.t.Helper()
	held, err := s.Hold(s.ctx, o.ID, oms.HoldRequest{Type: code})
	require.NoError(s.t, err)
	s.clean()
	return held
}

// refuseLabel makes the carrier refuse the next label.
func (s *shop) refuseLabel() {
	s.post.Script("buy", shipping.Fault{Kind: shipping.Refuse})
}
