package sandbox

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/payment"
)

// SignatureHeader carries the time of signing in Unix seconds and the HMAC-SHA256
// in hexadecimal of that time, a full stop and the body: "t=1700000000,v1=5f…".
const SignatureHeader = "Sandbox-Signature"

// Tolerance is how far the time of a signature may be from ours, to either side.
const Tolerance = 300 * time.Second

// maxBody is the longest delivery that is read, in bytes.
const maxBody = 64 << 10

// notice is the body of a webhook.
type notice struct {
	ID              string           `json:"id"`
	Op              uuid.UUID        `json:"op"`
	Ref             string           `json:"ref"`
	State           payment.State    `json:"state"`
	Amount          money.Money      `json:"amount"`
	Decline         *payment.Decline `json:"decline,omitempty"`
	Method          string           `json:"method,omitempty"`
	AuthorizedUntil int64            `json:"authorized_until,omitempty"` // microseconds of Unix time, as At
	At              int64            `json:"at"`
}

// tell queues a webhook about what has just happened to an operation.
func (g *Gateway) tell(rec *record) {
	r := clone(rec.result)
	g.queue = append(g.queue, notice{
		ID: "evt_" + r.Ref + "_" + string(r.State), Op: rec.request.op, Ref: r.Ref, State: r.State,
		Amount: r.Amount, Decline: r.Decline, Method: r.Method, AuthorizedUntil: micro(r.AuthorizedUntil), At: micro(r.At),
	})
}

// Webhooks returns the deliveries that nobody took yet, oldest first, signed now.
// Whoever takes them may lose them, repeat them and shuffle them, as networks do.
func (g *Gateway) Webhooks() []payment.Delivery {
	g.mu.Lock()
	defer g.mu.Unlock()
	deliveries := make([]payment.Delivery, 0, len(g.queue))
	for _, n := range g.queue {
		body, err := json.Marshal(n)
		if err != nil {
			panic("sandbox: a notice that has no JSON form: " + err.Error())
		}
		deliveries = append(deliveries, g.Sign(body, g.now()))
	}
	g.queue = nil
	return deliveries
}

// Sign makes a delivery of a body as if the sandbox had sent it at that time.
func (g *Gateway) Sign(body []byte, at time.Time) payment.Delivery {
	stamp := strconv.FormatInt(at.Unix(), 10)
	header := http.Header{}
	header.Set("Content-Type", "application/json")
	header.Set(SignatureHeader, "t="+stamp+",v1="+hex.EncodeToString(g.mac(stamp, body)))
	return payment.Delivery{Header: header, Body: slices.Clone(body)}
}

func (g *Gateway) mac(stamp string, body []byte) []byte {
	h := hmac.New(sha256.New, g.secret)
	h.Write([]byte(stamp))
	h.Write([]byte{'.'})
	h.Write(body)
	return h.Sum(nil)
}

// ParseWebhook checks a delivery's signature and time and reads its report.
func (g *Gateway) ParseWebhook(_ context.Context, d payment.Delivery) ([]payment.Report, error) {
	if len(d.Body) > maxBody {
		return nil, fault.Invalid("body", len(d.Body), "at most 65536 bytes")
	}
	if err := g.verify(d); err != nil {
		return nil, err
	}
	var n notice
	if err := json.Unmarshal(d.Body, &n); err != nil {
		return nil, fault.Invalid("body", err, "a notice in JSON")
	}
	if n.ID == "" {
		return nil, fault.Invalid("body.id", n.ID, "the id of the event")
	}
	if n.Op == uuid.Nil && n.Ref == "" {
		return nil, fault.Invalid("body.op", n.Op, "the id of an operation, unless there is a ref")
	}
	switch n.State {
	case payment.Succeeded, payment.Declined, payment.Canceled, payment.Waiting, payment.ActionRequired:
	default:
		return nil, fault.Invalid("body.state", n.State, "the state of a result")
	}
	return []payment.Report{{
		OpID: n.Op, EventID: n.ID, Channel: payment.Webhook, State: n.State, Ref: n.Ref, Amount: n.Amount,
		Decline: n.Decline, Method: n.Method, AuthorizedUntil: moment(n.AuthorizedUntil), At: moment(n.At),
	}}, nil
}

// micro and moment write and read a time; zero stays zero.
func micro(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func moment(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMicro(n).UTC()
}

func (g *Gateway) verify(d payment.Delivery) error {
	stamp, signature, ok := strings.Cut(d.Header.Get(SignatureHeader), ",")
	stamp, isTime := strings.CutPrefix(stamp, "t=")
	signature, isMAC := strings.CutPrefix(signature, "v1=")
	if !ok || !isTime || !isMAC {
		return &payment.SignatureError{Reason: "the header " + SignatureHeader + " is missing or malformed"}
	}
	mac, err := hex.DecodeString(signature)
	if err != nil || !hmac.Equal(mac, g.mac(stamp, d.Body)) {
		return &payment.SignatureError{Reason: "the signature does not fit the body"}
	}
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil {
		return &payment.SignatureError{Reason: "the time is not a number of seconds"}
	}
	now := g.now()
	oldest, newest := now.Add(-Tolerance).Unix(), now.Add(Tolerance).Unix()
	if seconds < oldest || seconds > newest {
		return &payment.SignatureError{Reason: "it was signed too long ago, or ahead of time"}
	}
	return nil
}

// Acknowledge answers 200 when the reports are stored, 400 when they never will
// be, and 503 to have the delivery sent again.
func (g *Gateway) Acknowledge(err error) payment.Acknowledgement {
	a := payment.Acknowledgement{Status: http.StatusOK, ContentType: "text/plain", Body: []byte("ok")}
	switch fault.KindOf(err) {
	case fault.None:
	case fault.Rejected:
		a.Status, a.Body = http.StatusBadRequest, []byte("refused")
	default:
		a.Status, a.Body = http.StatusServiceUnavailable, []byte("again")
	}
	return a
}
