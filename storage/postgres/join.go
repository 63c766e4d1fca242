package postgres

import (
	"context"
	"database/sql"
	"errors"

	"github.com/jackc/pgx/v5"

	"github.com/go-oms/oms/storage"
	"github.com/go-oms/oms/storage/internal/sqlstore"
)

// Join returns the store inside a transaction of the host's on the same database,
// over any driver of package database/sql that takes $1 for a parameter: it need not
// come from a handle that the store knows. A commit of the joined store runs in a
// savepoint: a batch that is refused leaves what the host wrote before as it was.
// Nothing is durable until the host commits, and an error of his commit is his: the
// outcome is unknown then, and calling again with the same keys tells.
//
// The joined store sees what the transaction has written and is bound to the same
// tenant. It is done with every row before it returns. It does not try again what the
// server gives up, such as a deadlock: the host repeats his transaction. Rows that it
// locks, those of stock and of number series among them, stay locked until the host
// ends: let nothing else wait in between.
func (s *Store) Join(tx *sql.Tx) storage.Store {
	return s.db.joining(func(ctx context.Context) (sqlstore.Conn, error) {
		return &sqlstore.TxConn{
			Ctx: ctx, Tx: tx, Mark: constraint, TextIDs: true,
			Text: func(q *sqlstore.Query) string { return s.db.statements.of(q, 0).sql },
		}, nil
	}).Store(s.Bound)
}

// JoinPgx is [Store.Join] for a transaction of pgx.
func (s *Store) JoinPgx(tx pgx.Tx) storage.Store {
	return s.db.joining(func(ctx context.Context) (sqlstore.Conn, error) {
		// Only the transaction itself knows that it has ended: its connection may be in
		// another one by now.
		if _, err := tx.Exec(ctx, ";", pgx.QueryExecModeSimpleProtocol); errors.Is(err, pgx.ErrTxClosed) {
			return nil, &AbortedError{Op: "join", Err: errEnded}
		} else if err != nil {
			return nil, err
		}
		pg := tx.Conn().PgConn()
		switch pg.TxStatus() {
		case 'T':
			return &pgxConn{reading{ctx: ctx, wire: s.db.wire(pg)}}, nil
		case 'E':
			return nil, &AbortedError{Op: "join", Err: errFailed}
		default:
			return nil, &AbortedError{Op: "join", Err: errEnded}
		}
	}).Store(s.Bound)
}

// pgxConn runs statements in a host's transaction of pgx.
type pgxConn struct{ reading }

func (c *pgxConn) Exec(q *sqlstore.Query, args []sqlstore.Value) (int64, error) {
	n, err := c.reading.Exec(q, args)
	return n, constraint(err)
}

func (c *pgxConn) Query(q *sqlstore.Query, args []sqlstore.Value) (sqlstore.Rows, error) {
	rows, err := c.reading.Query(q, args)
	return rows, constraint(err)
}

var (
	// qPlace writes a row, so that the savepoint gets a transaction id of its own, and
	// tells how that is told apart from the transaction's.
	qPlace = &sqlstore.Query{SQL: `INSERT INTO oms_keys (tenant, key, command, body, at)
		VALUES (?1, 'oms/joined/' || gen_random_uuid(), '', '', 0)
		RETURNING key, CAST(CAST(xmin AS text) AS bigint), CAST(CAST(pg_current_xact_id() AS text) AS bigint)`}
	qPlaced = &sqlstore.Query{SQL: `DELETE FROM oms_keys WHERE tenant = ?1 AND key = ?2`}
)

func (db *database) joining(conn func(context.Context) (sqlstore.Conn, error)) *sqlstore.Joining {
	return &sqlstore.Joining{
		Plans: &db.plans,
		Conn: func(ctx context.Context, tenant string) (sqlstore.Conn, error) {
			if err := db.ready(ctx); err != nil {
				return nil, err
			}
			c, err := conn(ctx)
			if err == nil && (db.options.RowSecurity || db.secured.Load()) {
				_, err = c.Query(qScope, []sqlstore.Value{{Kind: sqlstore.Text, S: "t" + tenant}})
			}
			return c, err
		},
		Classify: classify,
		Begin:    db.place,
	}
}

// place finds where the rows of a savepoint come in the order of recording. The host's
// transaction may be older than what it has read since: what it changes now must come
// behind that, so the place is that of the savepoint's own id. A reader of the stream
// waits for the whole transaction all the same, whose id is the lower one.
func (db *database) place(c sqlstore.Conn, tenant string, tx *sqlstore.Tx) error {
	bound := sqlstore.Value{Kind: sqlstore.Text, S: tenant}
	rows, err := c.Query(qPlace, []sqlstore.Value{bound})
	if err != nil {
		return err
	}
	if !rows.Next() {
		return errNoPlace
	}
	key, own, whole := rows.Text(0), uint32(rows.Int(1)), rows.Int(2)
	if err := rows.Close(); err != nil {
		return err
	}
	later := int64(own - uint32(whole)) // ids of rows have 32 bits and go round
	tx.Places = (db.base.Load() + later) << placeBits
	_, err = c.Exec(qPlaced, []sqlstore.Value{bound, {Kind: sqlstore.Text, S: key}})
	return err
}
