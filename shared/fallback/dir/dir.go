// Package dir is a fallback that keeps bodies as files in a directory of the disk: for
// a server, a container with a volume, and vodctl dev. The disk of a function goes with
// its instance, so that a deployed function needs another fallback.
//
// # URL
//
//	dir:/var/spool/vod    absolute, also as dir:///var/spool/vod
//	dir:spool             relative to the working directory
//
// The directory is made by the first Put, readable by its owner only; the one that it
// is in has to exist. Several processes may use it at the same time. The one parameter,
// local=true, says that the disk is durable even though this is a function; it changes
// nothing here.
//
// # Files
//
// Each body is a file, readable by its owner only, whose name is the SHA-256 of the
// body in hexadecimal digits; a body that is put again is the same file. A body has up
// to [fallback.MaxBody] bytes. Landed is the time at which the file was last written.
//
// Put writes a file called put-<number>.tmp, syncs it, renames it, and syncs the
// directory: when it returns nil the body survives a crash of the machine. Windows cannot
// sync a directory; a body may be lost there if the machine crashes within moments.
//
// What a crash leaves behind under a temporary name was never put. It is not drained;
// Drain and Waiting remove it when it is an hour old. Files with other names are left alone, and so is
// whatever is no regular file.
//
// # Failures
//
// A full disk, one that is read-only, and a directory that cannot be made fail the Put
// and leave no file. Put, Drain and Waiting return when their context ends, also if the
// disk does not answer; up to 32 calls of the operating system are under way at a time,
// and those that hang go on until the disk answers: a body may wait after all then.
//
// A file that cannot be read, or whose content is not that of its name, is reported by
// each Drain, stays, and holds up no other. Look at it, and remove it by hand. There is
// no network in this, and there are no credentials.
package dir

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"path/filepath"
	"sync/atomic"

	"github.com/vodevents/vodevents/shared/fallback"
	"github.com/vodevents/vodevents/shared/fallback/internal/handover"
)

func init() {
	fallback.Register("dir", func(u *url.URL) (fallback.Fallback, error) { return Open(u) })
}

// Fallback is a directory.
type Fallback struct {
	path  string // absolute
	disk  disk
	slots chan struct{} // one for each piece of work on the disk that is under way
	led   atomic.Bool   // the directory that the directory is in was synced
}

var _ fallback.Fallback = (*Fallback)(nil)

// Open returns the fallback with the given URL. It does not touch the disk.
func Open(u *url.URL) (*Fallback, error) {
	path, err := pathOf(u)
	if err != nil {
		return nil, err
	}
	return open(path, system{}), nil
}

func open(path string, d disk) *Fallback {
	return &Fallback{path: path, disk: d, slots: make(chan struct{}, atOnce)}
}

// Put keeps a body as a file, see [fallback.Fallback].
func (f *Fallback) Put(ctx context.Context, body []byte) error {
	if len(body) > fallback.MaxBody {
		return fmt.Errorf("%w: dir: over %d bytes", fallback.ErrRefused, fallback.MaxBody)
	}
	body = bytes.Clone(body) // the disk may take longer than the caller waits
	_, err := do(ctx, f, func() (struct{}, error) { return struct{}{}, f.keep(body) })
	return wrap("put", err)
}

// keep makes a file of a body, durable with all directories that lead to it. The one
// that the directory is in is synced by each process once: who made the directory may
// have been killed before.
func (f *Fallback) keep(body []byte) error {
	made, err := write(f.disk, f.path, handover.Name(body), body)
	if made { // anew, perhaps
		f.led.Store(false)
	}
	if err != nil || f.led.Load() {
		return err
	}
	err = f.disk.SyncDirectory(filepath.Dir(f.path))
	if errors.Is(err, fs.ErrPermission) { // then somebody else made it, long ago
		err = nil
	}
	f.led.Store(err == nil)
	return err
}

// Drain hands over what waits, see [fallback.Fallback].
func (f *Fallback) Drain(ctx context.Context, take fallback.Take) (int, error) {
	n, err := handover.Drain(ctx, place{f}, take)
	return n, wrap("drain", err)
}

// Waiting counts the files, see [fallback.Fallback], when it has seen that one could be
// made.
func (f *Fallback) Waiting(ctx context.Context) (int, error) {
	if _, err := do(ctx, f, func() (struct{}, error) { return struct{}{}, probe(f.path) }); err != nil {
		return 0, wrap("try", err)
	}
	n := 0
	for page, err := range (place{f}).List(ctx) {
		if err != nil {
			return n, wrap("count", err)
		}
		n += len(page)
	}
	return n, nil
}

// Close does nothing: no file is open between calls.
func (f *Fallback) Close() error { return nil }

func wrap(operation string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("dir: %s: %w", operation, err)
}
