//go:build !windows

package dir

import (
	"errors"
	"os"
)

// syncDirectory makes the names in a directory durable.
func syncDirectory(path string) error {
	d, err := os.Open(path) //nolint:gosec // the directory of the URL, or the one that it is in
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
