package main

import (
	"go/ast"
	"go/types"
)

// note takes down what one node says about where values come from.
func (f *flow) note(n ast.Node) {
	switch n := n.(type) {
	case *ast.FuncDecl:
		object := f.object(n.Name)
		f.bodies[object] = n
		f.noteParams(n.Type, n, object)
	case *ast.FuncLit:
		f.noteParams(n.Type, n, nil)
	case *ast.CallExpr:
		if object := f.target(n.Fun); object != nil {
			f.calls[object] = append(f.calls[object], n)
		}
	case *ast.AssignStmt:
		f.noteValues(n.Lhs, n.Rhs)
	case *ast.ValueSpec:
		left := make([]ast.Expr, len(n.Names))
		for i, name := range n.Names {
			left[i] = name
		}
		f.noteValues(left, n.Values)
	case *ast.CompositeLit:
		f.noteFields(n)
	}
}

func (f *flow) noteParams(of *ast.FuncType, function ast.Node, object types.Object) {
	index := 0
	for _, field := range of.Params.List {
		for _, name := range field.Names {
			f.owner[f.object(name)] = param{function: function, object: object, index: index}
			index++
		}
		if len(field.Names) == 0 {
			index++
		}
	}
}

func (f *flow) noteValues(left, right []ast.Expr) {
	for i, to := range left {
		object := f.target(to)
		switch {
		case object == nil || len(right) == 0:
		case len(left) == len(right):
			f.values[object] = append(f.values[object], value{right[i], -1})
		default:
			f.values[object] = append(f.values[object], value{right[0], i})
		}
	}
}

func (f *flow) noteFields(lit *ast.CompositeLit) {
	structure, ok := f.source.info.TypeOf(lit).Underlying().(*types.Struct)
	if !ok {
		return
	}
	for i, element := range lit.Elts {
		object, expr := types.Object(nil), element
		if keyed, ok := element.(*ast.KeyValueExpr); ok {
			object, expr = f.object(keyed.Key.(*ast.Ident)), keyed.Value
		} else {
			object = structure.Field(i)
		}
		f.values[object] = append(f.values[object], value{expr, -1})
	}
}
