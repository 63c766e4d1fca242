package bench

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"zombiezen.com/go/sqlite"

	store "github.com/go-oms/oms/storage/sqlite"
)

// This file is the programs written by hand: what somebody writes who needs
// nothing but to place orders of three lines, and wants that fast. They check
// nothing beyond the stock, answer no repetition and can do nothing else.
//
// On SQLite: the low-level API, prepared statements, rows of one table in one
// statement, the library's settings, and one writer that takes up to 64 waiting
// orders into a transaction without waiting for more.
//
// There are two forms of each. "Ten rows" inserts ten rows (order, three lines,
// three reservations, payment, event, outbox) and takes three levels. "Same rows"
// writes what the library writes: as many rows, with the columns that the order
// fills, the same indexes, and an event that tells the order whole.

// handOrder is an order as the programs written by hand know it.
type handOrder struct {
	id, other uuid.UUID // other: of the payment, or what further ids count up from
	number    string
	key       string
	at        int64 // microseconds
	total     int64 // cents
	lines     [3]handLine
	digest    [32]byte // of what was asked for
	event     []byte
	done      chan error
}

type handLine struct {
	ID       uuid.UUID `json:"id"`
	SKU      string    `json:"sku"`
	Quantity int64     `json:"quantity"` // millionths
	Price    int64     `json:"price"`    // cents
	Total    int64     `json:"total"`
}

// quantities are how many units the lines have.
var quantities = [3]int64{1, 2, 1}

// newHandOrder does the arithmetic: ids, money, number.
func newHandOrder(n int64, skus []string, chosen [3]int) (*handOrder, error) {
	o := &handOrder{number: strconv.FormatInt(1000+n, 10), at: time.Now().UnixMicro(), done: make(chan error, 1)}
	var err error
	if o.id, err = uuid.NewV7(); err == nil {
		o.other, err = uuid.NewV7()
	}
	total := decimal.Zero
	for i, sku := range chosen {
		price := decimal.New(unitPrice, -2)
		sum := price.Mul(decimal.NewFromInt(quantities[i])).Round(2)
		total = total.Add(sum)
		o.lines[i] = handLine{
			ID: o.nextID(i), SKU: skus[sku], Quantity: quantities[i] * 1_000_000,
			Price: price.Shift(2).IntPart(), Total: sum.Shift(2).IntPart(),
		}
	}
	o.total = total.Shift(2).IntPart()
	return o, err
}

// nextID counts up from the order's second id.
func (o *handOrder) nextID(i int) uuid.UUID {
	id := o.other
	binary.BigEndian.PutUint32(id[12:], binary.BigEndian.Uint32(id[12:])+uint32(i))
	return id
}

// handForm is what a program writes per order.
type handForm interface {
	schema() []string
	stockSQL() string // one level of a SKU with a quantity
	prepare(*sqlite.Conn) error
	complete(*handOrder) error // before it is queued
	write(*handOrder) error
}

// hand is the program on SQLite. All but the queue belongs to its goroutine.
type hand struct {
	file
	skus  []string
	form  handForm
	conn  *sqlite.Conn
	begin *statement
	end   *statement
	queue chan *handOrder
	ended chan struct{}
}

const (
	handGroup = 64
	handCache = 64 // MiB, the library's default
)

func newHand(path string, set store.Durability, form handForm, skus []string) (*hand, error) {
	conn, err := sqlite.OpenConn(path, sqlite.OpenReadWrite, sqlite.OpenCreate)
	if err != nil {
		return nil, err
	}
	h := &hand{
		file: file{path: path}, skus: skus, form: form, conn: conn,
		queue: make(chan *handOrder, 4*handGroup), ended: make(chan struct{}),
	}
	conn.SetBusyTimeout(set.BusyTimeout)
	err = script(conn,
		"PRAGMA journal_mode = "+set.JournalMode,
		"PRAGMA synchronous = "+set.Synchronous,
		"PRAGMA cache_size = -"+strconv.Itoa(handCache*1024),
		"PRAGMA temp_store = MEMORY",
		"PRAGMA wal_autocheckpoint = "+strconv.Itoa(set.CheckpointPages))
	if err == nil {
		err = h.fill()
	}
	if err == nil {
		err = errors.Join(prepare(conn, &h.begin, "BEGIN IMMEDIATE"), prepare(conn, &h.end, "COMMIT"), form.prepare(conn))
	}
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	go h.loop()
	return h, nil
}

