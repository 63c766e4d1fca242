package bench

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/go-oms/oms/internal/pgtest"
)

// server is a PostgreSQL with databases of the bench's own in it. What else is
// there is not touched.
type server struct {
	dsn  string // of a database that is there already
	name string // what the names of all our databases begin with
	made []string
	cpu  func() (time.Duration, error) // of the server's processes; nil: not known
	stop func() error
}

// newServer starts a server, durable as PostgreSQL is by default, or finds the one
// that a DSN leads to.
func newServer(ctx context.Context, dsn string) (*server, error) {
	s := &server{dsn: dsn, name: "oms_bench_" + strings.ToLower(rand.Text()[:10]), stop: func() error { return nil }}
	if dsn == "" {
		cluster, err := pgtest.Start(ctx, pgtest.Options{})
		if err != nil {
			return nil, err
		}
		s.dsn, s.stop, s.cpu = cluster.DSN(), cluster.Close, cluster.CPU
		if _, err := cluster.CPU(); err != nil {
			s.cpu = nil
		}
	}
	return s, nil
}

// database makes a database and returns its DSN.
func (s *server) database(ctx context.Context, what string) (string, error) {
	name := s.name + "_" + what
	at := &pgCounter{dsn: s.dsn}
	if err := at.run(ctx, "CREATE DATABASE "+pgx.Identifier{name}.Sanitize()); err != nil {
		return "", fmt.Errorf("bench: the server must be reachable, and the role allowed to create databases: %w", err)
	}
	s.made = append(s.made, name)
	return withDatabase(s.dsn, name)
}

// close takes back everything that was made. The bench must have let go of it.
func (s *server) close(ctx context.Context) error {
	at := &pgCounter{dsn: s.dsn}
	var errs []error
	for _, name := range s.made {
		errs = append(errs, at.run(ctx, "DROP DATABASE "+pgx.Identifier{name}.Sanitize()+" WITH (FORCE)"))
	}
	return errors.Join(append(errs, s.stop())...)
}

// describe says what is measured: the version, and the settings that matter.
func (s *server) describe(ctx context.Context) (text string, err error) {
	at := &pgCounter{dsn: s.dsn}
	err = at.do(ctx, func(conn *pgx.Conn) error {
		return conn.QueryRow(ctx, `SELECT 'PostgreSQL ' || current_setting('server_version') || ', fsync ' || current_setting('fsync') ||
			', synchronous_commit ' || current_setting('synchronous_commit')`).Scan(&text)
	})
	return text, err
}

// withDatabase returns a DSN that leads to another database of the same server.
func withDatabase(dsn, name string) (string, error) {
	if !strings.HasPrefix(dsn, "postgres://") && !strings.HasPrefix(dsn, "postgresql://") {
		return dsn + " dbname=" + name, nil // the last one counts
	}
	u, err := url.Parse(dsn)
	if err != nil {
		return "", errors.New("bench: the DSN is not a URL")
	}
	q := u.Query()
	q.Del("dbname")
	q.Del("database")
	u.Path, u.RawPath, u.RawQuery = "/"+name, "", q.Encode()
	return u.String(), nil
}
