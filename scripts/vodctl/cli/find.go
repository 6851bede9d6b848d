package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

// lookedThrough is how many events or media, of the last, are looked through for
// the beginning of an id.
const lookedThrough = 10_000

// offered is how many candidates are named at most.
const offered = 10

// parseID reads the id of an event or a dead letter.
func parseID(text string) (vod.ID, error) {
	id, err := vod.ParseID(text)
	if err != nil {
		return id, usagef("%q is no id: ids look like 0190b7a4-7c00-8000-8000-000000000001", text)
	}
	return id, nil
}

// find returns the event with the id, or with an id that begins so.
func (c *eventsList) find(ctx context.Context, a *app, r store.Reader) (store.Event, error) {
	if id, err := vod.ParseID(c.ID); err == nil {
		found, err := r.Events(ctx, store.EventQuery{IDs: []vod.ID{id}})
		if err == nil && len(found) == 0 {
			err = noEvent(ctx, a, r, id)
		}
		if err != nil {
			return store.Event{}, err
		}
		return found[0], nil
	}
	beginning := strings.ToLower(c.ID)
	if strings.Trim(beginning, "0123456789abcdef-") != "" {
		_, err := parseID(c.ID)
		return store.Event{}, err
	}
	all, err := r.Events(ctx, store.EventQuery{Limit: lookedThrough})
	if err != nil {
		return store.Event{}, err
	}
	return unique("event", beginning, all, func(e store.Event) (id, says string) {
		return e.ID.String(), when(e.Received) + "  " + string(e.Type) + " " + e.Subject
	})
}

// noEvent says where an id leads if not to an event.
func noEvent(ctx context.Context, a *app, r store.Reader, id vod.ID) error {
	letters, err := r.DeadLetters(ctx, store.DeadLetterQuery{IDs: []vod.ID{id}})
	if err == nil && len(letters) > 0 {
		return fmt.Errorf("%s is a dead letter: %s dead-letters show %s", id, a.self, id)
	}
	return fmt.Errorf("there is no event %s in the store", id)
}

// find returns the medium with the id, or with an id that begins so.
func (c *mediaCommand) find(ctx context.Context, a *app, r store.Reader) (media.Media, error) {
	found, err := r.Media(ctx, store.MediaQuery{IDs: []string{c.ID}})
	if err != nil {
		return media.Media{}, err
	}
	if len(found) == 1 {
		return found[0], nil
	}
	all, err := r.Media(ctx, store.MediaQuery{Limit: lookedThrough})
	if err != nil {
		return media.Media{}, err
	}
	m, err := unique("medium", c.ID, all, func(m media.Media) (id, says string) {
		return m.ID, string(m.State) + " " + m.Title
	})
	if err != nil {
		err = fmt.Errorf("%w: %s media lists them", err, a.self)
	}
	return m, err
}

// unique returns the one of all whose id begins so.
func unique[T any](what, beginning string, all []T, describe func(T) (id, says string)) (T, error) {
	var found []T
	var candidates []string
	for _, one := range all {
		id, says := describe(one)
		if strings.HasPrefix(id, beginning) {
			found = append(found, one)
			candidates = append(candidates, strings.TrimSpace(id+"  "+says))
		}
	}
	var none T
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) == 0 && len(all) == lookedThrough:
		return none, fmt.Errorf("there is no %s %q among the last %d in the store", what, beginning, lookedThrough)
	case len(found) == 0:
		return none, fmt.Errorf("there is no %s %q in the store", what, beginning)
	}
	list := strings.Join(candidates[:min(offered, len(candidates))], "\n  ")
	if len(candidates) > offered {
		list += "\n  …"
	}
	return none, fmt.Errorf("%d ids begin with %s, give more of one:\n  %s", len(candidates), beginning, list)
}
