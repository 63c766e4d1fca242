package storage

import (
	"context"
	"errors"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/inventory"
)

// Inventory returns the stock of s as the store that inventory.Service works
// with. What it commits is one batch of s, with the errors of [Store.Commit].
func Inventory(s Store) inventory.Store {
	kept := inventoryStore{Reader: s, store: s}
	if whole, ok := s.(inventory.StockReader); ok {
		return wholeStore{kept, whole}
	}
	return kept
}

// wholeStore is an inventoryStore over one that answers at once.
type wholeStore struct {
	inventoryStore
	inventory.StockReader
}

type inventoryStore struct {
	inventory.Reader
	store Store
}

func (s inventoryStore) CommitInventory(
	ctx context.Context, cmd event.Command, result []byte, c inventory.Changes, events ...event.Event,
) error {
	return s.store.Commit(ctx, &Batch{Command: cmd, Result: result, Inventory: c, Events: events})
}

func (s inventoryStore) Repeated(ctx context.Context, cmd event.Command) error {
	if cmd.Key == "" {
		return nil
	}
	k, err := s.store.Key(ctx, cmd.Key)
	var fresh *fault.NotFoundError
	switch {
	case errors.As(err, &fresh):
		return nil
	case err != nil:
		return err
	default:
		return k.Answer(cmd)
	}
}

// Answer returns what a store says to a command whose key is stored as k:
// *event.Replay when it is the same command with the same body, else
// *fault.KeyReusedError.
func (k *Key) Answer(cmd event.Command) error {
	if k.Command == cmd.Name && k.Body == cmd.Body {
		return &event.Replay{Result: append([]byte(nil), k.Result...)}
	}
	return &fault.KeyReusedError{Key: k.Key}
}
