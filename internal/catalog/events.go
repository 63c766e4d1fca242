package main

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// eventType is a row of the catalogue of events.
type eventType struct {
	name      string // a text that ends in open stands for all that begin like it
	aggregate string
	constant  string // that a host can use, such as "oms.OrderPlaced"
	recorded  string // when
	pos       token.Pos
}

// stream is what is recorded about one kind of aggregate.
type stream struct {
	aggregate string
	payload   *types.Named
	types     []eventType
}

// decides reports whether events come from a package: backends keep what they are
// given, and suites make events up.
func (p *pkg) decides() bool {
	first, _, _ := strings.Cut(p.folder, "/")
	return first != "storage" && !p.inside() && !strings.HasSuffix(p.folder, "test")
}

// streams finds every event that the module records. Whatever makes one passes its
// type to event.Command.Event, so that this is where to look; each type must have a
// constant that says when it is recorded.
func (s *source) streams() []stream {
	var packages []*pkg
	for _, p := range s.packages {
		if p.decides() {
			packages = append(packages, p)
		}
	}
	f := newFlow(s, packages)
	maker := s.maker(f)
	docs := s.eventConstants(packages)
	found := make(map[string]*stream)
	for _, call := range f.calls[maker] {
		s.take(f, call, found, docs)
	}
	return s.finish(found, docs)
}

// maker returns event.Command.Event, after a look whether anything else makes events.
func (s *source) maker(f *flow) types.Object {
	p := s.named("event")
	command, made := p.Scope().Lookup("Command").Type(), p.Scope().Lookup("Event").Type()
	maker, _, _ := types.LookupFieldOrMethod(command, true, p, "Event")
	kind, _, _ := types.LookupFieldOrMethod(made, true, p, "Type")
	for _, v := range f.values[kind] {
		if body := f.bodies[maker]; v.expr.Pos() < body.Pos() || v.expr.Pos() > body.End() {
			s.blame(v.expr.Pos(), "an event that event.Command.Event does not make")
		}
	}
	return maker
}

// take notes the events of one call of event.Command.Event.
func (s *source) take(f *flow, call *ast.CallExpr, found map[string]*stream, docs map[string]*eventType) {
	aggregate, ok := f.constant(call.Args[0])
	if !ok {
		s.blame(call.Pos(), "the aggregate is no constant")
		return
	}
	var payload *types.Named
	if pointer, ok := s.info.TypeOf(call.Args[4]).(*types.Pointer); ok {
		payload, _ = pointer.Elem().(*types.Named)
	}
	if payload == nil {
		s.blame(call.Pos(), "the payload is no pointer to a named type")
		return
	}
	of := found[aggregate]
	if of == nil {
		of = &stream{aggregate: aggregate, payload: payload}
		found[aggregate] = of
	}
	if of.payload.Obj() != payload.Obj() {
		s.blame(call.Pos(), "a second payload type for %q", aggregate)
	}
	for _, name := range f.texts(call.Args[3]) {
		if docs[name] == nil {
			s.blame(call.Pos(), "%q is recorded, and no exported constant says when", name)
			continue
		}
		docs[name].aggregate = aggregate
	}
}

// eventConstants returns the exported constants whose texts begin with the name of
// an aggregate and a full stop, with what their comments say. One that ends in a
// full stop stands for all types that begin like it.
func (s *source) eventConstants(packages []*pkg) map[string]*eventType {
	aggregates := s.aggregates()
	docs := make(map[string]*eventType)
	for _, p := range packages {
		for _, name := range constantNames(p) {
			text := s.typeText(name)
			if head, _, dotted := strings.Cut(text, "."); !dotted || !slices.Contains(aggregates, head) {
				continue
			}
			if docs[text] != nil {
				s.blame(name.Pos(), "a second constant for %q", text)
				continue
			}
			docs[text] = &eventType{name: text, pos: name.Pos(), constant: p.name + "." + name.Name, recorded: s.recorded(name)}
		}
	}
	return docs
}

// typeText returns the text of an exported constant, empty for others.
func (s *source) typeText(name *ast.Ident) string {
	object, ok := s.info.Defs[name].(*types.Const)
	if !ok || !name.IsExported() || object.Val().Kind() != constant.String {
		return ""
	}
	text := constant.StringVal(object.Val())
	if strings.HasSuffix(text, ".") {
		text += open
	}
	return text
}

func constantNames(p *pkg) []*ast.Ident {
	var names []*ast.Ident
	for _, file := range p.files {
		for _, d := range file.Decls {
			if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.CONST {
				for _, spec := range g.Specs {
					names = append(names, spec.(*ast.ValueSpec).Names...)
				}
			}
		}
	}
	return names
}

// recorded is a constant's comment without "Name is recorded", in one line.
func (s *source) recorded(name *ast.Ident) string {
	text := strings.TrimPrefix(oneLine(s.comments.texts[name.Pos()]), name.Name+" ")
	return strings.TrimPrefix(text, "is recorded ")
}

// aggregates are the texts of package event's exported constants.
func (s *source) aggregates() []string {
	var all []string
	scope := s.named("event").Scope()
	for _, name := range scope.Names() {
		if c, ok := scope.Lookup(name).(*types.Const); ok && c.Exported() && types.Identical(c.Type(), types.Typ[types.UntypedString]) {
			all = append(all, constant.StringVal(c.Val()))
		}
	}
	return all
}

// finish puts the types into their streams. A constant that nothing records is a
// promise that is not kept.
func (s *source) finish(found map[string]*stream, docs map[string]*eventType) []stream {
	for name, e := range docs {
		switch {
		case e.aggregate == "":
			s.blame(e.pos, "nothing records %s, %q", e.constant, name)
			continue
		case e.recorded == "":
			s.blame(e.pos, "%s needs a comment that says when it is recorded", e.constant)
		}
		found[e.aggregate].types = append(found[e.aggregate].types, *e)
	}
	var all []stream
	for _, of := range found {
		slices.SortFunc(of.types, func(a, b eventType) int { return strings.Compare(a.name, b.name) })
		all = append(all, *of)
	}
	slices.SortFunc(all, func(a, b stream) int { return strings.Compare(a.aggregate, b.aggregate) })
	return all
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
