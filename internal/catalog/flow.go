package main

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strings"
)

// open ends a text whose rest only a run of the program knows.
const open = "*"

// flow finds which texts an expression can stand for, by following it back through
// variables, fields, parameters and results to the constants that it is made of.
type flow struct {
	source *source

	calls   map[types.Object][]*ast.CallExpr // of a declared function or a variable that holds one
	bodies  map[types.Object]*ast.FuncDecl
	values  map[types.Object][]value // assigned to a variable or field
	owner   map[types.Object]param   // of a parameter
	handled map[ast.Node]bool        // being followed: guards against going in circles
	lost    map[ast.Node]bool        // where the trail ended
}

// value is what a variable was set to: the index-th result of a call, or the
// expression itself when index is below zero.
type value struct {
	expr  ast.Expr
	index int
}

// param is a parameter's place.
type param struct {
	function ast.Node     // *ast.FuncDecl or *ast.FuncLit
	object   types.Object // the declared function, if it is one
	index    int
}

func newFlow(s *source, in []*pkg) *flow {
	f := &flow{
		source: s, calls: make(map[types.Object][]*ast.CallExpr), bodies: make(map[types.Object]*ast.FuncDecl),
		values: make(map[types.Object][]value), owner: make(map[types.Object]param), handled: make(map[ast.Node]bool), lost: make(map[ast.Node]bool),
	}
	for _, p := range in {
		for _, file := range p.files {
			ast.Inspect(file, func(n ast.Node) bool { f.note(n); return true })
		}
	}
	return f
}

// object returns what an identifier stands for; a generic declaration and its
// instances are one.
func (f *flow) object(name *ast.Ident) types.Object {
	switch object := f.source.info.ObjectOf(name).(type) {
	case *types.Func:
		return object.Origin()
	case *types.Var:
		return object.Origin()
	default:
		return object
	}
}

// target returns the function, variable or field that an expression names.
func (f *flow) target(expr ast.Expr) types.Object {
	switch expr := ast.Unparen(expr).(type) {
	case *ast.Ident:
		return f.object(expr)
	case *ast.SelectorExpr:
		return f.object(expr.Sel)
	case *ast.IndexExpr:
		return f.target(expr.X)
	case *ast.IndexListExpr:
		return f.target(expr.X)
	}
	return nil
}

// constant returns the text of a constant expression.
func (f *flow) constant(expr ast.Expr) (string, bool) {
	known := f.source.info.Types[expr]
	if known.Value == nil || known.Value.Kind() != constant.String {
		return "", false
	}
	return constant.StringVal(known.Value), true
}

// texts returns the texts that an expression can stand for, in order. The empty
// text is none: it goes with an error, or says that there is nothing to record.
// What cannot be followed is noted.
func (f *flow) texts(expr ast.Expr) []string {
	if f.handled[expr] {
		return nil
	}
	f.handled[expr] = true
	defer delete(f.handled, expr)
	if text, ok := f.constant(expr); ok {
		if text == "" {
			return nil
		}
		return []string{text}
	}
	switch expr := ast.Unparen(expr).(type) {
	case *ast.BinaryExpr:
		if expr.Op == token.ADD {
			return f.joined(expr)
		}
	case *ast.CallExpr:
		return f.called(expr, 0)
	case *ast.Ident, *ast.SelectorExpr:
		return f.held(expr)
	}
	f.lose(expr)
	return nil
}

// lose notes that the trail ends at a node.
func (f *flow) lose(n ast.Node) {
	if !f.lost[n] {
		f.lost[n] = true
		f.source.blame(n.Pos(), "nobody can tell from the code which types of events these are: use a constant")
	}
}

func (f *flow) joined(expr *ast.BinaryExpr) []string {
	var all []string
	for _, left := range f.texts(expr.X) {
		if strings.HasSuffix(left, open) {
			f.lose(expr)
			return nil
		}
		for _, right := range f.texts(expr.Y) {
			all = append(all, left+right)
		}
	}
	return all
}

// called follows a call to its index-th result: of a conversion, of a function of
// ours, or of whatever functions a variable can hold.
func (f *flow) called(call *ast.CallExpr, index int) []string {
	if f.source.info.Types[call.Fun].IsType() {
		return f.texts(call.Args[0])
	}
	var all []string
	for _, function := range f.functions(call.Fun) {
		for _, result := range results(function) {
			switch {
			case len(result.Results) == signature(function).Results.NumFields():
				all = append(all, f.texts(result.Results[index])...)
			case len(result.Results) == 1: // return g(), with several results
				all = append(all, f.valueTexts(value{result.Results[0], index})...)
			default:
				f.lose(result)
			}
		}
	}
	return sorted(all)
}

