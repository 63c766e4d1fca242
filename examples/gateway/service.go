package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// service is Pennypay: an invented payment service with books of its own, to have
// something to talk to. Your adapter talks to the real one instead.
type service struct {
	apiKey string
	secret []byte // of its webhooks

	mu         sync.Mutex
	operations []*operation
	lose       string // how the next answer is lost: "before" or "after" the work
	events     []event
}

// operation is one movement of money as Pennypay speaks of it.
type operation struct {
	ID       string `json:"id"`
	Key      string `json:"key"`  // the caller's
	Kind     string `json:"kind"` // authorize, sale, capture, void, refund
	Amount   int64  `json:"amount"`
	Currency string `json:"currency"`
	Token    string `json:"token,omitempty"`
	Of       string `json:"of,omitempty"`     // the operation that this one is about
	Status   string `json:"status,omitempty"` // succeeded, pending, declined
	Code     string `json:"code,omitempty"`   // why it was declined
}

// event is what Pennypay tells of its own accord.
type event struct {
	ID        string    `json:"id"`
	Operation operation `json:"operation"`
	At        time.Time `json:"at"`
}

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	lose := ""
	if r.Method == http.MethodPost {
		lose, s.lose = s.lose, ""
	}
	if lose == "before" {
		panic(http.ErrAbortHandler) // the connection breaks
	}
	status, answer := s.answer(r)
	if lose == "after" {
		panic(http.ErrAbortHandler)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(answer)
}

func (s *service) answer(r *http.Request) (status int, answer any) {
	refuse := func(status int, reason string) (int, any) { return status, map[string]string{"error": reason} }
	if r.Header.Get("Authorization") != "Bearer "+s.apiKey {
		return refuse(http.StatusUnauthorized, "credentials")
	}
	if r.Method == http.MethodGet {
		if found := s.find(r.URL.Query().Get("id"), r.URL.Query().Get("key")); found != nil {
			return http.StatusOK, found
		}
		return refuse(http.StatusNotFound, "not_found")
	}
	var asked operation
	if err := json.NewDecoder(r.Body).Decode(&asked); err != nil || asked.Amount <= 0 {
		return refuse(http.StatusUnprocessableEntity, "invalid")
	}
	asked.Key = r.Header.Get("Idempotency-Key")
	if known := s.find("", asked.Key); known != nil {
		if known.Kind != asked.Kind || known.Amount != asked.Amount || known.Of != asked.Of || known.Currency != asked.Currency {
			return refuse(http.StatusConflict, "key_reused")
		}
		return http.StatusOK, known
	}
	if reason := s.refuses(asked); reason != "" {
		return refuse(http.StatusUnprocessableEntity, reason)
	}
	asked.ID, asked.Status = fmt.Sprintf("op_%d", len(s.operations)+1), "succeeded"
	switch asked.Token {
	case "tok_empty":
		asked.Status, asked.Code = "declined", "no_funds"
	case "tok_slow":
		asked.Status = "pending"
	}
	s.operations = append(s.operations, &asked)
	s.tell(asked)
	return http.StatusOK, asked
}

func (s *service) find(id, key string) *operation {
	for _, o := range s.operations {
		if id != "" && o.ID == id || id == "" && o.Key == key {
			return o
		}
	}
	return nil
}

// refuses says why an operation cannot be: what it is about, and how much of that
// is left.
func (s *service) refuses(asked operation) string {
	if asked.Kind == "sale" || asked.Kind == "authorize" {
		return ""
	}
	of := s.find(asked.Of, "")
	switch {
	case asked.Of == "" || of == nil:
		return "not_found"
	case of.Status != "succeeded", asked.Kind == "refund" != (of.Kind == "sale" || of.Kind == "capture"), of.Kind == "void", of.Kind == "refund":
		return "state"
	case of.Currency != asked.Currency:
		return "currency"
	}
	left := of.Amount
	for _, o := range s.operations {
		if o.Of == of.ID && o.Status != "declined" {
			left -= o.Amount
		}
	}
	switch {
	case left <= 0:
		return "state"
	case asked.Amount > left:
		return "amount"
	}
	return ""
}

// total is what the books say: sales, captures and refunds are taken, holds less
// captures and voids are held.
func (s *service) total(signs map[string]int64) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	var sum int64
	for _, o := range s.operations {
		if o.Status == "succeeded" {
			sum += signs[o.Kind] * o.Amount
		}
	}
	return sum
}

// settle brings a pending operation to its end, as a bank does overnight.
func (s *service) settle(key string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.find("", key)
	if o == nil || o.Status != "pending" {
		return false
	}
	o.Status = "succeeded"
	s.tell(*o)
	return true
}

func (s *service) loseNext(how string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lose = how
}

func (s *service) tell(o operation) {
	s.events = append(s.events, event{ID: "ev_" + o.ID + "_" + o.Status, Operation: o, At: time.Now().UTC()})
}

// webhooks returns the events that nobody was told of yet, each as a signed request.
func (s *service) webhooks() (requests []*http.Request, bodies [][]byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range s.events {
		body, _ := json.Marshal(e)
		requests, bodies = append(requests, s.sign(body, time.Now())), append(bodies, body)
	}
	s.events = nil
	return requests, bodies
}

// sign makes the headers of a webhook: the time and the HMAC of time and body.
func (s *service) sign(body []byte, at time.Time) *http.Request {
	stamp := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, s.secret)
	mac.Write([]byte(stamp + "."))
	mac.Write(body)
	return &http.Request{Header: http.Header{
		"Pennypay-Time": {stamp}, "Pennypay-Signature": {hex.EncodeToString(mac.Sum(nil))},
	}}
}
