package storage

import "context"

// Doctor is implemented by stores that can look at their own settings. A store
// without it is reported as not examined.
type Doctor interface {
	// Examine reads back what decides whether acknowledged data survives a power
	// cut, which schema the store has, and what else its backend knows about itself.
	// It changes nothing.
	Examine(ctx context.Context) ([]Finding, error)
}

// The topics of findings.
const (
	Durability = "durability" // whether what was acknowledged survives a power cut
	Schema     = "schema"     // whether the books are those that this program writes
	Server     = "server"     // whether it is the right server, with the limits that were asked for
	Security   = "security"   // whether the database itself keeps tenants apart
	Events     = "events"     // what holds back events that were recorded
	Integrity  = "integrity"  // whether what is stored can be read back whole
)

// Finding is one setting that was read back.
type Finding struct {
	Topic string `json:"topic"` // Durability, Schema, Server, Security, Events or Integrity
	Name  string `json:"name"`  // such as "synchronous"
	Value string `json:"value"`
	Want  string `json:"want"` // what would be fine
	OK    bool   `json:"ok"`
}