// fill makes the tables and the stock.
func (h *hand) fill() error {
	if err := script(h.conn, append(h.form.schema(), "BEGIN IMMEDIATE")...); err != nil {
		return err
	}
	var stock *statement
	if err := prepare(h.conn, &stock, h.form.stockSQL()); err != nil {
		return err
	}
	for _, sku := range h.skus {
		stock.text(sku)
		stock.int(1_000_000_000 * 1_000_000)
		if err := stock.run(); err != nil {
			return err
		}
	}
	return script(h.conn, "COMMIT")
}

func (h *hand) place(_ context.Context, n int64, skus [3]int) error {
	o, err := newHandOrder(n, h.skus, skus)
	if err == nil {
		err = h.form.complete(o)
	}
	if err != nil {
		return err
	}
	h.queue <- o
	return <-o.done
}

func (h *hand) loop() {
	defer close(h.ended)
	group := make([]*handOrder, 0, handGroup)
	for first := range h.queue {
		group = group[:0]
		err := h.begin.run()
		for o := first; o != nil; o = h.next(len(group)) {
			group = append(group, o)
			if err == nil {
				err = h.form.write(o)
			}
		}
		if err == nil {
			err = h.end.run()
		} else {
			err = errors.Join(err, script(h.conn, "ROLLBACK"))
		}
		for _, o := range group {
			o.done <- err
		}
	}
}

// next returns an order that waits already, or nil.
func (h *hand) next(size int) *handOrder {
	if size == handGroup {
		return nil
	}
	select {
	case o := <-h.queue:
		return o
	default:
		return nil
	}
}

func (h *hand) close() error {
	close(h.queue)
	<-h.ended
	return h.conn.Close()
}

// statement is a prepared statement whose parameters are bound one after the other.
type statement struct {
	*sqlite.Stmt
	conn *sqlite.Conn
	n    int
}

func prepare(c *sqlite.Conn, into **statement, sql string) error {
	s, err := c.Prepare(sql)
	if err != nil {
		return fmt.Errorf("%s: %w", sql, err)
	}
	*into = &statement{Stmt: s, conn: c}
	return nil
}

func (s *statement) text(v string) { s.n++; s.BindText(s.n, v) }
func (s *statement) int(v int64)   { s.n++; s.BindInt64(s.n, v) }
func (s *statement) blob(v []byte) { s.n++; s.BindBytes(s.n, v) }

func (s *statement) run() error {
	s.n = 0
	_, err := s.Step()
	return errors.Join(err, s.Reset())
}

// take runs a conditional update of one row.
func (s *statement) take(sku string, micro int64) error {
	s.text(sku)
	s.int(micro)
	err := s.run()
	if err == nil && s.conn.Changes() != 1 {
		err = fmt.Errorf("not enough of %s", sku)
	}
	return err
}

// tenForm is the ten rows.
type tenForm struct{ order, lines, stock, reservations, payment, event, outbox *statement }

