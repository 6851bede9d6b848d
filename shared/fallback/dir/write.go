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

// write makes a file durable, and says whether it made the directory for it. It replaces
// one of that name, which may be damaged. An error may leave the file there, but never a
// part of it.
func write(d disk, dir, name string, body []byte) (made bool, err error) {
	temp, made, err := create(d, dir)
	if err != nil {
		return made, err
	}
	err = fill(temp, body)
	if err == nil {
		err = d.Rename(temp.Name(), filepath.Join(dir, name))
	}
	if err != nil {
		return made, errors.Join(err, d.Remove(temp.Name()))
	}
	return made, d.SyncDirectory(dir)
}

// create creates a file under a temporary name, and the directory if it is not there.
func create(d disk, dir string) (temp file, made bool, err error) {
	temp, err = d.CreateTemp(dir, temporary)
	if !errors.Is(err, fs.ErrNotExist) {
		return temp, false, err
	}
	if err := d.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, false, err
	}
	temp, err = d.CreateTemp(dir, temporary)
	return temp, true, err
}

// probe finds out whether a file could be made in the directory, or the directory, if it
// is not there.
func probe(dir string) error {
	temp, err := os.CreateTemp(dir, temporary)
	if errors.Is(err, fs.ErrNotExist) {
		_, err = os.Stat(filepath.Dir(dir))
		return err
	}
	if err != nil {
		return err
	}
	return errors.Join(temp.Close(), os.Remove(temp.Name()))
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
