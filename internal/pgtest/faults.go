package pgtest

import (
	"context"
	"errors"
	"net"
	"sync"
)

// Mode is where in a socket operation a connection is cut.
type Mode int

// The modes. The first three fit a write, the last a read.
const (
	BeforeWrite Mode = iota // nothing of it is sent
	HalfWrite               // the first half is sent
	AfterWrite              // all is sent, and the writer does not learn of the cut
	OnRead                  // the answer has arrived and is not handed over
)

func (m Mode) String() string {
	return [...]string{"before write", "half a write", "after write", "on read"}[m]
}

// fits reports whether the mode is one of a write, or of a read.
func (m Mode) fits(write bool) bool { return write == (m != OnRead) }

// Cut is a point at which a connection may be cut: an operation, counted from 0, and
// where in it.
type Cut struct {
	At   int
	Mode Mode
}

// ErrCut is what an operation ends with at which the connection is cut, within a
// [net.OpError].
var ErrCut = errors.New("the connection was cut")

// Faults cuts connections. Its Dial goes into a configuration of pgx, as
// ConnConfig.DialFunc. A sweep counts the operations of a command once and then runs
// it again for each cut:
//
//	faults.Watch()
//	run()
//	for _, cut := range faults.Cuts() {
//		faults.Arm(cut)
//		run()
//	}
//
// Only one connection is cut, once: those beside it live on, and those dialled later.
// The zero value is ready.
type Faults struct {
	mu       sync.Mutex
	watching bool
	writes   []bool // of each operation, whether it is a write
	cut      *Cut   // nil when there is none or it was done
	fired    bool
}

// Dial connects as a [net.Dialer] does.
func (f *Faults) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return &faultyConn{Conn: conn, faults: f}, nil
}

// Watch begins to count operations from 0, of all connections together.
func (f *Faults) Watch() { f.begin(nil) }

// Arm begins to count too, and cuts at the point, or, where that operation turns out
// to be of the other kind, at the next that fits.
func (f *Faults) Arm(cut Cut) { f.begin(&cut) }

func (f *Faults) begin(cut *Cut) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.watching, f.writes, f.cut, f.fired = true, nil, cut, false
}

// Rest ends the counting: from now on no operation counts and none is cut. It returns
// whether one was.
func (f *Faults) Rest() (fired bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.watching, f.cut = false, nil
	return f.fired
}

// Cuts lists the points of the operations that were counted: three for a write, one
// for a read.
func (f *Faults) Cuts() (cuts []Cut) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for at, write := range f.writes {
		for mode := BeforeWrite; mode <= OnRead; mode++ {
			if mode.fits(write) {
				cuts = append(cuts, Cut{at, mode})
			}
		}
	}
	return cuts
}

// next counts an operation and says whether and how it is cut.
func (f *Faults) next(write bool) (mode Mode, cut bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.watching {
		return 0, false
	}
	at := len(f.writes)
	f.writes = append(f.writes, write)
	if f.cut == nil || at < f.cut.At || !f.cut.Mode.fits(write) {
		return 0, false
	}
	mode, f.cut, f.fired = f.cut.Mode, nil, true
	return mode, true
}

// faultyConn is a connection that can be cut.
type faultyConn struct {
	net.Conn
	faults *Faults
}

func (c *faultyConn) Write(p []byte) (n int, err error) {
	mode, cut := c.faults.next(true)
	if !cut {
		return c.Conn.Write(p)
	}
	switch mode {
	case HalfWrite:
		n, _ = c.Conn.Write(p[:len(p)/2])
	case AfterWrite:
		n, err = c.Conn.Write(p)
		return n, errors.Join(err, c.Close())
	}
	return n, c.lost("write")
}

func (c *faultyConn) Read(p []byte) (int, error) {
	if _, cut := c.faults.next(false); !cut {
		return c.Conn.Read(p)
	}
	if _, err := c.Conn.Read(p); err != nil {
		return 0, err
	}
	clear(p)
	return 0, c.lost("read")
}

// lost closes the connection and says so as the net package would.
func (c *faultyConn) lost(op string) error {
	_ = c.Close()
	remote := c.RemoteAddr()
	return &net.OpError{Op: op, Net: remote.Network(), Addr: remote, Err: ErrCut}
}
