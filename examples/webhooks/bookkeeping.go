package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"net/http"
	"sync"
	"time"

	_ "modernc.org/sqlite"

	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/sink/cloudevents"
	"github.com/go-oms/oms/sink/inbox"
	"github.com/go-oms/oms/sink/webhook"
)

// bookkeeping is another program, with a database of its own.
type bookkeeping struct {
	db       *sql.DB
	receiver *webhook.Receiver
	now      func() time.Time

	mu       sync.Mutex
	requests int
	lose     bool
	channels map[string]bool
}

func newBookkeeping(ctx context.Context, secret string, now func() time.Time) (*bookkeeping, error) {
	receiver, err := webhook.NewReceiver(secret)
	if err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1) // each connection would have a database of its own
	for _, statement := range []string{inbox.SQLite().Schema(), "CREATE TABLE bookings (order_id TEXT, type TEXT)"} {
		if _, err := db.ExecContext(ctx, statement); err != nil {
			return nil, errors.Join(err, db.Close())
		}
	}
	return &bookkeeping{
		db: db, receiver: receiver.WithClock(now), now: now, channels: map[string]bool{"web": true},
	}, nil
}

func (b *bookkeeping) Close() error { return b.db.Close() }

// ServeHTTP takes a webhook in: only what is signed, and each event once.
func (b *bookkeeping) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.requests++
	message, err := b.receiver.Read(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusUnauthorized)
		return
	}
	if err := b.book(r.Context(), message); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError) // it comes again
		return
	}
	if b.lose {
		b.lose = false
		panic(http.ErrAbortHandler) // the booking is done, and its sender does not learn that
	}
	w.WriteHeader(http.StatusNoContent)
}

// book writes a booking and the note that the event was had, both or neither.
func (b *bookkeeping) book(ctx context.Context, m cloudevents.Message) error {
	var delta order.Delta
	if err := json.Unmarshal(m.Data, &delta); err != nil {
		return err
	}
	if !b.channels[delta.Order.Channel] {
		return errors.New("an unknown channel")
	}
	tx, err := b.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	_, err = inbox.SQLite().Once(ctx, tx, "bookkeeping", m.ID, b.now(), func() error {
		_, err := tx.ExecContext(ctx, "INSERT INTO bookings VALUES (?, ?)", m.Subject.String(), m.Type)
		return err
	})
	if err != nil {
		return err
	}
	return tx.Commit()
}

// count is how many bookings there are.
func (b *bookkeeping) count(ctx context.Context) (n int) {
	if err := b.db.QueryRowContext(ctx, "SELECT count(*) FROM bookings").Scan(&n); err != nil {
		return -1
	}
	return n
}

// deliveries is how many requests there were.
func (b *bookkeeping) deliveries() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.requests
}

func (b *bookkeeping) loseNextAnswer() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.lose = true
}

func (b *bookkeeping) know(channel string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.channels[channel] = true
}
