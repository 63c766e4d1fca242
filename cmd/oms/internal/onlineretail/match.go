package onlineretail

import "github.com/go-oms/oms/money"

// matcher finds the sales of what comes back.
type matcher struct {
	open map[goods][]sold
}

// goods is what one customer bought or brings back of one stock code.
type goods struct{ customer, sku string }

// sold is a line of a sale of which pieces may still come back.
type sold struct {
	sale *Sale
	line int
	left int64
}

// newMatcher prepares for what comes back in these invoices, so that the other
// sales, most of them, need not be kept.
func newMatcher(invoices []*Invoice) *matcher {
	m := &matcher{open: map[goods][]sold{}}
	for _, invoice := range invoices {
		if invoice.Series != Cancellation || invoice.Customer == "" {
			continue
		}
		for i := range invoice.Rows {
			if invoice.Rows[i].Kind == BlindReturn {
				m.open[goods{invoice.Customer, invoice.Rows[i].SKU}] = nil
			}
		}
	}
	return m
}

// offer makes a sale known.
func (m *matcher) offer(sale *Sale) {
	line := 0
	for i := range sale.Invoice.Rows {
		row := &sale.Invoice.Rows[i]
		if row.Kind != Goods && row.Kind != FreeGoods {
			continue
		}
		key := goods{sale.Invoice.Customer, row.SKU}
		if lines, wanted := m.open[key]; wanted {
			m.open[key] = append(lines, sold{sale: sale, line: line, left: row.Quantity})
		}
		line++
	}
}

// match gives the pieces of a row to the oldest sales first. It returns how many
// pieces are left, and what the others are worth: the shares of the sales add up to
// that, and that and the worth of the rest to the row's amount.
func (m *matcher) match(invoice *Invoice, row *Row) (left int64, amount money.Money, err error) {
	key := goods{invoice.Customer, row.SKU}
	lines := m.open[key]
	pieces, there := -row.Quantity, int64(0)
	for i := range lines {
		there += lines[i].left
	}
	taken := min(pieces, there)
	if taken == 0 {
		return pieces, money.Zero(Currency), nil
	}
	if amount, err = row.Amount().Neg().Sub(worth(row.Price, pieces-taken)); err != nil {
		return 0, amount, err
	}
	for done := int64(0); done < taken; {
		line := &lines[0]
		n := min(line.left, taken-done)
		share, err := amount.Part(taken, done, done+n)
		if err == nil {
			err = line.sale.takeBack(invoice, line.line, n, share)
		}
		if err != nil {
			return 0, amount, err
		}
		done += n
		if line.left -= n; line.left == 0 {
			lines = lines[1:]
		}
	}
	m.open[key] = lines
	return pieces - taken, amount, nil
}

// takeBack adds pieces to what the cancellation takes back of the sale.
func (s *Sale) takeBack(invoice *Invoice, line int, pieces int64, amount money.Money) error {
	if n := len(s.Returns); n == 0 || s.Returns[n-1].Invoice != invoice {
		s.Returns = append(s.Returns, &SaleReturn{Invoice: invoice, Amount: money.Zero(Currency)})
	}
	r := s.Returns[len(s.Returns)-1]
	sum, err := r.Amount.Add(amount)
	if err != nil {
		return err
	}
	r.Amount = sum
	for i := range r.Parts {
		if r.Parts[i].Line == line {
			r.Parts[i].Quantity += pieces
			return nil
		}
	}
	r.Parts = append(r.Parts, Part{Line: line, Quantity: pieces})
	return nil
}
