package sqlite

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	engine "zombiezen.com/go/sqlite"

	"github.com/go-oms/oms/storage"
)

// crashed makes a file with a log of a few frames, as a process leaves it that is killed.
func crashed(t testing.TB) (path string) {
	t.Helper()
	live, dir := filepath.Join(t.TempDir(), "live.db"), t.TempDir()
	e, err := engine.OpenConn(live, engine.OpenReadWrite|engine.OpenCreate)
	require.NoError(t, err)
	c := newConn(e)
	defer func() { require.NoError(t, c.close()) }()
	_, err = c.ask("PRAGMA journal_mode = WAL")
	require.NoError(t, err)
	require.NoError(t, c.script("CREATE TABLE t (n INTEGER)", "INSERT INTO t VALUES (1)", "INSERT INTO t VALUES (2)"))
	path = filepath.Join(dir, "shop.db")
	for _, suffix := range []string{"", "-wal", "-shm"} {
		data, err := os.ReadFile(live + suffix)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(path+suffix, data, 0o600))
	}
	return path
}

// logOf returns what Inspect says about the log.
func logOf(t *testing.T, path string) storage.Finding {
	t.Helper()
	findings, err := Inspect(t.Context(), path)
	require.NoError(t, err)
	require.Len(t, findings, 2)
	require.Equal(t, "write-ahead log", findings[1].Name)
	require.True(t, findings[0].OK)
	return findings[1]
}

// Wherever a log is cut off, and whichever of its bytes is another, what is missing is
// counted: SQLite itself would go on with what is left and say nothing.
func TestALogThatIsCutOffIsNamed(t *testing.T) {
	whole := crashed(t)
	f := logOf(t, whole)
	require.True(t, f.OK)
	log, err := os.ReadFile(whole + "-wal")
	require.NoError(t, err)
	l, err := readLog(whole + "-wal")
	require.NoError(t, err)
	require.Greater(t, l.frames, int64(2))
	require.EqualValues(t, len(log), walHeader+l.frames*(frameHeader+4096))

	for _, size := range []int{0, 1, walHeader, walHeader + 10, len(log) / 2, len(log) - 4096, len(log) - 1} {
		path := crashed(t)
		require.NoError(t, os.Truncate(path+"-wal", int64(size)))
		f := logOf(t, path)
		require.False(t, f.OK, "cut off at %d", size)
		require.Contains(t, f.Value, "there were")
	}
	for at := 12; at < len(log); at += 1009 {
		path := crashed(t)
		changed, err := os.ReadFile(path + "-wal")
		require.NoError(t, err)
		changed[at] ^= 1
		require.NoError(t, os.WriteFile(path+"-wal", changed, 0o600))
		require.False(t, logOf(t, path).OK, "byte %d", at)
	}
	t.Run("without an index", func(t *testing.T) {
		path := crashed(t)
		require.NoError(t, os.Remove(path+"-shm"))
		require.True(t, logOf(t, path).OK)
		require.NoError(t, os.Truncate(path+"-wal", int64(len(log)-100)))
		require.Contains(t, logOf(t, path).Value, "torn")
	})
	t.Run("the end of an earlier log behind it", func(t *testing.T) {
		path := crashed(t)
		log, err := os.ReadFile(path + "-wal")
		require.NoError(t, err)
		earlier := append([]byte(nil), log[walHeader:]...)
		earlier[8] ^= 1 // another salt
		require.NoError(t, os.WriteFile(path+"-wal", append(log, earlier...), 0o600))
		require.Equal(t, f, logOf(t, path), "a log is written over the one before")
	})
}

func TestAFileThatIsCutOffIsNamed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "shop.db")
	fileOf := func() storage.Finding {
		findings, err := Inspect(t.Context(), path)
		require.NoError(t, err)
		return findings[0]
	}
	require.Equal(t, "not there", fileOf().Value)
	require.NoError(t, os.WriteFile(path, nil, 0o600))
	require.True(t, fileOf().OK, "SQLite makes one of it")
	require.NoError(t, os.WriteFile(path, []byte("not a database"), 0o600))
	require.False(t, fileOf().OK)

	require.NoError(t, os.Remove(path))
	e, err := engine.OpenConn(path, engine.OpenReadWrite|engine.OpenCreate)
	require.NoError(t, err)
	c := newConn(e)
	require.NoError(t, c.script("CREATE TABLE t (n INTEGER)"))
	require.NoError(t, c.close())
	require.True(t, fileOf().OK)
	info, err := os.Stat(path)
	require.NoError(t, err)
	for _, size := range []int64{info.Size() - 1, info.Size() - 4096, 100, 60, 1} {
		require.NoError(t, os.Truncate(path, size))
		require.False(t, fileOf().OK, "%d bytes", size)
	}
}

// FuzzLog wants any bytes to be a log with as many frames as fit.
func FuzzLog(f *testing.F) {
	log, err := os.ReadFile(crashed(f) + "-wal")
	require.NoError(f, err)
	f.Add(log, []byte(nil))
	f.Add(log[:len(log)-7], make([]byte, indexHeader))
	f.Add([]byte("\x37\x7f\x06\x83"), []byte("\xff"))
	path := filepath.Join(f.TempDir(), "wal")
	f.Fuzz(func(t *testing.T, log, index []byte) {
		require.NoError(t, os.WriteFile(path, log, 0o600))
		l, err := readLog(path)
		require.NoError(t, err)
		require.LessOrEqual(t, l.frames*(frameHeader+512)+walHeader, int64(max(len(log), walHeader)))
		l.written(index)
	})
}
