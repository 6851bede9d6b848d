package dir

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// temporary is the pattern of the names of files that are being written.
const temporary = "put-*.tmp"

// disk is the operating system as far as Put uses it.
type disk interface {
	CreateTemp(dir, pattern string) (file, error)
	Mkdir(path string, perm fs.FileMode) error
	Rename(from, to string) error
	Remove(path string) error
	// SyncDirectory makes the names in a directory durable.
	SyncDirectory(path string) error
}

// file is a file that is being written.
type file interface {
	io.WriteCloser

	Name() string // its path
	Sync() error
}

// write makes a file durable. It replaces one of that name, which may be damaged. An
// error may leave the file there, but never a part of it.
func write(d disk, dir, name string, body []byte) error {
	temp, err := create(d, dir)
	if err != nil {
		return err
	}
	err = fill(temp, body)
	if err == nil {
		err = d.Rename(temp.Name(), filepath.Join(dir, name))
	}
	if err != nil {
		return errors.Join(err, d.Remove(temp.Name()))
	}
	return d.SyncDirectory(dir)
}

// create creates a file under a temporary name, and the directory if it is not there.
func create(d disk, dir string) (file, error) {
	temp, err := d.CreateTemp(dir, temporary)
	if !errors.Is(err, fs.ErrNotExist) {
		return temp, err
	}
	if err := d.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	return d.CreateTemp(dir, temporary)
}

// fill writes, syncs and closes a file.
func fill(f file, body []byte) error {
	_, err := f.Write(body)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// system is the operating system itself.
type system struct{}

func (system) CreateTemp(dir, pattern string) (file, error) {
	f, err := os.CreateTemp(dir, pattern) // which only its owner may read
	if err != nil {
		return nil, err
	}
	return f, nil
}

func (system) Mkdir(path string, perm fs.FileMode) error { return os.Mkdir(path, perm) }
func (system) Rename(from, to string) error              { return os.Rename(from, to) }
func (system) Remove(path string) error                  { return os.Remove(path) }
func (system) SyncDirectory(path string) error           { return syncDirectory(path) }
