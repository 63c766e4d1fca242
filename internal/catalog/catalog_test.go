package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/fault"
)

const root = "../.."

// listOnce asks the go command once for all tests.
var listOnce = sync.OnceValues(func() (*listing, error) { return list(root) })

func module(t *testing.T) *listing {
	t.Helper()
	all, err := listOnce()
	require.NoError(t, err)
	return all
}

// loadOnce reads the code as it is once for all tests that ask about it.
var loadOnce = sync.OnceValues(func() (*source, error) {
	all, err := listOnce()
	if err != nil {
		return nil, err
	}
	return all.load(nil)
})

func code(t *testing.T) *source {
	t.Helper()
	s, err := loadOnce()
	require.NoError(t, err)
	return s
}

// with is the code with planted files in it.
func with(t *testing.T, planted map[string]string) *source {
	t.Helper()
	s, err := module(t).load(planted)
	require.NoError(t, err)
	return s
}

func TestTheCataloguesAreFresh(t *testing.T) {
	files, err := code(t).catalog()
	require.NoError(t, err)
	require.Len(t, files, 6)
	for name, want := range files {
		have, err := os.ReadFile(filepath.Join(root, name))
		require.NoError(t, err)
		require.Equal(t, want, string(have), "%s is stale: go run ./internal/catalog", name)
	}
}

type zeroError struct {
	name  string
	err   error
	kinds []fault.Kind
}

// What the catalogue says about kinds is what the errors say themselves.
func TestErrorsAreOfTheKindsThatAreListed(t *testing.T) {
	require.Greater(t, len(zeroErrors), 50)
	for _, e := range zeroErrors {
		require.Contains(t, e.kinds, fault.KindOf(e.err), e.name)
	}
}

type zeroPayload struct {
	aggregate string
	payload   any
}

// The members that the catalogue lists are those that encoding/json writes.
func TestPayloadsHaveTheMembersThatAreListed(t *testing.T) {
	s := code(t)
	streams := s.streams()
	require.Empty(t, s.wrong)
	require.Len(t, zeroPayloads, len(streams))
	for i, z := range zeroPayloads {
		require.Equal(t, streams[i].aggregate, z.aggregate)
		objects := make(map[string]object)
		for _, o := range s.objects(streams[i].payload) {
			objects[o.name] = o
		}
		written, err := json.Marshal(z.payload)
		require.NoError(t, err)
		requireMembers(t, objects, nameOf(streams[i].payload), written)
	}
}

// requireMembers compares a JSON object, and those in it, with what is listed. The
// zero payload leaves out what the catalogue says may be left out, and nothing else.
func requireMembers(t *testing.T, objects map[string]object, name string, written []byte) {
	t.Helper()
	var members map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(written, &members), name)
	for _, m := range objects[name].members {
		value, ok := members[m.name]
		require.Equal(t, !m.maybe, ok, "%s: member %s", name, m.name)
		delete(members, m.name)
		if inner := strings.Trim(m.kind, "`"); ok && objects[inner].name != "" {
			requireMembers(t, objects, inner, value)
		}
	}
	require.Empty(t, members, "%s has members that are not listed", name)
}

