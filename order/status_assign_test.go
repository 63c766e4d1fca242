package order

import (
	"fmt"
	"go/ast"
	"go/build"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const modulePath = "github.com/go-oms/oms"

// statusWriters are the functions that may write the statuses of an Order: the
// machine for Status, and for the derived ones the two that call all the derive
// functions.
var statusWriters = map[string][]string{
	"Status":            {"order.Machine.enter"},
	"PaymentStatus":     {"order.Order.Derive", "order.sheet.order"},
	"FulfillmentStatus": {"order.Order.Derive", "order.sheet.order"},
	"ReturnStatus":      {"order.Order.Derive", "order.sheet.order"},
}

// statusDecoders rebuild an order, whole, from what a store wrote: a row, a payload.
var statusDecoders = []string{"sqlstore.row.order", "sqlstore.parser.order"}

// The whole module, tests and test suites apart, is type-checked and searched for
// anything that writes a status of an Order elsewhere: an assignment, a composite
// literal, or a pointer to the field, through which anything could be written.
// Copying or decoding an order whole is none of these: it writes no new status.
func TestStatusIsAssignedInOnePlace(t *testing.T) {
	t.Parallel()
	root, err := filepath.Abs("..")
	require.NoError(t, err)
	m := loadModule(t, root)
	found := m.statusWrites(t)
	for _, w := range found {
		if !slices.Contains(statusWriters[w.field], w.function) && !slices.Contains(statusDecoders, w.function) {
			t.Errorf("%s: %s writes Order.%s", w.position, w.function, w.field)
		}
	}
	for field, writers := range statusWriters {
		for _, function := range writers {
			require.True(t, slices.ContainsFunc(found, func(w statusWrite) bool {
				return w.field == field && w.function == function
			}), "%s no longer writes %s: the search is blind or the list is old", function, field)
		}
	}
}

// The search is tried on a package that does everything it must find.
func TestStatusSearchFinds(t *testing.T) {
	t.Parallel()
	root, err := filepath.Abs("..")
	require.NoError(t, err)
	const planted = `package planted

import (
	"iter"
	"slices"

	"github.com/go-oms/oms/order"
)

type box struct{ *order.Order }
type own struct{ Status string }
type list []order.Order

func assign(o *order.Order)         { o.Status = "completed" }
func several(o order.Order)         { o.Number, o.Status = "1", "x" }
func embedded(b box)                { b.Status = "x" }
func nested(d order.Delta)          { d.Order.Status = "x" }
func indexed(os []*order.Order)     { slices.Clone(os)[0].Status = "x" }
func named(l list)                  { l[0].PaymentStatus = order.PaymentPaid }
func ranged(os iter.Seq[*order.Order]) { for o := range os { o.ReturnStatus = "x" } }
func literal() order.Order          { return order.Order{Status: "x"} }
func pointed() *order.Order         { return &order.Order{Number: "1", FulfillmentStatus: "x"} }
func implied() []order.Order        { return []order.Order{{Status: "x"}} }
func taken(o *order.Order) *string  { return &o.Status }
func closure(o *order.Order) func() { return func() { o.Status += "x" } }
func receiver() (o order.Order)     { for o.Status = range map[string]int{} { }; return o }
func parens(o *order.Order)         { (*o).Status = "x" }
func (b box) method()               { b.Order.Status = "x" }

var global = order.Order{Status: "x"}

func fine(o *order.Order, s own, r *order.Return) own {
	s.Status, r.Status = o.Status, "x"
	c := *o
	o = &c
	if o.Status == "" { s = own{Status: o.Status} }
	return s
}
`
	m := loadModule(t, root, plantedFile{"planted", planted})
	var got []string
	for _, w := range m.statusWrites(t) {
		if name, ok := strings.CutPrefix(w.function, "planted."); ok {
			got = append(got, name+" "+w.field)
		}
	}
	require.Equal(t, []string{
		"assign Status", "several Status", "embedded Status", "nested Status", "indexed Status", "named PaymentStatus",
		"ranged ReturnStatus", "literal Status", "pointed FulfillmentStatus", "implied Status", "taken Status",
		"closure Status", "receiver Status", "parens Status", "box.method Status", "(package) Status",
	}, got)
}

// generic are the packages of the standard library out of which an order may come.
// The rest of it, which takes seconds to check, and other modules are taken to be
// empty.
var generic = []string{"cmp", "iter", "maps", "slices", "sync", "sync/atomic"}

// module is the source of the module, type-checked as far as it knows an Order.
type module struct {
	fset     *token.FileSet
	files    map[string][]*ast.File // by import path
	packages map[string]*types.Package
	infos    map[string]*types.Info
	standard types.Importer
}

type plantedFile struct{ folder, text string }

func loadModule(t *testing.T, root string, planted ...plantedFile) *module {
	t.Helper()
	fset := token.NewFileSet()
	m := &module{
		fset: fset, files: map[string][]*ast.File{}, packages: map[string]*types.Package{},
		infos: map[string]*types.Info{}, standard: importer.ForCompiler(fset, "source", nil),
	}
	for _, p := range planted {
		file, err := parser.ParseFile(fset, p.folder+".go", p.text, parser.SkipObjectResolution)
		require.NoError(t, err)
		m.files[path.Join(modulePath, p.folder)] = []*ast.File{file}
	}
	require.NoError(t, filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := d.Name()
		if d.IsDir() {
			if name != root && (strings.HasPrefix(base, ".") || base == "testdata" || base == "vendor") {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(base, ".go") || strings.HasSuffix(base, "_test.go") {
			return nil
		}
		if match, err := build.Default.MatchFile(filepath.Dir(name), base); err != nil || !match {
			return err
		}
		file, err := parser.ParseFile(fset, name, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		folder, err := filepath.Rel(root, filepath.Dir(name))
		if err != nil {
			return err
		}
		at := path.Join(modulePath, filepath.ToSlash(folder))
		m.files[at] = append(m.files[at], file)
		return nil
	}))
	return m
}

// Import makes the module an importer for itself.
func (m *module) Import(at string) (*types.Package, error) {
	if p, ok := m.packages[at]; ok {
		return p, nil
	}
	files, ours := m.files[at]
	switch {
	case ours:
		info := &types.Info{
			Selections: map[*ast.SelectorExpr]*types.Selection{}, Types: map[ast.Expr]types.TypeAndValue{},
			Uses: map[*ast.Ident]types.Object{},
		}
		config := types.Config{Importer: m, Error: func(error) {}} // what the empty packages lack
		p, _ := config.Check(at, m.fset, files, info)
		m.packages[at], m.infos[at] = p, info
	case slices.Contains(generic, at):
		p, err := m.standard.Import(at)
		if err != nil {
			return nil, err
		}
		m.packages[at] = p
	default:
		p := types.NewPackage(at, path.Base(at))
		p.MarkComplete()
		m.packages[at] = p
	}
	return m.packages[at], nil
}

// knowsOrder reports whether the package imports this one, however indirectly.
func (m *module) knowsOrder(at string, seen map[string]bool) bool {
	if at == path.Join(modulePath, "order") {
		return true
	}
	if seen[at] {
		return false
	}
	seen[at] = true
	for _, file := range m.files[at] {
		for _, spec := range file.Imports {
			imported, _ := strconv.Unquote(spec.Path.Value)
			if m.files[imported] != nil && m.knowsOrder(imported, seen) {
				return true
			}
		}
	}
	return false
}

type statusWrite struct{ position, function, field string }

// statusWrites returns every write of an order's status, in order of the source.
func (m *module) statusWrites(t *testing.T) []statusWrite {
	t.Helper()
	var all []statusWrite
	for _, at := range m.sorted() {
		// Suites for tests build orders by hand, as tests do.
		if strings.HasSuffix(at, "test") || !m.knowsOrder(at, map[string]bool{}) {
			continue
		}
		_, err := m.Import(at)
		require.NoError(t, err)
		own, err := m.Import(path.Join(modulePath, "order"))
		require.NoError(t, err)
		s := &statusSearch{module: m, info: m.infos[at], fields: orderStatuses(t, own)}
		for _, file := range m.files[at] {
			for _, decl := range file.Decls {
				s.function = path.Base(at) + "." + declName(decl)
				ast.Inspect(decl, s.visit)
			}
		}
		all = append(all, s.found...)
	}
	return all
}

func (m *module) sorted() []string {
	var all []string
	for at := range m.files {
		all = append(all, at)
	}
	slices.Sort(all)
	return all
}

// orderStatuses returns the fields of Order that the test is about.
func orderStatuses(t *testing.T, p *types.Package) map[*types.Var]bool {
	t.Helper()
	fields := map[*types.Var]bool{}
	s := p.Scope().Lookup("Order").Type().Underlying().(*types.Struct)
	for i := range s.NumFields() {
		if _, ok := statusWriters[s.Field(i).Name()]; ok {
			fields[s.Field(i)] = true
		}
	}
	require.Len(t, fields, len(statusWriters))
	return fields
}

func declName(d ast.Decl) string {
	f, ok := d.(*ast.FuncDecl)
	if !ok {
		return "(package)"
	}
	if f.Recv == nil {
		return f.Name.Name
	}
	receiver := f.Recv.List[0].Type
	if star, ok := receiver.(*ast.StarExpr); ok {
		receiver = star.X
	}
	if generic, ok := receiver.(*ast.IndexExpr); ok {
		receiver = generic.X
	}
	return fmt.Sprintf("%s.%s", receiver, f.Name.Name)
}

type statusSearch struct {
	*module
	info     *types.Info
	fields   map[*types.Var]bool
	function string
	found    []statusWrite
}

func (s *statusSearch) visit(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.AssignStmt:
		for _, left := range n.Lhs {
			s.target(left)
		}
	case *ast.RangeStmt:
		s.target(n.Key)
		s.target(n.Value)
	case *ast.IncDecStmt:
		s.target(n.X)
	case *ast.UnaryExpr:
		if n.Op == token.AND {
			s.target(n.X)
		}
	case *ast.CompositeLit:
		s.literal(n)
	}
	return true
}

// target looks at something that is written. Where the type of what the field is
// selected from is not known, the name alone is enough for suspicion.
func (s *statusSearch) target(e ast.Expr) {
	for {
		p, ok := e.(*ast.ParenExpr)
		if !ok {
			break
		}
		e = p.X
	}
	selector, ok := e.(*ast.SelectorExpr)
	if !ok {
		return
	}
	selection, resolved := s.info.Selections[selector]
	switch {
	case resolved:
		if field, ok := selection.Obj().(*types.Var); ok && s.fields[field] {
			s.add(selector.Sel, field.Name())
		}
	case statusWriters[selector.Sel.Name] != nil && s.info.Uses[selector.Sel] == nil:
		s.add(selector.Sel, selector.Sel.Name)
	}
}

func (s *statusSearch) literal(n *ast.CompositeLit) {
	t := s.info.TypeOf(n)
	if t == nil {
		return
	}
	if p, ok := t.Underlying().(*types.Pointer); ok { // the inner {} of []*Order{{}}
		t = p.Elem()
	}
	structure, ok := t.Underlying().(*types.Struct)
	if !ok {
		return
	}
	for i, element := range n.Elts {
		if pair, ok := element.(*ast.KeyValueExpr); ok {
			if field, ok := s.info.Uses[pair.Key.(*ast.Ident)].(*types.Var); ok && s.fields[field] {
				s.add(pair.Key, field.Name())
			}
		} else if i < structure.NumFields() && s.fields[structure.Field(i)] {
			s.add(element, structure.Field(i).Name())
		}
	}
}

func (s *statusSearch) add(at ast.Node, field string) {
	position := s.fset.Position(at.Pos())
	if dir, err := os.Getwd(); err == nil {
		if relative, err := filepath.Rel(filepath.Dir(dir), position.Filename); err == nil {
			position.Filename = relative
		}
	}
	s.found = append(s.found, statusWrite{position.String(), s.function, field})
}
