package audit

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"strconv"
	"time"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
)

// Key is the secret that seals are made and verified with: at least 32 random bytes,
// one for each tenant. It belongs neither into the books nor beside them.
type Key []byte

// leastKey is the length of a key at least: that of the hash, by RFC 2104, section 3.
const leastKey = sha256.Size

// Check returns a *fault.InvalidError for a key that is too short. It does not tell it.
func (k Key) Check() error {
	if len(k) < leastKey {
		return fault.Invalid("key", strconv.Itoa(len(k))+" bytes", "at least 32 random bytes")
	}
	return nil
}

// Seal is a statement about a piece of a tenant's stream of events: these, in this
// order, and no others. Seals form a chain.
type Seal struct {
	Tenant string `json:"tenant"`
	Number int64  `json:"number"` // in the chain, from 1
	// From and To are the positions of the stream between which the events are: behind the
	// one, up to and with the other.
	From   int64     `json:"from"`
	To     int64     `json:"to"`
	Events int64     `json:"events"`
	Root   Hash      `json:"root"` // of the Merkle tree over them
	Prev   Hash      `json:"prev"` // the MAC of the seal before; zero for the first
	At     time.Time `json:"at"`
	MAC    Hash      `json:"mac"` // over all of this
}

// DefaultLimit is how many events one seal is about at most, when nobody says.
const DefaultLimit = 1 << 14

// Next seals the tenant's events behind the last seal, at most limit of them, or
// DefaultLimit where it is 0; last is nil for the first seal. It returns nil when there is
// none. The reader is a store bound to the tenant; events that commit later are never
// skipped. The error is one of the reader, or a *fault.InvalidError for a key that is too
// short, or a last seal that is another tenant's or was not made with the key.
func Next(ctx context.Context, r event.Reader, tenant string, key Key, last *Seal, at time.Time, limit int) (*Seal, error) {
	if err := key.Check(); err != nil {
		return nil, err
	}
	next := &Seal{Tenant: tenant, Number: 1, At: event.Moment(at)}
	if last != nil {
		if last.Tenant != tenant || !last.made(key) {
			return nil, fault.Invalid("last", last.Number, "a seal of the tenant's, made with the key")
		}
		next.Number, next.From, next.Prev = last.Number+1, last.To, last.MAC
	}
	if limit <= 0 {
		limit = DefaultLimit
	}
	var t tree
	var buf []byte
	for e, err := range r.Stream(ctx, next.From, limit) {
		if err != nil {
			return nil, err
		}
		entry, err := entryOf(&e)
		if err != nil {
			return nil, err
		}
		buf = leaf(buf[:0], &entry)
		t.add(leafHash(buf))
		next.To = e.Position
	}
	if t.size == 0 {
		return nil, nil
	}
	next.Events, next.Root = int64(t.size), t.root()
	next.MAC = next.mac(key)
	return next, nil
}

// mac returns the HMAC-SHA-256 of everything else in the seal.
func (s *Seal) mac(key Key) (sum Hash) {
	buf := []byte{encoding}
	buf = text(buf, s.Tenant)
	for _, n := range [...]int64{s.Number, s.From, s.To, s.Events, s.At.UnixMicro()} {
		buf = binary.BigEndian.AppendUint64(buf, uint64(n))
	}
	buf = append(append(buf, s.Root[:]...), s.Prev[:]...)
	h := hmac.New(sha256.New, key)
	h.Write(buf)
	h.Sum(sum[:0])
	return sum
}

// made reports whether the seal was made with the key and is as it was then.
func (s *Seal) made(key Key) bool {
	want := s.mac(key)
	return hmac.Equal(want[:], s.MAC[:])
}

// String returns the hash in hexadecimal.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// MarshalText returns the hash in hexadecimal.
func (h Hash) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText reads what MarshalText has written; the error is a *fault.InvalidError.
func (h *Hash) UnmarshalText(text []byte) error {
	if len(text) == hex.EncodedLen(len(h)) {
		if _, err := hex.Decode(h[:], text); err == nil {
			return nil
		}
	}
	return fault.Invalid("hash", string(text), "64 hexadecimal digits")
}
