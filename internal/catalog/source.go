package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// source is the module's code, parsed with its comments and type-checked. What
// comes from other modules is read from their compiled form.
type source struct {
	root     string // the module's folder
	module   string // its path
	fset     *token.FileSet
	info     *types.Info
	packages []*pkg // ours that are no programs, by path
	comments comments
	wrong    []error // what is wrong with the code
}

// pkg is one package of the module.
type pkg struct {
	path   string
	folder string // its place in the module; "" is the root
	name   string
	types  *types.Package
	files  []*ast.File
}

// label names a package for people, and tells packages of one name apart.
func (p *pkg) label() string {
	if p.folder == "" {
		return p.name
	}
	return p.folder
}

// inside reports whether no host may import the package.
func (p *pkg) inside() bool { return strings.Contains("/"+p.folder+"/", "/internal/") }

// listed is what go list says about a package.
type listed struct {
	ImportPath, Name, Dir, Export string
	GoFiles                       []string
	Module                        *struct{ Path string }
}

// listing is what the go command says about a module.
type listing struct {
	root     string
	module   string
	packages []*listed

	fset    *token.FileSet // of all that is loaded
	foreign types.Importer // other modules' packages, each read once
}

// list asks the go command for the packages of the module in root and for all that
// they import.
func list(root string) (*listing, error) {
	root, err := filepath.Abs(root)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command("go", "list", "-deps", "-export", "-buildvcs=false",
		"-json=ImportPath,Name,Dir,Export,GoFiles,Module", "./...")
	var wrong bytes.Buffer
	cmd.Dir, cmd.Stderr = root, &wrong
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("catalog: go list: %w: %s", err, wrong.String())
	}
	all := &listing{root: root, fset: token.NewFileSet()}
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		l := new(listed)
		if err := d.Decode(l); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, fmt.Errorf("catalog: go list: %w", err)
		}
		if l.Dir == root && l.Module != nil {
			all.module = l.Module.Path
		}
		all.packages = append(all.packages, l)
	}
	if all.module == "" {
		return nil, fmt.Errorf("catalog: no package in %s", root)
	}
	exports := make(map[string]string)
	for _, l := range all.packages {
		exports[l.ImportPath] = l.Export
	}
	all.foreign = importer.ForCompiler(all.fset, "gc", func(path string) (io.ReadCloser, error) {
		if exports[path] == "" {
			return nil, fmt.Errorf("catalog: go list names no compiled form of %s", path)
		}
		return os.Open(exports[path])
	})
	return all, nil
}

// load reads the module's packages. Files of planted are read as if they stood
// there, by their path in the module: for tests.
func (all *listing) load(planted map[string]string) (*source, error) {
	s := &source{root: all.root, module: all.module, fset: all.fset, info: &types.Info{
		Types: make(map[ast.Expr]types.TypeAndValue), Defs: make(map[*ast.Ident]types.Object),
		Uses: make(map[*ast.Ident]types.Object), Selections: make(map[*ast.SelectorExpr]*types.Selection),
	}}
	ours := make(map[string]*listed)
	for _, l := range all.packages {
		if l.Module != nil && l.Module.Path == all.module && l.Name != "main" {
			ours[l.ImportPath] = l
		}
	}
	im := &imports{source: s, ours: ours, planted: planted, done: make(map[string]*pkg), foreign: all.foreign}
	for path := range ours {
		if _, err := im.own(path); err != nil {
			return nil, err
		}
	}
	s.packages = slices.SortedFunc(maps.Values(im.done), func(a, b *pkg) int { return strings.Compare(a.path, b.path) })
	s.collect()
	return s, nil
}

// imports checks our packages in the order in which they import each other.
type imports struct {
	source  *source
	ours    map[string]*listed
	planted map[string]string
	done    map[string]*pkg
	foreign types.Importer
}

// Import is types.Importer.
func (im *imports) Import(path string) (*types.Package, error) {
	if im.ours[path] == nil {
		return im.foreign.Import(path)
	}
	p, err := im.own(path)
	if err != nil {
		return nil, err
	}
	return p.types, nil
}

func (im *imports) own(path string) (*pkg, error) {
	if p := im.done[path]; p != nil {
		return p, nil
	}
	l := im.ours[path]
	p := &pkg{path: path, folder: strings.TrimPrefix(strings.TrimPrefix(path, im.source.module), "/"), name: l.Name}
	for name, text := range im.texts(l, p.folder) {
		file, err := parser.ParseFile(im.source.fset, name, text, parser.ParseComments)
		if err != nil {
			return nil, err
		}
		p.files = append(p.files, file)
	}
	checked, err := (&types.Config{Importer: im}).Check(path, im.source.fset, p.files, im.source.info)
	if err != nil {
		return nil, err
	}
	p.types, im.done[path] = checked, p
	return p, nil
}

// texts yields a package's files, the planted ones last; a nil text is what stands
// on the disk.
func (im *imports) texts(l *listed, folder string) func(yield func(name string, text any) bool) {
	return func(yield func(string, any) bool) {
		for _, name := range l.GoFiles {
			if !yield(filepath.Join(l.Dir, name), nil) {
				return
			}
		}
		for name, text := range im.planted {
			if strings.Trim(filepath.ToSlash(filepath.Dir(name)), ".") == folder && !yield(filepath.Join(im.source.root, name), text) {
				return
			}
		}
	}
}

// named returns a package of the module by its folder, which must be there.
func (s *source) named(folder string) *types.Package {
	i := slices.IndexFunc(s.packages, func(p *pkg) bool { return p.folder == folder })
	return s.packages[i].types
}

// at says where something stands, by its path in the module.
func (s *source) at(pos token.Pos) string {
	where := s.fset.Position(pos)
	name, err := filepath.Rel(s.root, where.Filename)
	if err != nil {
		name = where.Filename
	}
	return fmt.Sprintf("%s:%d", filepath.ToSlash(name), where.Line)
}

// blame notes what is wrong with the code at a place.
func (s *source) blame(pos token.Pos, format string, args ...any) {
	s.wrong = append(s.wrong, fmt.Errorf("catalog: %s: %s", s.at(pos), fmt.Sprintf(format, args...)))
}
