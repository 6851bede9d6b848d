package sink

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/vod"
)

// fragment splits the fragment of a URL into settings. Unlike a query it keeps +,
// which Base64 has and secrets so may have.
func fragment(escaped string) (map[string][]string, error) {
	settings := map[string][]string{}
	for part := range strings.SplitSeq(escaped, "&") {
		if part == "" {
			continue
		}
		name, value, ok := strings.Cut(part, "=")
		name, err := url.PathUnescape(name)
		if err != nil || !ok || name == "" {
			return nil, errors.New("the settings after # cannot be read: write them like #name=crm&events=TranscodeComplete")
		}
		if value, err = url.PathUnescape(value); err != nil {
			return nil, fmt.Errorf("setting %s has a bad escape: write %% as %%25", name)
		}
		settings[name] = append(settings[name], value)
	}
	return settings, nil
}

var validName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

// Limits on the timeout of one attempt.
const (
	leastTimeout   = 100 * time.Millisecond
	longestTimeout = 5 * time.Minute
)

// take takes the settings that are about routing out of the map.
func (r *Route) take(settings map[string][]string) error {
	one := func(name string) (string, bool, error) {
		values, ok := settings[name]
		delete(settings, name)
		if len(values) > 1 {
			return "", false, fmt.Errorf("setting %s is there twice", name)
		}
		if !ok {
			return "", false, nil
		}
		return values[0], true, nil
	}

	name, ok, err := one("name")
	switch {
	case err != nil:
		return err
	case !ok:
		return errors.New("it has no name: add one that stays, such as #name=crm; deliveries are noted under it")
	case !validName.MatchString(name):
		return errors.New("its name must be letters, digits and . _ - only, 64 at most, and begin with a letter or digit")
	}
	r.Name = name

	if text, ok, err := one("timeout"); err != nil || ok {
		if err != nil {
			return err
		}
		if r.Timeout, err = time.ParseDuration(text); err != nil || r.Timeout < leastTimeout || r.Timeout > longestTimeout {
			return errors.New("setting timeout must be a duration from 100ms to 5m, such as 10s")
		}
	} else {
		r.Timeout = DefaultTimeout
	}

	if r.events, err = list("events", one, checkType); err != nil {
		return err
	}
	if r.statuses, err = list("status", one, oneOf(string(vod.Succeeded), string(vod.Failed), "none")); err != nil {
		return err
	}
	if r.kinds, err = list("kind", one, oneOf(string(media.Video), string(media.Image), string(media.Attached))); err != nil {
		return err
	}
	for name, values := range settings {
		member, ok := extendMember(name)
		if !ok {
			continue
		}
		for _, pattern := range values {
			r.extends = append(r.extends, extendRule{member: member, pattern: pattern})
		}
		delete(settings, name)
	}
	return nil
}

// extendMember returns which member of Extend a setting is about; empty for its text.
func extendMember(setting string) (string, bool) {
	if setting == "extend" {
		return "", true
	}
	member, ok := strings.CutPrefix(setting, "extend.")
	return member, ok && member != ""
}

// list reads a setting with several values and checks each one.
func list(name string, one func(string) (string, bool, error), check func(string) error) ([]string, error) {
	text, ok, err := one(name)
	if err != nil || !ok {
		return nil, err
	}
	values := strings.Split(text, ",")
	for _, v := range values {
		if err := check(v); err != nil {
			return nil, fmt.Errorf("setting %s: %w", name, err)
		}
	}
	return values, nil
}

func oneOf(words ...string) func(string) error {
	return func(v string) error {
		if !slices.Contains(words, v) {
			return fmt.Errorf("%q is none of %s", v, strings.Join(words, ", "))
		}
		return nil
	}
}

// checkType refuses patterns that fit no type of event, which would lose events
// without a word. One with a * may be meant for types to come.
func checkType(pattern string) error {
	if strings.Contains(pattern, "*") || slices.Contains(vod.Types(), vod.Type(pattern)) {
		return nil
	}
	return fmt.Errorf("there is no event type %q; if it is newer than this program, write %s*", pattern, pattern)
}
