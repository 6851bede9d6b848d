package sink

import (
	"slices"
	"time"

	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/vod"
)

// Route is a sink and which events it asks for. The settings of the fragment are:
//
//	name=crm                           required, unique: deliveries are noted under it
//	events=TranscodeComplete,Snapshot* types of events; * stands for any text
//	status=failed                      succeeded, failed, none (VOD gives none)
//	kind=video                         kind of medium: video, image, attached
//	extend=*"tenant":"acme"*           what VOD's API was given as UserData.Extend, as text
//	extend.tenant=acme,beta            a member of it, if it is a JSON object
//	timeout=10s                        for one attempt, from 100ms to 5m
//
// All but name and timeout are lists, separated by commas, of which one has to fit. An
// event has to pass all settings that are there; without any, a sink gets every event.
// What separates is escaped where it does not, as in any URL: %26 for &, %2C for a comma.
type Route struct {
	Name    string
	Timeout time.Duration
	Sink    Sink

	events, statuses, kinds []string // patterns, words; empty means all
	extends                 []extendRule
}

// extendRule wants a member of Extend, or with no name its text, to match one of the
// patterns.
type extendRule struct {
	member   string
	patterns []string
}

// DefaultTimeout is how long one attempt may take if the URL does not say.
const DefaultTimeout = 10 * time.Second

// Wants reports whether the sink asks for the event.
func (r *Route) Wants(e Event) bool {
	anyOf := func(patterns []string, text string) bool { return len(patterns) == 0 || anyMatch(patterns, text) }
	status := string(e.Status)
	if e.Status == vod.None {
		status = "none"
	}
	return anyOf(r.events, string(e.Type)) && anyOf(r.statuses, status) && anyOf(r.kinds, string(kindOf(e.Facts))) &&
		!slices.ContainsFunc(r.extends, func(x extendRule) bool { return !x.matches(e.Extend) })
}

// kindOf returns what kind of medium an event is about; empty if it says nothing
// about one.
func kindOf(facts []media.Fact) media.Kind {
	if len(facts) == 0 {
		return ""
	}
	return facts[0].Kind
}
