package pgtest

import "time"

// CPU returns the processor time that the server's processes have used since the
// cluster was started, of those that have ended too. It never goes back. Where the
// system does not say, it is an error.
func (c *Cluster) CPU() (time.Duration, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.server == nil {
		return c.spent, nil
	}
	used, err := cpu(c.server.cmd.Process.Pid)
	return c.spent + used, err
}
