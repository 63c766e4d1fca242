package order

import (
	"fmt"
	"slices"
	"strings"
)

// Mermaid returns the workflow as a state diagram in the language of Mermaid.
// Automatic actions are marked "auto", guards stand in brackets, and the actions
// that stay in a state share one loop.
func (w Workflow) Mermaid() string {
	var b strings.Builder
	b.WriteString("stateDiagram-v2\n")
	for _, s := range w.States {
		fmt.Fprintf(&b, "    state \"%s\" as %s\n", mermaidText(s.title()), mermaidID(s.Name))
	}
	for _, s := range w.States {
		if s.Kind == Initial {
			fmt.Fprintf(&b, "    [*] --> %s\n", mermaidID(s.Name))
		}
	}
	for _, a := range w.arrows() {
		fmt.Fprintf(&b, "    %s --> %s: %s\n", mermaidID(a.from), mermaidID(a.to), mermaidText(a.text))
	}
	for _, s := range w.States {
		if s.Kind == Final {
			fmt.Fprintf(&b, "    %s --> [*]\n", mermaidID(s.Name))
		}
	}
	return b.String()
}

// Graphviz returns the workflow as a digraph in the DOT language. The initial
// state has a bold border, final ones a double border, and automatic actions
// have dashed arrows.
func (w Workflow) Graphviz() string {
	var b strings.Builder
	fmt.Fprintf(&b, "digraph %s {\n    rankdir=LR;\n    node [shape=box, style=rounded];\n", dotText(w.ID))
	for _, s := range w.States {
		border := ""
		switch s.Kind {
		case Initial:
			border = `, style="rounded,bold"`
		case Final:
			border = ", peripheries=2"
		}
		fmt.Fprintf(&b, "    %s [label=%s%s];\n", dotText(s.Name), dotText(s.title()), border)
	}
	for _, a := range w.arrows() {
		line := ""
		if a.automatic {
			line = ", style=dashed"
		}
		fmt.Fprintf(&b, "    %s -> %s [label=%s%s];\n", dotText(a.from), dotText(a.to), dotText(a.text), line)
	}
	b.WriteString("}\n")
	return b.String()
}

type arrow struct {
	from, to, text string
	automatic      bool
}

// arrows returns what to draw, state by state: first the loop of the actions that
// stay, then one arrow for each action that leaves.
func (w Workflow) arrows() []arrow {
	var all []arrow
	for _, s := range w.States {
		var stay []string
		var leave []arrow
		for i := range w.Actions {
			a := &w.Actions[i]
			if !slices.Contains(a.From, s.Name) {
				continue
			}
			if to := a.leads(s.Name); to != s.Name {
				leave = append(leave, arrow{s.Name, to, a.caption(s), a.Automatic})
			} else {
				stay = append(stay, a.title())
			}
		}
		if len(stay) > 0 {
			all = append(all, arrow{from: s.Name, to: s.Name, text: strings.Join(stay, ", ")})
		}
		all = append(all, leave...)
	}
	return all
}

// caption is the action with what it depends on.
func (a *Action) caption(from State) string {
	text := a.title()
	if a.Automatic {
		text += " (auto)"
	}
	if t := from.Timeout; t != nil && t.Action == a.Name {
		text += " (after " + shortDuration(t.After) + ")"
	}
	if len(a.Guards) > 0 {
		text += " [" + strings.Join(a.Guards, ", ") + "]"
	}
	return text
}

func (a *Action) title() string {
	if a.Label != "" {
		return a.Label
	}
	return a.Name
}

func (s State) title() string {
	if s.Label != "" {
		return s.Label
	}
	return s.Name
}

// mermaidID keeps a state's name apart from the words of the language.
func mermaidID(name string) string {
	switch strings.ToLower(name) {
	case "state", "note", "end", "class", "classdef", "style", "direction", "click", "scale", "as", "default", "title":
		return name + "_state"
	}
	return name
}

// mermaidEscape writes the characters that mean something in Mermaid as entities.
var mermaidEscape = strings.NewReplacer(
	"#", "#35;", `"`, "#quot;", ";", "#59;", ":", "#58;", "<", "#lt;", ">", "#gt;", "\r", " ", "\n", " ")

func mermaidText(s string) string { return mermaidEscape.Replace(s) }

var dotEscape = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\r", " ", "\n", " ")

func dotText(s string) string { return `"` + dotEscape.Replace(s) + `"` }
