package oms_test

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

const module = "github.com/go-oms/oms"

// Sets of folders that several rules name. A trailing /... is the folder and
// everything below it.
var (
	leaves  = []string{"money", "quantity", "event", "fault"}
	domains = []string{"order", "inventory", "payment", "fulfillment", "crm", "reporting"}
	suites  = []string{"storage/storagetest", "payment/paymenttest", "fulfillment/carriertest"}

	ofStore  = slices.Concat(leaves, domains, []string{"storage"})
	ofSink   = []string{"", "event", "fault", "sink/cloudevents"}
	onlyUUID = []string{"github.com/google/uuid"}
	drivers  = []string{"modernc.org/sqlite", "zombiezen.com/go/sqlite", "github.com/google/uuid"}
)

// importRule is a row of the import table: who may import what. The first rule
// that names a folder decides; a folder that none names must not exist.
type importRule struct {
	folder  string   // of the module; "" is the root
	ours    []string // folders of this module; public for all that hosts may import
	foreign []string // modules of others; anything for any
}

const (
	public   = "(public)"
	anything = "..."
)

var importTable = []importRule{
	{"money", nil, []string{"github.com/shopspring/decimal"}},
	{"quantity", nil, []string{"github.com/shopspring/decimal"}},
	{"fault", nil, nil},
	// Issuing a command can be refused, in the kinds of package fault.
	{"event", []string{"fault"}, onlyUUID},

	// The domains meet by id and never import each other.
	{"order", leaves, []string{"github.com/google/uuid", "github.com/shopspring/decimal", "github.com/looplab/fsm"}},
	{"inventory", leaves, onlyUUID},
	{"payment", leaves, onlyUUID},
	{"fulfillment", leaves, onlyUUID},
	{"crm", leaves, onlyUUID},
	{"reporting", leaves, []string{"github.com/google/uuid", "github.com/shopspring/decimal"}},
	// Pictures and pages are for those who want them.
	{"reporting/...", slices.Concat(leaves, []string{"reporting"}), nil},

	// What is sealed is what events say, whoever they are about.
	{"audit", leaves, onlyUUID},

	{"storage", slices.Concat(leaves, domains), onlyUUID},
	{"storage/storagetest", ofStore, slices.Concat(onlyUUID, testTools)},
	{"storage/memory", ofStore, onlyUUID},
	{"storage/internal/...", slices.Concat(ofStore, []string{"storage/internal/..."}), drivers},
	{"storage/postgres", slices.Concat(ofStore, []string{"storage/internal/..."}), []string{"github.com/google/uuid", "github.com/jackc/pgx/v5"}},
	{"storage/sqlite", slices.Concat(ofStore, []string{"storage/internal/..."}), drivers},

	{"", ofStore, onlyUUID},

	{"payment/paymenttest", slices.Concat(leaves, []string{"payment"}), slices.Concat(onlyUUID, testTools)},
	{"payment/...", slices.Concat(leaves, []string{"payment"}), onlyUUID},
	{"fulfillment/carriertest", slices.Concat(leaves, []string{"fulfillment"}), slices.Concat(onlyUUID, testTools)},
	{"fulfillment/...", slices.Concat(leaves, []string{"fulfillment"}), onlyUUID},

	// The bench starts a PostgreSQL of its own.
	{"cmd/oms/internal/bench", []string{public, "internal/pgtest"}, []string{anything}},
	// Sinks are built on the shop, and brokers stay in modules of their own.
	{"sink/cloudevents", leaves, onlyUUID},
	{"sink/webhook", ofSink, nil},
	{"sink/inbox", ofSink, nil},
	{"sink/watermill", ofSink, []string{"github.com/ThreeDotsLabs/watermill"}},
	{"sink/jetstream", ofSink, []string{"github.com/nats-io/nats.go"}},
	{"sink/oracle", ofSink, nil},

	{"cmd/...", []string{public}, []string{anything}},
	{"examples/...", []string{public}, []string{anything}},
	{"web/...", []string{public}, onlyUUID},
	{"internal/...", []string{anything}, []string{anything}},
}

// testTools belong to tests and to the suites that hosts call from theirs.
var testTools = []string{"github.com/stretchr/testify", "pgregory.net/rapid", "go.uber.org/goleak"}

