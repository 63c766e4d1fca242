package audit

import (
	"crypto/sha256"
	"math/bits"
)

// Hash is a SHA-256 hash.
type Hash [sha256.Size]byte

// The prefixes that keep leaves and nodes apart: RFC 9162, section 2.1.1.
const (
	leafPrefix = 0
	nodePrefix = 1
)

// leafHash returns the hash of a leaf, whose encoding has the prefix in front already.
func leafHash(prefixed []byte) Hash { return sha256.Sum256(prefixed) }

func nodeHash(left, right Hash) Hash {
	var both [1 + 2*sha256.Size]byte
	both[0] = nodePrefix
	copy(both[1:], left[:])
	copy(both[1+sha256.Size:], right[:])
	return sha256.Sum256(both[:])
}

// tree is the Merkle tree of the leaves so far: the roots of its full subtrees, the
// greatest first. Its zero value is the empty tree.
type tree struct {
	roots []Hash
	size  uint64
}

// add appends a leaf.
func (t *tree) add(leaf Hash) {
	for n := t.size; n&1 == 1; n >>= 1 {
		leaf = nodeHash(t.roots[len(t.roots)-1], leaf)
		t.roots = t.roots[:len(t.roots)-1]
	}
	t.roots = append(t.roots, leaf)
	t.size++
}

// root returns the root: that of no leaves is the hash of nothing.
func (t *tree) root() Hash {
	if len(t.roots) == 0 {
		return sha256.Sum256(nil)
	}
	root := t.roots[len(t.roots)-1]
	for i := len(t.roots) - 2; i >= 0; i-- {
		root = nodeHash(t.roots[i], root)
	}
	return root
}

// rootOf returns the root of a tree over leaves.
func rootOf(leaves []Hash) Hash {
	var t tree
	for _, leaf := range leaves {
		t.add(leaf)
	}
	return t.root()
}

// pathOf returns the inclusion proof of a leaf: RFC 9162, section 2.1.3.1.
func pathOf(leaves []Hash, index int) []Hash {
	if len(leaves) <= 1 {
		return nil
	}
	half := 1 << (bits.Len(uint(len(leaves)-1)) - 1)
	if index < half {
		return append(pathOf(leaves[:half], index), rootOf(leaves[half:]))
	}
	return append(pathOf(leaves[half:], index-half), rootOf(leaves[:half]))
}

// climb returns the root that a leaf and its path lead to in a tree of that size, and
// whether the path is one of such a tree: RFC 9162, section 2.1.3.2.
func climb(leaf Hash, index, size uint64, path []Hash) (Hash, bool) {
	if index >= size {
		return Hash{}, false
	}
	at, last := index, size-1
	for _, sibling := range path {
		if last == 0 {
			return Hash{}, false
		}
		if at&1 == 1 || at == last {
			leaf = nodeHash(sibling, leaf)
			for at&1 == 0 && at != 0 {
				at, last = at>>1, last>>1
			}
		} else {
			leaf = nodeHash(leaf, sibling)
		}
		at, last = at>>1, last>>1
	}
	return leaf, last == 0
}
