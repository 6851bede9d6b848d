// Package config holds every setting of the functions. They come from the
// environment, which is all that Function Compute and Lambda have; nothing else
// in the project reads it.
package config

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/caarlos0/env/v11"

	"github.com/vodevents/vodevents/shared/vod"
)

// Config is the settings of a function. Lists are separated by white space.
type Config struct {
	// Store is the URL of the system of record, such as sqlite:vod.db.
	Store string `env:"VOD_STORE"`
	// Sinks are the URLs of the places that take copies of events, each with a name
	// in its fragment, such as https://hooks.example.com/vod#name=crm.
	Sinks List `env:"VOD_SINKS"`
	// WebhookSecrets sign the requests to webhooks whose URL has no secret of its own;
	// several while one is being rotated, the new one first.
	WebhookSecrets List `env:"VOD_WEBHOOK_SECRET"`
	// Fallback is the URL of the second landing place, such as dir:/var/spool/vod; empty
	// if there is none.
	Fallback string `env:"VOD_FALLBACK"`
	// DeadLetterQueues are the URLs of the queues to which the platform sends what it
	// could not hand over, such as mns://<account>.mns.<region>.aliyuncs.com/queues/<name>.
	DeadLetterQueues List `env:"VOD_DEAD_LETTER_QUEUE"`
	// Topic is the URL of the MNS topic that the HTTP function publishes events to.
	Topic URL `env:"VOD_TOPIC"`
	// HTTPSDomains are hosts whose http:// URLs are https:// in facts and copies.
	HTTPSDomains List `env:"VOD_HTTPS_DOMAINS"`
	// CallbackURLs are the callback addresses, letter by letter as configured in
	// VOD: they are part of the signature.
	CallbackURLs List `env:"VOD_CALLBACK_URL"`
	// AuthKeys are the keys of the callback's signature; several while a key is
	// being rotated.
	AuthKeys List `env:"VOD_AUTH_KEY"`
	// Auth says whether callbacks have to be signed.
	Auth Switch `env:"VOD_AUTH" envDefault:"on"`
	// AuthTolerance is how far the time of a signature may be from now, in both
	// directions; 0 switches the check off.
	AuthTolerance time.Duration `env:"VOD_AUTH_TOLERANCE" envDefault:"5m"`
	// Budget is the time from the arrival of a callback to its answer. VOD gives up
	// after 5 s.
	Budget time.Duration `env:"VOD_BUDGET" envDefault:"4s"`
	// Listen is where a function serves plain HTTP when neither Function Compute nor
	// Lambda runs it.
	Listen string `env:"VOD_LISTEN" envDefault:"127.0.0.1:8080"`
	// LogLevel is debug, info, warn or error.
	LogLevel slog.Level `env:"LOG_LEVEL" envDefault:"info"`

	unverifiable []error // what is wrong with the settings that Verifier reads
}

// List is a setting with several values, separated by white space.
type List []string

// UnmarshalText splits text at white space.
func (l *List) UnmarshalText(text []byte) error {
	*l = strings.Fields(string(text))
	return nil
}

// URL is a setting that is a URL; nil if it is not set.
type URL struct{ *url.URL }

// UnmarshalText parses text. The error does not quote it.
func (u *URL) UnmarshalText(text []byte) error {
	parsed, err := url.Parse(string(text))
	if err != nil || parsed.Scheme == "" {
		return errors.New("must be a URL")
	}
	u.URL = parsed
	return nil
}

// Switch is a setting that is on or off.
type Switch bool

// UnmarshalText accepts on and off.
func (s *Switch) UnmarshalText(text []byte) error {
	switch strings.ToLower(strings.TrimSpace(string(text))) {
	case "on":
		*s = true
	case "off":
		*s = false
	default:
		return errors.New("must be on or off")
	}
	return nil
}

// maxBudget leaves time for the way of the answer: VOD waits 5 s for it before it
// repeats a callback (ApsaraVideo VOD, FAQ about event notifications, read
// 2026-11-23).
const maxBudget = 4500 * time.Millisecond

// Load reads the settings of the environment that getenv gives access to. The
// error names every setting that is wrong and what it must be, and quotes no
// value. The Config is usable as far as it was right; the rest has defaults. What is
// wrong with the settings of the signature, [Config.Verifier] says.
func Load(getenv func(string) string) (Config, error) {
	// The defaults first: a setting that cannot be read keeps its own.
	c := Config{}
	if err := env.ParseWithOptions(&c, env.Options{Environment: map[string]string{}}); err != nil {
		return c, fmt.Errorf("config: %w", err) // a wrong struct tag
	}
	environment := map[string]string{}
	for f := range reflect.TypeFor[Config]().Fields() {
		name := f.Tag.Get("env")
		if v := strings.TrimSpace(getenv(name)); v != "" {
			environment[name] = v
		}
	}
	var wrong []error
	if err := env.ParseWithOptions(&c, env.Options{Environment: environment}); err != nil {
		wrong = explain(err)
	}
	wrong = append(wrong, c.check(getenv)...)
	wrong = slices.DeleteFunc(wrong, func(err error) bool {
		e, ok := errors.AsType[*Error](err)
		about := ok && strings.HasPrefix(e.Setting, "VOD_AUTH")
		if about {
			c.unverifiable = append(c.unverifiable, err)
		}
		return about
	})
	return c, errors.Join(wrong...)
}

