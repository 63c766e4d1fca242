package sqlite_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/storage"
	"github.com/go-oms/oms/storage/sqlite"
	"github.com/go-oms/oms/storage/storagetest"
)

// A further process is this test's own program, told by these variables what to do.
const (
	childRole = "OMS_SQLITE_CHILD"
	childFile = "OMS_SQLITE_FILE"
)

func TestMain(m *testing.M) {
	if role := os.Getenv(childRole); role != "" {
		if err := child(role, os.Getenv(childFile)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func child(role, path string) error {
	ctx := context.Background()
	if statement, ok := strings.CutPrefix(role, "migrate "); ok {
		return killedMigration(ctx, statement, path)
	}
	s, err := sqlite.Open(ctx, path, nil)
	if err != nil {
		return err
	}
	if err := s.Migrate(ctx); err != nil {
		return err
	}
	if role == "forever" {
		return sellForever(ctx, s)
	}
	if err := sell(ctx, s, 2); err != nil {
		return err
	}
	return s.Close()
}

// process starts a further process.
func process(t *testing.T, role, path string) *exec.Cmd {
	t.Helper()
	program, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.Command(program)
	cmd.Env = append(os.Environ(), childRole+"="+role, childFile+"="+path)
	cmd.Stderr = os.Stderr
	return cmd
}

const (
	sellers = 2   // per process
	sold    = 100 // by each
)

// sell sells one unit after the other, each with a number of the common series,
// and repeats what failed for the moment.
func sell(ctx context.Context, s *sqlite.Store, process uint32) error {
	var wg sync.WaitGroup
	errs := make([]error, sellers)
	for seller := range sellers {
		wg.Go(func() {
			clerk := storagetest.NewClerk(process*100 + uint32(seller))
			for range sold {
				if errs[seller] = sellOne(ctx, s, clerk); errs[seller] != nil {
					return
				}
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

func sellOne(ctx context.Context, s *sqlite.Store, clerk *storagetest.Clerk) error {
	var n int64
	err := patiently(func() (err error) {
		n, err = s.Numbers(ctx, "orders", 1)
		return err
	})
	if err != nil {
		return err
	}
	_, b := storagetest.PlacedOrder(clerk.Command("order.place"), fmt.Sprint("S", n), storagetest.Line{SKU: "TEE"})
	return patiently(func() error {
		if err := s.Commit(ctx, b); !errors.As(err, new(*event.Replay)) {
			return err
		}
		return nil
	})
}

// patiently repeats what fails for the moment and nothing else.
func patiently(try func() error) (err error) {
	for range 20 {
		if err = try(); fault.KindOf(err) != fault.Transient {
			return err
		}
	}
	return err
}

func TestTwoProcessesOnOneFile(t *testing.T) {
	ctx := t.Context()
	path := filepath.Join(t.TempDir(), "shop.db")
	s, err := sqlite.Open(ctx, path, nil)
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	other := process(t, "sell", path) // migrates too, at the same time
	require.NoError(t, s.Migrate(ctx))
	require.NoError(t, s.Commit(ctx, storagetest.NewClerk(1).Receive("TEE", storagetest.Main, 1_000_000)))
	require.NoError(t, other.Start())
	require.NoError(t, sell(ctx, s, 1))
	require.NoError(t, other.Wait(), "the other process met no error either")

	const all = 2 * sellers * sold
	require.Equal(t, fmt.Sprint(all), allocated(t, s, "TEE"), "no update was lost")
	got := numbers(t, s)
	slices.Sort(got)
	require.Len(t, slices.Compact(got), all)
	n, err := s.Numbers(ctx, "orders", 1)
	require.NoError(t, err)
	require.EqualValues(t, all+1, n)

	seen := map[int64]bool{}
	var last int64
	for e, err := range s.Stream(ctx, 0, 0) {
		require.NoError(t, err)
		require.Greater(t, e.Position, last)
		require.False(t, seen[e.Position])
		seen[e.Position], last = true, e.Position
	}
	require.Len(t, seen, all+1)
	require.NoError(t, s.Snapshot(ctx, func(b storage.Books) error {
		n := 0
		for _, err := range b.AllMoves(ctx) {
			require.NoError(t, err)
			n++
		}
		require.Equal(t, all+1, n)
		return nil
	}))
}

// sellForever prints the id of every order that was acknowledged.
func sellForever(ctx context.Context, s *sqlite.Store) error {
	var mu sync.Mutex
	var wg sync.WaitGroup
	for seller := range 8 {
		wg.Go(func() {
			clerk := storagetest.NewClerk(uint32(1000 + seller))
			for {
				o, b := clerk.Place(storagetest.Line{SKU: "TEE"}, storagetest.Line{SKU: "MUG"})
				if err := s.Commit(ctx, b); err != nil {
					fmt.Fprintln(os.Stderr, err)
					return
				}
				mu.Lock()
				fmt.Println(o.ID)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return errors.New("the sellers gave up")
}

func TestKilledInTheMiddle(t *testing.T) {
	ctx := t.Context()
	path := filepath.Join(t.TempDir(), "shop.db")
	s, err := sqlite.Open(ctx, path, nil)
	require.NoError(t, err)
	require.NoError(t, s.Migrate(ctx))
	clerk := storagetest.NewClerk(1)
	require.NoError(t, s.Commit(ctx, clerk.Receive("TEE", storagetest.Main, 1_000_000)))
	require.NoError(t, s.Commit(ctx, clerk.Receive("MUG", storagetest.Main, 1_000_000)))
	require.NoError(t, s.Close())

	cmd := process(t, "forever", path)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	var acknowledged []uuid.UUID
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		id, err := uuid.Parse(lines.Text())
		if err != nil {
			break // cut off in the middle of the last line
		}
		if acknowledged = append(acknowledged, id); len(acknowledged) == 500 {
			require.NoError(t, cmd.Process.Kill()) // and read on what it had said by then
		}
	}
	require.Error(t, cmd.Wait())
	require.GreaterOrEqual(t, len(acknowledged), 500)
	survived(t, path, acknowledged)
}

// survived opens what a killed process left behind.
func survived(t *testing.T, path string, acknowledged []uuid.UUID) {
	t.Helper()
	s, err := sqlite.Open(t.Context(), path, nil)
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	require.NotEmpty(t, acknowledged)
	for _, id := range acknowledged {
		o := orderOf(t, s, id)
		require.Len(t, o.Lines, 2)
		history, err := s.History(t.Context(), event.Order, id)
		require.NoError(t, err)
		require.Len(t, history, 1)
	}
	orders := len(numbers(t, s))
	require.Equal(t, fmt.Sprint(orders), allocated(t, s, "TEE"), "orders and stock agree")
	require.Equal(t, fmt.Sprint(orders), allocated(t, s, "MUG"))
	require.Equal(t, "ok", pragma(t, path, "PRAGMA integrity_check"))
}
