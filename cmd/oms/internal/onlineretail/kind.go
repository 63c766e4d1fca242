package onlineretail

import "strings"

// Kind says what a row of the file is.
type Kind uint8

// The kinds. Those from Postage to BadDebt are amounts and move no stock.
const (
	Goods       Kind = iota // a line of an order
	FreeGoods               // a line of a customer's order that cost nothing
	Return                  // goods that came back and whose sale is in the file
	BlindReturn             // goods that came back and whose sale is not
	WriteOff                // stock that was lost, broken or miscounted
	Found                   // stock that was found
	Postage
	DotcomPostage
	Carriage
	Discount
	Manual // typed in by hand; nothing more is known of it
	BankCharges
	MarketplaceFee
	Commission
	Samples
	GiftVoucher
	BadDebt
	kinds
)

// kindNames are the names in the summary.
var kindNames = [kinds]string{
	"goods", "free_goods", "returns", "blind_returns", "writeoffs", "found",
	"postage", "dotcom_postage", "carriage", "discounts", "manual", "bank_charges",
	"marketplace_fees", "commission", "samples", "gift_vouchers", "bad_debt",
}

// String returns the name of the kind in the summary.
func (k Kind) String() string {
	if k.Valid() {
		return kindNames[k]
	}
	return "unknown"
}

// Valid reports whether there is such a kind.
func (k Kind) Valid() bool { return k < kinds }

// IsAmount reports whether a row of the kind is an amount beside the goods.
func (k Kind) IsAmount() bool { return k >= Postage && k.Valid() }

// IsDelivery reports whether a row of the kind is the price of delivery.
func (k Kind) IsDelivery() bool { return k == Postage || k == DotcomPostage || k == Carriage }

// service returns the kind of a stock code that stands for no goods.
func service(code string) (Kind, bool) {
	switch strings.ToUpper(code) {
	case "POST":
		return Postage, true
	case "DOT":
		return DotcomPostage, true
	case "C2":
		return Carriage, true
	case "D":
		return Discount, true
	case "M":
		return Manual, true
	case "BANK CHARGES":
		return BankCharges, true
	case "AMAZONFEE":
		return MarketplaceFee, true
	case "CRUK":
		return Commission, true
	case "S":
		return Samples, true
	case "B":
		return BadDebt, true
	}
	if len(code) > 5 && strings.EqualFold(code[:5], "gift_") {
		return GiftVoucher, true
	}
	return 0, false
}

// Series is the kind of an invoice, which its number tells by the letter before it.
type Series uint8

// The series.
const (
	Ordinary     Series = iota // digits alone: a sale, or a correction of stock
	Cancellation               // C: goods that came back, and amounts given back
	Adjustment                 // A: an adjustment of the ledger
)

// series reads an invoice number; false for one that is none.
func series(number string) (Series, bool) {
	s, digits := Ordinary, number
	if number != "" {
		switch number[0] {
		case 'C':
			s, digits = Cancellation, number[1:]
		case 'A':
			s, digits = Adjustment, number[1:]
		}
	}
	return s, isDigits(digits) && len(digits) <= 20
}

func isDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// classify says what a row is, or why it cannot be anything. Which returns have a
// sale the plan finds out.
func classify(s Series, customer, code string, quantity int64, price int) (Kind, *Rejection) {
	amount, is := service(code)
	reject := func(column, value, reason string) (Kind, *Rejection) {
		return 0, &Rejection{Column: column, Value: value, Reason: reason}
	}
	switch {
	case price < 0 && s != Adjustment:
		return reject(columnPrice, "", "a negative price belongs on an adjustment")
	case s == Adjustment && amount != BadDebt:
		return reject(columnSKU, code, "an adjustment that is known: B")
	case amount == BadDebt && is && s != Adjustment:
		return reject(columnSKU, code, "B stands on adjustments only")
	case s == Cancellation && quantity > 0:
		return reject(columnQuantity, "", "a cancellation takes back: less than zero")
	case is && s != Cancellation && quantity < 0:
		return reject(columnQuantity, "", "what moves no stock is not written off: more than zero")
	case is:
		return amount, nil
	case s == Cancellation:
		return BlindReturn, nil
	case quantity < 0 && price != 0:
		return reject(columnPrice, "", "a write-off has no price: zero")
	case quantity < 0:
		return WriteOff, nil
	case price > 0:
		return Goods, nil
	case customer != "":
		return FreeGoods, nil
	}
	return Found, nil
}
