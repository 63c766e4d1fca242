package fulfillment

import (
	"errors"
	"fmt"
	"slices"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/quantity"
)

// Method prices delivery for the customer. It calls nothing outside and depends on
// the request alone. It is safe for concurrent use.
type Method interface {
	// Quote returns what the method offers for the request, or an
	// *[UnservedError] when it offers nothing for it.
	Quote(r QuoteRequest) ([]Option, error)
}

// QuoteRequest is what delivery is priced for.
type QuoteRequest struct {
	Currency money.Currency
	Goods    money.Money       // value of the goods after discounts
	Grams    int64             // weight of the goods; 0 when unknown
	Quantity quantity.Quantity // how many of them
	To       Destination
}

// Destination is the part of an address that decides on a zone.
type Destination struct {
	Country    string // ISO 3166-1 alpha-2
	Region     string
	PostalCode string
}

// Option is one way of delivery on offer.
type Option struct {
	Code    string // of the method; what the customer chooses by
	Label   string // for people
	Price   money.Money
	MinDays int // on the way, of 24 hours; 0 when the shop does not say
	MaxDays int
}

// Methods are the shipping methods of a shop, in the order in which it wants them
// shown. The zero Methods offers nothing.
type Methods []Method

// Quote returns everything on offer for the request, in the order of the methods.
// Methods that do not serve it are left out. The error is a *fault.InvalidError
// for the request.
func (m Methods) Quote(r QuoteRequest) ([]Option, error) {
	options, _, err := m.quote(r)
	return options, err
}

// Choose returns the option of that code. The error is an *[UnknownMethodError],
// or an *[UnservedError] when the method has no price for this request; both name
// the codes on offer.
func (m Methods) Choose(code string, r QuoteRequest) (Option, error) {
	options, unserved, err := m.quote(r)
	if err != nil {
		return Option{}, err
	}
	available := make([]string, len(options))
	for i, o := range options {
		if o.Code == code {
			return o, nil
		}
		available[i] = o.Code
	}
	for _, u := range unserved {
		if u.Code == code {
			return Option{}, &UnservedError{Code: code, Reason: u.Reason, Available: available}
		}
	}
	return Option{}, &UnknownMethodError{Code: code, Available: available}
}

func (m Methods) quote(r QuoteRequest) (options []Option, unserved []*UnservedError, err error) {
	if err := r.check(); err != nil {
		return nil, nil, err
	}
	for _, method := range m {
		offers, err := method.Quote(r)
		var not *UnservedError
		switch {
		case errors.As(err, &not):
			unserved = append(unserved, not)
		case err != nil:
			return nil, nil, err
		default:
			options = append(options, offers...)
		}
	}
	return options, unserved, nil
}

// Check returns a *fault.InvalidError for methods that cannot work: no code, one
// code twice, negative prices, days the wrong way round. Methods of the host's
// own are asked if they have a Check() error.
func (m Methods) Check() error {
	var codes []string
	for i, method := range m {
		field := fmt.Sprintf("methods[%d]", i)
		if method == nil {
			return fault.Invalid(field, "nil", "a method")
		}
		if c, ok := method.(interface{ Check() error }); ok {
			if err := c.Check(); err != nil {
				return fmt.Errorf("%s: %w", field, err)
			}
		}
		if c, ok := method.(interface{ code() string }); ok {
			if slices.Contains(codes, c.code()) {
				return fault.Invalid(field+".code", c.code(), "a code of its own")
			}
			codes = append(codes, c.code())
		}
	}
	return nil
}

func (r QuoteRequest) check() error {
	if err := r.Currency.Check(); err != nil {
		return err
	}
	if c := r.Goods.Currency(); c != "" && c != r.Currency || r.Goods.Sign() < 0 {
		return fault.Invalid("goods", r.Goods, "zero or more "+string(r.Currency))
	}
	if r.Grams < 0 {
		return fault.Invalid("grams", r.Grams, "zero or more")
	}
	if r.Quantity.Sign() < 0 || r.Quantity.Check() != nil {
		return fault.Invalid("quantity", r.Quantity, "zero or more")
	}
	return nil
}
