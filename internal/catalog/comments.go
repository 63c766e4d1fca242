package main

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// comments are what the code says about its declarations.
type comments struct {
	texts  map[token.Pos]string        // by the place of the declared name
	bodies map[token.Pos]*ast.FuncDecl // by the place of the function's name
}

// collect takes down the comments of the module's declarations and fields.
func (s *source) collect() {
	s.comments = comments{texts: make(map[token.Pos]string), bodies: make(map[token.Pos]*ast.FuncDecl)}
	for _, p := range s.packages {
		for _, file := range p.files {
			ast.Inspect(file, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.FuncDecl:
					s.comments.bodies[n.Name.Pos()] = n
				case *ast.GenDecl:
					s.comments.general(n)
				case *ast.Field:
					s.comments.note(n.Names, n.Doc, n.Comment)
				}
				return true
			})
		}
	}
}

// general takes down the comments of a declaration of types, variables or
// constants; one that stands alone may have its comment before the keyword.
func (c *comments) general(d *ast.GenDecl) {
	for _, spec := range d.Specs {
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			c.note([]*ast.Ident{spec.Name}, spec.Doc, spec.Comment)
			if !d.Lparen.IsValid() && spec.Doc == nil {
				c.note([]*ast.Ident{spec.Name}, d.Doc, nil)
			}
		case *ast.ValueSpec:
			c.note(spec.Names, spec.Doc, spec.Comment)
			if !d.Lparen.IsValid() && spec.Doc == nil {
				c.note(spec.Names, d.Doc, nil)
			}
		}
	}
}

func (c *comments) note(names []*ast.Ident, above, beside *ast.CommentGroup) {
	for _, name := range names {
		text := above.Text()
		if text == "" {
			text = beside.Text()
		}
		if text != "" {
			c.texts[name.Pos()] = text
		}
	}
}

// docOf returns the comment of a declared object.
func (s *source) docOf(object types.Object) string { return s.comments.texts[object.Pos()] }

// fieldDoc returns the comment of a struct's field in one line, without "Name is".
func (s *source) fieldDoc(f *types.Var) string {
	text := oneLine(s.comments.texts[f.Pos()])
	rest, named := strings.CutPrefix(text, f.Name()+" ")
	if !named {
		return text
	}
	return strings.TrimPrefix(strings.TrimPrefix(rest, "is "), "are ")
}