// Each file breaks one rule of the catalogues, and all of them are found at once.
func TestWhatIsWrongIsFound(t *testing.T) {
	const (
		root  = "package oms\n\nimport \"github.com/go-oms/oms/event\"\n\nvar _ event.Event\n\n"
		crm   = "package crm\n\nimport \"github.com/go-oms/oms/event\"\n\nvar _ event.Event\n\n"
		fault = "package crm\n\nimport \"github.com/go-oms/oms/fault\"\n\nvar _ fault.Kind\n\n"
		tell  = "nobody can tell from the code which types of events these are"
	)
	wrong := map[string]struct{ file, text, want string }{
		"an event that nothing lists": {
			"a.go", root + "func (d *draft) a() { d.record(\"order.a\") }",
			`"order.a" is recorded, and no exported constant says when`,
		},
		"an event of an unexported constant": {
			"b.go", root + "// b is recorded at noon.\nconst b = \"order.b\"\n\nfunc (d *draft) b() { d.record(b) }",
			`"order.b" is recorded, and no exported`,
		},
		"an event that a change names": {
			"c.go", root + "var _ = change{act: func(*draft) (string, error) { return \"order.c\", nil }}",
			`"order.c" is recorded, and no exported`,
		},
		"an event of a payment, and the order's that follows": {
			"d.go", root + "func (c *Client) d() error {\n" +
				"return c.onTender(nil, request{}, event.ID{}, func(*draft, *tenderDraft) (string, error) { return PaymentEntered, nil })\n}",
			`"order.payment.entered" is recorded, and no exported`,
		},
		"an event of another state": {
			"payment/e.go", "package payment\n\nconst E State = \"e\"",
			`"payment.e" is recorded, and no exported`,
		},
		"an event whose type the world decides": {
			"f.go", "package oms\n\nimport \"os\"\n\nfunc (d *draft) f() { d.record(os.Getenv(\"TYPE\")) }",
			"f.go:5: " + tell,
		},
		"an event whose type is read from a list": {
			"g.go", root + "func (d *draft) g(list []string) {\n\tfor _, w := range list {\n\t\td.record(w)\n\t}\n}",
			"g.go:9: " + tell,
		},
		"an event that is made by hand": {
			"h.go", root + "var _ = event.Event{Type: OrderPlaced}",
			"h.go:7: an event that event.Command.Event does not make",
		},
		"an event that is changed by hand": {
			"i.go", root + "func i(e event.Event) { e.Type = OrderPlaced }",
			"i.go:7: an event that event.Command.Event does not make",
		},
		"an event of a new aggregate": {
			"crm/j.go", crm + "func j(c event.Command) { c.Event(\"segment\", event.ID{}, 1, \"segment.j\", &Customer{}) }",
			`"segment.j" is recorded, and no exported`,
		},
		"a payload of another type": {
			"crm/k.go", crm + "func k(c event.Command) { c.Event(event.Item, event.ID{}, 1, \"item.changed\", &Customer{}) }",
			"a second payload type for \"item\"",
		},
		"a payload without a name": {
			"crm/l.go", crm + "func l(c event.Command) { c.Event(event.Item, event.ID{}, 1, \"item.changed\", struct{}{}) }",
			"crm/l.go:7: the payload is no pointer to a named type",
		},
		"an aggregate that the world decides": {
			"crm/m.go", crm + "func m(c event.Command, a string) { c.Event(a, event.ID{}, 1, \"item.changed\", &Customer{}) }",
			"crm/m.go:7: the aggregate is no constant",
		},
		"a constant that nothing records": {
			"n.go", root + "// OrderN is recorded never.\nconst OrderN = \"order.n\"",
			`n.go:8: nothing records oms.OrderN, "order.n"`,
		},
		"a constant without a comment": {
			"o.go", root + "const OrderO = \"order.o\"\n\nfunc (d *draft) o() { d.record(OrderO) }",
			"o.go:7: oms.OrderO needs a comment",
		},
		"a second constant": {
			"p.go", root + "// OrderP is recorded.\nconst OrderP = OrderPlaced",
			`p.go:8: a second constant for "order.placed"`,
		},
		"an error without a comment": {
			"crm/q.go", fault + "type QError struct{}\n\nfunc (QError) Error() string { return \"\" }",
			"crm/q.go:7: QError needs a comment",
		},
		"an error whose kind the world decides": {
			"crm/r.go", fault + "// RError is new.\ntype RError struct{ Err error }\n\n" +
				"func (RError) Error() string { return \"\" }\n\nfunc (e RError) Fault() fault.Kind { return fault.KindOf(e.Err) }",
			"crm/r.go:12: a kind that is no constant",
		},
	}
	planted := make(map[string]string)
	for _, c := range wrong {
		planted[c.file] = c.text
	}
	require.Len(t, planted, len(wrong))
	_, err := with(t, planted).catalog()
	require.Error(t, err)
	for name, c := range wrong {
		require.ErrorContains(t, err, c.want, name)
	}
}

