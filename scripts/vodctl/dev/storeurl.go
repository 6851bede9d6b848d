package dev

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"github.com/vodevents/vodevents/shared/store"
)

// FileStore returns the URL of a SQLite store in a file.
func FileStore(path string) string {
	u := url.URL{Scheme: "sqlite", OmitHost: true, Path: filepath.ToSlash(path)}
	return u.String()
}

// CacheDir returns the directory in which dev keeps its files, and makes it.
func CacheDir() (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	dir = filepath.Join(dir, "vodevents")
	return dir, os.MkdirAll(dir, 0o700)
}

// DefaultFile returns the file of the store that dev uses if it is not told which.
func DefaultFile() (string, error) {
	dir, err := CacheDir()
	return filepath.Join(dir, "dev.db"), err
}

// StoreFile returns the path of the file that a SQLite store's URL names; "" if it
// names none.
func StoreFile(rawURL string) string {
	u, err := url.Parse(rawURL)
	if err != nil || u.Scheme != "sqlite" {
		return ""
	}
	path, err := filePath(u)
	if err != nil {
		return ""
	}
	return path
}

// filePath returns the path in the URL of a SQLite store.
func filePath(u *url.URL) (string, error) {
	path, err := url.PathUnescape(u.Opaque)
	if err != nil {
		return "", errors.New("the store's URL has a bad escape: write % as %25")
	}
	return filepath.FromSlash(cmp.Or(path, u.Path)), nil
}

// storeURLs returns the URL of a store for people, and that for the functions,
// which run in another directory and may use SQLite only if told that the disk
// lasts.
func storeURLs(raw string) (shown, forFunctions string, err error) {
	u, err := url.Parse(raw)
	if err != nil {
		return "", "", errors.New("the store's URL cannot be read: write it such as sqlite:vod.db")
	}
	if u.Scheme != "sqlite" {
		return raw, raw, nil
	}
	if u.Opaque != "" {
		path, err := filePath(u)
		if err != nil {
			return "", "", err
		}
		if path, err = filepath.Abs(path); err != nil {
			return "", "", err
		}
		u.Opaque, u.Path, u.OmitHost = "", filepath.ToSlash(path), true
	}
	query := u.Query()
	query.Del("local")
	u.RawQuery = query.Encode()
	shown = u.String()
	query.Set("local", "true")
	u.RawQuery = query.Encode()
	return shown, u.String(), nil
}

// migrate makes the tables of the store.
func migrate(ctx context.Context, rawURL string) error {
	s, err := store.Open(rawURL)
	if err != nil {
		return err
	}
	if m, ok := s.(store.Migrator); ok {
		err = m.Migrate(ctx)
	}
	if err := errors.Join(err, s.Close()); err != nil {
		return fmt.Errorf("migrate the store: %w", err)
	}
	return nil
}
