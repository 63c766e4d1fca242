package inventory

import (
	"context"

	"github.com/go-oms/oms/event"
)

// Store is what the [Service] needs of a backend.
type Store interface {
	Reader
	// CommitInventory writes the changes with the command's key and result, all
	// or nothing. A repeated key answers *event.Replay with the first result.
	CommitInventory(ctx context.Context, cmd event.Command, result []byte, c Changes, events ...event.Event) error
	// Repeated answers what CommitInventory would say about the command's key
	// alone, and writes nothing: *event.Replay with the first result when the
	// same command was committed under it, *fault.KeyReusedError when another
	// was, nil when the key is fresh. A command that would be refused today is
	// asked about before the refusal: it may have been done long ago.
	Repeated(ctx context.Context, cmd event.Command) error
}
