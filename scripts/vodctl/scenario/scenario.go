// Package scenario has stories about media: those that come with vodctl and those
// that users write by hand, in YAML. Package vodtest makes events of them.
//
// A story looks like this:
//
//	title: A video is uploaded, and its trailer deleted
//	events:
//	  - {type: MediaBaseChangeComplete, variant: create}
//	  - after: 12s
//	    type: FileUploadComplete
//	    set: {Size: 12345}
//	  - {after: 20m, type: DeleteMediaComplete, medium: trailer}
//
// title says in a sentence what happens; it may be missing. events has the events,
// up to 1000, each with a type and what else is needed:
//
//   - type: the EventType, such as TranscodeComplete.
//   - after: when it happens, counted from the beginning of the story, as a number
//     with a unit: ms, s, m, h or d (days), or several of them: 1d12h. An event without
//     it happens together with the one before.
//   - variant: one of the variants that the type has; vodctl types lists them. A
//     TranscodeComplete without one has the renditions whose own events the story has.
//   - fail: true if it failed.
//   - run: 1 for the second time that a job is done on the same medium, 2 for the
//     third; so transcoding again has other jobs.
//   - medium: a name, if the story is about several media. Events without one are about
//     the main medium.
//   - set: members to change in the body, by name; null removes one. Dots lead into
//     objects and lists, whose items are counted from 0: StreamInfos.0.Status. A time is
//     text here.
//   - unknown: true if VOD has no such type. Without it that is taken for a slip of the
//     pen.
//
// A key that is none of these, a type or a variant that does not exist and a
// transcoding that contradicts itself are errors. Anchors and merge keys are not read.
package scenario

import (
	"cmp"
	"embed"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/vodevents/vodevents/scripts/vodctl/nearest"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

//go:embed stories/*.yaml
var stories embed.FS

// Shipped returns the stories that come with vodctl, in the order of their names.
func Shipped() []vodtest.Scenario {
	all := []vodtest.Scenario{everything()}
	files, err := stories.ReadDir("stories")
	for _, file := range files {
		var data []byte
		if data, err = stories.ReadFile(path.Join("stories", file.Name())); err != nil {
			break
		}
		var s vodtest.Scenario
		if s, err = Load(data, file.Name()); err != nil {
			break
		}
		all = append(all, s)
	}
	if err != nil {
		panic("scenario: " + err.Error()) // a test loads them all
	}
	slices.SortFunc(all, func(a, b vodtest.Scenario) int { return cmp.Compare(a.Name, b.Name) })
	return all
}

// Names returns the names of the [Shipped] stories, in order.
func Names() []string {
	var names []string
	for _, s := range Shipped() {
		names = append(names, s.Name)
	}
	return names
}

// Find returns the shipped story of that name. An error says which ones there are,
// and which of them was probably meant.
func Find(name string) (vodtest.Scenario, error) {
	all := Shipped()
	i := slices.IndexFunc(all, func(s vodtest.Scenario) bool { return s.Name == name })
	if i < 0 {
		names := Names()
		return vodtest.Scenario{}, fmt.Errorf("scenario: no story is called %q; there are %s%s",
			name, strings.Join(names, ", "), nearest.Hint(name, names))
	}
	return all[i], nil
}
