package golden

import (
	"crypto/sha256"
	"encoding/hex"
)

// Notes are what stands beside the books of a schema.
type Notes struct {
	Schema int `json:"schema"`
	// Migrations are the checksums of the steps that led to the schema: none of them
	// is ever edited.
	Migrations map[string]string `json:"migrations"`
	// Year is what the demo has counted itself, as far as the books can tell.
	Year Year `json:"year"`
}

// Year is a part of what the demo says.
type Year struct {
	Orders   int            `json:"orders"`
	Statuses map[string]int `json:"statuses"`
	Sold     string         `json:"sold"`
	Credited string         `json:"credited"`
	Captured string         `json:"captured"`
	Refunded string         `json:"refunded"`
	Events   int            `json:"events"`
}

// Sum is the checksum of a migration.
func Sum(sql []byte) string {
	sum := sha256.Sum256(sql)
	return hex.EncodeToString(sum[:])
}
