package plants

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// Plant is a defect to be put into the library.
type Plant struct {
	Name   string
	Defect string // what goes wrong, in a sentence
	File   string // from the root of the module
	Old    string // stands once in the file
	New    string
}

// Found is how a defect was found.
type Found struct {
	Seed  uint64
	Check string // the rule that was broken; empty when none was
}

// Planted returns the file with the defect in it.
func (p Plant) Planted(root string) ([]byte, error) {
	source, err := os.ReadFile(filepath.Join(root, p.File))
	if err != nil {
		return nil, err
	}
	if n := bytes.Count(source, []byte(p.Old)); n != 1 {
		return nil, fmt.Errorf("plants: %s: what it replaces stands %d times in %s, and must once", p.Name, n, p.File)
	}
	return bytes.Replace(source, []byte(p.Old), []byte(p.New), 1), nil
}

// Hunt builds the simulation with the defect in the folder dir, and lives so many seeds,
// or until a rule is broken.
func (p Plant) Hunt(ctx context.Context, root, dir string, seeds uint64) (Found, error) {
	program, err := p.build(ctx, root, dir)
	if err != nil {
		return Found{}, err
	}
	run := exec.CommandContext(ctx, program, "-seeds", strconv.FormatUint(seeds, 10), "-first")
	run.Env = append(os.Environ(), "GOMAXPROCS=1") // one seed after the other
	out, err := run.Output()
	var failed *exec.ExitError
	if err != nil && !errors.As(err, &failed) {
		return Found{}, err
	}
	if ctx.Err() != nil {
		return Found{}, fmt.Errorf("plants: %s: %w", p.Name, ctx.Err())
	}
	return parse(string(out))
}

// parse reads what the program says of its first failure: "seed 7: stock.oversold: …".
func parse(out string) (Found, error) {
	for line := range strings.Lines(out) {
		rest, ok := strings.CutPrefix(line, "seed ")
		if !ok {
			continue
		}
		number, rest, _ := strings.Cut(rest, ": ")
		check, _, _ := strings.Cut(rest, ": ")
		seed, err := strconv.ParseUint(number, 10, 64)
		return Found{Seed: seed, Check: strings.TrimSpace(check)}, err
	}
	return Found{}, nil
}

func (p Plant) build(ctx context.Context, root, dir string) (string, error) {
	source, err := p.Planted(root)
	if err != nil {
		return "", err
	}
	file, overlay, program := filepath.Join(dir, "planted.go"), filepath.Join(dir, "overlay.json"), filepath.Join(dir, "sim")
	replace, err := json.Marshal(map[string]map[string]string{"Replace": {filepath.Join(root, p.File): file}})
	if err != nil {
		return "", err
	}
	if err := errors.Join(os.WriteFile(file, source, 0o600), os.WriteFile(overlay, replace, 0o600)); err != nil {
		return "", err
	}
	build := exec.CommandContext(ctx, "go", "build", "-ldflags=-s -w", "-overlay", overlay, "-o", program, "./internal/sim/cmd")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("plants: %s does not build: %w\n%s", p.Name, err, out)
	}
	return program, nil
}
