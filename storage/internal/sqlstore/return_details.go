package sqlstore

import (
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
)

// returnDetails is what a return's row keeps as JSON beside its lines. Most returns
// have none of it.
type returnDetails struct {
	Receipt   string               `json:"receipt,omitempty"`
	Evidence  []string             `json:"evidence,omitempty"`
	Override  string               `json:"override,omitempty"`
	Instant   bool                 `json:"instant,omitempty"`
	ExpiresAt time.Time            `json:"expires_at,omitzero"`
	Shipping  money.Money          `json:"shipping"`
	Charged   money.Money          `json:"charged"`
	Label     order.ReturnLabel    `json:"label,omitzero"`
	Unasked   []order.UnaskedGoods `json:"unasked,omitempty"`
	Problem   string               `json:"problem,omitempty"`
	Outbound  uuid.UUID            `json:"outbound,omitzero"`
	Claim     order.Claim          `json:"claim,omitzero"`
}

func detailsOf(r *order.Return) *returnDetails {
	return &returnDetails{
		Receipt: r.Receipt, Evidence: r.Evidence, Override: r.Override, Instant: r.Instant, ExpiresAt: r.ExpiresAt,
		Shipping: r.Shipping, Charged: r.Charged, Label: r.Label, Unasked: r.Unasked, Problem: r.Problem, Outbound: r.Outbound, Claim: r.Claim,
	}
}

func (d *returnDetails) isZero() bool {
	return d.Receipt == "" && len(d.Evidence) == 0 && d.Override == "" && !d.Instant && d.ExpiresAt.IsZero() &&
		d.Shipping == (money.Money{}) && d.Charged == (money.Money{}) && d.Label == (order.ReturnLabel{}) &&
		len(d.Unasked) == 0 && d.Problem == "" && d.Outbound == (uuid.UUID{}) && d.Claim == (order.Claim{})
}

func (d *returnDetails) into(r *order.Return) {
	r.Receipt, r.Evidence, r.Override, r.Instant, r.ExpiresAt = d.Receipt, d.Evidence, d.Override, d.Instant, d.ExpiresAt
	r.Shipping, r.Charged, r.Label, r.Unasked, r.Problem, r.Outbound = d.Shipping, d.Charged, d.Label, d.Unasked, d.Problem, d.Outbound
	r.Claim = d.Claim
}