// What is new and in order is listed, whichever way its type takes through the code.
func TestWhatIsNewIsListed(t *testing.T) {
	event := func(name, text string) string {
		return "package oms\n\n// Order" + name + " is recorded at noon.\nconst Order" + name + " = \"order.new_" + name + "\"\n\n" + text
	}
	row := func(name string) string { return "| `order.new_" + name + "` | `oms.Order" + name + "` | at noon |\n" }
	added := map[string]struct{ file, text, page, want string }{
		"a constant": {"a.go", event("A", "func (d *draft) a() { d.record(OrderA) }"), "events", row("A")},
		"a literal":  {"b.go", event("B", "func (d *draft) b() { d.record(\"order.new_B\") }"), "events", row("B")},
		"a sum": {"c.go", event("C", "func (d *draft) c(x bool) { w := \"C\"; if x { w = \"A\" }; "+
			"d.record(\"order.new_\" + w) }"), "events", row("C")},
		"a parameter": {"d.go", event("D", "func (d *draft) d(w string) { d.record(w) }\n\n"+
			"var _ = func(d *draft) { d.d(OrderD) }"), "events", row("D")},
		"a result": {"e.go", event("E", "func e() (int, string) { return 1, OrderE }\n\n"+
			"func (d *draft) e() { _, w := e(); d.record(w) }"), "events", row("E")},
		"a result handed on": {"f.go", event("F", "func f() (string, error) { return OrderF, nil }\n\n"+
			"var _ = change{act: func(*draft) (string, error) { return f() }}"), "events", row("F")},
		"a field": {"g.go", event("G", "type g struct{ w string }\n\n"+
			"func (d *draft) g() { for _, r := range []g{{OrderG}, {w: OrderNoted}} { d.record(r.w) } }"), "events", row("G")},
		"a function value": {"h.go", event("H", "func (d *draft) h() { f := func() string { return OrderH }; d.record(f()) }"), "events", row("H")},
		"a conversion":     {"i.go", event("I", "type i string\n\nfunc (d *draft) i() { d.record(string(i(OrderI))) }"), "events", row("I")},
		"a generic": {"j.go", event("J", "func j[T any](_ T, w string) string { return w }\n\n"+
			"func (d *draft) j() { d.record(j(1, OrderJ)) }"), "events", row("J")},
		"a circle": {"k.go", event("K", "func k(n int) string { if n > 0 { return k(n - 1) }; return OrderK }\n\n"+
			"func (d *draft) k() { d.record(k(1)) }"), "events", row("K")},
		"an error": {
			"crm/l.go", "package crm\n\nimport \"github.com/go-oms/oms/fault\"\n\n" +
				"// LError is new.\ntype LError struct {\n\tWhere string // in the garden\n}\n\n" +
				"func (*LError) Error() string { return \"\" }\n\nfunc (*LError) Fault() fault.Kind { return fault.Conflict }",
			"errors", "| `*crm.LError` | conflict |\n",
		},
		"a field of an error": {"crm/m.go", "package crm", "errors", "| `Where` | `string` | in the garden |\n"},
		"a value": {
			"crm/n.go", "package crm\n\nimport \"errors\"\n\n// ErrN is new.\nvar ErrN = errors.New(\"new\")",
			"errors", "### ErrN\n\nErrN is new.\n\nKind: that of the error around it; unknown by itself.\n",
		},
	}
	planted := make(map[string]string)
	for _, c := range added {
		planted[c.file] = c.text
	}
	files, err := with(t, planted).catalog()
	require.NoError(t, err)
	for name, c := range added {
		require.Contains(t, files["docs/"+c.page+".md"], c.want, name)
	}
}

func TestRunRefusesWhatIsNoModule(t *testing.T) {
	require.ErrorContains(t, run(t.TempDir()), "go list")
}
