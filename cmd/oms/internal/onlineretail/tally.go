package onlineretail

import (
	"encoding/json"

	"github.com/go-oms/oms/money"
)

// Amount is money in the currency of the file. In JSON it is a plain decimal.
type Amount struct{ money.Money }

// MarshalJSON writes the amount without its currency.
func (a Amount) MarshalJSON() ([]byte, error) { return json.Marshal(a.Amount()) }

// Tally adds up rows of one kind.
type Tally struct {
	Rows   int    `json:"rows"`
	Pieces int64  `json:"pieces"` // signed; of rows that are amounts it is the number of times
	Net    Amount `json:"net"`
}

func (t *Tally) add(rows int, pieces int64, net money.Money) error {
	sum, err := money.Sum(t.Net.Money, net)
	if err != nil {
		return err
	}
	t.Rows, t.Pieces, t.Net.Money = t.Rows+rows, t.Pieces+pieces, sum
	return nil
}

func (p *Plan) tally(k Kind, rows int, pieces int64, net money.Money) error {
	return p.kinds[k].add(rows, pieces, net)
}

// Tally returns what was counted of a kind.
func (p *Plan) Tally(k Kind) Tally {
	t := p.kinds[k]
	if t.Net.Currency() == "" {
		t.Net.Money = money.Zero(Currency)
	}
	return t
}

// Net returns what all rows but the rejected ones are worth together.
func (p *Plan) Net() (money.Money, error) {
	net := money.Zero(Currency)
	var err error
	for k := range kinds {
		if net, err = net.Add(p.Tally(k).Net.Money); err != nil {
			return net, err
		}
	}
	return net, nil
}

// Summary is the account of an import: of every row of the file, and of what the
// books have of it.
type Summary struct {
	Rows     int    `json:"rows"`
	Net      Amount `json:"net"`
	Currency string `json:"currency"`

	// Things that were made. Adjustments are the rows that are amounts beside the
	// goods, bad debts among them.
	Orders       int `json:"orders"`
	Returns      int `json:"returns"`       // a cancellation may be several, one an order
	BlindReturns int `json:"blind_returns"` // cancellations with goods of no known sale
	WriteOffs    int `json:"writeoffs"`
	Found        int `json:"found"`
	Adjustments  int `json:"adjustments"`
	Customers    int `json:"customers"`
	Items        int `json:"items"`

	// Kinds count every row once; with the rejected ones they make Rows, and their
	// money makes Net. Of rows that are matched in part the money stands with
	// returns and with blind_returns.
	Kinds         map[string]Tally `json:"kinds"`
	PartlyMatched int              `json:"partly_matched"`
	Rejected      []Rejection      `json:"rejected"`
	Books         Books            `json:"books"`
}

// Summary returns the account of the plan and of the books that came of it.
func (p *Plan) Summary(books Books) (Summary, error) {
	s := Summary{
		Rows: p.Rows, Currency: string(Currency), Orders: len(p.Sales), Customers: len(p.Customers), Items: len(p.Items),
		WriteOffs: p.kinds[WriteOff].Rows, Found: p.kinds[Found].Rows,
		Kinds: make(map[string]Tally, kinds), PartlyMatched: p.partly, Rejected: p.Rejected, Books: books,
	}
	if s.Rejected == nil {
		s.Rejected = []Rejection{}
	}
	for k := range kinds {
		s.Kinds[k.String()] = p.Tally(k)
		if k.IsAmount() {
			s.Adjustments += p.kinds[k].Rows
		}
	}
	for _, sale := range p.Sales {
		s.Returns += len(sale.Returns)
	}
	for _, e := range p.Entries {
		if len(e.Back) > 0 {
			s.BlindReturns++
		}
	}
	var err error
	s.Net.Money, err = p.Net()
	return s, err
}
