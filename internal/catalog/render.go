package main

import (
	"fmt"
	"go/doc/comment"
	"go/types"
	"regexp"
	"strings"
)

const generated = "<!-- Written by `go run ./internal/catalog` from the code and its comments. Change those. -->\n"

// width is where lines of text end; tables keep theirs.
const width = 140

// errorsPage is docs/errors.md.
func errorsPage(all []errorEntry) string {
	var b strings.Builder
	b.WriteString("# Errors\n\n" + generated + "\n")
	b.WriteString(wrap(`Every error that a host meets, package by package. Its kind (see package [fault](../fault/doc.go)) says what to do, and `+
		"`fault.KindOf(err)` tells it: **rejected** is wrong or not allowed as things stand, **conflict** means read and decide again, "+
		"**transient** means repeat, **unknown** means call again with the same key. A test asks an error of each type for its kind. "+
		"Take a type out of a chain with `errors.As`, and compare with a value by `errors.Is`.") + "\n")
	b.WriteString("\n| error | kind |\n|---|---|\n")
	for _, e := range all {
		fmt.Fprintf(&b, "| `%s` | %s |\n", e.of(), e.kind())
	}
	var last *pkg
	for _, e := range all {
		if e.pkg != last {
			fmt.Fprintf(&b, "\n## %s\n", e.pkg.label())
			last = e.pkg
		}
		e.render(&b)
	}
	return b.String()
}

// kind is the column of that name.
func (e errorEntry) kind() string {
	switch len(e.kinds) {
	case 0:
		return "that of the error around it; unknown by itself"
	case 1:
		return e.kinds[0]
	}
	return strings.Join(e.kinds[:len(e.kinds)-1], ", ") + " or " + e.kinds[len(e.kinds)-1]
}

func (e errorEntry) render(b *strings.Builder) {
	fmt.Fprintf(b, "\n### %s\n\n", e.name)
	b.WriteString(markdown(e.doc))
	if e.decides != "" {
		b.WriteString("\n" + markdown(e.decides))
	}
	fmt.Fprintf(b, "\nKind: %s.\n", e.kind())
	if len(e.fields) == 0 {
		return
	}
	b.WriteString("\n| field | type | meaning |\n|---|---|---|\n")
	for _, f := range e.fields {
		fmt.Fprintf(b, "| `%s` | `%s` | %s |\n", f.name, f.kind, cell(f.doc))
	}
}

// eventsPage is docs/events.md.
func (s *source) eventsPage(streams []stream) string {
	var b strings.Builder
	b.WriteString("# Events\n\n" + generated + "\n")
	b.WriteString(wrap("Every event that the library records, by aggregate. An event brings one aggregate from one version to the next, and its "+
		"payload holds all that changed: applying an aggregate's events gives its stored state. Sinks get the payload as a pointer to the Go type; "+
		"its JSON form, which `encoding/json` writes, is below. No payload holds personal data, as long as metadata, reasons and a gateway's own "+
		"messages hold none. Every payload is of schema version "+s.schema()+" (`event.Schema`).") + "\n")
	b.WriteString("\n" + wrap("A type that ends in `"+open+"` stands for all that begin like it. Amounts are objects "+
		"`{\"amount\":\"19.90\",\"currency\":\"EUR\"}`, quantities texts such as `\"1.5\"`, times are RFC 3339 in UTC, and ids are UUIDs. Members in "+
		"*italics* are left out when they are empty.") + "\n")
	for _, stream := range streams {
		fmt.Fprintf(&b, "\n## %s\n\nPayload `*%s`, schema version %s.\n\n| type | constant | recorded |\n|---|---|---|\n",
			stream.aggregate, nameOf(stream.payload), s.schema())
		for _, e := range stream.types {
			fmt.Fprintf(&b, "| `%s` | `%s` | %s |\n", e.name, e.constant, cell(e.recorded))
		}
		for _, o := range s.objects(stream.payload) {
			fmt.Fprintf(&b, "\n### %s\n\n| member | JSON | meaning |\n|---|---|---|\n", o.name)
			for _, m := range o.members {
				name := "`" + m.name + "`"
				if m.maybe {
					name = "*" + name + "*"
				}
				fmt.Fprintf(&b, "| %s | %s | %s |\n", name, m.kind, cell(m.doc))
			}
		}
	}
	return b.String()
}

// schema is the version of payloads that package event declares.
func (s *source) schema() string {
	return s.named("event").Scope().Lookup("Schema").(*types.Const).Val().ExactString()
}

// markdown turns a Go comment into Markdown. Links to declarations become plain
// names.
func markdown(text string) string {
	text = regexp.MustCompile(`\[(\*?[A-Za-z]\w*(?:\.\w+)*)\]`).ReplaceAllString(text, "$1")
	var parser comment.Parser
	var printer comment.Printer
	var b strings.Builder
	for _, paragraph := range strings.Split(strings.TrimSpace(string(printer.Markdown(parser.Parse(text)))), "\n\n") {
		if b.Len() > 0 {
			b.WriteString("\n")
		}
		b.WriteString(wrap(paragraph) + "\n")
	}
	return b.String()
}

// wrap breaks the lines of a paragraph; lists and code stay as they are.
func wrap(paragraph string) string {
	if strings.Contains(paragraph, "\n") || strings.HasPrefix(paragraph, " ") {
		return paragraph
	}
	var b strings.Builder
	column := 0
	for _, word := range strings.Fields(paragraph) {
		length := len([]rune(word))
		switch {
		case column == 0:
		case column+1+length > width:
			b.WriteByte('\n')
			column = 0
		default:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += length
	}
	return b.String()
}

// cell is a text that may stand in a table.
func cell(text string) string {
	text = regexp.MustCompile(`\[(\*?[A-Za-z]\w*(?:\.\w+)*)\]`).ReplaceAllString(text, "$1")
	return strings.TrimSuffix(strings.ReplaceAll(text, "|", `\|`), ".")
}
