package main

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/google/uuid"
	_ "modernc.org/sqlite" // knows which SQLite it is
)

// bill is a document of CycloneDX, as far as it is used here.
type bill struct {
	Format       string       `json:"bomFormat"`
	Spec         string       `json:"specVersion"`
	Serial       string       `json:"serialNumber"` // made of all the rest
	Version      int          `json:"version"`
	Metadata     metadata     `json:"metadata"`
	Components   []component  `json:"components"`
	Dependencies []dependency `json:"dependencies"`
}

type metadata struct {
	Component component `json:"component"`
}

type component struct {
	Type       string     `json:"type"`
	Ref        string     `json:"bom-ref"`
	Name       string     `json:"name"`
	Version    string     `json:"version"`
	Scope      string     `json:"scope,omitempty"`
	PURL       string     `json:"purl"`
	Properties []property `json:"properties,omitempty"`
}

type property struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type dependency struct {
	Ref  string   `json:"ref"`
	Uses []string `json:"dependsOn,omitempty"`
}

// The scopes of components.
const (
	required = "required"
	excluded = "excluded"
)

func purl(path, version string) string { return "pkg:golang/" + path + "@" + version }

// read makes the bill of the module in a folder.
func read(ctx context.Context, root, version string) (*bill, error) {
	m, err := list(ctx, root)
	if err != nil {
		return nil, err
	}
	b := &bill{Format: "CycloneDX", Spec: "1.6", Version: 1}
	ref := make(map[string]string) // of each module's path
	for _, mod := range m.all {
		c := component{Type: "library", Name: mod.Path, Version: mod.Version, Scope: excluded}
		if mod.Main {
			c.Version, c.Scope = version, ""
		} else if m.used[mod.Path] {
			c.Scope = required
		}
		if sum := m.sums[mod.Path+" "+mod.Version]; sum != "" { // what is not built with needs none
			c.Properties = []property{{"go:sum", sum}}
		}
		c.PURL = purl(c.Name, c.Version)
		c.Ref = c.PURL
		ref[mod.Path] = c.Ref
		if mod.Main {
			b.Metadata.Component = c
			continue
		}
		b.Components = append(b.Components, c)
	}
	if b.Metadata.Component.Name == "" {
		return nil, errors.New("the module itself is not in its list")
	}
	uses := make(map[string][]string)
	for _, edge := range m.edges {
		from, to := ref[edge[0]], ref[edge[1]]
		if from != "" && to != "" && !slices.Contains(uses[from], to) {
			uses[from] = append(uses[from], to)
		}
	}
	if err := b.addSQLite(ctx, ref, uses); err != nil {
		return nil, err
	}
	slices.SortFunc(b.Components, func(x, y component) int { return cmp.Compare(x.Ref, y.Ref) })
	for _, c := range append([]component{b.Metadata.Component}, b.Components...) {
		slices.Sort(uses[c.Ref])
		b.Dependencies = append(b.Dependencies, dependency{c.Ref, uses[c.Ref]})
	}
	text, err := json.Marshal(b)
	b.Serial = "urn:uuid:" + uuid.NewSHA1(uuid.NameSpaceURL, text).String()
	return b, err
}

// addSQLite names the C that a module contains as Go.
func (b *bill) addSQLite(ctx context.Context, ref map[string]string, uses map[string][]string) error {
	holder := ref["modernc.org/sqlite"]
	if holder == "" {
		return nil
	}
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	var version, source string
	if err := db.QueryRowContext(ctx, "SELECT sqlite_version(), sqlite_source_id()").Scan(&version, &source); err != nil {
		return err
	}
	c := component{
		Type: "library", Name: "sqlite", Version: version, Scope: required, PURL: "pkg:generic/sqlite@" + version,
		Properties: []property{{"sqlite:source_id", strings.TrimSpace(source)}},
	}
	c.Ref = c.PURL
	b.Components = append(b.Components, c)
	uses[holder] = append(uses[holder], c.Ref)
	return nil
}
