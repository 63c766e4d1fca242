package fault

import "fmt"

// InvalidError reports input that cannot be accepted: where it stands, what it
// was and what would be allowed. Its kind is Rejected.
type InvalidError struct {
	Field   string // path in the request, such as "lines[2].quantity"
	Value   string // what was given
	Allowed string // what would be accepted, such as "more than zero"
}

// Invalid returns an *InvalidError; value is printed with fmt.Sprint.
func Invalid(field string, value any, allowed string) error {
	return &InvalidError{Field: field, Value: fmt.Sprint(value), Allowed: allowed}
}

func (e *InvalidError) Error() string {
	return fmt.Sprintf("%s: %q is not allowed: want %s", e.Field, e.Value, e.Allowed)
}

// Fault returns Rejected.
func (e *InvalidError) Fault() Kind { return Rejected }

// NotFoundError reports that nothing with that identity exists, or that the
// actor may not see it: the two look alike on purpose. Its kind is Rejected.
type NotFoundError struct {
	Kind string // "order", "item", "payment" …
	ID   string
}

// NotFound returns a *NotFoundError; id is printed with fmt.Sprint.
func NotFound(kind string, id any) error {
	return &NotFoundError{Kind: kind, ID: fmt.Sprint(id)}
}

func (e *NotFoundError) Error() string { return fmt.Sprintf("%s %s: not found", e.Kind, e.ID) }

// Fault returns Rejected.
func (e *NotFoundError) Fault() Kind { return Rejected }

// StaleError reports that an aggregate has moved since it was read. Its kind is
// Conflict.
type StaleError struct {
	Kind     string // aggregate kind, such as "order"
	ID       string
	Expected int64 // the version the caller relied on
	Actual   int64 // the stored version, or -1 where the backend does not know it
}

func (e *StaleError) Error() string {
	if e.Actual < 0 {
		return fmt.Sprintf("%s %s: no longer at version %d", e.Kind, e.ID, e.Expected)
	}
	return fmt.Sprintf("%s %s: at version %d, not %d", e.Kind, e.ID, e.Actual, e.Expected)
}

// Fault returns Conflict.
func (e *StaleError) Fault() Kind { return Conflict }

// KeyReusedError reports an idempotency key that was used before with another
// command, body or actor. Its kind is Rejected; nothing of the first use is
// revealed.
type KeyReusedError struct{ Key string }

func (e *KeyReusedError) Error() string {
	return fmt.Sprintf("key %q was used for another request", e.Key)
}

// Fault returns Rejected.
func (e *KeyReusedError) Fault() Kind { return Rejected }

// TransientError wraps a failure of the machinery before anything was written.
type TransientError struct {
	Op  string // what was being done
	Err error
}

func (e *TransientError) Error() string { return e.Op + ": " + e.Err.Error() }

// Unwrap returns the cause.
func (e *TransientError) Unwrap() error { return e.Err }

// Fault returns Transient.
func (e *TransientError) Fault() Kind { return Transient }

// UnknownError wraps a failure after which nobody can say whether the effect
// took place. Call again with the same key.
type UnknownError struct {
	Op  string // what was being done
	Err error
}

func (e *UnknownError) Error() string { return e.Op + ": outcome unknown: " + e.Err.Error() }

// Unwrap returns the cause.
func (e *UnknownError) Unwrap() error { return e.Err }

// Fault returns Unknown.
func (e *UnknownError) Fault() Kind { return Unknown }
