package main

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// errorEntry is one exported error: a type, or a value that errors are compared
// with.
type errorEntry struct {
	pkg     *pkg
	name    string // such as "InvalidError" or "ErrClosed"
	pointer bool   // errors are of type *name
	value   bool   // it is a variable
	kinds   []string
	doc     string
	decides string // the comment of Fault, when the kind depends on the error
	fields  []field
}

// field is one exported field of an error.
type field struct{ name, kind, doc string }

// of names the error as errors.As and errors.Is are given it.
func (e errorEntry) of() string {
	name := e.pkg.label() + "." + e.name
	if e.pointer {
		return "*" + name
	}
	return name
}

// errors finds every exported error of the packages that hosts may import.
func (s *source) errors() []errorEntry {
	var all []errorEntry
	for _, p := range s.packages {
		if p.inside() {
			continue
		}
		for _, name := range p.types.Scope().Names() {
			if e, ok := s.errorOf(p, p.types.Scope().Lookup(name)); ok {
				all = append(all, e)
			}
		}
	}
	return all
}

// anError is what errors implement.
var anError = types.Universe.Lookup("error").Type().Underlying().(*types.Interface)

// errorOf returns the entry of an object, if it is an exported error.
func (s *source) errorOf(p *pkg, object types.Object) (e errorEntry, ok bool) {
	if !object.Exported() {
		return e, false
	}
	t := object.Type()
	switch object := object.(type) {
	case *types.TypeName:
		if object.IsAlias() || types.IsInterface(t) {
			return e, false
		}
		if e.pointer = !types.Implements(t, anError); e.pointer {
			t = types.NewPointer(t)
		}
		e.fields = s.fieldsOf(object.Type())
	case *types.Var:
		e.value = true
	}
	if _, ok := object.(*types.Func); ok || !types.Implements(t, anError) {
		return e, false
	}
	if e.value {
		t = s.initial(object)
	}
	e.pkg, e.name, e.doc = p, object.Name(), s.docOf(object)
	if e.doc == "" {
		s.blame(object.Pos(), "%s needs a comment that says what it means", object.Name())
	}
	e.kinds, e.decides = s.kindsOf(t)
	return e, true
}

// initial returns the type of what a variable is set to where it is declared, or
// its own.
func (s *source) initial(v types.Object) types.Type {
	for _, p := range s.packages {
		for _, file := range p.files {
			for _, d := range file.Decls {
				if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.VAR {
					for _, spec := range g.Specs {
						spec := spec.(*ast.ValueSpec)
						i := slices.IndexFunc(spec.Names, func(name *ast.Ident) bool { return s.info.Defs[name] == v })
						if i >= 0 && i < len(spec.Values) {
							return s.info.TypeOf(spec.Values[i])
						}
					}
				}
			}
		}
	}
	return v.Type()
}

// kindsOf returns the kinds that an error can say it is of, in the order that its
// method Fault names them, and that method's comment if there are several. An
// error without a method is of no kind of its own.
func (s *source) kindsOf(t types.Type) (kinds []string, decides string) {
	var method types.Object
	for _, name := range []string{"Rejected", "Fault"} {
		if m, _, _ := types.LookupFieldOrMethod(t, true, nil, name); m != nil {
			method = m
		}
	}
	if method == nil {
		return nil, ""
	}
	body := s.comments.bodies[method.Pos()]
	if body == nil {
		s.blame(method.Pos(), "the kind of %s is told by another module", t)
		return nil, ""
	}
	names := s.kindNames()
	for _, result := range results(body) {
		value := s.info.Types[result.Results[0]].Value
		switch {
		case value == nil:
			s.blame(result.Pos(), "a kind that is no constant")
		case value.Kind() == constant.Bool && constant.BoolVal(value):
			kinds = append(kinds, "rejected")
		case value.Kind() == constant.Int:
			kinds = append(kinds, names[value.ExactString()])
		}
	}
	if kinds = slices.Compact(kinds); len(kinds) > 1 {
		decides = body.Doc.Text()
	}
	return kinds, decides
}

// kindNames returns the kinds of package fault by their numbers, in lower case.
func (s *source) kindNames() map[string]string {
	names := make(map[string]string)
	scope := s.named("fault").Scope()
	kind := scope.Lookup("Kind").Type()
	for _, name := range scope.Names() {
		if c, ok := scope.Lookup(name).(*types.Const); ok && types.Identical(c.Type(), kind) {
			names[c.Val().ExactString()] = strings.ToLower(name)
		}
	}
	return names
}

// fieldsOf returns the exported fields of an error's type, those of embedded types
// among them.
func (s *source) fieldsOf(t types.Type) []field {
	structure, ok := t.Underlying().(*types.Struct)
	if !ok {
		return nil
	}
	var all []field
	for i := range structure.NumFields() {
		f := structure.Field(i)
		switch {
		case !f.Exported():
		case f.Embedded():
			all = append(all, s.fieldsOf(f.Type())...)
		default:
			kind := types.TypeString(f.Type(), func(p *types.Package) string { return p.Name() })
			all = append(all, field{name: f.Name(), kind: kind, doc: s.fieldDoc(f)})
		}
	}
	return all
}