// sourceFile is what the table is asked about.
type sourceFile struct {
	folder  string
	imports []string // whole paths
	test    bool     // named _test.go
}

// check returns what is wrong with the file's imports.
func (f sourceFile) check() []string {
	i := slices.IndexFunc(importTable, func(r importRule) bool { return within(r.folder, f.folder) })
	if i < 0 {
		return []string{fmt.Sprintf("folder %q has no row in the import table", f.folder)}
	}
	rule := importTable[i]
	var wrong []string
	for _, imported := range f.imports {
		ours, isOurs := strings.CutPrefix(imported, module)
		ours = strings.TrimPrefix(ours, "/")
		switch {
		case isOurs && !f.mayImport(rule, ours):
			wrong = append(wrong, fmt.Sprintf("%q imports %q", f.folder, ours))
		case !isOurs && isForeign(imported) && !f.mayRequire(rule, imported):
			wrong = append(wrong, fmt.Sprintf("%q imports %q", f.folder, imported))
		}
	}
	return wrong
}

func (f sourceFile) mayImport(rule importRule, ours string) bool {
	switch {
	case f.test && !slices.Contains(slices.Concat(leaves, domains), f.folder):
		return true
	case f.test && (within(f.folder+"/...", ours) || within("internal/...", ours) || slices.Contains(suites, ours)):
		// A domain's test may use what is built on its domain; of other domains
		// it knows as little as the domain itself.
		return true
	case slices.Contains(suites, ours):
		return false
	case slices.Contains(rule.ours, public):
		// What no host may import, the models of hosts do not import either.
		// Go lets the folders beside each other below one internal folder meet.
		return !isInside(ours) || within(f.folder+"/...", ours) || within(beside(f.folder)+"/...", ours) ||
			anyWithin(rule.ours, ours)
	}
	return anyWithin(rule.ours, ours)
}

func (f sourceFile) mayRequire(rule importRule, imported string) bool {
	of := func(module string) bool { return module == anything || within(module+"/...", imported) }
	switch {
	case f.test:
		return true
	case slices.ContainsFunc(testTools, of) && !slices.Contains(suites, f.folder):
		return false
	}
	return slices.ContainsFunc(rule.foreign, of)
}

// beside returns the internal folder that a folder is in, or the folder itself.
func beside(folder string) string {
	if i := strings.Index("/"+folder+"/", "/internal/"); i >= 0 {
		return folder[:i+len("internal")]
	}
	return folder
}

func isInside(ours string) bool { return strings.Contains("/"+ours+"/", "/internal/") }

// isForeign reports whether the path is of a module: the standard library's first
// element has no point in it.
func isForeign(imported string) bool {
	first, _, _ := strings.Cut(imported, "/")
	return strings.Contains(first, ".")
}

func anyWithin(patterns []string, folder string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return within(p, folder) })
}

// within reports whether the pattern names the folder.
func within(pattern, folder string) bool {
	if pattern == anything {
		return true
	}
	root, below := strings.CutSuffix(pattern, "/...")
	return folder == root || below && strings.HasPrefix(folder, root+"/")
}

func TestImports(t *testing.T) {
	files := sourceFiles(t, os.DirFS("."))
	var folders []string
	for _, f := range files {
		for _, wrong := range f.check() {
			t.Errorf("%s: the import table does not allow it", wrong)
		}
		folders = append(folders, f.folder)
	}
	// The walk has seen the tree, and not a part of it.
	require.Subset(t, folders, slices.Concat([]string{""}, leaves, domains, suites, []string{"storage", "storage/memory"}))
}

func sourceFiles(t *testing.T, tree fs.FS) []sourceFile {
	t.Helper()
	var files []sourceFile
	require.NoError(t, fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := path.Base(name)
		if entry.IsDir() {
			if name != "." && (strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") || base == "testdata" || base == "vendor") {
				return fs.SkipDir
			}
			return nil
		}
		if path.Ext(name) != ".go" {
			return nil
		}
		source, err := fs.ReadFile(tree, name)
		if err != nil {
			return err
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), name, source, parser.ImportsOnly)
		if err != nil {
			return err
		}
		f := sourceFile{folder: strings.TrimPrefix(path.Dir(name), "."), test: strings.HasSuffix(name, "_test.go")}
		for _, spec := range parsed.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			f.imports = append(f.imports, imported)
		}
		files = append(files, f)
		return nil
	}))
	return files
}

