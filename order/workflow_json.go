package order

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/go-oms/oms/fault"
)

// ParseWorkflow reads a workflow in the JSON form that json.Marshal gives it. It
// is strict: an unknown field, a field given twice or anything behind the
// workflow is a *fault.InvalidError, since a mistyped "guards" would otherwise be
// an action without any. Whether the workflow makes sense is for [Compile] to say.
func ParseWorkflow(data []byte) (Workflow, error) {
	var w Workflow
	if err := w.parse(data); err != nil {
		return Workflow{}, fault.Invalid("workflow", brief(data), "a workflow in JSON: "+err.Error())
	}
	return w, nil
}

// UnmarshalJSON is as strict as [ParseWorkflow].
func (w *Workflow) UnmarshalJSON(data []byte) error {
	parsed, err := ParseWorkflow(data)
	if err != nil {
		return err
	}
	*w = parsed
	return nil
}

func (w *Workflow) parse(data []byte) error {
	if err := singleFields(data); err != nil {
		return err
	}
	type plain Workflow // without UnmarshalJSON
	if err := unmarshalStrict(data, (*plain)(w)); err != nil {
		return err
	}
	// An empty list and none are the same, and only one of them is written.
	for i := range w.Actions {
		a := &w.Actions[i]
		for _, list := range []*[]string{&a.From, &a.Guards, &a.Effects, &a.Roles} {
			if len(*list) == 0 {
				*list = nil
			}
		}
	}
	return nil
}

type timeoutJSON struct {
	After  string `json:"after"`
	Action string `json:"action"`
}

// MarshalJSON writes After as the text that time.ParseDuration reads, such as "72h".
func (t Timeout) MarshalJSON() ([]byte, error) {
	return json.Marshal(timeoutJSON{shortDuration(t.After), t.Action})
}

// UnmarshalJSON reads what MarshalJSON writes.
func (t *Timeout) UnmarshalJSON(data []byte) error {
	var raw timeoutJSON
	if err := unmarshalStrict(data, &raw); err != nil {
		return err
	}
	after, err := time.ParseDuration(raw.After)
	if err != nil {
		return fmt.Errorf("timeout: %w", err)
	}
	*t = Timeout{After: after, Action: raw.Action}
	return nil
}

// shortDuration is the duration without the zero minutes and seconds that
// Duration.String keeps.
func shortDuration(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

func unmarshalStrict(data []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows the end")
	}
	return nil
}

// singleFields reports an object with the same field twice, of which
// encoding/json, which also ignores case, would quietly keep the last.
func singleFields(data []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	type level struct {
		fields map[string]bool // nil in an array
		value  bool            // a field's name was read, its value is next
	}
	var open []level
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		top := len(open) - 1
		if name, isText := token.(string); isText && top >= 0 && open[top].fields != nil && !open[top].value {
			folded := strings.ToLower(name)
			if open[top].fields[folded] {
				return fmt.Errorf("field %q is given twice", name)
			}
			open[top].fields[folded], open[top].value = true, true
			continue
		}
		if top >= 0 {
			open[top].value = false
		}
		switch token {
		case json.Delim('{'):
			open = append(open, level{fields: map[string]bool{}})
		case json.Delim('['):
			open = append(open, level{})
		case json.Delim('}'), json.Delim(']'):
			open = open[:top]
		}
	}
}

// brief is the beginning of a document, for an error.
func brief(data []byte) string {
	const most = 40
	if len(data) <= most {
		return string(data)
	}
	return strings.ToValidUTF8(string(data[:most]), "") + "…"
}
