// Command importer brings the file of a shop's till into the books: till.csv, a
// format of our own making. It is read row by row; what is wrong goes to a file of
// rejects with line, column and reason; and running it again changes nothing.
package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/storage/sqlite"
)

func main() {
	data := filepath.Join("examples", "importer", "till.csv")
	if len(os.Args) > 1 {
		data = os.Args[1]
	}
	if err := run(context.Background(), os.Stdout, data, "importer.db", "rejects.csv"); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, out io.Writer, data, file, rejects string) error {
	in, err := os.Open(data)
	if err != nil {
		return err
	}
	defer in.Close()
	size, err := in.Stat()
	if err != nil {
		return err
	}
	refused, err := os.Create(rejects)
	if err != nil {
		return err
	}
	defer refused.Close()

	store, err := sqlite.Open(ctx, file, nil)
	if err != nil {
		return err
	}
	defer store.Close()
	if err := store.Migrate(ctx); err != nil {
		return err
	}
	shop, err := oms.New(oms.Config{Store: store})
	if err != nil {
		return err
	}
	shop = shop.As(event.Actor{Kind: event.Integration, ID: "till"})

	quarter := int64(0)
	im := &importer{shop: shop, rejects: csv.NewWriter(refused), progress: func(bytes int64) {
		if percent := bytes * 100 / size.Size(); percent/25 > quarter {
			quarter = percent / 25
			fmt.Fprintf(out, "%d%%\n", percent)
		}
	}}
	c, err := im.file(ctx, in)
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "in the books:", c.sales, "sales and", c.returns, "return,", c.total, "in all;", c.rejected, "rows rejected")
	report, err := shop.Verify(ctx, oms.VerifyOptions{})
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "books clean:", report.Clean())
	return nil
}
