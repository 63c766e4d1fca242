// Command oms is the operator's tool for the books of a shop.
//
// Every command prints text for people, or with --json one JSON document on the
// standard output; progress and errors go to the standard error. The exit code is
// 0 when all is well, 1 when the command failed or found something wrong, 2 when it
// could not look at everything, and 80 when it was called wrongly.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

// commands is what can be called. Each command is a struct in a file of its own
// with its flags as fields and a method Run(*env) error.
type commands struct {
	JSON bool `name:"json" help:"Print one JSON document instead of text."`

	Audit   auditCommands  `cmd:"" help:"Seal the history of books, and prove that nobody has changed it since."`
	Backup  backupCommand  `cmd:"" help:"Copy a SQLite file while it is used, and read the copy back."`
	Bench   benchCommands  `cmd:"" help:"Measure."`
	Demo    demoCommand    `cmd:"" help:"Live a year of a small shop on new books."`
	Doctor  doctorCommand  `cmd:"" help:"Look at the settings of books, their schema and what waits in them."`
	Events  eventCommands  `cmd:"" help:"Look at what sinks have not taken, and have it tried again or given up."`
	Import  importCommands `cmd:"" help:"Bring past orders into the books."`
	Migrate migrateCommand `cmd:"" help:"Create or update the schema of books, or show the SQL that does."`
	Order   orderCommands  `cmd:"" help:"Look at orders."`
	Report  reportCommands `cmd:"" help:"Answer questions about the books."`
	Verify  verifyCommand  `cmd:"" help:"Hold the books against every invariant."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is one call of the tool; it returns the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var called commands
	left := -1 // the code that the parser leaves with, as after --help
	parser, err := kong.New(&called,
		kong.Name("oms"),
		kong.Description("The operator's tool for the books of a shop."),
		kong.Writers(stdout, stderr),
		kong.Exit(func(code int) { left = code }),
	)
	if err != nil {
		fmt.Fprintln(stderr, "oms:", err)
		return 1
	}
	command, err := parser.Parse(args)
	if left >= 0 {
		return left
	}
	if err != nil {
		fmt.Fprintln(stderr, "oms:", err)
		fmt.Fprintln(stderr, "Run oms --help, or oms COMMAND --help.")
		return misused
	}
	err = command.Run(&env{ctx: ctx, stdout: stdout, stderr: stderr, json: called.JSON, terminal: isTerminal(stderr)})
	if err == nil {
		return 0
	}
	var found *outcome
	if !errors.As(err, &found) {
		found = &outcome{code: 1, err: err}
	}
	if found.err != nil {
		fmt.Fprintln(stderr, "oms:", found.err)
	}
	return found.code
}

// misused is the exit code of a call that is none; the parser's own.
const misused = 80

// outcome ends a command with an exit code of its own. Without an err everything
// was said already.
type outcome struct {
	code int
	err  error
}

func (o *outcome) Error() string {
	if o.err == nil {
		return fmt.Sprintf("exit code %d", o.code)
	}
	return o.err.Error()
}

func (o *outcome) Unwrap() error { return o.err }
