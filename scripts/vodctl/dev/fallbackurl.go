package dev

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/url"
	"path/filepath"

	"github.com/vodevents/vodevents/shared/fallback"
)

// inQueue is the setting of a fallback that stands for the local queue.
const inQueue = "mns"

// fallbackURLs returns the URL of the place in which events wait that the store does not
// take, for people, and that for the functions, which run in another directory.
func (l *Local) fallbackURLs(store string) (shown, forFunctions string, err error) {
	switch l.settings.Fallback {
	case "":
		return spoolURLs(store)
	case inQueue:
		path := "queues/" + Fallback
		return l.service.keyedURL(path), l.service.url(path).String(), nil
	}
	u, err := url.Parse(l.settings.Fallback)
	if err != nil {
		return "", "", errors.New("the fallback's URL cannot be read")
	}
	if u.Scheme != "dir" {
		return l.settings.Fallback, l.settings.Fallback, nil
	}
	path, err := filePath(u)
	if err == nil {
		path, err = filepath.Abs(path)
	}
	if err != nil {
		return "", "", err
	}
	shown, forFunctions = dirURLs(path)
	return shown, forFunctions, nil
}

// CheckFallback says what is wrong with the setting of a fallback.
func CheckFallback(setting string) error {
	if setting == "" || setting == inQueue {
		return nil
	}
	f, err := fallback.Open(setting)
	if err != nil {
		return err
	}
	return f.Close()
}

// spoolURLs returns the URLs of the directory of a store. Each store has one of its own:
// what waits gets into the store of whoever drains it.
func spoolURLs(store string) (shown, forFunctions string, err error) {
	path := StoreFile(store) + "-fallback"
	if StoreFile(store) == "" {
		cache, err := CacheDir()
		if err != nil {
			return "", "", err
		}
		sum := sha256.Sum256([]byte(store))
		path = filepath.Join(cache, "fallback-"+hex.EncodeToString(sum[:8]))
	}
	shown, forFunctions = dirURLs(path)
	return shown, forFunctions, nil
}

// dirURLs returns the URLs of a directory.
func dirURLs(path string) (shown, forFunctions string) {
	u := url.URL{Scheme: "dir", OmitHost: true, Path: filepath.ToSlash(path)}
	shown = u.String()
	u.RawQuery = "local=true" // the disk lasts
	return shown, u.String()
}
