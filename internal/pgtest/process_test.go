//go:build unix

package pgtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAKillLeavesNothingThatWorks(t *testing.T) {
	c := started(t, Options{})
	conn := connect(t, c.DSN())
	pid := int(conn.PgConn().PID())
	pids, err := children(c.server.cmd.Process.Pid)
	require.NoError(t, err)
	require.Contains(t, pids, pid)
	asleep := make(chan error, 1)
	go func() {
		_, err := conn.Exec(context.Background(), "SELECT pg_sleep(60)")
		asleep <- err
	}()
	require.NoError(t, c.Kill())
	for _, pid := range pids {
		require.True(t, isGone(pid))
	}
	require.Error(t, <-asleep)
}

func TestNothingIsLeftWhenTheProcessIsKilled(t *testing.T) {
	if _, err := Find(); err != nil {
		absent(t, err, os.Getenv)
	}
	executable, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.Command(executable)
	cmd.Env = append(os.Environ(), abandoning+"=yes")
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	var root string
	var pid int
	_, err = fmt.Fscan(out, &root, &pid)
	require.NoError(t, err)
	require.DirExists(t, root)
	require.False(t, isGone(pid))
	require.NoError(t, cmd.Process.Signal(syscall.SIGKILL))
	require.Error(t, cmd.Wait())
	require.Eventually(t, func() bool {
		_, err := os.Stat(root)
		return errors.Is(err, os.ErrNotExist) && isGone(pid)
	}, 10*time.Second, 10*time.Millisecond)
}
