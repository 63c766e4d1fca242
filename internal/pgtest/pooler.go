package pgtest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Pooler is pgbouncer in front of a cluster, in transaction mode: a client has a
// server connection for as long as a transaction lasts, and a different one after.
type Pooler struct {
	home   string
	server *program
}

const poolerPort = 6432

// Pooler starts a pgbouncer. It refuses connections that set parameters which it
// does not know, apart from the ignored ones, which it drops. It ends with the
// cluster's Close.
func (c *Cluster) Pooler(ctx context.Context, ignored ...string) (*Pooler, error) {
	path, err := FindPooler()
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	home, err := c.place.folder(fmt.Sprint("pooler", len(c.poolers)+1))
	if err != nil {
		return nil, err
	}
	p := &Pooler{home: home}
	config, users := filepath.Join(home, "pgbouncer.ini"), filepath.Join(home, "users")
	text := strings.Join([]string{
		"[databases]",
		fmt.Sprintf("* = host=%s port=%d", c.home, c.port),
		"[pgbouncer]",
		"listen_addr =",
		fmt.Sprintf("listen_port = %d", poolerPort),
		"unix_socket_dir = " + home,
		"auth_type = trust",
		"auth_file = " + users,
		"admin_users = " + superuser,
		"pool_mode = transaction",
		"default_pool_size = 20",
		"max_client_conn = 400",
		"ignore_startup_parameters = " + strings.Join(append([]string{"extra_float_digits"}, ignored...), ","),
		"",
	}, "\n")
	for file, text := range map[string]string{config: text, users: `"` + superuser + `" ""` + "\n"} {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			return nil, fmt.Errorf("pgtest: %w", err)
		}
	}
	if p.server, err = c.place.start(home, path, config); err != nil {
		return nil, err
	}
	c.poolers = append(c.poolers, p)
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	return p, p.server.ready(ctx, func() error { return query(ctx, p.DSN(superuser), "SELECT 1", nil) })
}

// DSN returns the address of a database through the pooler.
func (p *Pooler) DSN(database string) string { return dsn(database, p.home, poolerPort) }

// Stop ends the pooler and all its connections.
func (p *Pooler) Stop() error {
	_, err := p.server.end(kill)
	return err
}
