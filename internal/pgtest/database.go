package pgtest

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// Database makes a database and returns its address. Of a template, to which nobody
// may be connected, it is a copy; "" is PostgreSQL's own empty one.
func (c *Cluster) Database(ctx context.Context, name, template string) (dsn string, err error) {
	if err := createDatabase(ctx, c.DSN(), name, template); err != nil {
		return "", err
	}
	return c.of(name), nil
}

func createDatabase(ctx context.Context, server, name, template string) error {
	if template == "" {
		template = "template0"
	}
	return query(ctx, server, "CREATE DATABASE "+quoted(name)+" TEMPLATE "+quoted(template), nil)
}

// dropDatabase ends the connections to a database and removes it.
func dropDatabase(ctx context.Context, server, name string) error {
	return query(ctx, server, "DROP DATABASE IF EXISTS "+quoted(name)+" WITH (FORCE)", nil)
}

func quoted(name string) string { return pgx.Identifier{name}.Sanitize() }
