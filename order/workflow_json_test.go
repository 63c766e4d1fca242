package order

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/fault"
)

func full() Workflow {
	w := small()
	w.States[1].Label, w.States[1].Timeout = `In "review" <b>`, &Timeout{72 * time.Hour, "stop"}
	w.Actions[0] = Action{
		Name: "go", Label: "Go", From: []string{"a"}, To: "b", Guards: []string{GuardUnpaid},
		Effects: []string{EffectReturnMoney}, Roles: []string{"boss"}, ReasonRequired: true,
	}
	w.Actions[1].Automatic = true
	return w
}

func TestWorkflowJSONRoundTrip(t *testing.T) {
	t.Parallel()
	for _, w := range []Workflow{DefaultWorkflow(), small(), full(), {}} {
		data, err := json.Marshal(w)
		require.NoError(t, err)
		got, err := ParseWorkflow(data)
		require.NoError(t, err)
		require.Equal(t, w, got)
		var direct Workflow
		require.NoError(t, json.Unmarshal(data, &direct))
		require.Equal(t, w, direct)
		require.Equal(t, w.Fingerprint(), got.Fingerprint())
		again, err := json.Marshal(got)
		require.NoError(t, err)
		require.Equal(t, string(data), string(again))
	}
	data, err := json.Marshal(full())
	require.NoError(t, err)
	require.Contains(t, string(data), `"timeout":{"after":"72h","action":"stop"}`)
}

func TestTimeoutText(t *testing.T) {
	t.Parallel()
	for after, text := range map[time.Duration]string{
		72 * time.Hour: "72h", 90 * time.Minute: "1h30m", time.Minute: "1m", 10 * time.Second: "10s",
		time.Hour + time.Second: "1h0m1s", 20 * time.Minute: "20m", 100 * time.Hour: "100h", 0: "0s", -time.Hour: "-1h",
		1500 * time.Millisecond: "1.5s", 10*time.Hour + 10*time.Minute: "10h10m",
	} {
		data, err := json.Marshal(Timeout{after, "x"})
		require.NoError(t, err)
		require.JSONEq(t, `{"after":"`+text+`","action":"x"}`, string(data))
		var got Timeout
		require.NoError(t, json.Unmarshal(data, &got))
		require.Equal(t, Timeout{after, "x"}, got)
	}
}

func TestParseWorkflowIsStrict(t *testing.T) {
	t.Parallel()
	good := `{"id":"x","version":1,"states":[{"name":"a","kind":"initial","timeout":{"after":"1h","action":"go"}}],"actions":[{"name":"go","from":["a"],"guards":[]}]}`
	w, err := ParseWorkflow([]byte(good))
	require.NoError(t, err)
	require.Nil(t, w.Actions[0].Guards, "an empty list is none")

	tests := map[string]string{
		"unknown field":            strings.Replace(good, `"id"`, `"ident"`, 1),
		"unknown field of action":  strings.Replace(good, `"guards"`, `"guard"`, 1),
		"unknown field of timeout": strings.Replace(good, `"after"`, `"in":"","after"`, 1),
		"field twice":              strings.Replace(good, `"guards":[]`, `"guards":["unpaid"],"guards":[]`, 1),
		"field twice, other case":  strings.Replace(good, `"guards":[]`, `"guards":["unpaid"],"Guards":[]`, 1),
		"something behind":         good + `{}`,
		"nothing":                  "",
		"not an object":            `[]`,
		"cut off":                  good[:len(good)-1],
		"no duration":              strings.Replace(good, `"1h"`, `"soon"`, 1),
		"a number as duration":     strings.Replace(good, `"1h"`, `3600`, 1),
		"a fraction as version":    strings.Replace(good, `:1,`, `:1.5,`, 1),
		"garbage":                  "\xff\xfe",
		"unopened":                 `]`,
	}
	for name, text := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := ParseWorkflow([]byte(text))
			var invalid *fault.InvalidError
			require.ErrorAs(t, err, &invalid)
			require.Equal(t, "workflow", invalid.Field)
			var direct Workflow
			require.Error(t, json.Unmarshal([]byte(text), &direct))
			require.Zero(t, direct)
		})
	}
}

