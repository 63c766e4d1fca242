package oms_test

import (
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

// Methods that carry out a well-known interface and promise nothing else.
var wellKnown = []string{
	"Error", "Fault", "Rejected", "Unwrap", "String", "Value", "Scan",
	"MarshalJSON", "UnmarshalJSON", "MarshalText", "UnmarshalText",
}

// sourcePackage is a folder's package without its tests.
type sourcePackage struct {
	folder string
	name   string
	files  []*ast.File
}

// parsePackages parses every package of the tree.
func parsePackages(t *testing.T, tree fs.FS, keep func(file string) bool) []*sourcePackage {
	t.Helper()
	var packages []*sourcePackage
	require.NoError(t, fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := path.Base(name)
		if entry.IsDir() {
			if name != "." && (strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") || base == "testdata") {
				return fs.SkipDir
			}
			return nil
		}
		if !keep(name) {
			return nil
		}
		source, err := fs.ReadFile(tree, name)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, source, parser.ParseComments)
		if err != nil {
			return err
		}
		folder := path.Dir(name)
		i := slices.IndexFunc(packages, func(p *sourcePackage) bool { return p.folder == folder && p.name == file.Name.Name })
		if i < 0 {
			i = len(packages)
			packages = append(packages, &sourcePackage{folder: folder, name: file.Name.Name})
		}
		packages[i].files = append(packages[i].files, file)
		return nil
	}))
	return packages
}

func isSource(file string) bool {
	return path.Ext(file) == ".go" && !strings.HasSuffix(file, "_test.go")
}

// comment says what is wrong with the package's comment: it must be one, and begin
// with the kind and name of the package.
func (p *sourcePackage) comment() string {
	begin := "Package " + p.name + " "
	if p.name == "main" {
		begin = "Command " + path.Base(p.folder) + " "
	}
	var comments []string
	for _, f := range p.files {
		if f.Doc != nil {
			comments = append(comments, f.Doc.Text())
		}
	}
	switch {
	case len(comments) == 0:
		return p.folder + ": no package comment"
	case len(comments) > 1:
		return p.folder + ": several package comments"
	case !strings.HasPrefix(comments[0], begin):
		return p.folder + ": the package comment does not begin with " + begin
	case new(doc.Package).Synopsis(comments[0]) == "":
		return p.folder + ": the package comment has no first sentence"
	}
	return ""
}

// undocumented lists the exported names that have no comment. A group of constants,
// variables or types is documented by a comment on the group, on the name or
// beside it.
func (p *sourcePackage) undocumented() []string {
	var bare []string
	note := func(name string, comments ...*ast.CommentGroup) {
		for _, c := range comments {
			if strings.TrimSpace(c.Text()) != "" {
				return
			}
		}
		bare = append(bare, p.folder+": "+name)
	}
	for _, f := range p.files {
		for _, decl := range f.Decls {
			switch d := decl.(type) {
			case *ast.FuncDecl:
				if name := exportedFunc(d); name != "" {
					note(name, d.Doc)
				}
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					noteSpec(note, d, spec)
				}
			}
		}
	}
	return bare
}

// exportedFunc names a function that hosts can call, or answers nothing.
func exportedFunc(d *ast.FuncDecl) string {
	if !d.Name.IsExported() {
		return ""
	}
	if d.Recv == nil {
		return d.Name.Name
	}
	of := d.Recv.List[0].Type
	if star, ok := of.(*ast.StarExpr); ok {
		of = star.X
	}
	switch generic := of.(type) {
	case *ast.IndexExpr:
		of = generic.X
	case *ast.IndexListExpr:
		of = generic.X
	}
	receiver, ok := of.(*ast.Ident)
	if !ok || !receiver.IsExported() || slices.Contains(wellKnown, d.Name.Name) {
		return ""
	}
	return receiver.Name + "." + d.Name.Name
}

func noteSpec(note func(string, ...*ast.CommentGroup), d *ast.GenDecl, spec ast.Spec) {
	switch s := spec.(type) {
	case *ast.ValueSpec:
		for _, name := range s.Names {
			if name.IsExported() {
				note(name.Name, d.Doc, s.Doc, s.Comment)
			}
		}
	case *ast.TypeSpec:
		if !s.Name.IsExported() {
			return
		}
		note(s.Name.Name, d.Doc, s.Doc, s.Comment)
		if of, ok := s.Type.(*ast.InterfaceType); ok {
			for _, m := range of.Methods.List {
				for _, name := range m.Names {
					// A method may be clear from the interface's own comment.
					note(s.Name.Name+"."+name.Name, m.Doc, m.Comment, d.Doc, s.Doc)
				}
			}
		}
	}
}

