package audit

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
)

// Subject names an aggregate, such as event.Order and an order's id.
type Subject struct {
	Aggregate string   `json:"aggregate"`
	ID        event.ID `json:"id"`
}

// Proof is what happened to some aggregates, from their first event on, for somebody who
// has the key and not the books.
type Proof struct {
	Entries []Entry `json:"entries"` // by aggregate and version
	Seals   []Seal  `json:"seals"`   // that they are under
}

// Entry is one event of a proof and its place below a seal.
type Entry struct {
	Aggregate  string          `json:"aggregate"`
	ID         event.ID        `json:"id"`
	Version    int64           `json:"version"`
	Type       string          `json:"type"`
	Schema     int             `json:"schema"`
	ActorKind  event.ActorKind `json:"actor_kind"`
	ActorID    string          `json:"actor_id"`
	Cause      string          `json:"cause"`
	At         time.Time       `json:"at"`
	RecordedAt time.Time       `json:"recorded_at"`
	Payload    json.RawMessage `json:"payload"`

	Seal  int64  `json:"seal"`  // its number
	Index uint64 `json:"index"` // among its events, from 0
	Path  []Hash `json:"path"`  // from the leaf to the root: RFC 9162, section 2.1.3
}

// Error reports a proof that proves nothing, or something that cannot be proved. Its
// kind is fault.Rejected.
type Error struct{ What string }

func (e *Error) Error() string { return "audit: " + e.What }

// Fault returns fault.Rejected.
func (e *Error) Fault() fault.Kind { return fault.Rejected }

// Prove takes what happened to the subjects out of the books. The error is one of the
// reader, or an [*Error] for a subject that is unknown, an event that is not sealed yet,
// or books that are not what was sealed.
func Prove(ctx context.Context, r event.Reader, seals []Seal, subjects ...Subject) (*Proof, error) {
	p := &Proof{}
	for _, about := range subjects {
		history, err := r.History(ctx, about.Aggregate, about.ID)
		if err != nil {
			return nil, err
		}
		if len(history) == 0 {
			return nil, &Error{fmt.Sprintf("%s %s has no history", about.Aggregate, about.ID)}
		}
		for i := range history {
			if err := p.enter(&history[i], seals); err != nil {
				return nil, err
			}
		}
	}
	for i := range p.Seals {
		if err := p.path(ctx, r, &p.Seals[i]); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// enter adds an event and its seal.
func (p *Proof) enter(e *event.Event, seals []Seal) error {
	n := slices.IndexFunc(seals, func(s Seal) bool { return s.From < e.Position && e.Position <= s.To })
	if n < 0 {
		return &Error{fmt.Sprintf("version %d of %s %s is not sealed yet", e.Version, e.Aggregate, e.ID)}
	}
	entry, err := entryOf(e)
	if err != nil {
		return err
	}
	entry.Seal = seals[n].Number
	p.Entries = append(p.Entries, entry)
	if !slices.ContainsFunc(p.Seals, func(s Seal) bool { return s.Number == seals[n].Number }) {
		p.Seals = append(p.Seals, seals[n])
	}
	return nil
}

// path finds the way of the entries below one seal.
func (p *Proof) path(ctx context.Context, r event.Reader, s *Seal) error {
	type place struct {
		Subject
		version int64
	}
	places := map[place]uint64{}
	var leaves []Hash
	var buf []byte
	for e, err := range r.Stream(ctx, s.From, 0) {
		if err != nil {
			return err
		}
		if e.Position > s.To {
			break
		}
		entry, err := entryOf(&e)
		if err != nil {
			return err
		}
		buf = leaf(buf[:0], &entry)
		places[place{Subject{e.Aggregate, e.ID}, e.Version}] = uint64(len(leaves))
		leaves = append(leaves, leafHash(buf))
	}
	if int64(len(leaves)) != s.Events || rootOf(leaves) != s.Root {
		return &Error{fmt.Sprintf("the books are not what seal %d says", s.Number)}
	}
	for i := range p.Entries {
		e := &p.Entries[i]
		if e.Seal == s.Number {
			e.Index = places[place{Subject{e.Aggregate, e.ID}, e.Version}]
			e.Path = pathOf(leaves, int(e.Index))
		}
	}
	return nil
}

// Check returns nil when every entry is under its seal, every seal was made with the key,
// and no version of any aggregate is missing below the last one. Otherwise the error is
// an [*Error], or a *fault.InvalidError for a key that is too short.
//
// It cannot say that nothing happened to them behind the last entry, be it under the same
// seal, and not which other aggregates belong to them.
func (p *Proof) Check(key Key) error {
	if err := key.Check(); err != nil {
		return err
	}
	seals := map[int64]*Seal{}
	for i := range p.Seals {
		s := &p.Seals[i]
		if !s.made(key) || s.Tenant != p.Seals[0].Tenant {
			return &Error{fmt.Sprintf("seal %d was not made with this key for one tenant, or was changed since", s.Number)}
		}
		seals[s.Number] = s
	}
	last := map[Subject]int64{}
	for i := range p.Entries {
		e := &p.Entries[i]
		about := Subject{e.Aggregate, e.ID}
		if last[about]++; e.Version != last[about] {
			return &Error{fmt.Sprintf("version %d of %s %s is missing", last[about], e.Aggregate, e.ID)}
		}
		if err := e.check(seals[e.Seal]); err != nil {
			return err
		}
	}
	if len(p.Entries) == 0 {
		return &Error{"the proof is about nothing"}
	}
	return nil
}

func (e *Entry) check(s *Seal) error {
	what := fmt.Sprintf("version %d of %s %s", e.Version, e.Aggregate, e.ID)
	if s == nil {
		return &Error{fmt.Sprintf("%s: seal %d is not here", what, e.Seal)}
	}
	var payload bytes.Buffer
	if err := json.Compact(&payload, e.Payload); err != nil {
		return &Error{what + ": its payload is no JSON: " + err.Error()}
	}
	compact := *e
	compact.Payload = payload.Bytes()
	root, ok := climb(leafHash(leaf(nil, &compact)), e.Index, uint64(s.Events), e.Path)
	if !ok || root != s.Root {
		return &Error{fmt.Sprintf("%s is not what seal %d was made of", what, s.Number)}
	}
	return nil
}
