package oms

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/reporting"
	"github.com/go-oms/oms/storage"
)

// ledger sums facts up by day, in whatever order they come. Two ledgers over the
// same facts are equal, and those over others are not: a day has the sum of its
// facts' hashes, 128 bits of each.
type ledger map[int64]*ledgerDay // by day since 1970, UTC

type ledgerDay struct {
	facts   int64
	hashes  [2]uint64
	amounts map[money.Currency]money.Money // of all but TaxPart: for people
}

func dayOf(at time.Time) int64 {
	const day = 24 * 60 * 60
	seconds := at.Unix()
	if seconds < 0 {
		seconds -= day - 1
	}
	return seconds / day
}

func (l ledger) add(f *reporting.Fact) {
	number := dayOf(f.At)
	day := l[number]
	if day == nil {
		day = &ledgerDay{amounts: map[money.Currency]money.Money{}}
		l[number] = day
	}
	day.facts++
	hash := factHash(f)
	day.hashes[0] += binary.BigEndian.Uint64(hash[:])
	day.hashes[1] += binary.BigEndian.Uint64(hash[8:])
	if f.Kind == reporting.TaxPart {
		return
	}
	c := f.Amount.Currency()
	if sum, err := day.amounts[c].Add(f.Amount); err == nil { // beyond all money the hashes still tell
		day.amounts[c] = sum
	}
}

func factHash(f *reporting.Fact) [sha256.Size]byte {
	var space [256]byte
	b := space[:0]
	for _, s := range [...]string{string(f.Kind), f.Channel, f.Country, f.SKU, f.Code} {
		b = append(append(binary.AppendUvarint(b, uint64(len(s))), s...), '\n')
	}
	b = append(append(b, f.OrderID[:]...), f.CustomerID[:]...)
	b = binary.BigEndian.AppendUint64(b, uint64(f.At.UnixMicro()))
	b = binary.BigEndian.AppendUint64(b, uint64(f.Quantity.Micro()))
	return sha256.Sum256(f.Amount.AppendJSON(b))
}

func (d *ledgerDay) String() string {
	if d == nil {
		return "none"
	}
	var amounts []string
	for _, c := range slices.Sorted(maps.Keys(d.amounts)) {
		amounts = append(amounts, d.amounts[c].String())
	}
	return fmt.Sprintf("%d facts of %s", d.facts, strings.Join(amounts, " and "))
}

// tell adds an order to what reports must say.
func (v *verifier) tell(o *order.Order) {
	facts := storage.Facts(o)
	for i := range facts {
		v.told.add(&facts[i])
	}
}

// facts holds what reports read against what the orders said.
func (v *verifier) facts(ctx context.Context) error {
	read := ledger{}
	for f, err := range v.books.AllFacts(ctx) {
		if err != nil {
			return err
		}
		v.looked(checkFacts)
		read.add(&f)
	}
	days := slices.Collect(maps.Keys(v.told))
	for day := range read {
		if v.told[day] == nil {
			days = append(days, day)
		}
	}
	slices.Sort(days)
	for _, day := range days {
		told, is := v.told[day], read[day]
		if told != nil && is != nil && told.facts == is.facts && told.hashes == is.hashes {
			continue
		}
		detail := fmt.Sprintf("orders say %s, reports read %s", told, is)
		if told.String() == is.String() {
			detail += ", which are others"
		}
		v.found(checkFacts, "day "+time.Unix(day*24*60*60, 0).UTC().Format(time.DateOnly), detail)
	}
	return nil
}
