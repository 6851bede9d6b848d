package dir

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// temporary is the pattern of the names of files that are being written.
const temporary = "put-*.tmp"

// write makes a file durable. It replaces one of that name, which may be damaged.
func write(dir, name string, body []byte) error {
	file, err := create(dir)
	if err != nil {
		return err
	}
	err = fill(file, body)
	if err == nil {
		err = os.Rename(file.Name(), filepath.Join(dir, name))
	}
	if err != nil {
		return errors.Join(err, removed(file.Name()))
	}
	return syncDirectory(dir)
}

// create creates a file under a temporary name, and the directory if it is not there.
func create(dir string) (*os.File, error) {
	file, err := os.CreateTemp(dir, temporary)
	if !errors.Is(err, fs.ErrNotExist) {
		return file, err
	}
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	if err := syncDirectory(filepath.Dir(dir)); err != nil {
		return nil, err
	}
	return os.CreateTemp(dir, temporary)
}

// fill writes, syncs and closes a file.
func fill(file *os.File, body []byte) error {
	_, err := file.Write(body)
	if err == nil {
		err = file.Sync()
	}
	return errors.Join(err, file.Close())
}

// removed removes a file. That it is not there is no error.
func removed(path string) error {
	if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
