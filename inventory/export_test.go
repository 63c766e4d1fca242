package inventory

// Waiting returns for how many SKUs the next shared read is asked.
func (c *Cache) Waiting() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.next == nil {
		return 0
	}
	return len(c.next.skus)
}
