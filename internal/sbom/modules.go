package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// module is an entry of go list -m.
type module struct {
	Path, Version string
	Main          bool
}

// modules is what the go command says about a module.
type modules struct {
	all   []module
	used  map[string]bool   // by a package of the module, tests left out
	edges [][2]string       // of paths: what a go.mod file asks for
	sums  map[string]string // of go.sum, by path and version
}

func list(ctx context.Context, root string) (*modules, error) {
	m := &modules{used: make(map[string]bool), sums: make(map[string]string)}
	text, err := command(ctx, root, "list", "-m", "-json", "all")
	if err != nil {
		return nil, err
	}
	for decoder := json.NewDecoder(bytes.NewReader(text)); ; {
		var mod module
		err := decoder.Decode(&mod)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		m.all = append(m.all, mod)
	}
	if text, err = command(ctx, root, "list", "-deps", "-f", "{{with .Module}}{{.Path}}{{end}}", "./..."); err != nil {
		return nil, err
	}
	for path := range strings.FieldsSeq(string(text)) {
		m.used[path] = true
	}
	if text, err = command(ctx, root, "mod", "graph"); err != nil {
		return nil, err
	}
	for line := range strings.Lines(string(text)) {
		from, to, _ := strings.Cut(strings.TrimSpace(line), " ")
		from, _, _ = strings.Cut(from, "@")
		to, _, _ = strings.Cut(to, "@")
		m.edges = append(m.edges, [2]string{from, to})
	}
	sums, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(string(sums)) {
		if fields := strings.Fields(line); len(fields) == 3 {
			m.sums[fields[0]+" "+fields[1]] = fields[2]
		}
	}
	return m, nil
}

func command(ctx context.Context, root string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = root
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	text, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go %s: %w: %s", strings.Join(args, " "), err, &complaints)
	}
	return text, nil
}
