package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"
)

// service is Kiteline: an invented carrier with books of its own, to have something
// to talk to. Your adapter talks to the real one instead.
type service struct {
	mu     sync.Mutex
	now    time.Time
	labels []*label
	next   string // how the next purchase goes: "lost before", "lost after", "declined"
}

// label is what Kiteline sells. Prices are in cents.
type label struct {
	ID        string    `json:"id"`
	Reference string    `json:"reference"` // the buyer's
	Service   string    `json:"service"`
	Grams     []int64   `json:"grams"`
	MaxCents  int64     `json:"max_cents,omitempty"`
	Cents     int64     `json:"cents"`
	Numbers   []string  `json:"numbers"`
	Voided    bool      `json:"voided"`
	Sold      time.Time `json:"sold"`
}

// scan is where a parcel was seen.
type scan struct {
	Code  string    `json:"code"` // PICKUP, HUB, DOOR
	Place string    `json:"place"`
	At    time.Time `json:"at"`
}

// prices are the base of a parcel and what each started kilogram costs.
var prices = map[string][2]int64{"ground": {390, 60}, "air": {990, 150}}

func (s *service) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /rates", s.rates)
	mux.HandleFunc("POST /labels", s.buy)
	mux.HandleFunc("GET /labels", s.find)
	mux.HandleFunc("DELETE /labels/{id}", s.void)
	mux.HandleFunc("GET /parcels/{number}", s.track)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		mux.ServeHTTP(w, r)
	})
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

func refuse(w http.ResponseWriter, code string) {
	answer(w, http.StatusUnprocessableEntity, map[string]string{"error": code})
}

// read reads a label that somebody asks for, and prices it.
func read(r *http.Request) (l label, ok bool) {
	err := json.NewDecoder(r.Body).Decode(&l)
	price, sells := prices[l.Service]
	if err != nil || !sells || len(l.Grams) == 0 || slices.Min(l.Grams) < 0 {
		return l, false
	}
	for _, grams := range l.Grams {
		l.Cents += price[0] + (grams+999)/1000*price[1]
	}
	return l, true
}

func (s *service) rates(w http.ResponseWriter, r *http.Request) {
	l, ok := read(r)
	if !ok {
		refuse(w, "bad_request")
		return
	}
	answer(w, http.StatusOK, l)
}

func (s *service) buy(w http.ResponseWriter, r *http.Request) {
	next := s.next
	s.next = ""
	if next == "lost before" {
		panic(http.ErrAbortHandler) // the connection breaks
	}
	l, ok := read(r)
	switch {
	case next == "declined":
		refuse(w, "account_blocked")
		return
	case !ok || l.Reference == "":
		refuse(w, "bad_request")
		return
	}
	for _, known := range s.labels {
		if known.Reference == l.Reference {
			if !slices.Equal(known.Grams, l.Grams) || known.Service != l.Service {
				refuse(w, "reference_used")
				return
			}
			answer(w, http.StatusOK, known)
			return
		}
	}
	if l.MaxCents > 0 && l.Cents > l.MaxCents {
		refuse(w, "too_dear")
		return
	}
	l.ID, l.Sold, l.Voided = fmt.Sprintf("lab_%d", len(s.labels)+1), s.now, false
	for i := range l.Grams {
		l.Numbers = append(l.Numbers, fmt.Sprintf("KL%04d-%d", len(s.labels)+1, i+1))
	}
	s.labels = append(s.labels, &l)
	if next == "lost after" {
		panic(http.ErrAbortHandler)
	}
	answer(w, http.StatusOK, l)
}

func (s *service) find(w http.ResponseWriter, r *http.Request) {
	found := []*label{}
	for _, l := range s.labels {
		if l.Reference == r.URL.Query().Get("reference") {
			found = append(found, l)
		}
	}
	answer(w, http.StatusOK, found)
}

func (s *service) void(w http.ResponseWriter, r *http.Request) {
	for _, l := range s.labels {
		if l.ID != r.PathValue("id") {
			continue
		}
		if len(s.scans(l)) > 0 {
			refuse(w, "on_its_way")
			return
		}
		l.Voided = true
		answer(w, http.StatusOK, l)
		return
	}
	answer(w, http.StatusNotFound, map[string]string{"error": "unknown"})
}

func (s *service) track(w http.ResponseWriter, r *http.Request) {
	for _, l := range s.labels {
		if slices.Contains(l.Numbers, r.PathValue("number")) {
			answer(w, http.StatusOK, s.scans(l))
			return
		}
	}
	answer(w, http.StatusNotFound, map[string]string{"error": "unknown"})
}

// scans is the part of every parcel's journey that lies behind it.
func (s *service) scans(l *label) []scan {
	seen := []scan{}
	for _, step := range []struct {
		after time.Duration
		scan
	}{
		{4 * time.Hour, scan{Code: "PICKUP", Place: "Warehouse"}},
		{20 * time.Hour, scan{Code: "HUB", Place: "Lyon"}},
		{28 * time.Hour, scan{Code: "DOOR", Place: "Front door"}},
	} {
		if step.At = l.Sold.Add(step.after); !l.Voided && !step.At.After(s.now) {
			seen = append(seen, step.scan)
		}
	}
	return seen
}

// advance lets time pass for the parcels, and fail lets the next purchase go wrong.
func (s *service) advance(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = s.now.Add(d)
}

func (s *service) fail(how string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.next = how
}

func (s *service) sold() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.labels)
}
