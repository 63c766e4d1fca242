package postgres

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/go-oms/oms/fault"
)

// link is where connections come from.
type link interface {
	// lend calls fn with a connection that nobody else uses meanwhile. A connection
	// that fn leaves closed or in a transaction is not lent again. Its own errors are
	// those of finding a connection; fn keeps the others to itself.
	lend(ctx context.Context, fn func(*pgconn.PgConn)) error
	close()
}

// poolLink lends from a pgx pool.
type poolLink struct {
	pool *pgxpool.Pool
	own  bool
}

func (l *poolLink) lend(ctx context.Context, fn func(*pgconn.PgConn)) error {
	c, err := l.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer c.Release()
	fn(c.Conn().PgConn())
	return nil
}

func (l *poolLink) close() {
	if l.own {
		l.pool.Close()
	}
}

// handleLink lends from a database/sql handle over pgx's driver.
type handleLink struct{ db *sql.DB }

func (l *handleLink) lend(ctx context.Context, fn func(*pgconn.PgConn)) error {
	c, err := l.db.Conn(ctx)
	if err != nil {
		return err
	}
	err = c.Raw(func(driverConn any) error {
		pgx, ok := driverConn.(*stdlib.Conn)
		if !ok {
			return fault.Invalid("db", fmt.Sprintf("a connection that is a %T", driverConn), "a handle opened with pgx's stdlib driver")
		}
		wire := pgx.Conn().PgConn()
		fn(wire)
		if wire.IsClosed() || wire.TxStatus() != 'I' {
			return driver.ErrBadConn
		}
		return nil
	})
	if closed := c.Close(); err == nil && !errors.Is(closed, driver.ErrBadConn) && !errors.Is(closed, sql.ErrConnDone) {
		err = closed
	}
	if errors.Is(err, driver.ErrBadConn) {
		err = nil // fn knows what went wrong
	}
	return err
}

func (l *handleLink) close() {}
