//go:build amd64 || arm64

package oms_test

import (
	"strings"
	"sync"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
	"modernc.org/libc"
	lib "modernc.org/sqlite/lib"
)

// disk is a file system below SQLite that fails when it is told to. It lies over the
// system's own (a VFS of https://sqlite.org/vfs.html) and passes on everything
// about files outside its folder, and every statement of databases outside it.
var disk faultyDisk

// harm is one way for an operation to go wrong.
type harm struct {
	name string
	code func(op string) int32 // what SQLite is told
	does func(op string) bool  // which operations can go wrong so
	part bool                  // half of a write is done first
	late bool                  // the operation is done, whole, and reported as failed
	// stays makes everything fail from that operation on, until the disk is mended.
	stays bool
}

// harms are the ways, as SQLite's own VFS reports them.
var harms = []harm{
	{name: "fails", code: failed, does: anyOp},
	{name: "fails from then on", code: failed, does: anyOp, stays: true},
	{name: "is done and reported as failed", code: failed, does: among("write", "sync", "truncate", "delete"), late: true},
	{name: "is half done", code: failed, does: among("write"), part: true},
	{name: "finds no room", code: just(lib.SQLITE_FULL), does: among("write", "truncate"), stays: true},
	{name: "finds no room once", code: just(lib.SQLITE_FULL), does: among("write")},
	// A reader who is refused his lock tries for ten seconds before SQLite gives up.
	{name: "finds the file busy", code: just(lib.SQLITE_BUSY), does: among("lock", "shmlock"), stays: true},
	{name: "finds no memory", code: just(lib.SQLITE_IOERR_NOMEM), does: among("read", "write", "shmmap")},
}

func anyOp(string) bool { return true }

func just(code int32) func(string) int32 { return func(string) int32 { return code } }

func among(ops ...string) func(string) bool {
	return func(op string) bool { return strings.Contains(" "+strings.Join(ops, " ")+" ", " "+op+" ") }
}

func failed(op string) int32 {
	return map[string]int32{
		"open": lib.SQLITE_CANTOPEN, "read": lib.SQLITE_IOERR_READ, "write": lib.SQLITE_IOERR_WRITE, "sync": lib.SQLITE_IOERR_FSYNC,
		"truncate": lib.SQLITE_IOERR_TRUNCATE, "size": lib.SQLITE_IOERR_FSTAT, "lock": lib.SQLITE_IOERR_LOCK,
		"shmmap": lib.SQLITE_IOERR_SHMMAP, "shmlock": lib.SQLITE_IOERR_SHMLOCK, "shmread": lib.SQLITE_IOERR_SHMLOCK, "delete": lib.SQLITE_IOERR_DELETE,
		"access": lib.SQLITE_IOERR_ACCESS,
	}[op]
}

type faultyDisk struct {
	mu     sync.Mutex
	folder string             // where it may fail
	files  map[uintptr]string // open ones below it
	dbs    map[uintptr]bool   // connections to databases below it
	tls    *libc.TLS          // of who arms it

	count, at int // operations so far, and the one that goes wrong; 0: none
	how       harm
	broken    bool   // it has gone wrong
	what      string // the operation that did

	statements, interrupt int  // statements so far, and the one that is interrupted
	pending               bool // interrupt at the next opportunity
}

// arm makes the at-th operation from now go wrong.
func (d *faultyDisk) arm(at int, how harm) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.count, d.at, d.how, d.broken, d.what = 0, at, how, false, ""
}

// interruptAt interrupts the at-th statement from now.
func (d *faultyDisk) interruptAt(at int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.statements, d.interrupt, d.pending, d.broken, d.what = 0, at, false, false, ""
	d.ask(d.tls, 1)
}

// ask has every connection ask after so many instructions whether to go on; 0 has
// none ask, which is faster. No statement runs meanwhile.
func (d *faultyDisk) ask(tls *libc.TLS, instructions int32) {
	for db := range d.dbs {
		lib.Xsqlite3_progress_handler(tls, db, instructions, entry(statementGoesOn), 0)
	}
}

