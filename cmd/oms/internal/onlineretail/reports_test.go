package onlineretail

import (
	"bufio"
	"cmp"
	"compress/gzip"
	"encoding/csv"
	"fmt"
	"io"
	"maps"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/cmd/oms/internal/usage"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/reporting"
)

// The year reckoned from the file by itself: encoding/csv, whole pence and maps, with
// nothing of this package and nothing of package reporting.

// figures is what the reports have to say.
type figures struct {
	months    map[string]int64           // pence by month of the invoice's local time
	countries map[string]int64           // pence by country, what came back where it was sold
	gross     map[string]int64           // pence of goods sold by stock code
	units     int64                      // sold
	returned  int64                      // of them, came back
	orders    map[string]map[string]bool // invoices with goods by month
	buyers    map[string]map[string]bool // customers by month
	first     map[string]string          // month of a customer's first invoice with goods
	sold      map[[2]string][]soldPieces // by customer and stock code, the oldest first
}

type soldPieces struct {
	left    int64
	country string
}

// readRows hands over the rows of the file.
func readRows(t *testing.T, path string, row func(invoice, sku string, pieces int64, date string, price *big.Rat, customer, country string)) {
	t.Helper()
	f, err := os.Open(path)
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	var in io.Reader = bufio.NewReader(f)
	if filepath.Ext(path) == ".gz" {
		in, err = gzip.NewReader(in)
		require.NoError(t, err)
	}
	rows := csv.NewReader(in)
	rows.ReuseRecord = true
	_, err = rows.Read()
	require.NoError(t, err)
	for {
		r, err := rows.Read()
		if err == io.EOF {
			return
		}
		require.NoError(t, err)
		pieces, ok := new(big.Rat).SetString(r[3])
		require.True(t, ok && pieces.IsInt())
		price, ok := new(big.Rat).SetString(r[5])
		require.True(t, ok)
		row(strings.Clone(r[0]), strings.Clone(r[1]), pieces.Num().Int64(), strings.Clone(r[4]), price, strings.Clone(r[6]), strings.Clone(r[7]))
	}
}

// pence is price × pieces, a half away from zero.
func pence(price *big.Rat, pieces int64) int64 {
	worth := new(big.Rat).Mul(price, new(big.Rat).SetInt64(pieces))
	worth.Mul(worth, big.NewRat(200, 1)) // half pence
	half := new(big.Int).Quo(worth.Num(), worth.Denom()).Int64()
	if half < 0 {
		return -((-half + 1) / 2)
	}
	return (half + 1) / 2
}

func reckonFigures(t *testing.T, path string) *figures {
	t.Helper()
	x := &figures{
		months: map[string]int64{}, countries: map[string]int64{}, gross: map[string]int64{}, orders: map[string]map[string]bool{},
		buyers: map[string]map[string]bool{}, first: map[string]string{}, sold: map[[2]string][]soldPieces{},
	}
	// The file is in order of time but for a few invoices.
	type line struct {
		invoice, sku, date, customer, country string
		pieces                                int64
		price                                 *big.Rat
	}
	var lines []line
	begin := map[string]string{}
	readRows(t, path, func(invoice, sku string, pieces int64, date string, price *big.Rat, customer, country string) {
		if begin[invoice] == "" {
			begin[invoice] = date
		}
		lines = append(lines, line{invoice, sku, begin[invoice], customer, country, pieces, price})
	})
	slices.SortStableFunc(lines, func(a, b line) int { return cmp.Compare(a.date, b.date) })
	for _, l := range lines {
		x.row(t, l.invoice, l.sku, l.pieces, l.date[:7], l.price, l.customer, l.country)
	}
	return x
}

func isService(sku string) bool {
	return slices.Contains([]string{"POST", "DOT", "C2", "D", "M", "BANK CHARGES", "AMAZONFEE", "CRUK", "S", "B"}, strings.ToUpper(sku)) ||
		len(sku) > 5 && strings.EqualFold(sku[:5], "gift_")
}

