package payment

import (
	"context"
	"time"

	"github.com/google/uuid"
)

// Reader reads tenders. Every method is safe for concurrent use.
type Reader interface {
	// Tenders returns an order's tenders, whole, oldest first.
	Tenders(ctx context.Context, orderID uuid.UUID) ([]*Tender, error)
	// Tender returns one tender, whole, or a *fault.NotFoundError.
	Tender(ctx context.Context, id uuid.UUID) (*Tender, error)
	// TenderOf returns the tender of an operation by its id, or by the gateway's
	// name and reference when the id is zero; a *fault.NotFoundError when there is none.
	TenderOf(ctx context.Context, op uuid.UUID, gateway, ref string) (*Tender, error)
	// DueTenders returns tenders with an operation whose NextAt is set and at or
	// before the time, the longest due first, at most limit.
	DueTenders(ctx context.Context, at time.Time, limit int) ([]*Tender, error)
	// ParkedReports returns reports whose operation is not known yet, oldest first.
	ParkedReports(ctx context.Context, limit int) ([]Report, error)
}
