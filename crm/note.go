package crm

import (
	"time"

	"github.com/google/uuid"
)

// Note is a remark of the staff on a customer. Its text may hold personal data: a
// row of its own, which the event names by id.
type Note struct {
	ID         uuid.UUID `json:"id"`
	CustomerID uuid.UUID `json:"customer_id"`
	Author     string    `json:"author"` // the actor, "kind:id"
	Text       string    `json:"text"`
	At         time.Time `json:"at"`
}
