// Command workflowjson reads a workflow from a file, checks it and draws it. A
// broken one is refused with all of its mistakes at once, before an order can meet
// them.
//
//	go run ./examples/workflowjson            # checks and runs the workflow
//	go run ./examples/workflowjson -write     # draws it anew: preorder.mmd, preorder.dot
package main

import (
	"context"
	_ "embed" // the files are part of the program
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
	"github.com/go-oms/oms/storage/memory"
)

var (
	//go:embed preorder.json
	preorder []byte
	//go:embed broken.json
	broken []byte
)

func main() {
	redraw := flag.Bool("write", false, "write the diagrams")
	flag.Parse()
	err := run(context.Background(), os.Stdout)
	if err == nil && *redraw {
		err = write(filepath.Join("examples", "workflowjson"))
	}
	if err != nil {
		log.Fatal(err)
	}
}

// rules give a meaning to what the file names beside the built-in guards and
// effects.
func rules() order.Registry {
	return order.Registry{
		Guards: map[string]order.Guard{"released": func(f order.Facts) *order.Denial {
			if !f.Host["released"] {
				return order.Deny("not_yet", "the release day has not come")
			}
			return nil
		}},
		Effects: []string{"tell_customer"},
	}
}

// tell is what the file's effect does: it leaves a note, in the commit that changes
// the status. Whoever sends mails reads it from there.
func tell(*order.Order, event.Command) (oms.Parts, error) {
	return oms.Parts{Notes: []string{"tell the customer: released"}}, nil
}

// load reads a workflow and checks all of it.
func load(text []byte) (order.Workflow, error) {
	w, err := order.ParseWorkflow(text)
	if err != nil {
		return w, err
	}
	_, err = order.Compile(w, rules())
	return w, err
}

func run(ctx context.Context, out io.Writer) error {
	_, err := load(broken)
	var wrong *order.WorkflowError
	if !errors.As(err, &wrong) {
		return fmt.Errorf("a broken workflow was taken: %w", err)
	}
	fmt.Fprintln(out, "broken.json:")
	for _, m := range wrong.Mistakes {
		fmt.Fprintf(out, "  %s: %s\n", m.Where, m.Message)
	}

	w, err := load(preorder)
	if err != nil {
		return err
	}
	shop, err := oms.New(oms.Config{
		Store:  memory.New(),
		Prices: order.PriceList{"ALBUM": money.MustParse("24.00 EUR")},
		// Orders stay pinned to their version: keep old ones listed behind the new one.
		Workflows: []order.Workflow{w},
		Rules:     rules(),
		Effects:   map[string]oms.Effect{"tell_customer": tell},
	})
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "preorder.json: version", w.Version, "with", len(w.States), "states and", len(w.Actions), "actions")
	return live(ctx, out, shop)
}

// live takes an order through the first states.
func live(ctx context.Context, out io.Writer, shop *oms.Client) error {
	err := shop.Inventory.Receive(ctx, inventory.Receipt{Key: "delivery-1", SKU: "ALBUM", Location: "main", Quantity: quantity.Of(5)})
	if err != nil {
		return err
	}
	o, err := shop.Place(ctx, oms.Cart{Key: "cart-1", Lines: []oms.CartLine{{SKU: "ALBUM", Quantity: quantity.Of(1)}}})
	if err != nil {
		return err
	}
	publisher := shop.As(event.Actor{Kind: event.Staff, ID: "1", Roles: []string{"publisher"}})
	_, err = publisher.Act(ctx, o.ID, oms.Action{Key: "release-1", Name: "release"})
	var refused *order.NotAllowedError
	fmt.Fprintln(out, "before the day:", o.Status, errors.As(err, &refused) && refused.Denied("not_yet"))
	o, err = publisher.Act(ctx, o.ID, oms.Action{Key: "release-2", Name: "release", Facts: map[string]bool{"released": true}})
	if err != nil {
		return err
	}
	notes, err := shop.Notes(ctx, o.ID)
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "on the day:", o.Status, "-", notes[0].Text)
	return nil
}

// write draws the workflow, for Mermaid and for Graphviz.
func write(dir string) error {
	w, err := load(preorder)
	if err != nil {
		return err
	}
	return errors.Join(
		os.WriteFile(filepath.Join(dir, "preorder.mmd"), []byte(w.Mermaid()), 0o644),
		os.WriteFile(filepath.Join(dir, "preorder.dot"), []byte(w.Graphviz()), 0o644),
	)
}
