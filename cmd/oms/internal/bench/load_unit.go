package bench

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// unit is everything that the library wrote for the models, ready to be written
// again: the rows of each table as one stretch of bytes, and the spots in it that
// differ from copy to copy. Nothing changes its length.
type unit struct{ tables []stretch }

type stretch struct {
	into  string // table and columns
	data  []byte // rows in COPY's binary form
	spots []spot
}

// spot is a place in a stretch. was is what stands there in the models: a time in
// its unit, or for a place in the stream how many rows are before it.
type spot struct {
	at   int
	kind spotKind
	was  int64
}

type spotKind int

const (
	idSpot       spotKind = iota // an id's time, in milliseconds
	idTextSpot                   // the same in hexadecimal digits
	timeSpot                     // microseconds
	timeTextSpot                 // RFC 3339
	tagSpot                      // the copy's number
	placeSpot                    // a place in the stream
)

// places are the columns that are places in the order of recording, by table.
var places = map[string]string{"oms_events": "position", "oms_moves": "seq"}

// written finds what differs in texts. Times have whole seconds: the models' clock
// knows no others.
var written = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}` +
	`|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z|B[0-9]{8}-`)

// unit makes it of what was written between two moments.
func (l *loader) unit(before, after map[string]*table) (*unit, error) {
	u := &unit{}
	var names []string
	for name := range after {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		t := after[name]
		if rows := t.without(before[name]); len(rows) > 0 && !slices.Contains(notCopied, name) {
			u.tables = append(u.tables, l.stretch(t, rows))
		}
	}
	if len(u.tables) == 0 {
		return nil, errors.New("bench: the models have left no rows")
	}
	return u, nil
}

func (l *loader) stretch(t *table, rows []row) stretch {
	s := stretch{into: t.names()}
	place := -1
	if name := places[t.name]; name != "" {
		place = t.column(name)
		slices.SortFunc(rows, func(a, b row) int { return bytes.Compare(a[place], b[place]) })
	}
	for n, r := range rows {
		s.data = binary.BigEndian.AppendUint16(s.data, uint16(len(r)))
		for i, value := range r {
			if value == nil {
				s.data = binary.BigEndian.AppendUint32(s.data, 0xffffffff)
				continue
			}
			s.data = binary.BigEndian.AppendUint32(s.data, uint32(len(value)))
			at := len(s.data)
			s.data = append(s.data, value...)
			c := t.columns[i]
			switch {
			case i == place:
				s.spots = append(s.spots, spot{at, placeSpot, int64(n)})
			case c.kind == "int8" && isTime(c.name):
				s.spots = append(s.spots, spot{at, timeSpot, r.number(i)})
			case c.kind == "text":
				l.texts(&s, at, value)
			case c.kind != "int8":
				l.ids(&s, at, value)
			}
		}
	}
	return s
}

// isTime tells columns that are times by their names.
func isTime(column string) bool {
	return column == "at" || strings.HasSuffix(column, "_at") || strings.HasSuffix(column, "_until")
}

// texts notes what differs in a text.
func (l *loader) texts(s *stretch, at int, value []byte) {
	for _, found := range written.FindAllIndex(value, -1) {
		text := string(value[found[0]:found[1]])
		if id, err := uuid.Parse(text); err == nil {
			if ms, ours := l.ours(id[:]); ours {
				s.spots = append(s.spots, spot{at + found[0], idTextSpot, ms})
			}
		} else if t, err := time.Parse(time.RFC3339, text); err == nil {
			s.spots = append(s.spots, spot{at + found[0], timeTextSpot, t.UnixMicro()})
		} else {
			s.spots = append(s.spots, spot{at + found[0], tagSpot, 0})
		}
	}
}

// ids notes the ids in a binary value, wherever they begin.
func (l *loader) ids(s *stretch, at int, value []byte) {
	for i := 0; i+16 <= len(value); i++ {
		if ms, ours := l.ours(value[i : i+16]); ours {
			s.spots = append(s.spots, spot{at + i, idSpot, ms})
		}
	}
}

// ours returns the time of an id that the models' clock has given.
func (l *loader) ours(id []byte) (ms int64, ok bool) {
	ms = int64(binary.BigEndian.Uint64(id) >> 16)
	return ms, id[6]>>4 == 7 && ms >= l.begin.UnixMilli() && ms <= l.now().UnixMilli()
}

// clone returns a unit that can be written at the same time as u.
func (u *unit) clone() *unit {
	own := &unit{tables: slices.Clone(u.tables)}
	for i := range own.tables {
		own.tables[i].data = slices.Clone(own.tables[i].data)
	}
	return own
}

// write writes the unit as a copy with that number, so much later.
func (u *unit) write(ctx context.Context, conn *pgx.Conn, number int64, later time.Duration) error {
	return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		var first int64
		err := tx.QueryRow(ctx, `SELECT (pg_current_xact_id()::text::bigint + base) * 1048576 FROM oms_base`).Scan(&first)
		if err != nil {
			return err
		}
		for _, s := range u.tables {
			s.become(number, later, first)
			rows := io.MultiReader(bytes.NewReader(copyHeader), bytes.NewReader(s.data), bytes.NewReader(copyTrailer))
			if _, err := tx.Conn().PgConn().CopyFrom(ctx, rows, "COPY "+s.into+" FROM STDIN (FORMAT binary)"); err != nil {
				return fmt.Errorf("%s: %w", s.into, err)
			}
		}
		return nil
	})
}

// become fills in what differs.
func (s *stretch) become(number int64, later time.Duration, first int64) {
	for _, p := range s.spots {
		to := s.data[p.at:]
		switch p.kind {
		case idSpot:
			putMillis(to, p.was+later.Milliseconds())
		case idTextSpot:
			hex := fmt.Appendf(nil, "%012x", p.was+later.Milliseconds())
			copy(to, hex[:8])
			copy(to[9:], hex[8:])
		case timeSpot:
			binary.BigEndian.PutUint64(to, uint64(p.was+later.Microseconds()))
		case timeTextSpot:
			copy(to, time.UnixMicro(p.was).UTC().Add(later).AppendFormat(nil, time.RFC3339))
		case tagSpot:
			copy(to, tag(number))
		case placeSpot:
			binary.BigEndian.PutUint64(to, uint64(first+p.was))
		}
	}
}
