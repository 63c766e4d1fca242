package powercut

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"unsafe"
)

// Disk is an ext4 file system in a file. It is used by one goroutine.
type Disk struct {
	image string
	// Dir is where it is mounted.
	Dir string
}

// New makes a disk of so many MiB below a folder, and mounts it.
func New(folder string, size int64) (*Disk, error) {
	d := &Disk{image: filepath.Join(folder, "disk.img"), Dir: filepath.Join(folder, "m")}
	file, err := os.Create(d.image)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(file.Truncate(size<<20), file.Close(), os.Mkdir(d.Dir, 0o755)); err != nil {
		return nil, err
	}
	if err := run("mkfs.ext4", "-q", d.image); err != nil {
		return nil, err
	}
	return d, d.Mount()
}

// Mount mounts the disk, on which ext4 repairs what the cut has left by its journal.
func (d *Disk) Mount() error {
	if err := run("mount", "-o", "loop", d.image, d.Dir); err != nil {
		return err
	}
	return os.Chmod(d.Dir, 0o777)
}

// The request that stops an ext4 file system, and the flag by which it does not write its
// journal before: fs/ext4/ext4.h of Linux, EXT4_IOC_SHUTDOWN and EXT4_GOING_FLAGS_NOLOGFLUSH.
const (
	shutdown   = 0x8004587d
	noLogFlush = 2
)

// Cut cuts the power. Every operation on the disk fails from then on.
func (d *Disk) Cut() error {
	dir, err := os.Open(d.Dir)
	if err != nil {
		return err
	}
	defer dir.Close()
	flags := uint32(noLogFlush)
	if _, _, failed := syscall.Syscall(syscall.SYS_IOCTL, dir.Fd(), shutdown, uintptr(unsafe.Pointer(&flags))); failed != 0 {
		return fmt.Errorf("powercut: stopping %s: %w", d.Dir, failed)
	}
	return nil
}

// Unmount takes the disk away. No process may have anything open on it.
func (d *Disk) Unmount() error { return run("umount", d.Dir) }

func run(name string, args ...string) error {
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("powercut: %s %v: %w: %s", name, args, err, out)
	}
	return nil
}
