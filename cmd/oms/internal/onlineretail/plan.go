package onlineretail

import (
	"fmt"
	"slices"
	"time"

	"github.com/go-oms/oms/money"
)

// Plan is what is to be brought into the books, made from the file alone: the same
// file gives the same plan, whatever the books have of it already.
type Plan struct {
	Items       []Item
	Customers   []Customer
	Sales       []*Sale
	Entries     []*Entry
	Corrections []Correction
	Rejected    []Rejection
	Rows        int // of the file

	kinds  [kinds]Tally
	partly int // rows of returns that are matched in part
}

// Item is a stock code of goods, with the description it was sold under first.
type Item struct{ SKU, Title string }

// Customer is a customer's number, with the country of the first invoice.
type Customer struct {
	Ref, Country string
	Since        time.Time
}

// Sale is an ordinary invoice with what came back of it, which is recorded after it
// and in order.
type Sale struct {
	Invoice *Invoice
	Returns []*SaleReturn
}

// SaleReturn is what one cancellation takes back of one sale.
type SaleReturn struct {
	Invoice *Invoice // the cancellation
	Parts   []Part   // each line of the sale once
	Amount  money.Money
}

// Part is pieces of one line of a sale.
type Part struct {
	Line     int // place among the lines of the sale's order
	Quantity int64
}

// Entry is an invoice, or the rest of one, that is no sale: goods that came back
// from nowhere, amounts given back, an adjustment of the ledger.
type Entry struct {
	Invoice *Invoice
	Back    []Back
	Amounts []*Row
}

// Back is pieces of a row that came back and whose sale is not known.
type Back struct {
	Row      *Row
	Quantity int64
}

// Correction is a row that corrects the stock.
type Correction struct {
	Invoice *Invoice
	Row     *Row
	Place   int // among the rows of the invoice
}

// NewPlan decides what every row of a file is. Goods that came back are matched
// with the same customer's earlier sales of the same stock code, the oldest first.
// An invoice of more rows than maxRows is rejected as a whole. The error is of
// package money, for amounts beyond all range.
func NewPlan(f *File, maxRows int) (*Plan, error) {
	p := &Plan{Rows: f.Rows, Rejected: slices.Clone(f.Rejected)}
	m := newMatcher(f.Invoices)
	seen := newRegister(p)
	for _, invoice := range f.Invoices {
		if len(invoice.Rows) > maxRows {
			p.reject(invoice, maxRows)
			continue
		}
		seen.add(invoice)
		var err error
		switch invoice.Series {
		case Ordinary:
			err = p.ordinary(invoice, m)
		case Cancellation:
			err = p.cancellation(invoice, m)
		case Adjustment:
			err = p.adjustment(invoice)
		}
		if err != nil {
			return nil, fmt.Errorf("online retail: invoice %s: %w", invoice.Number, err)
		}
	}
	slices.SortStableFunc(p.Rejected, func(a, b Rejection) int { return a.Line - b.Line })
	return p, nil
}

func (p *Plan) reject(invoice *Invoice, maxLines int) {
	for i := range invoice.Rows {
		p.Rejected = append(p.Rejected, Rejection{
			Line: invoice.Rows[i].Line, Column: columnInvoice, Value: invoice.Number,
			Reason: fmt.Sprintf("an invoice of at most %d rows", maxLines),
		})
	}
}

// ordinary takes an ordinary invoice apart into a sale, if it is one, and the
// corrections of stock that stand among its rows.
func (p *Plan) ordinary(invoice *Invoice, m *matcher) error {
	sold := false
	for i := range invoice.Rows {
		row := &invoice.Rows[i]
		if row.Kind == WriteOff || row.Kind == Found {
			p.Corrections = append(p.Corrections, Correction{Invoice: invoice, Row: row, Place: i})
		} else {
			sold = true
		}
		if err := p.tally(row.Kind, 1, row.Quantity, row.Amount()); err != nil {
			return err
		}
	}
	if sold {
		sale := &Sale{Invoice: invoice}
		p.Sales = append(p.Sales, sale)
		m.offer(sale)
	}
	return nil
}

// cancellation sends the goods back to their sales; the rest is an entry.
func (p *Plan) cancellation(invoice *Invoice, m *matcher) error {
	entry := &Entry{Invoice: invoice, Amounts: amounts(invoice)}
	for i := range invoice.Rows {
		row := &invoice.Rows[i]
		if row.Kind != BlindReturn {
			if err := p.tally(row.Kind, 1, row.Quantity, row.Amount()); err != nil {
				return err
			}
			continue
		}
		left, amount, err := m.match(invoice, row)
		if err != nil {
			return err
		}
		if left > 0 {
			entry.Back = append(entry.Back, Back{Row: row, Quantity: left})
		}
		if err := p.came(row, left, amount); err != nil {
			return err
		}
	}
	p.enter(entry)
	return nil
}

// came counts a row of goods that came back. One that is matched in part counts
// among the matched ones, and its money where its pieces are.
func (p *Plan) came(row *Row, left int64, amount money.Money) error {
	if left == -row.Quantity {
		return p.tally(BlindReturn, 1, row.Quantity, row.Amount())
	}
	row.Kind = Return
	if err := p.tally(Return, 1, row.Quantity+left, amount.Neg()); err != nil || left == 0 {
		return err
	}
	p.partly++
	return p.tally(BlindReturn, 0, -left, worth(row.Price, -left))
}

// adjustment takes an adjustment of the ledger in.
func (p *Plan) adjustment(invoice *Invoice) error {
	p.enter(&Entry{Invoice: invoice, Amounts: amounts(invoice)})
	for i := range invoice.Rows {
		row := &invoice.Rows[i]
		if err := p.tally(row.Kind, 1, row.Quantity, row.Amount()); err != nil {
			return err
		}
	}
	return nil
}

func (p *Plan) enter(e *Entry) {
	if len(e.Back)+len(e.Amounts) > 0 {
		p.Entries = append(p.Entries, e)
	}
}

// amounts lists the rows that move no stock.
func amounts(invoice *Invoice) []*Row {
	var rows []*Row
	for i := range invoice.Rows {
		if invoice.Rows[i].Kind.IsAmount() {
			rows = append(rows, &invoice.Rows[i])
		}
	}
	return rows
}

// register collects the items and customers.
type register struct {
	plan      *Plan
	items     map[string]int // place in plan.Items
	customers map[string]bool
}

func newRegister(p *Plan) *register {
	return &register{plan: p, items: map[string]int{}, customers: map[string]bool{}}
}

func (r *register) add(invoice *Invoice) {
	if ref := invoice.Customer; ref != "" && !r.customers[ref] {
		r.customers[ref] = true
		r.plan.Customers = append(r.plan.Customers, Customer{Ref: ref, Country: invoice.Country, Since: invoice.At})
	}
	for i := range invoice.Rows {
		row := &invoice.Rows[i]
		if row.Kind.IsAmount() {
			continue
		}
		at, known := r.items[row.SKU]
		if !known {
			at = len(r.plan.Items)
			r.items[row.SKU] = at
			r.plan.Items = append(r.plan.Items, Item{SKU: row.SKU})
		}
		// What was typed on a write-off is a reason, not a name.
		if item := &r.plan.Items[at]; item.Title == "" && row.Kind != WriteOff && row.Kind != Found {
			item.Title = row.Description
		}
	}
}
