package sink

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Spec is what a sink is made from.
type Spec struct {
	// URL is the address, without the fragment.
	URL *url.URL
	// Timeout is the route's: what one attempt may take.
	Timeout time.Duration
	// Settings is what is left of the fragment when routing has taken its own; none
	// occurs twice. What the sink does not know is an error, see [Spec.Only].
	Settings map[string]string
	places   map[string]int // of the settings in the fragment, for errors
	// Secrets are those of all webhooks, see [Options].
	Secrets []string
}

// Only returns an error that names the first setting that is not among the known
// ones, see [Called], which the sink's Opener returns.
func (s Spec) Only(known ...string) error {
	for _, name := range slices.Sorted(maps.Keys(s.Settings)) {
		if !slices.Contains(known, name) {
			known = append([]string{"name", "events", "status", "kind", "extend", "timeout"}, known...)
			return fmt.Errorf("unknown %s after #: there are %s", Called("setting", name, s.places[name]), strings.Join(known, ", "))
		}
	}
	return nil
}

// Opener makes a sink. It parses and validates, and never dials. Parameters and
// settings that it does not know are errors that name them. Errors never quote the
// URL, which may hold a secret.
type Opener func(s Spec) (Sink, error)

var openers = map[string]Opener{} //nolint:gochecknoglobals // the registry: written during init only

// Register makes a scheme known to [Open]. It is called by the init function of
// the sink's package and panics if the scheme is taken.
func Register(scheme string, open Opener) {
	if _, ok := openers[scheme]; ok {
		panic("sink: scheme registered twice: " + scheme)
	}
	openers[scheme] = open
}

// Schemes returns the schemes that this program knows, sorted.
func Schemes() []string { return slices.Sorted(maps.Keys(openers)) }

// known lists the schemes for an error.
func known() string { return cmp.Or(strings.Join(Schemes(), ", "), "none") }

// Options is what all sinks of a program have in common.
type Options struct {
	// WebhookSecrets sign the requests of webhooks whose URL has no secret of its
	// own, the first one first; several while one is being rotated.
	WebhookSecrets []string
}

// Open opens the sinks with the given URLs. The error names every one that is
// wrong, by its name or its place in the list; the routes are those that are right.
func Open(rawURLs []string, o Options) ([]*Route, error) {
	var routes []*Route
	var wrong []error
	for i, rawURL := range rawURLs {
		r, err := openOne(rawURL, o)
		switch {
		case err != nil:
			wrong = append(wrong, fmt.Errorf("sink %s: %w", cmp.Or(r.Name, strconv.Itoa(i+1)), err))
		case slices.ContainsFunc(routes, func(other *Route) bool { return other.Name == r.Name }):
			wrong = append(wrong, errors.Join(fmt.Errorf("sink %s: there are two of that name", r.Name), r.Sink.Close()))
		default:
			routes = append(routes, r)
		}
	}
	return routes, errors.Join(wrong...)
}

// openOne opens one sink. With an error the route has its name, if that is right.
func openOne(rawURL string, o Options) (*Route, error) {
	r := &Route{}
	rawURL, escaped, _ := strings.Cut(rawURL, "#")
	settings, wrong := fragment(escaped)
	if wrong == nil {
		wrong = r.take(settings)
	}
	u, err := url.Parse(rawURL)
	switch {
	case err != nil: // the error quotes what may be a secret
		return r, errors.New("URL cannot be read: escape special characters in user and password, such as / by %2F; " +
			"of several hosts all have a port, or none, and none is an IPv6 address")
	case wrong != nil:
		return r, wrong
	case u.Scheme == "":
		return r, fmt.Errorf("URL begins with no scheme, such as https://: this program knows %s", known())
	}
	open, ok := openers[u.Scheme]
	if !ok {
		return r, fmt.Errorf("unknown %s: this program knows %s", Called("scheme", u.Scheme, 0), known())
	}
	spec := Spec{URL: u, Timeout: r.Timeout, Settings: map[string]string{}, Secrets: o.WebhookSecrets, places: map[string]int{}}
	for name, s := range settings {
		if len(s.texts) > 1 {
			return r, twice(name, s)
		}
		spec.Settings[name], spec.places[name] = unescape(s.texts[0]), s.place
	}
	r.Sink, err = open(spec)
	return r, err
}