// declared returns the constants of an expression's type, which are all that a
// value of it should be; none unless it is a named text.
func (f *flow) declared(expr ast.Expr) []string {
	named, ok := f.source.info.TypeOf(expr).(*types.Named)
	if !ok {
		return nil
	}
	return sorted(constantsOf(named))
}

// constantsOf returns the values of a named text type in the order they are
// declared in, none for other types.
func constantsOf(named *types.Named) []string {
	if basic, ok := named.Underlying().(*types.Basic); !ok || basic.Kind() != types.String {
		return nil
	}
	scope := named.Obj().Pkg().Scope()
	var constants []*types.Const
	for _, name := range scope.Names() {
		if c, ok := scope.Lookup(name).(*types.Const); ok && types.Identical(c.Type(), named) && c.Val().Kind() == constant.String {
			constants = append(constants, c)
		}
	}
	slices.SortFunc(constants, func(a, b *types.Const) int { return int(a.Pos() - b.Pos()) })
	var values []string
	for _, c := range constants {
		values = append(values, constant.StringVal(c.Val()))
	}
	return values
}

// held follows a variable, field or parameter to all that it was set to.
func (f *flow) held(expr ast.Expr) []string {
	object := f.target(expr)
	variable, ok := object.(*types.Var)
	if !ok {
		f.lose(expr)
		return nil
	}
	var all []string
	from := f.sources(object, expr)
	switch _, isParam := f.owner[object]; {
	case isParam:
	case variable.IsField() && variable.Exported():
		// One of few, or only the host knows what it fills in.
		if all = f.declared(expr); len(all) > 0 {
			return all
		}
		all = append(all, open)
	case len(from) == 0:
		f.lose(expr)
	}
	for _, v := range from {
		all = append(all, f.valueTexts(v)...)
	}
	return sorted(all)
}

func (f *flow) valueTexts(v value) []string {
	if v.index < 0 {
		return f.texts(v.expr)
	}
	if call, ok := ast.Unparen(v.expr).(*ast.CallExpr); ok {
		return f.called(call, v.index)
	}
	f.lose(v.expr)
	return nil
}

// sources returns what a variable was set to; for a parameter of a declared
// function, what each of our calls gives it. A function that we do not call
// ourselves is given nothing.
func (f *flow) sources(object types.Object, use ast.Expr) []value {
	from := slices.Clone(f.values[object])
	p, ok := f.owner[object]
	switch {
	case !ok:
		return from
	case p.object == nil:
		f.lose(use)
		return from
	}
	for _, call := range f.calls[p.object] {
		if p.index < len(call.Args) {
			from = append(from, value{call.Args[p.index], -1})
		} else {
			f.lose(call)
		}
	}
	return from
}

// functions returns the functions that an expression can stand for.
func (f *flow) functions(expr ast.Expr) []ast.Node {
	if f.handled[expr] {
		return nil
	}
	f.handled[expr] = true
	defer delete(f.handled, expr)
	if lit, ok := ast.Unparen(expr).(*ast.FuncLit); ok {
		return []ast.Node{lit}
	}
	object := f.target(expr)
	if body := f.bodies[object]; body != nil {
		return []ast.Node{body}
	}
	if _, ok := object.(*types.Var); !ok {
		f.lose(expr)
		return nil
	}
	var all []ast.Node
	from := f.sources(object, expr)
	if _, isParam := f.owner[object]; len(from) == 0 && !isParam {
		f.lose(expr)
	}
	for _, v := range from {
		if v.index < 0 {
			all = append(all, f.functions(v.expr)...)
		} else {
			f.lose(v.expr)
		}
	}
	return all
}

// results returns the return statements of a function, not those of functions
// inside it.
func results(function ast.Node) []*ast.ReturnStmt {
	body := bodyOf(function)
	var all []*ast.ReturnStmt
	ast.Inspect(body, func(n ast.Node) bool {
		if _, inner := n.(*ast.FuncLit); inner {
			return false
		}
		if result, ok := n.(*ast.ReturnStmt); ok {
			all = append(all, result)
		}
		return true
	})
	return all
}

func bodyOf(function ast.Node) *ast.BlockStmt {
	if lit, ok := function.(*ast.FuncLit); ok {
		return lit.Body
	}
	return function.(*ast.FuncDecl).Body
}

func signature(function ast.Node) *ast.FuncType {
	if lit, ok := function.(*ast.FuncLit); ok {
		return lit.Type
	}
	return function.(*ast.FuncDecl).Type
}

// sorted returns the texts in order, each once.
func sorted(texts []string) []string {
	set := make(map[string]bool, len(texts))
	for _, t := range texts {
		set[t] = true
	}
	return slices.Sorted(maps.Keys(set))
}