func TestEveryPackageSaysWhatItIsFor(t *testing.T) {
	packages := parsePackages(t, os.DirFS("."), isSource)
	for _, p := range packages {
		if wrong := p.comment(); wrong != "" {
			t.Error(wrong)
		}
	}
	require.Greater(t, len(packages), 20, "the walk has seen the tree")
}

func TestEveryExportedNameIsDocumented(t *testing.T) {
	seen := 0
	for _, p := range parsePackages(t, os.DirFS("."), isSource) {
		if isInside(p.folder) || p.name == "main" {
			continue // no host can import it
		}
		seen++
		for _, name := range p.undocumented() {
			t.Errorf("%s has no comment", name)
		}
	}
	require.Greater(t, seen, 15, "the walk has seen the tree")
}

func TestEveryMethodOfTheClientIsInAnExample(t *testing.T) {
	inRoot := func(test bool) func(string) bool {
		return func(file string) bool {
			return path.Dir(file) == "." && path.Ext(file) == ".go" && strings.HasSuffix(file, "_test.go") == test
		}
	}
	called := make(map[string]bool)
	for _, p := range parsePackages(t, os.DirFS("."), inRoot(true)) {
		for _, example := range doc.Examples(p.files...) {
			require.NotEmpty(t, example.Output, "Example%s prints nothing, so that it is never run", example.Name)
			ast.Inspect(example.Code, func(n ast.Node) bool {
				if selector, ok := n.(*ast.SelectorExpr); ok {
					called[selector.Sel.Name] = true
				}
				return true
			})
		}
	}
	methods := 0
	for _, p := range parsePackages(t, os.DirFS("."), inRoot(false)) {
		for _, f := range p.files {
			for _, decl := range f.Decls {
				d, ok := decl.(*ast.FuncDecl)
				if !ok || !strings.HasPrefix(exportedFunc(d), "Client.") {
					continue
				}
				methods++
				if !called[d.Name.Name] {
					t.Errorf("no example calls %s", exportedFunc(d))
				}
			}
		}
	}
	require.Greater(t, methods, 30, "the walk has seen the client")
}

func TestTheDocumentationTestsSeeWhatIsMissing(t *testing.T) {
	tree := fstest.MapFS{
		"bare/a.go":      {Data: []byte("package bare\n\nfunc F() {}\n\ntype T int\n\nfunc (T) M() {}\nfunc (*T) Error() string { return \"\" }\nfunc f() {}\n")},
		"named/a.go":     {Data: []byte("// Some words.\npackage named\n\n// The answers.\nconst (\n\tA = 1\n\tb = 2\n)\n\nvar C = 3\n\nvar D = 4 // beside it\n")},
		"twice/a.go":     {Data: []byte("// Package twice is one.\npackage twice\n")},
		"twice/b.go":     {Data: []byte("// Package twice is two.\npackage twice\n")},
		"cmd/tool/a.go":  {Data: []byte("// Package main is a tool.\npackage main\n")},
		"good/a.go":      {Data: []byte("// Package good is good.\npackage good\n\n// G is generic.\ntype G[K any] struct{}\n\nfunc (*G[K]) Bare() {}\n\ntype Face interface{ Show() }\n")},
		"good/a_test.go": {Data: []byte("package good_test\n\nfunc Exported() {}\n")},
	}
	var comments, names []string
	for _, p := range parsePackages(t, tree, isSource) {
		if wrong := p.comment(); wrong != "" {
			comments = append(comments, wrong)
		}
		names = append(names, p.undocumented()...)
	}
	require.Equal(t, []string{
		"bare: no package comment",
		"cmd/tool: the package comment does not begin with Command tool ",
		"named: the package comment does not begin with Package named ",
		"twice: several package comments",
	}, comments)
	require.Equal(t, []string{"bare: F", "bare: T", "bare: T.M", "good: G.Bare", "good: Face", "good: Face.Show", "named: C"}, names)
}
