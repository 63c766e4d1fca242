package powercut_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/internal/pgtest"
	"github.com/go-oms/oms/storage/postgres"
	"github.com/go-oms/oms/storage/sqlite"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// openStore opens what a host is told to: "sqlite JOURNAL SYNCHRONOUS path" or
// "postgres address".
func openStore(ctx context.Context, with string) (books, error) {
	kind, rest, _ := strings.Cut(with, " ")
	if kind == "postgres" {
		return postgres.Open(ctx, rest, &postgres.Options{Conns: 6, AllowRelaxedDurability: true})
	}
	mode := strings.SplitN(rest, " ", 3)
	return sqlite.Open(ctx, mode[2], &sqlite.Options{JournalMode: mode[0], Synchronous: mode[1], AllowRelaxedDurability: true})
}

func TestSQLiteKeepsWhatItAcknowledged(t *testing.T) {
	n := cuts(t)
	for _, mode := range []struct {
		journal, synchronous string
		durable              bool
	}{
		{"WAL", "FULL", true},
		{"DELETE", "EXTRA", true},
		{"WAL", "NORMAL", false},
		{"WAL", "OFF", false},
	} {
		t.Run(mode.journal+" "+mode.synchronous, func(t *testing.T) {
			d := disk(t, 256)
			var all []lost
			for i := range n {
				path := filepath.Join(d.Dir, fmt.Sprint("shop", i/20, ".db")) // a weak setting may spoil the file
				if !mode.durable {
					path = filepath.Join(d.Dir, fmt.Sprint("shop", i, ".db"))
				}
				with := strings.Join([]string{"sqlite", mode.journal, mode.synchronous, path}, " ")
				if _, err := os.Stat(path); err != nil {
					stocked(t, with)
					require.NoError(t, flush())
				}
				all = append(all, cut(t, d, i, with, func() {}, func() {}))
				if !mode.durable {
					_ = os.Remove(path)
				}
			}
			verdict(t, mode.durable, all)
		})
	}
}

func TestPostgreSQLKeepsWhatItAcknowledged(t *testing.T) {
	n := (cuts(t) + 3) / 4
	for _, mode := range []struct {
		name     string
		settings map[string]string
		durable  bool
	}{
		{"as it comes", nil, true},
		{"synchronous_commit off", map[string]string{"synchronous_commit": "off", "wal_writer_delay": "2000ms"}, false},
		{"fsync off", map[string]string{"fsync": "off"}, false},
	} {
		t.Run(mode.name, func(t *testing.T) {
			d := disk(t, 1024)
			t.Setenv("TMPDIR", d.Dir)
			c, err := pgtest.Start(t.Context(), pgtest.Options{Settings: mode.settings})
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, c.Close()) })
			with := "postgres " + c.DSN()
			stocked(t, with)
			checkpoint(t, c.DSN())
			var all []lost
			for i := range n {
				l := cut(t, d, i, with,
					func() { require.NoError(t, c.Kill()) },
					func() {
						err = c.Restart(t.Context())
					})
				if err != nil {
					l.spoilt = err.Error()
				}
				if all = append(all, l); l.spoilt != "" && !mode.durable {
					break
				}
			}
			verdict(t, mode.durable, all)
		})
	}
}

// checkpoint has everything that was committed before the first order on the disk.
func checkpoint(t *testing.T, dsn string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	require.NoError(t, err)
	_, err = conn.Exec(t.Context(), "CHECKPOINT")
	require.NoError(t, err)
	require.NoError(t, conn.Close(t.Context()))
	require.NoError(t, flush())
}

// flush has everything that was written before the first order on the disk.
func flush() error {
	return exec.Command("sync").Run()
}
