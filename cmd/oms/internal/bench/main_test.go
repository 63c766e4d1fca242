package bench

import (
	"context"
	"fmt"
	"os"
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
	os.Exit(pgtest.Main(m))
}

// thisProgram starts a worker.
func thisProgram() []string { return []string{os.Args[0], workerArgument} }

// durable starts a server that keeps what it acknowledges, as the bench's own does:
// the tests' common one need not.
func durable(t *testing.T) *server {
	t.Helper()
	pgtest.New(t) // skips the test, or fails it, where there is no PostgreSQL
	s, err := newServer(context.Background(), "")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.close(context.Background())) })
	return s
}
