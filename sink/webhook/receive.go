package webhook

import (
	"io"
	"net/http"
	"time"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/sink/cloudevents"
)

// Receiver lets in what a sender with one of its secrets has signed. It is safe for
// concurrent use.
type Receiver struct {
	keys  []key
	now   func() time.Time
	limit int64
}

// NewReceiver makes a receiver with shared secrets ("whsec_") or public keys
// ("whpk_"): several while they are changed.
func NewReceiver(secrets ...string) (*Receiver, error) {
	keys, err := parseKeys("secrets", secrets)
	if err != nil {
		return nil, err
	}
	return &Receiver{keys: keys, now: time.Now, limit: 1 << 20}, nil
}

// WithClock returns the receiver with another clock than time.Now.
func (r Receiver) WithClock(now func() time.Time) *Receiver {
	r.now = now
	return &r
}

// Verify holds the headers of a request and its body, byte by byte as it came,
// against the secrets and the clock: a request is good for five minutes. Signatures
// are compared in constant time. Its error is a *SignatureError.
func (r *Receiver) Verify(h http.Header, body []byte) error { return verify(h, r.keys, r.now(), body) }

// Read reads, verifies and decodes a request. The errors are a *SignatureError, a
// *fault.InvalidError for what is signed and no CloudEvent or has more than a
// megabyte, and a *fault.TransientError for a body that breaks off. A message whose
// ID was dealt with before is to be answered like the first time.
func (r *Receiver) Read(req *http.Request) (cloudevents.Message, error) {
	if req.Body == nil { // a client's request may have none, a server's never
		req.Body = http.NoBody
	}
	body, err := io.ReadAll(io.LimitReader(req.Body, r.limit+1))
	if err != nil {
		return cloudevents.Message{}, &fault.TransientError{Op: "webhook: read", Err: err}
	}
	if int64(len(body)) > r.limit {
		return cloudevents.Message{}, fault.Invalid("body", "more", "at most a megabyte")
	}
	if err := r.Verify(req.Header, body); err != nil {
		return cloudevents.Message{}, err
	}
	m, err := cloudevents.Decode(body)
	if err == nil && m.ID != req.Header.Get(HeaderID) {
		err = fault.Invalid("id", m.ID, "that of the header "+HeaderID)
	}
	return m, err
}
