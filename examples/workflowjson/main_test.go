package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/fault"
)

const want = `broken.json:
  action "release": lists the guard "is_released", which is unknown
  action "ship": leads to "packing", which is not a state
  action "complete": is automatic: nobody asks for it, so it can want no role and no reason
  action "complete": starts in "confirmed" twice: give the other way another name
  action "reopen": leads from "done", which is final, to "confirmed"
  state "announced": has a timeout with the action "give_up", which does not start in it
  state "limbo": cannot be reached from the initial state
  state "limbo": leads to no final state
preorder.json: version 2 with 5 states and 8 actions
before the day: announced true
on the day: confirmed - tell the customer: released
`

func TestRun(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), &out))
	require.Equal(t, want, out.String())
}

func TestTheDiagramsAreThoseOfTheWorkflow(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, write(dir))
	for _, name := range []string{"preorder.mmd", "preorder.dot"} {
		drawn, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		committed, err := os.ReadFile(name)
		require.NoError(t, err)
		require.Equal(t, string(drawn), string(committed), "%s is stale: go run ./examples/workflowjson -write", name)
	}
}

func TestAMistypedFieldIsRefused(t *testing.T) {
	_, err := load(bytes.Replace(preorder, []byte(`"guards"`), []byte(`"gaurds"`), 1))
	require.Equal(t, fault.Rejected, fault.KindOf(err))
	require.ErrorContains(t, err, "gaurds")
}

// FuzzLoad wants any text to be a workflow that a shop takes, or to be refused with
// what is wrong.
func FuzzLoad(f *testing.F) {
	f.Add(preorder)
	f.Add(broken)
	f.Fuzz(func(t *testing.T, text []byte) {
		w, err := load(text)
		if err != nil {
			require.Equal(t, fault.Rejected, fault.KindOf(err))
			return
		}
		require.NotEmpty(t, w.States)
		require.NotEmpty(t, w.Mermaid())
	})
}
