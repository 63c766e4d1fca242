package sim

import (
	"context"
	"time"
)

// deadline is the context of one command. It ends when the simulation says so, which
// the callee finds by Err: nobody waits for it on a channel, since a select between
// that and a timer would be decided by chance.
type deadline struct{ err error }

func (*deadline) Deadline() (time.Time, bool) { return time.Time{}, false }
func (*deadline) Done() <-chan struct{}       { return nil }
func (d *deadline) Err() error                { return d.err }
func (*deadline) Value(any) any               { return nil }

func (d *deadline) cancel() { d.err = context.Canceled }