// mend makes everything work again and tells what went wrong.
func (d *faultyDisk) mend() (what string, broken bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.interrupt > 0 {
		d.ask(d.tls, 0)
	}
	d.at, d.interrupt, d.pending = 0, 0, false
	return d.what, d.broken
}

// next counts an operation and tells whether it goes wrong.
func (d *faultyDisk) next(file uintptr, op string) (harm, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	name, ours := d.files[file]
	if !ours {
		return harm{}, false
	}
	return d.step(op, name)
}

// nextPath is next for an operation on a path.
func (d *faultyDisk) nextPath(path, op string) (harm, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.folder == "" || !strings.HasPrefix(path, d.folder) {
		return harm{}, false
	}
	return d.step(op, path)
}

func (d *faultyDisk) step(op, name string) (harm, bool) {
	if d.at == 0 {
		return harm{}, false
	}
	d.count++
	switch {
	case d.broken && !d.how.stays, d.count < d.at, !d.how.does(op):
		return harm{}, false
	}
	if !d.broken {
		d.broken, d.what = true, op+" "+name[max(0, len(name)-12):]
	}
	return d.how, true
}

func (d *faultyDisk) opened(file uintptr, path string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.folder != "" && strings.HasPrefix(path, d.folder) {
		d.files[file] = path
	}
}

func (d *faultyDisk) closed(file uintptr) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.files, file)
}

// do makes one operation: done, failed, or something in between.
func (d *faultyDisk) do(file uintptr, op string, done func() int32) int32 {
	how, wrong := d.next(file, op)
	if !wrong {
		return done()
	}
	if how.late {
		done()
	}
	return how.code(op)
}

var installed sync.Once

// faulty installs the disk below all databases that are opened from now on and lets
// it fail in the folder, until the test is over.
func faulty(t *testing.T, folder string) *faultyDisk {
	t.Helper()
	installed.Do(func() {
		tls := libc.NewTLS()
		disk.tls = tls
		below := lib.Xsqlite3_vfs_find(tls, 0)
		vfs := libc.Xmalloc(tls, libc.Tsize_t(unsafe.Sizeof(lib.Tsqlite3_vfs{})))
		name, err := libc.CString("oms-faults")
		require.NoError(t, err)
		require.NotZero(t, vfs)
		system = *valueAt[lib.Tsqlite3_vfs](below)
		own := valueAt[lib.Tsqlite3_vfs](vfs)
		*own = system
		own.FzName, own.FxOpen, own.FxDelete, own.FxAccess = name, entry(diskOpen), entry(diskDelete), entry(diskAccess)
		require.Zero(t, lib.Xsqlite3_vfs_register(tls, vfs, 1))
		require.Zero(t, lib.Xsqlite3_auto_extension(tls, entry(diskWatch)))
	})
	disk.mu.Lock()
	defer disk.mu.Unlock()
	require.Empty(t, disk.folder, "one test at a time")
	disk.folder, disk.files, disk.dbs = folder, map[uintptr]string{}, map[uintptr]bool{}
	t.Cleanup(func() {
		disk.mu.Lock()
		defer disk.mu.Unlock()
		disk.folder, disk.at, disk.interrupt, disk.pending = "", 0, 0, false
	})
	return &disk
}

// What follows speaks to the engine, which is C that was translated into Go:
// pointers are numbers, and a function pointer points to a Go function value.

var system lib.Tsqlite3_vfs

// valueAt returns the value that a number points to.
func valueAt[T any](p uintptr) *T { return *(**T)(unsafe.Pointer(&p)) }

// entry returns the function pointer of a Go function.
func entry[F any](f F) uintptr { return *(*uintptr)(unsafe.Pointer(&f)) }

// function returns the Go function of a function pointer.
func function[F any](p uintptr) F { return *(*F)(unsafe.Pointer(&p)) }

// methods are a file's operations with those of the file system below behind them.
type methods struct {
	lib.Tsqlite3_io_methods
	below lib.Tsqlite3_io_methods
}

