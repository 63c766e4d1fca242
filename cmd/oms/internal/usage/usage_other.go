//go:build !unix && !windows

package usage

// Now is not known on this system.
func Now() (Usage, bool) { return Usage{}, false }
