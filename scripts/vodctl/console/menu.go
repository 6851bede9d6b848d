package console

import (
	"context"
	"strconv"
	"sync"
	"time"

	"github.com/vodevents/vodevents/shared/store"
)

// menu returns the menu of a page. On one that says what went wrong it asks for nothing.
func (c *Console) menu(ctx context.Context, v view) []menuEntry {
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
		all[i].Here = all[i].Name == v.Nav
		if all[i].Name == "dead-letters" && v.Name != "failure" {
			all[i].Count = c.waiting(ctx)
		}
	}
	return all
}

// manyLetters is where counting dead letters ends.
const manyLetters = 20

// menuTime is how long a page waits for its menu.
const menuTime = time.Second

// letterCount is how many dead letters there are, as all pages have it for a while.
type letterCount struct {
	mu    sync.Mutex
	text  string
	asked time.Time
}

// forget has the store asked again by the next page.
func (l *letterCount) forget() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asked = time.Time{}
}

// waiting returns how many dead letters there are, for the menu; empty for none, or if
// the store does not say at once.
func (c *Console) waiting(ctx context.Context) string {
	l := &c.counted
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.asked.IsZero() && time.Since(l.asked) < c.settings.Every {
		return l.text
	}
	// It is for other pages, too, that may have more time.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), menuTime)
	defer cancel()
	found, err := c.reader.DeadLetters(ctx, store.DeadLetterQuery{Limit: manyLetters})
	switch {
	case err != nil || len(found) == 0:
		l.text = ""
	case len(found) == manyLetters:
		l.text = strconv.Itoa(manyLetters-1) + "+"
	default:
		l.text = strconv.Itoa(len(found))
	}
	l.asked = time.Now()
	return l.text
}