func FuzzParseWorkflow(f *testing.F) {
	for _, w := range []Workflow{DefaultWorkflow(), full()} {
		data, err := json.Marshal(w)
		require.NoError(f, err)
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		w, err := ParseWorkflow(data)
		var unmarshalled Workflow
		require.Equal(t, err, unmarshalled.UnmarshalJSON(data))
		if err != nil {
			require.Equal(t, fault.Rejected, fault.KindOf(err))
			return
		}
		out, err := json.Marshal(w)
		require.NoError(t, err)
		again, err := ParseWorkflow(out)
		require.NoError(t, err)
		require.Equal(t, w.Fingerprint(), again.Fingerprint())
		if m, err := Compile(w, Registry{}); err == nil {
			o := &Order{}
			require.NoError(t, m.Start(o))
			_, err := m.Settle(o, factsOf(MoneyFacts{}))
			require.NoError(t, err)
		}
	})
}

func TestFingerprint(t *testing.T) {
	t.Parallel()
	base := full().Fingerprint()
	require.Len(t, base, 64)
	same := map[string]func(*Workflow){
		"label":        func(w *Workflow) { w.States[1].Label, w.Actions[0].Label = "x", "y" },
		"normal":       func(w *Workflow) { w.States[1].Kind = Normal },
		"empty a list": func(w *Workflow) { w.Actions[2].Guards = []string{} },
	}
	other := map[string]func(*Workflow){
		"id":        func(w *Workflow) { w.ID = "x" },
		"version":   func(w *Workflow) { w.Version = 2 },
		"state":     func(w *Workflow) { w.States[1].Name = "x" },
		"kind":      func(w *Workflow) { w.States[1].Kind = Final },
		"after":     func(w *Workflow) { w.States[1].Timeout.After = time.Hour },
		"timeout":   func(w *Workflow) { w.States[1].Timeout.Action = "x" },
		"action":    func(w *Workflow) { w.Actions[0].Name = "x" },
		"from":      func(w *Workflow) { w.Actions[0].From = []string{"b"} },
		"to":        func(w *Workflow) { w.Actions[0].To = "z" },
		"guards":    func(w *Workflow) { w.Actions[0].Guards = nil },
		"effects":   func(w *Workflow) { w.Actions[0].Effects = nil },
		"roles":     func(w *Workflow) { w.Actions[0].Roles = nil },
		"automatic": func(w *Workflow) { w.Actions[0].Automatic = true },
		"reason":    func(w *Workflow) { w.Actions[0].ReasonRequired = false },
		"sequence":  func(w *Workflow) { w.Actions[0], w.Actions[1] = w.Actions[1], w.Actions[0] },
	}
	for name, change := range same {
		w := full()
		change(&w)
		require.Equal(t, base, w.Fingerprint(), name)
	}
	for name, change := range other {
		w := full()
		change(&w)
		require.NotEqual(t, base, w.Fingerprint(), name)
	}
	w := full()
	w.Fingerprint()
	require.Equal(t, full(), w, "asking changes nothing")
}

// FuzzTimeout wants a wait to be read as it is written, and what is none to change nothing.
func FuzzTimeout(f *testing.F) {
	for _, seed := range []string{`{"after":"72h","action":"expire"}`, `{"after":"-1ns"}`, `{"after":"9e9h"}`, `{"after":"1h","after":"2h"}`, `null`, `{} {}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		before := Timeout{After: time.Minute, Action: "before"}
		read := before
		if err := read.UnmarshalJSON(data); err != nil {
			require.Equal(t, before, read)
			return
		}
		written, err := json.Marshal(read)
		require.NoError(t, err)
		var again Timeout
		require.NoError(t, json.Unmarshal(written, &again))
		require.Equal(t, read.After, again.After)
	})
}
