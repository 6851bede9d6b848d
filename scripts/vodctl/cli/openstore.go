package cli

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/vodevents/vodevents/scripts/vodctl/dev"
	"github.com/vodevents/vodevents/shared/store"
)

// storeURL is the flag --store.
type storeURL string

// resolve returns the URL of the store: that of the flag, else of VOD_STORE, else
// of the vodctl dev that is running.
func (u storeURL) resolve(a *app) (string, error) {
	if u != "" {
		return string(u), nil
	}
	if fromEnv := strings.TrimSpace(a.Getenv("VOD_STORE")); fromEnv != "" {
		return fromEnv, nil
	}
	if running, err := dev.Running(); err == nil {
		return running.Store, nil
	}
	return "", usagef("which store? give --store URL (such as sqlite:vod.db), or set VOD_STORE, or start %s dev", a.self)
}

// open opens the store.
func (u storeURL) open(a *app) (store.Store, error) {
	url, err := u.resolve(a)
	if err != nil {
		return nil, err
	}
	s, err := store.Open(url)
	if err != nil {
		return nil, &usageError{err.Error()}
	}
	return s, nil
}

// with calls fn with the store as an S, which is one of its abilities.
func with[S any](a *app, u storeURL, ability string, fn func(S) error) (err error) {
	opened, err := u.open(a)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, opened.Close()) }()
	s, ok := opened.(S)
	if !ok {
		return fmt.Errorf("this kind of store cannot be %s", ability)
	}
	return fn(s)
}

// moment is a time on the command line: RFC 3339, a date, or how long ago.
type moment struct{ text string }

// UnmarshalText takes any text; it is read when it is needed.
func (m *moment) UnmarshalText(text []byte) error {
	m.text = string(text)
	_, err := m.at(time.Time{})
	return err
}

// at returns the time; the zero time if there is none.
func (m *moment) at(now time.Time) (time.Time, error) {
	if m.text == "" {
		return time.Time{}, nil
	}
	if days, ok := strings.CutSuffix(m.text, "d"); ok {
		if d, err := time.ParseDuration(days + "h"); err == nil {
			return now.Add(-24 * d), nil
		}
	}
	if d, err := time.ParseDuration(m.text); err == nil {
		return now.Add(-d), nil
	}
	for _, layout := range []string{time.RFC3339, time.DateTime, time.DateOnly} {
		if t, err := time.Parse(layout, m.text); err == nil {
			return t, nil
		}
	}
	return time.Time{}, usagef("%q is no time: write 90m, 2d, 2026-11-23 or 2026-11-23T08:00:00Z", m.text)
}
