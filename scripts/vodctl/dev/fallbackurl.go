package dev

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"path/filepath"
)

// fallbackURLs returns the URL of the directory in which events wait that the store
// does not take, for people, and that for the functions. Each store has one of its own:
// what waits gets into the store of whoever drains it.
func fallbackURLs(store string) (shown, forFunctions string, err error) {
	path := StoreFile(store) + "-fallback"
	if StoreFile(store) == "" {
		cache, err := CacheDir()
		if err != nil {
			return "", "", err
		}
		sum := sha256.Sum256([]byte(store))
		path = filepath.Join(cache, "fallback-"+hex.EncodeToString(sum[:8]))
	}
	u := url.URL{Scheme: "dir", OmitHost: true, Path: filepath.ToSlash(path)}
	shown = u.String()
	u.RawQuery = "local=true" // the disk lasts
	return shown, u.String(), nil
}
