package main

import (
	"encoding/json"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const root = "../.."

func TestTheBillIsWellFormed(t *testing.T) {
	b, err := read(t.Context(), root, "v9.9.9")
	require.NoError(t, err)
	text, err := json.Marshal(b)
	require.NoError(t, err)
	var document map[string]any
	require.NoError(t, json.Unmarshal(text, &document))
	require.Equal(t, "CycloneDX", document["bomFormat"])
	require.Equal(t, "1.6", document["specVersion"])
	require.Regexp(t, `^urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`, b.Serial)
	require.Equal(t, "pkg:golang/github.com/go-oms/oms@v9.9.9", b.Metadata.Component.PURL)

	refs := []string{b.Metadata.Component.Ref}
	valid := regexp.MustCompile(`^pkg:(golang/[\w./~-]+|generic/sqlite)@v?\d[\w.+-]*$`)
	for _, c := range b.Components {
		require.Regexp(t, valid, c.PURL)
		require.Equal(t, "library", c.Type)
		require.Contains(t, []string{required, excluded}, c.Scope)
		require.NotContains(t, refs, c.Ref, "a reference is one component's")
		refs = append(refs, c.Ref)
		if strings.HasPrefix(c.PURL, "pkg:golang/") && c.Scope == required {
			require.Regexp(t, `^h1:[A-Za-z0-9+/]{43}=$`, c.Properties[0].Value, c.Name)
		}
	}
	require.Len(t, b.Dependencies, len(refs))
	for _, d := range b.Dependencies {
		require.Contains(t, refs, d.Ref)
		require.Subset(t, refs, d.Uses)
	}
	again, err := read(t.Context(), root, "v9.9.9")
	require.NoError(t, err)
	require.Equal(t, b, again, "the same code, the same bill")
	other, err := read(t.Context(), root, "v9.9.8")
	require.NoError(t, err)
	require.NotEqual(t, b.Serial, other.Serial)
}

// The bill has every module that there is, with its version, and knows which of them
// are built into programs.
func TestTheBillIsComplete(t *testing.T) {
	b, err := read(t.Context(), root, "v9.9.9")
	require.NoError(t, err)
	answer := func(args ...string) []string {
		cmd := exec.Command("go", args...)
		cmd.Dir = root
		out, err := cmd.Output()
		require.NoError(t, err)
		return strings.Split(strings.TrimSpace(string(out)), "\n")
	}
	var have []string
	for _, c := range b.Components {
		if c.Name != "sqlite" {
			have = append(have, c.Name+" "+c.Version)
		}
	}
	want := answer("list", "-m", "all")[1:] // the first is the module itself
	slices.Sort(want)
	slices.Sort(have)
	require.Equal(t, want, have)
	require.Greater(t, len(have), 20)

	for _, needed := range answer("version", "-m", built(t)) {
		fields := strings.Fields(needed)
		if len(fields) < 3 || fields[0] != "dep" {
			continue
		}
		i := slices.IndexFunc(b.Components, func(c component) bool { return c.Name == fields[1] && c.Version == fields[2] })
		require.GreaterOrEqual(t, i, 0, needed)
		require.Equal(t, required, b.Components[i].Scope, needed)
		require.Equal(t, fields[3], b.Components[i].Properties[0].Value, "the checksum is the one that was built with")
	}
	sqlite := slices.IndexFunc(b.Components, func(c component) bool { return c.Name == "sqlite" })
	require.GreaterOrEqual(t, sqlite, 0, "the C that is in it as Go")
	holder := slices.IndexFunc(b.Dependencies, func(d dependency) bool { return strings.Contains(d.Ref, "modernc.org/sqlite@") })
	require.Contains(t, b.Dependencies[holder].Uses, b.Components[sqlite].Ref)
}

// built is a program that the module's tool was built to.
func built(t *testing.T) string {
	t.Helper()
	out := t.TempDir() + "/oms"
	cmd := exec.Command("go", "build", "-buildvcs=false", "-o", out, "./cmd/oms")
	cmd.Dir = root
	text, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", text)
	return out
}
