package pgtest

import (
	"context"
	"fmt"
	"net/url"
	"path/filepath"
	"time"
)

// Standby copies the cluster and starts the copy as its hot standby. From then on a
// commit here is answered only when it is safe there too. The standby ends with the
// cluster's Close.
func (c *Cluster) Standby(ctx context.Context) (*Cluster, error) {
	c.mu.Lock()
	c.standbys++
	name := fmt.Sprint("standby", c.standbys)
	c.mu.Unlock()
	s, err := c.place.server(c.bin, name, c.options)
	if err != nil {
		return nil, err
	}
	from := fmt.Sprintf("host=%s port=%d user=%s application_name=%s", c.home, c.port, superuser, name)
	err = c.place.run(ctx, s.home, filepath.Join(c.bin, "pg_basebackup"),
		"-D", s.data(), "-d", from, "-R", "-X", "stream", "-c", "fast", "--no-sync")
	if err != nil {
		return nil, err
	}
	if err := s.start(ctx); err != nil {
		return nil, err
	}
	c.mu.Lock()
	c.behind = append(c.behind, s)
	c.mu.Unlock()
	return s, c.waitFor(ctx)
}

// waitFor makes the cluster wait for its standbys, and itself waits until it does.
func (c *Cluster) waitFor(ctx context.Context) error {
	for _, sql := range []string{"ALTER SYSTEM SET synchronous_standby_names = '*'", "SELECT pg_reload_conf()"} {
		if err := query(ctx, c.DSN(), sql, nil); err != nil {
			return err
		}
	}
	return c.until(ctx, "SELECT EXISTS (SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync' AND state = 'streaming')")
}

// until asks the server until the answer is true.
func (c *Cluster) until(ctx context.Context, sql string) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		var is bool
		if err := query(ctx, c.DSN(), sql, []any{&is}); err != nil || is {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("pgtest: waiting for %s: %w\n%s", sql, ctx.Err(), c.Log())
		case <-time.After(2 * time.Millisecond):
		}
	}
}

// Promote makes a standby a server of its own that takes writes. It returns when it
// does. The server that it followed must not be running, or there are two.
func (c *Cluster) Promote(ctx context.Context) error {
	if err := query(ctx, c.DSN(), "SELECT pg_promote(wait => false)", nil); err != nil {
		return err
	}
	return c.until(ctx, "SELECT NOT pg_is_in_recovery()")
}

// Failover returns an address of a database of the cluster and of one that may take
// over: a client connects to whichever takes writes.
func (c *Cluster) Failover(standby *Cluster, database string) string {
	q := url.Values{
		"host": {c.home + "," + standby.home}, "port": {fmt.Sprintf("%d,%d", c.port, standby.port)},
		"user": {superuser}, "sslmode": {"disable"}, "target_session_attrs": {"read-write"},
	}
	return "postgres:///" + url.PathEscape(database) + "?" + q.Encode()
}
