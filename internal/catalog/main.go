package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	if err := run("."); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run writes the catalogues of the module in the folder.
func run(root string) error {
	all, err := list(root)
	if err != nil {
		return err
	}
	s, err := all.load(nil)
	if err != nil {
		return err
	}
	files, err := s.catalog()
	if err != nil {
		return err
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(root, filepath.FromSlash(name)), []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// catalog returns the files that say what is in the module, by their paths in it,
// or an error that names everything that is wrong.
func (s *source) catalog() (map[string]string, error) {
	entries, streams := s.errors(), s.streams()
	if err := errors.Join(s.wrong...); err != nil {
		return nil, err
	}
	zeros, err := zerosFile(s.module, entries, streams)
	if err != nil {
		return nil, err
	}
	return map[string]string{
		"docs/errors.md":                 errorsPage(entries),
		"docs/events.md":                 s.eventsPage(streams),
		"docs/permissions.md":            permissionsPage(),
		"docs/personal-data.md":          personalPage(),
		"docs/reports.md":                reportsPage(),
		"internal/catalog/zeros_test.go": zeros,
	}, nil
}
