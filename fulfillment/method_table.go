package fulfillment

import (
	"fmt"
	"strings"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/quantity"
)

// Table prices delivery by zone and, within a zone, by bands of value, weight and
// quantity.
type Table struct {
	Offer
	Zones []Zone
}

// Zone is where a part of a table holds.
type Zone struct {
	Name   string // for people
	Places []Place
	// Bands are read from the first to the last; the first that holds the goods
	// gives the price. Goods beyond every band are not served.
	Bands    []Band
	FreeFrom money.Money // free for goods of at least this value; zero Money for never
}

// Place is a part of the world: a country, a region of it, or the postal codes of
// it that begin alike. The zero Place is everywhere. Where several places hold a
// destination, the narrowest decides: longest postal prefix, then region, then
// country; of equals the first. Upper and lower case, spaces and hyphens do not
// matter.
type Place struct {
	Country      string // ISO 3166-1 alpha-2; empty for every one
	Region       string // empty for every one
	PostalPrefix string // empty for every code
}

// Band is a price and up to where it holds. A limit of zero is none, so that the
// zero limits make the band that holds everything.
type Band struct {
	UpToValue    money.Money
	UpToGrams    int64
	UpToQuantity quantity.Quantity
	Price        money.Money
}

// Quote returns the one option, or an *[UnservedError] when no zone holds the
// destination or no band the goods.
func (t Table) Quote(r QuoteRequest) ([]Option, error) {
	zone := t.zone(r.To)
	if zone == nil {
		return nil, &UnservedError{Code: t.Code, Reason: "no zone for " + r.To.String()}
	}
	for _, b := range zone.Bands {
		if b.Price.Currency() != r.Currency {
			continue
		}
		if holds, err := b.holds(r); err != nil {
			return nil, err
		} else if holds {
			return t.option(r, b.Price, zone.freeFrom(r.Currency))
		}
	}
	return nil, &UnservedError{Code: t.Code, Reason: fmt.Sprintf("zone %s has no price in %s for these goods", zone.Name, r.Currency)}
}

// freeFrom returns the limit where it is in that currency.
func (z *Zone) freeFrom(c money.Currency) money.Money {
	if z.FreeFrom.Currency() != c {
		return money.Money{}
	}
	return z.FreeFrom
}

// Check returns a *fault.InvalidError for an incomplete or impossible table.
func (t Table) Check() error {
	if err := t.checkOffer(); err != nil {
		return err
	}
	if len(t.Zones) == 0 {
		return fault.Invalid("zones", "none", "at least one")
	}
	for i, z := range t.Zones {
		if len(z.Places) == 0 || len(z.Bands) == 0 {
			return fault.Invalid(fmt.Sprintf("zones[%d]", i), z.Name, "at least one place and one band")
		}
		if z.FreeFrom.Sign() < 0 {
			return fault.Invalid(fmt.Sprintf("zones[%d].free_from", i), z.FreeFrom, "zero or more")
		}
		for j, b := range z.Bands {
			if err := b.check(); err != nil {
				return fmt.Errorf("zones[%d].bands[%d]: %w", i, j, err)
			}
		}
	}
	return nil
}

func (b Band) check() error {
	if b.Price.Currency() == "" || b.Price.Sign() < 0 || !b.Price.IsMinor() {
		return fault.Invalid("price", b.Price, "zero or more, in whole minor units of a currency")
	}
	if c := b.UpToValue.Currency(); c != "" && c != b.Price.Currency() || b.UpToValue.Sign() < 0 {
		return fault.Invalid("up_to_value", b.UpToValue, "zero or more "+string(b.Price.Currency()))
	}
	if b.UpToGrams < 0 {
		return fault.Invalid("up_to_grams", b.UpToGrams, "zero or more")
	}
	if b.UpToQuantity.Sign() < 0 {
		return fault.Invalid("up_to_quantity", b.UpToQuantity, "zero or more")
	}
	return nil
}

func (b Band) holds(r QuoteRequest) (bool, error) {
	if b.UpToGrams > 0 && r.Grams > b.UpToGrams ||
		b.UpToQuantity.Sign() > 0 && r.Quantity.Cmp(b.UpToQuantity) > 0 {
		return false, nil
	}
	if b.UpToValue.Sign() == 0 {
		return true, nil
	}
	order, err := r.Goods.Cmp(b.UpToValue)
	return order <= 0, err
}

// zone returns the zone with the narrowest place that holds the destination, or nil.
func (t Table) zone(to Destination) *Zone {
	var best *Zone
	narrowest := -1
	for i := range t.Zones {
		for _, p := range t.Zones[i].Places {
			if n := p.width(to); n > narrowest {
				best, narrowest = &t.Zones[i], n
			}
		}
	}
	return best
}

// width returns -1 when the place does not hold the destination and otherwise how
// narrow it is.
func (p Place) width(to Destination) int {
	country, region, prefix := plain(p.Country), plain(p.Region), plain(p.PostalPrefix)
	if country != "" && country != plain(to.Country) ||
		region != "" && region != plain(to.Region) ||
		!strings.HasPrefix(plain(to.PostalCode), prefix) {
		return -1
	}
	narrow := len(prefix) * 4
	if region != "" {
		narrow += 2
	}
	if country != "" {
		narrow++
	}
	return narrow
}

var ignored = strings.NewReplacer(" ", "", "-", "")

func plain(text string) string { return strings.ToUpper(ignored.Replace(text)) }

// String returns country, region and postal code, as far as they are known.
func (d Destination) String() string {
	parts := make([]string, 0, 3)
	for _, part := range [...]string{d.Country, d.Region, d.PostalCode} {
		if part != "" {
			parts = append(parts, clip(part, maxName))
		}
	}
	if len(parts) == 0 {
		return "an unknown destination"
	}
	return strings.Join(parts, " ")
}
