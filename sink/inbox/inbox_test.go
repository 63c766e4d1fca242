package inbox_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/internal/pgtest"
	"github.com/go-oms/oms/sink/inbox"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

var errFull = errors.New("disk full")

// points is a consumer's own table, whose rows are the effects.
type points struct {
	t   *testing.T
	db  *sql.DB
	box inbox.Inbox
}

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// onEach runs a test on each kind of database.
func onEach(t *testing.T, test func(t *testing.T, p *points)) {
	t.Run("sqlite", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "points.db") + "?_pragma=busy_timeout(10000)&_txlock=immediate"
		test(t, newPoints(t, "sqlite", file, inbox.SQLite()))
	})
	t.Run("postgresql", func(t *testing.T) {
		test(t, newPoints(t, "pgx", pgtest.New(t), inbox.PostgreSQL()))
	})
}

func newPoints(t *testing.T, driver, dsn string, box inbox.Inbox) *points {
	db, err := sql.Open(driver, dsn)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	p := &points{t, db, box}
	for range 2 { // the schema may be there
		_, err = db.ExecContext(t.Context(), p.box.Schema())
		require.NoError(t, err)
	}
	_, err = db.ExecContext(t.Context(), "CREATE TABLE points (who TEXT)")
	require.NoError(t, err)
	return p
}

func (p *points) tx() *sql.Tx {
	tx, err := p.db.BeginTx(p.t.Context(), nil)
	require.NoError(p.t, err)
	return tx
}

func (p *points) give(tx *sql.Tx, who string) func() error {
	return func() error {
		_, err := tx.ExecContext(context.Background(), "INSERT INTO points VALUES ('"+who+"')")
		return err
	}
}

func (p *points) count(table string) (n int) {
	require.NoError(p.t, p.db.QueryRowContext(p.t.Context(), "SELECT count(*) FROM "+table).Scan(&n))
	return n
}

func TestAnEffectIsThereOnce(t *testing.T) { onEach(t, anEffectIsThereOnce) }

func anEffectIsThereOnce(t *testing.T, p *points) {
	for i := range 3 {
		tx := p.tx()
		for j := range 2 {
			called, err := p.box.Once(t.Context(), tx, "points", "order/1/1", noon, p.give(tx, "ada"))
			require.NoError(t, err)
			require.Equal(t, i+j == 0, called)
		}
		require.NoError(t, tx.Commit())
	}
	require.Equal(t, 1, p.count("points"))
	// Another event, and another consumer, are others.
	tx := p.tx()
	for _, who := range [][2]string{{"points", "order/1/2"}, {"mail", "order/1/1"}} {
		called, err := p.box.Once(t.Context(), tx, who[0], who[1], noon, p.give(tx, "ada"))
		require.NoError(t, err)
		require.True(t, called)
	}
	require.NoError(t, tx.Commit())
	require.Equal(t, 3, p.count("points"))
}

func TestWithoutItsEffectAnEventIsNotNoted(t *testing.T) {
	onEach(t, withoutItsEffectAnEventIsNotNoted)
}

func withoutItsEffectAnEventIsNotNoted(t *testing.T, p *points) {
	tx := p.tx()
	_, err := p.box.Once(t.Context(), tx, "points", "a", noon, p.give(tx, "ada"))
	require.NoError(t, err)
	require.NoError(t, tx.Rollback())
	require.Zero(t, p.count("oms_inbox"))

	// After an error, or a panic, the transaction goes on without either.
	tx = p.tx()
	called, err := p.box.Once(t.Context(), tx, "points", "a", noon, func() error {
		require.NoError(t, p.give(tx, "eve")())
		return errFull
	})
	require.Equal(t, errFull, err, "as it is")
	require.True(t, called)
	require.Panics(t, func() {
		_, _ = p.box.Once(t.Context(), tx, "points", "a", noon, func() error {
			require.NoError(t, p.give(tx, "eve")())
			panic("bug")
		})
	})
	// So it does after a mistake that makes PostgreSQL refuse all that follows.
	_, err = p.box.Once(t.Context(), tx, "points", "a", noon, func() error {
		_, err := tx.ExecContext(t.Context(), "INSERT INTO nowhere VALUES (1)")
		return err
	})
	require.Error(t, err)
	require.NoError(t, p.give(tx, "bob")())
	called, err = p.box.Once(t.Context(), tx, "points", "a", noon, p.give(tx, "ada"))
	require.NoError(t, err)
	require.True(t, called)
	require.NoError(t, tx.Commit())
	require.Equal(t, 2, p.count("points"))
	require.Equal(t, 1, p.count("oms_inbox"))
}

func TestManyAtOnceHaveOneEffect(t *testing.T) { onEach(t, manyAtOnceHaveOneEffect) }