var hostName = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$`)

// check returns what the settings break beyond their form.
func (c *Config) check(getenv func(string) string) []error {
	var wrong []error
	if c.Budget < time.Second || c.Budget > maxBudget {
		wrong = append(wrong, setting("VOD_BUDGET", "must be from 1s to 4.5s: VOD gives up after 5s"))
		c.Budget = 4 * time.Second
	}
	if c.AuthTolerance < 0 {
		wrong = append(wrong, setting("VOD_AUTH_TOLERANCE", "must not be negative; 0 switches the check off"))
		c.AuthTolerance = 5 * time.Minute
	}
	if slices.ContainsFunc(c.HTTPSDomains, func(d string) bool { return !hostName.MatchString(d) }) {
		wrong = append(wrong, setting("VOD_HTTPS_DOMAINS", "must be host names such as media.example.com, without scheme, port or path"))
		c.HTTPSDomains = nil
	}
	if c.Store == "" {
		wrong = append(wrong, setting("VOD_STORE", "is not set: give the URL of the store, such as sqlite:/var/lib/vod/vod.db"))
	}
	return append(wrong, c.checkPlatform(getenv)...)
}

// Verifier returns what checks the signatures of callbacks, or nil if
// VOD_AUTH=off. Without a key or a URL to check with it is an error.
func (c Config) Verifier() (*vod.Verifier, error) {
	if !c.Auth && len(c.unverifiable) == 0 {
		return nil, nil //nolint:nilnil // nil is the answer: nothing is to be checked
	}
	wrong := slices.Clone(c.unverifiable)
	if len(c.AuthKeys) == 0 {
		wrong = append(wrong, setting("VOD_AUTH_KEY", "is not set: give the key that VOD signs callbacks with, or set VOD_AUTH=off"))
	}
	if len(c.CallbackURLs) == 0 {
		wrong = append(wrong, setting("VOD_CALLBACK_URL", "is not set: give the callback address exactly as in VOD, which signs it"))
	}
	for _, u := range c.CallbackURLs {
		if p, err := url.Parse(u); err != nil || p.Host == "" || p.Scheme != "http" && p.Scheme != "https" {
			wrong = append(wrong, setting("VOD_CALLBACK_URL", "must be http:// or https:// with a host, without quotation marks"))
			break
		}
	}
	if slices.ContainsFunc(c.AuthKeys, quoted) {
		wrong = append(wrong, setting("VOD_AUTH_KEY", "has quotation marks around it, which would be part of the key"))
	}
	if err := errors.Join(wrong...); err != nil {
		return nil, err
	}
	v := &vod.Verifier{URLs: c.CallbackURLs, Keys: c.AuthKeys, Tolerance: c.AuthTolerance}
	if v.Tolerance == 0 {
		v.Tolerance = -1 // off, which is negative to a Verifier
	}
	return v, nil
}

// longTolerance is how far the time of a signature may be from now before a captured
// one is worth much to somebody.
const longTolerance = 15 * time.Minute

// Weaknesses says what makes callbacks easier to lose, or to forge, than they have to
// be. VOD's signature covers the URL and the time, not the body, so that whoever sees one
// valid request can send any body for as long as its time is in the tolerance.
func (c Config) Weaknesses() []string {
	var weak []string
	if c.Fallback == "" {
		weak = append(weak, "VOD_FALLBACK is not set: events are lost while the store is away")
	}
	if !c.Auth {
		return append(weak, "VOD_AUTH is off: whoever knows the address can send events")
	}
	for i, raw := range c.CallbackURLs {
		u, err := url.Parse(raw)
		if err != nil || loopback(u.Hostname()) {
			continue
		}
		if u.Scheme == "http" {
			weak = append(weak, fmt.Sprintf("VOD_CALLBACK_URL %d is http: signatures can be read on the way, and used for other bodies", i+1))
		}
		if strings.Trim(u.Path, "/") == "" {
			weak = append(weak, fmt.Sprintf("VOD_CALLBACK_URL %d has no path: put a secret into it, such as /vod/3f9c1e", i+1))
		}
	}
	if c.AuthTolerance == 0 || c.AuthTolerance > longTolerance {
		weak = append(weak, "VOD_AUTH_TOLERANCE is long, or off: a signature that was seen once is good for as long")
	}
	return weak
}

// loopback reports whether a host is this machine.
func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// quoted reports whether s still has the quotation marks of the file it was
// copied from.
func quoted(s string) bool {
	return len(s) > 1 && (s[0] == '"' || s[0] == '\'') && s[len(s)-1] == s[0]
}

// In says that err, which may be nil, is about a setting.
func In(name string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("config: %s: %w", name, err)
}

// Error is what is wrong with one setting.
type Error struct {
	Setting string // such as VOD_STORE
	Problem string
}

func (e *Error) Error() string { return "config: " + e.Setting + " " + e.Problem }

func setting(name, problem string) error { return &Error{Setting: name, Problem: problem} }

// explain turns the library's errors, which quote values, into ours.
func explain(err error) []error {
	all, ok := errors.AsType[env.AggregateError](err)
	if !ok {
		return []error{errors.New("config: the environment cannot be read")}
	}
	var wrong []error
	for _, err := range all.Errors {
		pe, ok := errors.AsType[env.ParseError](err)
		if !ok {
			wrong = append(wrong, errors.New("config: a setting cannot be read"))
			continue
		}
		f, _ := reflect.TypeFor[Config]().FieldByName(pe.Name)
		switch name := f.Tag.Get("env"); name {
		case "VOD_AUTH":
			wrong = append(wrong, setting(name, "must be on or off"))
		case "VOD_TOPIC":
			wrong = append(wrong, setting(name, "must be a URL, such as mns://<account>.mns.cn-shanghai.aliyuncs.com/topics/vod-events"))
		case "LOG_LEVEL":
			wrong = append(wrong, setting(name, "must be debug, info, warn or error"))
		default:
			wrong = append(wrong, setting(name, "must be a duration, such as 500ms, 4s or 5m"))
		}
	}
	return wrong
}
