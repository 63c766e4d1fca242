package bench

import (
	"context"
	"fmt"
	"os"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/internal/pgtest"
)

// A further process is this test's own program, told so by this argument.
const workerArgument = "bench-worker"

func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == workerArgument {
		if err := Work(context.Background(), os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	code := pgtest.Main(m)
	if lasting.server != nil {
		if err := lasting.close(context.Background()); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

// lasting is a server that keeps what it acknowledges, as the bench's own does: the
// tests' common one need not. It is started for the first test that needs it.
var lasting struct {
	sync.Once
	*server
	err error
}

// thisProgram starts a worker.
func thisProgram() []string { return []string{os.Args[0], workerArgument} }

// durable is the lasting server, with the test's own databases.
func durable(t *testing.T) *server {
	t.Helper()
	ctx := context.Background()
	pgtest.New(t) // skips the test, or fails it, where there is no PostgreSQL
	lasting.Do(func() { lasting.server, lasting.err = newServer(ctx, "") })
	require.NoError(t, lasting.err)
	s, err := newServer(ctx, lasting.dsn)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.close(context.Background())) })
	return s
}
