package console

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/vodevents/vodevents/shared/store"
)

// live tells a page by server-sent events that there is news, whereupon it fetches
// itself again: what it shows then is what it would have shown anyway.
//
// Source: HTML Standard, "Server-sent events" (read 2026-11-24).
func (c *Console) live(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	out := http.NewResponseController(w)
	tick := time.NewTicker(c.settings.Every)
	defer tick.Stop()
	last := "\x00"
	for {
		state, event := c.fingerprint(r.Context())
		if state != last {
			if _, err := fmt.Fprintf(w, "event: %s\ndata: %s\n\n", event, state); err != nil {
				return
			}
			if out.Flush() != nil {
				return
			}
			last = state
		}
		select {
		case <-r.Context().Done():
			return
		case <-tick.C:
		}
	}
}

// fingerprint returns a text that changes when something that pages show has changed,
// and what to call it: "news", or "away" if the store does not answer.
func (c *Console) fingerprint(ctx context.Context) (state, event string) {
	ctx, cancel := context.WithTimeout(ctx, queryTime)
	defer cancel()
	var parts []string
	events, err := c.reader.Events(ctx, store.EventQuery{Limit: 1})
	for _, e := range events {
		parts = append(parts, e.ID.String())
	}
	if err == nil {
		var found []store.Delivery
		found, err = c.reader.Deliveries(ctx, store.DeliveryQuery{Limit: 1})
		for _, d := range found {
			parts = append(parts, d.Event.String(), d.Sink, d.Updated.Format(time.RFC3339Nano))
		}
	}
	if err == nil {
		var found []store.DeadLetter
		found, err = c.reader.DeadLetters(ctx, store.DeadLetterQuery{Limit: 1})
		for _, l := range found {
			parts = append(parts, l.ID.String(), strconv.Itoa(l.Attempts))
		}
	}
	if err != nil {
		return "away", "away"
	}
	return strings.Join(append(parts, c.arrived()), " "), "news"
}

// arrived returns a text that changes when something has come in.
func (c *Console) arrived() string {
	if c.settings.Intake == nil {
		return ""
	}
	for _, a := range c.settings.Intake.List(1) {
		return strconv.Itoa(a.Number)
	}
	return ""
}
