package config

import (
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Setting is what a setting is, and where that comes from. It holds no secret.
type Setting struct {
	Name string `json:"name"`
	// Value is what the functions go by, for people: of keys only how long they are, of
	// URLs neither user and password nor what else may be secret in them.
	Value string `json:"value,omitempty"`
	// Origin is [OriginEnvironment], [OriginDefault] or [OriginNone]; whoever knows more,
	// such as the line of a file, may say so.
	Origin string `json:"origin"`
}

// The origins of a setting.
const (
	OriginEnvironment = "environment"
	OriginDefault     = "default"
	OriginNone        = "not set"
)

// Settings returns the names of all settings, in the order of [Config].
func Settings() []string {
	var names []string
	for f := range reflect.TypeFor[Config]().Fields() {
		if name := f.Tag.Get("env"); name != "" {
			names = append(names, name)
		}
	}
	return names
}

// Describe returns all settings, in the order of [Config], as [Load] finds them.
func Describe(getenv func(string) string) []Setting {
	var all []Setting
	for f := range reflect.TypeFor[Config]().Fields() {
		name := f.Tag.Get("env")
		if name == "" {
			continue
		}
		s := Setting{Name: name, Value: f.Tag.Get("envDefault"), Origin: OriginDefault}
		switch value := strings.TrimSpace(getenv(name)); {
		case value != "":
			s.Value, s.Origin = masked(name, value), OriginEnvironment
		case s.Value == "":
			s.Origin = OriginNone
		}
		all = append(all, s)
	}
	return all
}

// Unknown returns the names in environ, whose elements are NAME=value, that look like
// settings and are none, sorted.
func Unknown(environ []string) []string {
	known := Settings()
	var unknown []string
	for _, pair := range environ {
		name, _, _ := strings.Cut(pair, "=")
		if strings.HasPrefix(name, "VOD_") && !slices.Contains(known, name) {
			unknown = append(unknown, name)
		}
	}
	slices.Sort(unknown)
	return slices.Compact(unknown)
}

// masked returns the value of a setting without its secrets.
func masked(name, value string) string {
	each := func(mask func(string) string) string {
		var all []string
		for v := range strings.FieldsSeq(value) {
			all = append(all, mask(v))
		}
		return strings.Join(all, " ")
	}
	switch name {
	case "VOD_AUTH_KEY", "VOD_WEBHOOK_SECRET":
		var lengths []string
		for key := range strings.FieldsSeq(value) {
			lengths = append(lengths, strconv.Itoa(len(key)))
		}
		return "set, " + strings.Join(lengths, " and ") + " characters"
	case "VOD_STORE", "VOD_FALLBACK", "VOD_TOPIC":
		return maskURL(value)
	case "VOD_SINKS", "VOD_DEAD_LETTER_QUEUE", "VOD_CALLBACK_URL":
		return each(maskURL)
	default:
		return value
	}
}

// hidden stands for what is not shown.
const hidden = "…"

// plain reports whether the value of a parameter of a URL, or of a setting of its fragment,
// may be shown. What others hold is not known, and may be a secret.
func plain(name string) bool {
	switch name {
	case "ca", "client_id", "default_query_exec_mode", "endpoint", "events", "http", "idempotent", "kind", "local", "max_conns",
		"max_message_bytes", "maxlen", "name", "prefix", "private", "region", "sasl", "sslmode", "sslrootcert", "status",
		"timeout", "tls", "tls_ca", "unsigned", "verify":
		return true
	default:
		return false
	}
}

var schemeForm = regexp.MustCompile(`^[a-z][a-z0-9+.-]{0,15}$`)

// maskURL returns a URL without user, password and what else may be secret in it: the
// path and query of web addresses, and parameters that nobody knows.
func maskURL(raw string) string {
	u, err := url.Parse(raw)
	// A password with a # or / in it that is not escaped ends up in other parts.
	astray := err == nil && strings.Contains(u.Path+u.RawQuery+u.Fragment, "@")
	if err != nil || astray || !schemeForm.MatchString(u.Scheme) || u.Opaque != "" && u.Scheme != "sqlite" && u.Scheme != "dir" {
		return "set, " + strconv.Itoa(len(raw)) + " characters, which are no URL"
	}
	var b strings.Builder
	b.WriteString(u.Scheme + ":")
	if u.Opaque != "" {
		b.WriteString(u.Opaque)
	} else {
		if u.Host != "" || u.User != nil {
			b.WriteString("//")
		}
		if u.User != nil {
			b.WriteString(hidden + "@")
		}
		b.WriteString(u.Host)
		web := u.Scheme == "http" || u.Scheme == "https"
		switch {
		case web && strings.Trim(u.Path, "/") != "":
			b.WriteString("/" + hidden)
		default:
			b.WriteString(u.EscapedPath())
		}
	}
	if u.RawQuery != "" {
		b.WriteString("?" + maskPairs(u.RawQuery))
	}
	if u.Fragment != "" {
		b.WriteString("#" + maskPairs(u.EscapedFragment()))
	}
	return b.String()
}

// maskPairs hides the values of a query that are not known to be plain. What has no
// value, or a name that nobody knows, may be a secret as a whole.
func maskPairs(text string) string {
	pairs := strings.Split(text, "&")
	for i, pair := range pairs {
		name, _, ok := strings.Cut(pair, "=")
		switch {
		case ok && plain(name):
		case ok && name == "secret":
			pairs[i] = name + "=" + hidden
		default:
			pairs[i] = hidden
		}
	}
	return strings.Join(pairs, "&")
}
