package cli

import (
	"fmt"
	neturl "net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/vodevents/vodevents/scripts/vodctl/nearest"
	"github.com/vodevents/vodevents/scripts/vodctl/openapi"
	"github.com/vodevents/vodevents/shared/doctor"
	"github.com/vodevents/vodevents/shared/vod"
)

// What the API calls types of events that have other names when they are reported
// (ApsaraVideo VOD, SetMessageCallback, read 2026-11-23).
const (
	allTypes = "ALL"
	aiTypes  = "AIComplete" // all that AI has done
)

// selectable returns the name by which a type of event is selected.
func selectable(t vod.Type) string {
	switch t {
	case vod.TypeAIMediaAuditComplete, vod.TypeAIVideoTagComplete, vod.TypeAIMediaDNAComplete:
		return aiTypes
	default:
		return string(t)
	}
}

// selectableTypes returns all names by which types of events are selected, in the order
// of [vod.Types].
func selectableTypes() []string {
	var names []string
	for _, t := range vod.Types() {
		if name := selectable(t); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// missingTypes returns the names that a list of types does not select.
func missingTypes(selected []string) []string {
	var missing []string
	for _, name := range selectableTypes() {
		if !selects(selected, name) {
			missing = append(missing, name)
		}
	}
	return missing
}

func selects(selected []string, name string) bool {
	return slices.ContainsFunc(selected, func(s string) bool { return s == name || strings.EqualFold(s, allTypes) })
}

// eventTypes is the flag --events.
type eventTypes []string

// UnmarshalText implements encoding.TextUnmarshaler. An empty list is refused: it would
// switch all notifications off.
func (l *eventTypes) UnmarshalText(text []byte) error {
	known := append(selectableTypes(), allTypes)
	for word := range strings.FieldsFuncSeq(string(text), func(r rune) bool { return r == ',' || unicode.IsSpace(r) }) {
		i := slices.IndexFunc(known, func(k string) bool { return strings.EqualFold(k, word) })
		name := selectable(vod.Type(word))
		switch {
		case i >= 0:
			name = known[i]
		case name == word:
			return usagef("VOD reports no %q%s", word, nearest.Hint(word, append(known, typeNames()...)))
		}
		if !slices.Contains(*l, name) {
			*l = append(*l, name)
		}
	}
	switch {
	case len(*l) == 0:
		return usagef("an empty list switches all notifications off: vodctl callback delete says so")
	case slices.Contains(*l, allTypes) && len(*l) > 1:
		return usagef("%s stands for all types: name it alone", allTypes)
	}
	return nil
}

// checkCallbackURL says why VOD cannot report to a URL, without repeating it.
func checkCallbackURL(url string) error {
	u, err := neturl.Parse(url)
	switch {
	case strings.ContainsFunc(url, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), strings.Contains(url, ",http"):
		return usagef("the callback URL: VOD takes exactly one, without white space")
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		return usagef("the callback URL: want one such as https://hooks.example.com/vod/3f9c1e")
	case u.User != nil:
		return usagef("the callback URL has a user or password in it: put the secret into its path")
	case strings.Contains(url, "#"):
		return usagef("the callback URL has a # in it, and what comes after that is never sent")
	case len(url) > doctor.MaxCallbackURL:
		return usagef("the callback URL has %d bytes, and VOD takes %d", len(url), doctor.MaxCallbackURL)
	default:
		return nil
	}
}

// checkAuthKey says why VOD does not take a key, without repeating it.
func checkAuthKey(key string) error {
	if problem := doctor.WrongKey(key); problem != "" {
		return usagef("VOD_AUTH_KEY: the first key %s: VOD wants up to 32 characters, with capital letters, small letters and digits", problem)
	}
	return nil
}

// validQueue is a name of a queue (Simple Message Queue, "Limits", read 2026-11-23).
var validQueue = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]{0,119}$`)

// publicEndpoint returns the endpoint by which VOD reaches the queues of an account.
func publicEndpoint(account, region string) string {
	return "http://" + account + ".mns." + region + ".aliyuncs.com/"
}

// warnings says what is allowed, and yet wrong or unwise, about a callback.
func warnings(api cloud, cb openapi.Callback) []string {
	var all []string
	warn := func(format string, args ...any) { all = append(all, fmt.Sprintf(format, args...)) }
	if len(cb.EventTypes) == 0 {
		warn("no type of event is selected: VOD reports nothing")
	} else if missing := missingTypes(cb.EventTypes); len(missing) > 0 {
		warn("not selected: %s", strings.Join(missing, ", "))
	}
	switch cb.Type {
	case openapi.MNS:
		if strings.Contains(cb.Endpoint, "internal") || strings.Contains(cb.Endpoint, "-vpc") {
			warn("the endpoint is an internal one, which VOD does not reach: want %s", publicEndpoint("<account>", api.Region))
		} else if !strings.Contains(cb.Endpoint, ".mns."+api.Region+".") {
			warn("the queue is not in %s: events arrive late, and the trigger of the function has to be where the queue is", api.Region)
		}
		if strings.HasPrefix(api.Region, "cn-") && api.Region != defaultRegion && api.Region != "cn-hongkong" {
			warn("for media in mainland China VOD advises a queue in %s", defaultRegion)
		}
	case openapi.HTTP:
		if urls := strings.Fields(api.getenv("VOD_CALLBACK_URL")); len(urls) > 0 && !slices.Contains(urls, cb.URL) {
			warn("VOD_CALLBACK_URL is another URL: the HTTP function will refuse the signatures")
		}
		if strings.HasPrefix(cb.URL, "http:") {
			warn("the URL is http: whoever is on the way can read events, and forge others for minutes")
		}
		switch keys := strings.Fields(api.getenv("VOD_AUTH_KEY")); {
		case cb.AuthKey == "" && !authOff(api.getenv):
			warn("VOD does not sign: the HTTP function refuses what is not signed, unless VOD_AUTH is off")
		case cb.AuthKey != "" && len(keys) > 0 && keyNumber(api, cb.AuthKey) == 0:
			warn("VOD signs with a key that VOD_AUTH_KEY does not have: the HTTP function will refuse the signatures")
		}
	}
	return all
}

func authOff(getenv func(string) string) bool {
	return strings.EqualFold(strings.TrimSpace(getenv("VOD_AUTH")), "off")
}

// keyNumber returns which of the keys of VOD_AUTH_KEY a key is, from 1; 0 if it is none.
func keyNumber(api cloud, key string) int {
	if key == "" {
		return 0
	}
	return 1 + slices.Index(strings.Fields(api.getenv("VOD_AUTH_KEY")), key)
}
