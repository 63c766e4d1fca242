package sqlstore

import (
	"encoding/hex"
	"errors"
	"math"
	"strconv"

	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/quantity"
	"github.com/go-oms/oms/reporting"
)

// kinds are the kinds of fact by their letters in the journal.
var kinds = [...]struct {
	letter byte
	kind   reporting.FactKind
}{
	{'g', reporting.Goods},
	{'d', reporting.Discount},
	{'t', reporting.Tax},
	{'p', reporting.TaxPart},
	{'s', reporting.Shipping},
	{'f', reporting.Fee},
	{'c', reporting.Credit},
}

var errFacts = errors.New("not a list of kind, SKU, code, quantity and amount")

// fact appends a fact to the list of a row. A row that has a SKU itself leaves it out.
func (a *args) fact(f *reporting.Fact, c money.Currency, sku string) {
	if last := len(a.texts) - 1; a.texts[last] != '[' {
		a.texts = append(a.texts, ',')
	}
	a.texts = append(a.texts, '[', '"')
	for i := range kinds {
		if kinds[i].kind == f.Kind {
			a.texts = append(a.texts, kinds[i].letter)
		}
	}
	a.texts = append(a.texts, '"', ',')
	a.texts = append(appendText(a.texts, sku), ',')
	a.texts = append(appendText(a.texts, f.Code), ',')
	a.texts = append(strconv.AppendInt(a.texts, f.Quantity.Micro(), 10), ',')
	if f.Amount == (money.Money{}) {
		a.texts = append(a.texts, "null]"...)
		return
	}
	a.texts = append(strconv.AppendInt(a.texts, a.units(f.Amount, c, 0), 10), ']')
}

// appendText appends a text as JSON, with no more escapes than it needs.
func appendText(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c < 0x20:
			dst = append(dst, `\u00`...)
			dst = hex.AppendEncode(dst, []byte{c})
		default:
			dst = append(dst, c)
		}
	}
	return append(dst, '"')
}

// texts remembers texts that occur again and again in a walk, one per hash.
type texts [1 << 14]struct {
	short uint64 // the bytes of a text of at most eight: comparing them spares a look at the text
	text  string
}

func (k *texts) of(text []byte) string {
	const multiplier = 0x9e3779b97f4a7c15 // Fibonacci hashing
	if len(text) > 8 {
		hash := uint64(len(text))
		for _, c := range text {
			hash = (hash ^ uint64(c)) * multiplier
		}
		known := &k[hash>>(64-14)]
		if known.text != string(text) {
			known.short, known.text = 0, string(text)
		}
		return known.text
	}
	short := uint64(0)
	for _, c := range text {
		short = short<<8 | uint64(c)
	}
	known := &k[short*multiplier>>(64-14)]
	if known.short != short || len(known.text) != len(text) {
		known.short, known.text = short, string(text)
	}
	return known.text
}

// facts yields the facts of a row until yield stops or something is wrong.
func (p *parser) facts(e *entry, known *texts, yield func(reporting.Fact, error) bool) (more bool) {
	p.skip('[')
	if p.next(']') {
		return true
	}
	f := e.Fact
	for !p.failed {
		p.fact(&f, e, known)
		if p.failed {
			break
		}
		if !yield(f, nil) {
			return false
		}
		if !p.next(',') {
			p.skip(']')
			break
		}
	}
	return true
}

// fact reads what is a fact's own. A year has half a million of them, so this is
// written to be fast.
func (p *parser) fact(f *reporting.Fact, e *entry, known *texts) {
	b, i := p.data, p.pos
	if len(b)-i < len(`["g","","",0,0]`) || b[i] != '[' || b[i+1] != '"' || b[i+3] != '"' || b[i+4] != ',' {
		p.failed = true
		return
	}
	f.Kind = kindOf(b[i+2])
	p.pos = i + 5
	f.SKU = p.known(known)
	f.Code = p.known(known)
	f.Quantity = quantity.FromMicro(p.units(','))
	if f.SKU == "" {
		f.SKU = e.SKU
	}
	if p.next('n') {
		p.skip('u')
		p.skip('l')
		p.skip('l')
		p.skip(']')
		f.Amount = money.Money{}
	} else {
		m, err := money.Minor(p.units(']'), e.currency)
		p.failed = p.failed || err != nil
		f.Amount = m
	}
	p.failed = p.failed || f.Kind == ""
}

func kindOf(letter byte) reporting.FactKind {
	for i := range kinds {
		if kinds[i].letter == letter {
			return kinds[i].kind
		}
	}
	return ""
}

// known reads a text that is likely to have come before, and the comma behind it.
// It is returned as it stands, UTF-8 or not, unless it has escapes.
func (p *parser) known(texts *texts) (s string) {
	b, begin := p.data, p.pos+1
	if begin >= len(b) || b[begin-1] != '"' {
		p.failed = true
		return ""
	}
	i := begin
	for i < len(b) && b[i] != '"' && b[i] != '\\' {
		i++
	}
	if i < len(b) && b[i] == '\\' {
		s = p.text()
		p.skip(',')
		return s
	}
	if i+1 >= len(b) || b[i+1] != ',' {
		p.failed = true
		return ""
	}
	p.pos = i + 2
	if i == begin {
		return ""
	}
	return texts.of(b[begin:i])
}

// units reads a whole number and the byte behind it.
func (p *parser) units(end byte) int64 {
	b, begin := p.data, p.pos
	negative := begin < len(b) && b[begin] == '-'
	if negative {
		begin++
	}
	i, n := begin, uint64(0)
	for ; i < len(b); i++ {
		c := b[i] - '0'
		if c > 9 {
			break
		}
		n = 10*n + uint64(c)
	}
	// 19 digits do not wrap around.
	if i == begin || i-begin > 19 || n > math.MaxInt64 || i == len(b) || b[i] != end {
		p.failed = true
		return 0
	}
	p.pos = i + 1
	if negative {
		return -int64(n)
	}
	return int64(n)
}
