// Package golden reads the books that are kept of every released schema, and holds
// them, once they are migrated, against the notes of what was in them.
//
// The books are in the folder testdata/golden of each backend. Command make, in the
// folder below, makes them at a release.
package golden
