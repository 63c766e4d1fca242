package order

import "maps"

// Metadata is what a host keeps on an order: small texts by name, read and
// written through typed keys ([MetaKey]). It is part of the order's events:
// never put personal data in it.
type Metadata map[string]string

// Clone returns a copy; nil for an empty one.
func (m Metadata) Clone() Metadata {
	if len(m) == 0 {
		return nil
	}
	return maps.Clone(m)
}
