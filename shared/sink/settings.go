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

// setting is a setting of a fragment.
type setting struct {
	place int      // among the settings, from 1
	texts []string // as they are written, with escapes that can be read; more than one is an error
}

// fragment splits the fragment of a URL into settings. Unlike a query it keeps +,
// which Base64 has and secrets so may have.
func fragment(escaped string) (map[string]setting, error) {
	settings := map[string]setting{}
	place := 0
	for part := range strings.SplitSeq(escaped, "&") {
		if part == "" {
			continue
		}
		place++
		name, text, ok := strings.Cut(part, "=")
		name, err := url.PathUnescape(name)
		if err != nil || !ok || name == "" {
			return nil, errors.New("the settings after # cannot be read: write them like #name=crm&events=TranscodeComplete")
		}
		if _, err = url.PathUnescape(text); err != nil {
			return nil, fmt.Errorf("%s has a bad escape: write %% as %%25", Called("setting", name, place))
		}
		s, again := settings[name]
		if !again {
			s.place = place
		}
		s.texts = append(s.texts, text)
		settings[name] = s
	}
	return settings, nil
}

// unescape reads a text whose escapes can be read.
func unescape(text string) string {
	text, _ = url.PathUnescape(text)
	return text
}

var validName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

// Limits on the timeout of one attempt.
const (
	leastTimeout   = 100 * time.Millisecond
	longestTimeout = 5 * time.Minute
)

// take takes the settings that are about routing out of the map.
func (r *Route) take(settings map[string]setting) error {
	one := func(name string) (string, bool, error) {
		s, ok := settings[name]
		delete(settings, name)
		if len(s.texts) > 1 {
			return "", false, twice(name, s)
		}
		if !ok {
			return "", false, nil
		}
		return s.texts[0], true, nil
	}

	name, ok, err := one("name")
	switch name = unescape(name); {
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
		if r.Timeout, err = time.ParseDuration(unescape(text)); err != nil || r.Timeout < leastTimeout || r.Timeout > longestTimeout {
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
	for name := range settings {
		member, ok := extendMember(name)
		if !ok {
			continue
		}
		patterns, err := list(name, one, func(string, int) error { return nil })
		if err != nil {
			return err
		}
		r.extends = append(r.extends, extendRule{member: member, patterns: patterns})
	}
	return nil
}

func twice(name string, s setting) error {
	return fmt.Errorf("%s is there twice", Called("setting", name, s.place))
}

// extendMember returns which member of Extend a setting is about; empty for its text.
func extendMember(setting string) (string, bool) {
	if setting == "extend" {
		return "", true
	}
	member, ok := strings.CutPrefix(setting, "extend.")
	return member, ok && member != ""
}

// list reads a setting with several values and checks each one, whose place in the
// list counts from 1. Escapes are read when the list is split: %2C is a comma in a value.
func list(name string, one func(string) (string, bool, error), check func(value string, place int) error) ([]string, error) {
	text, ok, err := one(name)
	if err != nil || !ok {
		return nil, err
	}
	values := strings.Split(text, ",")
	for i, v := range values {
		values[i] = unescape(v)
		if err := check(values[i], i+1); err != nil {
			return nil, fmt.Errorf("setting %s: %w", name, err)
		}
	}
	return values, nil
}

func oneOf(words ...string) func(string, int) error {
	return func(v string, place int) error {
		if !slices.Contains(words, v) {
			return fmt.Errorf("%s is none of %s", listed(v, place, word), strings.Join(words, ", "))
		}
		return nil
	}
}

// typeName is what names of types look like.
var typeName = regexp.MustCompile(`^[A-Z][A-Za-z]{0,39}$`)

// checkType refuses patterns that fit no type of event, which would lose events
// without a word. One with a * may be meant for types to come.
func checkType(pattern string, place int) error {
	if strings.Contains(pattern, "*") || slices.Contains(vod.Types(), vod.Type(pattern)) {
		return nil
	}
	return fmt.Errorf("%s is no event type; if it is newer than this program, write it with * at the end", listed(pattern, place, typeName))
}
