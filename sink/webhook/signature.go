package webhook

import (
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/go-oms/oms/fault"
)

// The headers of a signed request.
const (
	HeaderID        = "Webhook-Id"        // the event's: the same for each delivery
	HeaderTimestamp = "Webhook-Timestamp" // when this delivery was sent, in seconds of Unix time
	HeaderSignature = "Webhook-Signature" // one or more, with spaces between
)

// tolerance is how old a request may be, or how far ahead its sender's clock.
const tolerance = 5 * time.Minute

// SignatureError is the answer to a request that is not a sender's whose secret the
// receiver has, or that was sent too long ago. Its kind is fault.Rejected.
type SignatureError struct{ Why string }

func (e *SignatureError) Error() string { return "webhook: refused: " + e.Why }

// Fault returns fault.Rejected.
func (e *SignatureError) Fault() fault.Kind { return fault.Rejected }

// signed is what is signed: the id, the time and the body, with full stops between.
func signed(id, timestamp string, body []byte) []byte {
	return append([]byte(id+"."+timestamp+"."), body...)
}

// sign sets the headers of a request that is sent now.
func sign(h http.Header, keys []key, id string, now time.Time, body []byte) {
	timestamp := strconv.FormatInt(now.Unix(), 10)
	content := signed(id, timestamp, body)
	signatures := make([]string, 0, len(keys))
	for _, k := range keys {
		signatures = append(signatures, k.version+","+base64.StdEncoding.EncodeToString(k.sign(content)))
	}
	h.Set(HeaderID, id)
	h.Set(HeaderTimestamp, timestamp)
	h.Set(HeaderSignature, strings.Join(signatures, " "))
}

// maxSignatures bounds the work that a stranger's request makes.
const maxSignatures = 20

// verify holds a request against the keys: one signature of one key is enough.
func verify(h http.Header, keys []key, now time.Time, body []byte) error {
	id, timestamp, list := h.Get(HeaderID), h.Get(HeaderTimestamp), strings.Fields(h.Get(HeaderSignature))
	if id == "" || timestamp == "" || len(list) == 0 {
		return &SignatureError{Why: "it needs the headers " + HeaderID + ", " + HeaderTimestamp + " and " + HeaderSignature}
	}
	if strings.Contains(id, ".") {
		return &SignatureError{Why: "an id has no full stop"}
	}
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil || strconv.FormatInt(seconds, 10) != timestamp {
		return &SignatureError{Why: "the timestamp is no number of seconds"}
	}
	switch sent := time.Unix(seconds, 0); {
	case sent.Before(now.Add(-tolerance)):
		return &SignatureError{Why: "it was sent more than five minutes ago"}
	case sent.After(now.Add(tolerance)):
		return &SignatureError{Why: "it will be sent in more than five minutes"}
	}
	content := signed(id, timestamp, body)
	for _, s := range list[:min(len(list), maxSignatures)] {
		version, encoded, _ := strings.Cut(s, ",")
		signature, err := base64.StdEncoding.Strict().DecodeString(encoded)
		if err != nil {
			continue
		}
		for _, k := range keys {
			if k.version == version && k.verify(content, signature) {
				return nil
			}
		}
	}
	return &SignatureError{Why: "no signature is one of a known secret"}
}
