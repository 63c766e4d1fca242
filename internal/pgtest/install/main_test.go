package main

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/internal/pgtest"
)

func TestEnsure(t *testing.T) {
	noRoot := errors.New("no root")
	for name, c := range map[string]struct {
		there, installs []string // packages
		refused         error
		env             map[string]string
		installed       []string // what it asked for
		says            string
		err             error
	}{
		"all there":          {there: []string{"postgresql", "pgbouncer"}, says: "make: postgresql: /bin/postgresql\n"},
		"one is missing":     {there: []string{"postgresql"}, installs: []string{"pgbouncer"}, installed: []string{"pgbouncer"}, says: "/bin/pgbouncer\n"},
		"all are missing":    {installs: []string{"postgresql", "pgbouncer"}, installed: []string{"postgresql", "pgbouncer"}, says: "/bin/postgresql\n"},
		"refused at home":    {refused: noRoot, installed: []string{"postgresql", "pgbouncer"}, says: "without postgresql and pgbouncer the tests"},
		"refused in CI":      {refused: noRoot, env: map[string]string{"CI": "true"}, installed: []string{"postgresql", "pgbouncer"}, err: noRoot},
		"required":           {refused: noRoot, env: map[string]string{pgtest.Required: "1"}, installed: []string{"postgresql", "pgbouncer"}, err: noRoot},
		"of no use, in CI":   {there: []string{"postgresql"}, env: map[string]string{"CI": "true"}, installed: []string{"pgbouncer"}, err: pgtest.ErrNotFound},
		"of no use, at home": {there: []string{"postgresql"}, installed: []string{"pgbouncer"}, says: "without pgbouncer the tests"},
	} {
		t.Run(name, func(t *testing.T) {
			there := slices.Clone(c.there)
			find := func(name string) wanted {
				return wanted{name, func() (string, error) {
					if !slices.Contains(there, name) {
						return "", pgtest.ErrNotFound
					}
					return "/bin/" + name, nil
				}}
			}
			var asked []string
			install := func(packages ...string) error {
				asked = packages
				there = append(there, c.installs...)
				return c.refused
			}
			var out strings.Builder
			err := ensure(&out, []wanted{find("postgresql"), find("pgbouncer")}, install, func(name string) string { return c.env[name] })
			require.ErrorIs(t, err, c.err)
			require.Equal(t, c.installed, asked)
			require.Contains(t, out.String(), c.says)
		})
	}
}
