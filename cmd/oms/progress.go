package main

import (
	"fmt"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
)

// quiet is how long a progress that is not shown on a terminal says nothing.
const quiet = 5 * time.Second

// progress shows how far a command has come: as a bar on a terminal, else as a line
// now and then. It is safe for concurrent use.
type progress struct {
	env  *env
	what string

	mu   sync.Mutex
	all  int
	done int
	said time.Time
	bar  *progressbar.ProgressBar
}

// progress begins to show something. It goes to the standard error.
func (e *env) progress(what string) *progress {
	return &progress{env: e, what: what, said: time.Now()}
}

// at says that so much of all is done; a negative all is unknown. Steps that are
// told out of order do not lead it back.
func (p *progress) at(done, all int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if done < p.done {
		return
	}
	p.done, p.all = done, all
	if p.env.terminal {
		p.draw()
		return
	}
	if now := time.Now(); now.Sub(p.said) >= quiet {
		p.said = now
		of := ""
		if all >= 0 {
			of = fmt.Sprintf(" of %d", all)
		}
		fmt.Fprintf(p.env.stderr, "%s: %d%s\n", p.what, done, of)
	}
}

func (p *progress) draw() {
	if p.bar == nil {
		p.bar = progressbar.NewOptions(p.all,
			progressbar.OptionSetWriter(p.env.stderr),
			progressbar.OptionSetDescription(p.what),
			progressbar.OptionShowCount(),
			progressbar.OptionThrottle(100*time.Millisecond),
			progressbar.OptionClearOnFinish(),
			progressbar.OptionFullWidth(),
		)
	}
	p.bar.ChangeMax(p.all)
	_ = p.bar.Set(p.done) // only the drawing can fail
}

// end takes the bar off the screen.
func (p *progress) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar != nil {
		_ = p.bar.Clear()
	}
}
