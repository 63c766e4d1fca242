package sqlstore

import (
	"context"
	"iter"
	"strings"
	"unicode/utf8"

	"github.com/go-oms/oms/fault"
)

// Source lends connections for reading. Errors of the database become errors of
// package fault in it.
type Source interface {
	// Read calls fn with a connection whose statements see the books of one moment.
	Read(ctx context.Context, op string, fn func(Conn) error) error
	// One is Read for a single statement.
	One(ctx context.Context, op string, fn func(Conn) error) error
	// Scan is Read for long walks, during which the caller does other things.
	Scan(ctx context.Context, op string, fn func(Conn) error) error
	// Fail gives an error of a connection its kind.
	Fail(op string, err error) error
}

// Horizon is a Source whose transactions commit in another order than that of their
// places in the order of recording.
type Horizon interface {
	// Base is what the server's transaction ids are raised by.
	Base(ctx context.Context) (int64, error)
	// Wait returns a function that pauses until it is worth looking again whether
	// transactions in progress have ended, and reports false when it is not.
	Wait() func(ctx context.Context) bool
}

// Reader is a storage.Reader over a source, bound to one tenant.
type Reader struct {
	Source Source
	Bound  string // the tenant
}

// MaxTenant is the longest tenant id, in bytes.
const MaxTenant = 64

// CheckTenant returns a *fault.InvalidError for an id that is too long or that is
// not text.
func CheckTenant(id string) error {
	if len(id) > MaxTenant {
		return fault.Invalid("tenant", strings.ToValidUTF8(id[:MaxTenant], "")+"…", "at most 64 bytes")
	}
	if !utf8.ValidString(id) || strings.ContainsRune(id, 0) {
		return fault.Invalid("tenant", strings.ToValidUTF8(id, "�"), "UTF-8 without zero bytes")
	}
	return nil
}

func (r *Reader) read(ctx context.Context, op string, fn func(Conn) error) error {
	if err := CheckTenant(r.Bound); err != nil {
		return err
	}
	return r.Source.Read(ctx, op, fn)
}

func (r *Reader) one(ctx context.Context, op string, fn func(Conn) error) error {
	if err := CheckTenant(r.Bound); err != nil {
		return err
	}
	return r.Source.One(ctx, op, fn)
}

// few is read for a list of n values, which is one statement when it is short.
func (r *Reader) few(ctx context.Context, op string, n int, fn func(Conn) error) error {
	if n <= longestList {
		return r.one(ctx, op, fn)
	}
	return r.read(ctx, op, fn)
}

func (r *Reader) scan(ctx context.Context, op string, fn func(Conn) error) error {
	if err := CheckTenant(r.Bound); err != nil {
		return err
	}
	return r.Source.Scan(ctx, op, fn)
}

// args returns parameters that begin with the tenant.
func (r *Reader) args() *args {
	a := &args{values: make([]Value, 0, 8)}
	a.text(r.Bound)
	return a
}

// pages yields the pages that next returns until one is empty or yield stops.
func pages[T any](next func() ([]T, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for {
			page, err := next()
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			for _, v := range page {
				if !yield(v, nil) {
					return
				}
			}
			if len(page) == 0 {
				return
			}
		}
	}
}

// pageSize is how many rows a listing reads at a time.
const pageSize = 256

// noLimit stands for a limit that does not restrict.
const noLimit = 1 << 62

func limitOf(n int) int64 {
	if n <= 0 {
		return noLimit
	}
	return int64(n)
}
