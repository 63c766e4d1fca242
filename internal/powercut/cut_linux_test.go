package powercut_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/internal/powercut"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
	"github.com/go-oms/oms/storage"
)

// cuts is how many cuts there shall be of each kind; tests are skipped without.
func cuts(t *testing.T) int {
	t.Helper()
	text := os.Getenv("OMS_POWERCUT")
	if text == "" {
		t.Skip("OMS_POWERCUT is not set: the power is not cut")
	}
	n, err := strconv.Atoi(text)
	require.NoError(t, err, "OMS_POWERCUT is how many cuts there shall be")
	require.Zero(t, os.Getuid(), "mounting needs root")
	return n
}

// disk is a disk for one test.
func disk(t *testing.T, size int64) *powercut.Disk {
	t.Helper()
	folder, err := os.MkdirTemp("", "cut")
	require.NoError(t, err)
	require.NoError(t, os.Chmod(folder, 0o755)) // servers on it run as somebody else
	d, err := powercut.New(folder, size)
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, d.Unmount())
		require.NoError(t, os.RemoveAll(folder))
	})
	return d
}

// books is a store that is opened anew after each cut.
type books interface {
	storage.Store
	Migrate(context.Context) error
	Close() error
}

// The host whose power is cut is this test's own program, told by these variables what
// to work with.
const (
	hostStore = "OMS_POWERCUT_STORE" // a kind of store, a blank, and what it is opened with
	hostName  = "OMS_POWERCUT_NAME"  // before the numbers of its carts
)

// TestHostProcess is the host.
func TestHostProcess(t *testing.T) {
	with := os.Getenv(hostStore)
	if with == "" {
		t.Skip("it is started by the other tests")
	}
	store, err := openStore(context.Background(), with)
	require.NoError(t, err)
	shop := shopOn(t, store)
	out := bufio.NewWriter(os.Stdout)
	var mu sync.Mutex
	for clerk := range 6 {
		go func() {
			for n := 0; ; n++ {
				cart := fmt.Sprintf("%s-%d-%d", os.Getenv(hostName), clerk, n)
				if _, err := shop.Place(context.Background(), oms.Cart{CartID: cart, Lines: []oms.CartLine{{SKU: "TEE", Quantity: quantity.Of(1)}}}); err != nil {
					continue // the power is gone
				}
				mu.Lock()
				fmt.Fprintln(out, "placed", cart)
				out.Flush()
				mu.Unlock()
			}
		}()
	}
	time.Sleep(time.Hour)
}

func shopOn(t *testing.T, store storage.Store) *oms.Client {
	t.Helper()
	shop, err := oms.New(oms.Config{Store: store, Prices: order.PriceList{"TEE": money.MustParse("19.90 EUR")}})
	require.NoError(t, err)
	return shop
}

// lost is what one cut has cost.
type lost struct {
	acknowledged, orders int
	gone                 []string // carts whose orders had been acknowledged
	spoilt               string   // why the books cannot be read, or what Verify finds
}

// cut has a host place orders, cuts the power in the middle, and looks at what is there.
// Down ends the store's server after it, and up starts it again.
func cut(t *testing.T, d *powercut.Disk, n int, with string, down, up func()) (l lost) {
	t.Helper()
	program, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.Command(program, "-test.run=^TestHostProcess$")
	cmd.Env = append(os.Environ(), hostStore+"="+with, hostName+"="+fmt.Sprint("cut", n))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())

	var mu sync.Mutex
	var placed []string
	enough, ended := make(chan struct{}), make(chan struct{})
	after := 20 + rand.IntN(200)
	go func() {
		defer close(ended)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if what, cart, _ := strings.Cut(lines.Text(), " "); what == "placed" {
				mu.Lock()
				placed = append(placed, cart)
				if len(placed) == after {
					close(enough)
				}
				mu.Unlock()
			}
		}
	}()
	select {
	case <-enough:
	case <-time.After(2 * time.Minute):
		_ = cmd.Process.Kill()
		<-ended
		t.Fatalf("after two minutes there are %d orders of %d", len(placed), after)
	}
	// What was acknowledged before the cut begins was on the disk; of the rest nobody knows.
	mu.Lock()
	acknowledged := placed[:len(placed):len(placed)]
	mu.Unlock()
	require.NoError(t, d.Cut())
	require.NoError(t, cmd.Process.Kill())
	<-ended
	require.Error(t, cmd.Wait())
	down()
	require.NoError(t, d.Unmount())
	require.NoError(t, d.Mount())
	up()

	l.acknowledged = len(acknowledged)
	store, err := openStore(t.Context(), with)
	if err != nil {
		l.spoilt = err.Error()
		return l
	}
	defer func() { require.NoError(t, store.Close()) }()
	shop := shopOn(t, store)
	there := map[string]bool{}
	for o, err := range shop.Orders(t.Context(), order.Filter{}) {
		if err != nil {
			l.spoilt = err.Error()
			return l
		}
		there[o.CartID] = true
	}
	l.orders = len(there)
	for _, cart := range acknowledged {
		if !there[cart] {
			l.gone = append(l.gone, cart)
		}
	}
	report, err := shop.Verify(t.Context(), oms.VerifyOptions{})
	if err != nil {
		l.spoilt = err.Error()
	}
	for _, what := range report.Incomplete {
		l.spoilt = "not looked at: " + what
	}
	for _, v := range report.Violations {
		if !strings.HasPrefix(v.Check, "store.") { // what a weaker setting is told for
			l.spoilt = v.Check + ": " + v.Detail
		}
	}
	return l
}

// stocked makes new books with more shirts than anybody will order.
func stocked(t *testing.T, with string) {
	t.Helper()
	store, err := openStore(t.Context(), with)
	require.NoError(t, err)
	require.NoError(t, store.Migrate(t.Context()))
	require.NoError(t, shopOn(t, store).Inventory.Receive(t.Context(), inventory.Receipt{SKU: "TEE", Location: "main", Quantity: quantity.Of(1_000_000)}))
	require.NoError(t, store.Close())
}

// verdict holds what the cuts have cost against what they may.
func verdict(t *testing.T, durable bool, all []lost) {
	t.Helper()
	acknowledged, gone, spoilt := 0, 0, 0
	for _, l := range all {
		acknowledged += l.acknowledged
		gone += len(l.gone)
		if l.spoilt != "" {
			t.Log("spoilt: ", l.spoilt)
			spoilt++
		}
		if durable {
			require.Empty(t, l.gone)
			require.Empty(t, l.spoilt)
		}
	}
	t.Logf("%d cuts: %d orders acknowledged, %d of them lost, books spoilt %d times", len(all), acknowledged, gone, spoilt)
	require.NotZero(t, acknowledged)
	if !durable {
		require.NotZero(t, gone+spoilt, "a weak setting has lost nothing: the cuts prove nothing")
	}
}
