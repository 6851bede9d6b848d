package sqlite

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
)

// pathOf returns the absolute path of the file that u names.
func pathOf(u *url.URL) (string, error) {
	if u.User != nil || u.Host != "" {
		return "", errors.New("sqlite: URL: a file has neither host nor user: write sqlite:relative/path.db or sqlite:///absolute/path.db")
	}
	if u.Fragment != "" {
		return "", errors.New("sqlite: URL: no fragment expected: write # in a path as %23")
	}
	if err := checkParameters(u); err != nil {
		return "", err
	}
	path, err := url.PathUnescape(u.Opaque)
	if err != nil {
		return "", errors.New("sqlite: URL: the path has a bad escape: write % as %25")
	}
	path = cmp.Or(path, u.Path)
	switch {
	case path == "":
		return "", errors.New("sqlite: URL: the path is missing: write sqlite:relative/path.db or sqlite:///absolute/path.db")
	case strings.HasSuffix(path, "/"):
		return "", errors.New("sqlite: URL: the path names a directory")
	case path == ":memory:":
		return "", errors.New("sqlite: URL: a store in memory would not be durable")
	case strings.ContainsRune(path, 0):
		return "", errors.New("sqlite: URL: the path holds a NUL")
	}
	return filepath.Abs(path)
}

func checkParameters(u *url.URL) error {
	parameters, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return errors.New("sqlite: URL: the parameters cannot be read")
	}
	for _, name := range slices.Sorted(maps.Keys(parameters)) {
		if name != "local" {
			return fmt.Errorf("sqlite: URL: unknown parameter %q: there is only local", name)
		}
		for _, value := range parameters[name] {
			if value != "true" && value != "false" {
				return errors.New("sqlite: URL: parameter local: want true or false")
			}
		}
	}
	return nil
}

// dsn returns what the driver calls the file. Its journal gets the permissions of
// the file (modeof), or else it would be readable by everybody.
func dsn(path, mode, vfs string) string {
	escaped := strings.ReplaceAll(url.QueryEscape(path), "+", "%20") // SQLite takes + as it is
	return "file:" + escaped + "?mode=" + mode + "&modeof=" + escaped + "&vfs=" + vfs
}
