package storage

import (
	"encoding/json"
	"fmt"

	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fulfillment"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/payment"
)

// DecodePayload reads an event's payload as the type that belongs to its
// aggregate. Backends that store payloads as JSON use it.
func DecodePayload(aggregate string, data []byte) (any, error) {
	var payload any
	switch aggregate {
	case event.Order:
		payload = new(order.Delta)
	case event.Payment:
		payload = new(payment.Delta)
	case event.Fulfillment:
		payload = new(fulfillment.Delta)
	case event.Item:
		payload = new(inventory.Item)
	case event.Customer:
		payload = new(crm.Delta)
	case event.Subscription:
		payload = new(order.SubscriptionDelta)
	case event.Draft:
		payload = new(order.DraftDelta)
	default:
		return nil, fmt.Errorf("storage: no payload type for aggregate %q", aggregate)
	}
	if err := json.Unmarshal(data, payload); err != nil {
		return nil, fmt.Errorf("storage: payload of %s: %w", aggregate, err)
	}
	return payload, nil
}
