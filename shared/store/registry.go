package store

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// Opener makes a store from its URL. It parses and validates, and never dials.
// Parameters that it does not know are errors that name the parameter. Errors
// never quote the URL, which may hold a password.
type Opener func(u *url.URL) (Store, error)

var openers = map[string]Opener{} //nolint:gochecknoglobals // the registry: written during init only

// Register makes a scheme known to [Open]. It is called by the init function of
// the store's package and panics if the scheme is taken.
func Register(scheme string, open Opener) {
	if _, ok := openers[scheme]; ok {
		panic("store: scheme registered twice: " + scheme)
	}
	openers[scheme] = open
}

// Schemes returns the schemes that this program knows, sorted.
func Schemes() []string { return slices.Sorted(maps.Keys(openers)) }

// Open opens the store with the given URL, whose scheme chooses the kind of store.
func Open(rawURL string) (Store, error) {
	u, err := url.Parse(rawURL)
	if err != nil { // the error quotes what may be a password
		return nil, errors.New("store: URL cannot be read: write it like sqlite:vod.db or scheme://user:password@host/name")
	}
	if u.Scheme == "" {
		return nil, errors.New("store: no URL: write it like sqlite:/var/lib/vod/vod.db")
	}
	open, ok := openers[u.Scheme]
	if !ok {
		return nil, fmt.Errorf("store: unknown scheme %q: this program knows %s", u.Scheme, cmp.Or(strings.Join(Schemes(), ", "), "none"))
	}
	opened, err := open(u)
	if err != nil {
		return nil, err // and no Store that is not nil, and nothing
	}
	return opened, nil
}
