package sim

import (
	"fmt"
	"io"
)

// trace is everything that happened, as a digest and, when somebody wants to read it,
// as text. Two runs of a seed are the same when their digests are.
type trace struct {
	hash uint64
	text io.Writer
}

// FNV-1a.
const (
	fnvOffset = 14695981039346656037
	fnvPrime  = 1099511628211
)

func (t *trace) note(steps int64, words ...string) {
	h := t.hash
	for _, w := range words {
		for i := range len(w) {
			h = (h ^ uint64(w[i])) * fnvPrime
		}
		h = (h ^ 0xff) * fnvPrime
	}
	t.hash = h
	if t.text != nil {
		line := fmt.Sprintf("%6d", steps)
		for _, w := range words {
			line += " " + w
		}
		_, _ = fmt.Fprintln(t.text, line) // what cannot be shown is not worth failing for
	}
}