func (f *tenForm) schema() []string {
	return []string{
		`CREATE TABLE orders (id BLOB PRIMARY KEY, number TEXT NOT NULL, status TEXT NOT NULL, currency TEXT NOT NULL,
			total INTEGER NOT NULL, created_at INTEGER NOT NULL) STRICT, WITHOUT ROWID`,
		`CREATE UNIQUE INDEX orders_number ON orders (number)`,
		`CREATE INDEX orders_status ON orders (status, created_at, id)`,
		`CREATE TABLE lines (order_id BLOB, n INTEGER, sku TEXT NOT NULL, quantity INTEGER NOT NULL, price INTEGER NOT NULL,
			total INTEGER NOT NULL, PRIMARY KEY (order_id, n)) STRICT, WITHOUT ROWID`,
		`CREATE TABLE stock (sku TEXT PRIMARY KEY, on_hand INTEGER NOT NULL, reserved INTEGER NOT NULL DEFAULT 0) STRICT, WITHOUT ROWID`,
		`CREATE TABLE reservations (order_id BLOB, sku TEXT, quantity INTEGER NOT NULL, created_at INTEGER NOT NULL,
			PRIMARY KEY (order_id, sku)) STRICT, WITHOUT ROWID`,
		`CREATE INDEX reservations_sku ON reservations (sku, order_id)`,
		`CREATE TABLE payments (id BLOB PRIMARY KEY, order_id BLOB NOT NULL, status TEXT NOT NULL, amount INTEGER NOT NULL,
			created_at INTEGER NOT NULL) STRICT, WITHOUT ROWID`,
		`CREATE INDEX payments_order ON payments (order_id)`,
		`CREATE TABLE events (id INTEGER PRIMARY KEY, order_id BLOB NOT NULL, version INTEGER NOT NULL, type TEXT NOT NULL,
			payload TEXT NOT NULL, at INTEGER NOT NULL) STRICT`,
		`CREATE UNIQUE INDEX events_version ON events (order_id, version)`,
		`CREATE TABLE outbox (id INTEGER PRIMARY KEY, topic TEXT NOT NULL, payload TEXT NOT NULL, at INTEGER NOT NULL) STRICT`,
	}
}

func (f *tenForm) stockSQL() string { return `INSERT INTO stock (sku, on_hand) VALUES (?, ?)` }

func (f *tenForm) prepare(c *sqlite.Conn) error {
	return errors.Join(
		prepare(c, &f.order, `INSERT INTO orders VALUES (?1, ?2, 'pending', 'EUR', ?3, ?4)`),
		prepare(c, &f.lines, `INSERT INTO lines VALUES (?1, 1, ?2, ?3, ?4, ?5), (?1, 2, ?6, ?7, ?8, ?9), (?1, 3, ?10, ?11, ?12, ?13)`),
		prepare(c, &f.stock, `UPDATE stock SET reserved = reserved + ?2 WHERE sku = ?1 AND on_hand - reserved >= ?2`),
		prepare(c, &f.reservations, `INSERT INTO reservations VALUES (?1, ?3, ?4, ?2), (?1, ?5, ?6, ?2), (?1, ?7, ?8, ?2)`),
		prepare(c, &f.payment, `INSERT INTO payments VALUES (?1, ?2, 'pending', ?3, ?4)`),
		prepare(c, &f.event, `INSERT INTO events (order_id, version, type, payload, at) VALUES (?1, 1, 'order.placed', ?2, ?3)`),
		prepare(c, &f.outbox, `INSERT INTO outbox (topic, payload, at) VALUES ('orders', ?1, ?2)`),
	)
}

func (f *tenForm) complete(o *handOrder) error {
	o.event = fmt.Appendf(nil, `{"id":"%s","number":"%s","total":%d,"currency":"EUR"}`, o.id, o.number, o.total)
	return nil
}

func (f *tenForm) write(o *handOrder) error {
	f.order.blob(o.id[:])
	f.order.text(o.number)
	f.order.int(o.total)
	f.order.int(o.at)
	err := f.order.run()

	f.lines.blob(o.id[:])
	f.reservations.blob(o.id[:])
	f.reservations.int(o.at)
	for i := range o.lines {
		l := &o.lines[i]
		f.lines.text(l.SKU)
		f.lines.int(l.Quantity)
		f.lines.int(l.Price)
		f.lines.int(l.Total)
		f.reservations.text(l.SKU)
		f.reservations.int(l.Quantity)
		err = errors.Join(err, f.stock.take(l.SKU, l.Quantity))
	}

	f.payment.blob(o.other[:])
	f.payment.blob(o.id[:])
	f.payment.int(o.total)
	f.payment.int(o.at)

	event := string(o.event)
	f.event.blob(o.id[:])
	f.event.text(event)
	f.event.int(o.at)
	f.outbox.text(event)
	f.outbox.int(o.at)
	return errors.Join(err, f.lines.run(), f.reservations.run(), f.payment.run(), f.event.run(), f.outbox.run())
}

// sameForm is the library's rows: key, order, three lines, facts for reports,
// address, three movements, three reservations, event; and three levels.
type sameForm struct{ key, order, lines, facts, address, moves, reservations, level, event *statement }