func below(file uintptr) *lib.Tsqlite3_io_methods {
	return &valueAt[methods](valueAt[lib.Tsqlite3_file](file).FpMethods).below
}

var (
	tables   sync.Mutex
	overlaid = map[uintptr]uintptr{} // methods of the file system below → ours
)

// overlay returns our methods over those of the file system below.
func overlay(tls *libc.TLS, from uintptr) uintptr {
	tables.Lock()
	defer tables.Unlock()
	if p := overlaid[from]; p != 0 {
		return p
	}
	p := libc.Xmalloc(tls, libc.Tsize_t(unsafe.Sizeof(methods{})))
	m := valueAt[methods](p)
	m.below = *valueAt[lib.Tsqlite3_io_methods](from)
	m.Tsqlite3_io_methods = m.below
	m.FxClose, m.FxRead, m.FxWrite, m.FxTruncate, m.FxSync = entry(fileClose), entry(fileRead), entry(fileWrite), entry(fileTruncate), entry(fileSync)
	m.FxFileSize, m.FxLock = entry(fileSize), entry(fileLock)
	if m.FiVersion >= 2 && m.FxShmMap != 0 {
		m.FxShmMap, m.FxShmLock = entry(fileShmMap), entry(fileShmLock)
	}
	overlaid[from] = p
	return p
}

type (
	openFunc   = func(tls *libc.TLS, vfs, name, file uintptr, flags int32, out uintptr) int32
	deleteFunc = func(tls *libc.TLS, vfs, name uintptr, sync int32) int32
	accessFunc = func(tls *libc.TLS, vfs, name uintptr, flags int32, out uintptr) int32
	closeFunc  = func(tls *libc.TLS, file uintptr) int32
	moveFunc   = func(tls *libc.TLS, file, data uintptr, n int32, offset int64) int32 // read and write
	lengthFunc = func(tls *libc.TLS, file uintptr, size int64) int32
	flagFunc   = func(tls *libc.TLS, file uintptr, flag int32) int32 // sync and lock
	sizeFunc   = func(tls *libc.TLS, file, out uintptr) int32
	mapFunc    = func(tls *libc.TLS, file uintptr, page, size, extend int32, out uintptr) int32
	shmFunc    = func(tls *libc.TLS, file uintptr, offset, n, flags int32) int32
)

func diskOpen(tls *libc.TLS, vfs, name, file uintptr, flags int32, out uintptr) int32 {
	path := ""
	if name != 0 {
		path = libc.GoString(name)
	}
	if how, wrong := disk.nextPath(path, "open"); wrong {
		valueAt[lib.Tsqlite3_file](file).FpMethods = 0
		return how.code("open")
	}
	rc := function[openFunc](system.FxOpen)(tls, vfs, name, file, flags, out)
	if f := valueAt[lib.Tsqlite3_file](file); rc == lib.SQLITE_OK && f.FpMethods != 0 {
		f.FpMethods = overlay(tls, f.FpMethods)
		disk.opened(file, path)
	}
	return rc
}

func diskDelete(tls *libc.TLS, vfs, name uintptr, sync int32) int32 {
	how, wrong := disk.nextPath(libc.GoString(name), "delete")
	if wrong && !how.late {
		return how.code("delete")
	}
	rc := function[deleteFunc](system.FxDelete)(tls, vfs, name, sync)
	if wrong {
		return how.code("delete")
	}
	return rc
}

func diskAccess(tls *libc.TLS, vfs, name uintptr, flags int32, out uintptr) int32 {
	if how, wrong := disk.nextPath(libc.GoString(name), "access"); wrong {
		return how.code("access")
	}
	return function[accessFunc](system.FxAccess)(tls, vfs, name, flags, out)
}

func fileClose(tls *libc.TLS, file uintptr) int32 {
	disk.closed(file)
	return function[closeFunc](below(file).FxClose)(tls, file)
}

