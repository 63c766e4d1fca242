package onlineretail

import (
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // the shop's local time, also where the system has no time zones

	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/quantity"
)

// The columns of the file, in their order.
const (
	columnInvoice     = "InvoiceNo"
	columnSKU         = "StockCode"
	columnDescription = "Description"
	columnQuantity    = "Quantity"
	columnDate        = "InvoiceDate"
	columnPrice       = "UnitPrice"
	columnCustomer    = "CustomerID"
	columnCountry     = "Country"
)

var columns = []string{
	columnInvoice, columnSKU, columnDescription, columnQuantity, columnDate, columnPrice, columnCustomer, columnCountry,
}

// Currency is that of every price in the file.
const Currency money.Currency = "GBP"

// zone is where the shop is: its times are local.
const zone = "Europe/London"

// The bounds of a row.
const (
	maxLine     = 64 << 10 // bytes
	maxQuantity = 1_000_000_000
	maxText     = 64 // bytes of a customer or country
)

// Row is one row of the file.
type Row struct {
	Line        int // of the file; the header is line 1
	SKU         string
	Description string // without spaces around it
	Quantity    int64  // pieces, below zero for what was taken back or written off
	Price       money.Money
	Kind        Kind
}

// Amount returns what the row is worth: Quantity × Price rounded half up, a half
// away from zero, to the penny.
func (r *Row) Amount() money.Money { return worth(r.Price, r.Quantity) }

// worth cannot fail for a row that was read: its amount was checked then.
func worth(price money.Money, quantity int64) money.Money {
	amount, err := price.MulDiv(quantity, 1, money.HalfUp)
	if err != nil {
		return money.Zero(Currency)
	}
	return amount
}

// Invoice is the rows of one invoice number, in the order of the file.
type Invoice struct {
	Number   string
	Series   Series
	At       time.Time // of the first row
	Customer string    // the shop's number for the customer; empty when nobody is named
	Country  string    // as the file has it
	Rows     []Row
}

// Rejection is a row that cannot be taken in.
type Rejection struct {
	Line   int    `json:"line"`
	Column string `json:"column,omitempty"` // empty: the row as a whole
	Value  string `json:"value,omitempty"`
	Reason string `json:"reason"` // what is wrong, or what would have been right
}

// File is a file that was read.
type File struct {
	Rows     int        // all, rejected ones included; the header is none
	Invoices []*Invoice // in order of time, then of the file
	Rejected []Rejection
}

// HeaderError reports a file that is not of the data set.
type HeaderError struct{ Have string }

func (e *HeaderError) Error() string {
	return fmt.Sprintf("online retail: the first line is %q, want %q", e.Have, strings.Join(columns, ","))
}

// Read reads a CSV file, compressed with gzip or not. Malformed rows are listed and
// skipped. The error is a *[HeaderError] for another kind of file, or that of the
// reader.
func Read(ctx context.Context, src io.Reader) (*File, error) {
	in, err := unpacked(src)
	if err != nil {
		return nil, err
	}
	local, err := time.LoadLocation(zone)
	if err != nil {
		return nil, err
	}
	r := &reader{file: &File{}, local: local, texts: map[string]string{}, invoices: map[string]*Invoice{}}
	for number := 1; ; number++ {
		if number%10_000 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		line, long, err := readLine(in)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("online retail: line %d: %w", number, err)
		}
		if number == 1 {
			if err := header(line); err != nil {
				return nil, err
			}
			continue
		}
		r.row(number, line, long)
	}
	slices.SortStableFunc(r.file.Invoices, func(a, b *Invoice) int { return a.At.Compare(b.At) })
	return r.file, nil
}

// unpacked looks at the first bytes instead of the name to see whether the file is
// compressed.
func unpacked(src io.Reader) (*bufio.Reader, error) {
	in := bufio.NewReaderSize(src, maxLine)
	magic, err := in.Peek(2)
	if err != nil || magic[0] != 0x1f || magic[1] != 0x8b {
		return in, nil // an empty file has no header, which is said there
	}
	unzip, err := gzip.NewReader(in)
	if err != nil {
		return nil, fmt.Errorf("online retail: %w", err)
	}
	return bufio.NewReaderSize(unzip, maxLine), nil
}

// readLine returns the next line without its end; long is set when it was cut off.
func readLine(in *bufio.Reader) (line []byte, long bool, err error) {
	line, err = in.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		line = slices.Clone(line[:80])
		for errors.Is(err, bufio.ErrBufferFull) {
			_, err = in.ReadSlice('\n')
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, true, err
		}
		return line, true, nil
	}
	if err != nil && (!errors.Is(err, io.EOF) || len(line) == 0) {
		return nil, false, err
	}
	if n := len(line); n > 0 && line[n-1] == '\n' {
		line = line[:n-1]
	}
	if n := len(line); n > 0 && line[n-1] == '\r' {
		line = line[:n-1]
	}
	return line, false, nil
}

func header(line []byte) error {
	text := strings.TrimPrefix(string(line), "\ufeff")
	fields, reason := split(text, nil)
	if reason != "" || !slices.Equal(fields, columns) {
		return &HeaderError{Have: text}
	}
	return nil
}

// reader is one reading of a file.
type reader struct {
	file     *File
	local    *time.Location
	texts    map[string]string // each text is kept once
	invoices map[string]*Invoice
	fields   []string

	date string // the last one that was parsed
	at   time.Time
}