func (x *figures) row(t *testing.T, invoice, sku string, pieces int64, month string, price *big.Rat, customer, country string) {
	worth := pence(price, pieces)
	x.months[month] += worth
	switch goods := !isService(sku); {
	case goods && invoice[0] == 'C':
		x.back(t, [2]string{customer, sku}, -pieces, worth, price, country)
		return
	case goods && pieces > 0 && (price.Sign() > 0 || customer != ""):
		x.gross[sku] += worth
		x.units += pieces
		mark(x.orders, month, invoice)
		if customer != "" {
			mark(x.buyers, month, customer)
			if x.first[customer] == "" {
				x.first[customer] = month
			}
			key := [2]string{customer, sku}
			x.sold[key] = append(x.sold[key], soldPieces{pieces, country})
		}
	}
	x.countries[code(country)] += worth
}

// back gives pieces to the customer's oldest sales of the code; their worth belongs
// to the country of the sale, and that of the rest to the invoice's.
func (x *figures) back(t *testing.T, key [2]string, pieces, worth int64, price *big.Rat, country string) {
	if key[0] == "" {
		x.countries[code(country)] += worth
		return
	}
	lines, left, where := x.sold[key], pieces, ""
	for len(lines) > 0 && left > 0 {
		n := min(left, lines[0].left)
		left -= n
		require.True(t, where == "" || where == lines[0].country, "a row comes back from two countries: share it out")
		where = lines[0].country
		if lines[0].left -= n; lines[0].left == 0 {
			lines = lines[1:]
		}
	}
	x.sold[key] = lines
	x.returned += pieces - left
	unknown := pence(price, -left)
	x.countries[code(country)] += unknown
	if where != "" {
		x.countries[code(where)] += worth - unknown
	}
}

func mark(into map[string]map[string]bool, month, name string) {
	if into[month] == nil {
		into[month] = map[string]bool{}
	}
	into[month][name] = true
}

// code is the country's code in the books, which the file does not have.
func code(name string) string { return countries[name] }

func pounds(pence int64) string { return big.NewRat(pence, 100).FloatString(2) }

// limit is how long a report of the year may take on a machine that does nothing
// else.
const limit = 300 * time.Millisecond

// requireReports compares the reports of the year with the file.
func requireReports(t *testing.T, path string, shop *oms.Client) {
	t.Helper()
	want := reckonFigures(t, path)
	ask := func(name string, by ...reporting.Dimension) *reporting.Table {
		r, known := reporting.Named(name)
		require.True(t, known)
		if len(by) > 0 {
			r = r.Grouped(by...)
		}
		r.Query.Zone = "Europe/London"
		var err error
		r.Query.Period, err = reporting.ParsePeriod("2010-12", "2012", r.Query.Zone)
		require.NoError(t, err)
		table, wall, busy := (*reporting.Table)(nil), time.Hour, time.Hour
		for range 3 { // the machine does other things too
			before, known := usage.Now()
			start := time.Now()
			table, err = shop.Report(t.Context(), r.Query)
			require.NoError(t, err)
			took := time.Since(start)
			after, _ := usage.Now()
			if wall = min(wall, took); !known {
				after.CPU = before.CPU + took
			}
			busy = min(busy, after.CPU-before.CPU)
		}
		t.Logf("%s by %v: %v, %v of CPU, %d rows", name, r.Query.By, wall.Round(time.Millisecond), busy.Round(time.Millisecond), len(table.Rows))
		require.Less(t, busy, room*limit, name)
		return table
	}
	requireSales(t, want, ask("sales"))
	countries := map[string]string{}
	for country, pence := range want.countries {
		countries[country] = pounds(pence)
	}
	require.Equal(t, countries, figuresOf(ask("sales", reporting.ByCountry), reporting.Due), "revenue by country")
	requireBestSellers(t, want, ask("top-skus"))

	returns := ask("returns")
	require.Equal(t, strconv.FormatInt(want.units, 10), totalOf(t, returns, reporting.Units))
	require.Equal(t, strconv.FormatInt(want.returned, 10), totalOf(t, returns, reporting.Returned))
	require.Equal(t, big.NewRat(want.returned, want.units).FloatString(6), totalOf(t, returns, reporting.ReturnRate))

	requireCustomers(t, want, ask("customers"))
	for _, r := range reporting.Reports() {
		ask(r.Name)
	}
	ask("sales", reporting.ByDay)
	ask("sales", reporting.ByCustomer)
	requireBooks(t, shop, ask("sales"), ask("payments"))
}

