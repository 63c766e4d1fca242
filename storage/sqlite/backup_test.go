package sqlite_test

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/internal/golden"
	"github.com/go-oms/oms/storage"
	"github.com/go-oms/oms/storage/sqlite"
)

func TestABackupIsTheBooksOfOneMoment(t *testing.T) {
	dir := t.TempDir()
	path, saved := filepath.Join(dir, "shop.db"), filepath.Join(dir, "saved.db")
	s, err := sqlite.Open(t.Context(), path, nil)
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	require.NoError(t, s.Migrate(t.Context()))
	o, batch := placed(t, s)
	require.NoError(t, s.Commit(t.Context(), batch))
	made, err := s.Backup(t.Context(), saved)
	require.NoError(t, err)
	info, err := os.Stat(saved)
	require.NoError(t, err)
	require.Equal(t, sqlite.Copy{File: saved, Bytes: info.Size(), Schema: len(migrated(t)), Events: 2}, made)
	if runtime.GOOS != "windows" {
		require.Equal(t, os.FileMode(0o600), info.Mode(), "it has personal data")
	}
	left, err := filepath.Glob(filepath.Join(dir, ".oms-backup-*"))
	require.NoError(t, err)
	require.Empty(t, left, "what it was made of is gone")
	require.Equal(t, dumped(t, path), dumped(t, saved))

	restored, err := sqlite.Open(t.Context(), saved, nil)
	require.NoError(t, err)
	defer func() { require.NoError(t, restored.Close()) }()
	require.Equal(t, o.Number, orderOf(t, restored, o.ID).Number)
	findings, err := restored.Examine(t.Context())
	require.NoError(t, err)
	require.False(t, refused(findings, storage.Durability))
}

func TestABackupIsWholeOrNotThere(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "shop.db")
	s, err := sqlite.Open(t.Context(), path, nil)
	require.NoError(t, err)
	var schema *sqlite.SchemaError
	_, err = s.Backup(t.Context(), filepath.Join(dir, "none.db"))
	require.ErrorAs(t, err, &schema, "there are no books to copy")
	require.NoError(t, s.Migrate(t.Context()))
	_, batch := placed(t, s)
	require.NoError(t, s.Commit(t.Context(), batch))
	mine := filepath.Join(dir, "mine.txt")
	require.NoError(t, os.WriteFile(mine, []byte("mine"), 0o600))
	link := filepath.Join(dir, "link.db")
	require.NoError(t, os.Symlink("nowhere", link))

	for name, to := range map[string]string{
		"a file that is there": mine, "the books": path, "a link to nowhere": link, "a folder": dir, "no name": "",
		"a folder that is not there": filepath.Join(dir, "missing", "saved.db"), "a name with a zero": "a\x00b",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := s.Backup(t.Context(), to)
			var invalid *fault.InvalidError
			require.ErrorAs(t, err, &invalid)
			require.Equal(t, "to", invalid.Field)
		})
	}
	text, err := os.ReadFile(mine)
	require.NoError(t, err)
	require.Equal(t, "mine", string(text))

	t.Run("a caller who has gone", func(t *testing.T) {
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := s.Backup(gone, filepath.Join(dir, "gone.db"))
		require.ErrorIs(t, err, context.Canceled)
		require.Equal(t, fault.Transient, fault.KindOf(err))
		require.NoFileExists(t, filepath.Join(dir, "gone.db"))
	})
	require.NoError(t, s.Close())
	_, err = s.Backup(t.Context(), filepath.Join(dir, "closed.db"))
	require.ErrorIs(t, err, sqlite.ErrClosed)

	t.Run("a file that is damaged", func(t *testing.T) {
		noise := filepath.Join(t.TempDir(), "noise.db")
		books := golden.All(t)[0].Data
		for at := len(books) / 8192 * 4096; at+100 < len(books); at += 4096 { // the later half of its pages
			copy(books[at:], make([]byte, 100))
		}
		require.NoError(t, os.WriteFile(noise, books, 0o600))
		s, err := sqlite.Open(t.Context(), noise, nil)
		require.NoError(t, err)
		defer func() { require.NoError(t, s.Close()) }()
		_, err = s.Backup(t.Context(), filepath.Join(dir, "noise.db"))
		require.Equal(t, fault.Rejected, fault.KindOf(err), "%v", err)
		require.ErrorContains(t, err, "damaged")
		require.NoFileExists(t, filepath.Join(dir, "noise.db"))
	})
	left, err := filepath.Glob(filepath.Join(dir, ".oms-backup-*"))
	require.NoError(t, err)
	require.Empty(t, left)
}

// Books are copied before they are migrated, by whoever only reads.
func TestBooksOfAnOlderSchemaAreBackedUpAsTheyAre(t *testing.T) {
	b := golden.All(t)[0]
	path := unpacked(t, b)
	s, err := sqlite.Open(t.Context(), path, &sqlite.Options{ReadOnly: true})
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	saved := filepath.Join(t.TempDir(), "saved.db")
	made, err := s.Backup(t.Context(), saved)
	require.NoError(t, err)
	require.Equal(t, b.Schema, made.Schema)
	require.EqualValues(t, b.Year.Events, made.Events)
	require.Equal(t, dumped(t, path), dumped(t, saved))
}
