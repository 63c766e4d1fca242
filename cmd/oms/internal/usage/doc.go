// Package usage measures what a command has cost: processor time, memory, and how
// long the disk takes to make a write safe.
package usage