func manyAtOnceHaveOneEffect(t *testing.T, p *points) {
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			tx, err := p.db.BeginTx(context.Background(), nil)
			if err == nil {
				_, err = p.box.Once(context.Background(), tx, "points", "a", noon, p.give(tx, "ada"))
				err = errors.Join(err, tx.Commit())
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	require.Equal(t, 1, p.count("points"))
}

func TestOldNotesAreForgotten(t *testing.T) { onEach(t, oldNotesAreForgotten) }

func oldNotesAreForgotten(t *testing.T, p *points) {
	tx := p.tx()
	for i, at := range []time.Time{noon.Add(-time.Hour), noon.Add(-time.Microsecond), noon} {
		for _, consumer := range []string{"points", "mail"} {
			_, err := p.box.Once(t.Context(), tx, consumer, string(rune('a'+i)), at, func() error { return nil })
			require.NoError(t, err)
		}
	}
	n, err := p.box.Forget(t.Context(), tx, "points", noon)
	require.NoError(t, err)
	require.EqualValues(t, 2, n)
	require.NoError(t, tx.Commit())
	require.Equal(t, 4, p.count("oms_inbox"))
}

func TestBadCallsAreRefused(t *testing.T) { onEach(t, badCallsAreRefused) }

func badCallsAreRefused(t *testing.T, p *points) {
	tx := p.tx()
	fine := func() error { return nil }
	for _, c := range []struct {
		box          inbox.Inbox
		consumer, id string
	}{{inbox.Inbox{}, "points", "a"}, {p.box, "", "a"}, {p.box, "points", ""}} {
		_, err := c.box.Once(t.Context(), tx, c.consumer, c.id, noon, fine)
		require.Equal(t, fault.Rejected, fault.KindOf(err))
	}
	_, err := inbox.Inbox{}.Forget(t.Context(), tx, "points", noon)
	require.Equal(t, fault.Rejected, fault.KindOf(err))
	require.NoError(t, tx.Rollback())
	_, err = p.box.Once(t.Context(), tx, "points", "a", noon, fine)
	require.Equal(t, fault.Transient, fault.KindOf(err))
	require.ErrorIs(t, err, sql.ErrTxDone)
	_, err = p.box.Forget(t.Context(), tx, "points", noon)
	require.Equal(t, fault.Transient, fault.KindOf(err))
}

func TestMemoryIsAnInbox(t *testing.T) {
	var m inbox.Memory
	n := 0
	give := func() error { n++; return nil }
	called, err := m.Once("points", "a", func() error { return errFull })
	require.ErrorIs(t, err, errFull)
	require.True(t, called)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() { _, _ = m.Once("points", "a", give) })
	}
	all.Wait()
	require.Equal(t, 1, n)
	called, err = m.Once("mail", "a", give)
	require.NoError(t, err)
	require.True(t, called)
	_, err = m.Once("", "a", give)
	require.Equal(t, fault.Rejected, fault.KindOf(err))
}

func events(n int) []event.Event {
	var list []event.Event
	for i := range n {
		list = append(list, event.Event{Aggregate: event.Order, ID: uuid.UUID{1}, Version: int64(i + 1)})
	}
	return list
}

func TestAConsumerHandlesEachEventOnce(t *testing.T) { onEach(t, aConsumerHandlesEachEventOnce) }

func aConsumerHandlesEachEventOnce(t *testing.T, p *points) {
	var fail error
	c := &inbox.Consumer{Name: "points", DB: p.db, Inbox: p.box}
	c.Handle = func(_ context.Context, tx *sql.Tx, tenant string, e event.Event) error {
		if e.Version == 3 && fail != nil {
			return errors.Join(p.give(tx, "nobody")(), fail)
		}
		return p.give(tx, tenant)()
	}
	fail = errFull
	err := c.Deliver(t.Context(), "acme", events(4))
	var told *oms.DeliveryError
	require.ErrorAs(t, err, &told)
	require.Equal(t, 2, told.Delivered)
	require.ErrorIs(t, err, errFull)
	require.Equal(t, 2, p.count("points"))

	refusal := &oms.DeliveryError{Refused: true, Delivered: 77, Err: errFull}
	fail = refusal
	require.ErrorAs(t, c.Deliver(t.Context(), "acme", events(4)), &told)
	require.Equal(t, oms.DeliveryError{Refused: true, Delivered: 2, Err: errFull}, *told)
	require.Equal(t, 77, refusal.Delivered, "what Handle returns is its own")

	fail = nil
	for range 2 {
		require.NoError(t, c.Deliver(t.Context(), "acme", events(4)))
	}
	require.Equal(t, 4, p.count("points"))
	require.NoError(t, c.Deliver(t.Context(), "other", events(1)), "another tenant's event with the same id")
	require.Equal(t, 5, p.count("points"))

	require.NoError(t, p.db.Close())
	require.ErrorAs(t, c.Deliver(t.Context(), "acme", events(1)), &told)
	require.Equal(t, fault.Transient, told.Fault())
}
