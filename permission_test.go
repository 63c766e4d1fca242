package oms_test

import (
	"go/ast"
	"go/token"
	"io/fs"
	"os"
	"path"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/inventory"
)

// unasked are the methods that need no permission, and why.
var unasked = map[string]string{
	"Tenant": "derives a client", "As": "derives a client", "With": "derives a client", "Inventory.WithSourcing": "derives a service",
	"Close": "ends the shop for everybody: it is the program's, and no actor's",
}

// exportedMethods are the exported methods of the client and of its services, by name.
func exportedMethods() map[string]reflect.Method {
	all := make(map[string]reflect.Method)
	for prefix, typ := range map[string]reflect.Type{
		"": reflect.TypeFor[*oms.Client](), "Inventory.": reflect.TypeFor[*inventory.Service](),
	} {
		for i := range typ.NumMethod() {
			all[prefix+typ.Method(i).Name] = typ.Method(i)
		}
	}
	return all
}

// permissionOf returns what a method asks for; empty for none.
func permissionOf(method string) string {
	for _, p := range oms.Permissions() {
		if slices.Contains(p.Methods, method) {
			return p.Command
		}
	}
	return ""
}

func TestEveryMethodHasOnePermission(t *testing.T) {
	of := make(map[string]string)
	for _, p := range oms.Permissions() {
		require.NotEmpty(t, p.Methods, p.Command)
		for _, m := range p.Methods {
			require.Empty(t, of[m], "%s has two permissions", m)
			of[m] = p.Command
		}
	}
	exported := exportedMethods()
	for name := range exported {
		if unasked[name] == "" {
			require.NotEmpty(t, of[name], "%s has no permission: add it to Permissions", name)
		}
	}
	for name := range of {
		require.Contains(t, exported, name, "there is no such method")
		require.Empty(t, unasked[name], name)
	}
	client := reflect.TypeFor[oms.Client]()
	for i := range client.NumField() {
		if f := client.Field(i); f.IsExported() {
			require.Equal(t, "Inventory", f.Name, "the methods of another service are not looked at")
		}
	}
}

// The names in the code are those of the list, and the other way round.
func TestThePermissionsAreTheCommandsOfTheCode(t *testing.T) {
	var listed []string
	for _, p := range oms.Permissions() {
		listed = append(listed, p.Command)
	}
	listed = append(listed, oms.Steps()...)
	slices.Sort(listed)
	require.Equal(t, slices.Compact(slices.Clone(listed)), listed, "a name is listed twice")
	used, wrong := commandNames(t, os.DirFS("."), ".", "inventory")
	require.Empty(t, wrong)
	require.Equal(t, listed, used)
}

// commandNames finds the names of commands in the code of some folders, and places
// where a name is not to be seen.
func commandNames(t *testing.T, tree fs.FS, folders ...string) (names, wrong []string) {
	t.Helper()
	source := func(file string) bool { return isSource(file) && slices.Contains(folders, path.Dir(file)) }
	for _, p := range parsePackages(t, tree, source) {
		for _, file := range p.files {
			consts := constants(file)
			note := func(at ast.Node, expr ast.Expr) {
				switch name, ok := textOf(expr, consts); {
				case ok:
					names = append(names, name)
				case !isPassedOn(expr):
					wrong = append(wrong, p.folder+": a command name that is no constant")
				}
			}
			ast.Inspect(file, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.CompositeLit:
					if name := nameField(n); name != nil {
						note(n, name)
					}
				case *ast.CallExpr:
					if asks(n) {
						note(n, n.Args[1])
					}
				}
				return true
			})
		}
	}
	slices.Sort(names)
	return slices.Compact(names), wrong
}

// nameField is the name in a literal that is the envelope of a command.
func nameField(lit *ast.CompositeLit) ast.Expr {
	typ, ok := lit.Type.(*ast.Ident)
	if !ok || typ.Name != "request" && typ.Name != "change" || len(lit.Elts) == 0 {
		return nil
	}
	for _, e := range lit.Elts {
		keyed, ok := e.(*ast.KeyValueExpr)
		if !ok {
			return lit.Elts[0]
		}
		if keyed.Key.(*ast.Ident).Name == "name" {
			return keyed.Value
		}
	}
	return nil
}

// asks reports whether a call asks about a command, or issues it.
func asks(call *ast.CallExpr) bool {
	target, ok := call.Fun.(*ast.SelectorExpr)
	return ok && len(call.Args) > 1 &&
		slices.Contains([]string{"Issue", "Allow", "authorize", "allow", "deliveries"}, target.Sel.Name)
}

// isPassedOn reports whether a name comes from where it has been seen already.
func isPassedOn(expr ast.Expr) bool {
	switch expr := expr.(type) {
	case *ast.Ident:
		return expr.Name == "command"
	case *ast.SelectorExpr:
		return expr.Sel.Name == "name"
	default:
		return false
	}
}

func constants(file *ast.File) map[string]string {
	texts := make(map[string]string)
	ast.Inspect(file, func(n ast.Node) bool {
		if decl, ok := n.(*ast.GenDecl); ok && decl.Tok == token.CONST {
			for _, spec := range decl.Specs {
				v := spec.(*ast.ValueSpec)
				for i := range min(len(v.Names), len(v.Values)) {
					if text, ok := textOf(v.Values[i], nil); ok {
						texts[v.Names[i].Name] = text
					}
				}
			}
		}
		return true
	})
	return texts
}

func textOf(expr ast.Expr, consts map[string]string) (string, bool) {
	switch expr := expr.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(expr.Value)
		return text, err == nil && expr.Kind == token.STRING
	case *ast.Ident:
		text, ok := consts[expr.Name]
		return text, ok
	default:
		return "", false
	}
}

// The search sees a name wherever one can stand.
func TestTheSearchForCommandNamesSeesThemAll(t *testing.T) {
	names, wrong := commandNames(t, fstest.MapFS{"a.go": &fstest.MapFile{Data: []byte(strings.Join([]string{
		"package oms",
		`const kept = "a.constant"`,
		`var _ = request{name: "a.request", key: k}`,
		`var _ = request{"a.first", k}`,
		`var _ = change{key: k, name: "a.change"}`,
		`var _ = other{name: "not.a.command"}`,
		`func f() { c.issuer.Issue(ctx, "a.issued", k); c.authorize(ctx, "a.read"); s.Allow(ctx, kept); c.issuer.Issue(ctx, req.name, k) }`,
		`func g() { c.allow(ctx, "a"+b); Issue("not", "asked") }`,
	}, "\n"))}}, ".")
	require.Equal(t, []string{"a.change", "a.constant", "a.first", "a.issued", "a.read", "a.request"}, names)
	require.Len(t, wrong, 1)
}
