package pgtest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// Options say what a cluster shall be like. The zero value is a durable server on a
// socket.
type Options struct {
	// NoFsync turns fsync off: much faster, for what does not test durability.
	NoFsync bool
	// Loopback lets the server listen on a free port of 127.0.0.1 too.
	Loopback bool
	// Settings are further lines of postgresql.conf; they win over those made here.
	Settings map[string]string
}

// Cluster is a throw-away server. Its methods may be called by several goroutines.
type Cluster struct {
	bin     string
	place   *place
	home    string // the server's folder: data, the socket and the log
	options Options
	port    int // of the socket and of the loopback

	mu       sync.Mutex
	server   *program      // nil while it is not running
	spent    time.Duration // by servers that have ended
	standbys int
	poolers  []*Pooler
	behind   []*Cluster
}

// superuser owns the cluster and every connection that is made here.
const superuser = "postgres"

// Start makes a cluster and starts it. It returns when the server answers.
func Start(ctx context.Context, options Options) (*Cluster, error) {
	bin, err := Find()
	if err != nil {
		return nil, err
	}
	place, err := newPlace()
	if err != nil {
		return nil, err
	}
	c, err := place.server(bin, "main", options)
	if err == nil {
		err = c.place.run(ctx, c.home, filepath.Join(bin, "initdb"), "-D", c.data(), "-U", superuser,
			"-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions")
	}
	if err == nil {
		err = c.start(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, place.remove())
	}
	return c, nil
}

// server returns a server of the place that has no data yet.
func (p *place) server(bin, name string, options Options) (*Cluster, error) {
	home, err := p.folder(name)
	return &Cluster{bin: bin, place: p, home: home, options: options, port: 5432}, err
}

func (c *Cluster) data() string { return filepath.Join(c.home, "data") }
func (c *Cluster) log() string  { return filepath.Join(c.home, "log") }

// DSN returns the address of the database postgres.
func (c *Cluster) DSN() string { return c.of(superuser) }

// of returns the address of a database by the server's socket.
func (c *Cluster) of(database string) string { return dsn(database, c.home, c.port) }

// Loopback returns the address of a database by TCP. The cluster must have been
// started with Options.Loopback.
func (c *Cluster) Loopback(database string) string { return dsn(database, "127.0.0.1", c.port) }

// dsn writes an address. The host is a query parameter, so that it may be a folder.
func dsn(database, host string, port int) string {
	q := url.Values{"host": {host}, "port": {strconv.Itoa(port)}, "user": {superuser}, "sslmode": {"disable"}}
	return "postgres:///" + url.PathEscape(database) + "?" + q.Encode()
}

// start starts the server on the data as they are.
func (c *Cluster) start(ctx context.Context) (err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for range 3 { // another process may take the port between its choice and its use
		if err = c.tryStart(ctx); err == nil || !c.options.Loopback || !strings.Contains(err.Error(), "Address already in use") {
			return err
		}
		c.port = 0
	}
	return err
}

func (c *Cluster) tryStart(ctx context.Context) error {
	if c.options.Loopback && (c.port == 0 || c.port == 5432) {
		port, err := freePort()
		if err != nil {
			return err
		}
		c.port = port
	}
	if err := c.configure(); err != nil {
		return err
	}
	server, err := c.place.start(c.home, filepath.Join(c.bin, "postgres"), "-D", c.data())
	if err != nil {
		return err
	}
	c.server = server
	if err := c.answers(ctx); err != nil {
		return errors.Join(err, c.end(kill))
	}
	return nil
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("pgtest: looking for a free port: %w", err)
	}
	return l.Addr().(*net.TCPAddr).Port, l.Close()
}

// answers waits until the server takes connections.
func (c *Cluster) answers(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	return c.server.ready(ctx, func() error { return query(ctx, c.DSN(), "SELECT 1", nil) })
}

// Stop ends the server the quick way that loses nothing: open transactions are
// rolled back, connections closed. The data stay for Restart.
func (c *Cluster) Stop() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.end(fast)
}

// Kill ends the server and everything that works for it as a power cut would end
// the processes: none of them does another thing. The data stay for Restart.
func (c *Cluster) Kill() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.end(kill)
}

// end is called with the lock.
func (c *Cluster) end(how ending) error {
	if c.server == nil {
		return nil
	}
	used, err := c.server.end(how)
	c.server = nil
	c.spent += used
	return err
}

// Restart starts the server on the same data and address, however it ended. One that
// still runs is stopped before. It returns when the server answers.
func (c *Cluster) Restart(ctx context.Context) error {
	if err := c.Stop(); err != nil {
		return err
	}
	return c.start(ctx)
}

// Close ends the server with its standbys and poolers and removes their folder.
func (c *Cluster) Close() error {
	c.mu.Lock()
	poolers, standbys := c.poolers, c.behind
	c.poolers, c.behind = nil, nil
	c.mu.Unlock()
	var errs []error
	for _, p := range poolers {
		errs = append(errs, p.Stop())
	}
	for _, standby := range standbys {
		errs = append(errs, standby.Kill())
	}
	errs = append(errs, c.Kill(), c.place.remove())
	return errors.Join(errs...)
}

// Log returns the end of what the server has logged.
func (c *Cluster) Log() string { return tail(c.log()) }

// tail returns the last kilobytes of a file, and "" for one that cannot be read.
func tail(path string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	const enough = 8192
	if len(text) > enough {
		text = text[len(text)-enough:]
	}
	return string(text)
}

// query runs a statement on a connection of its own and reads the only row into the
// targets, of which there may be none.
func query(ctx context.Context, dsn, sql string, into []any) (err error) {
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	if len(into) > 0 {
		err = conn.QueryRow(ctx, sql).Scan(into...)
	} else {
		_, err = conn.Exec(ctx, sql)
	}
	if err != nil {
		return fmt.Errorf("pgtest: %s: %w", sql, err)
	}
	return nil
}
