package pgtest

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// ErrNotFound says that a program is not installed where it was looked for.
var ErrNotFound = errors.New("not found")

// needed are the programs of a server that are called here.
var needed = []string{"initdb", "postgres", "pg_basebackup"}

// places lists the folders where packages put PostgreSQL's programs: Debian and
// Ubuntu, Red Hat, Homebrew, MacPorts, Postgres.app and EDB's installer.
var places = []string{
	"/usr/lib/postgresql/*/bin",
	"/usr/pgsql-*/bin",
	"/opt/homebrew/opt/postgresql@*/bin",
	"/opt/homebrew/opt/postgresql/bin",
	"/usr/local/opt/postgresql@*/bin",
	"/usr/local/opt/postgresql/bin",
	"/opt/local/lib/postgresql*/bin",
	"/Applications/Postgres.app/Contents/Versions/*/bin",
	"/Library/PostgreSQL/*/bin",
	"/usr/local/pgsql/bin",
}

// Find returns the folder of the newest PostgreSQL programs: the one in a package's
// usual place with the highest number, or else the one on PATH. It returns
// [ErrNotFound] where there are none.
func Find() (bin string, err error) {
	found := within(places)
	if server, err := exec.LookPath("postgres"); err == nil {
		found = append(found, filepath.Dir(server))
	}
	for _, folder := range found {
		if isComplete(folder) {
			return folder, nil
		}
	}
	return "", fmt.Errorf("pgtest: PostgreSQL's programs (%s): %w on PATH or in %s; install the package postgresql",
		strings.Join(needed, ", "), ErrNotFound, strings.Join(places, ", "))
}

// within lists the folders that match the patterns, the newest version first.
func within(patterns []string) (folders []string) {
	for _, pattern := range patterns {
		matches, _ := filepath.Glob(pattern) // the patterns are well formed
		folders = append(folders, matches...)
	}
	slices.SortStableFunc(folders, func(a, b string) int { return cmp.Compare(version(b), version(a)) })
	return folders
}

// version reads the number in a path: 15 in /usr/lib/postgresql/15/bin, and 0 where
// there is none.
func version(path string) float64 {
	for _, part := range slices.Backward(strings.Split(path, string(filepath.Separator))) {
		if v, err := strconv.ParseFloat(strings.TrimLeft(part, "abcdefghijklmnopqrstuvwxyz@-"), 64); err == nil {
			return v
		}
	}
	return 0
}

func isComplete(folder string) bool {
	for _, program := range needed {
		if info, err := os.Stat(filepath.Join(folder, program)); err != nil || info.IsDir() {
			return false
		}
	}
	return true
}

// FindPooler returns the path of pgbouncer, or [ErrNotFound].
func FindPooler() (string, error) {
	if path, err := exec.LookPath("pgbouncer"); err == nil {
		return path, nil
	}
	for _, path := range []string{"/usr/sbin/pgbouncer", "/usr/local/sbin/pgbouncer", "/opt/homebrew/bin/pgbouncer"} {
		if _, err := os.Stat(path); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("pgtest: pgbouncer: %w on PATH or in /usr/sbin; install the package pgbouncer", ErrNotFound)
}
