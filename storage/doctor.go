package storage

import "context"

// Doctor is implemented by stores that can look at their own settings. A store
// without it is reported as not examined.
type Doctor interface {
	// Examine reads back what decides whether acknowledged data survives a power
	// cut, and which schema the store has. It changes nothing.
	Examine(ctx context.Context) ([]Finding, error)
}

// The topics of findings.
const (
	Durability = "durability"
	Schema     = "schema"
)

// Finding is one setting that was read back.
type Finding struct {
	Topic string `json:"topic"` // Durability or Schema
	Name  string `json:"name"`  // such as "synchronous"
	Value string `json:"value"`
	Want  string `json:"want"` // what would be fine
	OK    bool   `json:"ok"`
}