func (f *sameForm) schema() []string {
	return []string{
		`CREATE TABLE keys (tenant TEXT, key TEXT, command TEXT NOT NULL, body BLOB NOT NULL, result BLOB, at INTEGER NOT NULL,
			PRIMARY KEY (tenant, key)) STRICT, WITHOUT ROWID`,
		`CREATE TABLE orders (tenant TEXT, id BLOB, number TEXT NOT NULL, channel TEXT NOT NULL, external_ref TEXT, cart_id TEXT,
			customer_id BLOB, placed_at INTEGER NOT NULL, currency TEXT NOT NULL, version INTEGER NOT NULL, origin TEXT NOT NULL,
			ship_to_id BLOB, bill_to_id BLOB, workflow TEXT NOT NULL, workflow_version INTEGER NOT NULL, status TEXT NOT NULL,
			payment_status TEXT NOT NULL, fulfillment_status TEXT NOT NULL, return_status TEXT NOT NULL, goods INTEGER NOT NULL,
			discount INTEGER NOT NULL, shipping INTEGER NOT NULL, fees INTEGER NOT NULL, tax INTEGER NOT NULL, included_tax INTEGER NOT NULL,
			total INTEGER NOT NULL, credited INTEGER NOT NULL, expires_at INTEGER, closed_at INTEGER, country TEXT, metadata TEXT,
			PRIMARY KEY (tenant, id)) STRICT, WITHOUT ROWID`,
		`CREATE UNIQUE INDEX orders_number ON orders (tenant, number)`,
		`CREATE UNIQUE INDEX orders_external_ref ON orders (tenant, channel, external_ref) WHERE external_ref IS NOT NULL`,
		`CREATE UNIQUE INDEX orders_cart ON orders (tenant, cart_id) WHERE cart_id IS NOT NULL`,
		`CREATE INDEX orders_placed ON orders (tenant, placed_at, id)`,
		`CREATE INDEX orders_status ON orders (tenant, status, placed_at, id)`,
		`CREATE INDEX orders_customer ON orders (tenant, customer_id, placed_at, id) WHERE customer_id IS NOT NULL`,
		`CREATE INDEX orders_expires ON orders (tenant, expires_at) WHERE expires_at IS NOT NULL`,
		`CREATE TABLE lines (tenant TEXT, order_id BLOB, id BLOB, position INTEGER NOT NULL, sku TEXT NOT NULL, title TEXT,
			quantity INTEGER NOT NULL, unit_price INTEGER NOT NULL, subtotal INTEGER NOT NULL, discount INTEGER NOT NULL,
			tax INTEGER NOT NULL, total INTEGER NOT NULL, unsourced INTEGER NOT NULL, backordered INTEGER NOT NULL,
			preordered INTEGER NOT NULL, allocated INTEGER NOT NULL, released INTEGER NOT NULL, shipped INTEGER NOT NULL,
			canceled INTEGER NOT NULL, delivered INTEGER NOT NULL, return_requested INTEGER NOT NULL, returned INTEGER NOT NULL,
			credited INTEGER NOT NULL, PRIMARY KEY (tenant, order_id, id)) STRICT, WITHOUT ROWID`,
		`CREATE TABLE facts (tenant TEXT, at INTEGER, order_id BLOB, id BLOB, customer_id BLOB, channel TEXT NOT NULL, country TEXT,
			currency TEXT NOT NULL, sku TEXT, facts TEXT NOT NULL, PRIMARY KEY (tenant, at, order_id, id)) STRICT, WITHOUT ROWID`,
		`CREATE TABLE addresses (tenant TEXT, id BLOB, name TEXT, company TEXT, line1 TEXT, line2 TEXT, city TEXT, region TEXT,
			postal_code TEXT, country TEXT, phone TEXT, email TEXT, PRIMARY KEY (tenant, id)) STRICT, WITHOUT ROWID`,
		`CREATE TABLE levels (tenant TEXT, sku TEXT, location TEXT, on_hand INTEGER NOT NULL, unavailable INTEGER NOT NULL,
			allocated INTEGER NOT NULL, reserved INTEGER NOT NULL, safety INTEGER NOT NULL, PRIMARY KEY (tenant, sku, location)) STRICT, WITHOUT ROWID`,
		`CREATE TABLE moves (seq INTEGER PRIMARY KEY, tenant TEXT NOT NULL, order_id BLOB, cause TEXT NOT NULL, actor TEXT NOT NULL,
			at INTEGER NOT NULL, recorded_at INTEGER NOT NULL, id BLOB NOT NULL, sku TEXT NOT NULL, location TEXT NOT NULL, kind TEXT NOT NULL,
			on_hand INTEGER NOT NULL, unavailable INTEGER NOT NULL, allocated INTEGER NOT NULL, reserved INTEGER NOT NULL,
			reason TEXT, line_id BLOB) STRICT`,
		`CREATE INDEX moves_order ON moves (tenant, order_id) WHERE order_id IS NOT NULL`,
		`CREATE TABLE reservations (tenant TEXT, owner TEXT, id BLOB, kind TEXT NOT NULL, status TEXT NOT NULL, created_at INTEGER NOT NULL,
			line_id BLOB, sku TEXT NOT NULL, location TEXT NOT NULL, quantity INTEGER NOT NULL, expires_at INTEGER,
			PRIMARY KEY (tenant, owner, id)) STRICT, WITHOUT ROWID`,
		`CREATE INDEX reservations_expiring ON reservations (tenant, expires_at) WHERE status = 'pending' AND expires_at IS NOT NULL`,
		`CREATE TABLE events (position INTEGER PRIMARY KEY, tenant TEXT NOT NULL, actor TEXT NOT NULL, cause TEXT NOT NULL,
			at INTEGER NOT NULL, recorded_at INTEGER NOT NULL, aggregate TEXT NOT NULL, aggregate_id BLOB NOT NULL, version INTEGER NOT NULL,
			type TEXT NOT NULL, schema INTEGER NOT NULL, payload TEXT, UNIQUE (tenant, aggregate, aggregate_id, version)) STRICT`,
		`CREATE INDEX events_stream ON events (tenant, position)`,
	}
}

