package oms_test

import (
	"go/ast"
	"io/fs"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

// unfuzzed are the functions that look as if they read what others wrote and have
// no fuzz target, and why. A * at the end stands for the rest of a name.
var unfuzzed = map[string]string{
	"cmd/oms/internal/bench: *":   "reads what the bench itself has written, in the same run",
	"internal/*":                  "for tests and generators: it reads files of ours and of its own",
	"payment/paymenttest: *":      "a suite: it makes what it reads",
	"examples/gateway: service.*": "stands for somebody else's server",
	"examples/carrier: service.*": "stands for somebody else's server",
	"examples/carrier: read":      "stands for somebody else's server",

	"cmd/oms: demoCommand.read":               "the text is the name of a file to write",
	"storage: inventoryStore.CommitInventory": "the bytes are a result of ours, on its way into the store",
}

// reading is how the names of functions begin that read.
var reading = regexp.MustCompile(`^(?i:parse|decode|unmarshal|verify|scan|read|load)([A-Z0-9_].*)?$`)

// foreignTypes are the types in which comes what others wrote.
var foreignTypes = []string{"*http.Request", "http.Header", "io.Reader", "*bufio.Reader", "payment.Delivery", "[][]byte", "json.RawMessage"}

// byName are methods that whoever calls does not name: a target must do so itself.
var byName = []string{"UnmarshalJSON", "UnmarshalText", "UnmarshalBinary", "GobDecode", "Scan", "ServeHTTP"}

// entrance is a function that reads what others wrote.
type entrance struct{ folder, typ, name string }

func (e entrance) String() string {
	if e.typ == "" {
		return e.folder + ": " + e.name
	}
	return e.folder + ": " + e.typ + "." + e.name
}

// isEntrance reports whether a function takes in what others wrote: bytes, texts or
// requests, of which it says whether they are good.
func isEntrance(d *ast.FuncDecl) bool {
	var in, out []string
	for _, p := range d.Type.Params.List {
		in = append(in, strings.Repeat(typeText(p.Type)+" ", max(1, len(p.Names))))
	}
	in = strings.Fields(strings.Join(in, " "))
	if d.Type.Results != nil {
		for _, r := range d.Type.Results.List {
			out = append(out, typeText(r.Type))
		}
	}
	has := func(types ...string) bool {
		return slices.ContainsFunc(in, func(t string) bool { return slices.Contains(types, t) })
	}
	judges := slices.Contains(out, "error") || slices.Contains(out, "bool")
	switch {
	case strings.HasPrefix(strings.ToLower(d.Name.Name), "append"):
		return false // the bytes are what it appends to
	case has(foreignTypes...):
		return len(out) > 0 || has("http.ResponseWriter")
	case has("[]byte"):
		return judges
	case has("context.Context"):
		return false // asks a store
	}
	return reading.MatchString(d.Name.Name) && has("string", "any", "[]string") && len(out) > 0
}

// typeText writes a type as it stands in the code, as far as it matters here.
func typeText(e ast.Expr) string {
	switch x := e.(type) {
	case *ast.Ident:
		return x.Name
	case *ast.StarExpr:
		return "*" + typeText(x.X)
	case *ast.SelectorExpr:
		return typeText(x.X) + "." + x.Sel.Name
	case *ast.ArrayType:
		return "[]" + typeText(x.Elt)
	case *ast.Ellipsis:
		return "[]" + typeText(x.Elt)
	case *ast.IndexExpr:
		return typeText(x.X)
	default:
		return "?"
	}
}

// receiver is the name of a method's type, and empty for a function.
func receiver(d *ast.FuncDecl) string {
	if d.Recv == nil {
		return ""
	}
	return strings.TrimPrefix(typeText(d.Recv.List[0].Type), "*")
}

// mentioned are the names in a function's body, but for those that it declares.
func mentioned(d *ast.FuncDecl) map[string]bool {
	names := make(map[string]bool)
	ast.Inspect(d, func(n ast.Node) bool {
		if name, ok := n.(*ast.Ident); ok && n != d.Name {
			names[name.Name] = true
		}
		return true
	})
	return names
}

// folderCode is the code of a folder: its entrances, and what its fuzz targets reach,
// by name.
type folderCode struct {
	entrances []entrance
	bodies    map[string][]map[string]bool // what the functions of a name mention
	targets   []map[string]bool            // what each fuzz target mentions
}

// entrances reads the tree.
func entrances(t *testing.T, tree fs.FS) map[string]*folderCode {
	t.Helper()
	folders := make(map[string]*folderCode)
	isTest := func(file string) bool { return strings.HasSuffix(file, "_test.go") }
	for _, keep := range []func(string) bool{isSource, isTest} {
		for _, p := range parsePackages(t, tree, keep) {
			code := folders[p.folder]
			if code == nil {
				code = &folderCode{bodies: make(map[string][]map[string]bool)}
				folders[p.folder] = code
			}
			for _, f := range p.files {
				for _, decl := range f.Decls {
					if d, ok := decl.(*ast.FuncDecl); ok {
						code.add(d)
						if keep("a.go") && isEntrance(d) {
							code.entrances = append(code.entrances, entrance{p.folder, receiver(d), d.Name.Name})
						}
					}
				}
			}
		}
	}
	return folders
}

func (c *folderCode) add(d *ast.FuncDecl) {
	names := mentioned(d)
	c.bodies[d.Name.Name] = append(c.bodies[d.Name.Name], names)
	if strings.HasPrefix(d.Name.Name, "Fuzz") && names["F"] {
		c.targets = append(c.targets, names)
	}
}

// reached reports whether a fuzz target leads to the entrance: by its name, and for a
// method by that of its type. What is called by no name must be named in one target.
func (c *folderCode) reached(e entrance) bool {
	if slices.Contains(byName, e.name) {
		return slices.ContainsFunc(c.targets, func(names map[string]bool) bool {
			return names[e.name] && (names[e.typ] || e.name == "ServeHTTP")
		})
	}
	seen := make(map[string]bool)
	next := c.targets
	for len(next) > 0 {
		var further []map[string]bool
		for _, names := range next {
			for name := range names {
				if !seen[name] {
					seen[name] = true
					further = append(further, c.bodies[name]...)
				}
			}
		}
		next = further
	}
	return seen[e.name] && (e.typ == "" || seen[e.typ])
}

// excused returns the exception that an entrance falls under.
func excused(e entrance, exceptions map[string]string) (string, bool) {
	for pattern := range exceptions {
		if begin, open := strings.CutSuffix(pattern, "*"); pattern == e.String() || open && strings.HasPrefix(e.String(), begin) {
			return pattern, true
		}
	}
	return "", false
}

// missing lists the entrances that no target reaches, and the exceptions that nothing needs.
func missing(folders map[string]*folderCode, exceptions map[string]string) (unreached, idle []string, all int) {
	used := make(map[string]bool)
	for _, folder := range slices.Sorted(maps.Keys(folders)) {
		code := folders[folder]
		for _, e := range code.entrances {
			all++
			if code.reached(e) {
				continue
			}
			if pattern, ok := excused(e, exceptions); ok {
				used[pattern] = true
				continue
			}
			unreached = append(unreached, e.String())
		}
	}
	for pattern := range exceptions {
		if !used[pattern] {
			idle = append(idle, pattern)
		}
	}
	slices.Sort(idle)
	return unreached, idle, all
}

func TestEverythingThatReadsWhatOthersWroteIsFuzzed(t *testing.T) {
	unreached, idle, all := missing(entrances(t, os.DirFS(".")), unfuzzed)
	require.Greater(t, all, 50, "the walk has seen the tree")
	for _, e := range unreached {
		t.Errorf("%s has no fuzz target, and no reason for none in unfuzzed", e)
	}
	require.Empty(t, idle, "these exceptions are needed no more")
}

func TestTheTestOfTargetsSeesWhatIsMissing(t *testing.T) {
	tree := fstest.MapFS{
		"a/a.go": {Data: []byte(`package a
type T struct{}
func (t *T) UnmarshalJSON(data []byte) error { return nil }
func (t *T) UnmarshalText(text []byte) error { return nil }
type U struct{}
func (u *U) UnmarshalText(text []byte) error { return nil }
func Parse(text string) (T, bool) { return read(text) }
func read(text string) (T, bool) { return T{}, false }
func ParseOther(text string) (T, error) { return T{}, nil }
func ready(text string) bool { return false }
func appendJSON(dst []byte) ([]byte, error) { return dst, nil }
func check(mac []byte) bool { return false }
type server struct{}
func (s server) ServeHTTP(w http.ResponseWriter, r *http.Request) {}
func (s server) other(w http.ResponseWriter, r *http.Request) {}
func (s server) ask(ctx context.Context, name string) error { return nil }
`)},
		"a/a_test.go": {Data: []byte(`package a_test
func FuzzParse(f *testing.F) { f.Fuzz(func(t *testing.T, text string) { helper(text); var x T; x.UnmarshalText(nil) }) }
func helper(text string) { a.Parse(text) }
func decodeAll(t *testing.T, text string) error { return nil }
func FuzzNothing(text string) { ParseOther(text) }
`)},
	}
	unreached, idle, all := missing(entrances(t, tree), map[string]string{"a: server.*": "theirs", "a: gone": "was there"})
	require.Equal(t, []string{"a: T.UnmarshalJSON", "a: U.UnmarshalText", "a: ParseOther", "a: check"}, unreached)
	require.Equal(t, []string{"a: gone"}, idle)
	require.Equal(t, 9, all)
}
