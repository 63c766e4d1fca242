package memory

import (
	"github.com/google/uuid"
)

// book is rows that each belong to a customer, who may change. What it points at
// is immutable.
type book[T any] struct {
	rows map[uuid.UUID]*T
	of   map[uuid.UUID]map[uuid.UUID]struct{} // ids by customer
}

func newBook[T any]() book[T] {
	return book[T]{rows: map[uuid.UUID]*T{}, of: map[uuid.UUID]map[uuid.UUID]struct{}{}}
}

// put makes row the one with that id; it belonged to the customer was until now.
func (b *book[T]) put(id, was, customer uuid.UUID, row T) {
	if b.rows[id] != nil {
		delete(b.of[was], id)
	}
	b.rows[id] = &row
	if b.of[customer] == nil {
		b.of[customer] = map[uuid.UUID]struct{}{}
	}
	b.of[customer][id] = struct{}{}
}

func (b *book[T]) remove(id, customer uuid.UUID) {
	delete(b.rows, id)
	delete(b.of[customer], id)
}

// list returns copies of a customer's rows in no order.
func (b *book[T]) list(customer uuid.UUID) []T {
	var list []T
	for id := range b.of[customer] {
		list = append(list, *b.rows[id])
	}
	return list
}
