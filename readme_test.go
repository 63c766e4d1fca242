package oms_test

import (
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

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
			require.True(t, slices.ContainsFunc(compiled, func(source string) bool { return strings.Contains(source, block) }),
				"%s shows code that no file contains:\n%s", file, block)
		}
	}
	require.GreaterOrEqual(t, seen, 2)
}

// documents lists the Markdown files of the root.
func documents(t *testing.T) []string {
	t.Helper()
	files, err := fs.Glob(os.DirFS("."), "*.md")
	require.NoError(t, err)
	require.Subset(t, files, []string{"README.md", "ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"})
	return files
}

func TestDocumentsLinkToWhatIsThere(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#:]+)(?:#[^)]*)?\)`)
	seen := 0
	for _, file := range documents(t) {
		for _, m := range link.FindAllStringSubmatch(readText(t, file), -1) {
			seen++
			require.FileExists(t, m[1], "linked from %s", file)
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
	for _, f := range sourceFiles(t, os.DirFS(".")) {
		for _, imported := range f.imports {
			if !isForeign(imported) || within(module+"/...", imported) {
				continue
			}
			i := slices.IndexFunc(named, func(m string) bool { return within(m+"/...", imported) })
			require.GreaterOrEqual(t, i, 0, "%q imports %s", f.folder, imported)
			used[named[i]] = true
		}
	}
	for _, m := range named {
		require.True(t, used[m], "the README explains %s, which nothing imports", m)
	}
}
