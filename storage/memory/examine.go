package memory

import (
	"context"

	"github.com/go-oms/oms/storage"
)

// Examine says what there is to say: memory promises no durability and has no
// schema that could differ.
func (s *Store) Examine(context.Context) ([]storage.Finding, error) {
	return []storage.Finding{
		{Topic: storage.Durability, Name: "memory", Value: "lost with the process", Want: "as promised", OK: true},
		{Topic: storage.Schema, Name: "memory", Value: "current", Want: "current", OK: true},
	}, nil
}
