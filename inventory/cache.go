package inventory

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"
)

// cacheFor is how long a [Cache] answers without asking again, and cacheSKUs how
// many items it remembers.
const (
	cacheFor  = 3 * time.Second
	cacheSKUs = 20_000
)

// Cache remembers for three seconds what was read of stock, for the busiest command
// there is: allocating an order. It may be wrong, and that is safe for a promise,
// since the write itself refuses what is not there: whoever is refused, or would
// refuse or backorder by what the cache says, reads anew with [ReadStock] and
// decides again. It must not be used in a transaction of the host's.
//
// The zero Cache is ready. It is safe for concurrent use and never holds its lock
// while reading.
type Cache struct {
	mu             sync.Mutex
	bySKU          map[string]remembered
	locations      []Location
	locationsUntil time.Time
	reading, next  *shared
}

type remembered struct {
	item   *Item // nil: not registered
	levels []Level
	until  time.Time
}

// Stock returns the stock of the SKUs as it was at most three seconds before now, or as
// it is. Carts' holds are not in it: where an item has any, it is read anew. Callers who
// have to read at the same time share a read.
func (c *Cache) Stock(ctx context.Context, r Reader, skus []string, now time.Time) (Stock, error) {
	skus = uniqueSKUs(skus)
	if stock, ok := c.recall(skus, now); ok {
		return stock, nil
	}
	if stock, ok := c.share(ctx, r, skus, now); ok {
		return stock, nil
	}
	stock, err := ReadStock(ctx, r, skus, "", now)
	if err != nil {
		return Stock{}, err
	}
	c.remember(skus, stock, now)
	return stock, nil
}

// sharedSKUs is how many items callers read together at most.
const sharedSKUs = 100

// shared is a read for several callers.
type shared struct {
	skus  []string
	begin chan struct{} // closed when its first caller may read
	done  chan struct{} // closed when it has
	stock Stock
	err   error
}

// share reads together with whoever else has to. While a read is under way, those who
// come wait for the next one, so that nobody is told what was read before he asked. It
// reports whether that worked: where it did not, such as when the first caller's context
// ended, each reads for himself.
func (c *Cache) share(ctx context.Context, r Reader, skus []string, now time.Time) (Stock, bool) {
	s, first := c.join(skus)
	if s == nil {
		return Stock{}, false
	}
	if !first {
		select {
		case <-s.done:
			return s.stock.of(skus), s.err == nil
		case <-ctx.Done():
			return Stock{}, false
		}
	}
	defer c.pass(s)
	select {
	case <-s.begin:
	case <-ctx.Done():
		s.err = ctx.Err()
		return Stock{}, false
	}
	c.mu.Lock()
	all := uniqueSKUs(s.skus) // nobody joins a read that has begun
	c.mu.Unlock()
	within, cancel := context.WithTimeout(ctx, sharedFor)
	defer cancel()
	s.err = errGone // unless the read comes back
	s.stock, s.err = ReadStock(within, r, all, "", now)
	if s.err == nil {
		c.remember(all, s.stock, now)
	}
	return s.stock.of(skus), s.err == nil
}

// sharedFor bounds a read that others wait for.
const sharedFor = 5 * time.Second

// errGone is the outcome of a read whose caller never came back from it.
var errGone = errors.New("inventory: the caller who was reading is gone")

// pass ends a read and lets the next one begin, whatever became of this one.
func (c *Cache) pass(s *shared) {
	c.mu.Lock()
	switch s {
	case c.next: // given up before it could begin
		c.next = nil
	case c.reading:
		if c.reading = c.next; c.reading != nil {
			close(c.reading.begin)
		}
		c.next = nil
	}
	c.mu.Unlock()
	close(s.done)
}

// of returns the part of a stock that is about some of its SKUs.
func (s Stock) of(skus []string) Stock {
	part := Stock{Locations: s.Locations, Items: make([]Item, 0, len(skus)), Levels: make([]Level, 0, len(skus))}
	for _, sku := range skus {
		if item := FindItem(s.Items, sku); item != nil {
			part.Items = append(part.Items, *item)
		}
		part.Levels = append(part.Levels, levelsOf(s.Levels, sku)...)
	}
	for i := range s.Expired {
		if slices.Contains(skus, s.Expired[i].SKU) {
			part.Expired = append(part.Expired, s.Expired[i])
		}
	}
	return part
}

// join returns the read that a caller takes part in, and whether he is to do it; nil
// when there is none that has room for him.
func (c *Cache) join(skus []string) (s *shared, first bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.reading == nil:
		c.reading = &shared{skus: skus, begin: make(chan struct{}), done: make(chan struct{})}
		close(c.reading.begin)
		return c.reading, true
	case c.next == nil:
		c.next = &shared{skus: slices.Clone(skus), begin: make(chan struct{}), done: make(chan struct{})}
		return c.next, true
	case len(c.next.skus)+len(skus) <= sharedSKUs:
		c.next.skus = append(c.next.skus, skus...)
		return c.next, false
	default:
		return nil, false
	}
}

// recall puts the stock together from memory; it is false when a part is missing,
// too old, or under holds.
func (c *Cache) recall(skus []string, now time.Time) (Stock, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(skus) == 0 || !now.Before(c.locationsUntil) {
		return Stock{}, false
	}
	s := Stock{Items: make([]Item, 0, len(skus)), Levels: make([]Level, 0, len(skus)), Locations: c.locations}
	for _, sku := range skus {
		known, ok := c.bySKU[sku]
		if !ok || !now.Before(known.until) || known.item == nil {
			return Stock{}, false
		}
		for i := range known.levels {
			if known.levels[i].Reserved.Sign() > 0 {
				return Stock{}, false
			}
		}
		s.Items = append(s.Items, *known.item)
		s.Levels = append(s.Levels, known.levels...)
	}
	return s, true
}

func (c *Cache) remember(skus []string, s Stock, now time.Time) {
	until := now.Add(cacheFor)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.bySKU == nil || len(c.bySKU)+len(skus) > cacheSKUs {
		c.bySKU = make(map[string]remembered)
	}
	c.locations, c.locationsUntil = s.Locations, until
	for _, sku := range skus {
		c.bySKU[sku] = remembered{item: FindItem(s.Items, sku), levels: levelsOf(s.Levels, sku), until: until}
	}
}

// Forget drops what is remembered of the SKUs: after the write has refused a
// promise on them.
func (c *Cache) Forget(skus []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, sku := range skus {
		delete(c.bySKU, sku)
	}
}
