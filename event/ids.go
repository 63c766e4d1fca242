package event

import (
	"encoding/binary"

	"github.com/google/uuid"
)

// IDs hands out the ids of one command: the base, a UUIDv7, and its successors.
// Counting up within the random part keeps the ids of one command next to each
// other in every index and needs randomness only once (RFC 9562, section 6.2,
// method 2). An IDs is used by one goroutine.
type IDs struct{ next uuid.UUID }

// NewIDs returns a source that starts at base.
func NewIDs(base uuid.UUID) *IDs { return &IDs{next: base} }

// Next returns the next id.
func (s *IDs) Next() uuid.UUID {
	id := s.next
	low := binary.BigEndian.Uint64(s.next[8:]) + 1
	// The two variant bits stay: 62 bits of counter are left.
	low = low&(1<<62-1) | 0b10<<62
	binary.BigEndian.PutUint64(s.next[8:], low)
	return id
}
