package demo

import (
	"encoding/binary"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/google/uuid"
)

// clock is the time of the demo, and its source of ids. It moves when it is told
// to, and a microsecond with every look, so that no two events are at one time.
type clock struct {
	mu   sync.Mutex
	now  time.Time
	dice *rand.Rand
	last uint64 // first half of the last id
}

func newClock(start time.Time, seed uint64) *clock {
	return &clock{now: start, dice: rand.New(rand.NewPCG(seed, idStream))}
}

// The streams of chance that one seed gives: what happens does not depend on how
// many ids it takes.
const (
	idStream = iota + 1
	lifeStream
)

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(time.Microsecond)
	return c.now
}

// to moves the clock ahead; it never goes back.
func (c *clock) to(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if t.After(c.now) {
		c.now = t
	}
}

// NewID returns a UUIDv7 of the demo's time: milliseconds, then chance. The ids of
// one millisecond grow too.
func (c *clock) NewID() uuid.UUID {
	c.mu.Lock()
	defer c.mu.Unlock()
	first := uint64(c.now.UnixMilli())<<16 | 0x7000 | c.dice.Uint64N(1<<11)
	if first <= c.last {
		first = c.last + 1
		if first&0xf000 != 0x7000 { // the twelve bits are used up: the next millisecond
			first = (first>>16+1)<<16 | 0x7000
		}
	}
	c.last = first
	var id uuid.UUID
	binary.BigEndian.PutUint64(id[:8], first)
	binary.BigEndian.PutUint64(id[8:], c.dice.Uint64N(1<<62)|0b10<<62)
	return id
}
