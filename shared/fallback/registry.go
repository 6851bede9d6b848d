package fallback

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// Opener makes a fallback from its URL. It parses and validates, and never dials or
// touches a file. Parameters that it does not know are errors that name the parameter.
// Errors never quote the URL, which may hold a secret.
type Opener func(u *url.URL) (Fallback, error)

var openers = map[string]Opener{} //nolint:gochecknoglobals // the registry: written during init only

// Register makes a scheme known to [Open]. It is called by the init function of the
// fallback's package and panics if the scheme is taken.
func Register(scheme string, open Opener) {
	if _, ok := openers[scheme]; ok {
		panic("fallback: scheme registered twice: " + scheme)
	}
	openers[scheme] = open
}

// Schemes returns the schemes that this program knows, sorted.
func Schemes() []string { return slices.Sorted(maps.Keys(openers)) }

// Open opens the fallback with the given URL, whose scheme chooses the kind of
// fallback. For the empty URL it is nil: there is none.
func Open(rawURL string) (Fallback, error) {
	if rawURL == "" {
		return nil, nil //nolint:nilnil // there is none
	}
	u, err := url.Parse(rawURL)
	if err != nil { // the error quotes what may be a secret
		return nil, errors.New("fallback: URL cannot be read: write it like dir:/var/spool/vod or scheme://host/name")
	}
	if u.Scheme == "" {
		return nil, errors.New("fallback: no URL: write it like dir:/var/spool/vod")
	}
	open, ok := openers[u.Scheme]
	if !ok {
		return nil, fmt.Errorf("fallback: unknown scheme %q: this program knows %s", u.Scheme, cmp.Or(strings.Join(Schemes(), ", "), "none"))
	}
	opened, err := open(u)
	if err != nil {
		return nil, err // and no Fallback that is not nil, and nothing
	}
	return opened, nil
}
