package fault

import (
	"context"
	"errors"
)

// Kind is one of the four kinds of error. The zero Kind is None: no error.
type Kind uint8

// The kinds, from harmless to serious.
const (
	None Kind = iota
	Rejected
	Conflict
	Transient
	Unknown
)

// String returns the kind's name in lower case.
func (k Kind) String() string {
	switch k {
	case None:
		return "none"
	case Rejected:
		return "rejected"
	case Conflict:
		return "conflict"
	case Transient:
		return "transient"
	default:
		return "outcome unknown"
	}
}

// Classified is implemented by errors that know their kind. Errors of other
// packages may implement it too, for example those of a host's own gateway.
type Classified interface {
	error
	Fault() Kind
}

// KindOf returns the kind of err: None for nil, the answer of the first
// [Classified] error in its chain, and Unknown for anything else. An error with
// a method Rejected() bool that returns true counts as Rejected: the leaf
// packages of this module use it, since they import nothing.
//
// A bare context error is Transient: flows give a more serious kind to a
// context that ends after a write was handed over.
func KindOf(err error) Kind {
	if err == nil {
		return None
	}
	var classified Classified
	if errors.As(err, &classified) {
		return classified.Fault()
	}
	var refused interface {
		error
		Rejected() bool
	}
	if errors.As(err, &refused) && refused.Rejected() {
		return Rejected
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return Transient
	}
	return Unknown
}