func (f *sameForm) stockSQL() string {
	return `INSERT INTO levels VALUES ('', ?1, 'main', ?2, 0, 0, 0, 0)`
}

func (f *sameForm) prepare(c *sqlite.Conn) error {
	const (
		line = `('', ?1, ?, ?, ?, NULL, ?, ?, ?, 0, 0, ?, 0, 0, 0, ?, 0, 0, 0, 0, 0, 0, 0)`
		move = `('', ?1, ?2, 'system', ?3, ?3, ?, ?, 'main', 'allocate', 0, 0, ?, 0, NULL, ?)`
		kept = `('', ?1, ?2, ?, 'order', 'pending', ?, ?, 'main', ?, NULL)`
	)
	return errors.Join(
		prepare(c, &f.key, `INSERT INTO keys VALUES ('', ?1, 'order.place', ?2, ?3, ?4)`),
		prepare(c, &f.order, `INSERT INTO orders VALUES ('', ?1, ?2, '', NULL, NULL, NULL, ?3, 'EUR', 1, 'shop', ?4, ?4, 'default', 1,
			'pending', 'pending', 'unfulfilled', 'none', ?5, 0, 0, 0, 0, 0, ?5, 0, ?6, NULL, 'GB', NULL)`),
		prepare(c, &f.lines, `INSERT INTO lines VALUES `+line+`, `+line+`, `+line),
		prepare(c, &f.facts, `INSERT INTO facts VALUES ('', ?1, ?2, ?3, NULL, '', 'GB', 'EUR', NULL, ?4)`),
		prepare(c, &f.address, `INSERT INTO addresses VALUES ('', ?1, ?2, NULL, ?3, NULL, ?4, NULL, ?5, ?6, NULL, NULL)`),
		prepare(c, &f.moves, `INSERT INTO moves (tenant, order_id, cause, actor, at, recorded_at, id, sku, location, kind, on_hand,
			unavailable, allocated, reserved, reason, line_id) VALUES `+move+`, `+move+`, `+move),
		prepare(c, &f.reservations, `INSERT INTO reservations (tenant, owner, created_at, id, kind, status, line_id, sku, location, quantity,
			expires_at) VALUES `+kept+`, `+kept+`, `+kept),
		prepare(c, &f.level, `UPDATE levels SET allocated = allocated + ?2 WHERE tenant = '' AND sku = ?1 AND location = 'main'
			AND on_hand - unavailable - allocated - reserved - safety >= ?2`),
		prepare(c, &f.event, `INSERT INTO events (tenant, actor, cause, at, recorded_at, aggregate, aggregate_id, version, type, schema, payload)
			VALUES ('', 'system', ?1, ?2, ?2, 'order', ?3, 1, 'order.placed', 1, ?4)`),
	)
}