func fileRead(tls *libc.TLS, file, data uintptr, n int32, offset int64) int32 {
	return disk.do(file, "read", func() int32 { return function[moveFunc](below(file).FxRead)(tls, file, data, n, offset) })
}

func fileWrite(tls *libc.TLS, file, data uintptr, n int32, offset int64) int32 {
	write := func(n int32) int32 { return function[moveFunc](below(file).FxWrite)(tls, file, data, n, offset) }
	how, wrong := disk.next(file, "write")
	switch {
	case !wrong:
		return write(n)
	case how.late:
		write(n)
	case how.part:
		write(n / 2)
	}
	return how.code("write")
}

func fileTruncate(tls *libc.TLS, file uintptr, size int64) int32 {
	return disk.do(file, "truncate", func() int32 { return function[lengthFunc](below(file).FxTruncate)(tls, file, size) })
}

// fileSync does not wait for the real disk: nobody pulls the plug in a test.
func fileSync(_ *libc.TLS, file uintptr, _ int32) int32 {
	return disk.do(file, "sync", func() int32 { return lib.SQLITE_OK })
}

func fileSize(tls *libc.TLS, file, out uintptr) int32 {
	return disk.do(file, "size", func() int32 { return function[sizeFunc](below(file).FxFileSize)(tls, file, out) })
}

func fileLock(tls *libc.TLS, file uintptr, level int32) int32 {
	return disk.do(file, "lock", func() int32 { return function[flagFunc](below(file).FxLock)(tls, file, level) })
}

func fileShmMap(tls *libc.TLS, file uintptr, page, size, extend int32, out uintptr) int32 {
	return disk.do(file, "shmmap", func() int32 { return function[mapFunc](below(file).FxShmMap)(tls, file, page, size, extend, out) })
}

// fileShmLock fails to lock, never to unlock: the system's own cannot either.
func fileShmLock(tls *libc.TLS, file uintptr, offset, n, flags int32) int32 {
	lock := func() int32 { return function[shmFunc](below(file).FxShmLock)(tls, file, offset, n, flags) }
	switch {
	case flags&lib.SQLITE_SHM_LOCK == 0:
		return lock()
	case flags&lib.SQLITE_SHM_EXCLUSIVE == 0:
		return disk.do(file, "shmread", lock)
	}
	return disk.do(file, "shmlock", lock)
}

// diskWatch is called with every new connection.
func diskWatch(tls *libc.TLS, db, _, _ uintptr) int32 {
	path := ""
	if name := lib.Xsqlite3_db_filename(tls, db, 0); name != 0 {
		path = libc.GoString(name)
	}
	disk.mu.Lock()
	defer disk.mu.Unlock()
	if disk.folder == "" || !strings.HasPrefix(path, disk.folder) {
		return lib.SQLITE_OK
	}
	disk.dbs[db] = true
	lib.Xsqlite3_trace_v2(tls, db, lib.SQLITE_TRACE_STMT|lib.SQLITE_TRACE_CLOSE, entry(diskTrace), 0)
	if disk.interrupt > 0 {
		lib.Xsqlite3_progress_handler(tls, db, 1, entry(statementGoesOn), 0)
	}
	return lib.SQLITE_OK
}

// diskTrace hears of every statement that begins, and of connections that close.
func diskTrace(_ *libc.TLS, event uint32, _, of, sql uintptr) int32 {
	disk.mu.Lock()
	defer disk.mu.Unlock()
	switch {
	case event == lib.SQLITE_TRACE_CLOSE:
		delete(disk.dbs, of)
	case disk.interrupt > 0:
		if disk.statements++; disk.statements == disk.interrupt {
			disk.pending, disk.broken, disk.what = true, true, libc.GoString(sql)
		}
	}
	return 0
}

// statementGoesOn is asked while a statement runs, and once more when all that it
// does is done.
func statementGoesOn(*libc.TLS, uintptr) int32 {
	disk.mu.Lock()
	defer disk.mu.Unlock()
	if disk.pending {
		disk.pending = false
		return 1
	}
	return 0
}