func requireSales(t *testing.T, want *figures, sales *reporting.Table) {
	t.Helper()
	months, orders := map[string]string{}, map[string]string{}
	var all int64
	for month, pence := range want.months {
		months[month] = pounds(pence)
		all += pence
	}
	for month, invoices := range want.orders {
		orders[month] = strconv.Itoa(len(invoices))
	}
	require.Len(t, months, 13)
	require.Equal(t, months, figuresOf(sales, reporting.Due), "revenue by month")
	require.Equal(t, orders, figuresOf(sales, reporting.OrderCount), "orders by month")
	require.Equal(t, pounds(all), totalOf(t, sales, reporting.Due))
}

func requireBestSellers(t *testing.T, want *figures, top *reporting.Table) {
	t.Helper()
	skus := slices.SortedFunc(maps.Keys(want.gross), func(a, b string) int {
		return cmp.Or(cmp.Compare(want.gross[b], want.gross[a]), strings.Compare(a, b))
	})
	require.Len(t, top.Rows, 10)
	for i, row := range top.Rows {
		require.Equal(t, skus[i], row.Keys[0])
		require.Equal(t, pounds(want.gross[skus[i]]), row.Values[top.Column(reporting.Gross)].String())
	}
	require.Equal(t, len(skus)-10, top.Omitted)
}

func requireCustomers(t *testing.T, want *figures, table *reporting.Table) {
	t.Helper()
	fresh := map[string]int{}
	for _, month := range want.first {
		fresh[month]++
	}
	for _, row := range table.Rows {
		month := row.Keys[0]
		buyers := len(want.buyers[month])
		require.Equal(t, fmt.Sprintf("%d %d %d", buyers, fresh[month], buyers-fresh[month]), fmt.Sprintf("%s %s %s",
			row.Values[table.Column(reporting.CustomerCount)], row.Values[table.Column(reporting.NewCustomers)],
			row.Values[table.Column(reporting.ReturningCustomers)]), month)
	}
	require.Equal(t, strconv.Itoa(len(want.first)), totalOf(t, table, reporting.CustomerCount))
	require.Equal(t, strconv.Itoa(len(want.first)), totalOf(t, table, reporting.NewCustomers))
}

// requireBooks holds totals of reports against the orders and payments themselves.
func requireBooks(t *testing.T, shop *oms.Client, sales, payments *reporting.Table) {
	t.Helper()
	books := newLedger()
	settled := sums{}
	taken, back := Amount{}, Amount{}
	for o, err := range shop.Orders(t.Context(), order.Filter{Ascending: true}) {
		require.NoError(t, err)
		require.NoError(t, books.add(o))
		tenders, err := shop.Payments(t.Context(), o.ID)
		require.NoError(t, err)
		for _, tender := range tenders {
			settled.add(&taken, tender.Totals.Captured)
			settled.add(&back, tender.Totals.Refunded)
			settled.add(&back, tender.Totals.PaidOut)
		}
	}
	require.NoError(t, settled.err)
	require.Equal(t, books.books.Net.Amount(), totalOf(t, sales, reporting.Due))
	require.Equal(t, taken.Amount(), totalOf(t, payments, reporting.Taken))
	require.Equal(t, back.Amount(), totalOf(t, payments, reporting.GivenBack))
}

// figuresOf are a measure's figures by the rows' keys.
func figuresOf(table *reporting.Table, m reporting.Measure) map[string]string {
	figures := map[string]string{}
	for _, row := range table.Rows {
		figures[strings.Join(row.Keys, " ")] = row.Values[table.Column(m)].String()
	}
	return figures
}

func totalOf(t *testing.T, table *reporting.Table, m reporting.Measure) string {
	t.Helper()
	total, err := table.Total(m)
	require.NoError(t, err)
	return total.String()
}
