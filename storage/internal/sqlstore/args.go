package sqlstore

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/quantity"
)

// args collects the parameters of statements. The first value that has no exact
// form in the database is remembered as err, and nothing is written.
type args struct {
	values []Value
	texts  []byte // what values of JSON point into
	err    error
}

func (a *args) int(i int64) { a.values = append(a.values, Value{Kind: Int, I: i}) }
func (a *args) null()       { a.values = append(a.values, Value{}) }

func (a *args) nulls(n int) {
	for range n {
		a.null()
	}
}

// text writes a text. One that is not UTF-8, or that has a zero byte in it, has no
// place in every database.
func (a *args) text(s string) {
	if strings.IndexByte(s, 0) >= 0 || !utf8.ValidString(s) {
		a.fail(fault.Invalid("text", "…", "UTF-8 without zero bytes"))
	}
	a.values = append(a.values, Value{Kind: Text, S: s})
}

func (a *args) bool(b bool) {
	if b {
		a.int(1)
	} else {
		a.int(0)
	}
}

// opt writes an optional text: NULL when empty.
func (a *args) opt(s string) {
	if s == "" {
		a.null()
	} else {
		a.text(s)
	}
}

// blob writes bytes: NULL when there are none.
func (a *args) blob(b []byte) {
	if len(b) == 0 {
		a.null()
	} else {
		a.values = append(a.values, Value{Kind: Blob, B: b})
	}
}

// id writes an id. What it points to must not change until the plan has run.
func (a *args) id(id *uuid.UUID) { a.values = append(a.values, Value{Kind: ID, B: id[:]}) }

// optID writes an optional id: NULL when zero.
func (a *args) optID(id *uuid.UUID) {
	if *id == (uuid.UUID{}) {
		a.null()
	} else {
		a.id(id)
	}
}

// time writes a required time. The zero time is the far past.
func (a *args) time(t time.Time) { a.int(t.UnixMicro()) }

// optTime writes an optional time: NULL when zero.
func (a *args) optTime(t time.Time) {
	if t.IsZero() {
		a.null()
	} else {
		a.int(t.UnixMicro())
	}
}

func (a *args) qty(q quantity.Quantity) {
	if err := q.Check(); err != nil {
		a.fail(err)
	}
	a.int(q.Micro())
}

// amount writes minor units of a currency that is stored beside it.
func (a *args) amount(m money.Money, c money.Currency) { a.scaled(m, c, 0) }

// price writes an amount with six decimals beyond the minor unit.
func (a *args) price(m money.Money, c money.Currency) { a.scaled(m, c, money.MaxExtra) }

func (a *args) scaled(m money.Money, c money.Currency, extra int) {
	if m == (money.Money{}) {
		a.null()
		return
	}
	a.int(a.units(m, c, extra))
}

// units returns an amount as a whole number.
func (a *args) units(m money.Money, c money.Currency, extra int) int64 {
	if m.Currency() != c {
		a.fail(fault.Invalid("amount", m, fmt.Sprintf("an amount in %s, the currency of the whole", c)))
	}
	units, err := m.Scaled(extra)
	if err != nil {
		a.fail(err)
	}
	return units
}

func (a *args) fail(err error) {
	if a.err == nil {
		a.err = err
	}
}
