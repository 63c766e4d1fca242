package main

import (
	"fmt"
	"go/types"
	"reflect"
	"strings"
)

// member is one member of a JSON object.
type member struct {
	name  string
	kind  string // in words
	maybe bool   // left out when empty
	doc   string
}

// object is the JSON form of one struct.
type object struct {
	name    string // such as "order.Line"
	members []member
}

// objects returns the JSON form of a payload and of all that it contains, each
// once, in the order in which a reader meets them.
func (s *source) objects(payload *types.Named) []object {
	var all []object
	seen := map[*types.TypeName]bool{payload.Obj(): true}
	for queue := []*types.Named{payload}; len(queue) > 0; queue = queue[1:] {
		o := object{name: nameOf(queue[0])}
		structure := queue[0].Underlying().(*types.Struct)
		for i := range structure.NumFields() {
			m, inner, ok := s.member(structure.Field(i), structure.Tag(i))
			if !ok {
				continue
			}
			o.members = append(o.members, m)
			if inner != nil && !seen[inner.Obj()] {
				seen[inner.Obj()] = true
				queue = append(queue, inner)
			}
		}
		all = append(all, o)
	}
	return all
}

// member returns a field's JSON form, and the struct that it holds, if it holds one.
func (s *source) member(f *types.Var, tag string) (m member, inner *types.Named, ok bool) {
	name, options, _ := strings.Cut(reflect.StructTag(tag).Get("json"), ",")
	if name == "-" || !f.Exported() {
		return member{}, nil, false
	}
	if name == "" {
		name = f.Name()
	}
	kind, inner := s.words(f.Type())
	return member{name: name, kind: kind, maybe: strings.Contains(options, "omit"), doc: s.fieldDoc(f)}, inner, true
}

// words says what a type looks like in JSON.
func (s *source) words(t types.Type) (words string, inner *types.Named) {
	switch t := t.(type) {
	case *types.Pointer:
		return s.words(t.Elem())
	case *types.Slice:
		words, inner = s.words(t.Elem())
		return "list of " + words, inner
	case *types.Named:
		return s.namedWords(t)
	case *types.Map:
		words, inner = s.words(t.Elem())
		return "object of " + words, inner
	case *types.Basic:
		switch {
		case t.Info()&types.IsString != 0:
			return "text", nil
		case t.Info()&types.IsInteger != 0:
			return "number", nil
		case t.Info()&types.IsBoolean != 0:
			return "true or false", nil
		}
	}
	return fmt.Sprint(t), nil
}

func (s *source) namedWords(t *types.Named) (words string, inner *types.Named) {
	switch name := nameOf(t); name {
	case "uuid.UUID", "time.Time", "money.Money", "quantity.Quantity":
		return map[string]string{"uuid.UUID": "UUID", "time.Time": "time", "money.Money": "amount", "quantity.Quantity": "quantity"}[name], nil
	}
	if method, _, _ := types.LookupFieldOrMethod(t, true, nil, "MarshalText"); method != nil {
		return "text", nil
	}
	if values := constantsOf(t); len(values) > 0 && nameOf(t) != "money.Currency" {
		for i := range values {
			values[i] = "`" + values[i] + "`"
		}
		return "one of " + strings.Join(values, ", "), nil
	}
	if _, ok := t.Underlying().(*types.Struct); ok {
		return "`" + nameOf(t) + "`", t
	}
	return s.words(t.Underlying())
}

func nameOf(t *types.Named) string {
	if t.Obj().Pkg() == nil {
		return t.Obj().Name()
	}
	return t.Obj().Pkg().Name() + "." + t.Obj().Name()
}