func TestSourceFilesSeesEveryPackage(t *testing.T) {
	file := func(source string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(source)} }
	files := sourceFiles(t, fstest.MapFS{
		"doc.go":                file("package oms"),
		"order/order.go":        file("package order\n\nimport p \"github.com/go-oms/oms/payment\"\n\nvar _ p.Kind"),
		"order/order_test.go":   file("package order_test\n\nimport \"testing\""),
		"order/windows.go":      file("//go:build windows\n\npackage order\n\nimport _ \"unsafe\""),
		"order/README.md":       file("not Go"),
		"order/testdata/bad.go": file("not Go either"),
		".git/hooks/hook.go":    file("nor this"),
	})
	require.Equal(t, []sourceFile{
		{folder: ""},
		{folder: "order", imports: []string{module + "/payment"}},
		{folder: "order", imports: []string{"testing"}, test: true},
		{folder: "order", imports: []string{"unsafe"}},
	}, files)
}

// The table can refuse: each file here breaks one rule, or none.
func TestImportTableRefuses(t *testing.T) {
	const testify, fsm = "github.com/stretchr/testify/require", "github.com/looplab/fsm"
	own := func(folder string) string { return strings.TrimSuffix(module+"/"+folder, "/") }
	for name, c := range map[string]struct {
		file    sourceFile
		refused bool
	}{
		"a leaf imports a domain":             {sourceFile{"money", []string{own("order")}, false}, true},
		"a leaf imports a leaf":               {sourceFile{"money", []string{own("fault")}, false}, true},
		"event imports fault":                 {sourceFile{"event", []string{own("fault")}, false}, false},
		"a domain imports a leaf":             {sourceFile{"order", []string{own("money"), "slices"}, false}, false},
		"a domain imports a domain":           {sourceFile{"order", []string{own("payment")}, false}, true},
		"a domain's test imports a domain":    {sourceFile{"order", []string{own("payment")}, true}, true},
		"a domain imports its adapter":        {sourceFile{"payment", []string{own("payment/sandbox")}, false}, true},
		"a domain's test imports its adapter": {sourceFile{"payment", []string{own("payment/sandbox")}, true}, false},
		"a domain imports storage":            {sourceFile{"crm", []string{own("storage")}, false}, true},
		"a domain imports the root":           {sourceFile{"inventory", []string{own("")}, false}, true},
		"a domain's test imports the root":    {sourceFile{"inventory", []string{own("")}, true}, true},
		"storage imports a domain":            {sourceFile{"storage", []string{own("crm"), own("event")}, false}, false},
		"storage imports a backend":           {sourceFile{"storage", []string{own("storage/memory")}, false}, true},
		"a backend imports storage":           {sourceFile{"storage/memory", []string{own("storage"), own("order")}, false}, false},
		"a backend imports a backend":         {sourceFile{"storage/sqlite", []string{own("storage/memory")}, false}, true},
		"a backend imports the shared SQL":    {sourceFile{"storage/sqlite", []string{own("storage/internal/sqlstore")}, false}, false},
		"memory imports the shared SQL":       {sourceFile{"storage/memory", []string{own("storage/internal/sqlstore")}, false}, true},
		"a backend imports the root":          {sourceFile{"storage/sqlite", []string{own("")}, false}, true},
		"the root imports a domain":           {sourceFile{"", []string{own("order"), own("storage")}, false}, false},
		"the root imports a backend":          {sourceFile{"", []string{own("storage/memory")}, false}, true},
		"the root imports an adapter":         {sourceFile{"", []string{own("payment/sandbox")}, false}, true},
		"the root's test imports them":        {sourceFile{"", []string{own("storage/memory"), own("payment/sandbox")}, true}, false},
		"an adapter imports its domain":       {sourceFile{"payment/stripe", []string{own("payment"), own("money")}, false}, false},
		"an adapter imports another domain":   {sourceFile{"payment/stripe", []string{own("order")}, false}, true},
		"an adapter imports an adapter":       {sourceFile{"payment/stripe", []string{own("payment/sandbox")}, false}, true},
		"a picture imports its domain":        {sourceFile{"reporting/render", []string{own("reporting"), own("money"), "html/template"}, false}, false},
		"a picture imports another domain":    {sourceFile{"reporting/render", []string{own("order")}, false}, true},
		"reports import their pictures":       {sourceFile{"reporting", []string{own("reporting/render")}, false}, true},
		"a carrier imports payments":          {sourceFile{"fulfillment/sandbox", []string{own("payment")}, false}, true},
		"the tool imports everything public":  {sourceFile{"cmd/oms", []string{own(""), own("storage/sqlite"), own("payment/sandbox")}, false}, false},
		"the tool imports the inside":         {sourceFile{"cmd/oms", []string{own("internal/simulation")}, false}, true},
		"the tool imports storage's inside":   {sourceFile{"cmd/oms", []string{own("storage/internal/sqlstore")}, false}, true},
		"the tool imports its own inside":     {sourceFile{"cmd/oms", []string{own("cmd/oms/internal/csv")}, false}, false},
		"the benchmark imports a server":      {sourceFile{"cmd/oms/internal/bench", []string{own("internal/pgtest")}, false}, false},
		"the tool imports a server":           {sourceFile{"cmd/oms", []string{own("internal/pgtest")}, false}, true},
		"an example imports the inside":       {sourceFile{"examples/quickstart", []string{own("internal/simulation")}, false}, true},
		"a page imports the inside":           {sourceFile{"web/api", []string{own("internal/simulation")}, false}, true},
		"the inside imports anything":         {sourceFile{"internal/simulation", []string{own("storage/internal/sqlstore"), own("")}, false}, false},

		"a suite outside tests":             {sourceFile{"cmd/oms", []string{own("storage/storagetest")}, false}, true},
		"a suite inside":                    {sourceFile{"internal/simulation", []string{own("payment/paymenttest")}, false}, true},
		"a suite in an adapter":             {sourceFile{"fulfillment/sandbox", []string{own("fulfillment/carriertest")}, false}, true},
		"a suite in an adapter's test":      {sourceFile{"fulfillment/sandbox", []string{own("fulfillment/carriertest")}, true}, false},
		"a suite imports another domain":    {sourceFile{"payment/paymenttest", []string{own("order")}, false}, true},
		"testify in a test":                 {sourceFile{"order", []string{testify}, true}, false},
		"testify in a suite":                {sourceFile{"storage/storagetest", []string{testify}, false}, false},
		"testify in a domain":               {sourceFile{"order", []string{testify}, false}, true},
		"testify in the tool":               {sourceFile{"cmd/oms", []string{testify}, false}, true},
		"testify inside":                    {sourceFile{"internal/simulation", []string{testify}, false}, true},
		"the state machine in order":        {sourceFile{"order", []string{fsm}, false}, false},
		"the state machine in payment":      {sourceFile{"payment", []string{fsm}, false}, true},
		"a driver in its backend":           {sourceFile{"storage/sqlite", []string{"zombiezen.com/go/sqlite/sqlitex"}, false}, false},
		"a driver in the root":              {sourceFile{"", []string{"modernc.org/sqlite"}, false}, true},
		"a new dependency":                  {sourceFile{"crm", []string{"golang.org/x/text/cases"}, false}, true},
		"a module that begins like another": {sourceFile{"crm", []string{"github.com/google/uuid2"}, false}, true},
		"the standard library":              {sourceFile{"crm", []string{"net/mail", "iter"}, false}, false},
		"an unknown folder":                 {sourceFile{"util", nil, false}, true},
		"an unknown folder below a leaf":    {sourceFile{"money/exchange", nil, false}, true},
		"an unknown backend":                {sourceFile{"storage/paper", nil, false}, true},
	} {
		t.Run(name, func(t *testing.T) {
			wrong := c.file.check()
			require.Equal(t, c.refused, len(wrong) == 1, "%v", wrong)
			require.LessOrEqual(t, len(wrong), 1)
		})
	}
}
