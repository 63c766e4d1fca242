package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"golang.org/x/term"
)

// env is what every command gets.
type env struct {
	ctx            context.Context
	stdout, stderr io.Writer
	json           bool // print is for machines, say is silent
	terminal       bool // the standard error is one
}

// say prints a line for people; with --json it is silent.
func (e *env) say(format string, args ...any) {
	if !e.json {
		fmt.Fprintf(e.stdout, format+"\n", args...)
	}
}

// print writes the command's result with --json; without it is silent.
func (e *env) print(result any) error {
	if !e.json {
		return nil
	}
	return printJSON(e.stdout, result)
}

// printJSON writes one document, indented.
func printJSON(w io.Writer, result any) error {
	out := json.NewEncoder(w)
	out.SetIndent("", "  ")
	out.SetEscapeHTML(false)
	return out.Encode(result)
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