// row takes one row in, or rejects it.
func (r *reader) row(number int, line []byte, long bool) {
	r.file.Rows++
	reject := func(x *Rejection) {
		x.Line, x.Value = number, strings.Clone(x.Value)
		r.file.Rejected = append(r.file.Rejected, *x)
	}
	if long {
		reject(&Rejection{Value: string(line), Reason: fmt.Sprintf("at most %d bytes", maxLine)})
		return
	}
	fields, reason := split(string(line), r.fields)
	if reason == "" && len(fields) != len(columns) {
		reason = fmt.Sprintf("%d fields, want %d", len(fields), len(columns))
	}
	if reason != "" {
		reject(&Rejection{Value: clip(string(line)), Reason: reason})
		return
	}
	r.fields = fields
	row, invoice, wrong := r.parse(fields)
	if wrong != nil {
		wrong.Value = clip(wrong.Value)
		reject(wrong)
		return
	}
	row.Line = number
	known := r.invoices[invoice.Number]
	switch {
	case known == nil:
		invoice.Number = strings.Clone(invoice.Number)
		invoice.Rows = []Row{row}
		r.invoices[invoice.Number] = &invoice
		r.file.Invoices = append(r.file.Invoices, &invoice)
	case known.Customer != invoice.Customer:
		reject(&Rejection{Column: columnCustomer, Value: invoice.Customer, Reason: fmt.Sprintf("%q as on line %d of the same invoice", known.Customer, known.Rows[0].Line)})
	default:
		known.Rows = append(known.Rows, row)
	}
}

// clip shortens a value for the report.
func clip(value string) string {
	if len(value) > 80 {
		return strings.ToValidUTF8(value[:80], "�") + "…"
	}
	return strings.ToValidUTF8(value, "�")
}

// keep returns a text that does not hold on to the line it came from.
func (r *reader) keep(text string) string {
	if kept, ok := r.texts[text]; ok {
		return kept
	}
	text = strings.Clone(text)
	r.texts[text] = text
	return text
}

// parse reads the fields of one row and of its invoice.
func (r *reader) parse(fields []string) (row Row, invoice Invoice, wrong *Rejection) {
	fail := func(column, value, reason string) (Row, Invoice, *Rejection) {
		return Row{}, Invoice{}, &Rejection{Column: column, Value: value, Reason: reason}
	}
	invoice.Number = fields[0]
	var ok bool
	if invoice.Series, ok = series(invoice.Number); !ok {
		return fail(columnInvoice, invoice.Number, "digits, with C or A before them or nothing")
	}
	item := inventory.Item{SKU: fields[1], Title: strings.TrimSpace(fields[2])}
	if err := item.Check(); err != nil {
		return fail(columnSKU, fields[1]+" "+fields[2], err.Error())
	}
	row.SKU, row.Description = r.keep(item.SKU), r.keep(item.Title)
	if !oneLine(row.Description) {
		return fail(columnDescription, row.Description, "at most 256 bytes without control characters")
	}
	if row.Quantity, ok = pieces(fields[3]); !ok {
		return fail(columnQuantity, fields[3], "a whole number other than zero, at most "+fmt.Sprint(maxQuantity))
	}
	if invoice.At, ok = r.moment(fields[4]); !ok {
		return fail(columnDate, fields[4], "a time such as 2010-12-01 08:26:00")
	}
	var err error
	if row.Price, err = money.Parse(fields[5] + " " + string(Currency)); err != nil {
		return fail(columnPrice, fields[5], err.Error())
	}
	if _, err = row.Price.MulDiv(row.Quantity, 1, money.HalfUp); err != nil {
		return fail(columnPrice, fields[5], err.Error())
	}
	if invoice.Customer, ok = customer(fields[6]); !ok {
		return fail(columnCustomer, fields[6], "a customer's number, or nothing")
	}
	if len(fields[7]) > maxText || !oneLine(fields[7]) {
		return fail(columnCountry, fields[7], fmt.Sprintf("at most %d bytes without control characters", maxText))
	}
	invoice.Customer, invoice.Country = r.keep(invoice.Customer), r.keep(fields[7])
	if row.Kind, wrong = classify(invoice.Series, invoice.Customer, row.SKU, row.Quantity, row.Price.Sign()); wrong != nil {
		if wrong.Value == "" {
			wrong.Value = fields[slices.Index(columns, wrong.Column)]
		}
		return Row{}, Invoice{}, wrong
	}
	return row, invoice, nil
}

// pieces reads a number of pieces.
func pieces(text string) (int64, bool) {
	q, err := quantity.Parse(text)
	n := q.Micro() / quantity.PerUnit
	return n, err == nil && q.Fits(0) && n != 0 && max(n, -n) <= maxQuantity
}

// customer reads a customer's number, which the file writes as a decimal: 17850.0.
func customer(text string) (string, bool) {
	number := strings.TrimSuffix(text, ".0")
	return number, number == text && number == "" || isDigits(number) && len(number) <= maxText
}

// moment reads a local time. Rows of one invoice follow each other, so the last one
// is remembered.
func (r *reader) moment(text string) (time.Time, bool) {
	if text == r.date {
		return r.at, true
	}
	at, err := time.ParseInLocation(time.DateTime, text, r.local)
	if err != nil {
		return time.Time{}, false
	}
	r.date, r.at = strings.Clone(text), at.UTC()
	return r.at, true
}

// oneLine reports whether a text may stand on an order.
func oneLine(text string) bool {
	return len(text) <= 256 && !strings.ContainsFunc(text, func(c rune) bool { return c < ' ' || c == 0x7f || c >= 0x80 && c < 0xa0 })
}
