package dir_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/fallback"
	"github.com/vodevents/vodevents/shared/fallback/dir"
)

// disk is the operating system's, and notes what is durable: what a power failure leaves.
// It can fail at any step.
type disk struct {
	dir.System

	steps  int             // so far
	fail   int             // the step that fails, from 1; 0: none
	synced map[string]bool // paths of files whose content is durable
	named  map[string]bool // paths under which something is durable
	fresh  []string        // paths that came to be since their directory was synced
}

var errDisk = errors.New("input/output error")

func newDisk(fail int) *disk {
	return &disk{fail: fail, synced: map[string]bool{}, named: map[string]bool{}}
}

// step counts a step and says whether it fails.
func (d *disk) step() error {
	if d.steps++; d.steps == d.fail {
		return errDisk
	}
	return nil
}

func (d *disk) CreateTemp(parent, pattern string) (dir.File, error) {
	if err := d.step(); err != nil {
		return nil, err
	}
	f, err := d.System.CreateTemp(parent, pattern)
	if err != nil {
		return nil, err
	}
	return &writing{File: f, disk: d}, nil
}

func (d *disk) Mkdir(path string, perm fs.FileMode) error {
	if err := d.step(); err != nil {
		return err
	}
	d.fresh = append(d.fresh, path)
	return d.System.Mkdir(path, perm)
}

func (d *disk) Rename(from, to string) error {
	if err := d.step(); err != nil {
		return err
	}
	d.synced[to] = d.synced[from]
	d.fresh = append(d.fresh, to)
	return d.System.Rename(from, to)
}

func (d *disk) SyncDirectory(path string) error {
	if err := d.step(); err != nil {
		return err
	}
	for _, name := range d.fresh {
		if filepath.Dir(name) == path {
			d.named[name] = true
		}
	}
	return d.System.SyncDirectory(path)
}

// writing is a file that may fail in the middle of a write.
type writing struct {
	dir.File

	disk *disk
}

func (w *writing) Write(b []byte) (int, error) {
	if err := w.disk.step(); err != nil {
		n, _ := w.File.Write(b[:len(b)/2])
		return n, err
	}
	return w.File.Write(b)
}

func (w *writing) Sync() error {
	if err := w.disk.step(); err != nil {
		return err
	}
	w.disk.synced[w.Name()] = true
	return w.File.Sync()
}

func (w *writing) Close() error {
	return errors.Join(w.disk.step(), w.File.Close())
}

// TestPowerFailure: when Put returns nil, the content, its name and that of the directory
// are durable; and no name is given before the content is.
func TestPowerFailure(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "spool")
	d := newDisk(0)
	f := dir.OpenOn(d, path)
	require.NoError(t, f.Put(t.Context(), []byte("hello")))
	file := filepath.Join(path, nameOfHello)
	require.True(t, d.synced[file], "its content was synced before it got its name")
	require.True(t, d.named[file], "its name was synced")
	require.True(t, d.named[path], "the name of the directory was synced")

	require.NoError(t, os.RemoveAll(path))
	delete(d.named, path)
	require.NoError(t, f.Put(t.Context(), []byte("hello")))
	require.True(t, d.named[path], "somebody has removed it, and it was made again")

	d = newDisk(0)
	require.NoError(t, d.Mkdir(filepath.Join(t.TempDir(), "made"), 0o700))
	made := d.fresh[0]
	require.NoError(t, dir.OpenOn(d, made).Put(t.Context(), []byte("hello")))
	require.True(t, d.named[made], "somebody was killed who had made it")
}

// TestDiskFails at each step: Put says so, nothing is left that is not whole, and the next
// Put works.
func TestDiskFails(t *testing.T) {
	t.Parallel()
	count := newDisk(0)
	require.NoError(t, dir.OpenOn(count, filepath.Join(t.TempDir(), "spool")).Put(t.Context(), []byte("hello")))
	require.Equal(t, 9, count.steps, "no file, directory, its name; file, write, sync, close, rename, its name")
	for step := 1; step <= count.steps; step++ {
		t.Run(strconv.Itoa(step), func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "spool")
			f := dir.OpenOn(newDisk(step), path)
			err := f.Put(t.Context(), []byte("hello"))
			require.ErrorIs(t, err, errDisk)
			require.True(t, strings.HasPrefix(err.Error(), "dir: put: "), err)
			require.NotErrorIs(t, err, fallback.ErrRefused)
			if left, err := os.ReadDir(path); err == nil {
				for _, e := range left {
					require.Equal(t, nameOfHello, e.Name(), "nothing is left under a temporary name")
				}
			}
			_, err = drain(t, f)
			require.NoError(t, err, "what is there is whole")

			require.NoError(t, f.Put(t.Context(), []byte("hello")))
			n, err := f.Drain(t.Context(), func(_ context.Context, items []fallback.Item) []error {
				require.Equal(t, "hello", string(items[0].Body))
				return make([]error, len(items))
			})
			require.NoError(t, err)
			require.Equal(t, 1, n)
		})
	}
}
