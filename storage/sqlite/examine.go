package sqlite

import (
	"context"
	"strconv"

	"github.com/go-oms/oms/storage"
)

var _ storage.Doctor = (*Store)(nil)

// Examine reads the settings back that decide whether an acknowledged commit
// survives a power cut, the version of the schema and what is missing from it. It works
// on a database that was not migrated yet.
func (s *Store) Examine(ctx context.Context) ([]storage.Finding, error) {
	d, err := s.Durability(ctx)
	if err != nil {
		return nil, err
	}
	have, err := s.db.schema(ctx)
	if err != nil {
		return nil, err
	}
	wanted := "full or extra"
	if d.JournalMode != "wal" {
		wanted = "extra, or journal_mode wal"
	}
	findings := []storage.Finding{
		{
			Topic: storage.Durability, Name: "journal_mode", Value: d.JournalMode,
			Want: "wal, or a rollback journal with synchronous extra", OK: d.Durable || d.JournalMode == "wal",
		},
		{Topic: storage.Durability, Name: "synchronous", Value: d.Synchronous, Want: wanted, OK: d.Durable},
		{
			Topic: storage.Durability, Name: "foreign_keys", Value: strconv.FormatBool(d.ForeignKeys),
			Want: "true", OK: d.ForeignKeys,
		},
		{
			Topic: storage.Schema, Name: "version", Value: strconv.Itoa(have), Want: strconv.Itoa(newest()),
			OK: have == newest(),
		},
	}
	if have == 0 {
		return findings, nil
	}
	anatomy, err := s.db.anatomy(ctx, have)
	return append(findings, anatomy...), err
}
