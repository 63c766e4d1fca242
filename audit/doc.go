// Package audit makes a tenant's history prove itself: a keyed hash chain over its
// events, kept apart from the books, that tells whether anybody has changed, removed,
// added or reordered one of them since.
//
// [Next] seals the events behind the last seal: a Merkle tree over them (RFC 9162,
// section 2.1.1) whose root goes, with the seal before, under an HMAC. The host keeps
// the seals where who can write the books cannot, and the key where neither can. [Verify]
// reckons every seal anew from the books. [Prove] takes one aggregate's events, such as
// an order's, out of the books with the paths that lead to the seals: [Proof.Check] needs
// the key and nothing else.
//
// What is sealed is what an event says, not where a store keeps it. Events hold no
// personal data, so that a customer can be forgotten and the seals still hold.
//
// A chain shows that something was changed to whoever has the key, and not who did it. Whoever
// has the books and the key can write both anew: seals that were given away, to a printer, a
// notary or a public place, are what he cannot change.
package audit
