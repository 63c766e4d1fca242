package inventory

import (
	"context"
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
}

type remembered struct {
	item   *Item // nil: not registered
	levels []Level
	until  time.Time
}

// Stock returns the stock of the SKUs as it was at most three seconds before now, or as
// it is. Carts' holds are not in it: where an item has any, it is read anew.
func (c *Cache) Stock(ctx context.Context, r Reader, skus []string, now time.Time) (Stock, error) {
	skus = uniqueSKUs(skus)
	if stock, ok := c.recall(skus, now); ok {
		return stock, nil
	}
	stock, err := ReadStock(ctx, r, skus, "", now)
	if err != nil {
		return Stock{}, err
	}
	c.remember(skus, stock, now)
	return stock, nil
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
