package sqlstore

import (
	"bytes"
	"encoding/json"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/quantity"
)

// parser reads JSON from left to right. After a failure everything it returns is
// meaningless.
type parser struct {
	data   []byte
	pos    int
	failed bool
}

// done reports whether everything was read without a failure.
func (p *parser) done() bool { return !p.failed && p.pos == len(p.data) }

// rest returns what is left, and nothing after a failure.
func (p *parser) rest() []byte {
	if p.failed {
		return nil
	}
	return p.data[p.pos:]
}

// skip passes a byte that must come now.
func (p *parser) skip(c byte) {
	if p.failed || p.pos >= len(p.data) || p.data[p.pos] != c {
		p.failed = true
		return
	}
	p.pos++
}

// next reports whether the byte comes now, and passes it if so.
func (p *parser) next(c byte) bool {
	if p.failed || p.pos >= len(p.data) || p.data[p.pos] != c {
		return false
	}
	p.pos++
	return true
}

// object calls member with every key, in front of its value.
func (p *parser) object(member func(key []byte)) {
	p.skip('{')
	if p.next('}') {
		return
	}
	for !p.failed {
		key := p.plain()
		p.skip(':')
		if p.failed {
			return
		}
		member(key)
		if !p.next(',') {
			p.skip('}')
			return
		}
	}
}

// array reads an array whose elements one reads.
func array[T any](p *parser, one func(*T)) (all []T) {
	p.skip('[')
	all = []T{}
	if p.next(']') {
		return all
	}
	for !p.failed {
		var v T
		one(&v)
		all = append(all, v)
		if !p.next(',') {
			p.skip(']')
			break
		}
	}
	return all
}

// plain reads a text without escapes and returns it without its quotes.
func (p *parser) plain() []byte {
	p.skip('"')
	rest := p.rest()
	for i, c := range rest {
		switch {
		case c == '"':
			p.pos += i + 1
			return rest[:i]
		case c == '\\' || c < 0x20:
			p.failed = true
			return nil
		}
	}
	p.failed = true
	return nil
}

// text reads a text. One with escapes is encoding/json's to read.
func (p *parser) text() string {
	rest := p.rest()
	if len(rest) < 2 || rest[0] != '"' {
		p.failed = true
		return ""
	}
	if end := bytes.IndexByte(rest[1:], '"'); end < 0 || bytes.IndexByte(rest[1:1+end], '\\') >= 0 {
		var s string
		p.any(&s)
		return s
	}
	s := p.plain()
	p.failed = p.failed || !utf8.Valid(s)
	return string(s)
}

// raw returns the next value as it stands.
func (p *parser) raw() []byte {
	depth, quoted := 0, false
	rest := p.rest()
	for i := 0; i < len(rest); i++ {
		switch c := rest[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			depth++
		case (c == '}' || c == ']' || c == ',') && depth == 0:
			p.pos += i
			return rest[:i]
		case c == '}' || c == ']':
			depth--
		}
	}
	p.failed = true
	return nil
}

// any leaves the next value to encoding/json.
func (p *parser) any(v any) {
	data := p.raw()
	p.failed = p.failed || json.Unmarshal(data, v) != nil
}

func (p *parser) bool() bool {
	switch string(p.raw()) {
	case "true":
		return true
	case "false":
		return false
	default:
		p.failed = true
		return false
	}
}

func (p *parser) int() int64 {
	var buf [20]byte
	text := p.raw()
	n, err := strconv.ParseInt(string(text), 10, 64)
	p.failed = p.failed || err != nil || !bytes.Equal(strconv.AppendInt(buf[:0], n, 10), text)
	return n
}

func (p *parser) id() uuid.UUID {
	text := p.plain()
	id, err := uuid.ParseBytes(text)
	p.failed = p.failed || err != nil || len(text) != 36
	return id
}

func (p *parser) time() (t time.Time) {
	p.failed = p.failed || t.UnmarshalJSON(p.raw()) != nil
	return t
}

func (p *parser) money() (m money.Money) {
	p.failed = p.failed || m.UnmarshalJSON(p.raw()) != nil
	return m
}

func (p *parser) qty() (q quantity.Quantity) {
	p.failed = p.failed || q.UnmarshalJSON(p.raw()) != nil
	return q
}
