package sqlite

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/go-oms/oms/storage"
)

// The parts of SQLite's files that are read here, as its file format describes them.
const (
	magic       = "SQLite format 3\x00"
	logMagic    = 0x377f0682 // one more when its checksums are of big-endian numbers
	headerSize  = 100
	walHeader   = 32
	frameHeader = 24
	indexHeader = 48 // of the index that processes share
)

// Inspect looks at a file and its write-ahead log as they lie on the disk. It must be
// called before anything opens them: opening drops the end of a log that is torn
// without a word, and with it what was acknowledged. It must not be called in a process
// that has the file open: closing a file drops the locks that its process has on it.
// A file that is not there is reported as such; the error is that of the disk.
func Inspect(ctx context.Context, path string) ([]storage.Finding, error) {
	file, err := inspectFile(path)
	if err != nil || !file.OK {
		return []storage.Finding{file}, err
	}
	log, err := inspectLog(ctx, path)
	return []storage.Finding{file, log}, err
}

// inspectFile holds a file's size against what its header says.
func inspectFile(path string) (f storage.Finding, err error) {
	f = storage.Finding{Topic: storage.Integrity, Name: "file", Want: "a SQLite file with all its pages"}
	header, size, err := beginning(path, headerSize)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		f.Value = "not there"
		return f, nil
	case err != nil:
		return f, err
	case size == 0:
		f.Value, f.OK = "empty", true // it is about to become one
		return f, nil
	case len(header) < headerSize || string(header[:len(magic)]) != magic:
		f.Value = "no SQLite file"
		return f, nil
	}
	pageSize := int64(binary.BigEndian.Uint16(header[16:]))
	if pageSize == 1 {
		pageSize = 65536
	}
	pages := int64(binary.BigEndian.Uint32(header[28:]))
	counted := bytes.Equal(header[24:28], header[92:96]) // whoever wrote last has counted the pages
	f.Value, f.OK = fmt.Sprintf("%d pages", size/max(pageSize, 1)), true
	switch {
	case pageSize < 512:
		f.Value, f.OK = fmt.Sprintf("pages of %d bytes", pageSize), false
	case !logged(path) && (size%pageSize != 0 || counted && size < pages*pageSize):
		f.Value, f.OK = fmt.Sprintf("%d bytes, cut off: it had %d pages of %d", size, pages, pageSize), false
	}
	return f, nil
}

// logged reports whether there is a log, in which pages may be that the file lacks.
func logged(path string) bool {
	info, err := os.Stat(path + "-wal")
	return err == nil && info.Size() > 0
}

// beginning reads the first bytes of a file, as far as there are so many.
func beginning(path string, n int) (begin []byte, size int64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, 0, err
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return nil, 0, err
	}
	begin = make([]byte, n)
	n, err = io.ReadFull(f, begin)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil
	}
	return begin[:n], info.Size(), err
}

// inspectLog holds the frames of a log that are whole against how many there were when
// a process last wrote: the index beside it knows.
func inspectLog(ctx context.Context, path string) (storage.Finding, error) {
	f := storage.Finding{Topic: storage.Integrity, Name: "write-ahead log", Value: "in use", Want: "every frame that was written", OK: true}
	for try := range 10 { // others may begin a new log, or end the last one, meanwhile
		index, _, err := beginning(path+"-shm", indexHeader)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return f, err
		}
		l, err := readLog(path + "-wal")
		if err != nil {
			return f, err
		}
		switch written := l.written(index); {
		case written < 0, written > l.frames && try < 9:
			if err := pause(ctx, 5*time.Millisecond); err != nil {
				return f, err
			}
			continue
		case written > l.frames:
			f.Value, f.OK = fmt.Sprintf("%d frames: it is damaged or cut off, there were %d", l.frames, written), false
		case l.torn && len(index) < indexHeader:
			f.Value, f.OK = fmt.Sprintf("%d frames and one that is torn, and no index that knows how many there were", l.frames), false
		default:
			f.Value = fmt.Sprintf("%d frames", l.frames)
		}
		return f, nil
	}
	return f, nil
}

// writeAhead is what a log turns out to be.
type writeAhead struct {
	salt   []byte // of its frames; nil when it has no header
	frames int64  // that are whole, from the first
	torn   bool   // the next one is of the same log and is not whole
}

// written returns how many frames of the log there were by its index: below zero when
// that is about another log, and nothing when there is none.
func (l *writeAhead) written(index []byte) int64 {
	if len(index) < indexHeader {
		return 0
	}
	n := int64(binary.NativeEndian.Uint32(index[16:]))
	if n > 0 && l.salt != nil && !bytes.Equal(l.salt, index[32:40]) {
		return -1
	}
	return n
}

// readLog reads a log from its beginning as far as it is whole.
func readLog(path string) (l writeAhead, err error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return l, nil
	}
	if err != nil {
		return l, err
	}
	defer func() { _ = f.Close() }()
	return scanLog(bufio.NewReaderSize(f, 1<<16))
}

func scanLog(in io.Reader) (l writeAhead, err error) {
	header := make([]byte, walHeader)
	if _, err := io.ReadFull(in, header); err != nil {
		return l, unlessEnd(err)
	}
	sum := checksum{order: binary.LittleEndian}
	if header[3]&1 == 1 {
		sum.order = binary.BigEndian
	}
	pageSize := int64(binary.BigEndian.Uint32(header[8:]))
	if binary.BigEndian.Uint32(header)&^1 != logMagic || pageSize < 512 || pageSize > 65536 || !sum.add(header[:24]).is(header[24:]) {
		return l, nil
	}
	l.salt = header[16:24]
	frame := make([]byte, frameHeader+pageSize)
	for {
		n, err := io.ReadFull(in, frame)
		if n < frameHeader || !bytes.Equal(frame[8:16], l.salt) {
			return l, unlessEnd(err) // the rest is of an earlier log
		}
		if err != nil || !sum.add(frame[:8]).add(frame[frameHeader:]).is(frame[16:24]) {
			l.torn = true
			return l, unlessEnd(err)
		}
		l.frames++
	}
}

func unlessEnd(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return err
}

// checksum is that of a log, which goes on from frame to frame.
type checksum struct {
	order  binary.ByteOrder
	s1, s2 uint32
}

func (c *checksum) add(data []byte) *checksum {
	for ; len(data) >= 8; data = data[8:] {
		c.s1 += c.order.Uint32(data) + c.s2
		c.s2 += c.order.Uint32(data[4:]) + c.s1
	}
	return c
}

func (c *checksum) is(stored []byte) bool {
	return binary.BigEndian.Uint32(stored) == c.s1 && binary.BigEndian.Uint32(stored[4:]) == c.s2
}
