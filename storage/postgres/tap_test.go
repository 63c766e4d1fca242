package postgres_test

import (
	"context"
	"encoding/binary"
	"net"
	"slices"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgproto3"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/storage/postgres"
)

// tap listens on the wire between a store and its server: nothing that is sent or
// answered passes it by, whichever way the store takes.
type tap struct {
	mu    sync.Mutex
	trips []*trip
}

// trip is what a client says before it waits for an answer, and the answer.
type trip struct {
	statements []sent
	prepared   int      // statements that were only prepared
	tags       []string // of the statements that succeeded
	codes      []string // of those that failed
}

// sent is a statement with its parameters, as they were on the wire.
type sent struct {
	sql  string
	args [][]byte
}

// tapped opens a store whose wire is listened to.
func tapped(t testing.TB, dsn string, change func(*postgres.Options)) (*postgres.Store, *tap) {
	t.Helper()
	config, err := pgxpool.ParseConfig(dsn)
	require.NoError(t, err)
	w := &tap{}
	config.ConnConfig.DialFunc = w.dial
	s, err := postgres.OpenConfig(t.Context(), config, relaxed(change))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s, w
}

// reset forgets what was heard so far.
func (w *tap) reset() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.trips = nil
}

// heard returns the trips since the last reset.
func (w *tap) heard() []*trip {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.trips)
}

// statements returns what was sent to be run since the last reset.
func (w *tap) statements() (list []sent) {
	for _, trip := range w.heard() {
		list = append(list, trip.statements...)
	}
	return list
}

func (w *tap) dial(ctx context.Context, network, address string) (net.Conn, error) {
	c, err := new(net.Dialer).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return &tappedConn{Conn: c, tap: w, sql: map[string]string{}}, nil
}

type tappedConn struct {
	net.Conn
	tap     *tap
	started bool
	out, in []byte
	sql     map[string]string // of prepared statements
	bound   sent
	saying  *trip
	waiting []*trip
}

func (c *tappedConn) Write(p []byte) (int, error) {
	c.tap.mu.Lock()
	c.out = append(c.out, p...)
	if !c.started && len(c.out) >= 4 {
		if n := int(binary.BigEndian.Uint32(c.out)); len(c.out) >= n {
			c.out, c.started = c.out[n:], true
		}
	}
	if c.started {
		c.out = messages(c.out, c.said)
	}
	c.tap.mu.Unlock()
	return c.Conn.Write(p)
}

func (c *tappedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.tap.mu.Lock()
	defer c.tap.mu.Unlock()
	c.in = messages(append(c.in, p[:n]...), c.answered)
	return n, err
}

// messages calls fn with each whole message and returns the rest.
func messages(data []byte, fn func(kind byte, body []byte)) []byte {
	for len(data) >= 5 {
		n := 1 + int(binary.BigEndian.Uint32(data[1:]))
		if len(data) < n {
			break
		}
		fn(data[0], data[5:n])
		data = data[n:]
	}
	return data
}

func (c *tappedConn) said(kind byte, body []byte) {
	if c.saying == nil {
		c.saying = &trip{}
	}
	switch kind {
	case 'P':
		var m pgproto3.Parse
		if m.Decode(body) == nil {
			c.sql[m.Name] = m.Query
			if m.Name != "" {
				c.saying.prepared++
			}
		}
	case 'B':
		var m pgproto3.Bind
		if m.Decode(body) == nil {
			c.bound = sent{sql: c.sql[m.PreparedStatement]}
			for _, arg := range m.Parameters {
				c.bound.args = append(c.bound.args, slices.Clone(arg))
			}
		}
	case 'E':
		c.saying.statements = append(c.saying.statements, c.bound)
	case 'Q':
		c.saying.statements = append(c.saying.statements, sent{sql: string(body[:len(body)-1])})
		c.ends()
	case 'S':
		c.ends()
	}
}

func (c *tappedConn) ends() {
	c.tap.trips = append(c.tap.trips, c.saying)
	c.waiting = append(c.waiting, c.saying)
	c.saying = nil
}

func (c *tappedConn) answered(kind byte, body []byte) {
	if len(c.waiting) == 0 {
		return
	}
	current := c.waiting[0]
	switch kind {
	case 'C':
		current.tags = append(current.tags, string(body[:len(body)-1]))
	case 'E':
		var m pgproto3.ErrorResponse
		if m.Decode(body) == nil {
			current.codes = append(current.codes, m.Code)
		}
	case 'Z':
		c.waiting = c.waiting[1:]
	}
}
