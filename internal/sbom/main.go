// Command sbom writes the software bill of materials of a module: CycloneDX 1.6 as JSON,
// from the module list and the checksums that the go command itself works with.
//
//	go run ./internal/sbom -version v0.5.0 > oms.cdx.json
//
// The same code and version give the same bytes. What no package of the module needs,
// but its dependencies' go.mod files name, has the scope "excluded". SQLite, whose C is
// part of modernc.org/sqlite in a translated form, is a component of its own.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
)

func main() {
	version := flag.String("version", "(devel)", "the version of the module itself")
	root := flag.String("root", ".", "the folder of the module")
	flag.Parse()
	bill, err := read(context.Background(), *root, *version)
	if err == nil {
		out := json.NewEncoder(os.Stdout)
		out.SetIndent("", "  ")
		out.SetEscapeHTML(false)
		err = out.Encode(bill)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "sbom:", err)
		os.Exit(1)
	}
}
