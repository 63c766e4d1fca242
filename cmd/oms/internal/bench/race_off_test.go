//go:build !race

package bench

// underRace says that everything costs a multiple of what it usually does.
const underRace = false
