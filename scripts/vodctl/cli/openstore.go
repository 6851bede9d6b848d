package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/vodevents/vodevents/scripts/vodctl/dev"
	"github.com/vodevents/vodevents/shared/store"
)

// storeURL is the flag --store.
type storeURL string

// UnmarshalText implements encoding.TextUnmarshaler. A store without a name is a
// variable that is not set, and not a wish for another store.
func (u *storeURL) UnmarshalText(text []byte) error {
	if strings.TrimSpace(string(text)) == "" {
		return usagef("want the URL of a store, such as sqlite:vod.db, and not nothing")
	}
	*u = storeURL(text)
	return nil
}

// resolve returns the URL of the store: that of the flag, else of VOD_STORE, else
// of the vodctl dev that is running, else the one that dev makes, if it is there.
func (u storeURL) resolve(a *app) (string, error) {
	if u != "" {
		return string(u), nil
	}
	if fromEnv := strings.TrimSpace(a.Getenv("VOD_STORE")); fromEnv != "" {
		return fromEnv, nil
	}
	running, err := dev.All()
	switch {
	case len(running) == 1:
		return running[0].Store, nil
	case len(running) > 1:
		a.note("store: %s (of vodctl dev, pid %d, which was started last)", shown(running[0].Store), running[0].PID)
		return running[0].Store, nil
	}
	if file, ferr := dev.DefaultFile(); err == nil && ferr == nil {
		if _, err := os.Stat(file); err == nil {
			url := dev.FileStore(file)
			a.note("store: %s (of vodctl dev)", url)
			return url, nil
		}
	}
	return "", usagef("which store? give --store URL (such as sqlite:vod.db), or set VOD_STORE, or start %s dev", a.self)
}

// with calls fn with the store as an S, which is one of its abilities.
func with[S any](a *app, u storeURL, ability string, fn func(S) error) error {
	return withNamed(a, u, ability, func(s S, _ string) error { return fn(s) })
}

// withNamed is [with], and passes the URL that was found on.
func withNamed[S any](a *app, u storeURL, ability string, fn func(s S, url string) error) (err error) {
	url, err := u.resolve(a)
	if err != nil {
		return err
	}
	opened, err := store.Open(url)
	if err != nil {
		if u == "" && strings.TrimSpace(a.Getenv("VOD_STORE")) == url {
			return usagef("VOD_STORE: %v", err)
		}
		return &usageError{err.Error()}
	}
	defer func() { err = errors.Join(err, opened.Close()) }()
	s, ok := opened.(S)
	if !ok {
		return fmt.Errorf("this kind of store cannot be %s", ability)
	}
	return a.advise(url, fn(s, url))
}

// advise says what to do about tables that are not there. Only the URL of a file is
// repeated, others may hold a password.
func (a *app) advise(url string, err error) error {
	if !errors.Is(err, store.ErrNotMigrated) {
		return err
	}
	migrate := a.self + " migrate"
	file := dev.StoreFile(url)
	if file != "" {
		migrate += " --store " + quote(url)
	}
	if file != "" && errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no file %s: is the path right? %s makes it", file, migrate)
	}
	return fmt.Errorf("the tables are missing or out of date: %s makes them", migrate)
}
