package audit

import (
	"context"
	"fmt"

	"github.com/go-oms/oms/event"
)

// Finding is a place where the books, or the seals, are not what was sealed.
type Finding struct {
	Seal   int64  `json:"seal"` // its number
	Detail string `json:"detail"`
}

// Report is the result of [Verify].
type Report struct {
	Seals    int64     `json:"seals"`
	Events   int64     `json:"events"`   // that are sealed
	Unsealed int64     `json:"unsealed"` // behind the last seal: what happened to them nobody can tell
	Findings []Finding `json:"findings"`
	// Head is the MAC of the last seal. A chain that was cut short is whole in itself:
	// hold it against one that was given away.
	Head Hash `json:"head"`
}

// Clean reports whether nothing was found.
func (r *Report) Clean() bool { return len(r.Findings) == 0 }

// Verify reckons the seals anew from the books, in one pass, and names every one that
// does not hold: it is not one of the chain, or there are other events between its
// positions than were sealed. Where the error is not nil, the books could not be read to
// the end, and what the report says of them is not all.
func Verify(ctx context.Context, r event.Reader, tenant string, key Key, seals []Seal) (*Report, error) {
	report := &Report{Findings: []Finding{}}
	if err := key.Check(); err != nil {
		return report, err
	}
	report.chain(tenant, key, seals)
	var now piece
	var buf []byte
	at := 0
	for e, err := range r.Stream(ctx, 0, 0) {
		if err != nil {
			return report, err
		}
		for at < len(seals) && e.Position > seals[at].To {
			report.holds(&seals[at], &now)
			at++
		}
		if at == len(seals) {
			report.Unsealed++
			continue
		}
		entry, err := entryOf(&e)
		if err != nil {
			return report, err
		}
		buf = leaf(buf[:0], &entry)
		now.tree.add(leafHash(buf))
		report.Events++
	}
	for ; at < len(seals); at++ {
		report.holds(&seals[at], &now)
	}
	return report, nil
}

// piece is what is in the books between the positions of one seal.
type piece struct{ tree tree }

// chain looks at the seals alone.
func (r *Report) chain(tenant string, key Key, seals []Seal) {
	var prev Seal
	for i := range seals {
		s := &seals[i]
		switch {
		case !s.made(key):
			r.found(s, "was not made with this key, or was changed since")
		case s.Tenant != tenant:
			r.found(s, fmt.Sprintf("is tenant %q's", s.Tenant))
		case s.Number != int64(i)+1 || s.Prev != prev.MAC || s.From != prev.To || s.To <= s.From:
			r.found(s, fmt.Sprintf("does not follow seal %d", prev.Number))
		}
		prev = *s
	}
	r.Seals, r.Head = int64(len(seals)), prev.MAC
}

// holds compares a seal with what is there, and begins the next piece.
func (r *Report) holds(s *Seal, now *piece) {
	switch t := &now.tree; {
	case int64(t.size) != s.Events:
		r.found(s, fmt.Sprintf("%d events were sealed, and %d are there, from position %d to %d", s.Events, t.size, s.From, s.To))
	case t.root() != s.Root:
		r.found(s, fmt.Sprintf("of the %d events from position %d to %d at least one is another, or in another place", s.Events, s.From, s.To))
	}
	now.tree = tree{roots: now.tree.roots[:0]}
}

func (r *Report) found(s *Seal, detail string) {
	r.Findings = append(r.Findings, Finding{Seal: s.Number, Detail: detail})
}
