package dir

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// pathOf returns the absolute path of the directory that u names.
func pathOf(u *url.URL) (string, error) {
	if u.User != nil || u.Host != "" {
		return "", errors.New("dir: URL: a directory has neither host nor user: write dir:relative/path or dir:///absolute/path")
	}
	if u.Fragment != "" {
		return "", errors.New("dir: URL: no fragment expected: write # in a path as %23")
	}
	if err := checkParameters(u.RawQuery); err != nil {
		return "", err
	}
	path, err := url.PathUnescape(u.Opaque)
	if err != nil {
		return "", errors.New("dir: URL: the path has a bad escape: write % as %25")
	}
	path = cmp.Or(path, u.Path)
	switch {
	case path == "":
		return "", errors.New("dir: URL: the path is missing: write dir:relative/path or dir:///absolute/path")
	case strings.ContainsRune(path, 0):
		return "", errors.New("dir: URL: the path holds a NUL")
	}
	return filepath.Abs(path)
}

// parameter is what names of parameters look like, and few secrets do.
var parameter = regexp.MustCompile(`^[a-z][a-z._+-]{0,20}$`)

func checkParameters(rawQuery string) error {
	parameters, err := url.ParseQuery(rawQuery)
	if err != nil {
		return errors.New("dir: URL: the parameters cannot be read")
	}
	for _, name := range slices.Sorted(maps.Keys(parameters)) {
		if name != "local" {
			if !parameter.MatchString(name) {
				return errors.New("dir: URL: unknown parameter: there is only local")
			}
			return fmt.Errorf("dir: URL: unknown parameter %q: there is only local", name)
		}
		if len(parameters[name]) > 1 {
			return errors.New("dir: URL: parameter local is there twice")
		}
		if value := parameters.Get(name); value != "true" && value != "false" {
			return errors.New("dir: URL: parameter local: want true or false")
		}
	}
	return nil
}
