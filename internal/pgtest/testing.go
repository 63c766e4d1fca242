package pgtest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
)

// Environment variables that say which server tests run on.
const (
	// Given is the address of a running server. Tests make databases there and drop them.
	Given = "OMS_TEST_POSTGRES"
	// Required, when it is not empty, or CI, makes tests fail that find no PostgreSQL.
	Required = "OMS_REQUIRE_POSTGRES"
)

// shared is the server of the test program.
var shared server

// server is where tests get their databases: a cluster that is started for the first
// of them, or one that runs anyway.
type server struct {
	mu        sync.Mutex
	address   string // of a database that is always there; "" before the first test
	cluster   *Cluster
	templates map[string]string // databases by the name of what they were prepared for
}

// New makes an empty database for the test and returns its address. It is dropped
// after the test. Without PostgreSQL the test is skipped, or fails where PostgreSQL
// is required.
func New(t testing.TB) (dsn string) {
	t.Helper()
	return Prepared(t, "", nil)
}

// Prepared is New for a database that is a copy of one which prepare has made ready,
// once per test program and name: a schema, for example. Nothing may be connected to
// that one when prepare has returned.
func Prepared(t testing.TB, name string, prepare func(ctx context.Context, dsn string) error) (dsn string) {
	t.Helper()
	ctx := context.Background() // the test's own ends before its clean-up
	dsn, drop, err := shared.database(ctx, name, prepare)
	if errors.Is(err, ErrNotFound) {
		absent(t, err, os.Getenv)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := drop(ctx); err != nil {
			t.Error(err)
		}
		if c := shared.cluster; c != nil && t.Failed() {
			t.Logf("the end of the server's log:\n%s", c.Log())
		}
	})
	return dsn
}

// absent skips the test, or fails it where skipping would go unnoticed.
func absent(t testing.TB, err error, env func(string) string) {
	t.Helper()
	if env("CI") != "" || env(Required) != "" {
		t.Fatalf("%v; it is required here, by CI or %s", err, Required)
		return
	}
	t.Skipf("skipped: %v, name a running server in %s, or run make postgres", err, Given)
}

// Main runs the tests of a program, as its TestMain: os.Exit(pgtest.Main(m)). What
// New and Prepared have made is gone afterwards.
func Main(m *testing.M) (code int) {
	code = m.Run()
	if err := shared.close(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return max(code, 1)
	}
	return code
}

// database makes a database and returns what drops it.
func (s *server) database(ctx context.Context, name string, prepare func(context.Context, string) error) (string, func(context.Context) error, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.open(ctx); err != nil {
		return "", nil, err
	}
	template, err := s.template(ctx, name, prepare)
	if err != nil {
		return "", nil, err
	}
	made, dsn, err := s.create(ctx, template)
	return dsn, func(ctx context.Context) error { return dropDatabase(ctx, s.address, made) }, err
}

// open starts the cluster, for the first test.
func (s *server) open(ctx context.Context) error {
	if s.address != "" {
		return nil
	}
	if s.address = os.Getenv(Given); s.address != "" {
		return nil
	}
	c, err := Start(ctx, Options{NoFsync: true})
	if err != nil {
		return err
	}
	s.cluster, s.address = c, c.DSN()
	return nil
}

// template returns the database that was prepared under a name, and prepares it for
// the first test that asks.
func (s *server) template(ctx context.Context, name string, prepare func(context.Context, string) error) (string, error) {
	if prepare == nil {
		return "", nil
	}
	if made, ok := s.templates[name]; ok {
		return made, nil
	}
	made, dsn, err := s.create(ctx, "")
	if err != nil {
		return "", err
	}
	if s.templates == nil {
		s.templates = map[string]string{}
	}
	if err := prepare(ctx, dsn); err != nil {
		return "", errors.Join(fmt.Errorf("pgtest: preparing %q: %w", name, err), dropDatabase(ctx, s.address, made))
	}
	s.templates[name] = made
	return made, nil
}

// create makes a database whose name no other process chooses.
func (s *server) create(ctx context.Context, template string) (name, dsn string, err error) {
	name = "oms_test_" + strings.ToLower(rand.Text()[:16])
	if dsn, err = otherDatabase(s.address, name); err != nil {
		return "", "", err
	}
	return name, dsn, createDatabase(ctx, s.address, name, template)
}

// otherDatabase returns an address of the same server, in the form it has.
func otherDatabase(address, name string) (string, error) {
	if _, err := pgx.ParseConfig(address); err != nil {
		return "", fmt.Errorf("pgtest: %s: %w", Given, err)
	}
	if !strings.Contains(address, "://") {
		return address + " dbname=" + name, nil // the last one counts
	}
	u, err := url.Parse(address)
	if err != nil {
		return "", fmt.Errorf("pgtest: %s: %w", Given, err)
	}
	u.Path = "/" + name
	return u.String(), nil
}

// close drops what the tests have left and ends the cluster.
func (s *server) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cluster != nil {
		return s.cluster.Close()
	}
	var errs []error
	for _, made := range s.templates {
		errs = append(errs, dropDatabase(context.Background(), s.address, made))
	}
	return errors.Join(errs...)
}
