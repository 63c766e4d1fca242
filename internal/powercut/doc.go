// Package powercut cuts the power of a disk: a file system of its own in a file, mounted
// by a loop device, whose ext4 is told to stop at once without writing what it holds.
// What was not on the disk is gone then, as when a machine loses its power, and what the
// programs on it are told from then on are errors.
//
// Its tests have orders placed on SQLite and PostgreSQL by a process of its own, cut, and
// look whether each order that was acknowledged before is there, whole. Weaker settings of
// the stores must lose some, or the cuts would prove nothing. They need root and Linux and
// run when OMS_POWERCUT says how many cuts there shall be: see [Disk].
package powercut
