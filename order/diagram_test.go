package order

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

var updateGolden = flag.Bool("update", false, "write the golden files instead of comparing with them")

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *updateGolden {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), got, "run the test with -update if the change is meant")
}

func TestDiagramsOfTheDefaultWorkflow(t *testing.T) {
	t.Parallel()
	golden(t, "default_workflow.mmd", DefaultWorkflow().Mermaid())
	golden(t, "default_workflow.dot", DefaultWorkflow().Graphviz())
}

func TestDiagramsEscape(t *testing.T) {
	t.Parallel()
	w := full()
	w.States[0].Label = "a:b;c#d\ne\\f"
	w.States[2].Name, w.Actions[1].To = "end", "end"
	require.Equal(t, `stateDiagram-v2
    state "a#58;b#59;c#35;d e\f" as a
    state "In #quot;review#quot; #lt;b#gt;" as b
    state "end" as end_state
    [*] --> a
    a --> b: Go [unpaid]
    b --> b: note
    b --> end_state: stop (auto) (after 72h)
    end_state --> [*]
`, w.Mermaid())
	require.Equal(t, `digraph "small" {
    rankdir=LR;
    node [shape=box, style=rounded];
    "a" [label="a:b;c#d e\\f", style="rounded,bold"];
    "b" [label="In \"review\" <b>"];
    "end" [label="end", peripheries=2];
    "a" -> "b" [label="Go [unpaid]"];
    "b" -> "b" [label="note"];
    "b" -> "end" [label="stop (auto) (after 72h)", style=dashed];
}
`, w.Graphviz())
}
