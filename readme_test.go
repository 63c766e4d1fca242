package oms_test

import (
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

func readText(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	return string(text)
}

// blocks returns the fenced blocks of a language in a Markdown text.
func blocks(text, language string) []string {
	var found []string
	for _, m := range regexp.MustCompile("(?ms)^```([a-z]*)\n(.*?)^```$").FindAllStringSubmatch(text, -1) {
		if m[1] == language {
			found = append(found, m[2])
		}
	}
	return found
}

func TestTheReadmesProgramIsTheOneThatIsTested(t *testing.T) {
	readme := readText(t, "README.md")
	code, output := blocks(readme, "go"), blocks(readme, "text")
	require.Len(t, output, 1)
	require.Equal(t, readText(t, "examples/quickstart/main.go"), code[0])
	require.Contains(t, readText(t, "examples/quickstart/main_test.go"), "`"+output[0]+"`")
}

func TestCodeInDocumentsStandsInACompiledFile(t *testing.T) {
	var compiled []string
	require.NoError(t, fs.WalkDir(os.DirFS("."), ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && path.Ext(name) == ".go" {
			compiled = append(compiled, readText(t, name))
		}
		return err
	}))
	seen := 0
	for _, file := range documents(t) {
		for _, block := range blocks(readText(t, file), "go") {
			seen++
			require.True(t, slices.ContainsFunc(compiled, func(source string) bool { return holds(source, block) }),
				"%s shows code that no file contains:\n%s", file, block)
		}
	}
	require.GreaterOrEqual(t, seen, 2)
}

// holds reports whether a source file contains a block of code, which a document may
// show without the indentation that it has there.
func holds(source, block string) bool {
	lines := strings.SplitAfter(block, "\n")
	for range 4 {
		if strings.Contains("\n"+source, "\n"+strings.Join(lines, "")) {
			return true
		}
		for i, line := range lines {
			if strings.TrimSpace(line) != "" {
				lines[i] = "\t" + line
			}
		}
	}
	return false
}

func TestHoldsFindsABlockAtAnyDepth(t *testing.T) {
	const source = "func f() {\n\tif a {\n\t\tb()\n\n\t\tc()\n\t}\n}\n"
	for block, want := range map[string]bool{
		source: true, "if a {\n\tb()\n\n\tc()\n}\n": true, "b()\n\nc()\n": true,
		"b()\nc()\n": false, "b()\n\n\tc()\n": false, "a()\n": false,
	} {
		require.Equal(t, want, holds(source, block), block)
	}
}

// documents lists the Markdown files of the root and the guides.
func documents(t *testing.T) []string {
	t.Helper()
	files, err := fs.Glob(os.DirFS("."), "*.md")
	require.NoError(t, err)
	guides, err := fs.Glob(os.DirFS("."), "docs/*.md")
	require.NoError(t, err)
	require.Subset(t, files, []string{"README.md", "ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"})
	require.Subset(t, guides, []string{
		"docs/carrier.md", "docs/embedding.md", "docs/errors.md", "docs/events.md", "docs/gateway.md", "docs/storage-backend.md", "docs/workflow.md",
	})
	return slices.Concat(files, guides)
}

func TestDocumentsLinkToWhatIsThere(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#:]+)(?:#[^)]*)?\)`)
	seen := 0
	for _, file := range documents(t) {
		for _, m := range link.FindAllStringSubmatch(readText(t, file), -1) {
			seen++
			require.FileExists(t, path.Join(path.Dir(file), m[1]), "linked from %s", file)
		}
	}
	require.Greater(t, seen, 10)
}

func TestTheReadmesCommandsExist(t *testing.T) {
	readme, makefile := readText(t, "README.md"), readText(t, "Makefile")
	for _, m := range regexp.MustCompile(`go run \./(\S+?)[\s`+"`"+`]`).FindAllStringSubmatch(readme, -1) {
		require.Contains(t, readText(t, path.Join(m[1], "main.go")), "\nfunc main() {", m[0])
	}
	for _, m := range regexp.MustCompile(`(?m)^make (\w+)`).FindAllStringSubmatch(readme, -1) {
		require.Regexp(t, `(?m)^`+m[1]+`:`, makefile)
	}
	require.Regexp(t, `(?m)\bmake test\b`, readText(t, ".ci/run"), "what is checked is what the README says")
}

func TestTheReadmeNamesEveryDependency(t *testing.T) {
	readme := readText(t, "README.md")
	_, table, found := strings.Cut(readme, "\n## Dependencies\n")
	require.True(t, found)
	table, _, _ = strings.Cut(table, "\n## ")
	var named []string
	for _, m := range regexp.MustCompile("`([a-z.]+\\.[a-z]+/[^`]+)`").FindAllStringSubmatch(table, -1) {
		named = append(named, m[1])
	}
	used := make(map[string]bool)
	modules := nestedModules(t, os.DirFS("."))
	for _, f := range sourceFiles(t, os.DirFS(".")) {
		nested := slices.ContainsFunc(modules, func(m string) bool { return within(m+"/...", f.folder) })
		for _, imported := range f.imports {
			if !isForeign(imported) || within(module+"/...", imported) {
				continue
			}
			i := slices.IndexFunc(named, func(m string) bool { return within(m+"/...", imported) })
			if i < 0 && nested {
				continue // its dependencies are no host's, and the README may pass over them
			}
			require.GreaterOrEqual(t, i, 0, "%q imports %s", f.folder, imported)
			used[named[i]] = true
		}
	}
	for _, m := range named {
		require.True(t, used[m], "the README explains %s, which nothing imports", m)
	}
}