// handEvent tells an order whole, in cents of one currency.
type handEvent struct {
	ID                uuid.UUID   `json:"id"`
	Version           int         `json:"version"`
	Number            string      `json:"number"`
	Origin            string      `json:"origin"`
	ShipToID          uuid.UUID   `json:"ship_to_id"`
	BillToID          uuid.UUID   `json:"bill_to_id"`
	Workflow          string      `json:"workflow"`
	WorkflowVersion   int         `json:"workflow_version"`
	Status            string      `json:"status"`
	PaymentStatus     string      `json:"payment_status"`
	FulfillmentStatus string      `json:"fulfillment_status"`
	ReturnStatus      string      `json:"return_status"`
	Currency          string      `json:"currency"`
	Goods             int64       `json:"goods"`
	Total             int64       `json:"total"`
	PlacedAt          int64       `json:"placed_at"`
	ExpiresAt         int64       `json:"expires_at"`
	Country           string      `json:"country"`
	Lines             [3]handLine `json:"lines"`
}

const day = 24 * 60 * 60 * 1_000_000 // microseconds

// complete does what a request with a key needs besides: the digest of what was
// asked, by which a repetition would be known, and the event.
func (f *sameForm) complete(o *handOrder) error {
	o.key = "cart/" + o.number
	asked, err := json.Marshal(struct {
		Name, Line1, City, PostalCode, Country string
		SKUs                                   [3]string
		Quantities                             [3]int64
	}{
		handAddress[0], handAddress[1], handAddress[2], handAddress[3], handAddress[4],
		[3]string{o.lines[0].SKU, o.lines[1].SKU, o.lines[2].SKU},
		quantities,
	})
	if err != nil {
		return err
	}
	o.digest = sha256.Sum256(asked)
	o.event, err = json.Marshal(&handEvent{
		ID: o.id, Version: 1, Number: o.number, Origin: "shop", ShipToID: o.other, BillToID: o.other,
		Workflow: "default", WorkflowVersion: 1, Status: "pending", PaymentStatus: "pending",
		FulfillmentStatus: "unfulfilled", ReturnStatus: "none", Currency: "EUR", Goods: o.total, Total: o.total,
		PlacedAt: o.at, ExpiresAt: o.at + day, Country: handAddress[4], Lines: o.lines,
	})
	return err
}

var handAddress = [5]string{"Ada Lovelace", "12 St James's Square", "London", "SW1Y 4JH", "GB"}

