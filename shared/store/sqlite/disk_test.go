package sqlite_test

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/vfs"
	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/store/sqlite"
)

// disk is a [vfs.VFS] on a disk that loses what was not synced when the power
// fails. Its files are real ones, which show what a process sees; what is durable
// is noted beside them.
type disk struct {
	vfs.VFSFilename // the operating system's
	name            string
	unshared        bool // there is no shared memory

	mu     sync.Mutex
	files  map[string]*contents // by base name
	before func(operation, name string)
}

// contents is what is durable of a file, and what was done to it since.
type contents struct {
	durable []byte
	pending []func([]byte) []byte
}

// newDisk registers a disk until the end of the test.
func newDisk(t *testing.T) *disk {
	t.Helper()
	system, ok := vfs.Find("os").(vfs.VFSFilename)
	require.True(t, ok)
	d := &disk{VFSFilename: system, files: map[string]*contents{}}
	d.name = fmt.Sprintf("disk-%p", d)
	vfs.Register(d.name, d)
	t.Cleanup(func() { vfs.Unregister(d.name) })
	return d
}

// open opens the store in the directory.
func (d *disk) open(t *testing.T, dir string) *sqlite.Store {
	t.Helper()
	s, err := sqlite.OpenVFS(filepath.Join(dir, "vod.db"), d.name)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

// OpenFilename implements [vfs.VFSFilename].
func (d *disk) OpenFilename(name *vfs.Filename, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	f, flags, err := d.VFSFilename.OpenFilename(name, flags)
	if err != nil || name == nil {
		return f, flags, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	base := filepath.Base(name.String())
	if d.files[base] == nil {
		d.files[base] = &contents{}
	}
	return &diskFile{File: f, disk: d, name: base}, flags, nil
}

// Delete implements [vfs.VFS]. It is durable at once.
func (d *disk) Delete(name string, syncDir bool) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.files, filepath.Base(name))
	return d.VFSFilename.Delete(name, syncDir)
}

// do notes a change of a file, or, without one, that the file is synced.
func (d *disk) do(operation, name string, change func([]byte) []byte) {
	if d.before != nil {
		d.before(operation, name)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	c := d.files[name]
	switch {
	case c == nil: // it was deleted
	case change != nil:
		c.pending = append(c.pending, change)
	default:
		c.durable, c.pending = c.after(func() bool { return true }), nil
	}
}

// after returns what is durable with those of the pending changes that are kept.
func (c *contents) after(keep func() bool) []byte {
	b := slices.Clone(c.durable)
	for _, change := range c.pending {
		if keep() {
			b = change(b)
		}
	}
	return b
}

// powerOff writes to dir what is left when the power fails now: what was synced,
// and what is kept of the rest.
func (d *disk) powerOff(dir string, keep func() bool) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	var errs []error
	for name, c := range d.files {
		errs = append(errs, os.WriteFile(filepath.Join(dir, name), c.after(keep), 0o600))
	}
	return errors.Join(errs...)
}

// kill writes to dir what other processes see when the process is killed now, and
// lets other know what of it is durable.
func (d *disk) kill(dir string, other *disk) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	other.files = maps.Clone(d.files)
	var errs []error
	for name, c := range d.files {
		other.files[name] = &contents{durable: slices.Clone(c.durable), pending: slices.Clone(c.pending)}
		all := c.after(func() bool { return true })
		errs = append(errs, os.WriteFile(filepath.Join(dir, name), all, 0o600))
	}
	return errors.Join(errs...)
}

// diskFile is a file on a disk.
type diskFile struct {
	vfs.File
	disk *disk
	name string
}

func (f *diskFile) WriteAt(p []byte, off int64) (int, error) {
	p = slices.Clone(p)
	f.disk.do("write", f.name, func(b []byte) []byte {
		b = append(b, make([]byte, max(0, int(off)+len(p)-len(b)))...)
		copy(b[off:], p)
		return b
	})
	return f.File.WriteAt(p, off)
}

func (f *diskFile) Truncate(size int64) error {
	f.disk.do("truncate", f.name, func(b []byte) []byte { return b[:min(len(b), int(size))] })
	return f.File.Truncate(size)
}

// Sync leaves the real file alone, whose machine will not fail.
func (f *diskFile) Sync(vfs.SyncFlag) error {
	f.disk.do("sync", f.name, nil)
	return nil
}

// HasMoved implements [vfs.FileHasMoved].
func (f *diskFile) HasMoved() (bool, error) {
	file, ok := f.File.(vfs.FileHasMoved)
	if !ok {
		return false, sqlite3.NOTFOUND
	}
	return file.HasMoved()
}

// SharedMemory implements [vfs.FileSharedMemory].
func (f *diskFile) SharedMemory() vfs.SharedMemory {
	if file, ok := f.File.(vfs.FileSharedMemory); ok && !f.disk.unshared {
		return file.SharedMemory()
	}
	return nil
}
