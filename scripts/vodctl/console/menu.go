package console

import (
	"context"
	"strconv"

	"github.com/vodevents/vodevents/shared/store"
)

// menu returns the menu of a page.
func (c *Console) menu(ctx context.Context, here string) []menuEntry {
	all := []menuEntry{
		{Name: "events", Title: "Events", Path: "/events"},
		{Name: "media", Title: "Media", Path: "/media"},
		{Name: "sinks", Title: "Sinks", Path: "/sinks"},
		{Name: "dead-letters", Title: "Dead letters", Path: "/dead-letters"},
		{Name: "drift", Title: "Drift", Path: "/drift"},
	}
	if c.settings.Intake != nil {
		all = append(all, menuEntry{Name: "arrivals", Title: "Arrivals", Path: "/arrivals"})
	}
	if c.settings.Simulator != nil {
		all = append(all, menuEntry{Name: "send", Title: "Send", Path: "/send"})
	}
	for i := range all {
		all[i].Here = all[i].Name == here
		if all[i].Name == "dead-letters" {
			all[i].Count = c.letterCount(ctx)
		}
	}
	return all
}

// manyLetters is where counting dead letters ends.
const manyLetters = 20

// letterCount returns how many dead letters there are, for the menu; empty for none.
func (c *Console) letterCount(ctx context.Context) string {
	found, err := c.reader.DeadLetters(ctx, store.DeadLetterQuery{Limit: manyLetters})
	switch {
	case err != nil || len(found) == 0:
		return ""
	case len(found) == manyLetters:
		return strconv.Itoa(manyLetters-1) + "+"
	default:
		return strconv.Itoa(len(found))
	}
}