// nestedModules lists the folders of the modules below the root.
func nestedModules(t *testing.T, tree fs.FS) (folders []string) {
	t.Helper()
	require.NoError(t, fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && name != "." && (strings.HasPrefix(entry.Name(), ".") || entry.Name() == "testdata") {
			return fs.SkipDir
		}
		if entry.Name() == "go.mod" && path.Dir(name) != "." {
			folders = append(folders, path.Dir(name))
		}
		return nil
	}))
	return folders
}

// A module of its own is named after its folder and built from the same tree, and make
// tests it.
func TestNestedModulesAreOfThisTree(t *testing.T) {
	modules := nestedModules(t, os.DirFS("."))
	require.Subset(t, modules, []string{"examples/bun", "examples/gorm"})
	for _, folder := range modules {
		text := readText(t, folder+"/go.mod")
		require.Contains(t, text, "module "+module+"/"+folder+"\n")
		root := strings.TrimSuffix(strings.Repeat("../", strings.Count(folder, "/")+1), "/")
		require.Regexp(t, `\nreplace `+regexp.QuoteMeta(module+" => "+root)+`/?\n`, text)
	}
	require.Regexp(t, `(?m)^test:.*\bmodules\b`, readText(t, "Makefile"))
}

func TestNestedModulesAreFound(t *testing.T) {
	require.Equal(t, []string{"a/b", "c"}, nestedModules(t, fstest.MapFS{
		"go.mod": {}, "a/b/go.mod": {}, "a/go.sum": {}, "c/go.mod": {}, "c/testdata/go.mod": {}, ".git/go.mod": {},
	}))
}

// exampleFaults says what is wrong with the folders of examples: each is a program
// with a run that its test calls, and each has its row in the README.
func exampleFaults(tree fs.FS, readme string) []string {
	var faults []string
	names, _ := fs.Glob(tree, "examples/*")
	for _, folder := range names {
		source := func(pattern string) string {
			files, _ := fs.Glob(tree, folder+"/"+pattern)
			var all strings.Builder
			for _, file := range files {
				text, _ := fs.ReadFile(tree, file)
				all.Write(text)
			}
			return all.String()
		}
		program, tests := source("main.go"), source("*_test.go")
		runs := strings.Contains(tests, " run(t.Context(), ") && strings.Contains(tests, "require.Equal(")
		for what, found := range map[string]bool{
			"no main.go that begins with what it shows": strings.HasPrefix(program, "// Command "+path.Base(folder)+" "),
			"no main": strings.Contains(program, "\nfunc main() {"),
			"no run":  strings.Contains(program, "\nfunc run("),
			"no test that runs it and looks at what comes out": runs,
			"no row in the README":                             strings.Contains(readme, "\n| [`"+path.Base(folder)+"`]("+folder+"/main.go) | "),
		} {
			if !found {
				faults = append(faults, folder+": "+what)
			}
		}
	}
	slices.Sort(faults)
	return faults
}

func TestEveryExampleIsTestedAndInTheReadme(t *testing.T) {
	_, section, found := strings.Cut(readText(t, "README.md"), "\n## Examples\n")
	require.True(t, found)
	section, _, _ = strings.Cut(section, "\n## ")
	require.Empty(t, exampleFaults(os.DirFS("."), section))
	folders, err := fs.Glob(os.DirFS("."), "examples/*/main.go")
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(folders), 9)
}

func TestExampleFaults(t *testing.T) {
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	require.Equal(t, []string{
		"examples/bare: no main", "examples/bare: no main.go that begins with what it shows", "examples/bare: no row in the README",
		"examples/bare: no run", "examples/bare: no test that runs it and looks at what comes out",
		"examples/idle: no test that runs it and looks at what comes out",
	}, exampleFaults(fstest.MapFS{
		"examples/good/main.go":      file("// Command good is good.\npackage main\n\nfunc main() {\n}\n\nfunc run() {\n}\n"),
		"examples/good/main_test.go": file("package main\n\nerr := run(t.Context(), &out)\nrequire.Equal(t, want, out)\n"),
		"examples/idle/main.go":      file("// Command idle is idle.\npackage main\n\nfunc main() {\n}\n\nfunc run() {\n}\n"),
		"examples/idle/main_test.go": file("package main\n\nrequire.NoError(t, run(t.Context(), &out))\n"),
		"examples/bare/other.go":     file("package main\n"),
	}, "\n| [`good`](examples/good/main.go) | all |\n| [`idle`](examples/idle/main.go) | nothing |\n"))
}
