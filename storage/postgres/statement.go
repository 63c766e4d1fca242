package postgres

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/go-oms/oms/storage/internal/sqlstore"
)

// statement is a query in the server's words. Its name is made of them, so that
// several stores may share a connection.
type statement struct{ name, sql string }

// statements translates queries, and remembers those that come again.
type statements struct {
	schema string
	known  sync.Map // form → *statement
}

// form is a query and how many rows it must touch.
type form struct {
	query *sqlstore.Query
	must  int64
}

func (s *statements) of(q *sqlstore.Query, must int64) *statement {
	if q.Once {
		return &statement{sql: s.translate(q, must)}
	}
	if known, ok := s.known.Load(form{q, must}); ok {
		return known.(*statement)
	}
	sql := s.translate(q, must)
	sum := sha256.Sum256([]byte(sql))
	made := &statement{name: "oms_" + hex.EncodeToString(sum[:8]), sql: sql}
	s.known.Store(form{q, must}, made)
	return made
}

var (
	parameter = regexp.MustCompile(`\?(\d+)`)
	tableName = regexp.MustCompile(`\boms_[a-z_]+`)
	spaces    = regexp.MustCompile(`\s+`)
)

// translate writes parameters as PostgreSQL does, names the schema, and makes the
// server fail where a statement touches another number of rows than it must: the
// statement becomes a common table expression whose rows are counted, and a count
// that is wrong divides by zero. Inserting values cannot touch fewer.
func (s *statements) translate(q *sqlstore.Query, must int64) string {
	sql := q.Postgres
	if sql == "" {
		sql = q.SQL
	}
	sql = spaces.ReplaceAllString(strings.TrimSpace(sql), " ")
	if must > 0 && (!strings.HasPrefix(sql, "INSERT") || strings.Contains(sql, " ON CONFLICT ")) {
		sql = "WITH touched AS (" + sql + " RETURNING 1) SELECT 1 / CASE WHEN count(*) = " +
			strconv.FormatInt(must, 10) + " THEN 1 ELSE 0 END FROM touched"
	}
	sql = parameter.ReplaceAllString(sql, "$$$1")
	if s.schema != "" {
		sql = tableName.ReplaceAllString(sql, s.schema+".$0")
	}
	return sql
}
