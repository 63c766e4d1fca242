package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	_ "modernc.org/sqlite" // reads what the tool has made

	"github.com/go-oms/oms/internal/golden"
	"github.com/go-oms/oms/internal/pgtest"
)

// maker makes books with a build of the tool.
type maker struct{ tool, scratch, root string }

// demo lives the year on new books.
func (m *maker) demo(ctx context.Context, db string) (y golden.Year, err error) {
	var out bytes.Buffer
	if err := command(ctx, m.scratch, &out, m.tool, "--json", "demo", "--db", db, "--seed", seed, "--orders", carts); err != nil {
		return y, err
	}
	return y, json.Unmarshal(out.Bytes(), &y)
}

func (m *maker) sqlite(ctx context.Context) error {
	file, packed := filepath.Join(m.scratch, "books.db"), filepath.Join(m.scratch, "packed.db")
	y, err := m.demo(ctx, file)
	if err != nil {
		return err
	}
	db, err := sql.Open("sqlite", file)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	n := golden.Notes{Year: y}
	if err := db.QueryRowContext(ctx, `SELECT max(version) FROM oms_schema`).Scan(&n.Schema); err != nil {
		return err
	}
	if _, err := db.ExecContext(ctx, `VACUUM INTO ?`, packed); err != nil {
		return err
	}
	books, err := os.ReadFile(packed)
	if err != nil {
		return err
	}
	if n.Migrations, err = m.steps(ctx, "sqlite"); err != nil {
		return err
	}
	return m.keep("sqlite", n, ".db.gz", books)
}

func (m *maker) postgres(ctx context.Context) (err error) {
	server, err := pgtest.Start(ctx, pgtest.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Close()) }()
	y, err := m.demo(ctx, server.DSN())
	if err != nil {
		return err
	}
	n := golden.Notes{Year: y}
	conn, err := pgx.Connect(ctx, server.DSN())
	if err != nil {
		return err
	}
	err = conn.QueryRow(ctx, `SELECT max(version) FROM oms_schema`).Scan(&n.Schema)
	if err := errors.Join(err, conn.Close(ctx)); err != nil {
		return err
	}
	programs, err := pgtest.Find()
	if err != nil {
		return err
	}
	var dump bytes.Buffer
	err = command(ctx, m.scratch, &dump, filepath.Join(programs, "pg_dump"), "--inserts", "--rows-per-insert=100",
		"--no-owner", "--no-privileges", "--dbname", server.DSN())
	if err != nil {
		return err
	}
	if n.Migrations, err = m.steps(ctx, "postgres"); err != nil {
		return err
	}
	return m.keep("postgres", n, ".sql.gz", statements(dump.Bytes()))
}

// statements leaves of a dump what any client understands: its comments and its
// commands for psql go, and so does the setting that takes the search path away.
func statements(dump []byte) []byte {
	var kept []string
	for line := range strings.Lines(string(dump)) {
		switch {
		case strings.HasPrefix(line, "--"), strings.HasPrefix(line, `\`), line == "\n", strings.Contains(line, "'search_path'"),
			strings.HasPrefix(line, "SET "):
		default:
			kept = append(kept, line)
		}
	}
	return []byte(strings.Join(kept, ""))
}

// steps asks the tool for its migrations and returns their checksums.
func (m *maker) steps(ctx context.Context, store string) (map[string]string, error) {
	args := []string{"--json", "migrate", "get"}
	if store != "sqlite" {
		args = append(args, "--store", store)
	}
	var out bytes.Buffer
	if err := command(ctx, m.scratch, &out, m.tool, args...); err != nil {
		return nil, err
	}
	var steps []struct{ Name, SQL string }
	if err := json.Unmarshal(out.Bytes(), &steps); err != nil {
		return nil, err
	}
	sums := make(map[string]string)
	for _, s := range steps {
		sums[s.Name] = golden.Sum([]byte(s.SQL))
	}
	return sums, nil
}

// command runs a program and keeps what it prints; what it complains of is the error.
func command(ctx context.Context, folder string, out *bytes.Buffer, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = folder
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	if out != nil {
		cmd.Stdout = out
	}
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w: %s", strings.Join(slices.Insert(args, 0, filepath.Base(name)), " "), err, &complaints)
	}
	return nil
}

func compress(data []byte) ([]byte, error) {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	_, err = z.Write(data)
	err = errors.Join(err, z.Close())
	return b.Bytes(), err
}
