package order

import (
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/quantity"
)

// The limits of metadata. Keys and values are UTF-8, their lengths in bytes.
const (
	MaxMetaKeys  = 64
	MaxMetaKey   = 64
	MaxMetaValue = 1024
)

// Check returns a *fault.InvalidError for metadata beyond its limits.
func (m Metadata) Check() error {
	if len(m) > MaxMetaKeys {
		return fault.Invalid("metadata", len(m), fmt.Sprintf("at most %d keys", MaxMetaKeys))
	}
	for key, value := range m {
		if err := checkMeta(key, value); err != nil {
			return err
		}
	}
	return nil
}

func checkMeta(key, value string) error {
	if key == "" || len(key) > MaxMetaKey || !utf8.ValidString(key) {
		return fault.Invalid("metadata", key, fmt.Sprintf("a key of 1 to %d bytes of UTF-8", MaxMetaKey))
	}
	if len(value) > MaxMetaValue || !utf8.ValidString(value) {
		return fault.Invalid("metadata["+key+"]", len(value), fmt.Sprintf("at most %d bytes of UTF-8", MaxMetaValue))
	}
	return nil
}

// MetaKey reads and writes one metadata entry as a T. Make one per entry, with
// [StringKey] and its like or with [NewMetaKey], and keep it in a package
// variable. The zero MetaKey refuses everything.
type MetaKey[T any] struct {
	name  string
	write func(T) (string, error)
	read  func(string) (T, error)
}

// NewMetaKey returns a key for a type of the host's own.
func NewMetaKey[T any](name string, write func(T) (string, error), read func(string) (T, error)) MetaKey[T] {
	return MetaKey[T]{name, write, read}
}

// Name returns the name of the entry.
func (k MetaKey[T]) Name() string { return k.name }

// Get returns the value and whether there is one. The error is a
// *fault.InvalidError for a text that is not a T.
func (k MetaKey[T]) Get(m Metadata) (value T, ok bool, err error) {
	text, ok := m[k.name]
	if !ok || k.read == nil {
		return value, false, nil
	}
	value, err = k.read(text)
	if err != nil {
		var zero T
		return zero, true, fault.Invalid("metadata["+k.name+"]", text, err.Error())
	}
	return value, true, nil
}

// Set stores the value, making *m if it is nil. The error is a
// *fault.InvalidError for a value that cannot be written or goes beyond the limits
// of metadata; then nothing has changed.
func (k MetaKey[T]) Set(m *Metadata, value T) error {
	if k.write == nil {
		return fault.Invalid("metadata", k.name, "a key made by NewMetaKey")
	}
	text, err := k.write(value)
	if err != nil {
		return fault.Invalid("metadata["+k.name+"]", value, err.Error())
	}
	if err := checkMeta(k.name, text); err != nil {
		return err
	}
	if _, there := (*m)[k.name]; !there && len(*m) >= MaxMetaKeys {
		return fault.Invalid("metadata", len(*m)+1, fmt.Sprintf("at most %d keys", MaxMetaKeys))
	}
	if *m == nil {
		*m = Metadata{}
	}
	(*m)[k.name] = text
	return nil
}

// Delete removes the entry, and makes *m nil with the last one.
func (k MetaKey[T]) Delete(m *Metadata) {
	delete(*m, k.name)
	if len(*m) == 0 {
		*m = nil
	}
}

// StringKey returns the key of a text.
func StringKey(name string) MetaKey[string] {
	same := func(s string) (string, error) { return s, nil }
	return NewMetaKey(name, same, same)
}

// IntKey returns the key of a whole number.
func IntKey(name string) MetaKey[int64] {
	return NewMetaKey(name,
		func(n int64) (string, error) { return strconv.FormatInt(n, 10), nil },
		func(s string) (int64, error) { return strconv.ParseInt(s, 10, 64) })
}

// BoolKey returns the key of a truth value, stored as "true" or "false".
func BoolKey(name string) MetaKey[bool] {
	return NewMetaKey(name, func(b bool) (string, error) { return strconv.FormatBool(b), nil }, strconv.ParseBool)
}

// QuantityKey returns the key of a quantity.
func QuantityKey(name string) MetaKey[quantity.Quantity] {
	return NewMetaKey(name,
		func(q quantity.Quantity) (string, error) { return q.String(), q.Check() }, quantity.Parse)
}

// MoneyKey returns the key of an amount.
func MoneyKey(name string) MetaKey[money.Money] {
	return NewMetaKey(name, func(m money.Money) (string, error) { return m.String(), nil }, money.Parse)
}

// TimeKey returns the key of a time, stored in UTC and whole microseconds as
// RFC 3339 has it.
func TimeKey(name string) MetaKey[time.Time] {
	return NewMetaKey(name,
		func(t time.Time) (string, error) { return event.Moment(t).Format(time.RFC3339Nano), nil },
		func(s string) (time.Time, error) {
			t, err := time.Parse(time.RFC3339Nano, s)
			return event.Moment(t), err
		})
}
