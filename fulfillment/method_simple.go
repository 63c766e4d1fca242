package fulfillment

import (
	"fmt"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/quantity"
)

// Offer is how a built-in method presents itself.
type Offer struct {
	Code    string // unique among the shop's methods
	Label   string // for people
	MinDays int    // on the way; 0 when the shop does not say
	MaxDays int
}

// FlatRate costs the same for every order and goes everywhere.
type FlatRate struct {
	Offer
	Price    money.Money
	FreeFrom money.Money // free for goods of at least this value; zero Money for never
}

// Quote returns the one option.
func (f FlatRate) Quote(r QuoteRequest) ([]Option, error) {
	return f.option(r, f.Price, f.FreeFrom)
}

// Check returns a *fault.InvalidError for an incomplete or impossible method.
func (f FlatRate) Check() error { return f.check(f.Price, f.FreeFrom) }

// PerItem costs a base price and so much for each unit, and goes everywhere. A
// unit that is started counts whole: 1.5 m of fabric are two.
type PerItem struct {
	Offer
	Base     money.Money // zero Money for none
	Each     money.Money
	FreeFrom money.Money // free for goods of at least this value; zero Money for never
}

// Quote returns the one option.
func (p PerItem) Quote(r QuoteRequest) ([]Option, error) {
	units := (r.Quantity.Micro() + quantity.PerUnit - 1) / quantity.PerUnit
	price, err := p.Each.MulDiv(units, 1, money.HalfUp)
	if err != nil {
		return nil, err
	}
	if price, err = price.Add(p.Base); err != nil {
		return nil, err
	}
	return p.option(r, price, p.FreeFrom)
}

// Check returns a *fault.InvalidError for an incomplete or impossible method.
func (p PerItem) Check() error {
	if _, err := p.Base.Add(p.Each); err != nil {
		return err
	}
	if p.Base.Sign() < 0 {
		return fault.Invalid("base", p.Base, "zero or more")
	}
	return p.check(p.Each, p.FreeFrom)
}

// Pickup is collected by the customer and free in every currency.
type Pickup struct{ Offer }

// Quote returns the one option.
func (p Pickup) Quote(r QuoteRequest) ([]Option, error) {
	return p.option(r, money.Zero(r.Currency), money.Money{})
}

// Check returns a *fault.InvalidError for an incomplete or impossible method.
func (p Pickup) Check() error { return p.checkOffer() }

func (o Offer) code() string { return o.Code }

func (o Offer) option(r QuoteRequest, price, freeFrom money.Money) ([]Option, error) {
	if price.Currency() != r.Currency {
		return nil, &UnservedError{Code: o.Code, Reason: fmt.Sprintf("no price in %s", r.Currency)}
	}
	if free, err := r.reaches(freeFrom); err != nil {
		return nil, err
	} else if free {
		price = money.Zero(r.Currency)
	}
	return []Option{{Code: o.Code, Label: o.Label, Price: price, MinDays: o.MinDays, MaxDays: o.MaxDays}}, nil
}

// reaches reports whether the goods are worth at least so much; the zero Money is
// never reached.
func (r QuoteRequest) reaches(value money.Money) (bool, error) {
	if value.Currency() == "" {
		return false, nil
	}
	order, err := r.Goods.Cmp(value)
	return order >= 0, err
}

func (o Offer) check(price, freeFrom money.Money) error {
	if err := o.checkOffer(); err != nil {
		return err
	}
	if price.Currency() == "" || price.Sign() < 0 || !price.IsMinor() {
		return fault.Invalid("price", price, "zero or more, in whole minor units of a currency")
	}
	if freeFrom.Currency() != "" && freeFrom.Currency() != price.Currency() || freeFrom.Sign() < 0 {
		return fault.Invalid("free_from", freeFrom, "zero or more "+string(price.Currency()))
	}
	return nil
}

func (o Offer) checkOffer() error {
	if o.Code == "" || len(o.Code) > maxName {
		return fault.Invalid("code", clip(o.Code, maxName), fmt.Sprintf("1 to %d bytes", maxName))
	}
	if o.MinDays < 0 || o.MaxDays < o.MinDays {
		return fault.Invalid("days", fmt.Sprintf("%d to %d", o.MinDays, o.MaxDays), "from zero upwards")
	}
	return nil
}