func (f *sameForm) write(o *handOrder) error {
	address := o.nextID(10)
	f.key.text(o.key)
	f.key.blob(o.digest[:])
	f.key.blob(o.id[:])
	f.key.int(o.at)

	f.order.blob(o.id[:])
	f.order.text(o.number)
	f.order.int(o.at)
	f.order.blob(address[:])
	f.order.int(o.total)
	f.order.int(o.at + day)

	f.address.blob(address[:])
	for _, s := range handAddress {
		f.address.text(s)
	}
	err := errors.Join(f.key.run(), f.order.run(), f.address.run())

	var facts []byte
	f.facts.int(o.at)
	f.facts.blob(o.id[:])
	f.facts.blob(make([]byte, len(o.id)))

	f.lines.blob(o.id[:])
	f.moves.blob(o.id[:])
	f.moves.text(o.key)
	f.moves.int(o.at)
	f.reservations.text(o.id.String())
	f.reservations.int(o.at)
	for i := range o.lines {
		l := &o.lines[i]
		move, kept := o.nextID(20+i), o.nextID(30+i)
		f.lines.blob(l.ID[:])
		f.lines.int(int64(i + 1))
		f.lines.text(l.SKU)
		f.lines.int(l.Quantity)
		f.lines.int(l.Price)
		f.lines.int(l.Total)
		f.lines.int(l.Total)
		f.lines.int(l.Quantity)
		f.moves.blob(move[:])
		f.moves.text(l.SKU)
		f.moves.int(l.Quantity)
		f.moves.blob(l.ID[:])
		f.reservations.blob(kept[:])
		f.reservations.blob(l.ID[:])
		f.reservations.text(l.SKU)
		f.reservations.int(l.Quantity)
		facts = fmt.Appendf(facts, `,["g",%q,"",%d,%d]`, l.SKU, l.Quantity, l.Total)
		err = errors.Join(err, f.level.take(l.SKU, l.Quantity))
	}
	f.facts.text("[" + string(facts[1:]) + "]")
	f.event.text(o.key)
	f.event.int(o.at)
	f.event.blob(o.id[:])
	f.event.text(string(o.event))
	return errors.Join(err, f.lines.run(), f.facts.run(), f.moves.run(), f.reservations.run(), f.event.run())
}

// The two forms in plain Go maps.
const (
	tenRows = iota
	sameRows
)

// maps is the program without a file: maps behind a mutex.
type maps struct {
	form int
	skus []string

	mu           sync.Mutex
	keys         map[string][32]byte
	orders       map[uuid.UUID]*handOrder
	numbers      map[string]uuid.UUID
	lines        map[uuid.UUID]handLine
	addresses    map[uuid.UUID][5]string
	stock        map[string]int64
	reservations map[uuid.UUID]handLine
	payments     map[uuid.UUID]int64
	moves        []handLine
	events       [][]byte
	outbox       [][]byte
	taken        int64 // how many levels were taken from
}

func newMaps(form int, skus []string) *maps {
	m := &maps{
		form: form, skus: skus, keys: map[string][32]byte{}, orders: map[uuid.UUID]*handOrder{}, numbers: map[string]uuid.UUID{},
		lines: map[uuid.UUID]handLine{}, addresses: map[uuid.UUID][5]string{}, stock: map[string]int64{},
		reservations: map[uuid.UUID]handLine{}, payments: map[uuid.UUID]int64{},
	}
	for _, sku := range skus {
		m.stock[sku] = 1_000_000_000 * 1_000_000
	}
	return m
}

func (m *maps) place(_ context.Context, n int64, skus [3]int) error {
	o, err := newHandOrder(n, m.skus, skus)
	if err != nil {
		return err
	}
	o.key = "cart/" + o.number
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := range o.lines {
		if l := &o.lines[i]; m.stock[l.SKU] < l.Quantity {
			return fmt.Errorf("not enough of %s", l.SKU)
		}
	}
	m.orders[o.id] = o
	m.numbers[o.number] = o.id
	for i := range o.lines {
		l := &o.lines[i]
		m.stock[l.SKU] -= l.Quantity
		m.taken++
		m.lines[l.ID] = *l
		m.reservations[o.nextID(30+i)] = *l
		if m.form == sameRows {
			m.moves = append(m.moves, *l)
		}
	}
	m.events = append(m.events, o.id[:])
	if m.form == sameRows { // facts for reports are made from the orders when they are read
		m.keys[o.key] = o.digest
		m.addresses[o.nextID(10)] = handAddress
		return nil
	}
	m.payments[o.other] = o.total
	m.outbox = append(m.outbox, o.id[:])
	return nil
}

func (m *maps) settle(context.Context) error { return nil }

func (m *maps) rows(context.Context) (int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return int64(len(m.keys) + len(m.orders) + len(m.lines) + len(m.addresses) + len(m.reservations) +
		len(m.payments) + len(m.moves) + len(m.events) + len(m.outbox)), nil
}

func (m *maps) watch(context.Context) error {
	m.taken = 0
	return nil
}

func (m *maps) updated(context.Context) (int64, error) { return m.taken, nil }

func (m *maps) close() error { return nil }
